//! What a formula with estimated parameters gives at new rows, with its uncertainty.

use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::Kernel;

use super::formula::RowFormula;
use crate::linear::inference::{Reference, check_level};
use crate::rows::Rows;
use crate::{Fit, Missing, Prediction, Table};

/// `value` over parameters, columns and a column without meaning, at the rows of a table.
pub(crate) fn predict(
    rows: &RowFormula,
    value: &Kernel,
    fit: &Fit,
    table: &Table,
    level: f64,
) -> Result<Vec<Prediction>, Error> {
    check_level(level)?;
    let names = &rows.parameters;
    let is_own = fit.coefficients.iter().map(|c| &c.name).eq(names);
    if !is_own || fit.covariance.len() != names.len() {
        let message = format!("the fit is not one of `{}`", rows.formula);
        return Err(
            Error::new(ErrorKind::Name, message).hint("predict with the model that was fitted")
        );
    }
    let used: Vec<&str> = value.columns().iter().map(String::as_str).collect();
    let (_, used) = used.split_last().unwrap_or((&"", &[]));
    let complete = Rows::complete(table, used, &[], Missing::Error)?;
    let mut columns = complete.columns();
    let filler = vec![0.0; table.rows()];
    columns.push(&filler);
    let x: Vec<f64> = fit.coefficients.iter().map(|c| c.estimate).collect();
    let wrt: Vec<&str> = names.iter().map(String::as_str).collect();
    let batch = value.gradient_batch(&x, &columns, &wrt)?;

    let noise = fit.residual_sd.map_or(f64::NAN, |s| s * s);
    let is_normal = fit.residual_sd.is_some();
    let reference = if is_normal { Reference::T(fit.residual_df) } else { Reference::Z };
    let reach = reference.reach(level);
    let one = |(i, &value): (usize, &f64)| {
        let slope = |j: usize| batch.gradients[j][i];
        let mut variance = 0.0;
        for (j, row) in fit.covariance.iter().enumerate() {
            for (k, v) in row.iter().enumerate() {
                // A parameter without influence here adds nothing, even if nothing is known of it.
                if slope(j) != 0.0 && slope(k) != 0.0 {
                    variance += slope(j) * v * slope(k);
                }
            }
        }
        let around = |variance: f64| {
            let half = reach * variance.sqrt();
            (value - half, value + half)
        };
        let variance = if variance < 0.0 { 0.0 } else { variance };
        Prediction {
            value,
            std_error: variance.sqrt(),
            confidence: around(variance),
            prediction: around(variance + noise),
        }
    };
    Ok(batch.values.iter().enumerate().map(one).collect())
}
