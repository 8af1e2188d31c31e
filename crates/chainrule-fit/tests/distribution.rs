//! Distribution functions beside values of 60 digits (`tools/reference/make_distributions.py`).

mod common;

use chainrule_fit::distribution::{ChiSquared, FisherF, Normal, StudentT};

/// Relative; the reference gives the exact argument as a double.
const TOLERANCE: f64 = 1e-12;

#[test]
fn tails_and_quantiles_agree_with_high_precision() {
    let text = common::text("distributions.csv");
    let mut worst = (0.0, String::new());
    let mut rows = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [a, b, x, want] = [1, 2, 3, 4].map(|k| fields[k].parse::<f64>().expect("a number"));
        let got = match fields[0] {
            "t_two_sided" => StudentT { df: a }.two_sided(x),
            "t_quantile" => StudentT { df: a }.quantile(x),
            "f_upper" => FisherF { numerator: a, denominator: b }.upper(x),
            "f_quantile" => FisherF { numerator: a, denominator: b }.quantile(x),
            "chi2_lower" => ChiSquared { df: a }.lower(x),
            "chi2_upper" => ChiSquared { df: a }.upper(x),
            "chi2_quantile" => ChiSquared { df: a }.quantile(x),
            "normal_lower" => Normal.lower(x),
            "normal_quantile" => Normal.quantile(x),
            other => panic!("no function {other}"),
        };
        // Where the result falls steeply, an argument that is off by its last bit moves it further.
        let error = ((got - want) / want).abs();
        if error > worst.0 || error.is_nan() {
            worst = (error, format!("{line}: got {got:e}"));
        }
        rows += 1;
    }
    assert!(rows > 250, "only {rows} rows");
    assert!(worst.0 < TOLERANCE, "off by {:.1e} in {}", worst.0, worst.1);
}

#[test]
fn tails_add_up_to_one_and_quantiles_invert_them() {
    for df in [0.7, 3.0, 11.5, 4000.0] {
        let (t, chi) = (StudentT { df }, ChiSquared { df });
        let f = FisherF { numerator: df, denominator: 7.0 };
        for x in [0.05, 0.9, 3.0, 20.0] {
            assert!((t.lower(x) + t.upper(x) - 1.0).abs() < 1e-14);
            assert!((t.lower(-x) - t.upper(x)).abs() < 1e-15);
            assert!((f.lower(x) + f.upper(x) - 1.0).abs() < 1e-14);
            assert!((chi.lower(x) + chi.upper(x) - 1.0).abs() < 1e-14);
        }
        for p in [0.001, 0.3, 0.5, 0.8, 0.999] {
            assert!((t.lower(t.quantile(p)) - p).abs() < 1e-13);
            assert!((f.lower(f.quantile(p)) - p).abs() < 1e-13);
            assert!((chi.lower(chi.quantile(p)) - p).abs() < 1e-13);
        }
    }
}

#[test]
fn edges_and_nonsense_have_an_answer() {
    let t = StudentT { df: 4.0 };
    assert_eq!(t.two_sided(f64::INFINITY), 0.0);
    assert_eq!(t.two_sided(0.0), 1.0);
    assert_eq!((t.quantile(0.0), t.quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(t.quantile(1.5).is_nan() && t.two_sided(f64::NAN).is_nan());
    assert!(StudentT { df: -1.0 }.two_sided(1.0).is_nan());
    assert!(ChiSquared { df: 2.0 }.upper(f64::NAN).is_nan());
    assert_eq!(FisherF { numerator: 2.0, denominator: 5.0 }.upper(f64::INFINITY), 0.0);
    let far = StudentT { df: f64::INFINITY };
    assert_eq!(far.two_sided(2.0), Normal.two_sided(2.0));
    assert_eq!(far.quantile(0.9), Normal.quantile(0.9));
}
