//! What every method shares: counted evaluations inside the box, the best point, the trace, the tests of
//! convergence.

use std::ops::ControlFlow;

use crate::{Error, ErrorKind};

use super::{Bounds, Criterion, Method, Objective, Options, Outcome, Step, Stop, TraceRow};

/// The objective with its bounds and counters.
pub(super) struct Problem<'a> {
    objective: &'a mut dyn Objective,
    pub(super) bounds: Option<&'a Bounds>,
    pub(super) evaluations: usize,
    pub(super) hessians: usize,
}

impl Problem<'_> {
    pub(super) fn value(&mut self, x: &[f64]) -> f64 {
        self.evaluations += 1;
        self.objective.value(x)
    }

    pub(super) fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.evaluations += 1;
        self.objective.value_and_gradient(x, gradient)
    }

    /// The objective's own Hessian, made symmetric; false if it has none.
    pub(super) fn own_hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let has = self.objective.hessian(x, hessian);
        if has {
            self.hessians += 1;
            symmetrize(hessian, x.len());
        }
        has
    }

    /// The Hessian, from n differences of gradients if the objective has none.
    pub(super) fn hessian(&mut self, x: &[f64], gradient: &[f64], hessian: &mut [f64]) {
        if self.own_hessian(x, hessian) {
            return;
        }
        let n = x.len();
        let mut point = x.to_vec();
        for i in 0..n {
            // √ε balances truncation and rounding of a one-sided difference.
            let h = f64::EPSILON.sqrt() * x[i].abs().max(1.0);
            let inward = if self.bounds.is_some_and(|b| x[i] + h > b.upper()[i]) { -h } else { h };
            for h in [inward, -inward] {
                point[i] = x[i] + h;
                let row = &mut hessian[i * n..(i + 1) * n];
                let value = self.objective.value_and_gradient(&point, row);
                self.evaluations += 1;
                let exact = point[i] - x[i];
                for (entry, g) in row.iter_mut().zip(gradient) {
                    *entry = (*entry - g) / exact;
                }
                if value.is_finite() && row.iter().all(|entry| entry.is_finite()) {
                    break;
                }
            }
            point[i] = x[i];
        }
        symmetrize(hessian, n);
    }

    pub(super) fn project(&self, x: &mut [f64]) {
        if let Some(bounds) = self.bounds {
            bounds.project(x);
        }
    }

    /// Component `i` of the projected gradient.
    pub(super) fn projected(&self, i: usize, x: &[f64], gradient: &[f64]) -> f64 {
        self.bounds.map_or(gradient[i], |b| b.projected(i, x[i], gradient[i]))
    }

    /// Whether variable `i` is held at its limit by the gradient.
    pub(super) fn is_active(&self, i: usize, x: &[f64], gradient: &[f64]) -> bool {
        self.bounds.is_some_and(|b| b.is_active(i, x[i], gradient[i]))
    }

    /// |x − P(x − g)|, which is |g| without bounds.
    pub(super) fn projected_norm(&self, x: &[f64], gradient: &[f64]) -> f64 {
        // Scaled, so that gradients beyond 1e154 do not overflow.
        let largest =
            (0..x.len()).map(|i| self.projected(i, x, gradient).abs()).fold(0.0, f64::max);
        if largest == 0.0 || !largest.is_finite() {
            return largest;
        }
        let sum: f64 =
            (0..x.len()).map(|i| (self.projected(i, x, gradient) / largest).powi(2)).sum();
        largest * sum.sqrt()
    }
}

fn symmetrize(hessian: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (hessian[i * n + j] + hessian[j * n + i]);
            hessian[i * n + j] = mean;
            hessian[j * n + i] = mean;
        }
    }
}

/// A point with its value and gradient.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) x: Vec<f64>,
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
}

impl Point {
    pub(super) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|g| g.is_finite())
    }
}

pub(super) type Callback<'a> = dyn FnMut(&Step<'_>) -> ControlFlow<()> + 'a;

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) problem: Problem<'a>,
    pub(super) options: &'a Options,
    pub(super) method: Method,
    callback: &'a mut Callback<'a>,
    best: Point,
    best_norm: f64,
    first_value: f64,
    first_norm: f64,
    pub(super) steps: usize,
    trace: Option<Vec<TraceRow>>,
}

/// Values that differ by less than this, relatively to the size of the function, count as equal when the
/// best point is chosen: the gradient then decides.
const EQUAL_VALUES: f64 = 1e-13;

impl<'a> Run<'a> {
    /// Checks the input, moves the start into the box and evaluates there.
    pub(super) fn start(
        objective: &'a mut dyn Objective,
        options: &'a Options,
        method: Method,
        callback: &'a mut Callback<'a>,
        start: &[f64],
    ) -> Result<(Self, Point), Error> {
        let n = objective.dimension();
        check(options, n, start)?;
        let mut problem =
            Problem { objective, bounds: options.bounds.as_ref(), evaluations: 0, hessians: 0 };
        let mut point = Point { x: start.to_vec(), value: 0.0, gradient: vec![0.0; n] };
        problem.project(&mut point.x);
        point.value = problem.value_and_gradient(&point.x, &mut point.gradient);
        let norm = problem.projected_norm(&point.x, &point.gradient);
        let run = Self {
            problem,
            options,
            method,
            callback,
            best: point.clone(),
            best_norm: norm,
            first_value: point.value,
            first_norm: norm,
            steps: 0,
            trace: options.trace.then(Vec::new),
        };
        Ok((run, point))
    }

    /// Books a step: counts it, keeps the best point, tells the trace and the callback.
    pub(super) fn step(&mut self, rate: f64, before: &Point, after: &Point) -> Option<Stop> {
        self.steps += 1;
        let norm = self.problem.projected_norm(&after.x, &after.gradient);
        let noise = EQUAL_VALUES * self.best.value.abs().max(self.first_value.abs());
        let better = after.value < self.best.value - noise
            || (after.value <= self.best.value + noise && norm <= self.best_norm);
        if after.is_finite() && (better || !self.best.is_finite()) {
            self.best.x.copy_from_slice(&after.x);
            self.best.gradient.copy_from_slice(&after.gradient);
            self.best.value = after.value;
            self.best_norm = norm;
        }
        let step = Step {
            number: self.steps,
            rate,
            x: &before.x,
            value: before.value,
            gradient: &before.gradient,
            x_after: &after.x,
            value_after: after.value,
        };
        if let Some(trace) = &mut self.trace {
            trace.push(TraceRow::of(&step));
        }
        let asked = (self.callback)(&step);
        asked.is_break().then_some(Stop::Interrupted { step: self.steps })
    }

    /// The best point so far.
    pub(super) fn best(&self) -> &Point {
        &self.best
    }

    /// The gradient norm below which the run is over.
    pub(super) fn tolerance(&self) -> Option<f64> {
        let runs_all_steps = self.options.steps.is_some() && self.method.default_rate().is_some();
        let scale = if self.first_norm > 0.0 { self.first_norm.min(1.0) } else { 1.0 };
        self.options.tolerance.or_else(|| (!runs_all_steps).then_some(DEFAULT_TOLERANCE * scale))
    }

    /// Whether the gradient at a point is below the tolerance.
    pub(super) fn has_converged(&self, point: &Point) -> Option<Stop> {
        let tolerance = self.tolerance()?;
        let norm = self.problem.projected_norm(&point.x, &point.gradient);
        (norm < tolerance || norm == 0.0)
            .then_some(Stop::Converged { by: Criterion::Gradient { tolerance } })
    }

    /// Whether a step from one point to another was small enough to call the run over.
    pub(super) fn has_settled(&self, before: &Point, after: &Point) -> Option<Stop> {
        let tolerance = self.options.progress?;
        let value_settled = (before.value - after.value).abs()
            <= tolerance * before.value.abs().max(after.value.abs());
        let size = largest(&after.x);
        let moved = before.x.iter().zip(&after.x).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
        (value_settled && moved <= tolerance.sqrt() * size)
            .then_some(Stop::Converged { by: Criterion::Progress { tolerance } })
    }

    /// Whether a gradient is small against that of the start, for a run that cannot get any lower.
    pub(super) fn is_small(&self, point: &Point) -> bool {
        let norm = self.problem.projected_norm(&point.x, &point.gradient);
        // √ε: a value that is exact to ε fixes x, and with it the gradient, to no better than its root.
        let tolerance =
            self.options.tolerance.unwrap_or(0.0).max(f64::EPSILON.sqrt() * self.first_norm);
        norm <= tolerance
            || norm * largest(&point.x).max(1.0) <= 4.0 * f64::EPSILON * point.value.abs()
    }

    /// What the caller gets.
    pub(super) fn finish(self, last: Point, stop: Stop) -> Outcome {
        Outcome {
            method: self.method,
            x: self.best.x,
            value: self.best.value,
            gradient: self.best.gradient,
            gradient_norm: self.best_norm,
            last: last.x,
            steps: self.steps,
            evaluations: self.problem.evaluations,
            hessians: self.problem.hessians,
            stop,
            trace: self.trace,
        }
    }
}

const DEFAULT_TOLERANCE: f64 = 1e-8;

pub(super) fn not_finite(step: usize, point: &Point) -> Stop {
    let component = if point.value.is_finite() {
        point.gradient.iter().position(|g| !g.is_finite())
    } else {
        None
    };
    Stop::NotFinite { step, x: point.x.clone(), value: point.value, component }
}

/// The largest |xᵢ|.
pub(super) fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0_f64, |m, x| m.max(x.abs()))
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Multiplies in place.
pub(super) fn scale_by(a: &mut [f64], factor: f64) {
    for a in a {
        *a *= factor;
    }
}

/// The Euclidean norm.
pub(super) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn check(options: &Options, n: usize, start: &[f64]) -> Result<(), Error> {
    use ErrorKind::{Length, Option, Value};
    let fail = |kind, message: String, hint: &str| Err(Error::new(kind, message).hint(hint));
    if n == 0 {
        return fail(Length, "the objective has no variables".to_owned(), "give it at least one");
    }
    if start.len() != n {
        let message = format!("the start has {} numbers, the objective {n} variables", start.len());
        return fail(Length, message, "give one number a variable");
    }
    if let Some(i) = start.iter().position(|x| !x.is_finite()) {
        return fail(Value, format!("start: variable {i} is {}", start[i]), "give a finite number");
    }
    if let Some(bounds) = options.bounds.as_ref().filter(|b| b.dimension() != n) {
        let message = format!("bounds: {} pairs for {n} variables", bounds.dimension());
        return fail(Length, message, "give one pair a variable, infinite where there is no limit");
    }
    if let Some(rate) = options.rate.filter(|rate| !rate.is_valid()) {
        return fail(Option, format!("learning rate {rate}"), "give a positive finite number");
    }
    let sizes = [
        ("tolerance", options.tolerance),
        ("progress", options.progress),
        ("ε", Some(options.epsilon)),
    ];
    for (name, size) in sizes {
        if let Some(size) = size.filter(|size| !(*size >= 0.0 && size.is_finite())) {
            return fail(
                Option,
                format!("{name} {size}"),
                "give a finite number that is not negative",
            );
        }
    }
    let shares = [("momentum", options.momentum), ("β₁", options.decay.0), ("β₂", options.decay.1)];
    for (name, share) in shares {
        if !(0.0..1.0).contains(&share) {
            return fail(
                Option,
                format!("{name} {share}"),
                "give a number from 0 up to, not including, 1",
            );
        }
    }
    if options.memory == 0 {
        return fail(Option, "memory 0".to_owned(), "L-BFGS needs to remember at least one step");
    }
    Ok(())
}
