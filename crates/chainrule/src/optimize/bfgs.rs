//! BFGS: d = −H·g, and after a step s with change y of the gradient
//! H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ, ρ = 1/(yᵀs).
//!
//! Source: Nocedal and Wright, *Numerical Optimization* (2006), algorithm 6.1; before the first update H is
//! scaled by yᵀs/yᵀy (equation 6.20). With variables held at a limit the direction is that of the free
//! part of the Hessian, `H_FF − H_FA·H_AA⁻¹·H_AF`. Cost of a step: 4n² multiplications, and a³/6 for a held
//! variables; it keeps n² numbers.

use super::dense::{cholesky, solve_lower, solve_upper};
use super::quasi_newton::Model;
use super::run::dot;

/// The dense inverse Hessian.
pub(super) struct Bfgs {
    inverse: Vec<f64>,
    image: Vec<f64>,
    is_fresh: bool,
}

impl Bfgs {
    pub(super) fn new(n: usize) -> Self {
        Self { inverse: vec![0.0; n * n], image: vec![0.0; n], is_fresh: true }
    }

    fn times(&self, v: &[f64], out: &mut [f64]) {
        for (out, row) in out.iter_mut().zip(self.inverse.chunks_exact(v.len())) {
            *out = dot(row, v);
        }
    }

    /// The right-hand side whose image under H vanishes at the held variables.
    fn restrict(&self, side: &mut [f64], is_free: &[bool]) -> bool {
        let n = side.len();
        let held: Vec<usize> = (0..n).filter(|&i| !is_free[i]).collect();
        let k = held.len();
        let mut block = vec![0.0; k * k];
        let mut shift = vec![0.0; k];
        for (a, &i) in held.iter().enumerate() {
            side[i] = 0.0;
            for (b, &j) in held.iter().enumerate() {
                block[a * k + b] = self.inverse[i * n + j];
            }
        }
        for (shift, &i) in shift.iter_mut().zip(&held) {
            *shift = -dot(&self.inverse[i * n..(i + 1) * n], side);
        }
        if !cholesky(&mut block, k) {
            return false;
        }
        solve_lower(&block, &mut shift);
        solve_upper(&block, &mut shift);
        for (shift, &i) in shift.iter().zip(&held) {
            side[i] = *shift;
        }
        true
    }
}

impl Model for Bfgs {
    fn direction(&mut self, gradient: &[f64], is_free: &[bool], direction: &mut [f64]) -> bool {
        if self.is_fresh {
            return false;
        }
        let mut side: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let all_free = is_free.iter().all(|&free| free);
        if !all_free && !self.restrict(&mut side, is_free) {
            return false;
        }
        self.times(&side, direction);
        for (d, &free) in direction.iter_mut().zip(is_free) {
            if !free {
                *d = 0.0;
            }
        }
        true
    }

    fn update(&mut self, s: &[f64], y: &[f64]) {
        let n = s.len();
        let sy = dot(s, y);
        if self.is_fresh {
            self.inverse.fill(0.0);
            let scale = sy / dot(y, y);
            (0..n).for_each(|i| self.inverse[i * n + i] = scale);
            self.is_fresh = false;
        }
        let mut image = std::mem::take(&mut self.image);
        self.times(y, &mut image);
        let factor = (1.0 + dot(y, &image) / sy) / sy;
        for i in 0..n {
            for (j, entry) in self.inverse[i * n..(i + 1) * n].iter_mut().enumerate() {
                *entry += factor * s[i] * s[j] - (image[i] * s[j] + s[i] * image[j]) / sy;
            }
        }
        self.image = image;
    }

    fn reset(&mut self) {
        self.is_fresh = true;
    }

    fn is_fresh(&self) -> bool {
        self.is_fresh
    }
}
