//! What is known of a model at coefficients that were found by descent.

use crate::linear::inference::{Reference, coefficients};
use crate::{Design, Family, Fit, Glm, LeastSquares, Status};
use chainrule::error::Error;
use nalgebra::DMatrix;

/// The fit at these coefficients; errors are those of the curvature there.
pub(super) fn fit(
    design: &Design,
    family: Family,
    level: f64,
    estimates: &[f64],
    status: Status,
    steps: usize,
) -> Result<Fit, Error> {
    if family != Family::Gaussian {
        return Glm { level, ..Glm::new(family) }.at(design, estimates, status, steps);
    }
    let mut fit = LeastSquares { level, ..LeastSquares::default() }.fit(design)?;
    (fit.status, fit.steps) = (status, steps);
    fit.fitted = design.predictor(estimates);
    fit.residuals = design.response.iter().zip(&fit.fitted).map(|(y, f)| y - f).collect();
    let weight = |i: usize| design.weights.as_ref().map_or(1.0, |w| w[i]);
    let rss: f64 = fit.residuals.iter().enumerate().map(|(i, r)| weight(i) * r * r).sum();
    // How much more is left than the exact solution leaves: 1 when the descent has arrived.
    let ratio = fit.rss.map_or(1.0, |least| if least > 0.0 { rss / least } else { 1.0 });
    let p = estimates.len();
    let covariance = DMatrix::from_fn(p, p, |i, j| fit.covariance[i][j] * ratio);
    let reference = Reference::T(fit.residual_df);
    fit.coefficients = coefficients(&design.names, estimates, &covariance, reference, level);
    fit.covariance = crate::linear::inference::rows(&covariance);
    fit.rss = Some(rss);
    fit.residual_sd = fit.residual_sd.map(|sd| sd * ratio.sqrt());
    fit.r_squared = fit.r_squared.map(|r| 1.0 - (1.0 - r) * ratio);
    fit.adjusted_r_squared = fit.adjusted_r_squared.map(|r| 1.0 - (1.0 - r) * ratio);
    // Tests and criteria suppose that the sum of squares is the smallest.
    if status != Status::Converged {
        fit.f_statistic = None;
        (fit.log_likelihood, fit.aic, fit.bic) = (None, None, None);
    }
    Ok(fit)
}
