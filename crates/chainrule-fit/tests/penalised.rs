//! Ridge, lasso and elastic net beside scikit-learn (`tools/reference/make_linear.py`).

mod common;

use chainrule_fit::{
    Choice, Design, Fit, LeastSquares, Penalised, Penalty, Status, cross_validate, folds, split,
};
use common::{close, design, numbers, uniform, weights, with_intercept};
use serde_json::Value;

fn estimates(fit: &Fit) -> Vec<f64> {
    fit.coefficients.iter().map(|c| c.estimate).collect()
}

fn stackloss() -> Design {
    design("stackloss.csv", "STACKLOSS", &[])
}

/// P-08: the values of `reference.md`.
#[test]
fn stackloss_gives_the_reference() {
    let cases = [
        (
            Penalty::Ridge(1.0),
            [-41.07320227282291, 0.6651054182908406, 1.318558377267017, -0.10905236711428475],
        ),
        (Penalty::Lasso(0.5), [-46.54462988622219, 0.6397923050372989, 1.2043810214860806, 0.0]),
        (
            Penalty::ElasticNet { penalty: 0.5, ratio: 0.5 },
            [-40.369202514783716, 0.5286746953299919, 1.2299437120467231, 0.0],
        ),
    ];
    for (penalty, want) in cases {
        let fit = Penalised::new(penalty).fit(&stackloss()).unwrap();
        close(&penalty.to_string(), &estimates(&fit), &want, 1e-9);
        assert_eq!(fit.status, Status::Converged);
        let rss: f64 = fit.residuals.iter().map(|r| r * r).sum();
        close("rss", &[fit.rss.unwrap()], &[rss], 1e-12);
    }
}

#[test]
fn files_and_weights_give_what_scikit_learn_gives() {
    let reference: Value = serde_json::from_str(&common::text("linear.json")).expect("JSON");
    for case in reference["penalised"].as_array().expect("cases") {
        let text = |key: &str| case[key].as_str().expect("text");
        let number = |key: &str| case[key].as_f64().expect("number");
        let drop: Vec<&str> = if text("file") == "longley.csv" { vec!["Obs"] } else { vec![] };
        let mut design = design(text("file"), text("response"), &drop);
        if case["weighted"] == true {
            design.weights = Some(weights(design.len()));
        }
        let penalty = match text("kind") {
            "ridge" => Penalty::Ridge(number("penalty")),
            "lasso" => Penalty::Lasso(number("penalty")),
            _ => Penalty::ElasticNet { penalty: number("penalty"), ratio: number("ratio") },
        };
        let fit = Penalised::new(penalty).fit(&design).unwrap();
        let name = format!("{} {penalty} weighted {}", text("file"), case["weighted"]);
        let (got, want) = (estimates(&fit), numbers(&case["estimates"]));
        close(&name, &got, &want, 1e-7);
        for (got, want) in got.iter().zip(want) {
            assert_eq!(*got == 0.0, want == 0.0, "{name}: zeros");
        }
    }
}

/// P-08: more and more columns go.
#[test]
fn a_growing_lasso_drops_columns() {
    let design = design("randhie.csv", "mdvis", &[]);
    let path = Penalised::new(Penalty::Lasso(0.0)).path(&design).unwrap();
    let kept = |c: &Vec<f64>| c[1..].iter().filter(|b| **b != 0.0).count();
    let counts: Vec<usize> = path.coefficients.iter().map(kept).collect();
    assert_eq!((counts[0], counts[99]), (0, 9));
    assert!(counts.windows(2).filter(|c| c[1] < c[0]).count() <= 2, "{counts:?}");
    assert!(path.penalties.windows(2).all(|p| p[1] < p[0]));
    // A warm start leads where a cold one does.
    let cold = Penalised::new(Penalty::Lasso(path.penalties[60])).fit(&design).unwrap();
    close("cold", &estimates(&cold), &path.coefficients[60], 1e-9);
}

/// The conditions of Karush, Kuhn and Tucker, computed from the rows.
#[test]
fn every_slope_balances_the_penalty() {
    let mut random = uniform(5);
    let n = 50;
    // More columns than rows, some of them collinear.
    let mut columns: Vec<Vec<f64>> = (0..70).map(|_| (0..n).map(|_| random()).collect()).collect();
    columns[9] = columns[8].iter().map(|x| 2.0 * x + 1.0).collect();
    let y: Vec<f64> =
        (0..n).map(|i| 3.0 * columns[0][i] - columns[8][i] + 0.3 * random()).collect();
    let names: Vec<String> = (0..70).map(|j| format!("x{j}")).collect();
    let design =
        with_intercept(y, names.iter().map(String::as_str).zip(columns.iter().cloned()).collect());
    for penalty in [0.2, 0.05, 0.01, 0.003] {
        let fit = Penalised::new(Penalty::Lasso(penalty)).fit(&design).unwrap();
        assert_eq!(fit.status, Status::Converged, "{penalty}");
        assert!(fit.residuals.iter().sum::<f64>().abs() < 1e-10);
        for (column, c) in columns.iter().zip(&fit.coefficients[1..]) {
            let mean = column.iter().sum::<f64>() / n as f64;
            let sd = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            let pull =
                column.iter().zip(&fit.residuals).map(|(x, r)| (x - mean) / sd * r).sum::<f64>()
                    / n as f64;
            if c.estimate == 0.0 {
                assert!(pull.abs() <= penalty + 1e-9, "{} at {penalty}", c.name);
            } else {
                assert!(
                    (pull - penalty * c.estimate.signum()).abs() < 1e-9,
                    "{} at {penalty}",
                    c.name
                );
            }
        }
    }
    let ridge = Penalised::new(Penalty::Ridge(1.0)).fit(&design).unwrap();
    // A copy shares with its original.
    close(
        "copy",
        &[ridge.coefficients[9].estimate],
        &[2.0 * ridge.coefficients[10].estimate],
        1e-8,
    );
}

#[test]
fn a_ridge_of_almost_nothing_is_least_squares() {
    let design = stackloss();
    let plain = estimates(&LeastSquares::default().fit(&design).unwrap());
    let ridge = Penalised::new(Penalty::Ridge(1e-13)).fit(&design).unwrap();
    close("ridge", &estimates(&ridge), &plain, 1e-11);
    assert!((ridge.residual_df - 17.0).abs() < 1e-9);
    let zero = Penalised::new(Penalty::Lasso(0.0)).fit(&design).unwrap();
    close("lasso", &estimates(&zero), &plain, 1e-9);
    let constant =
        with_intercept(vec![1.0, 2.0, 4.0], vec![("x", vec![1.0, 2.0, 3.0]), ("c", vec![7.0; 3])]);
    let fit = Penalised::new(Penalty::Ridge(1.0)).fit(&constant).unwrap();
    assert_eq!(fit.issues, ["`c` is constant: its coefficient is 0"]);
    assert!(Penalised::new(Penalty::Ridge(0.0)).fit(&constant).is_err());
    assert!(Penalised::new(Penalty::Lasso(-1.0)).fit(&constant).is_err());
}

#[test]
fn folds_choose_the_penalty_as_fitting_each_by_hand_does() {
    let mut random = uniform(21);
    let n = 90;
    let columns: Vec<Vec<f64>> = (0..8).map(|_| (0..n).map(|_| random()).collect()).collect();
    let y: Vec<f64> = (0..n).map(|i| 2.0 * columns[0][i] + random() - columns[1][i]).collect();
    let names: Vec<String> = (0..8).map(|j| format!("x{j}")).collect();
    let design = with_intercept(y, names.iter().map(String::as_str).zip(columns).collect());
    for penalty in
        [Penalty::Lasso(1.0), Penalty::Ridge(1.0), Penalty::ElasticNet { penalty: 1.0, ratio: 0.7 }]
    {
        let model = Penalised::new(penalty);
        let (fit, path) = model.cross_validate(&design, 6, 4, Choice::Smallest).unwrap();
        let (best, simplest) = (path.best.unwrap(), path.simplest.unwrap());
        assert!(simplest <= best && path.errors.iter().all(|e| *e >= path.errors[best]));
        assert!(path.errors[simplest] <= path.errors[best] + path.error_spread[best]);
        close("chosen", &estimates(&fit), &path.coefficients[best], 1e-9);
        let (simple, _) = model.cross_validate(&design, 6, 4, Choice::OneStandardError).unwrap();
        close("simplest", &estimates(&simple), &path.coefficients[simplest], 1e-9);
        // The same folds, fitted one after the other from their rows.
        for k in [simplest, best, 99] {
            let by_hand = Penalised::new(penalty.with_strength(path.penalties[k]));
            let result = cross_validate(&by_hand, &design, 6, 4).unwrap();
            close("error", &[result.mean], &[path.errors[k]], 1e-9);
            close("spread", &[result.spread], &[path.error_spread[k]], 1e-8);
        }
    }
}

#[test]
fn folds_and_parts_hold_every_row_once() {
    for (rows, count) in [(10, 3), (7, 7), (1000, 10)] {
        let parts = folds(rows, count, 42).unwrap();
        let mut all: Vec<usize> = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..rows).collect::<Vec<_>>());
        assert!(parts.iter().all(|part| part.len().abs_diff(rows / count) <= 1));
        assert_eq!(parts, folds(rows, count, 42).unwrap());
        assert!(rows < 100 || parts != folds(rows, count, 43).unwrap());
    }
    let (used, held) = split(50, 0.2, 9).unwrap();
    let mut all = [used.clone(), held.clone()].concat();
    all.sort_unstable();
    assert_eq!((all, held.len()), ((0..50).collect::<Vec<_>>(), 10));
    assert!(folds(3, 4, 0).is_err() && folds(3, 1, 0).is_err() && split(3, 0.01, 0).is_err());
}
