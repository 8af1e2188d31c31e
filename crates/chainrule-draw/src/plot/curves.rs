//! Curves: losses over the steps, and a function of one variable with the path of a descent.

use chainrule::Error;

use super::axes::{Axis, Plot};
use super::{COLORS, nothing_to_plot, range, widened};
use crate::picture::{Color, Mark, Picture, Point, Stroke};

/// Samples of a function's curve.
const SAMPLES: u32 = 400;

/// The loss of every step, one curve for each named run.
///
/// The loss axis is logarithmic if all losses are positive and the greatest is over 20 times the
/// least. A loss that is not finite leaves a gap.
///
/// # Errors
/// When there is no finite loss.
pub fn loss_curve(runs: &[(&str, &[f64])], title: &str) -> Result<Picture, Error> {
    let losses = || runs.iter().flat_map(|(_, run)| run.iter().copied());
    let (low, high) = range(losses()).ok_or_else(|| nothing_to_plot("the list of losses"))?;
    let steps = runs.iter().map(|(_, run)| run.len()).max().unwrap_or(1).saturating_sub(1).max(1);
    let y = if low > 0.0 && high > 20.0 * low {
        Axis::logarithmic((low, high))
    } else {
        Axis::linear(widened((low, high), 0.05))
    };
    let x = Axis::linear((0.0, steps as f64));
    let mut plot = Plot::new(title, (x, "step"), (y, "loss"));
    let colors = || COLORS.iter().copied().cycle();
    for ((_, run), color) in runs.iter().zip(colors()) {
        let points = || run.iter().enumerate().map(|(i, &loss)| (i as f64, loss));
        plot.line(points(), Stroke::new(color, 1.8));
        if run.len() <= 30 {
            points().for_each(|point| plot.dot(point, 3.2, color));
        }
    }
    if runs.len() > 1 {
        let names: Vec<_> = runs.iter().zip(colors()).map(|(run, color)| (run.0, color)).collect();
        plot.legend(&names);
    }
    Ok(plot.finish(true))
}

/// The curve of a function of one variable with the points that a descent visited, first to last.
///
/// # Errors
/// When the path has no finite point, or the function no finite value around it.
pub fn descent_path_1d(
    f: impl Fn(f64) -> f64,
    path: &[f64],
    name: &str,
    title: &str,
) -> Result<Picture, Error> {
    let visited = range(path.iter().copied()).ok_or_else(|| nothing_to_plot("the path"))?;
    let (low, high) = widened(visited, 0.35);
    let curve: Vec<(f64, f64)> = (0..=SAMPLES)
        .map(|i| low + (high - low) * f64::from(i) / f64::from(SAMPLES))
        .map(|x| (x, f(x)))
        .collect();
    let points: Vec<(f64, f64)> = path.iter().map(|&x| (x, f(x))).collect();
    let seen = curve.iter().chain(&points).map(|point| point.1);
    let heights = range(seen).ok_or_else(|| nothing_to_plot("the function"))?;
    let x = Axis::linear((low, high));
    let y = Axis::linear(widened(heights, 0.06));
    let mut plot = Plot::new(title, (x, name), (y, &format!("f({name})")));
    plot.line(curve, Stroke::new(COLORS[0], 2.0));
    draw_path(&mut plot, &points);
    Ok(plot.finish(true))
}

/// A path whose last point has a ring.
pub(super) fn draw_path(plot: &mut Plot, points: &[(f64, f64)]) {
    let path = Color::hex(0xd55e00);
    plot.line(points.iter().copied(), Stroke::new(path, 1.4));
    // Dots that would hide the line and each other are left out.
    let mut drawn: Option<Point> = None;
    for &(x, y) in points {
        let at = plot.at(x, y);
        if drawn.is_none_or(|last| (at.x - last.x).hypot(at.y - last.y) > 5.0) {
            plot.dot((x, y), 3.4, path);
            drawn = Some(at);
        }
    }
    if let Some(&(x, y)) = points.last() {
        let center = plot.at(x, y);
        if center.x.is_finite() && center.y.is_finite() {
            let stroke = Some(Stroke::new(Color::INK, 1.6));
            plot.add(Mark::Dot { center, radius: 5.5, fill: path.faded(0), stroke });
        }
    }
}
