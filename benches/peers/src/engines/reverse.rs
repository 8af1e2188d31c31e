//! `reverse`: a tape that is cleared between gradients.

use crate::engine::{Engine, Program};
use crate::number::Number;
use reverse::{Gradient, Tape, Var};

#[derive(Default)]
pub struct Reverse(Tape);

impl Engine for Reverse {
    const NAME: &'static str = "reverse";

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        self.0.clear();
        let inputs = x.map(|v| self.0.add_var(v));
        let y = program.run(&inputs);
        let gradient = y.grad();
        (y.val(), inputs.map(|v| gradient.wrt(&v)))
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.clear();
        let inputs = self.0.add_vars(x);
        let y = program.run(&inputs);
        gradient.copy_from_slice(&y.grad().wrt(&inputs));
        y.val()
    }
}

impl Number for Var<'_> {
    #[inline(always)]
    fn number(self) -> f64 {
        self.val
    }
    fn powi(self, n: i32) -> Self {
        Var::powi(&self, n)
    }
    fn sqrt(self) -> Self {
        Var::sqrt(&self)
    }
    fn exp(self) -> Self {
        Var::exp(&self)
    }
    fn ln(self) -> Self {
        Var::ln(&self)
    }
    fn sin(self) -> Self {
        Var::sin(&self)
    }
    /// Version 0.2.2 gives `c / x` the slope −1/x; its reciprocal is right.
    #[inline(always)]
    fn under(self, c: f64) -> Self {
        self.recip() * c
    }
    #[inline(always)]
    fn from_above(self, c: f64) -> Self {
        c - self
    }
}
