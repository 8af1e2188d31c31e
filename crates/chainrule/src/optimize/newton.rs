//! Newton's method in a trust region: p minimises f + gᵀp + ½pᵀAp over |p| ≤ Δ, with A the Hessian; the
//! step is taken if the function falls by at least a ten-thousandth of what the model promised.
//!
//! Source: Nocedal and Wright, *Numerical Optimization* (2006), algorithm 4.1, with the step of
//! [`trust_region`](super::trust_region). Defaults: first radius max(1, |x|); Δ ← |p|/4 when the ratio of
//! the falls is below ¼, Δ ← 3Δ when it is above ¾ at the rim. With bounds the model is restricted to the
//! variables that the gradient does not hold at a limit, and the step is projected. An objective without a
//! Hessian pays n gradients for one by differences. Cost of a step: n³/6 for each of a few factorisations.

use super::landscape::{self, FAR, Slide};
use super::run::{Point, Problem, Run, dot, largest, norm, not_finite};
use super::trust_region;
use super::{Stall, Stop};

const STEP_LIMIT: usize = 10_000;
const ACCEPTED: f64 = 1e-4;
const FARTHEST: f64 = 1e150;
/// Changes of the value below this, relatively, are rounding.
const ROUNDING: f64 = 1e-14;

pub(super) fn minimize(run: &mut Run<'_>, point: &mut Point) -> Stop {
    if !point.is_finite() {
        return not_finite(0, point);
    }
    let n = point.x.len();
    let limit = run.options.steps.unwrap_or(STEP_LIMIT);
    let mut after = point.clone();
    let mut hessian = vec![0.0; n * n];
    let mut is_current = false;
    let mut radius = largest(&point.x).clamp(1.0, FARTHEST);
    let mut slide = Slide::default();
    loop {
        if let Some(stop) = run.has_converged(point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
        if run.steps >= limit {
            return landscape::at_the_end(run, point, &slide, run.options.steps.is_some())
                .unwrap_or(Stop::Steps);
        }
        if !is_current {
            run.problem.hessian(&point.x, &point.gradient, &mut hessian);
            is_current = true;
            if !hessian.iter().all(|h| h.is_finite()) {
                return not_finite(run.steps, &Point { gradient: hessian, ..point.clone() });
            }
        }
        let (p, promised) = propose(&run.problem, point, &hessian, radius, &mut after);
        let length = norm(&p);
        if length <= f64::EPSILON * largest(&point.x) || radius <= f64::MIN_POSITIVE {
            let small = run.is_small(point);
            return if small {
                landscape::converged(run, point)
            } else {
                Stop::Stalled { why: Stall::NoDescent }
            };
        }
        if promised.is_nan() || promised <= 0.0 || !length.is_finite() {
            // The projection bent the step uphill, or it overflowed: a shorter one follows the gradient.
            radius = length.min(radius) / 4.0;
            continue;
        }
        after.value = run.problem.value_and_gradient(&after.x, &mut after.gradient);
        let ratio = ratio(&run.problem, point, &after, promised);
        if ratio < 0.25 {
            // A slope that underflows makes steps longer than the radius.
            radius = length.min(radius) / 4.0;
        } else if ratio > 0.75 && length > 0.8 * radius {
            radius = (3.0 * radius).min(FARTHEST);
        }
        if ratio <= ACCEPTED {
            continue;
        }
        if let Some(stop) = run.step(1.0, point, &after) {
            std::mem::swap(point, &mut after);
            return stop;
        }
        slide.observe(point, &after);
        if let Some(stop) = slide.bottomless(run, &after) {
            return stop;
        }
        if largest(&after.x) > FAR {
            return not_finite(run.steps - 1, &after);
        }
        std::mem::swap(point, &mut after);
        is_current = false;
        if let Some(stop) = run.has_settled(&after, point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
    }
}

/// The step over the free variables, projected onto the box, with its end in `after`, and the fall of the
/// value that the model promises for it.
fn propose(
    problem: &Problem<'_>,
    point: &Point,
    hessian: &[f64],
    radius: f64,
    after: &mut Point,
) -> (Vec<f64>, f64) {
    let n = point.x.len();
    let free: Vec<usize> =
        (0..n).filter(|&i| !problem.is_active(i, &point.x, &point.gradient)).collect();
    let part: Vec<f64> =
        free.iter().flat_map(|&i| free.iter().map(move |&j| hessian[i * n + j])).collect();
    let slope: Vec<f64> = free.iter().map(|&i| point.gradient[i]).collect();
    let step = trust_region::solve(&part, &slope, radius);
    after.x.copy_from_slice(&point.x);
    for (&i, step) in free.iter().zip(&step) {
        after.x[i] += step;
    }
    problem.project(&mut after.x);
    let p: Vec<f64> = after.x.iter().zip(&point.x).map(|(a, b)| a - b).collect();
    let curved: f64 = (0..n).map(|i| p[i] * dot(&hessian[i * n..(i + 1) * n], &p)).sum();
    let promised = -(dot(&point.gradient, &p) + 0.5 * curved);
    (p, promised)
}

/// The fall of the value by the fall that was promised. Where both drown in rounding a smaller gradient counts
/// as a promise kept; a point that is not finite counts as a rise.
fn ratio(problem: &Problem<'_>, point: &Point, after: &Point, promised: f64) -> f64 {
    if after.value == f64::NEG_INFINITY {
        return 1.0;
    }
    if !after.is_finite() {
        return -1.0;
    }
    let fall = point.value - after.value;
    let rounding = ROUNDING * point.value.abs();
    if promised <= rounding && fall.abs() <= 10.0 * rounding {
        let (before, now) = (
            problem.projected_norm(&point.x, &point.gradient),
            problem.projected_norm(&after.x, &after.gradient),
        );
        return if now < before { 1.0 } else { -1.0 };
    }
    fall / promised
}
