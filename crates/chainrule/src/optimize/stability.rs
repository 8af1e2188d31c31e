//! Recognises runs with a fixed learning rate that cannot converge, and says which rates can.
//!
//! On a quadratic function with largest curvature λ, gradient descent multiplies the error along that
//! direction by 1 − ηλ: beyond η = 2/λ the steps turn round and grow, at η = 2/λ they turn round and
//! repeat. The curvature along a step s is sᵀ(g₁ − g₀)/|s|², which never exceeds λ, so a rate above the
//! limit that belongs to it is above the true limit too.

use super::landscape;
use super::run::{Point, Run, dot, norm};
use super::{Method, RateLimit, Rule, Stop};

/// Steps in a row before a quadratic run is called diverging or oscillating.
const SURE: usize = 3;
/// Steps in a row, and growth of the step over them, before any other run is called diverging.
const SURE_IN_GENERAL: (usize, f64) = (10, 1e3);
/// Relative error of f₁ − f₀ = ½(g₀ + g₁)·s below which a function counts as quadratic.
const QUADRATIC: f64 = 1e-9;
/// Growth below this, relatively, may be rounding.
const GROWTH: f64 = 1e-11;
/// A return this close, relatively to the step, counts as the same point.
const RETURN: f64 = 1e-12;
/// Steps shorter than this, relatively to x, may be the rounding of a run that has converged.
const VISIBLE: f64 = 1e-6;

/// What is wrong.
#[derive(Clone, Copy)]
pub(super) enum Instability {
    /// The steps grow; whether the function is quadratic; by what factor.
    Grows { exact: bool, factor: f64 },
    /// The last two points repeat.
    Repeats,
}

/// Watches the last two steps; n numbers, and 4n multiplications a step.
pub(super) struct Monitor {
    is_fixed: bool,
    /// Adam has bursts far below this on its way.
    start: f64,
    earlier: Vec<f64>,
    last: Vec<f64>,
    last_length: f64,
    last_curvature: f64,
    growing: usize,
    rising: usize,
    rising_from: f64,
    repeating: usize,
    steps: usize,
}

impl Monitor {
    /// A falling rate may yet tame what a fixed one would not: then only overflow counts.
    pub(super) fn new(start: &Point, is_fixed: bool) -> Self {
        Self {
            is_fixed,
            start: start.value,
            earlier: start.x.clone(),
            last: start.x.clone(),
            last_length: 0.0,
            last_curvature: 0.0,
            growing: 0,
            rising: 0,
            rising_from: 0.0,
            repeating: 0,
            steps: 0,
        }
    }

    /// Looks at a step; says what is wrong as soon as that is sure.
    pub(super) fn observe(
        &mut self,
        rule: &dyn Rule,
        rate: f64,
        before: &Point,
        after: &Point,
    ) -> Option<Instability> {
        let (mut turn, mut length, mut bend, mut fall, mut back) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut visible = false;
        for i in 0..before.x.len() {
            let s = after.x[i] - before.x[i];
            let t = before.x[i] - self.earlier[i];
            let r = after.x[i] - self.earlier[i];
            turn += s * t;
            length += s * s;
            back += r * r;
            bend += s * (after.gradient[i] - before.gradient[i]);
            fall += s * 0.5 * (after.gradient[i] + before.gradient[i]);
            visible |= s.abs() > VISIBLE * before.x[i].abs();
        }
        let last = std::mem::replace(&mut self.last_length, length.sqrt());
        let (length, growth) = (self.last_length, self.last_length / last);
        let (turns, grows) = (turn < 0.0, growth > 1.0 + GROWTH);
        self.last_curvature = bend / (length * length);
        let curved = self.last_curvature > 0.0;
        let over = curved
            && rule
                .largest_rate(self.last_curvature)
                .is_some_and(|limit| rate > limit * (1.0 + GROWTH));
        let rise = after.value - before.value;
        let rises = rise > 0.0
            || after.value == f64::INFINITY
            || (before.value > 1e100 && !after.value.is_finite());
        let rounding = 8.0 * f64::EPSILON * (after.value.abs() + before.value.abs());
        let quadratic = (rise - fall).abs() <= QUADRATIC * rise.abs().max(fall.abs()) + rounding;

        self.steps += 1;
        let seen = self.steps > 1 && visible;
        self.growing =
            if seen && turns && grows && over && quadratic && rises { self.growing + 1 } else { 0 };
        if rises && self.steps > 1 && (grows || !length.is_finite()) {
            if self.rising == 0 {
                self.rising_from = last;
            }
            self.rising += 1;
        } else {
            self.rising = 0;
        }
        let tolerance = (RETURN * length).max(4.0 * f64::EPSILON * norm(&after.x));
        self.repeating =
            if seen && turns && back.sqrt() <= tolerance { self.repeating + 1 } else { 0 };
        self.earlier.copy_from_slice(&before.x);
        self.last.copy_from_slice(&after.x);

        let (steps, size) = SURE_IN_GENERAL;
        if self.rising >= 2 && !after.is_finite() {
            Some(Instability::Grows { exact: false, factor: growth })
        } else if !self.is_fixed {
            None
        } else if self.growing >= SURE {
            Some(Instability::Grows { exact: true, factor: growth })
        } else if self.rising >= steps
            && length > size * self.rising_from
            && after.value > self.start
        {
            Some(Instability::Grows { exact: false, factor: growth })
        } else {
            (self.repeating >= SURE).then_some(Instability::Repeats)
        }
    }

    /// The reason in numbers. Measures the curvature at the best point: a Hessian, or up to 20 gradients.
    pub(super) fn explain(
        &self,
        run: &mut Run<'_>,
        rule: &dyn Rule,
        rate: f64,
        instability: Instability,
    ) -> Stop {
        match instability {
            Instability::Grows { exact, factor } => {
                let limit = self.limit(run, rule, exact);
                // |1 − ηλ|, where the growth of one step is that only in the end.
                let factor = match limit {
                    Some(limit) if exact && run.method == Method::Gd => {
                        2.0 * rate / limit.largest - 1.0
                    }
                    _ => factor,
                };
                Stop::Diverged { method: run.method, factor, limit }
            }
            Instability::Repeats => {
                let exact = self.is_quadratic_between(run);
                let limit = self.limit(run, rule, exact).filter(|_| exact);
                let mut between = [self.earlier.clone(), self.last.clone()];
                if between[1] < between[0] {
                    between.swap(0, 1);
                }
                Stop::Oscillating { between, rate, limit }
            }
        }
    }

    fn limit(&self, run: &mut Run<'_>, rule: &dyn Rule, exact: bool) -> Option<RateLimit> {
        let alone = self.last.len() == 1;
        let curvature = if exact && alone {
            self.last_curvature
        } else {
            let point = run.best().clone();
            let measured = landscape::largest_curvature(&mut run.problem, &point);
            if exact { measured.max(self.last_curvature) } else { measured }
        };
        if !(curvature > 0.0 && curvature.is_finite()) {
            return None;
        }
        let one_step = if exact && alone { rule.one_step_rate(curvature) } else { None };
        Some(RateLimit { largest: rule.largest_rate(curvature)?, one_step, exact })
    }

    /// Whether the gradient is linear between the two points of an oscillation. The quarter point tells a
    /// kink in the middle from a parabola, which the middle does not.
    fn is_quadratic_between(&self, run: &mut Run<'_>) -> bool {
        let n = self.last.len();
        let mut gradients = [vec![0.0; n], vec![0.0; n], vec![0.0; n]];
        for (share, gradient) in [0.0, 0.25, 1.0].into_iter().zip(&mut gradients) {
            let x: Vec<f64> =
                self.earlier.iter().zip(&self.last).map(|(a, b)| a + share * (b - a)).collect();
            run.problem.value_and_gradient(&x, gradient);
        }
        let [start, quarter, end] = &gradients;
        let off: Vec<f64> = (0..n).map(|i| quarter[i] - 0.75 * start[i] - 0.25 * end[i]).collect();
        dot(&off, &off).sqrt() <= QUADRATIC.sqrt() * 1e-3 * (norm(start) + norm(end))
    }
}
