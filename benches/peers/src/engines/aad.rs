//! `aad`: its tape cannot be cleared, so each gradient begins one that is as large as the last.

use crate::engine::{Engine, Program};
use crate::number::Number;
use aad::{Tape, Variable};

#[derive(Default)]
pub struct Aad;

/// Room asked for at the start: enough for every workload but the chain, so that nothing is copied.
const SMALL: usize = 64;
const LARGE: usize = 100_000;

impl Engine for Aad {
    const NAME: &'static str = "aad";

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        let tape = Tape::with_capacity(SMALL);
        let inputs = tape.create_variables(&x);
        let y = program.run(&inputs);
        let gradient = y.compute_gradients().expect("the result is a variable");
        (y.value(), gradient.get_gradients(&inputs).expect("the inputs are of this tape"))
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        let tape = Tape::with_capacity(LARGE);
        let inputs: Vec<_> = tape.create_variables_iter(x).collect();
        let y = program.run(&inputs);
        let derivatives = y.compute_gradients().expect("the result is a variable");
        for (slot, input) in gradient.iter_mut().zip(&inputs) {
            *slot = derivatives.get_gradient(input).expect("the inputs are of this tape");
        }
        y.value()
    }
}

impl Number for Variable<'_, f64> {
    #[inline(always)]
    fn number(self) -> f64 {
        self.value()
    }
    fn powi(self, n: i32) -> Self {
        Variable::<f64>::powi(self, n)
    }
    fn sqrt(self) -> Self {
        Variable::<f64>::sqrt(self)
    }
    fn exp(self) -> Self {
        Variable::<f64>::exp(self)
    }
    fn ln(self) -> Self {
        Variable::<f64>::ln(self)
    }
    fn sin(self) -> Self {
        Variable::<f64>::sin(self)
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
