//! Gradient descent with momentum, the heavy ball: v ← β·v + g; x ← x − η·v.
//!
//! Source: Polyak, "Some methods of speeding up the convergence of iteration methods", *USSR
//! Computational Mathematics and Mathematical Physics* 4 (1964), 1–17. Defaults: η = 0.01, β = 0.9. On a
//! quadratic function it converges for η < 2(1 + β)/λ.

use super::Rule;

/// The heavy ball. Cost of a step: 2n multiplications; it keeps n numbers.
#[derive(Clone, Debug)]
pub struct Momentum {
    beta: f64,
    velocity: Vec<f64>,
}

impl Momentum {
    /// A ball at rest, for `dimension` variables, that keeps the share `beta` of its velocity.
    #[must_use]
    pub fn new(dimension: usize, beta: f64) -> Self {
        Self { beta, velocity: vec![0.0; dimension] }
    }
}

impl Rule for Momentum {
    fn step(&mut self, x: &mut [f64], gradient: &[f64], rate: f64) {
        for ((x, v), g) in x.iter_mut().zip(&mut self.velocity).zip(gradient) {
            *v = self.beta * *v + g;
            *x -= rate * *v;
        }
    }

    fn largest_rate(&self, curvature: f64) -> Option<f64> {
        Some(2.0 * (1.0 + self.beta) / curvature)
    }
}
