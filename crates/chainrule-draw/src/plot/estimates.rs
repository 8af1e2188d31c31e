//! What was estimated: coefficients with their intervals, and how they depend on a penalty.

use chainrule::Error;

use super::axes::{Axis, Plot};
use super::{COLORS, nothing_to_plot, range, widened};
use crate::picture::{Color, Picture, Stroke};

/// Curves with a colour of their own and a name; the others are grey.
const NAMED_CURVES: usize = 7;

/// An estimate with its interval for each name, the first on top, and the line of no effect.
/// An interval that is not finite is left out.
///
/// # Errors
/// When no estimate is finite.
pub fn coefficients(
    entries: &[(&str, f64, (f64, f64))],
    label: &str,
    title: &str,
) -> Result<Picture, Error> {
    let numbers = entries.iter().flat_map(|&(_, x, (low, high))| [x, low, high]);
    let all = range(numbers).ok_or_else(|| nothing_to_plot("the list of estimates"))?;
    let x = widened((all.0.min(0.0), all.1.max(0.0)), 0.06);
    let names: Vec<&str> = entries.iter().map(|entry| entry.0).collect();
    let mut plot = Plot::of_rows(title, (Axis::linear(x), label), &names);
    let zero = Stroke { dashed: true, ..Stroke::new(Color::hex(0x5f6b76), 1.2) };
    plot.line([(0.0, -0.5), (0.0, entries.len() as f64 - 0.5)], zero);
    for (i, &(_, estimate, (low, high))) in entries.iter().enumerate() {
        let row = i as f64;
        // What may be nothing stands back.
        let is_clear = low > 0.0 || high < 0.0 || !low.is_finite() || !high.is_finite();
        let color = if is_clear { COLORS[0] } else { Color::GREY };
        plot.line([(low, row), (high, row)], Stroke::new(color, 2.2));
        plot.dot((estimate, row), 4.4, color);
    }
    Ok(plot.finish(true))
}

/// How coefficients shrink as a penalty grows, on a logarithmic scale: a curve for each name, and a
/// line at the penalty that was `chosen`.
///
/// # Errors
/// When no penalty is positive or no coefficient finite.
pub fn regularization_path(
    penalties: &[f64],
    curves: &[(&str, Vec<f64>)],
    chosen: Option<f64>,
    title: &str,
) -> Result<Picture, Error> {
    let heights = curves.iter().flat_map(|(_, curve)| curve.iter().copied());
    let y = range(heights).ok_or_else(|| nothing_to_plot("the list of coefficients"))?;
    let y = widened((y.0.min(0.0), y.1.max(0.0)), 0.06);
    let x = penalty_axis(penalties)?;
    let mut plot = Plot::new(title, (x, "penalty"), (Axis::linear(y), "coefficient"));
    mark_chosen(&mut plot, chosen, y);
    let mut order: Vec<usize> = (0..curves.len()).collect();
    let height = |i: &usize| curves[*i].1.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    order.sort_by(|a, b| height(b).total_cmp(&height(a)));
    let mut legend = Vec::new();
    for (place, &i) in order.iter().enumerate() {
        let is_named = place < NAMED_CURVES;
        let color = if is_named { COLORS[place] } else { Color::GREY };
        let (name, curve) = &curves[i];
        if is_named {
            legend.push((*name, color));
        }
        let points = penalties.iter().copied().zip(curve.iter().copied());
        plot.line(points, Stroke::new(color, if is_named { 1.8 } else { 0.9 }));
    }
    plot.legend(&legend);
    Ok(plot.finish(true))
}

/// The mean error of a model on rows it has not seen, and how far that mean is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltyScore {
    /// The penalty, positive.
    pub penalty: f64,
    /// Mean of the error over the parts.
    pub mean: f64,
    /// Standard error of that mean.
    pub std_error: f64,
}

/// The errors of cross-validation over the penalty, with a bar of one standard error to each side
/// and a line at the penalty that was `chosen`.
///
/// # Errors
/// When no penalty is positive or no error finite.
pub fn cross_validation(
    scores: &[PenaltyScore],
    chosen: Option<f64>,
    label: &str,
    title: &str,
) -> Result<Picture, Error> {
    let ends = |s: &PenaltyScore| [s.mean, s.mean - s.std_error, s.mean + s.std_error];
    let heights = range(scores.iter().flat_map(ends));
    let y = widened(heights.ok_or_else(|| nothing_to_plot("the list of errors"))?, 0.06);
    let penalties: Vec<f64> = scores.iter().map(|s| s.penalty).collect();
    let x = penalty_axis(&penalties)?;
    let mut plot = Plot::new(title, (x, "penalty"), (Axis::linear(y), label));
    mark_chosen(&mut plot, chosen, y);
    for s in scores {
        let bar = [(s.penalty, s.mean - s.std_error), (s.penalty, s.mean + s.std_error)];
        plot.line(bar, Stroke::new(COLORS[0].faded(120), 1.4));
    }
    plot.line(scores.iter().map(|s| (s.penalty, s.mean)), Stroke::new(COLORS[0], 1.4));
    for s in scores {
        plot.dot((s.penalty, s.mean), 3.2, COLORS[0]);
    }
    Ok(plot.finish(true))
}

fn penalty_axis(penalties: &[f64]) -> Result<Axis, Error> {
    let positive = range(penalties.iter().copied().filter(|p| *p > 0.0));
    let ends = positive.ok_or_else(|| nothing_to_plot("the list of positive penalties"))?;
    Ok(Axis::logarithmic(ends))
}

fn mark_chosen(plot: &mut Plot, chosen: Option<f64>, (low, high): (f64, f64)) {
    if let Some(penalty) = chosen {
        let stroke = Stroke { dashed: true, ..Stroke::new(COLORS[1], 1.4) };
        plot.line([(penalty, low), (penalty, high)], stroke);
    }
}
