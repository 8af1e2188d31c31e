//! `easy-ml`: records on a Wengert list that is cleared between gradients.

use crate::engine::{Engine, Program};
use crate::number::Number;
use easy_ml::differentiation::record_operations::SwappedOperations;
use easy_ml::differentiation::{Record, WengertList};
use easy_ml::numeric::extra::{Exp, Ln, Sin, Sqrt};

pub struct EasyMl(WengertList<f64>);

impl Default for EasyMl {
    fn default() -> Self {
        EasyMl(WengertList::new())
    }
}

impl Engine for EasyMl {
    const NAME: &'static str = "easy-ml";

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        self.0.clear();
        let inputs = x.map(|v| Record::variable(v, &self.0));
        let y = program.run(&inputs);
        let derivatives = y.derivatives();
        (y.number, inputs.map(|v| derivatives[&v]))
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.clear();
        let inputs: Vec<_> = x.iter().map(|&v| Record::variable(v, &self.0)).collect();
        let y = program.run(&inputs);
        let derivatives = y.derivatives();
        for (slot, input) in gradient.iter_mut().zip(&inputs) {
            *slot = derivatives[input];
        }
        y.number
    }
}

impl Number for Record<'_, f64> {
    #[inline(always)]
    fn number(self) -> f64 {
        self.number
    }
    /// The crate has real exponents only; products are cheaper.
    fn powi(self, n: i32) -> Self {
        (1..n).fold(self, |power, _| power * self)
    }
    fn sqrt(self) -> Self {
        Sqrt::sqrt(self)
    }
    fn exp(self) -> Self {
        Exp::exp(self)
    }
    fn ln(self) -> Self {
        Ln::ln(self)
    }
    fn sin(self) -> Self {
        Sin::sin(self)
    }
    #[inline(always)]
    fn under(self, c: f64) -> Self {
        self.div_swapped(c)
    }
    #[inline(always)]
    fn from_above(self, c: f64) -> Self {
        self.sub_swapped(c)
    }
}
