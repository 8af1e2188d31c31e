//! Standard errors, test statistics, p-values and intervals from a covariance.

use crate::Coefficient;
use crate::distribution::{FisherF, Normal, StudentT};
use chainrule::error::{Error, ErrorKind};
use nalgebra::{DMatrix, DVector};

/// What an estimate divided by its standard error is compared with.
#[derive(Clone, Copy)]
pub(crate) enum Reference {
    /// Student's t with the degrees of freedom of the residuals.
    T(f64),
    /// The normal distribution.
    Z,
}

impl Reference {
    /// P(|T| > |statistic|).
    pub(crate) fn two_sided(self, statistic: f64) -> f64 {
        match self {
            Reference::T(df) => StudentT { df }.two_sided(statistic),
            Reference::Z => Normal.two_sided(statistic),
        }
    }

    /// How many standard errors an interval reaches to each side.
    pub(crate) fn reach(self, level: f64) -> f64 {
        let p = 0.5 + 0.5 * level;
        match self {
            Reference::T(df) => StudentT { df }.quantile(p),
            Reference::Z => Normal.quantile(p),
        }
    }
}

/// Refuses a confidence level outside (0, 1).
pub(crate) fn check_level(level: f64) -> Result<(), Error> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    let message = format!("a confidence level is between 0 and 1, not {level}");
    Err(Error::new(ErrorKind::Option, message).hint("0.95 is usual"))
}

/// The coefficients with what their covariance says about them.
pub(crate) fn coefficients(
    names: &[String],
    estimates: &[f64],
    covariance: &DMatrix<f64>,
    reference: Reference,
    level: f64,
) -> Vec<Coefficient> {
    let reach = reference.reach(level);
    let each = names.iter().zip(estimates).enumerate().map(|(j, (name, &estimate))| {
        let std_error = covariance[(j, j)].max(0.0).sqrt();
        let std_error = if covariance[(j, j)].is_nan() { f64::NAN } else { std_error };
        let statistic = estimate / std_error;
        Coefficient {
            name: name.clone(),
            estimate,
            std_error,
            statistic,
            p_value: reference.two_sided(statistic),
            interval: (estimate - reach * std_error, estimate + reach * std_error),
        }
    });
    each.collect()
}

/// Wald's F of all coefficients but the intercept: bᵀ V⁻¹ b / q with q and `df` degrees of freedom, and
/// its p-value.
pub(crate) fn wald(
    estimates: &[f64],
    covariance: &DMatrix<f64>,
    has_intercept: bool,
    df: f64,
) -> Option<(f64, f64, f64)> {
    let first = usize::from(has_intercept);
    let q = estimates.len() - first;
    let b = DVector::from_column_slice(&estimates[first..]);
    let v = covariance.view((first, first), (q, q)).clone_owned();
    // Dividing by the standard errors keeps the decomposition from mixing units.
    let scale = v.diagonal().map(f64::sqrt);
    let v = DMatrix::from_fn(q, q, |i, j| v[(i, j)] / (scale[i] * scale[j]));
    let b = b.component_div(&scale);
    let solved = v.cholesky()?.solve(&b);
    f_test(b.dot(&solved) / q as f64, q as f64, df)
}

/// An F statistic with its degrees of freedom and p-value.
pub(crate) fn f_test(f: f64, numerator: f64, denominator: f64) -> Option<(f64, f64, f64)> {
    (numerator > 0.0 && denominator > 0.0 && !f.is_nan())
        .then(|| (f, numerator, FisherF { numerator, denominator }.upper(f)))
}

/// A matrix row by row.
pub(crate) fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}
