//! Functions of two variables: contours with the path of a descent, and decision regions.

use chainrule::Error;
use chainrule::error::ErrorKind;

use super::axes::{Axis, Plot};
use super::contour::Grid;
use super::curves::draw_path;
use super::{COLORS, nothing_to_plot, range, widened};
use crate::picture::{Color, Mark, Picture, Step, Stroke};

/// Cells of the sampled field in each direction.
const CELLS: u32 = 120;
const LEVELS: u32 = 12;

/// Filled contours of a function of two variables with the points that a descent visited.
///
/// Levels are even in the logarithm of the height above the lowest value seen, so that a narrow
/// valley shows. Cost: about 15 000 evaluations of `f`.
///
/// # Errors
/// When the path has no finite point, or the function no finite value around it.
pub fn contour_path_2d(
    f: impl Fn(f64, f64) -> f64,
    path: &[(f64, f64)],
    names: (&str, &str),
    title: &str,
) -> Result<Picture, Error> {
    let visited = |side: fn(&(f64, f64)) -> f64| {
        range(path.iter().map(side)).ok_or_else(|| nothing_to_plot("the path"))
    };
    let x = widened(visited(|point| point.0)?, 0.25);
    let y = widened(visited(|point| point.1)?, 0.25);
    let grid = Grid::sample(&f, x, y, CELLS);
    let on_path = path.iter().map(|&(x, y)| f(x, y));
    let (low, high) = range(grid.values.iter().copied().chain(on_path))
        .ok_or_else(|| nothing_to_plot("the function"))?;
    let mut plot = Plot::new(title, (Axis::linear(x), names.0), (Axis::linear(y), names.1));
    let levels = levels(low, high);
    fill(&mut plot, &grid, f64::NEG_INFINITY, shade(0.0));
    for (i, &level) in levels.iter().enumerate() {
        fill(&mut plot, &grid, level, shade((i as f64 + 1.0) / levels.len() as f64));
    }
    for &level in &levels {
        for line in grid.lines(level) {
            plot.line(line, Stroke::new(Color::WHITE.faded(150), 0.7));
        }
    }
    draw_path(&mut plot, path);
    Ok(plot.finish(false))
}

fn levels(low: f64, high: f64) -> Vec<f64> {
    let height = high - low;
    if height <= 0.0 || !height.is_finite() {
        return Vec::new();
    }
    // From a ten-thousandth of the height to all of it.
    (1..LEVELS)
        .map(|i| low + height * 10f64.powf(-4.0 * (1.0 - f64::from(i) / f64::from(LEVELS))))
        .collect()
}

/// From light (low) to dark (high), in one hue, so that grey print keeps the order.
fn shade(part: f64) -> Color {
    let mix = |light: f64, dark: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
        let byte = (light + (dark - light) * part).round().clamp(0.0, 255.0) as u8;
        byte
    };
    Color([mix(242.0, 20.0), mix(247.0, 66.0), mix(252.0, 122.0), 255])
}

fn fill(plot: &mut Plot, grid: &Grid, level: f64, color: Color) {
    let mut steps = Vec::new();
    for polygon in grid.above(level) {
        for (i, &(x, y)) in polygon.iter().enumerate() {
            let at = plot.at(x, y);
            steps.push(if i == 0 { Step::Move(at) } else { Step::Line(at) });
        }
        steps.push(Step::Close);
    }
    // The hairline closes the seams that smoothing leaves between neighbouring polygons.
    let stroke = Some(Stroke::new(color, 0.5));
    plot.add(Mark::Path { steps, fill: Some(color), stroke });
}

/// The two regions of a classifier, `score` ≥ 0 and below, with points of both classes; a positive
/// label is the first class.
///
/// Without `limits` of x and y the frame reaches 0.5 beyond the points on each side.
///
/// # Errors
/// When there is no finite point, or a limit is not below the other.
pub fn decision_boundary(
    score: impl Fn(f64, f64) -> f64,
    points: &[(f64, f64)],
    labels: &[f64],
    limits: Option<[(f64, f64); 2]>,
    title: &str,
) -> Result<Picture, Error> {
    let around = |side: fn(&(f64, f64)) -> f64| {
        let (low, high) =
            range(points.iter().map(side)).ok_or_else(|| nothing_to_plot("the list of points"))?;
        Ok::<_, Error>((low - 0.5, high + 0.5))
    };
    let [x, y] = match limits {
        Some(limits) => limits,
        None => [around(|point| point.0)?, around(|point| point.1)?],
    };
    for (low, high) in [x, y] {
        let width = high - low;
        if !(width.is_finite() && width > 0.0) {
            let message = format!("limits {low} and {high} are not an interval");
            return Err(Error::new(ErrorKind::Option, message).hint("give the lower one first"));
        }
    }
    let grid = Grid::sample(score, x, y, CELLS);
    let mut plot = Plot::new(title, (Axis::linear(x), "x₁"), (Axis::linear(y), "x₂"));
    let [positive, negative] = [COLORS[0], COLORS[1]];
    let pale = |Color([r, g, b, _]): Color| {
        let mix = |c: u8| u8::try_from((u16::from(c) * 3 + 255 * 7) / 10).unwrap_or(255);
        Color([mix(r), mix(g), mix(b), 255])
    };
    fill(&mut plot, &grid, f64::NEG_INFINITY, pale(negative));
    fill(&mut plot, &grid, 0.0, pale(positive));
    for line in grid.lines(0.0) {
        plot.line(line, Stroke::new(Color::INK.faded(170), 1.2));
    }
    for (&point, &label) in points.iter().zip(labels) {
        plot.dot(point, 3.8, if label > 0.0 { positive } else { negative });
    }
    plot.legend(&[("positive", positive), ("negative", negative)]);
    Ok(plot.finish(false))
}
