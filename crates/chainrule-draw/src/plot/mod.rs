//! Plots of an optimisation (loss curve, descent path, contours, decision regions) and of a fitted
//! model (residuals, quantiles, leverage, coefficients, penalties).
//!
//! ```
//! use chainrule_draw::{SvgOptions, plot};
//!
//! let losses = [28.0, 19.0, 13.24, 9.55];
//! let picture = plot::loss_curve(&[("gd", &losses)], "loss of each step")?;
//! assert!(picture.svg(&SvgOptions::default()).contains("loss of each step"));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod axes;
mod contour;
mod curves;
mod diagnostics;
mod estimates;
mod fields;

pub use curves::{descent_path_1d, loss_curve};
pub use diagnostics::{
    fitted_curve, leverage, normal_quantiles, predicted_actual, residuals_fitted,
};
pub use estimates::{PenaltyScore, coefficients, cross_validation, regularization_path};
pub use fields::{contour_path_2d, decision_boundary};

use chainrule::Error;
use chainrule::error::ErrorKind;

use crate::picture::Color;

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008).
const COLORS: [Color; 7] = [
    Color::hex(0x0072b2),
    Color::hex(0xd55e00),
    Color::hex(0x009e73),
    Color::hex(0xcc79a7),
    Color::hex(0xe69f00),
    Color::hex(0x56b4e9),
    Color::hex(0x5b5b5b),
];

/// Least and greatest of the finite numbers.
fn range(numbers: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.into_iter().filter(|x| x.is_finite()).fold(None, |range, x| match range {
        None => Some((x, x)),
        Some((low, high)) => Some((low.min(x), high.max(x))),
    })
}

fn nothing_to_plot(what: &str) -> Error {
    Error::new(ErrorKind::Value, format!("nothing to plot: {what} has no finite number"))
}

/// An interval somewhat wider than the given one, and never empty.
fn widened((low, high): (f64, f64), part: f64) -> (f64, f64) {
    let room = (high - low) * part;
    let least = (low.abs().max(high.abs()) * 1e-6).max(1e-9);
    let room = if high - low > least { room } else { (low.abs() * 0.1).max(0.5) };
    (low - room, high + room)
}

#[cfg(test)]
mod tests;
