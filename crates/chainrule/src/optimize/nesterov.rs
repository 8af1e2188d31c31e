//! Nesterov's accelerated gradient: v ← β·v + g; x ← x − η·(g + β·v).
//!
//! Source: Nesterov, *Doklady AN SSSR* 269 (1983), 543–547, with a fixed β, in the variables of
//! Sutskever et al., "On the importance of initialization and momentum in deep learning" (ICML 2013),
//! section 2, shifted so that x is the point at which the gradient is taken. Defaults: η = 0.01, β = 0.9.
//! On a quadratic function it converges for η < 2(1 + β)/((1 + 2β)·λ).

use super::Rule;

/// Nesterov's rule. Cost of a step: 3n multiplications; it keeps n numbers.
#[derive(Clone, Debug)]
pub struct Nesterov {
    beta: f64,
    velocity: Vec<f64>,
}

impl Nesterov {
    /// The rule at rest, for `dimension` variables, that keeps the share `beta` of its velocity.
    #[must_use]
    pub fn new(dimension: usize, beta: f64) -> Self {
        Self { beta, velocity: vec![0.0; dimension] }
    }
}

impl Rule for Nesterov {
    fn step(&mut self, x: &mut [f64], gradient: &[f64], rate: f64) {
        for ((x, v), g) in x.iter_mut().zip(&mut self.velocity).zip(gradient) {
            *v = self.beta * *v + g;
            *x -= rate * (g + self.beta * *v);
        }
    }

    fn largest_rate(&self, curvature: f64) -> Option<f64> {
        Some(2.0 * (1.0 + self.beta) / ((1.0 + 2.0 * self.beta) * curvature))
    }
}
