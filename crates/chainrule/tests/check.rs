//! Derivatives against difference quotients: the chapter's numbers, kinks, and wrong gradients.

use chainrule::check::{
    self, LIMIT, STEP, Slopes, Verdict, central, closure, compare, derivative, forward, sweep,
};
use chainrule::{Function, Graph};

fn quadratic(a: f64) -> f64 {
    a * a - 10.0 * a + 28.0
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("x{i}")).collect()
}

#[test]
fn forward_differences_are_the_sources_to_the_last_digit() {
    // S-04
    assert_eq!(forward(quadratic, 6.0, STEP), 2.000100000003613);
    assert!((forward(quadratic, 5.0, STEP) - 0.0001).abs() < 1e-9);
    // K-01
    let f = |x: f64| 3.0 * (x * x) - 4.0 * x + 5.0;
    assert_eq!((f(3.0), forward(f, 2.0 / 3.0, 1e-6)), (20.0, 2.999378523327323e-06));
    // K-02
    let d = |c: f64| 2.0 * -3.0 + c;
    assert_eq!((d(10.0), d(10.0 + 1e-4)), (4.0, 4.0001));
    assert_eq!(forward(d, 10.0, 1e-4), 0.9999999999976694);
    // K-04
    let l = |b: f64| (2.0 * b + 10.0) * -2.0;
    assert_eq!(forward(l, -3.0, 0.001), -3.9999999999995595);
}

// S-04: the chapter's descent with the difference quotient, byte for byte.
#[test]
fn numeric_descent_prints_what_the_chapter_prints() {
    let want = include_str!("data/fixtures/gd_numeric_h1e-4_a6_eta0.1_20.txt");
    let mut a = 6.0;
    let mut printed = String::new();
    for _ in 0..20 {
        a -= 0.1 * forward(quadratic, a, STEP);
        printed += &format!("a = {a:.6}, f(a) = {:.6}\n", quadratic(a));
    }
    assert_eq!(printed, want);
}

// S-05: a forward difference moves the minimum by h/2.
#[test]
fn numeric_descent_ends_half_a_step_short() {
    let mut a = 6.0;
    for _ in 0..1000 {
        a -= 0.1 * forward(quadratic, a, STEP);
    }
    assert!((a - 4.99995).abs() < 1e-8, "{a}");
}

// S-05, S-06, cli.md
#[test]
fn the_sweep_is_u_shaped_and_backward_is_exact() {
    let graph = Graph::new();
    let a = graph.value(6.0);
    let backward = (a.powi(2) - 10 * a + 28).backward()[a];
    let sweep = sweep(|x| quadratic(x[0]), &[6.0], 0, backward);
    let text = sweep.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "h        forward error   central error");
    assert_eq!(lines[1], "1e-01    1.0e-01         4.3e-14");
    assert_eq!(lines[16], "backward error: 0");
    assert_eq!(lines.len(), 17);
    let best = |error: fn(&check::SweepRow) -> f64| {
        let rows = sweep.rows.iter();
        rows.min_by(|a, b| error(a).total_cmp(&error(b))).map(|row| (row.h, error(row))).unwrap()
    };
    let (h, error) = best(|row| row.forward);
    assert!(
        (1e-8..=1e-7).contains(&h) && (9.3e-8..9.5e-8).contains(&sweep.rows[6].forward),
        "{h} {error}"
    );
    assert_eq!(best(|row| row.central).0, 1e-1);
    let (first, last) = (&sweep.rows[0], &sweep.rows[14]);
    assert!(last.forward > 0.1 && last.central > 0.05 && first.forward > 0.09, "{text}");
}

#[test]
fn a_sweep_tells_a_wrong_derivative() {
    let wrong = sweep(|x| x[0].sin(), &[1.0], 0, 0.5);
    assert!((wrong.backward_error() - (1f64.cos() - 0.5)).abs() < 1e-10);
    assert!(wrong.to_string().ends_with("backward error: 4.0e-02\n"), "{wrong}");
    let right = sweep(|x| x[0].sin(), &[1.0], 0, 1f64.cos());
    assert!(right.to_string().contains("backward error: below "), "{right}");
}

// P-05: ten digits wherever the function is smooth; expected values are closed forms.
#[test]
fn extrapolated_differences_are_good_to_ten_digits() {
    type Case = (fn(f64) -> f64, f64, f64);
    let cases: [Case; 10] = [
        (f64::sin, 1.0, 0.5403023058681398),
        (f64::exp, 10.0, 22026.465794806718),
        (f64::ln, 0.01, 100.0),
        (f64::ln, 1e-9, 1e9),
        (f64::sqrt, 1e-3, 15.811388300841896),
        (|x| (50.0 * x).sin(), 0.1, 14.183109273161312),
        (|x| (16.0 * std::f64::consts::PI * x).sin(), 0.0, 50.26548245743669),
        (|x| x.powi(3), 1e6, 3e12),
        (|x| 1.0 / x, -2.0, -0.25),
        (|x| (100.0 * x).exp(), 0.0, 100.0),
    ];
    for (i, (f, x, want)) in cases.into_iter().enumerate() {
        let got = derivative(f, x);
        let error = (got.value - want).abs();
        assert!(error < 1e-9 * want.abs(), "case {i}: {got:?}, not {want}");
        assert!(
            error <= got.error.max(4.0 * f64::EPSILON * want.abs()),
            "case {i}: off by {error}, said {got:?}"
        );
    }
    assert!((central(f64::sin, 1.0, 1e-5) - 0.5403023058681398).abs() < 1e-10);
}

// B-33, P-05, cli.md
#[test]
fn the_chapters_gradient_passes_in_the_layout_of_the_contract() {
    let f = Function::record(["a", "b", "c", "d"], |[a, b, c, d]| (a * b + c) * d).unwrap();
    let report = check::function(&f, &[2.0, -3.0, 10.0, -2.0], LIMIT).unwrap();
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "        backward    central difference   rel. error");
    // The differences of a multilinear function are exact with steps that are powers of two.
    assert_eq!(lines[1], "a        6           6.0000000000         0");
    assert_eq!(lines[2], "b       -4          -4.0000000000         0");
    assert_eq!(lines[5], "check passed: worst relative error 0, limit 1e-6");
    assert_eq!(lines.len(), 6);
}

// B-33
#[test]
fn a_wrong_gradient_fails_and_names_the_parameter_and_both_numbers() {
    let f = |x: &[f64]| x[0] * x[1].sin();
    let report =
        compare(f, &[1f64.sin(), 2.5 * 1f64.cos()], &[2.0, 1.0], &names(2), LIMIT).unwrap();
    assert!(!report.passed());
    assert_eq!(report.rows[0].verdict, Verdict::Passed);
    assert_eq!(report.rows[1].verdict, Verdict::Failed);
    let text = report.to_string();
    assert!(
        text.contains("x1: backward 1.3507557646703494, central difference 1.0806046"),
        "{text}"
    );
    assert!(text.ends_with("check failed: worst relative error 2e-1, limit 1e-6\n"), "{text}");
    let nan = compare(f, &[f64::NAN, 2.0 * 1f64.cos()], &[2.0, 1.0], &names(2), LIMIT).unwrap();
    assert!(!nan.passed() && nan.worst() == f64::INFINITY);
    let infinite =
        compare(f, &[f64::INFINITY, 2.0 * 1f64.cos()], &[2.0, 1.0], &names(2), LIMIT).unwrap();
    assert!(!infinite.passed());
}

#[test]
fn a_kink_is_no_failure_unless_the_slope_lies_outside() {
    for x in [0.0, 1e-9, -1e-9] {
        let report = closure(|x| x[0].abs() * 3.0, &[x]);
        assert!(report.passed());
        assert!(
            matches!(report.rows[0].verdict, Verdict::Kink { left, right } if (left + 3.0).abs() < 1e-6 && (right - 3.0).abs() < 1e-6),
            "{report}"
        );
        assert!(report.to_string().contains("left slope -3, right slope 3"), "{report}");
    }
    let report = compare(|x| x[0].abs(), &[1.5], &[0.0], &names(1), LIMIT).unwrap();
    assert_eq!(report.rows[0].verdict, Verdict::Failed);
    let tie = closure(|x| x[0].max(x[1]), &[2.0, 2.0]);
    assert!(tie.passed() && matches!(tie.rows[1].verdict, Verdict::Kink { .. }));
    assert!(Slopes::at(|x: f64| x.powi(2).abs(), 0.0).kink().is_none(), "smooth at its corner");
}

#[test]
fn an_edge_of_the_domain_is_unsettled_not_failed() {
    let report = closure(|x| x[0].sqrt(), &[0.0]);
    assert!(report.passed());
    assert_eq!(report.rows[0].verdict, Verdict::Unsettled, "{report}");
    assert!(report.to_string().contains("no difference quotient at x0 = 0"), "{report}");
}

#[test]
fn a_gradient_of_zero_passes_beside_rounding() {
    // At its minimum the value is 3 and the quotients are noise around 0.
    let report = closure(|x| (x[0] - 0.1).powi(2) * (x[1] - 0.3).powi(2) + 3.0, &[0.1, 7.0]);
    assert!(report.passed(), "{report}");
    assert!(closure(|x| (x[0] / 3.0).cos() * 1e3, &[0.0]).passed());
}

#[test]
fn counts_that_do_not_fit_are_errors() {
    let error = compare(|x| x[0], &[1.0, 2.0], &[1.0], &names(1), LIMIT).unwrap_err();
    assert_eq!(error.to_string(), "2 derivatives for 1 parameters; pass one for each parameter");
    let f = Function::record(["x"], |[x]| x * x).unwrap();
    assert!(check::function(&f, &[], LIMIT).is_err());
}

// P-03: the rules of the table stand up to differences of their own values, wherever they settle.
#[test]
fn no_rule_of_the_table_is_suspect() {
    use chainrule::algebra::{Algebra, Op, Term};
    let points = [0.3, 0.8, 1.7, -0.6, -2.4, 5.5];
    for &op in Op::ALL {
        for k in 0..points.len() {
            let graph = Graph::new();
            let count = op.info().arity().unwrap_or(4);
            let args: Vec<_> = (0..count)
                .map(|i| {
                    let number = points[(k + 2 * i) % points.len()];
                    let held = op.info().is_constant(i);
                    if held { graph.constant(3.0) } else { graph.value(number) }.raw()
                })
                .collect();
            let trace = Term::new(&graph, graph.apply(op, &args)).trace();
            assert_eq!(trace.suspects(), [], "{op:?}");
        }
    }
}
