//! `echidna`: its eager reverse mode, and the recorded tape that it replays.

use crate::engine::{Engine, Program};
use crate::number::Number;
use echidna::{BReverse, BytecodeTape, Reverse, Scalar};
use num_traits::Float;

#[derive(Default)]
pub struct Eager;

impl Engine for Eager {
    const NAME: &'static str = "echidna";

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        let mut gradient = [0.0; N];
        (self.slice(program, &x, &mut gradient), gradient)
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = 0.0;
        let run = |x: &[Reverse<f64>]| {
            let y = program.run(x);
            value = y.number();
            y
        };
        gradient.copy_from_slice(&echidna::grad(run, x));
        value
    }
}

/// Recorded at the first point and replayed at every other: branches stay as they were taken.
#[derive(Default)]
pub struct Replay(Option<BytecodeTape<f64>>, Vec<f64>);

impl Engine for Replay {
    const NAME: &'static str = "echidna, replayed";

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        let mut gradient = [0.0; N];
        (self.slice(program, &x, &mut gradient), gradient)
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        let tape = self.0.get_or_insert_with(|| echidna::record(|x| program.run(x), x).0);
        gradient.copy_from_slice(&tape.gradient_with_buf(x, &mut self.1));
        tape.output_value()
    }
}

macro_rules! number {
    ($($type:ty)+) => { $(
        impl Number for $type {
            #[inline(always)]
            fn number(self) -> f64 {
                self.value()
            }
            fn powi(self, n: i32) -> Self {
                Float::powi(self, n)
            }
            fn sqrt(self) -> Self {
                Float::sqrt(self)
            }
            fn exp(self) -> Self {
                Float::exp(self)
            }
            fn ln(self) -> Self {
                Float::ln(self)
            }
            fn sin(self) -> Self {
                Float::sin(self)
            }
            #[inline(always)]
            fn under(self, c: f64) -> Self {
                c / self
            }
            #[inline(always)]
            fn from_above(self, c: f64) -> Self {
                c - self
            }
        }
    )+ };
}
number!(Reverse<f64> BReverse<f64>);
