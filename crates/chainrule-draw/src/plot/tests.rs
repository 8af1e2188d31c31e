//! Plots: contours against known areas and curves, axes, what cannot be plotted.

use super::axes::{Axis, Plot};
use super::contour::Grid;
use super::*;
use crate::{PngOptions, SvgOptions};

fn area(polygon: &[(f64, f64)]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    let twice: f64 = polygon.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    twice.abs() / 2.0
}

#[test]
fn a_circle_has_its_area_and_one_closed_line_on_it() {
    let grid = Grid::sample(|x, y| 1.0 - x * x - y * y, (-1.5, 1.5), (-1.5, 1.5), 120);
    let inside: f64 = grid.above(0.0).iter().map(|polygon| area(polygon)).sum();
    // Chords within a circle: the error falls with the square of the cell, 3/120.
    assert!((inside - std::f64::consts::PI).abs() < 0.002, "{inside}");
    let lines = grid.lines(0.0);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].first(), lines[0].last());
    assert!(lines[0].iter().all(|&(x, y)| (x.hypot(y) - 1.0).abs() < 1e-3));
}

#[test]
fn regions_above_and_below_a_level_fill_the_frame() {
    let saddle = |x: f64, y: f64| x * y + 0.01;
    let grid = Grid::sample(saddle, (-1.0, 1.0), (-2.0, 2.0), 31);
    let mirrored = Grid::sample(|x, y| -saddle(x, y), (-1.0, 1.0), (-2.0, 2.0), 31);
    let total: f64 = [grid, mirrored]
        .iter()
        .flat_map(|grid| grid.above(0.0))
        .map(|polygon| area(&polygon))
        .sum();
    // Where opposite corners agree both sides claim the middle of the cell.
    assert!((total - 8.0).abs() < 2.0 * 8.0 / (31.0 * 31.0), "{total}");
}

#[test]
fn cells_without_a_number_are_empty() {
    let half = Grid::sample(|x, _| (x - 0.5).sqrt(), (0.0, 1.0), (0.0, 1.0), 10);
    let filled: f64 = half.above(f64::NEG_INFINITY).iter().map(|polygon| area(polygon)).sum();
    assert!((filled - 0.5).abs() < 1e-9, "{filled}");
}

#[test]
fn lines_are_cut_at_the_frame() {
    let unit = Axis::linear((0.0, 1.0));
    let mut plot = Plot::new("", (unit, "x"), (unit, "y"));
    let (low, high) = (plot.at(0.0, 0.0), plot.at(1.0, 1.0));
    let stroke = crate::picture::Stroke::new(COLORS[0], 1.0);
    plot.line([(-1.0, -1.0), (3.0, 3.0), (f64::NAN, 0.0), (5.0, 5.0), (6.0, 5.0)], stroke);
    let svg = plot.finish(false).svg(&SvgOptions::default());
    let expected = format!("M{:.2} {:.0} {:.0} {:.0}\"", low.x, low.y, high.x, high.y);
    assert!(svg.contains(&expected), "{expected}\n{svg}");
}

#[test]
fn ticks_are_round_numbers() {
    let picture = loss_curve(&[("", &[28.0, 3.0, 3.1])], "t").expect("finite losses");
    let svg = picture.svg(&SvgOptions::default());
    for tick in [">5<", ">10<", ">15<", ">20<", ">25<", ">0.5<", ">1.5<"] {
        assert!(svg.contains(tick), "{tick}");
    }
    let losses: Vec<f64> = (0..50).map(|i| 10f64.powi(-i / 5)).collect();
    let svg = loss_curve(&[("", &losses)], "t").expect("finite losses").svg(&SvgOptions::default());
    for tick in [">1<", ">10⁻²<", ">10⁻⁸<"] {
        assert!(svg.contains(tick), "{tick}");
    }
}

#[test]
fn plots_of_nothing_are_errors_and_of_little_are_not() {
    assert!(loss_curve(&[], "t").is_err());
    assert!(loss_curve(&[("", &[f64::NAN])], "t").is_err());
    assert!(descent_path_1d(|_| f64::NAN, &[1.0], "x", "t").is_err());
    assert!(contour_path_2d(|x, _| x, &[], ("x", "y"), "t").is_err());
    assert!(decision_boundary(|x, _| x, &[], &[], None, "t").is_err());
    let plots = [
        loss_curve(&[("", &[0.0])], "t"),
        descent_path_1d(|_| 7.0, &[5.0], "x", "t"),
        contour_path_2d(|_, _| 1.0, &[(2.0, 2.0)], ("x", "y"), "t"),
        contour_path_2d(|x, y| (x * y).ln(), &[(0.0, 0.0), (1.0, 1.0)], ("x", "y"), "t"),
        decision_boundary(|_, _| 1.0, &[(0.0, 0.0)], &[1.0], None, "t"),
        loss_curve(&[("", &[1e300, 1.0, f64::INFINITY])], "t"),
        loss_curve(&[("", &[1e-12, 2e-12])], "t"),
    ];
    for plot in plots {
        let picture = plot.expect("enough to plot");
        let svg = picture.svg(&SvgOptions::default());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(picture.png(&PngOptions::default()).is_ok());
    }
}

// M-11
#[test]
fn a_decision_plot_takes_the_limits_of_the_demo_m11() {
    let limits = Some([(-1.5486, 1.9514), (-1.0, 1.0)]);
    let plot = |limits| decision_boundary(|x, _| x, &[(0.2, 0.3)], &[1.0], limits, "moons");
    let svg = plot(limits).expect("a point").svg(&SvgOptions::default());
    assert!(svg.contains(">−1.5<") && svg.contains(">1.5<") && !svg.contains(">2.0<"), "{svg}");
    let error = plot(Some([(1.0, 1.0), (0.0, 1.0)])).expect_err("an empty interval");
    let text = "limits 1 and 1 are not an interval; give the lower one first";
    assert_eq!(error.to_string(), text);
    assert!(plot(Some([(f64::NAN, 1.0), (0.0, 1.0)])).is_err());
}
