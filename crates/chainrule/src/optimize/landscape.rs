//! Tells a minimum from a maximum, a saddle point and a slope without end.
//!
//! A zero gradient is necessary for a minimum, not sufficient. Two looks decide. Along the gradient, is the
//! function higher further down? exp(−x) has a gradient below any tolerance but never rises again. And is
//! the lowest curvature positive? It is an eigenvalue of the Hessian, found by Lanczos' method (Golub and
//! Van Loan, *Matrix Computations*, 10.1, with full reorthogonalisation), and what it says is confirmed
//! by values of the function, so that noise in a difference of gradients cannot raise a false alarm.

use super::dense::eigen;
use super::run::{Point, Problem, Run, dot, largest, norm, scale_by};
use super::{Criterion, Stall, Stop};

/// Beyond this a square overflows.
pub(super) const FAR: f64 = 1e154;

/// Lanczos steps; with up to this many variables the curvatures are exact.
const PROBES: usize = 20;

/// Where a ray from a point leads.
enum Ray {
    /// The function rises somewhere along it, or stays level.
    Rises,
    /// It falls all the way, to a value or (`None`) to −∞.
    Falls { reached: f64, towards: Option<f64> },
}

/// Follows the function from `point` along `direction`, doubling the distance up to 1e154.
fn follow(problem: &mut Problem<'_>, point: &Point, direction: &[f64]) -> Ray {
    const START: f64 = 1e-4;
    const TAIL: usize = 20;
    let length = norm(direction);
    if length == 0.0 || !length.is_finite() {
        return Ray::Rises;
    }
    let mut trial = vec![0.0; point.x.len()];
    let mut t = START * largest(&point.x).max(1.0);
    let mut values = vec![point.value];
    let mut reached = largest(&point.x);
    while reached < FAR {
        for i in 0..trial.len() {
            trial[i] = point.x[i] + t * (direction[i] / length);
        }
        problem.project(&mut trial);
        let size = largest(&trial);
        let value = problem.value(&trial);
        let last = values[values.len() - 1];
        if value.is_nan() || value > last || (size <= reached && values.len() > TAIL) {
            return Ray::Rises;
        }
        reached = size.max(reached);
        if value == f64::NEG_INFINITY {
            return Ray::Falls { reached, towards: None };
        }
        values.push(value);
        t *= 2.0;
    }
    let last = values[values.len() - 1];
    let drop = point.value - last;
    if drop <= 4.0 * f64::EPSILON * point.value.abs() {
        return Ray::Rises;
    }
    // A logarithm still falls at the end, by as much with each doubling as before; an asymptote does not.
    let tail = values[values.len().saturating_sub(TAIL)] - last;
    Ray::Falls { reached, towards: (tail < 1e-3 * drop).then_some(last) }
}

/// Evidence that a run slides down without end: steps in a row along which the function is not convex.
#[derive(Default)]
pub(super) struct Slide {
    steps: usize,
}

impl Slide {
    const SURE: usize = 5;

    /// Looks at a step.
    pub(super) fn observe(&mut self, before: &Point, after: &Point) {
        let (mut bend, mut step, mut slope) = (0.0, 0.0, 0.0);
        for i in 0..before.x.len() {
            let s = after.x[i] - before.x[i];
            bend += s * (after.gradient[i] - before.gradient[i]);
            step += s * s;
            slope += after.gradient[i] * after.gradient[i];
        }
        // NaN and ∞ − ∞ count as straight: the caller looks at the value.
        let is_convex = bend > 1e-10 * step.sqrt() * slope.sqrt();
        let slides = !is_convex && after.value < before.value && step > 0.0;
        self.steps = if slides { self.steps + 1 } else { 0 };
    }

    /// Whether the run has left for −∞. After 5, 50, 500, … such steps the function is followed to the end.
    pub(super) fn bottomless(&self, run: &mut Run<'_>, after: &Point) -> Option<Stop> {
        let reached = largest(&after.x);
        if after.value == f64::NEG_INFINITY || (self.steps > 0 && reached > FAR) {
            return Some(Stop::Unbounded { reached, towards: None });
        }
        let mut due = Self::SURE;
        while due < self.steps {
            due *= 10;
        }
        if due == self.steps { falls_forever(run, after) } else { None }
    }
}

/// Follows the function against its gradient; reports only a fall to −∞, for the point may be anywhere.
pub(super) fn falls_forever(run: &mut Run<'_>, point: &Point) -> Option<Stop> {
    let direction = downhill(&run.problem, point);
    match follow(&mut run.problem, point, &direction) {
        Ray::Falls { reached, towards: None } => Some(Stop::Unbounded { reached, towards: None }),
        _ => None,
    }
}

/// The projected negative gradient.
fn downhill(problem: &Problem<'_>, point: &Point) -> Vec<f64> {
    (0..point.x.len()).map(|i| -problem.projected(i, &point.x, &point.gradient)).collect()
}

/// What a run that used up its steps may have to say: that the function has no minimum. A run whose
/// length was chosen hears it only of a function that was seen to bend down to −∞.
pub(super) fn at_the_end(
    run: &mut Run<'_>,
    point: &Point,
    slide: &Slide,
    was_chosen: bool,
) -> Option<Stop> {
    if !run.options.verify || !point.is_finite() {
        return None;
    }
    if was_chosen {
        return if slide.steps >= 2 { falls_forever(run, point) } else { None };
    }
    unbounded(run, point)
}

fn unbounded(run: &mut Run<'_>, point: &Point) -> Option<Stop> {
    let direction = downhill(&run.problem, point);
    match follow(&mut run.problem, point, &direction) {
        Ray::Falls { reached, towards } => Some(Stop::Unbounded { reached, towards }),
        Ray::Rises => None,
    }
}

/// For a point that rounding does not let improve: a minimum, or what else it is.
pub(super) fn converged(run: &mut Run<'_>, point: &Point) -> Stop {
    verify(run, point).unwrap_or(Stop::Converged { by: Criterion::Precision })
}

/// For a point that passes as a minimum: what else it is, if it is something else.
pub(super) fn verify(run: &mut Run<'_>, point: &Point) -> Option<Stop> {
    if !run.options.verify || !point.is_finite() {
        return None;
    }
    if let Some(stop) = unbounded(run, point) {
        return Some(stop);
    }
    let [mut lowest, highest] = curvatures(&mut run.problem, point)?;
    if run.problem.hessians == 0 {
        lowest.value = refined(&mut run.problem, point, &lowest.direction)?;
    }
    // Curvature that is surely positive needs no further look.
    if lowest.value > 1e-6 * highest.value {
        return None;
    }
    let direction = way_down(&mut run.problem, point, &lowest.direction)?;
    let why = if highest.value < 0.0 || (point.x.len() == 1 && lowest.value < 0.0) {
        Stall::Maximum { curvature: lowest.value, direction }
    } else {
        // Differences of gradients leave a flat direction with noise in place of a zero.
        let is_flat = lowest.value.abs() <= 1e-6 * highest.value.abs() || lowest.value > 0.0;
        Stall::Saddle { curvature: if is_flat { 0.0 } else { lowest.value }, direction }
    };
    Some(Stop::Stalled { why })
}

/// The curvature along a direction by a central difference, without the error of first order that a one-sided
/// one has: that of x³ at 0 is then 0.
fn refined(problem: &mut Problem<'_>, point: &Point, direction: &[f64]) -> Option<f64> {
    let h = 1e-5 * largest(&point.x).max(1.0);
    let mut gradient = vec![0.0; point.x.len()];
    let mut slope_at = |t: f64| {
        let trial: Vec<f64> = point.x.iter().zip(direction).map(|(x, d)| x + t * d).collect();
        problem.value_and_gradient(&trial, &mut gradient);
        dot(&gradient, direction)
    };
    let curvature = (slope_at(h) - slope_at(-h)) / (2.0 * h);
    curvature.is_finite().then_some(curvature)
}

/// The direction, forwards or backwards, in which the function falls by more than its slope explains; a
/// convex function never does, and not by rounding either.
fn way_down(problem: &mut Problem<'_>, point: &Point, direction: &[f64]) -> Option<Vec<f64>> {
    let slope = norm(&downhill(problem, point));
    let noise = 16.0 * f64::EPSILON * point.value.abs();
    let mut trial = vec![0.0; point.x.len()];
    for distance in [1e-4, 1e-3, 1e-2] {
        let t = distance * largest(&point.x).max(1.0);
        for t in [t, -t] {
            for i in 0..trial.len() {
                trial[i] = point.x[i] + t * direction[i];
            }
            problem.project(&mut trial);
            if problem.value(&trial) < point.value - noise - 2.0 * slope * t.abs() {
                return Some(direction.iter().map(|d| d * t.signum()).collect());
            }
        }
    }
    None
}

/// A curvature of the function and the direction that has it.
struct Curvature {
    value: f64,
    direction: Vec<f64>,
}

/// The largest curvature at a point; NaN if it cannot be found.
pub(super) fn largest_curvature(problem: &mut Problem<'_>, point: &Point) -> f64 {
    curvatures(problem, point).map_or(f64::NAN, |[_, highest]| highest.value)
}

/// The lowest and the highest curvature over the variables that are not held at a limit: exact for up to
/// 20 variables, else the extreme Ritz values after 20 steps.
fn curvatures(problem: &mut Problem<'_>, point: &Point) -> Option<[Curvature; 2]> {
    let n = point.x.len();
    let is_free: Vec<bool> =
        (0..n).map(|i| !problem.is_active(i, &point.x, &point.gradient)).collect();
    let free = is_free.iter().filter(|&&free| free).count();
    let mut hessian = if n <= 512 { vec![0.0; n * n] } else { Vec::new() };
    let has_hessian = n <= 512 && problem.own_hessian(&point.x, &mut hessian);
    let mut trial = vec![0.0; n];
    let mut times = |v: &[f64], out: &mut [f64]| {
        if has_hessian {
            for (out, row) in out.iter_mut().zip(hessian.chunks_exact(n)) {
                *out = dot(row, v);
            }
        } else {
            let h = 1e-6 * largest(&point.x).max(1.0);
            for i in 0..n {
                trial[i] = point.x[i] + h * v[i];
            }
            problem.value_and_gradient(&trial, out);
            for (out, g) in out.iter_mut().zip(&point.gradient) {
                *out = (*out - g) / h;
            }
        }
        for (out, &free) in out.iter_mut().zip(&is_free) {
            if !free {
                *out = 0.0;
            }
        }
    };

    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let mut next: Vec<f64> =
        is_free.iter().enumerate().map(|(i, &f)| if f { scatter(i) } else { 0.0 }).collect();
    let mut size = norm(&next);
    let scale = size;
    while basis.len() < free.min(PROBES) && size > 1e-10 * scale.min(1.0) {
        scale_by(&mut next, 1.0 / size);
        let v = next.clone();
        times(&v, &mut next);
        if !next.iter().all(|h| h.is_finite()) {
            return None;
        }
        diagonal.push(dot(&v, &next));
        basis.push(v);
        let before = norm(&next);
        // Twice is enough: Parlett, The Symmetric Eigenvalue Problem, 6.9.
        for _ in 0..2 {
            for v in &basis {
                let along = dot(v, &next);
                next.iter_mut().zip(v).for_each(|(h, v)| *h -= along * v);
            }
        }
        size = norm(&next);
        if size <= 1e-10 * before {
            break;
        }
        beside.push(size);
    }
    let k = basis.len();
    if k == 0 {
        return None;
    }
    let mut small = vec![0.0; k * k];
    for i in 0..k {
        small[i * k + i] = diagonal[i];
        if i + 1 < k {
            small[i * k + i + 1] = beside[i];
            small[(i + 1) * k + i] = beside[i];
        }
    }
    let (values, vectors) = eigen(&mut small, k);
    let pick = |j: usize| {
        let mut direction = vec![0.0; n];
        for (i, v) in basis.iter().enumerate() {
            let share = vectors[i * k + j];
            direction.iter_mut().zip(v).for_each(|(d, v)| *d += share * v);
        }
        Curvature { value: values[j], direction }
    };
    let order = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
    let lowest = (0..k).min_by(order)?;
    let highest = (0..k).max_by(order)?;
    Some([pick(lowest), pick(highest)])
}

/// Component `i` of a start vector that no eigenvector is likely to be orthogonal to, the same in every
/// run: the fractional parts of multiples of the golden ratio, in ±[½, 1].
fn scatter(i: usize) -> f64 {
    let fraction = ((i + 1) as f64 * 0.618_033_988_749_894_9).fract();
    if fraction < 0.5 { fraction - 1.0 } else { fraction }
}
