//! Nonlinear models: settings, weights, bounds, starts, gaps, undetermined parameters, predictions, messages.

#[path = "support/settings.rs"]
mod settings;

use chainrule::Error;
use chainrule_fit::{Column, Fit, Missing, NonlinearModel, NonlinearOptions, Status, Table};
use settings::{start, table};
use std::ops::ControlFlow;

fn fit(text: &str, table: &Table, options: &NonlinearOptions) -> Result<Fit, Error> {
    NonlinearModel::parse(text, table)?.fit(table, options)
}

/// Treated cells of Treloar (1974), Bates and Watts, table A1.3.
const C: [f64; 12] = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
const RATE: [f64; 12] =
    [76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];

#[test]
fn puromycin_is_as_r_prints_it() -> Result<(), Error> {
    // R's example(nls), fm1DNase-like summary for Puromycin: Vm 2.127e+02 (6.947e+00) t 30.61 p 3.24e-11, K 6.412e-02
    // (8.281e-03) t 7.743 p 1.57e-05, residual standard error 10.93 on 10 degrees of freedom.
    let data = table(&[("c", &C), ("rate", &RATE)]);
    let fit = fit("rate = Vm*c/(K + c)", &data, &start(&[("Vm", 200.0), ("K", 0.05)]))?;
    let [vm, k] = [&fit.coefficients[0], &fit.coefficients[1]];
    let near =
        |x: f64, printed: f64, half: f64| assert!((x - printed).abs() <= half, "{x} {printed}");
    near(vm.estimate, 212.7, 0.05);
    near(vm.std_error, 6.947, 5e-4);
    near(vm.statistic, 30.61, 5e-3);
    near(vm.p_value, 3.24e-11, 5e-14);
    near(k.estimate, 0.06412, 5e-6);
    near(k.std_error, 8.281e-3, 5e-7);
    near(k.statistic, 7.743, 5e-4);
    near(k.p_value, 1.57e-5, 5e-8);
    near(fit.residual_sd.unwrap_or(0.0), 10.93, 5e-3);
    assert_eq!((fit.residual_df, fit.rows_used, fit.rows_dropped), (10.0, 12, 0));
    assert_eq!(fit.model, "rate = Vm*c/(K + c)");
    // The 0.975 quantile of t with 10 degrees of freedom is 2.228139.
    near((vm.interval.1 - vm.estimate) / vm.std_error, 2.228139, 1e-6);
    // Leverages add up to the number of parameters.
    near(fit.leverage.iter().sum(), 2.0, 1e-9);
    let text = fit.to_string();
    assert!(text.contains("residual s.d. 10.93 on 10 d.o.f."), "{text}");
    Ok(())
}

#[test]
fn a_line_with_weights_is_the_weighted_line() -> Result<(), Error> {
    let x = [1.0, 2.0, 3.0, 4.0, 7.0];
    let y = [1.1, 2.3, 2.8, 4.5, 6.6];
    let w = [1.0, 2.0, 0.5, 4.0, 0.0];
    let data = table(&[("x", &x), ("y", &y), ("w", &w)]);
    let options =
        NonlinearOptions { weights: Some("w".into()), ..start(&[("a", 0.0), ("b", 0.0)]) };
    let fit = fit("y = a + b*x", &data, &options)?;
    let sum = |f: &dyn Fn(usize) -> f64| (0..5).map(|i| w[i] * f(i)).sum::<f64>();
    let total = sum(&|_| 1.0);
    let (mx, my) = (sum(&|i| x[i]) / total, sum(&|i| y[i]) / total);
    let sxx = sum(&|i| (x[i] - mx).powi(2));
    let slope = sum(&|i| (x[i] - mx) * (y[i] - my)) / sxx;
    let rss = sum(&|i| (y[i] - my - slope * (x[i] - mx)).powi(2));
    let b = &fit.coefficients[1];
    assert!((b.estimate / slope - 1.0).abs() < 1e-12);
    // Four rows have a weight.
    assert_eq!(fit.residual_df, 2.0);
    assert!((b.std_error / (rss / 2.0 / sxx).sqrt() - 1.0).abs() < 1e-12);
    let r_squared = 1.0 - rss / sum(&|i| (y[i] - my).powi(2));
    assert!((fit.r_squared.unwrap_or(0.0) - r_squared).abs() < 1e-12);
    assert_eq!(fit.leverage[4], 0.0);
    // −½(n(ln(2π·rss/n) + 1) − Σ ln w) over the rows that have a weight.
    let likelihood = -0.5 * (4.0 * ((std::f64::consts::TAU * rss / 4.0).ln() + 1.0) - 4_f64.ln());
    assert!((fit.log_likelihood.unwrap_or(0.0) - likelihood).abs() < 1e-12);
    Ok(())
}

#[test]
fn names_of_numbers_may_be_columns_and_definitions_may_stand_before() -> Result<(), Error> {
    let e = [0.0_f64, 1.0, 2.0, 3.0];
    let y: Vec<f64> = e.iter().map(|e| 3.0 * (-0.5 * e).exp() + 1.0).collect();
    let data = table(&[("e", &e), ("y", &y)]);
    let text = "decay = exp(-k*e); y = a*decay + 1";
    let fit = fit(text, &data, &start(&[("k", 1.0), ("a", 1.0)]))?;
    assert!((fit.coefficients[0].estimate - 0.5).abs() < 1e-9);
    assert!((fit.coefficients[1].estimate - 3.0).abs() < 1e-9);
    assert_eq!(fit.status, Status::Converged);
    Ok(())
}

#[test]
fn a_model_without_a_column_is_a_mean() -> Result<(), Error> {
    let data = table(&[("y", &[1.0, 2.0, 6.0])]);
    let fit = fit("y = m", &data, &start(&[("m", 0.0)]))?;
    assert!((fit.coefficients[0].estimate - 3.0).abs() < 1e-12);
    // s/√n with s² = 7.
    assert!((fit.coefficients[0].std_error - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12);
    Ok(())
}

#[test]
fn bounds_and_starts_are_used() -> Result<(), Error> {
    let t: Vec<f64> = (0..80).map(|i| 0.1 * f64::from(i)).collect();
    let y: Vec<f64> = t.iter().map(|t| 2.0 * (6.0 * t).sin()).collect();
    let data = table(&[("t", &t), ("y", &y)]);
    let text = "y = a*sin(w*t)";
    let one = fit(text, &data, &start(&[("a", 1.0), ("w", 1.0)]))?;
    assert!((one.coefficients[1].estimate - 6.0).abs() > 0.5);
    let options = NonlinearOptions {
        starts: 60,
        seed: 3,
        bounds: vec![("a".into(), 0.0, 5.0), ("w".into(), 0.1, 10.0)],
        ..start(&[("a", 1.0), ("w", 1.0)])
    };
    let many = fit(text, &data, &options)?;
    assert!((many.coefficients[0].estimate - 2.0).abs() < 1e-9);
    assert!((many.coefficients[1].estimate - 6.0).abs() < 1e-9);
    assert_eq!(many, fit(text, &data, &NonlinearOptions { threads: Some(1), ..options.clone() })?);
    let tight = NonlinearOptions { bounds: vec![("a".into(), f64::NEG_INFINITY, 1.5)], ..options };
    let limited =
        fit(text, &data, &NonlinearOptions { starts: 1, ..start(&[("a", 1.0), ("w", 6.1)]) });
    assert!((limited?.coefficients[0].estimate - 2.0).abs() < 1e-9);
    let options =
        NonlinearOptions { start: start(&[("a", 1.0), ("w", 6.1)]).start, starts: 1, ..tight };
    let limited = fit(text, &data, &options)?;
    assert_eq!(limited.coefficients[0].estimate, 1.5);
    Ok(())
}

#[test]
fn gaps_are_an_error_or_left_out() -> Result<(), Error> {
    let x = [1.0, 2.0, f64::NAN, 4.0, 5.0];
    let y = [2.0, 4.0, 6.0, 8.0, f64::NAN];
    let other = [f64::NAN; 5];
    let data = table(&[("x", &x), ("y", &y), ("other", &other)]);
    let options = start(&[("b", 1.0)]);
    let error = fit("y = b*x", &data, &options).expect_err("gaps").to_string();
    assert!(error.starts_with("2 of 5 rows have gaps (x 1, y 1)"), "{error}");
    let fit =
        fit("y = b*x", &data, &NonlinearOptions { missing: Missing::Drop, ..options.clone() })?;
    assert_eq!((fit.rows_used, fit.rows_dropped), (3, 2));
    assert!((fit.coefficients[0].estimate - 2.0).abs() < 1e-12);
    // 7/3, the mean of 1, 2 and 4 in the rows with a response, stands in for the gap; b = Σxy/Σx².
    let filled = NonlinearOptions { missing: Missing::Mean, ..options };
    let fit = NonlinearModel::parse("y = b*x", &data)?.fit(&data, &filled)?;
    let x = [1.0, 2.0, 7.0 / 3.0, 4.0];
    let expected = (1.0 * 2.0 + 2.0 * 4.0 + 7.0 / 3.0 * 6.0 + 4.0 * 8.0)
        / x.iter().map(|x| x * x).sum::<f64>();
    assert_eq!(fit.rows_used, 4);
    assert!((fit.coefficients[0].estimate - expected).abs() < 1e-12);
    Ok(())
}

#[test]
fn what_the_data_do_not_determine_is_named_and_the_rest_keeps_its_errors() -> Result<(), Error> {
    let data = table(&[("c", &C), ("rate", &RATE)]);
    let all = fit("rate = V*c/(K + c)", &data, &start(&[("V", 200.0), ("K", 0.05)]))?;
    let text = "rate = A*B*c/(K + c)";
    let vague = fit(text, &data, &start(&[("A", 20.0), ("B", 10.0), ("K", 0.05)]))?;
    assert_eq!(
        vague.issues,
        ["the data determine only A*B, not A and B by themselves; fix one of them"]
    );
    assert!(vague.coefficients[0].std_error.is_nan() && vague.coefficients[1].std_error.is_nan());
    assert_eq!(vague.residual_df, 10.0);
    let [k, expected] = [&vague.coefficients[2], &all.coefficients[1]];
    assert!((k.std_error / expected.std_error - 1.0).abs() < 1e-7);
    assert_eq!(vague.scaled_condition, Some(f64::INFINITY));
    // The curve is determined nevertheless, where no gradient meets the blind direction alone.
    let unused =
        fit("rate = V*c/(K + c) + 0*Z", &data, &start(&[("V", 200.0), ("K", 0.05), ("Z", 1.0)]))?;
    assert_eq!(unused.issues, ["Z has no influence here: the data do not determine it"]);
    let model = NonlinearModel::parse("rate = V*c/(K + c) + 0*Z", &data)?;
    assert!(model.predict(&unused, &data, 0.9)?[0].std_error > 0.0);
    Ok(())
}

#[test]
fn bands_cover_the_curve_as_often_as_they_say() -> Result<(), Error> {
    // 400 samples of a·exp(−k·t) with normal noise: the 90 % band at t = 1.5 covers the truth in 90 % of them, give or
    // take four standard deviations of a count, 4·√(0.9·0.1/400) = 0.06.
    let t: Vec<f64> = (0..20).map(|i| 0.25 * f64::from(i)).collect();
    let mut seed = 1_u64;
    let mut uniform = move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((seed >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal =
        move || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    let new = table(&[("t", &[1.5])]);
    let truth = 3.0 * (-0.6 * 1.5_f64).exp();
    let (mut covered, mut observed) = (0, 0);
    for _ in 0..400 {
        let y: Vec<f64> = t.iter().map(|t| 3.0 * (-0.6 * t).exp() + 0.2 * normal()).collect();
        let data = table(&[("t", &t), ("y", &y)]);
        let model = NonlinearModel::parse("y = a*exp(-k*t)", &data)?;
        let fit = model.fit(&data, &start(&[("a", 1.0), ("k", 1.0)]))?;
        let band = model.predict(&fit, &new, 0.9)?[0];
        covered += usize::from(band.confidence.0 < truth && truth < band.confidence.1);
        let next = truth + 0.2 * normal();
        observed += usize::from(band.prediction.0 < next && next < band.prediction.1);
    }
    for count in [covered, observed] {
        assert!((count as f64 / 400.0 - 0.9).abs() < 0.06, "{covered} {observed}");
    }
    Ok(())
}

#[test]
fn a_run_can_be_watched_and_ended() -> Result<(), Error> {
    let data = table(&[("c", &C), ("rate", &RATE)]);
    let model = NonlinearModel::parse("rate = V*c/(K + c)", &data)?;
    let mut seen = Vec::new();
    let fit = model.fit_with(&data, &start(&[("V", 10.0), ("K", 1.0)]), |step| {
        seen.push(step.value);
        if step.number == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    assert_eq!((fit.status, fit.steps, seen.len()), (Status::Interrupted, 2, 2));
    assert_eq!(fit.rss, Some(seen[1]));
    assert_eq!(fit.issues, ["interrupted at step 2"]);
    Ok(())
}

#[test]
fn messages_name_what_is_wrong_and_what_to_do() {
    let mut columns =
        vec![Column::numbers("x", vec![1.0, 2.0, 3.0]), Column::numbers("y", vec![2.0, 3.0, 5.0])];
    columns.push(Column::text("city", ["Oslo", "Rome", "Bern"]));
    columns.push(Column::numbers("w", vec![1.0, -1.0, 1.0]));
    let data = Table::new(columns).expect("columns of one length");
    let none = start(&[]);
    let weighted = NonlinearOptions { weights: Some("w".into()), ..start(&[("b", 1.0)]) };
    let level = NonlinearOptions { level: 1.5, ..start(&[("b", 1.0)]) };
    let box_of = |name: &str, low: f64, high: f64| NonlinearOptions {
        bounds: vec![(name.into(), low, high)],
        ..start(&[("b", 1.0)])
    };
    let cases: &[(&str, NonlinearOptions, &str)] = &[
        (
            "b*x",
            none.clone(),
            "does not say which column it is for; write `column = b*x` with one of x, y, city, w",
        ),
        ("z = b*x", start(&[("b", 1.0)]), "no column `z`"),
        ("y = 2*x", none.clone(), "the formula has no parameter"),
        (
            "y = b*x + c",
            start(&[("b", 1.0)]),
            "`c` is not a column and has no start value; give `--start c=…`",
        ),
        (
            "y = a*x + b",
            none.clone(),
            "`a`, `b` are not columns and have no start value; give `--start a=…,b=…`",
        ),
        ("y = xx*b", start(&[("b", 1.0)]), "did you mean the column `x`?"),
        (
            "y = b*x",
            start(&[("b", 1.0), ("c", 2.0)]),
            "start: `c` is not in the formula; did you mean `b`?",
        ),
        (
            "y = b*x",
            start(&[("b", 1.0), ("x", 2.0)]),
            "start: `x` is a column of the data, not a parameter",
        ),
        ("y = b*x", start(&[("b", 1.0), ("b", 2.0)]), "start: `b` is given twice"),
        ("y = b*x", start(&[("b", f64::INFINITY)]), "start: `b` is inf"),
        ("y = b*city", start(&[("b", 1.0)]), "city"),
        ("y = b*x", weighted, "row 2, column `w`: the weight is -1"),
        ("y = b*x", level, "1.5"),
        ("y = b*x", box_of("b", 2.0, 1.0), "bounds: no number lies between 2 and 1 for `b`"),
        ("y = b*x", box_of("q", 2.0, 3.0), "bounds: `q` is not in the formula"),
        (
            "y = log(b*x)",
            start(&[("b", -1.0)]),
            "row 1: `y = log(b*x)` is NaN for x = 1 at b = -1; start elsewhere",
        ),
        (
            "y = a + b*x + c*x^2 + d",
            start(&[("a", 0.0), ("b", 0.0), ("c", 0.0), ("d", 0.0)]),
            "3 rows cannot determine 4 parameters",
        ),
        ("y = b**x +", none, "expected a value"),
    ];
    for (text, options, expected) in cases {
        let error = fit(text, &data, options).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
