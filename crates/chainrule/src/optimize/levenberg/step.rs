//! One step: the linear model of the residuals, minimised inside a scaled trust region and a box.
//!
//! Source: Moré, "The Levenberg–Marquardt algorithm: implementation and theory", in *Numerical Analysis*,
//! Lecture Notes in Mathematics 630 (1978): min |J·p + r|² over |D·p| ≤ Δ, solved by
//! `(JᵀJ + λD²)p = −Jᵀr` with λ from Newton's method on 1/|D·p(λ)|. All of it happens in the coordinates of
//! the singular values of R·D⁻¹, where a trial value of λ costs n multiplications. The bend of a step is
//! the geodesic acceleration of Transtrum and Sethna, "Improvements to the Levenberg–Marquardt algorithm
//! for nonlinear least-squares minimization" (2012), with the exact second derivative.

use super::super::Bounds;
use super::super::run::{dot, norm};
use super::super::singular::Singular;
use super::{Residuals, Triangle};

/// Singular values below this share of the largest count as zero.
const ZERO: f64 = 1e-14;
/// How exactly |D·p| has to be Δ.
const RADIUS_MET: f64 = 0.1;
const TRIALS: usize = 60;
/// A bend longer than this share of the straight step means that the region is too large for it.
const SHARPEST: f64 = 0.75;

/// The linear model at a point.
pub(super) struct Local<'a> {
    pub(super) triangle: &'a Triangle,
    pub(super) scale: &'a [f64],
    pub(super) x: &'a [f64],
    pub(super) bounds: Option<&'a Bounds>,
    /// Variables that no limit holds.
    free: Free,
}

/// Some of the variables, with the singular values of their columns.
struct Free {
    chosen: Vec<usize>,
    singular: Singular,
    rank: usize,
}

/// A step and what the model promises for it.
pub(super) struct Proposal {
    pub(super) step: Vec<f64>,
    /// Its length |D·p|.
    pub(super) length: f64,
    /// The fall of |r|² by the linear model.
    pub(super) promised: f64,
    /// The damping λ.
    pub(super) damping: f64,
}

impl<'a> Local<'a> {
    pub(super) fn new(
        triangle: &'a Triangle,
        scale: &'a [f64],
        x: &'a [f64],
        bounds: Option<&'a Bounds>,
    ) -> Self {
        let gradient = triangle.gradient();
        let is_held = |i: usize| bounds.is_some_and(|b| b.is_active(i, x[i], gradient[i]));
        let chosen = (0..x.len()).filter(|&i| !is_held(i)).collect();
        let free = Free::new(triangle, scale, chosen);
        Local { triangle, scale, x, bounds, free }
    }

    /// |QQᵀr|/|r| over the free variables: the cosine of the angle between the residuals and the
    /// surface, 0 at a minimum. It depends on the scale of neither residuals nor variables.
    pub(super) fn cosine(&self) -> f64 {
        let length = self.triangle.residual_norm();
        if length == 0.0 {
            return 0.0;
        }
        norm(&self.free.along(&self.target())[..self.free.rank]) / length
    }

    /// The largest cosine of the angle between the residuals and one free column of J: the gradient without
    /// units. It vanishes also at a minimum where the columns are dependent, as [`cosine`](Local::cosine)
    /// need not.
    pub(super) fn slope(&self) -> f64 {
        let gradient = self.triangle.gradient();
        let length = self.triangle.residual_norm();
        let one = |&j: &usize| {
            let size = self.triangle.column_norm(j) * length;
            if size == 0.0 { 0.0 } else { gradient[j].abs() / size }
        };
        self.free.chosen.iter().map(one).fold(0.0, f64::max)
    }

    fn target(&self) -> Vec<f64> {
        (0..self.x.len()).map(|i| self.triangle.target(i)).collect()
    }

    /// The step within `radius` and the box; a variable that meets its limit stays there, and the others
    /// are asked again.
    pub(super) fn propose(&self, radius: f64) -> Proposal {
        let n = self.x.len();
        let mut step = vec![0.0; n];
        let (mut part, mut damping) = self.free.step(&self.target(), radius, self.scale);
        self.free.chosen.iter().zip(&part).for_each(|(&j, p)| step[j] = *p);
        if let Some(bounds) = self.bounds {
            let mut open = self.free.chosen.clone();
            loop {
                let room =
                    |j: usize| (bounds.lower()[j] - self.x[j], bounds.upper()[j] - self.x[j]);
                let inside = |j: &usize| {
                    let (low, high) = room(*j);
                    step[*j] >= low && step[*j] <= high
                };
                let (still, met): (Vec<usize>, Vec<usize>) = open.iter().partition(|j| inside(j));
                if met.is_empty() {
                    break;
                }
                for &j in &met {
                    step[j] = step[j].clamp(room(j).0, room(j).1);
                }
                for &j in &still {
                    step[j] = 0.0;
                }
                if still.is_empty() {
                    break;
                }
                let moved = self.triangle.times(&step);
                let target: Vec<f64> =
                    self.target().iter().zip(&moved).map(|(t, m)| t + m).collect();
                let free = Free::new(self.triangle, self.scale, still);
                (part, damping) = free.step(&target, radius, self.scale);
                free.chosen.iter().zip(&part).for_each(|(&j, p)| step[j] = *p);
                open = free.chosen;
            }
        }
        self.proposal(step, damping)
    }

    fn proposal(&self, step: Vec<f64>, damping: f64) -> Proposal {
        let moved = self.triangle.times(&step);
        let promised = -(2.0 * dot(&self.target(), &moved) + dot(&moved, &moved));
        let scaled: Vec<f64> = step.iter().zip(self.scale).map(|(p, d)| p * d).collect();
        Proposal { length: norm(&scaled), step, promised, damping }
    }

    /// Adds to a step the bend of the surface along it. `None` where the bend is as long as the step: the
    /// region is too large; or where there is nothing to add.
    pub(super) fn bend(&self, straight: &Proposal, objective: &mut dyn Residuals) -> Bent {
        let n = self.x.len();
        let mut slope = vec![0.0; n];
        if !objective.bend(self.x, &straight.step, &mut slope) {
            return Bent::Straight;
        }
        if !slope.iter().all(|s| s.is_finite()) {
            return Bent::Straight;
        }
        let bend = self.free.solve(&slope, straight.damping, self.scale);
        let mut step = straight.step.clone();
        let mut length = 0.0_f64;
        for (&j, b) in self.free.chosen.iter().zip(&bend) {
            // A variable at a limit after the step stays there.
            let limited = self.bounds.is_some_and(|bounds| {
                let after = self.x[j] + step[j];
                after <= bounds.lower()[j] || after >= bounds.upper()[j]
            });
            if !limited {
                step[j] += 0.5 * b;
                length = length.hypot(0.5 * b * self.scale[j]);
            }
        }
        if length == 0.0 {
            return Bent::Straight;
        }
        if length.is_nan() || 2.0 * length > SHARPEST * straight.length {
            return Bent::TooSharp;
        }
        if let Some(bounds) = self.bounds {
            for (j, step) in step.iter_mut().enumerate() {
                *step = step.clamp(bounds.lower()[j] - self.x[j], bounds.upper()[j] - self.x[j]);
            }
        }
        Bent::Curved(step)
    }
}

/// What the second derivative says of a step.
pub(super) enum Bent {
    /// It changes nothing.
    Straight,
    /// The step with its bend.
    Curved(Vec<f64>),
    /// The linear model is of no use at this distance.
    TooSharp,
}

impl Free {
    fn new(triangle: &Triangle, scale: &[f64], chosen: Vec<usize>) -> Self {
        let singular = triangle.singular(&chosen, scale);
        let rank = singular.rank(ZERO);
        Free { chosen, singular, rank }
    }

    /// Uᵀ·target.
    fn along(&self, target: &[f64]) -> Vec<f64> {
        (0..self.chosen.len()).map(|k| dot(self.singular.left(k), target)).collect()
    }

    /// The step of the free variables within `radius`, and λ.
    fn step(&self, target: &[f64], radius: f64, scale: &[f64]) -> (Vec<f64>, f64) {
        let s = &self.singular.values[..self.rank];
        let c = &self.along(target)[..self.rank];
        let length = |lambda: f64| {
            norm(&s.iter().zip(c).map(|(s, c)| c * s / (s * s + lambda)).collect::<Vec<_>>())
        };
        let mut lambda = 0.0;
        for _ in 0..TRIALS {
            let now = length(lambda);
            if now <= (1.0 + RADIUS_MET) * radius || !now.is_finite() {
                break;
            }
            // 1/|p(λ)| is concave: Newton's method from the left stays on the left.
            let bent: f64 =
                s.iter().zip(c).map(|(s, c)| (c * s).powi(2) / (s * s + lambda).powi(3)).sum();
            lambda += (now * now / bent) * (now - radius) / radius;
        }
        let shares: Vec<f64> = s.iter().zip(c).map(|(s, c)| -c * s / (s * s + lambda)).collect();
        (self.combine(&shares, scale), lambda)
    }

    /// `−(JᵀJ + λD²)⁻¹·slope` of the free variables.
    fn solve(&self, slope: &[f64], lambda: f64, scale: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = self.chosen.iter().map(|&j| slope[j] / scale[j]).collect();
        let share = |k: usize| {
            let s = self.singular.values[k];
            -dot(self.singular.right(k), &scaled) / (s * s + lambda)
        };
        self.combine(&(0..self.rank).map(share).collect::<Vec<_>>(), scale)
    }

    /// D⁻¹·V·shares.
    fn combine(&self, shares: &[f64], scale: &[f64]) -> Vec<f64> {
        let mut p = vec![0.0; self.chosen.len()];
        for (k, share) in shares.iter().enumerate() {
            p.iter_mut().zip(self.singular.right(k)).for_each(|(p, v)| *p += share * v);
        }
        p.iter_mut().zip(&self.chosen).for_each(|(p, &j)| *p /= scale[j]);
        p
    }
}
