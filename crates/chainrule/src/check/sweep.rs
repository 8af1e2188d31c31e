//! How the step of a difference quotient decides its error: too large truncates, too small rounds.

use super::difference::{Estimate, along, central, derivative, forward};
use std::fmt;

/// Errors of difference quotients for steps from 10⁻¹ to 10⁻¹⁵.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// One row a step, from large to small.
    pub rows: Vec<SweepRow>,
    /// The derivative that was passed in.
    pub backward: f64,
    /// The derivative by extrapolated differences: an opinion from outside.
    pub reference: Estimate,
}

/// One step of a [`Sweep`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepRow {
    /// The step.
    pub h: f64,
    /// Absolute error of the forward difference.
    pub forward: f64,
    /// Absolute error of the central difference.
    pub central: f64,
}

/// Sweeps the step of the difference quotients of `value` in its variable `i` at `x`, where
/// `backward` is the derivative to be judged.
///
/// Errors are taken against `backward` if the extrapolated differences confirm it, since it is
/// then the more accurate of the two; otherwise against the extrapolated differences.
///
/// ```
/// let f = |x: &[f64]| x[0] * x[0] - 10.0 * x[0] + 28.0;
/// let sweep = chainrule::check::sweep(f, &[6.0], 0, 2.0);
/// assert_eq!(sweep.backward_error(), 0.0);
/// assert!(sweep.rows[3].forward > 0.9e-4 && sweep.rows[3].central < 1e-11);
/// ```
///
/// # Panics
///
/// If `x` has no variable `i`.
pub fn sweep(mut value: impl FnMut(&[f64]) -> f64, x: &[f64], i: usize, backward: f64) -> Sweep {
    let mut point = x.to_vec();
    let mut f = |v: f64| along(&mut value, &mut point, i, v);
    let reference = derivative(&mut f, x[i]);
    let confirmed = (backward - reference.value).abs() <= reference.error;
    let truth = if confirmed { backward } else { reference.value };
    let row = |k: i32| {
        let h: f64 = format!("1e-{k}").parse().expect("a power of ten is a number");
        let forward = (forward(&mut f, x[i], h) - truth).abs();
        SweepRow { h, forward, central: (central(&mut f, x[i], h) - truth).abs() }
    };
    Sweep { rows: (1..=15).map(row).collect(), backward, reference }
}

impl Sweep {
    /// Distance of the derivative passed in from the extrapolated differences.
    #[must_use]
    pub fn backward_error(&self) -> f64 {
        (self.backward - self.reference.value).abs()
    }
}

/// The table, and the backward error as far as differences can tell.
impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "h        forward error   central error")?;
        for row in &self.rows {
            let (h, forward) = (exponent(row.h, 0), exponent(row.forward, 1));
            writeln!(f, "{h:<9}{forward:<16}{}", exponent(row.central, 1))?;
        }
        let error = self.backward_error();
        if error == 0.0 {
            writeln!(f, "backward error: 0")
        } else if error <= self.reference.error {
            let limit = exponent(self.reference.error, 0);
            writeln!(f, "backward error: below {limit}, the accuracy of the differences")
        } else {
            writeln!(f, "backward error: {}", exponent(error, 1))
        }
    }
}

/// `1.0e-01`: an exponent of at least two digits, so that columns stand straight.
fn exponent(x: f64, places: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let text = format!("{x:.places$e}");
    let (mantissa, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("+", exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}
