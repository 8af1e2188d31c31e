//! From a model, a table and a start to a [`Fit`] by least squares.

use std::f64::consts::TAU;
use std::ops::ControlFlow;

use chainrule::error::Error;
use chainrule::kernel::Kernel;
use chainrule::optimize::{Information, LeastSquares, Residuals, Stop};

use super::setup::Setup;
use super::{FitStep, NonlinearModel, NonlinearOptions};
use crate::linear::inference::Reference;
use crate::{Fit, Status, Table};

/// A fall of the sum of squares below this share of it is none.
const SAME: f64 = 1e-6;
/// Rows of a block of derivatives.
const BLOCK: usize = 4096;

pub(super) fn fit(
    model: &NonlinearModel,
    table: &Table,
    options: &NonlinearOptions,
    mut each: impl FnMut(&FitStep<'_>) -> ControlFlow<()>,
) -> Result<Fit, Error> {
    let setup = Setup::new(&model.rows, &[&model.response], table, options)?;
    let (columns, weights) = (setup.columns(), setup.weights());
    let result = model.rows.formula.result();
    let mut kernel = model.rows.kernel(result, "the response", |value, y| value - y)?;
    let mut with_weights = columns.clone();
    if let Some(weights) = weights {
        kernel = kernel.weighted("the weight")?;
        with_weights.push(weights);
    }
    let mut residuals = kernel.with_options(setup.running).residuals(&with_weights)?;
    let solver = LeastSquares {
        steps: options.steps,
        bounds: setup.bounds.clone(),
        starts: options.starts,
        seed: options.seed,
        ..LeastSquares::default()
    };
    let outcome = solver.solve_with(&mut residuals, &setup.start, |step| {
        each(&FitStep {
            number: step.number,
            start: step.start,
            parameters: step.x,
            value: step.sum_of_squares,
        })
    })?;
    let value = model.value.with_options(setup.running);
    let (x, rss) = (outcome.x, outcome.sum_of_squares);
    if let Stop::NotFinite { .. } = outcome.stop {
        let row = |i| table.first_row() + setup.rows().number(i);
        return Err(model.rows.not_finite(&value, &columns, &x, &row));
    }
    let mut fitted = vec![0.0; setup.rows().len()];
    value.eval_batch_into(&x, &columns, &mut [&mut fitted])?;
    let y = columns[columns.len() - 1];
    let information = outcome.triangle.information();
    let method = "nonlinear least squares, Levenberg–Marquardt";
    let mut fit = Fit {
        residual_df: (setup.observed - information.rank()) as f64,
        rss: Some(rss),
        residuals: y.iter().zip(&fitted).map(|(y, f)| y - f).collect(),
        leverage: leverage(&value, &x, &columns, weights, &information)?,
        fitted,
        status: status(&outcome.stop),
        steps: outcome.steps,
        ..setup.fit(&model.rows, method, options.level)
    };
    if !outcome.stop.is_converged() {
        fit.issues.push(outcome.stop.to_string());
    }
    fit.describe(y, weights);
    let scale = (fit.residual_sd.map_or(f64::NAN, |s| s * s), Reference::T(fit.residual_df));
    let mut same = |x: &[f64]| (residuals.sum_of_squares(x) - rss).abs() <= SAME * rss;
    fit.infer(model.parameters(), &x, &information, scale, &mut same);
    Ok(fit)
}

pub(crate) fn status(stop: &Stop) -> Status {
    match stop {
        Stop::Converged { .. } => Status::Converged,
        Stop::Steps => Status::Steps,
        Stop::Interrupted { .. } => Status::Interrupted,
        Stop::Diverged { .. } | Stop::Unbounded { .. } => Status::Diverged,
        _ => Status::Stalled,
    }
}

/// wᵢ·gᵢᵀ(JᵀJ)⁻¹gᵢ with g the derivatives of a row: the diagonal of the projection onto the columns of J.
fn leverage(
    value: &Kernel,
    x: &[f64],
    columns: &[&[f64]],
    weights: Option<&[f64]>,
    information: &Information,
) -> Result<Vec<f64>, Error> {
    let rows = columns.first().map_or(0, |c| c.len());
    if !information.blind.is_empty() {
        return Ok(Vec::new());
    }
    let wrt: Vec<&str> = value.parameters().iter().map(String::as_str).collect();
    let mut leverage = Vec::with_capacity(rows);
    for first in (0..rows).step_by(BLOCK) {
        let block = first..rows.min(first + BLOCK);
        let part: Vec<&[f64]> = columns.iter().map(|c| &c[block.clone()]).collect();
        let batch = value.gradient_batch(x, &part, &wrt)?;
        for i in 0..block.len() {
            let mut sum = 0.0;
            for (j, row) in information.inverse.iter().enumerate() {
                let g = |k: usize| batch.gradients[k][i];
                sum += g(j) * row.iter().enumerate().map(|(k, v)| v * g(k)).sum::<f64>();
            }
            leverage.push(sum * weights.map_or(1.0, |w| w[first + i]));
        }
    }
    Ok(leverage)
}

impl Fit {
    /// Goodness of a fit by least squares: R² about the mean, the likelihood of normal errors, AIC and BIC.
    fn describe(&mut self, y: &[f64], weights: Option<&[f64]>) {
        let rss = self.rss.unwrap_or(f64::NAN);
        let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
        // Rows without weight are not observed.
        let observed = (0..y.len()).map(weight).filter(|w| *w > 0.0);
        let (n, logs) = observed.fold((0.0, 0.0), |(n, logs), w| (n + 1.0, logs + w.ln()));
        let total: f64 = (0..y.len()).map(weight).sum();
        let mean = y.iter().enumerate().map(|(i, y)| weight(i) * y).sum::<f64>() / total;
        let spread: f64 = y.iter().enumerate().map(|(i, y)| weight(i) * (y - mean).powi(2)).sum();
        if spread > 0.0 {
            self.r_squared = Some(1.0 - rss / spread);
            if self.residual_df > 0.0 {
                let adjusted = 1.0 - (rss / self.residual_df) / (spread / (n - 1.0));
                self.adjusted_r_squared = Some(adjusted);
            }
        }
        if self.residual_df > 0.0 {
            self.residual_sd = Some((rss / self.residual_df).sqrt());
        }
        let likelihood = -0.5 * n * ((TAU * rss / n).ln() + 1.0) + 0.5 * logs;
        // The residual variance is not counted: see `Fit::aic`.
        self.criteria(likelihood, n - self.residual_df, n);
    }

    /// The log-likelihood, AIC and BIC of so many parameters and rows.
    pub(crate) fn criteria(&mut self, likelihood: f64, parameters: f64, rows: f64) {
        self.log_likelihood = Some(likelihood);
        self.aic = Some(-2.0 * likelihood + 2.0 * parameters);
        self.bic = Some(-2.0 * likelihood + rows.ln() * parameters);
    }
}
