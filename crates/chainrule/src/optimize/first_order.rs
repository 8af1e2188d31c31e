//! The loop around the methods that take one gradient a step and a given learning rate.

use super::landscape::{self, Slide};
use super::run::{Point, Run, not_finite};
use super::stability::Monitor;
use super::{Adam, Descent, Method, Momentum, Nesterov, Rate, Stall, Stop};

/// An update of the variables from a gradient, for callers with a loop of their own, over batches of
/// data for example.
///
/// ```
/// use chainrule::optimize::{Descent, Rule};
///
/// let mut a = [6.0];
/// for _ in 0..3 {
///     let gradient = [2.0 * a[0] - 10.0];
///     Descent.step(&mut a, &gradient, 0.1);
/// }
/// assert!((a[0] - 5.512_f64).abs() < 1e-12);
/// ```
pub trait Rule {
    /// Moves `x` by one step with the given learning rate. Allocates nothing.
    fn step(&mut self, x: &mut [f64], gradient: &[f64], rate: f64);

    /// The rate from which on the rule diverges on a quadratic function with this largest curvature.
    fn largest_rate(&self, curvature: f64) -> Option<f64> {
        let _ = curvature;
        None
    }

    /// The rate that solves a quadratic function of one variable in a single step.
    fn one_step_rate(&self, curvature: f64) -> Option<f64> {
        let _ = curvature;
        None
    }
}

const STEP_LIMIT: usize = 100_000;

pub(super) fn minimize(run: &mut Run<'_>, point: &mut Point) -> Stop {
    let n = point.x.len();
    let options = run.options;
    let mut rule: Box<dyn Rule> = match run.method {
        Method::Momentum => Box::new(Momentum::new(n, options.momentum)),
        Method::Nesterov => Box::new(Nesterov::new(n, options.momentum)),
        Method::Adam => Box::new(Adam::new(n, options.decay, options.epsilon)),
        _ => Box::new(Descent),
    };
    descend(run, rule.as_mut(), point)
}

fn descend(run: &mut Run<'_>, rule: &mut dyn Rule, point: &mut Point) -> Stop {
    if !point.is_finite() {
        return not_finite(0, point);
    }
    let default = run.method.default_rate().unwrap_or(0.1);
    let rate = run.options.rate.unwrap_or(Rate::Constant(default));
    let limit = run.options.steps.unwrap_or(STEP_LIMIT);
    let mut after = point.clone();
    let is_fixed = matches!(rate, Rate::Constant(_));
    let mut monitor = Monitor::new(point, is_fixed);
    // Gradient descent that stands still will never move again; velocities may build up for a while.
    let patience = if is_fixed && run.method == Method::Gd { 1 } else { 100 };
    let mut stuck = 0;
    let mut slide = Slide::default();
    for k in 0..limit {
        if let Some(stop) = run.has_converged(point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
        let rate = rate.at(k);
        after.x.copy_from_slice(&point.x);
        rule.step(&mut after.x, &point.gradient, rate);
        run.problem.project(&mut after.x);
        after.value = run.problem.value_and_gradient(&after.x, &mut after.gradient);
        if let Some(stop) = run.step(rate, point, &after) {
            std::mem::swap(point, &mut after);
            return stop;
        }
        slide.observe(point, &after);
        if let Some(stop) = slide.bottomless(run, &after) {
            return stop;
        }
        let unstable = monitor.observe(rule, rate, point, &after);
        if let Some(instability) = unstable {
            std::mem::swap(point, &mut after);
            return monitor.explain(run, rule, rate, instability);
        }
        if !after.is_finite() {
            return not_finite(run.steps - 1, &after);
        }
        std::mem::swap(point, &mut after);
        if let Some(stop) = run.has_settled(&after, point) {
            return landscape::verify(run, point).unwrap_or(stop);
        }
        stuck = if after.x == point.x { stuck + 1 } else { 0 };
        if stuck >= patience && run.tolerance().is_some() {
            let small = run.is_small(point);
            return if small {
                landscape::converged(run, point)
            } else {
                Stop::Stalled { why: Stall::TinyStep }
            };
        }
    }
    if let Some(stop) = run.has_converged(point) {
        return landscape::verify(run, point).unwrap_or(stop);
    }
    landscape::at_the_end(run, point, &slide, run.options.steps.is_some()).unwrap_or(Stop::Steps)
}
