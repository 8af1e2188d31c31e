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

// scipy.stats.norm.ppf, 16 digits.
#[test]
fn normal_quantiles_are_those_of_the_distribution() {
    for (p, z) in [
        (0.5, 0.0),
        (0.975, 1.959_963_984_540_054),
        (0.25, -0.674_489_750_196_081_7),
        (1e-6, -4.753_424_308_822_899),
        (1e-15, -7.941_345_326_170_997),
    ] {
        let got = diagnostics::normal_quantile(p);
        assert!((got - z).abs() < 1e-12 * z.abs().max(1.0), "{p}: {got}");
    }
}

#[test]
fn a_cloud_draws_one_of_the_points_that_hide_each_other() {
    let many: Vec<f64> = (0..100_000).map(|i| f64::from(i % 1000) / 1000.0).collect();
    let svg = predicted_actual(&many, &many, "y", "t").expect("rows").svg(&SvgOptions::default());
    let dots = svg.matches("<circle").count();
    // The diagonal crosses each square of the frame's longer side, 548 / 2 of them, about once.
    assert!((200..=1000).contains(&dots), "{dots}");
    let two = predicted_actual(&[0.0, 1.0], &[0.0, 1.0], "y", "t").expect("rows");
    assert_eq!(two.svg(&SvgOptions::default()).matches("<circle").count(), 2);
}

#[test]
fn plots_of_a_fit_without_a_finite_row_are_errors_and_of_one_row_are_not() {
    let nan = [f64::NAN, f64::INFINITY];
    assert!(predicted_actual(&nan, &[1.0, 2.0], "y", "t").is_err());
    assert!(residuals_fitted(&[1.0, 2.0], &nan, "t").is_err());
    assert!(normal_quantiles(&[1.0], "t").is_err());
    assert!(leverage(&nan, &nan, &[0, 1], 1, "t").is_err());
    assert!(coefficients(&[("x", f64::NAN, (f64::NAN, f64::NAN))], "", "t").is_err());
    assert!(coefficients(&[], "", "t").is_err());
    assert!(regularization_path(&[0.0], &[("x", vec![1.0])], None, "t").is_err());
    assert!(cross_validation(&[], None, "error", "t").is_err());
    for plot in [
        predicted_actual(&[1.0], &[1.0], "y", "t"),
        residuals_fitted(&[1.0, 2.0], &[0.0, f64::NAN], "t"),
        normal_quantiles(&[1.0, 1.0], "t"),
        leverage(&[1.0], &[0.0], &[0], 0, "t"),
        coefficients(&[("x", 1e300, (f64::NEG_INFINITY, f64::INFINITY))], "", "t"),
        regularization_path(&[0.0, 1.0], &[("x", vec![1.0, 0.0])], Some(0.0), "t"),
    ] {
        let picture = plot.expect("enough to plot");
        let svg = picture.svg(&SvgOptions::default());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(picture.png(&PngOptions::default()).is_ok());
    }
}

#[test]
fn the_row_with_the_greatest_distance_is_named() {
    let leverages = [0.1, 0.1, 0.1, 0.1, 0.8];
    let standardized = [0.1, -0.2, 0.3, -0.1, 2.5];
    let rows = [0, 1, 2, 3, 16];
    let picture = leverage(&leverages, &standardized, &rows, 2, "t").expect("rows");
    let svg = picture.svg(&SvgOptions::default());
    assert!(svg.contains(">row 17<") && !svg.contains(">row 3<"), "{svg}");
}

#[test]
fn each_coefficient_has_a_row_and_its_interval() {
    let long = "an interaction of a column with another one whose name is long";
    let entries = [("b1", 2.0, (1.0, 3.0)), (long, -0.5, (-2.0, 1.0))];
    let picture = coefficients(&entries, "effect", "t").expect("estimates");
    let svg = picture.svg(&SvgOptions::default());
    assert!(svg.contains(">b1<") && svg.contains(">an interaction of a column with…<"));
    assert_eq!(svg.matches("<circle").count(), 2);
    // An interval with zero in it is grey, one without is blue.
    assert!(svg.contains("#0072b2") && svg.contains("#74808c"), "{svg}");
}
