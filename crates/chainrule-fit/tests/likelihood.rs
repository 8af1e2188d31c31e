//! Logistic and Poisson models beside statsmodels and scikit-learn (`tools/reference/make_linear.py`),
//! and data that have no best fit.

mod common;

use chainrule::ErrorKind;
use chainrule_fit::{Coefficient, Design, Family, Fit, Glm, Status};
use common::{close, design, numbers, uniform, weights, with_intercept};
use serde_json::Value;

fn each(fit: &Fit, of: impl Fn(&Coefficient) -> f64) -> Vec<f64> {
    fit.coefficients.iter().map(of).collect()
}

fn reference() -> Value {
    let all: Value = serde_json::from_str(&common::text("linear.json")).expect("JSON");
    all["likelihood"].clone()
}

/// Doctor's visits of randhie: the number, or whether there was any.
fn visits(family: Family) -> Design {
    let mut design = design("randhie.csv", "mdvis", &[]);
    if family == Family::Logistic {
        design.response.iter_mut().for_each(|y| *y = f64::from(u8::from(*y > 0.0)));
    }
    design
}

#[test]
fn counts_and_classes_give_what_statsmodels_gives() {
    for case in reference()["two"].as_array().expect("cases") {
        let family = if case["family"] == "poisson" { Family::Poisson } else { Family::Logistic };
        let mut design = visits(family);
        match case["extra"].as_str() {
            Some("offset") => {
                design.offset = Some((0..design.len()).map(|i| 0.1 * (i % 5) as f64).collect());
            }
            Some(_) => design.weights = Some(weights(design.len())),
            None => {}
        }
        let name = format!("{family:?} {}", case["extra"]);
        let fit = Glm::new(family).fit(&design).expect(&name);
        let number = |key: &str| case[key].as_f64().expect("number");
        assert_eq!(fit.status, Status::Converged);
        close(&name, &each(&fit, |c| c.estimate), &numbers(&case["estimates"]), 1e-9);
        close(&name, &each(&fit, |c| c.std_error), &numbers(&case["std_errors"]), 1e-7);
        close(&name, &[fit.deviance.unwrap()], &[number("deviance")], 1e-11);
        close(&name, &[fit.null_deviance.unwrap()], &[number("null_deviance")], 1e-10);
        close(&name, &[fit.log_likelihood.unwrap()], &[number("likelihood")], 1e-11);
        close(&name, &[fit.aic.unwrap()], &[number("aic")], 1e-11);
        for (got, want) in each(&fit, |c| c.p_value).iter().zip(numbers(&case["p"])) {
            // Theirs underflow to 0 far out.
            assert!((got - want).abs() <= 1e-6 * want.max(1e-16), "{name}: p {got} {want}");
        }
        if !case["leverage"].is_null() {
            close(&name, &fit.leverage[..5], &numbers(&case["leverage"]), 1e-6);
        }
    }
}

#[test]
fn several_classes_give_what_statsmodels_gives() {
    let case = &reference()["several"];
    let mut design = visits(Family::Poisson);
    design.response.iter_mut().for_each(|y| *y = y.min(2.0));
    design.response_levels = ["none", "one", "more"].map(str::to_owned).to_vec();
    let fit = Glm::new(Family::Logistic).fit(&design).unwrap();
    let number = |key: &str| case[key].as_f64().expect("number");
    close("estimates", &each(&fit, |c| c.estimate), &numbers(&case["estimates"]), 1e-9);
    close("errors", &each(&fit, |c| c.std_error), &numbers(&case["std_errors"]), 1e-7);
    close("likelihood", &[fit.log_likelihood.unwrap()], &[number("likelihood")], 1e-11);
    // Of the intercepts alone: 2 Σ nₖ ln(n / nₖ).
    let null: f64 = (0..3)
        .map(|k| {
            let count = design.response.iter().filter(|y| **y == f64::from(k)).count() as f64;
            2.0 * count * (design.len() as f64 / count).ln()
        })
        .sum();
    close("null", &[fit.null_deviance.unwrap()], &[null], 1e-11);
    close(
        "criteria",
        &[fit.aic.unwrap(), fit.bic.unwrap()],
        &[number("aic"), number("bic")],
        1e-11,
    );
    assert_eq!(fit.coefficients[11].name, "more: lncoins");
    assert_eq!(fit.columns()[1], "lncoins");
    let first = Design {
        columns: design.columns.iter().map(|c| c[..3].to_vec()).collect(),
        response: Vec::new(),
        ..design.clone()
    };
    let probabilities = fit.predict_classes(&first).unwrap();
    for (got, want) in probabilities.iter().zip(case["probabilities"].as_array().unwrap()) {
        close("probabilities", got, &numbers(want), 1e-9);
    }
    let observed = (0..3).position(|k| design.response[2] == f64::from(k)).unwrap();
    close("fitted", &[fit.fitted[2]], &[probabilities[2][observed]], 1e-14);
    assert!(fit.predict(&first).unwrap_err().remedy().unwrap().contains("predict_classes"));
}

/// The convention of the ridge: scikit-learn's C is its reciprocal.
#[test]
fn a_ridge_shrinks_standardised_coefficients() {
    let case = &reference()["ridge"];
    let design = visits(Family::Logistic);
    let ridge = case["ridge"].as_f64().expect("number");
    let fit = Glm { ridge, ..Glm::new(Family::Logistic) }.fit(&design).unwrap();
    let (mut intercept, mut standardised) = (fit.coefficients[0].estimate, Vec::new());
    for (column, c) in design.columns.iter().zip(&fit.coefficients).skip(1) {
        let n = column.len() as f64;
        let mean = column.iter().sum::<f64>() / n;
        let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        standardised.push(c.estimate * variance.sqrt());
        intercept += c.estimate * mean;
    }
    close("slopes", &standardised, &numbers(&case["standardised"]), 1e-7);
    close("intercept", &[intercept], &[case["intercept"].as_f64().unwrap()], 1e-7);
    assert!(fit.coefficients[0].std_error.is_nan() && fit.aic.is_none());
}

#[test]
fn intervals_of_probabilities_stay_between_zero_and_one() {
    let design = visits(Family::Logistic);
    let fit = Glm::new(Family::Logistic).fit(&design).unwrap();
    let predictions = fit.predict_intervals(&design, 0.99).unwrap();
    for (prediction, fitted) in predictions.iter().zip(&fit.fitted) {
        let (low, high) = prediction.confidence;
        assert!(0.0 < low && low < prediction.value && prediction.value < high && high < 1.0);
        assert!((prediction.value - fitted).abs() < 1e-12 && prediction.prediction.0.is_nan());
    }
}

#[test]
fn separated_classes_are_said_with_the_column() {
    let mut random = uniform(11);
    let noise: Vec<f64> = (0..60).map(|_| random()).collect();
    let x: Vec<f64> = (0..60).map(f64::from).collect();
    let fit = |y: Vec<f64>, columns: Vec<(&str, Vec<f64>)>| {
        Glm::new(Family::Logistic).fit(&with_intercept(y, columns))
    };
    let step: Vec<f64> = x.iter().map(|x| f64::from(u8::from(*x >= 37.0))).collect();
    let error = fit(step.clone(), vec![("noise", noise.clone()), ("x", x.clone())]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined);
    assert_eq!(
        error.to_string(),
        "`x` separates the classes of `y`: 0 only where x ≤ 36, 1 only where x ≥ 37: the likelihood \
         has no maximum; leave `x` out, or keep the coefficients small with --ridge 1"
    );
    // Quasi-separation: one group has no failure.
    let group: Vec<f64> = x.iter().map(|x| f64::from(u8::from(*x < 15.0))).collect();
    let y =
        (0..60).map(|i| if i < 15 { 1.0 } else { f64::from(u8::from(noise[i] > 0.5)) }).collect();
    let error = fit(y, vec![("noise", noise.clone()), ("group", group)]).unwrap_err();
    assert!(
        error.message().starts_with("`group` separates the classes of `y`: 0 only where group ≤ 0")
    );
    // No column alone, two together.
    let sum: Vec<f64> =
        (0..60).map(|i| f64::from(u8::from(noise[i] * 60.0 + x[i] > 60.0))).collect();
    let error = fit(sum.clone(), vec![("x", x.clone()), ("noise", noise.clone())]).unwrap_err();
    assert!(error.message().starts_with("a combination of `"), "{error}");
    assert!(error.message().contains("`noise`") && error.message().contains("`x`"));
    // A ridge makes it finite.
    let glm = Glm { ridge: 1.0, ..Glm::new(Family::Logistic) };
    let ridge = glm.fit(&with_intercept(sum, vec![("x", x), ("noise", noise)])).unwrap();
    assert_eq!(ridge.status, Status::Converged);
}

#[test]
fn counts_that_are_all_zero_in_a_group_are_said() {
    let mut random = uniform(3);
    let group: Vec<f64> = (0..80).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
    let y = group.iter().map(|g| if *g > 0.0 { 0.0 } else { (random() * 5.0).floor() }).collect();
    let error =
        Glm::new(Family::Poisson).fit(&with_intercept(y, vec![("group", group)])).unwrap_err();
    assert_eq!(
        error.message(),
        "`group` separates rows where `y` is 0 from all others: the likelihood has no maximum"
    );
}

#[test]
fn separated_classes_among_several_are_said() {
    let x: Vec<f64> = (0..30).map(f64::from).collect();
    let y = x.iter().map(|x| (x / 10.0).floor()).collect();
    let mut design = with_intercept(y, vec![("x", x)]);
    design.response_levels = ["a", "b", "c"].map(str::to_owned).to_vec();
    let error = Glm::new(Family::Logistic).fit(&design).unwrap_err();
    assert!(error.message().starts_with("`x` separates the classes of `y`"), "{error}");
}

#[test]
fn responses_outside_the_domain_are_named_with_their_row() {
    let x: Vec<f64> = vec![1.0, 2.0, 3.0, 4.0];
    let mut design = with_intercept(vec![0.0, 1.0, 3.0, 1.0], vec![("x", x)]);
    design.rows = vec![0, 1, 6, 7];
    let message = |family, design: &Design| Glm::new(family).fit(design).unwrap_err().to_string();
    assert_eq!(
        message(Family::Logistic, &design),
        "row 7: `y` is 3; a logistic response is 0 or 1, or a class; for classes that are numbers: \
         --categorical y"
    );
    design.response[1] = -2.0;
    assert_eq!(
        message(Family::Poisson, &design),
        "row 2: the count `y` is -2; Poisson needs 0 or more"
    );
    design.response = vec![0.0; 4];
    assert!(message(Family::Poisson, &design).starts_with("all counts `y` are 0"));
    assert!(message(Family::Logistic, &design).starts_with("no row has `y` = 1"));
}

/// Row 36 for likelihoods.
#[test]
fn collinear_columns_are_named() {
    let mut design = visits(Family::Poisson);
    let twice = design.columns[3].iter().map(|x| 2.5 * x).collect();
    design.columns.push(twice);
    design.names.push("again".to_owned());
    let error = Glm::new(Family::Poisson).fit(&design).unwrap_err();
    assert!(error.message().contains("again = 2.5 × lpi"), "{error}");
}

#[test]
fn a_design_without_columns_is_refused_by_every_model() {
    let nothing = Design { response: vec![0.0, 1.0, 1.0], ..Design::default() };
    let broken = Design { has_intercept: true, ..nothing.clone() };
    for design in [&nothing, &broken] {
        assert!(chainrule_fit::LeastSquares::default().fit(design).is_err());
        assert!(Glm::new(Family::Logistic).fit(design).is_err());
        assert!(Glm { ridge: 1.0, ..Glm::new(Family::Poisson) }.fit(design).is_err());
        let descent = chainrule_fit::ByDescent::new(chainrule::optimize::Method::Gd);
        assert!(descent.fit(design).is_err());
        let lasso = chainrule_fit::Penalised::new(chainrule_fit::Penalty::Lasso(1.0));
        assert!(lasso.fit(design).is_err());
    }
    let constant = common::with_intercept(vec![1.0, 2.0, 4.0], Vec::new());
    let lasso = chainrule_fit::Penalised::new(chainrule_fit::Penalty::Lasso(1.0));
    close("mean", &each(&lasso.fit(&constant).unwrap(), |c| c.estimate), &[7.0 / 3.0], 1e-14);
    assert!(lasso.path(&constant).is_ok());
}

#[test]
fn large_counts_and_far_columns_converge() {
    let x: Vec<f64> = (0..200).map(|i| 1e6 + f64::from(i)).collect();
    let y: Vec<f64> = x.iter().map(|x| (5.0 + (x - 1e6) * 0.05).exp().round()).collect();
    let fit = Glm::new(Family::Poisson).fit(&with_intercept(y, vec![("x", x)])).unwrap();
    assert_eq!(fit.status, Status::Converged);
    assert!((fit.coefficients[1].estimate - 0.05).abs() < 1e-5);
    assert!(fit.issues[0].starts_with("condition number"));
}
