//! Least squares: the exact solution by QR, and what is known about it.

use super::check::{check, collinear, enough, informative};
use super::inference::{Reference, check_level, coefficients, f_test, rows, wald};
use super::robust;
use super::solution::Solution;
use super::stream::StreamedLeastSquares;
use super::triangle::{Triangle, threads};
use crate::{Design, Fit};
use chainrule::error::{Error, ErrorKind};
use nalgebra::DMatrix;
use std::f64::consts::TAU;

/// Least squares: the β that minimises Σ wᵢ (yᵢ − offsetᵢ − xᵢ·β)².
///
/// The weighted rows are reduced to a triangle by Householder reflections, never to normal equations, so
/// that digits are lost to the condition number of the columns and not to its square. Rows with weight 0
/// carry no information and are not counted. R² and F compare with the mean when there is an intercept,
/// with zero otherwise; with an offset the response is what is left of it.
///
/// ```
/// use chainrule_fit::{Design, LeastSquares};
/// let design = Design {
///     response_name: "y".to_owned(),
///     response: vec![1.0, 3.0, 4.0, 4.0],
///     names: vec!["intercept".to_owned(), "x".to_owned()],
///     columns: vec![vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0]],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let fit = LeastSquares::default().fit(&design)?;
/// assert!((fit.coefficients[1].estimate - 1.0).abs() < 1e-14);
/// assert!((fit.rss.unwrap() - 1.0).abs() < 1e-14);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// Confidence of the intervals.
    pub level: f64,
    /// What standard errors assume.
    pub errors: Errors,
    /// Threads that share the rows; `None` takes as many as the machine offers. The result has the same
    /// bits for any number.
    pub threads: Option<usize>,
}

/// What standard errors assume about the residuals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Errors {
    /// One variance σ²/wᵢ for all: σ² (XᵀWX)⁻¹.
    #[default]
    Classical,
    /// Variances that differ from row to row, with the factor n/(n − p): White (1980). F is
    /// Wald's then.
    Hc1,
    /// The same with each residual divided by 1 − its leverage, better for small samples:
    /// Davidson, `MacKinnon`, *Estimation and Inference in Econometrics* (1993).
    Hc3,
}

impl Default for LeastSquares {
    fn default() -> Self {
        LeastSquares { level: 0.95, errors: Errors::Classical, threads: None }
    }
}

/// What is left of the rows when all are folded.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) triangle: Triangle,
    /// Rows with a weight above zero.
    pub(crate) rows: usize,
    /// Σ ln wᵢ over them.
    pub(crate) ln_weights: f64,
}

impl LeastSquares {
    /// Fits `design`.
    ///
    /// Cost: about 2 n p² operations; beside the design a few megabytes for any number of rows, and three
    /// numbers a row for fitted values, residuals, leverage.
    ///
    /// # Errors
    ///
    /// If lengths differ, a number is not finite, a weight is negative, there are fewer rows than
    /// coefficients, a level is outside (0, 1), or columns are collinear: then each set is named
    /// (`wt_kg = 0.4536 × wt`).
    pub fn fit(&self, design: &Design) -> Result<Fit, Error> {
        check(design)?;
        let mut totals = Totals::new(design.columns.len());
        totals.fold(design, threads(self.threads));
        let (mut fit, solution) = self.summary(design, &totals)?;
        fit.rows_dropped = design.dropped.rows;
        fit.fitted = design.predictor(&solution.estimates);
        fit.residuals = design.response.iter().zip(&fit.fitted).map(|(y, f)| y - f).collect();
        fit.leverage = robust::leverage(design, &solution);
        if self.errors != Errors::Classical {
            self.robust(design, &solution, &mut fit)?;
        }
        Ok(fit)
    }

    /// Begins a fit to rows that come chunk by chunk.
    #[must_use]
    pub fn stream(&self) -> StreamedLeastSquares {
        StreamedLeastSquares::new(self.clone())
    }

    /// All but what needs the rows again. `head` gives the names.
    pub(crate) fn summary(&self, head: &Design, totals: &Totals) -> Result<(Fit, Solution), Error> {
        check_level(self.level)?;
        let p = head.names.len();
        enough(totals.rows, p)?;
        if totals.triangle.r.iter().any(|x| !x.is_finite()) {
            return Err(Error::new(
                ErrorKind::Value,
                "the squares of the columns are beyond 1e308",
            )
            .hint("divide the largest columns by a power of ten"));
        }
        let solution =
            Solution::of(&totals.triangle).map_err(|dependent| collinear(head, &dependent))?;
        let first = usize::from(head.has_intercept);
        let (n, df) = (totals.rows as f64, (totals.rows - p) as f64);
        let explained: f64 = solution.z.iter().skip(first).map(|z| z * z).sum();
        let (rss, total) = (solution.rss, explained + solution.rss);
        let variance = if df > 0.0 { rss / df } else { f64::NAN };
        let covariance = solution.unscaled_covariance() * variance;
        let r_squared = (total > 0.0).then(|| explained / total);
        let adjusted = |_| 1.0 - rss / total * ((totals.rows - first) as f64 / df);
        let slopes = (p - first) as f64;
        let likelihood = 0.5 * (totals.ln_weights - n * ((TAU * rss / n).ln() + 1.0));
        let condition = solution.condition();
        let mut fit = Fit {
            model: head.model(),
            method: "least squares, exact (QR)".to_owned(),
            level: self.level,
            rows_used: totals.rows,
            residual_df: df,
            rss: Some(rss),
            residual_sd: (df > 0.0).then(|| variance.sqrt()),
            r_squared,
            adjusted_r_squared: r_squared.filter(|_| df > 0.0).map(adjusted),
            f_statistic: f_test(explained / slopes / variance, slopes, df),
            log_likelihood: Some(likelihood),
            aic: Some(2.0 * p as f64 - 2.0 * likelihood),
            bic: Some(n.ln() * p as f64 - 2.0 * likelihood),
            condition: Some(condition),
            scaled_condition: Some(solution.scaled_condition()),
            ..Fit::default()
        };
        set_errors(&mut fit, &head.names, &solution.estimates, &covariance);
        if df == 0.0 {
            fit.issues.push(format!(
                "{p} parameters pass through {p} rows: nothing is left to estimate errors from"
            ));
        } else if rss <= solution.z.norm_squared() * 1e-29 {
            fit.issues.push("the fit is exact to rounding: its errors are rounding too".to_owned());
        }
        if let Some(text) = fit.lost_digits() {
            fit.issues.push(text);
        }
        Ok((fit, solution))
    }

    fn robust(&self, design: &Design, solution: &Solution, fit: &mut Fit) -> Result<(), Error> {
        if fit.residual_df == 0.0 {
            return Ok(());
        }
        let covariance = robust::covariance(self.errors, design, solution, fit)?;
        let p = solution.estimates.len();
        set_errors(fit, &design.names, &solution.estimates, &covariance);
        fit.f_statistic = if p > usize::from(design.has_intercept) {
            wald(&solution.estimates, &covariance, design.has_intercept, fit.residual_df)
        } else {
            None
        };
        fit.method += match self.errors {
            Errors::Hc1 => ", errors HC1",
            _ => ", errors HC3",
        };
        Ok(())
    }
}

/// Writes coefficients, with t statistics, and their covariance.
fn set_errors(fit: &mut Fit, names: &[String], estimates: &[f64], covariance: &DMatrix<f64>) {
    let reference = Reference::T(fit.residual_df);
    fit.coefficients = coefficients(names, estimates, covariance, reference, fit.level);
    fit.covariance = rows(covariance);
}

impl Totals {
    pub(crate) fn new(columns: usize) -> Self {
        Totals { triangle: Triangle::new(columns + 1), rows: 0, ln_weights: 0.0 }
    }

    /// Folds the rows of a checked design in.
    pub(crate) fn fold(&mut self, design: &Design, threads: usize) {
        let p = design.columns.len();
        self.rows += informative(design);
        let weights = design.weights.iter().flatten();
        self.ln_weights += weights.filter(|w| **w > 0.0).map(|w| w.ln()).sum::<f64>();
        self.triangle.fold(design.len(), 1, threads, |rows, block| {
            let response = block.column(p);
            response.copy_from_slice(&design.response[rows.clone()]);
            if let Some(offset) = &design.offset {
                response.iter_mut().zip(&offset[rows.clone()]).for_each(|(y, o)| *y -= o);
            }
            for (j, column) in design.columns.iter().enumerate() {
                block.column(j).copy_from_slice(&column[rows.clone()]);
            }
            if let Some(weights) = &design.weights {
                for j in 0..=p {
                    let weighted = block.column(j).iter_mut().zip(&weights[rows.clone()]);
                    weighted.for_each(|(x, w)| *x *= w.sqrt());
                }
            }
        });
    }
}
