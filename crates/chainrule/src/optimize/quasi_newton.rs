//! The loop that BFGS and L-BFGS share: a direction from a model of the Hessian, a line search, an update.
//!
//! With bounds, variables that the gradient holds at a limit stay there, the model is restricted to the
//! others, and a step that would leave the box is projected onto it (Bertsekas, "Projected Newton methods
//! for optimization problems with simple constraints", *SIAM J. Control Optim.* 20, 1982), with
//! Armijo's condition along the bent path.

use super::landscape::{self, FAR, Slide};
use super::line_search::{C1, ROUNDING, Search, TRIALS, Trial, strong_wolfe};
use super::run::{Point, Problem, Run, dot, largest, norm, not_finite};
use super::{Stall, Stop};

/// A positive definite model of the inverse Hessian.
pub(super) trait Model {
    /// Writes −H·g, restricted to the free variables; false if the model has broken down.
    fn direction(&mut self, gradient: &[f64], is_free: &[bool], direction: &mut [f64]) -> bool;
    /// Takes in a step and the change of the gradient along it, with sᵀy > 0.
    fn update(&mut self, s: &[f64], y: &[f64]);
    /// Forgets everything.
    fn reset(&mut self);
    /// Whether there is nothing to forget.
    fn is_fresh(&self) -> bool;
}

const STEP_LIMIT: usize = 10_000;
/// Steps in a row without a fall of the value, after which rounding has the last word.
const LEVEL: usize = 20;
/// Length of the first step, relatively to x; the scale of the function says nothing about it.
const FIRST_LENGTH: f64 = 0.1;
/// Curvature sᵀy below this, relatively to |s|·|y|, is not taken into the model.
const CURVED: f64 = 1e-12;

pub(super) fn minimize(run: &mut Run<'_>, model: &mut dyn Model, point: &mut Point) -> Stop {
    if !point.is_finite() {
        return not_finite(0, point);
    }
    let n = point.x.len();
    let limit = run.options.steps.unwrap_or(STEP_LIMIT);
    let mut after = point.clone();
    let (mut direction, mut is_free) = (vec![0.0; n], vec![true; n]);
    let (mut s, mut y) = (vec![0.0; n], vec![0.0; n]);
    let mut slide = Slide::default();
    let mut level = 0;
    loop {
        if let Some(stop) = run.has_converged(point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
        if run.steps >= limit {
            return landscape::at_the_end(run, point, &slide, run.options.steps.is_some())
                .unwrap_or(Stop::Steps);
        }
        for (i, free) in is_free.iter_mut().enumerate() {
            *free = !run.problem.is_active(i, &point.x, &point.gradient);
        }
        let slope = downhill(model, point, &is_free, &mut direction);
        let reach = FIRST_LENGTH * largest(&point.x).max(1.0) / norm(&direction);
        let first = if model.is_fresh() { reach } else { 1.0 };
        let (search, rate) = search(&mut run.problem, point, &mut after, &direction, slope, first);
        if search == Search::Failed {
            if !model.is_fresh() {
                model.reset();
                continue;
            }
            let small = run.is_small(point);
            return if small {
                landscape::converged(run, point)
            } else {
                Stop::Stalled { why: Stall::NoDescent }
            };
        }
        if let Some(stop) = run.step(rate, point, &after) {
            std::mem::swap(point, &mut after);
            return stop;
        }
        slide.observe(point, &after);
        if let Some(stop) = slide.bottomless(run, &after) {
            return stop;
        }
        if !after.is_finite() || largest(&after.x) > FAR {
            return not_finite(run.steps - 1, &after);
        }
        for i in 0..n {
            s[i] = after.x[i] - point.x[i];
            y[i] = after.gradient[i] - point.gradient[i];
        }
        if dot(&s, &y) > CURVED * norm(&s) * norm(&y) {
            model.update(&s, &y);
        }
        let fell = point.value - after.value > f64::EPSILON * after.value.abs();
        level = if fell { 0 } else { level + 1 };
        std::mem::swap(point, &mut after);
        if let Some(stop) = run.has_settled(&after, point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
        if search == Search::Endless
            && let Some(stop) = landscape::falls_forever(run, point)
        {
            return stop;
        }
        if level >= LEVEL && run.is_small(point) {
            return landscape::converged(run, point);
        }
    }
}

/// A direction of descent and the slope along it; the negative gradient when the model has none.
fn downhill(model: &mut dyn Model, point: &Point, is_free: &[bool], direction: &mut [f64]) -> f64 {
    let found = model.direction(&point.gradient, is_free, direction);
    let slope = dot(&point.gradient, direction);
    if found && slope < 0.0 && slope.is_finite() && norm(direction).is_finite() {
        return slope;
    }
    model.reset();
    for ((d, g), free) in direction.iter_mut().zip(&point.gradient).zip(is_free) {
        *d = if *free { -g } else { 0.0 };
    }
    dot(&point.gradient, direction)
}

/// Searches along a direction, straight inside the box or bent along its sides; leaves the end in `after`
/// and returns the step length.
fn search(
    problem: &mut Problem<'_>,
    point: &Point,
    after: &mut Point,
    direction: &[f64],
    slope: f64,
    first: f64,
) -> (Search, f64) {
    let room = problem.bounds.map_or(f64::INFINITY, |b| b.room(&point.x, direction));
    if room < first {
        return bent(problem, point, after, direction, first)
            .map_or((Search::Failed, 0.0), |t| (Search::Found, t));
    }
    let mut length = first;
    let mut evaluate = |t: f64| {
        length = t;
        go(problem, point, after, direction, t);
        Trial { length: t, value: after.value, slope: dot(&after.gradient, direction) }
    };
    let start = Trial { length: 0.0, value: point.value, slope };
    let search = strong_wolfe(&mut evaluate, start, first, room);
    (search, length)
}

/// Evaluates at P(x + t·d).
fn go(problem: &mut Problem<'_>, point: &Point, after: &mut Point, direction: &[f64], t: f64) {
    for ((x, start), d) in after.x.iter_mut().zip(&point.x).zip(direction) {
        *x = start + t * d;
    }
    problem.project(&mut after.x);
    after.value = problem.value_and_gradient(&after.x, &mut after.gradient);
}

/// Shortens a step along the projected path until Armijo's condition holds; its length, if it ever does.
fn bent(
    problem: &mut Problem<'_>,
    point: &Point,
    after: &mut Point,
    direction: &[f64],
    first: f64,
) -> Option<f64> {
    const SHORTER: f64 = 0.3;
    let norm = problem.projected_norm(&point.x, &point.gradient);
    let mut t = first;
    for _ in 0..TRIALS {
        go(problem, point, after, direction, t);
        let expected: f64 =
            (0..point.x.len()).map(|i| point.gradient[i] * (after.x[i] - point.x[i])).sum();
        let is_lower = expected < 0.0 && after.value <= point.value + C1 * expected;
        // Where the value is lost in rounding the gradient decides.
        let is_level = after.value <= point.value + ROUNDING * point.value.abs()
            && problem.projected_norm(&after.x, &after.gradient) < norm;
        if after.value == f64::NEG_INFINITY || (after.is_finite() && (is_lower || is_level)) {
            return Some(t);
        }
        t *= SHORTER;
    }
    None
}
