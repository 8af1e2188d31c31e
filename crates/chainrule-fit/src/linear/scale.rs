//! Columns by their mean and standard deviation.

use crate::Design;

/// Mean and population standard deviation, √(Σ wᵢ (xᵢ − mean)² / Σ wᵢ).
pub(crate) fn moments(numbers: &[f64], weights: Option<&[f64]>) -> (f64, f64) {
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let total: f64 = weights.map_or(numbers.len() as f64, |w| w.iter().sum());
    let sum: f64 = numbers.iter().enumerate().map(|(i, x)| weight(i) * x).sum();
    let mean = sum / total;
    let each = numbers.iter().enumerate().map(|(i, x)| (weight(i), x - mean));
    // What is left of the mean's rounding is taken out of the squares: Chan, Golub, LeVeque (1983).
    let (squares, rest) =
        each.fold((0.0, 0.0), |(squares, rest), (w, d)| (squares + w * d * d, rest + w * d));
    let variance = (squares - rest * rest / total) / total;
    (mean + rest / total, variance.max(0.0).sqrt())
}

/// The population standard deviation of each column, 0 for the intercept; without an intercept, nothing
/// is centred: the root of the mean square.
pub(crate) fn deviations(design: &Design) -> Vec<f64> {
    let weights = design.weights.as_deref();
    let each = design.columns.iter().enumerate().map(|(j, column)| {
        if design.has_intercept {
            if j == 0 { 0.0 } else { moments(column, weights).1 }
        } else {
            let squares: Vec<f64> = column.iter().map(|x| x * x).collect();
            moments(&squares, weights).0.sqrt()
        }
    });
    each.collect()
}
