//! Leverage, and standard errors without the assumption of one variance.

use super::check::row;
use super::least_squares::Errors;
use super::solution::Solution;
use crate::{Design, Fit};
use chainrule::error::{Error, ErrorKind};
use nalgebra::DMatrix;
use std::ops::Range;

/// Rows whose directions are in memory at a time.
const CHUNK: usize = 4096;

/// Calls `each` with the first row and the rows √wᵢ xᵢ R⁻¹ of one chunk after the other: the rows of Q.
fn directions(design: &Design, solution: &Solution, mut each: impl FnMut(usize, &DMatrix<f64>)) {
    for start in (0..design.len()).step_by(CHUNK) {
        let end = (start + CHUNK).min(design.len());
        let x = DMatrix::from_fn(end - start, design.columns.len(), |i, j| {
            let weight = design.weights.as_ref().map_or(1.0, |w| w[start + i].sqrt());
            weight * design.columns[j][start + i]
        });
        each(start, &(x * &solution.inverse));
    }
}

/// hᵢ, the derivative of the fitted value of a row with respect to its response.
pub(crate) fn leverage(design: &Design, solution: &Solution) -> Vec<f64> {
    leverage_of(design, solution, |rows| vec![1.0; rows.len()])
}

/// The same where each row has a further factor, the curvature of its loss.
pub(crate) fn leverage_of(
    design: &Design,
    solution: &Solution,
    curvatures: impl Fn(Range<usize>) -> Vec<f64>,
) -> Vec<f64> {
    let mut leverage = Vec::with_capacity(design.len());
    directions(design, solution, |start, q| {
        let mut squares = vec![0.0; q.nrows()];
        for column in q.column_iter() {
            squares.iter_mut().zip(column.iter()).for_each(|(h, x)| *h += x * x);
        }
        let curvatures = curvatures(start..start + q.nrows());
        squares.iter_mut().zip(curvatures).for_each(|(h, c)| *h *= c);
        leverage.extend(squares.into_iter().map(|h: f64| h.min(1.0)));
    });
    leverage
}

/// R⁻¹ (Σ uᵢ² qᵢ qᵢᵀ) R⁻ᵀ with uᵢ the weighted residual, corrected as `errors` says.
pub(crate) fn covariance(
    errors: Errors,
    design: &Design,
    solution: &Solution,
    fit: &Fit,
) -> Result<DMatrix<f64>, Error> {
    /// A row that alone determines a coefficient has no residual to learn from.
    const ALONE: f64 = 1e-10;
    let p = design.columns.len();
    if errors == Errors::Hc3
        && let Some(i) = fit.leverage.iter().position(|h| 1.0 - h < ALONE)
    {
        let message = format!("row {} has leverage 1: HC3 is not defined", row(design, i));
        return Err(Error::new(ErrorKind::Data, message).hint("use HC1, or leave the row out"));
    }
    let mut middle = DMatrix::zeros(p, p);
    directions(design, solution, |start, q| {
        let mut scaled = q.clone();
        for (i, mut row) in scaled.row_iter_mut().enumerate() {
            let i = start + i;
            let weight = design.weights.as_ref().map_or(1.0, |w| w[i].sqrt());
            let leverage = if errors == Errors::Hc3 { fit.leverage[i] } else { 0.0 };
            row *= weight * fit.residuals[i] / (1.0 - leverage);
        }
        middle += scaled.transpose() * scaled;
    });
    let n = fit.rows_used as f64;
    let factor = if errors == Errors::Hc1 { n / (n - p as f64) } else { 1.0 };
    Ok(&solution.inverse * middle * solution.inverse.transpose() * factor)
}
