//! Estimates with their uncertainty from a closure: least squares and maximum likelihood.
//!
//! ```
//! use chainrule::estimate::least_squares;
//!
//! let t = [0.0, 1.0, 2.0, 3.0, 4.0];
//! let y = [5.1, 3.0, 1.9, 1.1, 0.7];
//! let decay = least_squares(&["a", "k"], &[1.0, 1.0], |p| {
//!     t.iter().zip(y).map(|(&t, y)| p[0] * (-p[1] * t).exp() - y).collect()
//! })?;
//! assert!(decay.stop.is_converged());
//! assert!((decay.values[1] - 0.5).abs() < 2.0 * decay.std_error(1));
//! let (half_life, error) = decay.propagate(|p| 2_f64.ln() / p[1]);
//! assert!((half_life - 1.386).abs() < 3.0 * error);
//! # Ok::<(), chainrule::Error>(())
//! ```

mod closures;
mod show;

use crate::algebra::Term;
use crate::derive::slices;
use crate::error::{Error, ErrorKind};
use crate::graph::{Graph, Value};
use crate::optimize::{
    Information, LeastSquares, Method, Minimizer, Objective, Residuals, Stop, undetermined,
};
use closures::{LogLikelihood, ResidualClosure};

/// Estimated parameters with their covariance.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// Names of the parameters.
    pub names: Vec<String>,
    /// Their estimates.
    pub values: Vec<f64>,
    /// Covariance of the estimates, row by row. NaN for what the data do not determine.
    pub covariance: Vec<Vec<f64>>,
    /// What was optimised, at the estimates.
    pub goodness: Goodness,
    /// Steps of the run.
    pub steps: usize,
    /// Why the run ended.
    pub stop: Stop,
    /// What a reader has to know: parameters that the data do not determine, an end that is no minimum.
    pub issues: Vec<String>,
}

/// What was optimised.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Goodness {
    /// A sum of squares was minimised.
    LeastSquares {
        /// Σ rᵢ².
        sum_of_squares: f64,
        /// The number of residuals less that of directions that they determine: of parameters, as a
        /// rule. The variance of a residual is the sum of squares
        /// by it; with none left it is NaN.
        degrees_of_freedom: usize,
    },
    /// A log-likelihood was maximised.
    Likelihood {
        /// Its value.
        log_likelihood: f64,
    },
}

/// Minimises the sum of the squares of the residuals that `f` returns, from `start`, by the
/// Levenberg–Marquardt method with exact derivatives.
///
/// The covariance is s²(JᵀJ)⁻¹, from the QR factorisation of the Jacobian J at the end, with s² the sum of squares
/// by the degrees of freedom. `f` is run anew for every point, and may branch. For rows by the thousand,
/// [`Kernel::residuals`](crate::kernel::Kernel::residuals) is faster.
///
/// # Errors
///
/// If there are not as many names as numbers in `start`, a start is not finite, or the residuals are not finite
/// there.
pub fn least_squares(
    names: &[&str],
    start: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>>,
) -> Result<Estimate, Error> {
    least_squares_with(&LeastSquares::default(), names, start, f)
}

/// [`least_squares`] with bounds, several starts or other settings.
///
/// # Errors
///
/// As for `least_squares`, and if a setting has no meaning.
pub fn least_squares_with(
    solver: &LeastSquares,
    names: &[&str],
    start: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>>,
) -> Result<Estimate, Error> {
    check(names, start)?;
    let mut residuals = ResidualClosure::new(&f, start);
    let outcome = solver.solve(&mut residuals, start)?;
    if let Stop::NotFinite { .. } = outcome.stop {
        return Err(Error::new(ErrorKind::Value, format!("least squares: {}", outcome.stop)));
    }
    let information = outcome.triangle.information();
    let degrees_of_freedom = residuals.count().saturating_sub(information.rank());
    let sum = outcome.sum_of_squares;
    let variance = if degrees_of_freedom == 0 { f64::NAN } else { sum / degrees_of_freedom as f64 };
    let mut same = |x: &[f64]| (residuals.sum_of_squares(x) - sum).abs() <= 1e-6 * sum;
    Ok(Estimate::new(
        names,
        outcome.x,
        &information,
        variance,
        Goodness::LeastSquares { sum_of_squares: sum, degrees_of_freedom },
        (outcome.steps, outcome.stop),
        &mut same,
    ))
}

/// Maximises the log-likelihood that `f` returns, from `start`, by Newton's method with exact derivatives.
///
/// The covariance is the inverse of the observed information: of the Hessian of −f at the end.
///
/// ```
/// use chainrule::estimate::maximize;
/// // 7 of 20: the rate is 0.35, its standard error √(0.35·0.65/20).
/// let coin = maximize(&["p"], &[0.5], |p| 7.0 * p[0].ln() + 13.0 * (1.0 - p[0]).ln())?;
/// assert!((coin.values[0] - 0.35).abs() < 1e-9);
/// assert!((coin.std_error(0) - (0.35_f64 * 0.65 / 20.0).sqrt()).abs() < 1e-9);
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// # Errors
///
/// If there are not as many names as numbers in `start`, a start is not finite, or the log-likelihood is not finite
/// there.
pub fn maximize(
    names: &[&str],
    start: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>,
) -> Result<Estimate, Error> {
    maximize_with(&Minimizer::new(Method::Newton), names, start, f)
}

/// [`maximize`] by another method, with bounds or other settings.
///
/// # Errors
///
/// As for `maximize`, and if a setting has no meaning.
pub fn maximize_with(
    minimizer: &Minimizer,
    names: &[&str],
    start: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>,
) -> Result<Estimate, Error> {
    check(names, start)?;
    let mut objective = LogLikelihood::new(&f, start.len());
    let outcome = minimizer.minimize(&mut objective, start)?;
    if let Stop::NotFinite { step: 0, .. } = outcome.stop {
        return Err(Error::new(ErrorKind::Value, format!("likelihood: −{}", outcome.stop)));
    }
    let n = start.len();
    let mut hessian = vec![0.0; n * n];
    objective.hessian(&outcome.x, &mut hessian);
    let information = Information::of_hessian(&hessian, n);
    let value = outcome.value;
    let mut same = |x: &[f64]| (objective.value(x) - value).abs() <= 1e-9 * value.abs();
    Ok(Estimate::new(
        names,
        outcome.x,
        &information,
        1.0,
        Goodness::Likelihood { log_likelihood: -value },
        (outcome.steps, outcome.stop),
        &mut same,
    ))
}

fn check(names: &[&str], start: &[f64]) -> Result<(), Error> {
    if names.len() == start.len() {
        return Ok(());
    }
    let message = format!("{} names for {} numbers at the start", names.len(), start.len());
    Err(Error::new(ErrorKind::Length, message).hint("give one number a name"))
}

impl Estimate {
    fn new(
        names: &[&str],
        values: Vec<f64>,
        information: &Information,
        variance: f64,
        goodness: Goodness,
        end: (usize, Stop),
        same: &mut dyn FnMut(&[f64]) -> bool,
    ) -> Self {
        let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
        let mut issues: Vec<String> = Vec::new();
        if !end.1.is_converged() {
            issues.push(end.1.to_string());
        }
        if information.is_saddle {
            issues
                .push("the curvature is negative in some direction: this is no optimum".to_owned());
        }
        issues.extend(information.blind.iter().map(|d| undetermined(&names, &values, d, same)));
        let scaled = |row: &Vec<f64>| row.iter().map(|v| v * variance).collect();
        Estimate {
            names,
            values,
            covariance: information.inverse.iter().map(scaled).collect(),
            goodness,
            steps: end.0,
            stop: end.1,
            issues,
        }
    }

    /// Standard error of estimate `j`; NaN if the data do not determine it.
    #[must_use]
    pub fn std_error(&self, j: usize) -> f64 {
        self.covariance[j][j].sqrt()
    }

    /// Correlation of two estimates.
    #[must_use]
    pub fn correlation(&self, i: usize, j: usize) -> f64 {
        if i == j { 1.0 } else { self.covariance[i][j] / (self.std_error(i) * self.std_error(j)) }
    }

    /// A function of the parameters at the estimates, and its standard error by the delta method: √(gᵀVg) with
    /// g its gradient and V the covariance. A curve of such values with a few standard errors on either side is a
    /// confidence band.
    pub fn propagate(&self, f: impl for<'g> FnOnce(&[Value<'g>]) -> Value<'g>) -> (f64, f64) {
        let (value, slope) = slices::value_and_grad(f, &self.values);
        let mut variance = 0.0;
        for (row, a) in self.covariance.iter().zip(&slope).filter(|(_, a)| **a != 0.0) {
            // A parameter without influence adds nothing, even if nothing is known of it.
            let used = row.iter().zip(&slope).filter(|(_, b)| **b != 0.0);
            variance += used.map(|(v, b)| a * v * b).sum::<f64>();
        }
        (value, variance.sqrt())
    }
}

/// The values of a point on a graph of their own, for closures.
fn on_graph<T>(x: &[f64], f: impl for<'g> FnOnce(&'g Graph, &[Value<'g>]) -> T) -> T {
    let graph = Graph::new();
    let inputs: Vec<Term<'_, Graph>> = x.iter().map(|&v| graph.value(v)).collect();
    f(&graph, &inputs)
}
