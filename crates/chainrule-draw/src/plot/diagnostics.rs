//! How well a fitted model describes the rows: predictions, residuals, quantiles, leverage.

use chainrule::Error;
use chainrule::algebra::Op;

use super::axes::{Axis, Plot};
use super::{COLORS, nothing_to_plot, range, widened};
use crate::picture::{Color, Picture, Stroke};

/// Quantiles drawn at most; the tails are drawn whole.
const QUANTILES: usize = 2000;
/// Of these on each side every point is drawn.
const TAIL: usize = 200;
/// Points named in a plot of leverages.
const NAMED: usize = 3;

fn guide() -> Stroke {
    Stroke { dashed: true, ..Stroke::new(Color::hex(0x5f6b76), 1.2) }
}

/// The actual values over the predicted ones, with the line on which both are equal.
///
/// # Errors
/// When there is no row in which both are finite.
pub fn predicted_actual(
    predicted: &[f64],
    actual: &[f64],
    name: &str,
    title: &str,
) -> Result<Picture, Error> {
    let points = finite_pairs(predicted, actual);
    let both = range(points.iter().flat_map(|&(x, y)| [x, y]));
    let both = widened(both.ok_or_else(|| nothing_to_plot("the list of predictions"))?, 0.05);
    let axis = Axis::linear(both);
    let mut plot =
        Plot::new(title, (axis, &format!("predicted {name}")), (axis, &format!("actual {name}")));
    plot.line([(both.0, both.0), (both.1, both.1)], guide());
    plot.cloud(points, COLORS[0].faded(190));
    Ok(plot.finish(true))
}

/// The residuals over the fitted values, with the line of no error and a running mean where the
/// rows are many enough to show whether the model bends away.
///
/// # Errors
/// When there is no row in which both are finite.
pub fn residuals_fitted(fitted: &[f64], residuals: &[f64], title: &str) -> Result<Picture, Error> {
    let mut points = finite_pairs(fitted, residuals);
    let empty = || nothing_to_plot("the list of residuals");
    let x = widened(range(points.iter().map(|p| p.0)).ok_or_else(empty)?, 0.05);
    let y = widened(range(points.iter().map(|p| p.1)).ok_or_else(empty)?, 0.06);
    let mut plot =
        Plot::new(title, (Axis::linear(x), "fitted value"), (Axis::linear(y), "residual"));
    plot.line([(x.0, 0.0), (x.1, 0.0)], guide());
    plot.cloud(points.iter().copied(), COLORS[0].faded(190));
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    plot.line(running_mean(&points), Stroke::new(COLORS[1], 1.6));
    Ok(plot.finish(true))
}

/// Means of up to 20 equal groups of points in order; none for fewer than 40 points.
fn running_mean(sorted: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if sorted.len() < 40 {
        return Vec::new();
    }
    let group = sorted.len().div_ceil(20);
    let mean = |part: &[(f64, f64)], side: fn(&(f64, f64)) -> f64| {
        part.iter().map(side).sum::<f64>() / part.len() as f64
    };
    sorted.chunks(group).map(|part| (mean(part, |p| p.0), mean(part, |p| p.1))).collect()
}

/// The quantiles of the residuals over those of the normal distribution, at (i − ½)/n, with the
/// line through the quartiles. Straight points mean normal residuals.
///
/// # Errors
/// When there are fewer than two finite residuals.
pub fn normal_quantiles(residuals: &[f64], title: &str) -> Result<Picture, Error> {
    let mut sorted: Vec<f64> = residuals.iter().copied().filter(|r| r.is_finite()).collect();
    if sorted.len() < 2 {
        return Err(nothing_to_plot("a list of residuals with fewer than two rows"));
    }
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    let middle = count.saturating_sub(2 * TAIL).div_ceil(QUANTILES - 2 * TAIL).max(1);
    let points: Vec<(f64, f64)> = (0..count)
        .filter(|i| *i < TAIL || count - i <= TAIL || i % middle == 0)
        .map(|i| (normal_quantile((i as f64 + 0.5) / count as f64), sorted[i]))
        .collect();
    let quartile = |part: f64| {
        let place = part * (count - 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below count")]
        let below = place.floor() as usize;
        let above = (below + 1).min(count - 1);
        sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
    };
    let (low, high) = (quartile(0.25), quartile(0.75));
    let slope = (high - low) / (2.0 * normal_quantile(0.75));
    let center = f64::midpoint(low, high);
    let empty = || nothing_to_plot("the list of residuals");
    let x = widened(range(points.iter().map(|p| p.0)).ok_or_else(empty)?, 0.05);
    let y = widened(range(sorted.iter().copied()).ok_or_else(empty)?, 0.06);
    let names = ("normal quantile", "quantile of the residuals");
    let mut plot = Plot::new(title, (Axis::linear(x), names.0), (Axis::linear(y), names.1));
    plot.line([x.0, x.1].map(|z| (z, center + slope * z)), guide());
    plot.cloud(points, COLORS[0].faded(190));
    Ok(plot.finish(true))
}

/// Where the distribution function of the normal distribution is `p`, by bisection.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let (mut low, mut high) = (-40.0, 0.0);
    // 60 halvings of 40 reach the spacing of numbers.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if Op::NormalCdf.value(&[middle]) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The standardised residuals over the leverages, with the curves on which Cook's distance is ½ and
/// 1 and the numbers of the rows with the greatest.
///
/// Cook's distance of a row is `r²/p · h/(1 − h)` for its standardised residual r, leverage h and
/// `parameters` p (Cook 1977).
///
/// # Errors
/// When there is no row in which both are finite.
pub fn leverage(
    leverages: &[f64],
    standardized: &[f64],
    rows: &[usize],
    parameters: usize,
    title: &str,
) -> Result<Picture, Error> {
    let points = finite_pairs(leverages, standardized);
    let empty = || nothing_to_plot("the list of leverages");
    let (_, most) = range(points.iter().map(|p| p.0)).ok_or_else(empty)?;
    let tall = range(points.iter().map(|p| p.1)).ok_or_else(empty)?;
    let x = (0.0, (most * 1.08).max(1e-6));
    let (low, high) = widened((tall.0.min(-2.0), tall.1.max(2.0)), 0.08);
    // Above the points is room for the legend.
    let y = (low, high + 0.2 * (high - low));
    let names = ("leverage", "standardised residual");
    let mut plot = Plot::new(title, (Axis::linear(x), names.0), (Axis::linear(y), names.1));
    plot.line([(x.0, 0.0), (x.1, 0.0)], guide());
    let p = parameters.max(1) as f64;
    let levels = [(0.5, COLORS[4]), (1.0, COLORS[1])];
    for (cook, color) in levels {
        for sign in [1.0, -1.0] {
            let curve = (1..200).map(|i| x.1 * f64::from(i) / 200.0).filter(|h| *h < 1.0);
            let curve = curve.map(|h| (h, sign * (cook * p * (1.0 - h) / h).sqrt()));
            plot.line(curve, Stroke { dashed: true, ..Stroke::new(color, 1.2) });
        }
    }
    plot.cloud(points, COLORS[0].faded(190));
    let mut cooks: Vec<(f64, usize)> = (0..leverages.len().min(standardized.len()))
        .map(|i| (cook(leverages[i], standardized[i], p), i))
        .filter(|(cook, _)| cook.is_finite() && *cook > 4.0 / leverages.len() as f64)
        .collect();
    cooks.sort_by(|a, b| b.0.total_cmp(&a.0));
    for &(_, i) in cooks.iter().take(NAMED) {
        let row = rows.get(i).copied().unwrap_or(i) + 1;
        plot.note((leverages[i], standardized[i]), &format!("row {row}"));
    }
    plot.legend(&levels.map(|(cook, color)| {
        (if cook < 1.0 { "Cook's distance ½" } else { "Cook's distance 1" }, color)
    }));
    Ok(plot.finish(true))
}

fn cook(leverage: f64, standardized: f64, parameters: f64) -> f64 {
    standardized * standardized / parameters * leverage / (1.0 - leverage)
}

/// The response over the only column of a model, with the fitted curve and its band, both in the
/// order of `x`.
///
/// # Errors
/// When there is no row in which both are finite.
pub fn fitted_curve(
    data: (&[f64], &[f64]),
    curve: &[(f64, f64)],
    band: &[(f64, f64, f64)],
    names: (&str, &str),
    title: &str,
) -> Result<Picture, Error> {
    let points = finite_pairs(data.0, data.1);
    let empty = || nothing_to_plot("the list of rows");
    let x = widened(range(points.iter().map(|p| p.0)).ok_or_else(empty)?, 0.03);
    let heights = points.iter().chain(curve).map(|p| p.1);
    let y = widened(range(heights).ok_or_else(empty)?, 0.06);
    let mut plot = Plot::new(title, (Axis::linear(x), names.0), (Axis::linear(y), names.1));
    plot.line(band.iter().map(|&(x, low, _)| (x, low)), guide());
    plot.line(band.iter().map(|&(x, _, high)| (x, high)), guide());
    plot.cloud(points, COLORS[0].faded(190));
    plot.line(curve.iter().copied(), Stroke::new(COLORS[1], 1.8));
    Ok(plot.finish(true))
}

fn finite_pairs(x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
    let pairs = x.iter().copied().zip(y.iter().copied());
    pairs.filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
}
