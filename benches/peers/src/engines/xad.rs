//! `xad-rs`: a tape that is kept between gradients; with scalar operations alone, and with its own sums and
//! inner products as one statement each.

use crate::engine::{Engine, Program};
use crate::number::Number;
use std::ops::{Add, Div, Mul, Neg, Sub};
use xad_rs::{AReal, Tape, math};

pub struct Xad<const FUSED: bool>(Tape<f64>);

impl<const FUSED: bool> Default for Xad<FUSED> {
    fn default() -> Self {
        Xad(Tape::new(false))
    }
}

impl<const FUSED: bool> Engine for Xad<FUSED> {
    const NAME: &'static str = if FUSED { "xad-rs, its sum and dot" } else { "xad-rs" };

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        let tape = &mut self.0;
        let recording = tape.record();
        let inputs = x.map(|v| Real::<FUSED>(AReal::input(v, tape)));
        let y = program.run(&inputs).0;
        y.set_adjoint(tape, 1.0);
        tape.compute_adjoints();
        let gradient = inputs.map(|v| v.0.adjoint(tape));
        drop(recording);
        (y.value(), gradient)
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        let tape = &mut self.0;
        let recording = tape.record();
        let inputs: Vec<_> = x.iter().map(|&v| Real::<FUSED>(AReal::input(v, tape))).collect();
        let y = program.run(&inputs).0;
        y.set_adjoint(tape, 1.0);
        tape.compute_adjoints();
        for (slot, input) in gradient.iter_mut().zip(&inputs) {
            *slot = input.0.adjoint(tape);
        }
        drop(recording);
        y.value()
    }
}

/// The crate's number, with its reductions or without.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Real<const FUSED: bool>(AReal<f64>);

macro_rules! operators {
    ($($Trait:ident $f:ident)+) => { $(
        impl<const FUSED: bool> $Trait for Real<FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, right: Self) -> Self {
                Real($Trait::$f(self.0, right.0))
            }
        }
        impl<const FUSED: bool> $Trait<f64> for Real<FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, right: f64) -> Self {
                Real($Trait::$f(self.0, right))
            }
        }
    )+ };
}
operators!(Add add Sub sub Mul mul Div div);

impl<const FUSED: bool> Neg for Real<FUSED> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Real(-self.0)
    }
}

impl<const FUSED: bool> Number for Real<FUSED> {
    #[inline(always)]
    fn number(self) -> f64 {
        self.0.value()
    }
    fn powi(self, n: i32) -> Self {
        Real(math::ad::powi(&self.0, n))
    }
    fn sqrt(self) -> Self {
        Real(math::ad::sqrt(&self.0))
    }
    fn exp(self) -> Self {
        Real(math::ad::exp(&self.0))
    }
    fn ln(self) -> Self {
        Real(math::ad::ln(&self.0))
    }
    fn sin(self) -> Self {
        Real(math::ad::sin(&self.0))
    }
    #[inline(always)]
    fn under(self, c: f64) -> Self {
        Real(c / self.0)
    }
    #[inline(always)]
    fn from_above(self, c: f64) -> Self {
        Real(c - self.0)
    }
    #[inline(always)]
    fn sum(terms: &[Self]) -> Self {
        if FUSED {
            return Real(math::ad::sum(bare(terms)));
        }
        terms[1..].iter().fold(terms[0], |total, &x| total + x)
    }
    #[inline(always)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        if FUSED {
            return Real(math::ad::dot(bare(a), bare(b)));
        }
        let rest = a[1..].iter().zip(&b[1..]);
        rest.fold(a[0] * b[0], |total, (&a, &b)| total + a * b)
    }
    #[inline(always)]
    fn neuron(bias: Self, a: &[Self], b: &[Self]) -> Self {
        if FUSED {
            return Self::dot(a, b) + bias;
        }
        a.iter().zip(b).fold(bias, |total, (&a, &b)| total + a * b)
    }
}

/// The list without the wrapper.
fn bare<const FUSED: bool>(list: &[Real<FUSED>]) -> &[AReal<f64>] {
    // SAFETY: `Real` is a transparent wrapper of `AReal`.
    unsafe { std::slice::from_raw_parts(list.as_ptr().cast(), list.len()) }
}
