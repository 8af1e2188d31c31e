//! Gradient descent: x ← x − η·g.
//!
//! Source: Cauchy, *Comptes rendus* 25 (1847), 536–538. Default: η = 0.1. On a quadratic function it
//! converges for η < 2/λ, with λ the largest curvature, and each step multiplies the distance along a
//! direction of curvature κ by |1 − ηκ|.

use super::Rule;

/// Gradient descent. Cost of a step: n multiplications.
#[derive(Clone, Copy, Debug, Default)]
pub struct Descent;

impl Rule for Descent {
    fn step(&mut self, x: &mut [f64], gradient: &[f64], rate: f64) {
        for (x, g) in x.iter_mut().zip(gradient) {
            *x -= rate * g;
        }
    }

    fn largest_rate(&self, curvature: f64) -> Option<f64> {
        Some(2.0 / curvature)
    }

    fn one_step_rate(&self, curvature: f64) -> Option<f64> {
        Some(1.0 / curvature)
    }
}
