//! Every row of the table against values computed with 800 digits (`tools/reference/make_reference.py`).

use chainrule::algebra::{Num, Op, Term};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const REFERENCE: &str = include_str!("data/ops_reference.csv");
const P01: &str = include_str!("data/p01.csv");

/// Bound on the error of a value, in units in the last place of the exact one.
const VALUE_ULPS: f64 = 2.0;
/// Bound on the error of a partial derivative.
const PARTIAL_ULPS: f64 = 4.0;
/// A partial derivative below this may lose digits or become 0: the steps towards it underflow,
/// such as `-2x · e^(-x²)`, whose second factor is subnormal first.
const PARTIAL_UNDERFLOW: f64 = 64.0 * f64::MIN_POSITIVE;

struct Case {
    op: Op,
    arguments: Vec<f64>,
    value: f64,
    partials: Vec<f64>,
}

fn numbers(field: &str) -> Vec<f64> {
    field.split_whitespace().map(|x| x.parse().expect("the file holds numbers")).collect()
}

fn cases() -> Vec<Case> {
    let parse = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let op = Op::from_name(fields[0]).unwrap_or_else(|| panic!("no operation `{}`", fields[0]));
        let [value] = numbers(fields[2])[..] else { panic!("one value in `{line}`") };
        Case { op, arguments: numbers(fields[1]), value, partials: numbers(fields[3]) }
    };
    REFERENCE.lines().skip(1).map(parse).collect()
}

/// The partial derivatives by the table's rule; 0 for an argument without one.
fn partials(op: Op, arguments: &[f64]) -> Vec<f64> {
    let terms: Vec<Term<Num>> = arguments.iter().map(|&x| Term::new(&Num, x)).collect();
    let y = Term::new(&Num, op.value(arguments));
    let mut found = vec![0.0; arguments.len()];
    op.partials(&terms, y, |i, partial| found[i] = partial.raw());
    found
}

/// Distance in units in the last place of `exact`; 0 for two NaN and for equal infinities. Where the
/// file says `-0.0`, it means the sign.
fn ulps(found: f64, exact: f64) -> f64 {
    if exact == 0.0 && exact.is_sign_negative() && found == 0.0 && found.is_sign_positive() {
        return f64::INFINITY;
    }
    if found == exact || found.is_nan() && exact.is_nan() {
        return 0.0;
    }
    if !found.is_finite() || !exact.is_finite() {
        return f64::INFINITY;
    }
    let size = exact.abs();
    let unit =
        if size.next_up().is_finite() { size.next_up() - size } else { size - size.next_down() };
    (found - exact).abs() / unit
}

fn largest(xs: &[f64]) -> f64 {
    xs.iter().fold(0.0, |m, x| m.max(x.abs()))
}

/// The bound on the error of the value, in ulps: [`VALUE_ULPS`], or more for a reason.
fn value_bound(case: &Case) -> f64 {
    let n = case.arguments.len() as f64;
    let sum_of_sizes: f64 = match case.op {
        // Additions from left to right: n roundings of sums no larger than Σ|x|.
        Op::Sum => case.arguments.iter().map(|x| x.abs()).sum(),
        Op::Mean => case.arguments.iter().map(|x| x.abs()).sum::<f64>() / n,
        Op::Dot => case.arguments.chunks(2).map(|p| (p[0] * p[1]).abs()).sum(),
        // n - 1 products, each rounded.
        Op::Product => return n.max(VALUE_ULPS),
        _ => return VALUE_ULPS,
    };
    VALUE_ULPS.max(n * sum_of_sizes / case.value.abs())
}

/// The bound on the error of the partial derivatives, in ulps, and absolutely.
fn partial_bound(case: &Case) -> (f64, f64) {
    let n = case.arguments.len() as f64;
    let x = case.arguments[0];
    match case.op {
        Op::Product => (n.max(PARTIAL_ULPS), PARTIAL_UNDERFLOW),
        // e^(x - y) magnifies the rounding of x - y by its size.
        Op::Logsumexp | Op::Logaddexp => {
            (PARTIAL_ULPS * (1.0 + largest(&case.arguments)), PARTIAL_UNDERFLOW)
        }
        // Two terms of opposite sign, which meet at the minimum: four ulps of the larger one.
        Op::Silu => (PARTIAL_ULPS, PARTIAL_ULPS * f64::EPSILON * Op::Sigmoid.value(&[x])),
        Op::Gelu => (
            PARTIAL_ULPS,
            PARTIAL_ULPS
                * f64::EPSILON
                * Op::NormalCdf.value(&[x]).max(x.abs() * Op::NormalPdf.value(&[x])),
        ),
        _ => (PARTIAL_ULPS, PARTIAL_UNDERFLOW),
    }
}

/// Operations that `make_reference.py` knew when it was last run. One added since is held by the
/// laws alone until the script is run again; the test says so and passes.
const COVERED: usize = 83;

#[test]
fn the_reference_covers_the_table() {
    let cases = cases();
    let rows = |op: Op| cases.iter().filter(|c| c.op == op).count();
    let (covered, new): (Vec<Op>, Vec<Op>) = Op::ALL.iter().partition(|&&op| rows(op) > 0);
    for op in new {
        println!("skipped: no rows for `{}`; run make_reference.py", op.info().name);
    }
    assert!(covered.len() >= COVERED, "rows for {} operations are left", covered.len());
    assert!(covered.iter().all(|&op| rows(op) >= 30));
}

#[test]
fn values_and_partials_agree_with_800_digits() {
    let mut worst: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let mut failures = String::new();
    for case in cases() {
        let entry = worst.entry(case.op.info().name).or_default();
        let found = case.op.value(&case.arguments);
        let error = ulps(found, case.value);
        entry.0 = entry.0.max(error);
        let at = format!("{}{:?}", case.op.info().name, case.arguments);
        if error > value_bound(&case) {
            let _ =
                writeln!(failures, "{at} = {found:e}, exactly {:e}: {error:.1} ulp", case.value);
        }
        let (relative, absolute) = partial_bound(&case);
        for (i, (found, exact)) in
            partials(case.op, &case.arguments).iter().zip(&case.partials).enumerate()
        {
            let error = ulps(*found, *exact);
            if (found - exact).abs() <= absolute {
                continue;
            }
            entry.1 = entry.1.max(error);
            if error > relative {
                let _ =
                    writeln!(failures, "d{i} {at} = {found:e}, exactly {exact:e}: {error:.1} ulp");
            }
        }
    }
    for (name, (value, partial)) in &worst {
        println!("{name:12} {value:8.2} {partial:8.2}");
    }
    assert!(failures.is_empty(), "{failures}");
}

/// P-01: the acceptance table, to 1e-14 relative.
#[test]
fn p01_functions_and_derivatives_at_one_half() {
    const DIGITS: f64 = 1e-14;
    let lines: Vec<&str> = P01.lines().skip(1).collect();
    assert!(lines.len() >= 30);
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let op = Op::from_name(fields[0]).unwrap_or_else(|| panic!("no operation `{}`", fields[0]));
        let (x, value, slope) =
            (numbers(fields[1])[0], numbers(fields[2])[0], numbers(fields[3])[0]);
        let close = |found: f64, exact: f64| (found - exact).abs() <= DIGITS * exact.abs();
        assert!(close(op.value(&[x]), value), "{line}: value {:e}", op.value(&[x]));
        assert!(close(partials(op, &[x])[0], slope), "{line}: slope {:e}", partials(op, &[x])[0]);
    }
}
