//! The Levenberg–Marquardt method: sums of squares by their residuals and exact Jacobian.
//!
//! A step minimises the linear model |J·p + r|² over |D·p| ≤ Δ; D holds the largest lengths that the columns
//! of J have had, so that the run is the same in any units of the variables. The step is taken if the sum
//! of squares falls by at least a ten-thousandth of what the model promised. J is only ever seen through
//! the triangle of its QR factorisation.
//!
//! Source: Moré (1978), as in [`step`]; Bates and Watts, "A relative offset orthogonality convergence
//! criterion for nonlinear least squares", *Technometrics* 23 (1981), for the end: the cosine of the angle
//! between the residuals and the columns of J. Near a minimum the sum of squares no longer tells points
//! apart; there a step counts that makes the cosine smaller.

mod information;
mod outcome;
mod residuals;
mod step;
mod triangle;

use std::ops::ControlFlow;

use crate::{Error, ErrorKind};

use super::{Bounds, Criterion, Stall, Stop, starts};
pub use information::Information;
pub use outcome::{LeastSquaresOutcome, LeastSquaresStep};
pub use residuals::{Residuals, residuals_from_fn};
use step::{Bent, Local, Proposal};
pub use triangle::Triangle;

/// Minimises sums of squares; it keeps nothing between runs.
///
/// [`residuals_from_fn`] shows a run.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// Steps of a run; 2,000 by default.
    pub steps: usize,
    /// Converged when the [cosine](LeastSquaresOutcome::cosine) is below this; 1e-10 by default. An
    /// estimate is then off by about this share of its standard error, times the root of the degrees of freedom.
    pub tolerance: f64,
    /// A box for the variables.
    pub bounds: Option<Bounds>,
    /// Points to begin from: the start, and others spread around it or over the box. The lowest sum of
    /// squares wins.
    pub starts: usize,
    /// Chooses the other points.
    pub seed: u64,
    /// Whether steps bend along the surface where the residuals have a second derivative.
    pub bend: bool,
}

impl Default for LeastSquares {
    fn default() -> Self {
        LeastSquares { steps: 2000, tolerance: 1e-10, bounds: None, starts: 1, seed: 0, bend: true }
    }
}

/// The first region: this many times |D·x|. From 0.1 to 1 every file of NIST is solved from both starts; at 10
/// and 100 some first steps lead to other minima.
const FIRST_RADIUS: f64 = 1.0;
const ACCEPTED: f64 = 1e-4;
/// Falls below this share of |r|² may be rounding, whatever the residuals are differences of.
const BLURRED: f64 = 1e-6;
/// A step that is judged by the cosine has to make it smaller by this factor.
const CLOSER: f64 = 0.7;
/// A cosine, of the angle with all columns or with each, below this is small for a run that cannot get lower.
const SMALL: f64 = 1e-5;
/// Beyond this a square overflows.
const FAR: f64 = 1e150;

impl LeastSquares {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Minimises Σ rᵢ² from `start`, which is moved into the bounds first.
    ///
    /// # Errors
    /// The start has the wrong length or is not finite, or a setting has no meaning. Failing to find a
    /// minimum is not an error: see [`LeastSquaresOutcome::stop`].
    pub fn solve(
        &self,
        objective: &mut dyn Residuals,
        start: &[f64],
    ) -> Result<LeastSquaresOutcome, Error> {
        self.solve_with(objective, start, |_| ControlFlow::Continue(()))
    }

    /// Does the same, and shows each step to `each`, which may end the run.
    ///
    /// # Errors
    /// As for [`solve`](LeastSquares::solve).
    pub fn solve_with(
        &self,
        objective: &mut dyn Residuals,
        start: &[f64],
        mut each: impl FnMut(&LeastSquaresStep<'_>) -> ControlFlow<()>,
    ) -> Result<LeastSquaresOutcome, Error> {
        self.check(objective, start)?;
        let points = starts(start, self.bounds.as_ref(), self.starts.max(1), self.seed);
        let mut best: Option<LeastSquaresOutcome> = None;
        let (mut evaluations, mut jacobians) = (0, 0);
        for (number, point) in points.iter().enumerate() {
            let run = Run::new(self, objective, point, number, &mut each);
            let outcome = run.finish();
            evaluations += outcome.evaluations;
            jacobians += outcome.jacobians;
            let interrupted = matches!(outcome.stop, Stop::Interrupted { .. });
            if best.as_ref().is_none_or(|best| is_better(&outcome, best)) {
                best = Some(outcome);
            }
            if interrupted {
                break;
            }
        }
        let best = best.expect("there is at least one start");
        Ok(LeastSquaresOutcome { evaluations, jacobians, ..best })
    }

    fn check(&self, objective: &dyn Residuals, start: &[f64]) -> Result<(), Error> {
        let n = objective.dimension();
        let fail = |kind, message: String, hint: &str| Err(Error::new(kind, message).hint(hint));
        if n == 0 {
            let message = "there are no variables to fit".to_owned();
            return fail(ErrorKind::Length, message, "give at least one");
        }
        if start.len() != n {
            let message = format!("the start has {} numbers for {n} variables", start.len());
            return fail(ErrorKind::Length, message, "give one number a variable");
        }
        if let Some(i) = start.iter().position(|x| !x.is_finite()) {
            let message = format!("start: variable {i} is {}", start[i]);
            return fail(ErrorKind::Value, message, "give a finite number");
        }
        if let Some(bounds) = self.bounds.as_ref().filter(|b| b.dimension() != n) {
            let message = format!("bounds: {} pairs for {n} variables", bounds.dimension());
            let hint = "give one pair a variable, infinite where there is no limit";
            return fail(ErrorKind::Length, message, hint);
        }
        if !(self.tolerance >= 0.0 && self.tolerance < 1.0) {
            let message = format!("tolerance {}", self.tolerance);
            return fail(
                ErrorKind::Option,
                message,
                "give a number from 0 up to, not including, 1",
            );
        }
        Ok(())
    }
}

/// Converged before not; then the lower sum of squares; among equals the one found first.
fn is_better(a: &LeastSquaresOutcome, b: &LeastSquaresOutcome) -> bool {
    let value = |o: &LeastSquaresOutcome| {
        if o.sum_of_squares.is_finite() { o.sum_of_squares } else { f64::INFINITY }
    };
    let near = 1e-9 * value(b);
    if (value(a) - value(b)).abs() <= near {
        return a.stop.is_converged() && !b.stop.is_converged();
    }
    value(a) < value(b)
}

type Callback<'a> = dyn FnMut(&LeastSquaresStep<'_>) -> ControlFlow<()> + 'a;

/// A run from one start.
struct Run<'a> {
    settings: &'a LeastSquares,
    objective: &'a mut dyn Residuals,
    callback: &'a mut Callback<'a>,
    start: usize,
    x: Vec<f64>,
    value: f64,
    triangle: Triangle,
    /// D.
    scale: Vec<f64>,
    radius: f64,
    steps: usize,
    evaluations: usize,
    jacobians: usize,
}

/// A point that may become the next.
struct Trial {
    x: Vec<f64>,
    value: f64,
    proposal: Proposal,
}

impl<'a> Run<'a> {
    fn new<'b: 'a>(
        settings: &'a LeastSquares,
        objective: &'a mut dyn Residuals,
        start: &[f64],
        number: usize,
        callback: &'a mut (impl FnMut(&LeastSquaresStep<'_>) -> ControlFlow<()> + 'b),
    ) -> Self {
        let mut x = start.to_vec();
        if let Some(bounds) = &settings.bounds {
            bounds.project(&mut x);
        }
        let n = x.len();
        let mut run = Run {
            settings,
            objective,
            callback,
            start: number,
            x,
            value: f64::NAN,
            triangle: Triangle::new(n),
            scale: vec![0.0; n],
            radius: 0.0,
            steps: 0,
            evaluations: 1,
            jacobians: 0,
        };
        run.value = run.objective.sum_of_squares(&run.x);
        run.triangle = run.triangle_at(&run.x.clone());
        run
    }

    fn triangle_at(&mut self, x: &[f64]) -> Triangle {
        self.jacobians += 1;
        self.objective.triangle(x)
    }

    fn finish(mut self) -> LeastSquaresOutcome {
        let stop = self.run();
        let bounds = self.settings.bounds.as_ref();
        let cosine = if self.triangle.is_finite() {
            self.rescale();
            Local::new(&self.triangle, &self.scale, &self.x, bounds).cosine()
        } else {
            f64::NAN
        };
        LeastSquaresOutcome {
            x: self.x,
            sum_of_squares: self.value,
            cosine,
            triangle: self.triangle,
            steps: self.steps,
            evaluations: self.evaluations,
            jacobians: self.jacobians,
            stop,
        }
    }

    fn run(&mut self) -> Stop {
        if !self.value.is_finite() || !self.triangle.is_finite() {
            return self.not_finite();
        }
        self.rescale();
        let size = self.scaled_norm(&self.x);
        // From the origin a full Gauss–Newton step is about as long as the residuals.
        self.radius = if size > 0.0 { FIRST_RADIUS * size } else { self.value.sqrt() };
        loop {
            let tolerance = self.settings.tolerance;
            let cosine = self.local().cosine();
            if cosine <= tolerance || self.value == 0.0 {
                return Stop::Converged { by: Criterion::Angle { tolerance } };
            }
            if self.steps >= self.settings.steps {
                return Stop::Steps;
            }
            match self.next(cosine) {
                Ok(damping) => {
                    self.steps += 1;
                    let step = LeastSquaresStep {
                        number: self.steps,
                        start: self.start,
                        x: &self.x,
                        sum_of_squares: self.value,
                        damping,
                    };
                    if (self.callback)(&step).is_break() {
                        return Stop::Interrupted { step: self.steps };
                    }
                    let reached = self.x.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
                    if reached > FAR {
                        return Stop::Unbounded { reached, towards: Some(self.value) };
                    }
                }
                Err(stop) => return stop,
            }
        }
    }

    /// Shrinks the region until a step can be taken, and takes it; the damping of that step.
    fn next(&mut self, cosine: f64) -> Result<f64, Stop> {
        let mut judged = false;
        let is_small = cosine.min(self.local().slope()) <= SMALL.max(self.settings.tolerance);
        loop {
            let Some(trial) = self.trial() else { continue };
            let moved =
                trial.x.iter().zip(&self.x).any(|(a, b)| (a - b).abs() > f64::EPSILON * b.abs());
            if !moved || self.radius < f64::MIN_POSITIVE {
                return Err(self.cannot_get_lower(is_small));
            }
            if trial.proposal.promised.is_nan() || trial.proposal.promised <= 0.0 {
                // The box bent the step uphill; a shorter one follows the gradient.
                self.radius = trial.proposal.length.min(self.radius) / 4.0;
                continue;
            }
            let fall = self.value - trial.value;
            let ratio = if trial.value.is_finite() { fall / trial.proposal.promised } else { -1.0 };
            let length = trial.proposal.length;
            let damping = trial.proposal.damping;
            let is_blurred = trial.proposal.promised <= BLURRED * self.value && ratio > -1e6;
            if ratio > ACCEPTED || (is_blurred && !judged) {
                let triangle = self.triangle_at(&trial.x);
                let is_sound = triangle.is_finite();
                let bounds = self.settings.bounds.as_ref();
                let closer = || {
                    Local::new(&triangle, &self.scale, &trial.x, bounds).cosine() < CLOSER * cosine
                };
                if is_sound && (ratio > ACCEPTED || closer()) {
                    self.resize(ratio.max(if is_blurred { 0.5 } else { ratio }), length, damping);
                    self.x = trial.x;
                    self.value = trial.value;
                    self.triangle = triangle;
                    self.rescale();
                    return Ok(damping);
                }
                judged |= is_blurred && is_sound;
            }
            if is_blurred && judged && is_small {
                return Err(self.cannot_get_lower(is_small));
            }
            self.radius = length.min(self.radius) / 4.0;
        }
    }

    /// The point at the end of the next step; `None` after the region had to shrink because the surface
    /// bends too sharply.
    fn trial(&mut self) -> Option<Trial> {
        let bounds = self.settings.bounds.as_ref();
        let local = Local::new(&self.triangle, &self.scale, &self.x, bounds);
        let mut proposal = local.propose(self.radius);
        let is_worth = proposal.promised > BLURRED * self.value && self.radius > f64::MIN_POSITIVE;
        if self.settings.bend && is_worth {
            match local.bend(&proposal, self.objective) {
                Bent::Straight => {}
                Bent::Curved(step) => proposal.step = step,
                Bent::TooSharp => {
                    self.radius = proposal.length.min(self.radius) / 2.0;
                    return None;
                }
            }
        }
        let mut x: Vec<f64> = self.x.iter().zip(&proposal.step).map(|(x, p)| x + p).collect();
        if let Some(bounds) = bounds {
            // x + (limit − x) may miss the limit by rounding.
            bounds.project(&mut x);
        }
        self.evaluations += 1;
        let value = self.objective.sum_of_squares(&x);
        Some(Trial { x, value, proposal })
    }

    /// The region after a step, by how well the model foretold it.
    fn resize(&mut self, ratio: f64, length: f64, damping: f64) {
        if ratio < 0.25 {
            self.radius = length.min(self.radius) / 2.0;
        } else if ratio > 0.75 || damping == 0.0 {
            self.radius = (2.0 * length).max(self.radius);
        }
    }

    fn local(&self) -> Local<'_> {
        Local::new(&self.triangle, &self.scale, &self.x, self.settings.bounds.as_ref())
    }

    /// D keeps the largest length of each column.
    fn rescale(&mut self) {
        for (j, d) in self.scale.iter_mut().enumerate() {
            *d = d.max(self.triangle.column_norm(j));
            if *d == 0.0 {
                // A variable without influence here; its own size is all there is to go by.
                *d = if self.x[j] == 0.0 { 1.0 } else { self.x[j].abs().recip() };
            }
        }
    }

    fn scaled_norm(&self, x: &[f64]) -> f64 {
        x.iter().zip(&self.scale).fold(0.0_f64, |sum, (x, d)| sum.hypot(x * d))
    }

    /// For a run that finds no lower point.
    fn cannot_get_lower(&self, is_small: bool) -> Stop {
        if is_small || self.is_perfect() {
            return Stop::Converged { by: Criterion::Precision };
        }
        Stop::Stalled { why: Stall::NoDescent }
    }

    /// Whether the residuals are rounding of what the variables contribute to them.
    fn is_perfect(&self) -> bool {
        self.value.sqrt() <= 1e3 * f64::EPSILON * self.scaled_norm(&self.x)
    }

    fn not_finite(&self) -> Stop {
        let component = if self.value.is_finite() {
            (0..self.x.len()).find(|&j| !self.triangle.column_norm(j).is_finite())
        } else {
            None
        };
        Stop::NotFinite { step: self.steps, x: self.x.clone(), value: self.value, component }
    }
}
