//! Least squares beside statsmodels (`tools/reference/make_linear.py`), and what it says of bad data.

mod common;

use chainrule::ErrorKind;
use chainrule_fit::{Coefficient, Design, Errors, Fit, LeastSquares};
use common::{close, design, numbers, uniform, weights, with_intercept};
use serde_json::Value;

fn each(fit: &Fit, of: impl Fn(&Coefficient) -> f64) -> Vec<f64> {
    fit.coefficients.iter().map(of).collect()
}

fn errors_of(fit: &Fit) -> Vec<f64> {
    each(fit, |c| c.std_error)
}

/// P-06: longley, stackloss, engel, randhie.
#[test]
fn files_give_what_statsmodels_gives() {
    let reference: Value = serde_json::from_str(&common::text("linear.json")).expect("JSON");
    for case in reference["least_squares"].as_array().expect("cases") {
        let text = |key: &str| case[key].as_str().expect("text").to_owned();
        let number = |key: &str| case[key].as_f64().expect("number");
        let drop: Vec<&str> =
            case["drop"].as_array().expect("list").iter().filter_map(Value::as_str).collect();
        let mut design = design(&text("file"), &text("response"), &drop);
        if case["weighted"] == true {
            design.weights = Some(weights(design.len()));
        }
        let name = format!("{} weighted {}", text("file"), case["weighted"]);
        // Longley's condition number costs statsmodels and us nine digits of sixteen at most.
        let (loose, tight) = if name.starts_with("longley") { (1e-6, 1e-8) } else { (1e-7, 1e-9) };
        let model = LeastSquares { level: 0.9, ..LeastSquares::default() };
        let fit = model.fit(&design).expect(&name);
        close(&name, &each(&fit, |c| c.estimate), &numbers(&case["estimates"]), tight);
        close(&name, &errors_of(&fit), &numbers(&case["std_errors"]), loose);
        close(&name, &each(&fit, |c| c.statistic), &numbers(&case["t"]), loose);
        close(&name, &each(&fit, |c| c.p_value), &numbers(&case["p"]), 10.0 * loose);
        let ends = case["intervals"].as_array().expect("list");
        let low: Vec<f64> = ends.iter().map(|e| numbers(e)[0]).collect();
        close(&name, &each(&fit, |c| c.interval.0), &low, 10.0 * loose);
        let got = [
            fit.r_squared.unwrap(),
            fit.adjusted_r_squared.unwrap(),
            fit.f_statistic.unwrap().0,
            fit.residual_sd.unwrap(),
            fit.log_likelihood.unwrap(),
            fit.aic.unwrap(),
            fit.bic.unwrap(),
        ];
        let keys = ["r_squared", "adjusted", "f", "sd", "likelihood", "aic", "bic"];
        close(&name, &got, &keys.map(number), loose);
        close(&name, &[fit.f_statistic.unwrap().2], &[number("f_p")], 1e-6);
        // Their condition number is the root of an eigenvalue ratio, which has few digits.
        close(&name, &[fit.condition.unwrap()], &[number("condition")], 0.01);
        if !case["leverage"].is_null() {
            close(&name, &fit.leverage[..5], &numbers(&case["leverage"]), 1e-6);
        }

        for (errors, key) in [(Errors::Hc1, "hc1"), (Errors::Hc3, "hc3")] {
            let fit = LeastSquares { errors, ..model.clone() }.fit(&design).expect(&name);
            close(&format!("{name} {key}"), &errors_of(&fit), &numbers(&case[key]), loose);
            if errors == Errors::Hc1 {
                close(&name, &[fit.f_statistic.unwrap().0], &[number("hc1_f")], 1e-5);
            }
        }

        let first = Design {
            columns: design.columns.iter().map(|c| c[..3].to_vec()).collect(),
            weights: design.weights.as_ref().map(|w| w[..3].to_vec()),
            response: Vec::new(),
            rows: Vec::new(),
            ..design.clone()
        };
        let predictions = fit.predict_intervals(&first, 0.9).expect(&name);
        for (k, p) in predictions.iter().enumerate() {
            let got = [
                p.value,
                p.std_error,
                p.confidence.0,
                p.confidence.1,
                p.prediction.0,
                p.prediction.1,
            ];
            let pair = |key: &str| numbers(&case[key][k]);
            let (mean, single) = (pair("mean_interval"), pair("single_interval"));
            let [value, se] = ["mean", "mean_se"].map(|key| numbers(&case[key])[k]);
            close(&name, &got, &[value, se, mean[0], mean[1], single[0], single[1]], 1e-6);
        }
        assert_eq!(fit.predict(&first).expect(&name), each_value(&predictions));
    }
}

fn each_value(predictions: &[chainrule_fit::Prediction]) -> Vec<f64> {
    predictions.iter().map(|p| p.value).collect()
}

/// The certified values in NIST's Longley.dat, which are those of its exact rational solution.
#[test]
fn longley_has_nine_certified_digits() {
    let fit = LeastSquares::default().fit(&design("longley.csv", "TOTEMP", &["Obs"])).unwrap();
    let certified = [
        (-3482258.63459582, 890420.383607373),
        (15.0618722713733, 84.9149257747669),
        (-0.358191792925910E-01, 0.334910077722432E-01),
        (-2.02022980381683, 0.488399681651699),
        (-1.03322686717359, 0.214274163161675),
        (-0.511041056535807E-01, 0.226073200069370),
        (1829.15146461355, 455.478499142212),
    ];
    close("estimates", &each(&fit, |c| c.estimate), &certified.map(|c| c.0), 1e-9);
    close("std. errors", &errors_of(&fit), &certified.map(|c| c.1), 1e-9);
    assert_eq!(fit.issues, ["condition number 4.9e9: estimates lose about 9 digits"]);
    has_the_layout_of_the_contract(&fit);
}

/// The layout of `cli.md`.
fn has_the_layout_of_the_contract(fit: &Fit) {
    let text = fit.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR     least squares, exact (QR)"
    );
    assert_eq!(lines[1], "");
    assert_eq!(lines[2], "            estimate        std. error      t        p");
    assert_eq!(lines[3], "intercept   -3482258.635    890420.384   -3.911   0.0036");
    let last = "R² 0.9955   residual s.d. 304.9 on 9 d.o.f.   \
                condition number 4.9e9: estimates lose about 9 digits";
    assert_eq!(lines[10], last);
}

#[test]
fn an_offset_is_taken_from_the_response_and_added_to_the_fit() {
    let plain = design("stackloss.csv", "STACKLOSS", &[]);
    let offset: Vec<f64> = (0..plain.len()).map(|i| i as f64 * 0.25).collect();
    let response = plain.response.iter().zip(&offset).map(|(y, o)| y + o).collect();
    let moved = Design { response, offset: Some(offset), ..plain.clone() };
    let (a, b) = (
        LeastSquares::default().fit(&plain).unwrap(),
        LeastSquares::default().fit(&moved).unwrap(),
    );
    close("estimates", &each(&a, |c| c.estimate), &each(&b, |c| c.estimate), 1e-12);
    for (i, fitted) in b.fitted.iter().enumerate() {
        assert!((fitted - moved.response[i] + b.residuals[i]).abs() < 1e-12);
        assert!((b.residuals[i] - a.residuals[i]).abs() < 1e-11);
    }
}

#[test]
fn a_row_of_weight_zero_is_as_good_as_absent() {
    let mut design = design("stackloss.csv", "STACKLOSS", &[]);
    let mut weights = weights(design.len());
    weights[4] = 0.0;
    weights[20] = 0.0;
    design.weights = Some(weights);
    let with = LeastSquares::default().fit(&design).unwrap();
    let keep = |v: &[f64]| -> Vec<f64> {
        v.iter().enumerate().filter(|(i, _)| ![4, 20].contains(i)).map(|(_, &x)| x).collect()
    };
    let without = Design {
        response: keep(&design.response),
        columns: design.columns.iter().map(|c| keep(c)).collect(),
        weights: design.weights.as_ref().map(|w| keep(w)),
        ..design.clone()
    };
    let without = LeastSquares::default().fit(&without).unwrap();
    assert_eq!(with.rows_used, 19);
    close("estimates", &each(&with, |c| c.estimate), &each(&without, |c| c.estimate), 1e-12);
    close("errors", &errors_of(&with), &errors_of(&without), 1e-12);
    close("aic", &[with.aic.unwrap()], &[without.aic.unwrap()], 1e-12);
}

/// Row 36: the set is named, nothing is dropped silently.
#[test]
fn collinear_and_constant_columns_are_named() {
    let wt: Vec<f64> = (0..40).map(|i| f64::from(2200 + (i * i * 37) % 1700)).collect();
    let y: Vec<f64> = wt.iter().map(|w| 40.0 - w / 100.0 + w % 7.0).collect();
    let scaled = |k: f64| wt.iter().map(|w| w * k).collect::<Vec<f64>>();
    let message = |columns: Vec<(&str, Vec<f64>)>| {
        let error = LeastSquares::default().fit(&with_intercept(y.clone(), columns)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undetermined);
        error.to_string()
    };
    assert_eq!(
        message(vec![("wt", wt.clone()), ("wt_kg", scaled(0.4536))]),
        "collinear columns: wt_kg = 0.4536 × wt; leave one of each set out (--drop wt_kg), or use --ridge"
    );
    assert_eq!(
        message(vec![("wt", wt.clone()), ("year", vec![1999.0; 40])]),
        "constant beside the intercept: year = 1999; leave one of each set out (--drop year), or use --ridge"
    );
    let parity: Vec<f64> = wt.iter().map(|w| w % 2.0).collect();
    let other: Vec<f64> = parity.iter().map(|p| 1.0 - p).collect();
    let sum: Vec<f64> = wt.iter().zip(&parity).map(|(w, p)| 2.0 * w - p).collect();
    let all = vec![
        ("wt", wt.clone()),
        ("odd", parity),
        ("even", other),
        ("sum", sum),
        ("none", vec![0.0; 40]),
    ];
    assert!(
        message(all)
            .starts_with("collinear columns: even = 1 − odd; sum = 2 × wt − odd; none = 0;")
    );
    // A constant column without an intercept is an intercept.
    let mut design = with_intercept(y.clone(), vec![("wt", wt.clone())]);
    design.names[0] = "ones".to_owned();
    design.has_intercept = false;
    assert!(LeastSquares::default().fit(&design).is_ok());
}

/// Row 37.
#[test]
fn fewer_rows_than_parameters_are_refused() {
    let columns = ["a", "b", "c", "d"].iter().enumerate();
    let columns = columns.map(|(k, &n)| (n, vec![1.0, k as f64, (k * k) as f64])).collect();
    let error =
        LeastSquares::default().fit(&with_intercept(vec![1.0, 2.0, 3.0], columns)).unwrap_err();
    assert_eq!(error.message(), "3 rows cannot determine 5 parameters");
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.remedy().unwrap().contains("--ridge"));
    let empty = LeastSquares::default().fit(&with_intercept(vec![], vec![("x", vec![])]));
    assert_eq!(empty.unwrap_err().message(), "no data rows");
    let one = LeastSquares::default().fit(&with_intercept(vec![3.0], vec![]));
    let one = one.unwrap();
    close("mean", &[one.coefficients[0].estimate], &[3.0], 4.0 * f64::EPSILON);
    assert!(one.coefficients[0].std_error.is_nan() && one.issues.len() == 1);
}

#[test]
fn huge_and_bad_numbers_end_in_a_message() {
    let y = vec![1.0, 2.0, 4.0, 3.0];
    let fit = |column: Vec<f64>| {
        LeastSquares::default().fit(&with_intercept(y.clone(), vec![("x", column)]))
    };
    let error = fit(vec![1e300, 2e200, 1e250, 5e299]).unwrap_err();
    assert!(error.message().contains("1e308"), "{error}");
    let error = fit(vec![1.0, 2.0, f64::INFINITY, 4.0]).unwrap_err();
    assert_eq!(error.message(), "row 3, column `x`: inf is not a finite number");
    let mut design = with_intercept(y.clone(), vec![("x", vec![1.0, 2.0, 3.0, 5.0])]);
    design.weights = Some(vec![1.0, 1.0, -2.0, 1.0]);
    let error = LeastSquares::default().fit(&design).unwrap_err();
    assert_eq!(error.message(), "row 3 has the weight -2; weights are 0 or more");
    let constant = LeastSquares::default()
        .fit(&with_intercept(vec![2.0; 4], vec![("x", vec![1.0, 2.0, 3.0, 5.0])]));
    assert!(constant.unwrap().coefficients[0].estimate > 1.99);
}

fn many(rows: usize) -> Design {
    let mut random = uniform(7);
    let columns: Vec<Vec<f64>> = (0..4).map(|_| (0..rows).map(|_| random()).collect()).collect();
    let y = (0..rows).map(|i| columns[0][i] - 2.0 * columns[3][i] + random()).collect();
    with_intercept(y, ["a", "b", "c", "d"].into_iter().zip(columns).collect())
}

/// No bit depends on the number of threads or on the chunks of a stream.
#[test]
fn threads_and_chunks_change_no_bit() {
    let design = many(70_001);
    let model = |threads| LeastSquares { threads: Some(threads), ..LeastSquares::default() };
    let whole = model(1).fit(&design).unwrap();
    assert_eq!(whole.coefficients, model(3).fit(&design).unwrap().coefficients);
    for length in [999, 16_384, 50_000] {
        let mut stream = model(2).stream();
        for start in (0..design.len()).step_by(length) {
            let part = |v: &Vec<f64>| v[start..(start + length).min(v.len())].to_vec();
            let chunk = Design {
                response: part(&design.response),
                columns: design.columns.iter().map(part).collect(),
                rows: Vec::new(),
                ..design.clone()
            };
            stream.push(chunk).unwrap();
        }
        let streamed = stream.finish().unwrap();
        assert_eq!(whole.coefficients, streamed.coefficients, "chunks of {length}");
        assert_eq!((whole.aic, whole.rows_used), (streamed.aic, streamed.rows_used));
    }
}
