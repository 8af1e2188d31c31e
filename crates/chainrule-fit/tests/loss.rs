//! Maximum likelihood of formulas, against closed forms and the same models by other ways.

#[path = "support/settings.rs"]
mod settings;

use chainrule::Error;
use chainrule_fit::{Fit, LikelihoodModel, NonlinearModel, NonlinearOptions, Status, Table};
use settings::{start, table};

fn fit(text: &str, table: &Table, options: &NonlinearOptions) -> Result<Fit, Error> {
    LikelihoodModel::parse(text, table)?.fit(table, options)
}

const T: [f64; 7] = [0.3, 1.2, 0.7, 2.9, 0.1, 4.2, 1.6];

#[test]
fn exponential_waiting_times_have_the_rate_of_their_mean() -> Result<(), Error> {
    let data = table(&[("t", &T)]);
    let fit = fit("rate*t - log(rate)", &data, &start(&[("rate", 0.2)]))?;
    let mean = T.iter().sum::<f64>() / 7.0;
    let rate = &fit.coefficients[0];
    assert_eq!(fit.status, Status::Converged);
    assert!((rate.estimate * mean - 1.0).abs() < 1e-9);
    assert!((rate.std_error * mean * 7_f64.sqrt() - 1.0).abs() < 1e-9);
    // Its log-likelihood is −n(ln m + 1).
    let likelihood = -7.0 * (mean.ln() + 1.0);
    assert!((fit.log_likelihood.unwrap_or(0.0) - likelihood).abs() < 1e-9);
    assert!((fit.aic.unwrap_or(0.0) - (2.0 - 2.0 * likelihood)).abs() < 1e-9);
    assert!((fit.bic.unwrap_or(0.0) - (7_f64.ln() - 2.0 * likelihood)).abs() < 1e-9);
    // z = √n, two-sided p = erfc(√(n/2)) = 0.0081509719.
    assert!((rate.p_value - 0.0081509719).abs() < 1e-8, "{}", rate.p_value);
    assert!(fit.to_string().contains("log-likelihood"), "{fit}");
    Ok(())
}

#[test]
fn normal_errors_give_the_estimates_of_least_squares() -> Result<(), Error> {
    let x: Vec<f64> = (0..15).map(|i| 0.3 * f64::from(i)).collect();
    let y: Vec<f64> = x
        .iter()
        .enumerate()
        .map(|(i, x)| 2.0 * (-0.4 * x).exp() + 0.05 * ((7 * i % 5) as f64 - 2.0))
        .collect();
    let data = table(&[("x", &x), ("y", &y)]);
    let options = start(&[("a", 1.0), ("k", 1.0)]);
    let squares = NonlinearModel::parse("y = a*exp(-k*x)", &data)?.fit(&data, &options)?;
    let text = "mu = a*exp(-k*x); ls + 0.5*((y - mu)/exp(ls))^2";
    let likely = fit(text, &data, &start(&[("a", 1.0), ("k", 1.0), ("ls", 0.0)]))?;
    for name in ["a", "k"] {
        let of = |fit: &Fit| fit.coefficients.iter().find(|c| c.name == name).map(|c| c.estimate);
        let (a, b) = (of(&squares).unwrap_or(0.0), of(&likely).unwrap_or(1.0));
        assert!((a / b - 1.0).abs() < 1e-8, "{name} {a} {b}");
    }
    // The residual variance is rss/n.
    let rss = squares.rss.unwrap_or(0.0);
    let ls = likely.coefficients.iter().find(|c| c.name == "ls").map_or(0.0, |c| c.estimate);
    assert!((ls - 0.5 * (rss / 15.0).ln()).abs() < 1e-8);
    // What the formula leaves out is ½·ln 2π a row.
    let left_out = 7.5 * std::f64::consts::TAU.ln();
    let full = likely.log_likelihood.unwrap_or(0.0) - left_out;
    assert!((full - squares.log_likelihood.unwrap_or(0.0)).abs() < 1e-9);
    Ok(())
}

#[test]
fn weights_count_rows_so_many_times() -> Result<(), Error> {
    let counts = [3.0, 0.0, 1.0, 2.0, 0.0, 5.0, 1.0];
    let repeated: Vec<f64> = T
        .iter()
        .zip(counts)
        .flat_map(|(t, n)| vec![*t; (0..9).filter(|&k| f64::from(k) < n).count()])
        .collect();
    let text = "rate*t - log(rate)";
    let options = start(&[("rate", 0.2)]);
    let many = fit(text, &table(&[("t", &repeated)]), &options)?;
    let weighted = NonlinearOptions { weights: Some("n".into()), ..options };
    let one = fit(text, &table(&[("t", &T), ("n", &counts)]), &weighted)?;
    assert!((one.coefficients[0].estimate / many.coefficients[0].estimate - 1.0).abs() < 1e-12);
    assert!((one.coefficients[0].std_error / many.coefficients[0].std_error - 1.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn separated_classes_have_no_maximum_and_that_is_said() -> Result<(), Error> {
    let data = table(&[("x", &[-2.0, -1.0, 1.0, 2.0]), ("y", &[0.0, 0.0, 1.0, 1.0])]);
    let fit = fit("eta = b*x; softplus(eta) - y*eta", &data, &start(&[("b", 0.0)]))?;
    assert_ne!(fit.status, Status::Converged, "{fit:?}");
    assert!(fit.issues[0].starts_with("the likelihood has no maximum"), "{:?}", fit.issues);
    Ok(())
}

#[test]
fn what_the_data_do_not_determine_is_named() -> Result<(), Error> {
    let data = table(&[("t", &T)]);
    let fit = fit("r = a*b; r*t - log(r)", &data, &start(&[("a", 0.5), ("b", 0.6)]))?;
    assert_eq!(
        fit.issues,
        ["the data determine only a*b, not a and b by themselves; fix one of them"]
    );
    assert!(fit.coefficients.iter().all(|c| c.std_error.is_nan()));
    Ok(())
}

#[test]
fn many_parameters_go_by_limited_memory() -> Result<(), Error> {
    // 45 means, each over two rows: the same model that a table of means answers.
    let n = 45;
    let group: Vec<f64> = (0..2 * n).map(|i| f64::from(i / 2)).collect();
    let y: Vec<f64> = (0..2 * n).map(|i| f64::from((i * 7) % 11)).collect();
    let data = table(&[("g", &group), ("y", &y)]);
    let mean = (0..n).map(|k| format!("(g == {k})*m{k}")).collect::<Vec<_>>().join(" + ");
    let options = NonlinearOptions {
        start: (0..n).map(|k| (format!("m{k}"), 0.0)).collect(),
        ..NonlinearOptions::default()
    };
    let sum = mean.replace("(g == ", "if(g == ").replace(")*m", ", m");
    let sum = sum.split(" + ").map(|term| format!("{term}, 0)")).collect::<Vec<_>>().join(" + ");
    let fit = fit(&format!("0.5*(y - ({sum}))^2"), &data, &options)?;
    assert_eq!(fit.method, "maximum likelihood, L-BFGS");
    for (k, c) in fit.coefficients.iter().enumerate() {
        let expected = 0.5 * (y[2 * k] + y[2 * k + 1]);
        assert!((c.estimate - expected).abs() < 1e-6, "{} {expected}", c.estimate);
        assert!((c.std_error - 0.5_f64.sqrt()).abs() < 1e-9);
    }
    Ok(())
}

#[test]
fn several_starts_keep_the_most_likely_end() -> Result<(), Error> {
    // A Cauchy sample in two lumps has two maxima; the larger lump is at 8.
    let x = [0.0, 0.1, 0.2, 7.8, 7.9, 8.0, 8.1, 8.2];
    let data = table(&[("x", &x)]);
    let text = "log(1 + ((x - m)/0.3)^2)";
    let one = fit(text, &data, &start(&[("m", 0.5)]))?;
    assert!((one.coefficients[0].estimate - 0.1).abs() < 0.1);
    let bounds = vec![("m".to_owned(), -20.0, 20.0)];
    let many = NonlinearOptions { starts: 25, bounds, ..start(&[("m", 0.5)]) };
    let best = fit(text, &data, &many)?;
    assert!((best.coefficients[0].estimate - 8.0).abs() < 0.1, "{best:?}");
    Ok(())
}

#[test]
fn messages_name_what_is_wrong() -> Result<(), Error> {
    let data = table(&[("t", &T)]);
    let model = LikelihoodModel::parse("mu = rate*t; mu - log(rate)", &data)?;
    let error = model.fit(&data, &start(&[])).expect_err("no start").to_string();
    assert!(error.contains("`rate` is not a column and has no start value"), "{error}");
    let error = model.fit(&data, &start(&[("rate", -1.0)])).expect_err("log of −1").to_string();
    assert!(
        error.starts_with("row 1: `mu = rate*t; mu - log(rate)` is NaN for t = 0.3"),
        "{error}"
    );
    let fit = model.fit(&data, &start(&[("rate", 1.0)]))?;
    let error = model.predict(&fit, &data, "mv", 0.9).expect_err("no such").to_string();
    assert!(error.ends_with("did you mean `mu`?"), "{error}");
    Ok(())
}
