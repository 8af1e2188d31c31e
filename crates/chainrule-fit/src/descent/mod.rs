//! The chapter's way: models by gradient descent, its relatives and mini-batches, on standardised columns.

mod rows;
mod settle;

use crate::linear::check::{check, enough, informative};
use crate::{Design, Family, Fit, Status};
use chainrule::error::{Error, ErrorKind};
use chainrule::optimize::{Method, Minimizer, Objective, Options, Outcome, Rate, Step, Stop};
use nalgebra::DMatrix;
use rows::Rows;
use std::ops::ControlFlow;

/// A linear, logistic or Poisson model by steps along the gradient.
///
/// Columns are brought to mean 0 and standard deviation 1. What falls is the mean over the rows of the
/// squared error, or of the negative log-likelihood; its gradient comes from the engine. Estimates are
/// given per unit of the columns as they are, with the standard errors of the curvature where the run
/// ended.
///
/// ```
/// use chainrule::optimize::Method;
/// use chainrule_fit::{ByDescent, Design};
/// let x: Vec<f64> = (0..8).map(f64::from).collect();
/// let design = Design {
///     response: x.iter().map(|x| 2.0 - 3.0 * x + if *x > 3.0 { 1.0 } else { 0.0 }).collect(),
///     names: vec!["intercept".to_owned(), "x".to_owned()],
///     columns: vec![vec![1.0; 8], x],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let run = ByDescent { rate: Some(0.1.into()), ..ByDescent::new(Method::Gd) }.fit(&design)?;
/// assert!(run.stop.is_converged());
/// assert!((run.fit.coefficients[1].estimate + 2.0 + 17.0 / 21.0).abs() < 1e-7);
///
/// let run = ByDescent { rate: Some(1.5.into()), ..ByDescent::new(Method::Gd) }.fit(&design)?;
/// assert!(run.stop.to_string().contains("any learning rate below 1 converges"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ByDescent {
    /// The distribution of the response.
    pub family: Family,
    /// Gradient descent, momentum, Nesterov or Adam; any other method of the optimiser too.
    pub method: Method,
    /// The learning rate. `None` is, for steps along the gradient, one over the largest curvature at the
    /// start (gradient descent on squares: two over the sum of largest and smallest, which is fastest);
    /// for Adam a twentieth of the standard deviation of a normal response, or 0.05.
    pub rate: Option<Rate>,
    /// The number of steps. `None` goes on until the gradient has vanished.
    pub steps: Option<usize>,
    /// Rows of a mini-batch; `None` takes all rows in each step. Without a number of steps, batches are
    /// doubled every five epochs until they hold all rows, and the rate is halved from then on: a
    /// constant batch ends in noise (Smith, Kindermans, Ying, Le, *Don't decay the learning rate,
    /// increase the batch size*, 2018).
    pub batch: Option<usize>,
    /// Seed of the order of rows in mini-batches.
    pub seed: u64,
    /// Whether every step is kept.
    pub trace: bool,
    /// Confidence of the intervals.
    pub level: f64,
}

/// What a descent came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Descended {
    /// The estimates where it ended.
    pub fit: Fit,
    /// Why it ended.
    pub stop: Stop,
    /// Every step, if asked for.
    pub trace: Vec<DescentStep>,
}

/// One step of a descent.
#[derive(Clone, Debug, PartialEq)]
pub struct DescentStep {
    /// The mean loss before the step, of the mini-batch if there are any.
    pub loss: f64,
    /// The coefficients of standardised columns after the step.
    pub coefficients: Vec<f64>,
}

impl ByDescent {
    /// Least squares by that method, with the usual settings.
    #[must_use]
    pub fn new(method: Method) -> Self {
        ByDescent {
            family: Family::Gaussian,
            method,
            rate: None,
            steps: None,
            batch: None,
            seed: 0,
            trace: false,
            level: 0.95,
        }
    }

    /// Fits `design`.
    ///
    /// Divergence is no error: the run says so, with the largest rate that would converge.
    ///
    /// # Errors
    ///
    /// If the design is wrong as for [`LeastSquares::fit`](crate::LeastSquares::fit) or
    /// [`Glm::fit`](crate::Glm::fit), columns are constant or collinear, or a setting has no meaning.
    pub fn fit(&self, design: &Design) -> Result<Descended, Error> {
        self.fit_with(design, |_| ControlFlow::Continue(()))
    }

    /// Does the same, and shows each step to `each`, which may end the run.
    ///
    /// # Errors
    ///
    /// As for [`fit`](ByDescent::fit).
    pub fn fit_with(
        &self,
        design: &Design,
        mut each: impl FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Descended, Error> {
        check(design)?;
        enough(informative(design), design.columns.len())?;
        if self.batch == Some(0) {
            return Err(Error::new(ErrorKind::Option, "a mini-batch holds a row or more"));
        }
        let mut rows = Rows::new(design, self.family, self.seed)?;
        let start = rows.start();
        let mut trace = Vec::new();
        let keep = self.trace;
        let mut watch = |step: &Step<'_>| {
            if keep {
                trace.push(DescentStep { loss: step.value, coefficients: step.x_after.to_vec() });
            }
            each(step)
        };
        let batch = self.batch.filter(|&batch| batch < design.len());
        let (outcome, steps) = match (batch, self.steps, self.method) {
            (None, None, Method::Adam) | (Some(_), None, _) => {
                self.staged(&mut rows, start, batch, &mut watch)?
            }
            _ => {
                rows.take_batches(batch);
                let outcome = self.minimizer(&mut rows, &start, batch.is_none())?;
                let outcome = outcome.minimize_with(&mut rows, &start, &mut watch)?;
                let steps = outcome.steps;
                (outcome, steps)
            }
        };
        // Under noise the lowest value is luck.
        let standardised = if batch.is_some() { &outcome.last } else { &outcome.x };
        let coefficients = rows.per_unit(standardised);
        let status = status(&outcome.stop);
        let mut fit = if coefficients.iter().all(|b| b.is_finite()) {
            settle::fit(design, self.family, self.level, &coefficients, status, steps)?
        } else {
            Fit { model: design.model(), status, steps, ..Fit::default() }
        };
        let batches = batch.map_or_else(String::new, |b| format!(", batches of {b}"));
        let what =
            if self.family == Family::Gaussian { "least squares" } else { self.family.word() };
        fit.method = format!("{what}, {}{batches}, {steps} steps", self.method.title());
        if !outcome.stop.is_converged() && outcome.stop != Stop::Steps {
            fit.issues.push(outcome.stop.to_string());
        }
        Ok(Descended { fit, stop: outcome.stop, trace })
    }

    fn minimizer(&self, rows: &mut Rows, start: &[f64], exact: bool) -> Result<Minimizer, Error> {
        let needs_rate =
            matches!(self.method, Method::Gd | Method::Momentum | Method::Nesterov | Method::Adam);
        let rate = match self.rate {
            None if needs_rate => Some(Rate::Constant(self.usual_rate(rows, start)?)),
            rate => rate,
        };
        let options = Options { rate, steps: self.steps, verify: exact, ..Options::default() };
        Ok(Minimizer::new(self.method).options(options))
    }

    fn usual_rate(&self, rows: &mut Rows, start: &[f64]) -> Result<f64, Error> {
        if self.method == Method::Adam {
            return Ok(0.05 * rows.response_scale());
        }
        let n = start.len();
        let mut hessian = vec![0.0; n * n];
        rows.hessian(start, &mut hessian);
        let curvatures = DMatrix::from_vec(n, n, hessian).symmetric_eigenvalues();
        let (smallest, largest) = (curvatures.min().max(0.0), curvatures.max());
        if !(largest > 0.0 && largest.is_finite()) {
            return Err(Error::new(
                ErrorKind::Option,
                "give a learning rate: the loss is flat here",
            ));
        }
        let is_fastest = self.method == Method::Gd && self.family == Family::Gaussian;
        Ok(if is_fastest { 2.0 / (smallest + largest) } else { 1.0 / largest })
    }

    /// Growing batches, then falling rates, until the gradient over all rows has vanished.
    fn staged(
        &self,
        rows: &mut Rows,
        start: Vec<f64>,
        batch: Option<usize>,
        watch: &mut impl FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<(Outcome, usize), Error> {
        const EPOCHS: usize = 5;
        const WHOLE: usize = 400;
        const STAGES: i32 = 60;
        const VANISHED: f64 = 1e-9;
        let count = rows.len();
        let mut rate = match self.rate {
            Some(rate) => rate.at(0),
            None => self.usual_rate(rows, &start)?,
        };
        let mut gradient = vec![0.0; start.len()];
        rows.take_batches(None);
        rows.value_and_gradient(&start, &mut gradient);
        let limit = VANISHED * norm(&gradient);
        let (mut at, mut size, mut steps) = (start, batch.unwrap_or(count), 0);
        for stage in 0.. {
            let whole = size >= count;
            rows.take_batches(Some(size).filter(|_| !whole));
            let options = Options {
                rate: Some(Rate::Constant(rate)),
                steps: Some(if whole { WHOLE } else { EPOCHS * count.div_ceil(size) }),
                tolerance: Some(limit).filter(|_| whole),
                verify: false,
                ..Options::default()
            };
            let minimizer = Minimizer::new(self.method).options(options);
            let mut outcome = minimizer.minimize_with(rows, &at, &mut *watch)?;
            steps += outcome.steps;
            let ended = !matches!(outcome.stop, Stop::Steps);
            if ended || (whole && stage > STAGES) {
                outcome.last.clone_from(&outcome.x);
                return Ok((outcome, steps));
            }
            at = if whole { outcome.x } else { outcome.last };
            if whole {
                rate *= 0.5;
            } else {
                size *= 2;
            }
        }
        unreachable!("the stages end")
    }
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The one word of a stop.
fn status(stop: &Stop) -> Status {
    match stop {
        Stop::Converged { .. } => Status::Converged,
        Stop::Steps => Status::Steps,
        Stop::Interrupted { .. } => Status::Interrupted,
        Stop::Diverged { .. } | Stop::Unbounded { .. } | Stop::NotFinite { .. } => Status::Diverged,
        _ => Status::Stalled,
    }
}
