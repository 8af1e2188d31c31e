//! L-BFGS: BFGS from the last m steps, without the matrix.
//!
//! Source: Nocedal and Wright, *Numerical Optimization* (2006), algorithms 7.4 (two loops) and 7.5, with
//! m = 10. With variables held at a limit the inner products run over the free ones, and pairs that have
//! lost their curvature are left out (Schmidt, Kim, Sra, "Projected Newton-type methods in machine
//! learning", 2011, section 11.5). Cost of a step: 4mn multiplications; it keeps 2mn numbers.

use super::quasi_newton::Model;
use super::run::scale_by;

/// The last steps.
pub(super) struct Lbfgs {
    memory: usize,
    steps: Vec<f64>,
    changes: Vec<f64>,
    /// The shares of the two loops.
    shares: Vec<f64>,
    /// Pairs taken in since the last reset.
    taken: usize,
}

impl Lbfgs {
    pub(super) fn new(n: usize, memory: usize) -> Self {
        let pairs = vec![0.0; n * memory];
        Self { memory, steps: pairs.clone(), changes: pairs, shares: vec![0.0; memory], taken: 0 }
    }

    /// The slots from the newest pair to the oldest.
    fn slots(&self) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let (taken, memory) = (self.taken, self.memory);
        (taken.saturating_sub(memory)..taken).rev().map(move |k| k % memory)
    }
}

fn dot(a: &[f64], b: &[f64], is_free: &[bool]) -> f64 {
    a.iter().zip(b).zip(is_free).map(|((a, b), &free)| if free { a * b } else { 0.0 }).sum()
}

impl Model for Lbfgs {
    fn direction(&mut self, gradient: &[f64], is_free: &[bool], direction: &mut [f64]) -> bool {
        let n = gradient.len();
        for ((d, g), &free) in direction.iter_mut().zip(gradient).zip(is_free) {
            *d = if free { -g } else { 0.0 };
        }
        let mut scale = None;
        for slot in self.slots() {
            let (s, y) =
                (&self.steps[slot * n..(slot + 1) * n], &self.changes[slot * n..(slot + 1) * n]);
            let (sy, yy) = (dot(s, y, is_free), dot(y, y, is_free));
            if sy <= f64::EPSILON * yy.sqrt() * dot(s, s, is_free).sqrt() {
                self.shares[slot] = f64::NAN;
                continue;
            }
            scale = scale.or(Some(sy / yy));
            let share = dot(s, direction, is_free) / sy;
            self.shares[slot] = share;
            direction.iter_mut().zip(y).for_each(|(d, y)| *d -= share * y);
        }
        let Some(scale) = scale else { return false };
        scale_by(direction, scale);
        for slot in self.slots().rev() {
            if self.shares[slot].is_nan() {
                continue;
            }
            let (s, y) =
                (&self.steps[slot * n..(slot + 1) * n], &self.changes[slot * n..(slot + 1) * n]);
            let share = self.shares[slot] - dot(y, direction, is_free) / dot(s, y, is_free);
            direction.iter_mut().zip(s).for_each(|(d, s)| *d += share * s);
        }
        for (d, &free) in direction.iter_mut().zip(is_free) {
            if !free {
                *d = 0.0;
            }
        }
        true
    }

    fn update(&mut self, s: &[f64], y: &[f64]) {
        let (n, slot) = (s.len(), self.taken % self.memory);
        self.steps[slot * n..(slot + 1) * n].copy_from_slice(s);
        self.changes[slot * n..(slot + 1) * n].copy_from_slice(y);
        self.taken += 1;
    }

    fn reset(&mut self) {
        self.taken = 0;
    }

    fn is_fresh(&self) -> bool {
        self.taken == 0
    }
}
