//! Estimates from closures, against closed forms and published values.

use chainrule::Error;
use chainrule::estimate::{Goodness, least_squares, least_squares_with, maximize, maximize_with};
use chainrule::optimize::{Bounds, LeastSquares, Method, Minimizer};

const X: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 5.0, 8.0];
const Y: [f64; 6] = [1.2, 2.9, 5.1, 7.2, 10.8, 17.3];

/// Intercept, slope, their standard errors, covariance and the residual sum of squares by the textbook.
fn line() -> ([f64; 2], [f64; 2], f64, f64) {
    let n = X.len() as f64;
    let (mx, my) = (X.iter().sum::<f64>() / n, Y.iter().sum::<f64>() / n);
    let sxx: f64 = X.iter().map(|x| (x - mx).powi(2)).sum();
    let sxy: f64 = X.iter().zip(Y).map(|(x, y)| (x - mx) * (y - my)).sum();
    let b = sxy / sxx;
    let a = my - b * mx;
    let rss: f64 = X.iter().zip(Y).map(|(x, y)| (y - a - b * x).powi(2)).sum();
    let s2 = rss / (n - 2.0);
    let errors = [(s2 * (1.0 / n + mx * mx / sxx)).sqrt(), (s2 / sxx).sqrt()];
    ([a, b], errors, -mx * s2 / sxx, rss)
}

#[test]
fn a_line_by_least_squares_is_the_textbooks() -> Result<(), Error> {
    let fit = least_squares(&["a", "b"], &[0.0, 0.0], |p| {
        X.iter().zip(Y).map(|(&x, y)| p[0] + p[1] * x - y).collect()
    })?;
    let (expected, errors, covariance, rss) = line();
    for j in 0..2 {
        assert!((fit.values[j] / expected[j] - 1.0).abs() < 1e-12);
        assert!((fit.std_error(j) / errors[j] - 1.0).abs() < 1e-12);
    }
    assert!((fit.covariance[0][1] / covariance - 1.0).abs() < 1e-12);
    let correlation = covariance / (errors[0] * errors[1]);
    assert!((fit.correlation(0, 1) - correlation).abs() < 1e-12);
    assert!(fit.correlation(1, 0) == fit.correlation(0, 1) && fit.correlation(1, 1) == 1.0);
    let Goodness::LeastSquares { sum_of_squares, degrees_of_freedom } = fit.goodness else {
        panic!("{:?}", fit.goodness)
    };
    assert!((sum_of_squares / rss - 1.0).abs() < 1e-12 && degrees_of_freedom == 4);
    // The band at x: s²(1/n + (x − x̄)²/Sxx).
    let (value, error) = fit.propagate(|p| p[0] + 4.0 * p[1]);
    let variance = errors[0].powi(2) + 16.0 * errors[1].powi(2) + 8.0 * covariance;
    assert!((value - expected[0] - 4.0 * expected[1]).abs() < 1e-12);
    assert!((error / variance.sqrt() - 1.0).abs() < 1e-10);
    assert!(fit.steps <= 2, "{}", fit.steps);
    Ok(())
}

#[test]
fn a_normal_sample_has_its_mean_and_its_spread() -> Result<(), Error> {
    let n = Y.len() as f64;
    let mean = Y.iter().sum::<f64>() / n;
    let sd = (Y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
    let fit = maximize(&["mean", "log_sd"], &[5.0, 1.0], |p| {
        let (mean, log_sd) = (p[0], p[1]);
        let terms = Y.iter().map(|&y| -log_sd - 0.5 * ((y - mean) / log_sd.exp()).square());
        terms.sum()
    })?;
    assert!(fit.stop.is_converged(), "{}", fit.stop);
    assert!((fit.values[0] / mean - 1.0).abs() < 1e-9);
    assert!((fit.values[1] / sd.ln() - 1.0).abs() < 1e-9);
    // The information about (μ, ln σ) is diag(n/σ², 2n).
    assert!((fit.std_error(0) / (sd / n.sqrt()) - 1.0).abs() < 1e-7);
    assert!((fit.std_error(1) / (0.5 / n).sqrt() - 1.0).abs() < 1e-7);
    assert!(fit.correlation(0, 1).abs() < 1e-7);
    let expected = -n * sd.ln() - 0.5 * n;
    assert!(
        matches!(fit.goodness, Goodness::Likelihood { log_likelihood } if (log_likelihood - expected).abs() < 1e-9)
    );
    Ok(())
}

#[test]
fn a_likelihood_within_bounds_ends_at_the_limit() -> Result<(), Error> {
    let minimizer = Minimizer::new(Method::Bfgs).bounds(Bounds::new([(0.5, 0.9)])?);
    let fit =
        maximize_with(&minimizer, &["p"], &[0.7], |p| 7.0 * p[0].ln() + 13.0 * (1.0 - p[0]).ln())?;
    assert_eq!(fit.values, [0.5]);
    Ok(())
}

#[test]
fn a_closure_may_branch() -> Result<(), Error> {
    // Two straight pieces that meet at x = 3: y = 2x, then 6 + (x − 3)/2.
    let x: Vec<f64> = (0..13).map(|i| 0.5 * f64::from(i)).collect();
    let fit = least_squares(&["left", "right", "knot"], &[1.0, 1.0, 2.2], |p| {
        x.iter()
            .map(|&x| {
                let truth = if x < 3.0 { 2.0 * x } else { 6.0 + 0.5 * (x - 3.0) };
                let y = if p[2] > x { p[0] * x } else { p[0] * p[2] + p[1] * (x - p[2]) };
                y - truth
            })
            .collect()
    })?;
    for (found, expected) in fit.values.iter().zip([2.0, 0.5, 3.0]) {
        assert!((found - expected).abs() < 1e-8, "{fit}");
    }
    Ok(())
}

#[test]
fn several_starts_of_a_closure() -> Result<(), Error> {
    let t: Vec<f64> = (0..50).map(|i| 0.1 * f64::from(i)).collect();
    let solver = LeastSquares {
        starts: 30,
        bounds: Some(Bounds::new([(0.0, 12.0)])?),
        ..LeastSquares::default()
    };
    let fit = least_squares_with(&solver, &["w"], &[0.5], |p| {
        t.iter().map(|&t| (p[0] * t).sin() - (7.0 * t).sin()).collect()
    })?;
    assert!((fit.values[0] - 7.0).abs() < 1e-9, "{fit}");
    Ok(())
}

#[test]
fn what_is_not_determined_has_no_standard_error_and_is_named() -> Result<(), Error> {
    let fit = maximize(&["a", "b"], &[0.6, 0.7], |p| {
        let rate = p[0] * p[1];
        7.0 * rate.ln() + 13.0 * (1.0 - rate).ln()
    })?;
    assert!(fit.std_error(0).is_nan() && fit.std_error(1).is_nan());
    let text = "the data determine only a*b, not a and b by themselves; fix one of them";
    assert_eq!(fit.issues, [text]);
    assert!(fit.to_string().ends_with(&format!("note: {text}")));
    let (rate, _) = fit.propagate(|p| p[0] * p[1]);
    assert!((rate - 0.35).abs() < 1e-8);
    Ok(())
}

#[test]
fn as_many_residuals_as_parameters_leave_no_error() -> Result<(), Error> {
    let fit =
        least_squares(&["a", "b"], &[1.0, 1.0], |p| vec![p[0] + p[1] - 3.0, p[0] - p[1] - 1.0])?;
    assert!((fit.values[0] - 2.0).abs() < 1e-12 && fit.std_error(0).is_nan());
    Ok(())
}

#[test]
fn wrong_input_is_told() {
    let one = |names: &[&str], start: &[f64]| {
        least_squares(names, start, |p| vec![p[0].ln()]).expect_err("wrong input").to_string()
    };
    assert!(one(&["a", "b"], &[1.0]).contains("2 names for 1 numbers"));
    assert!(one(&["a"], &[f64::INFINITY]).contains("variable 0 is inf"));
    assert!(one(&["a"], &[-1.0]).contains("f is NaN"));
    let log = maximize(&["a"], &[-1.0], |p| p[0].ln() - p[0]).expect_err("outside").to_string();
    assert!(log.contains("likelihood"), "{log}");
}

#[test]
fn an_estimate_is_shown_as_a_table() -> Result<(), Error> {
    let fit = least_squares(&["a", "b"], &[0.0, 0.0], |p| {
        X.iter().zip(Y).map(|(&x, y)| p[0] + p[1] * x - y).collect()
    })?;
    let text = fit.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    assert!(lines[0].contains("estimate") && lines[0].contains("std. error"));
    assert!(lines[1].starts_with('a') && lines[2].starts_with('b'));
    assert!(lines[3].starts_with("residual s.d. ") && lines[3].contains(" on 4 d.o.f.   "));
    assert_eq!(lines[4], "correlations");
    // −x̄/√(Sxx/n + x̄²)
    assert!(lines[5].ends_with("-0.764"), "{text}");
    Ok(())
}
