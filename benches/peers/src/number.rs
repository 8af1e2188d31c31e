//! What every crate's differentiable number can do, so that a workload is written once.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number of some crate. Reductions default to scalar operations one after the other.
pub trait Number:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The number behind it.
    fn number(self) -> f64;
    fn powi(self, n: i32) -> Self;
    fn sqrt(self) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sin(self) -> Self;

    /// `c / self`.
    fn under(self, c: f64) -> Self;

    /// `max(x, 0)` as one operation with slope 1 or 0.
    #[inline(always)]
    fn relu(self) -> Self {
        self * f64::from(u8::from(self.number() > 0.0))
    }

    /// `c - self`.
    #[inline(always)]
    fn from_above(self, c: f64) -> Self {
        -self + c
    }

    /// The sum of at least one number.
    #[inline(always)]
    fn sum(terms: &[Self]) -> Self {
        terms[1..].iter().fold(terms[0], |total, &x| total + x)
    }

    /// `Σ aᵢ·bᵢ` over at least one pair.
    #[inline(always)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        let rest = a[1..].iter().zip(&b[1..]);
        rest.fold(a[0] * b[0], |total, (&a, &b)| total + a * b)
    }

    /// `bias + Σ aᵢ·bᵢ`.
    #[inline(always)]
    fn neuron(bias: Self, a: &[Self], b: &[Self]) -> Self {
        a.iter().zip(b).fold(bias, |total, (&a, &b)| total + a * b)
    }

    /// `ln Σ exp(xᵢ)`, shifted by the largest.
    #[inline(always)]
    fn logsumexp(x: &[Self]) -> Self {
        let largest = x.iter().fold(f64::NEG_INFINITY, |m, x| m.max(x.number()));
        let rest = x[1..].iter().fold((x[0] - largest).exp(), |s, &x| s + (x - largest).exp());
        rest.ln() + largest
    }
}

/// Plain numbers: the forward pass alone, and the difference quotients that check a reference.
impl Number for f64 {
    #[inline(always)]
    fn number(self) -> f64 {
        self
    }
    fn powi(self, n: i32) -> f64 {
        f64::powi(self, n)
    }
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    fn exp(self) -> f64 {
        f64::exp(self)
    }
    fn ln(self) -> f64 {
        f64::ln(self)
    }
    fn sin(self) -> f64 {
        f64::sin(self)
    }
    #[inline(always)]
    fn under(self, c: f64) -> f64 {
        c / self
    }
}
