//! Adam: m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; x ← x − η·m̂/(√v̂ + ε), with m̂ = m/(1 − β₁ᵗ) and
//! v̂ = v/(1 − β₂ᵗ).
//!
//! Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), algorithm 1.
//! Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. With a constant rate it circles the minimum at a
//! distance of about η; let the rate fall to come closer.

use super::Rule;

/// Adam. Cost of a step: n square roots and 2n divisions; it keeps 2n numbers.
#[derive(Clone, Debug)]
pub struct Adam {
    decay: (f64, f64),
    epsilon: f64,
    mean: Vec<f64>,
    square: Vec<f64>,
    /// β₁ᵗ and β₂ᵗ.
    powers: (f64, f64),
}

impl Adam {
    /// Adam at rest, for `dimension` variables, with `decay` = (β₁, β₂).
    #[must_use]
    pub fn new(dimension: usize, decay: (f64, f64), epsilon: f64) -> Self {
        let zeros = vec![0.0; dimension];
        Self { decay, epsilon, mean: zeros.clone(), square: zeros, powers: (1.0, 1.0) }
    }
}

impl Rule for Adam {
    fn step(&mut self, x: &mut [f64], gradient: &[f64], rate: f64) {
        let (b1, b2) = self.decay;
        self.powers.0 *= b1;
        self.powers.1 *= b2;
        for (((x, m), v), g) in x.iter_mut().zip(&mut self.mean).zip(&mut self.square).zip(gradient)
        {
            *m = b1 * *m + (1.0 - b1) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            let mean = *m / (1.0 - self.powers.0);
            let square = *v / (1.0 - self.powers.1);
            // Only an all-zero history makes the quotient 0/0, and then there is nowhere to go.
            if mean != 0.0 {
                *x -= rate * mean / (square.sqrt() + self.epsilon);
            }
        }
    }
}
