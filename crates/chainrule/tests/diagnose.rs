//! The first node at fault, in the words of the contract (rows 1 to 9 of the bad inputs).

use chainrule::diagnose::{Diagnosis, Trouble};
use chainrule::formula::{Formula, parse_assignments};
use chainrule::{Error, ErrorKind, Graph, Value};

fn diagnose(source: &str, values: &str) -> Option<Diagnosis> {
    let formula = Formula::parse(source).unwrap_or_else(|e| panic!("{}", e.render(source)));
    let given = parse_assignments(values).expect("assignments");
    let x = formula.bind(&given).unwrap_or_else(|e| panic!("{source}: {e}"));
    formula.diagnose(&x)
}

fn found(source: &str, values: &str) -> Diagnosis {
    diagnose(source, values).unwrap_or_else(|| panic!("nothing found in {source} at {values}"))
}

/// Formula, point, kind, message, text at the place, part of the hint.
type Row = (&'static str, &'static str, Trouble, &'static str, &'static str, &'static str);

const VALUES: &[Row] = &[
    // row 1
    (
        "1/(x-3)",
        "x=3",
        Trouble::DivisionByZero,
        "`1/(x - 3)` divides by zero: x - 3 = 0 at x = 3",
        "/",
        "keep `x - 3` away from 0",
    ),
    ("1/x", "x=0", Trouble::DivisionByZero, "`1/x` divides by zero: x = 0", "/", "away from 0"),
    (
        "d = x - a; 1/d",
        "x=3,a=3",
        Trouble::DivisionByZero,
        "`1/d` divides by zero: d = 0 at x = 3, a = 3",
        "/",
        "keep `d` away from 0",
    ),
    (
        "recip(x)",
        "x=0",
        Trouble::DivisionByZero,
        "`recip(x)` divides by zero: x = 0",
        "recip(x)",
        "",
    ),
    ("5 % x", "x=0", Trouble::DivisionByZero, "`5 % x` divides by zero: x = 0", "%", ""),
    ("x^-2", "x=0", Trouble::DivisionByZero, "`x^(-2)` divides by zero: x = 0", "^", ""),
    // row 2
    (
        "log(x)",
        "x=-1",
        Trouble::Domain,
        "log of −1 (node `log(x)`)",
        "log(x)",
        "keep x > 0 with `--bounds x=0:` or `x = exp(t)`",
    ),
    ("2ln(x) + 1", "x=0", Trouble::Domain, "ln of 0 (node `ln(x)`)", "ln(x)", "keep x > 0"),
    (
        "log(x - 3)",
        "x=2",
        Trouble::Domain,
        "log of −1 (node `log(x - 3)` at x = 2)",
        "log(x - 3)",
        "keep x - 3 > 0",
    ),
    (
        "sqrt(x)",
        "x=-4",
        Trouble::Domain,
        "sqrt of −4 (node `sqrt(x)`)",
        "sqrt(x)",
        "keep x ≥ 0 with",
    ),
    (
        "asin(x)",
        "x=2",
        Trouble::Domain,
        "asin of 2 (node `asin(x)`)",
        "asin(x)",
        "keep −1 ≤ x ≤ 1 with `--bounds x=-1:1` or `x = tanh(t)`",
    ),
    ("atanh(x)", "x=1", Trouble::Domain, "atanh of 1 (node `atanh(x)`)", "atanh(x)", "−1 < x < 1"),
    ("logit(p)", "p=1", Trouble::Domain, "logit of 1 (node `logit(p)`)", "logit(p)", "sigmoid(t)"),
    (
        "xlogy(2, q)",
        "q=-1",
        Trouble::Domain,
        "xlogy with z = −1 (node `xlogy(2, q)`)",
        "xlogy(2, q)",
        "keep q ≥ 0",
    ),
    // row 4
    (
        "exp(u) - exp(v)",
        "u=812,v=812",
        Trouble::Undefined,
        "first NaN: node 4 `inf - inf` = `exp(u) - exp(v)`; its inputs were finite up to node 2 `exp(u)` (u = 812)",
        "-",
        "",
    ),
    (
        "y = exp(u); z = 3y - y; w = z*2 + sin(u); log(w)",
        "u=1000",
        Trouble::Undefined,
        "first NaN: node 4 `inf - inf` = `3*y - y`; its inputs were finite up to node 1 `exp(u)` (u = 1000)",
        "-",
        "",
    ),
    (
        "exp(x)/(1 + exp(x))",
        "x=1000",
        Trouble::Undefined,
        "first NaN: node 5 `inf/inf` = `exp(x)/(1 + exp(x))`; its inputs were finite up to node 1 `exp(x)` (x = 1000)",
        "/",
        "`sigmoid(x)` is the same without overflow",
    ),
    // row 6
    ("exp(1000)", "", Trouble::Overflow, "overflow at exp(1000)", "exp(1000)", "1.8e308"),
    (
        "exp(x) + 1",
        "x=1000",
        Trouble::Overflow,
        "overflow at exp(1000) (node `exp(x)`)",
        "exp(x)",
        "1.8e308",
    ),
    (
        "log(1 + exp(x*k))",
        "x=500,k=2",
        Trouble::Overflow,
        "overflow at exp(1000) (node `exp(x*k)`)",
        "exp(x*k)",
        "`softplus(x*k)` is the same without overflow",
    ),
    (
        "log1p(exp(x))",
        "x=1000",
        Trouble::Overflow,
        "overflow at exp(1000) (node `exp(x)`)",
        "exp(x)",
        "`softplus(x)`",
    ),
    (
        "log(exp(a) + exp(b) + exp(c))",
        "a=1,b=900,c=2",
        Trouble::Overflow,
        "overflow at exp(900) (node `exp(b)`)",
        "exp(b)",
        "`logsumexp(a, b, c)` is the same without overflow",
    ),
    // row 7
    ("x^1e308", "x=2", Trouble::Overflow, "overflow at 2^1e308 (node `x^1e308`)", "^", ""),
    ("2^2000", "", Trouble::Overflow, "overflow at 2^2000", "^", ""),
    // row 8, B-16
    (
        "(-8)^(1/3)",
        "",
        Trouble::Undefined,
        "`(-8)^(1/3)` is NaN: a negative number has no real power of 0.333333",
        "^",
        "use cbrt(-8)",
    ),
    (
        "x^(1/3)",
        "x=-8",
        Trouble::Undefined,
        "`x^(1/3)` is NaN: a negative number has no real power of 0.333333 at x = −8",
        "^",
        "use cbrt(x)",
    ),
    (
        "x^(2/3)",
        "x=-8",
        Trouble::Undefined,
        "`x^(2/3)` is NaN: a negative number has no real power of 0.666667 at x = −8",
        "^",
        "use cbrt(x)^2",
    ),
    (
        "x^0.5",
        "x=-2",
        Trouble::Undefined,
        "`x^0.5` is NaN: a negative number has no real power of 0.5 at x = −2",
        "^",
        "keep `x` ≥ 0",
    ),
    // an input that is infinite as it was given
    ("x + 1", "x=inf", Trouble::Input, "an input is not finite: x = inf", "x", "finite"),
    (
        "sin(x)",
        "x=-inf",
        Trouble::Undefined,
        "first NaN: node 1 `sin(-inf)` = `sin(x)`; x = −inf was given",
        "sin(x)",
        "",
    ),
];

const GRADIENTS: &[Row] = &[
    // row 3
    (
        "sqrt(x)",
        "x=0",
        Trouble::InfiniteSlope,
        "value fine, gradient inf at `sqrt(x)`, x = 0",
        "sqrt(x)",
        "sqrt: At 0: slope +∞",
    ),
    // row 5
    (
        "s = x^2; sqrt(s)",
        "x=0",
        Trouble::UndefinedSlope,
        "value fine, gradient NaN at `sqrt(s)`, s = 0",
        "sqrt(s)",
        "",
    ),
    (
        "3 + sqrt(x^2 + y*y)",
        "x=0,y=0",
        Trouble::UndefinedSlope,
        "value fine, gradient NaN at `sqrt(x^2 + y*y)`, x^2 + y*y = 0",
        "sqrt(x^2 + y*y)",
        "`hypot(x, y)` has slope 0 there",
    ),
    (
        "sqrt(x^2)",
        "x=0",
        Trouble::UndefinedSlope,
        "value fine, gradient NaN at `sqrt(x^2)`, x^2 = 0",
        "sqrt(x^2)",
        "`abs(x)`",
    ),
    // B-15
    ("x^0.5", "x=0", Trouble::InfiniteSlope, "value fine, gradient inf at `x^0.5`, x = 0", "^", ""),
    (
        "-2sqrt(1 - x)",
        "x=1",
        Trouble::InfiniteSlope,
        "value fine, gradient inf at `sqrt(1 - x)`, 1 - x = 0",
        "sqrt(1 - x)",
        "",
    ),
    (
        "acos(x)",
        "x=1",
        Trouble::InfiniteSlope,
        "value fine, gradient −inf at `acos(x)`, x = 1",
        "acos(x)",
        "acos",
    ),
    (
        "0*x + cbrt(x)",
        "x=0",
        Trouble::InfiniteSlope,
        "value fine, gradient inf at `cbrt(x)`, x = 0",
        "cbrt(x)",
        "",
    ),
];

fn check(rows: &[Row]) {
    for &(source, values, kind, message, place, hint) in rows {
        let diagnosis = found(source, values);
        assert_eq!(diagnosis.message, message, "{source}");
        assert_eq!(diagnosis.kind, kind, "{source}");
        let span = diagnosis.span.clone().expect("a formula has places");
        assert_eq!(&source[span], place, "{source}");
        let given = diagnosis.hint.as_deref().unwrap_or("");
        assert!(given.contains(hint), "{source}: {given}");
    }
}

// rows 1, 2, 4, 6, 7, 8
#[test]
fn the_first_culprit_of_a_value_is_named() {
    check(VALUES);
    assert!(VALUES.iter().all(|row| !row.2.is_slope()));
}

// rows 3, 5
#[test]
fn the_first_culprit_of_a_gradient_is_named() {
    check(GRADIENTS);
    assert!(GRADIENTS.iter().all(|row| row.2.is_slope()));
}

// row 9, B-15
#[test]
fn what_is_fine_is_not_reported() {
    let fine = [
        ("0^0", ""),
        ("x^0", "x=0"),
        ("x^1", "x=0"),
        ("x^y", "x=0,y=1"),
        ("x^2", "x=-3"),
        ("1/(1 + exp(-x))", "x=-1000"),
        ("if(x > 0, log(x), 0)", "x=-1"),
        ("if(x > 0, x, 1/0)", "x=1"),
        ("softplus(x)", "x=1000"),
        ("hypot(x, y)", "x=0,y=0"),
        ("tanh(x)", "x=1000"),
        ("unused = log(-1); x", "x=1"),
        ("(-8)^3", ""),
        ("max(x, 0/0)", "x=1"),
    ];
    for (source, values) in fine {
        assert_eq!(diagnose(source, values), None, "{source}");
    }
}

#[test]
fn a_branch_that_was_not_taken_is_not_to_blame() {
    let diagnosis = found("if(x > 0, log(x), 1/y)", "x=-1,y=0");
    assert_eq!(diagnosis.message, "`1/y` divides by zero: y = 0");
    let diagnosis = found("t = log(x); u = 1/y; if(x > 0, t, u)", "x=-1,y=0");
    assert_eq!((diagnosis.label.as_deref(), diagnosis.kind), (Some("u"), Trouble::DivisionByZero));
}

#[test]
fn a_culprit_comes_with_its_arguments() {
    let diagnosis = found("y = a/(b - c); log(y)", "a=2,b=1,c=1");
    assert_eq!(diagnosis.label.as_deref(), Some("y"));
    assert_eq!(diagnosis.expression, "a/(b - c)");
    assert_eq!(diagnosis.inputs, [("a".into(), 2.0), ("b - c".into(), 0.0)]);
    assert_eq!(diagnosis.value, f64::INFINITY);
    let error = Error::from(diagnosis);
    assert_eq!(error.kind(), ErrorKind::Value);
    let source = "y = a/(b - c); log(y)";
    let drawn = "`a/(b - c)` divides by zero: b - c = 0 at b = 1, c = 1\n  \
                 y = a/(b - c); log(y)\n       ^\n  hint: keep `b - c` away from 0";
    assert_eq!(error.render(source), drawn);
}

fn message(value: Value<'_>) -> String {
    value.diagnose().expect("the value or its gradient is bad").message
}

// M-13, B-15, B-16: values of an eager graph
#[test]
fn values_of_a_graph_are_diagnosed_with_their_labels() {
    let graph = Graph::new();
    let zero = graph.value(0.0);
    assert_eq!(message(zero / 0.0), "`0/0` divides by zero");
    let x = graph.value(0.0).label("x");
    assert_eq!(message(5.0 + zero / x), "`0/x` divides by zero: x = 0");
    assert_eq!(message(x.powf(0.5)), "value fine, gradient inf at `x^0.5`, x = 0");
    let b = graph.value(-2.0).label("b");
    let root = b.powf(0.5).label("root").diagnose().expect("NaN");
    assert_eq!(root.label.as_deref(), Some("root"));
    assert_eq!(
        root.message,
        "`b^0.5` is NaN: a negative number has no real power of 0.5 at b = −2"
    );
    let diagnosis = (b.ln() * 2.0).diagnose().expect("NaN");
    assert_eq!(diagnosis.to_string(), "ln of −2 (node `ln(b)`); keep b > 0 with `b = exp(t)`");
    assert_eq!(b.powf(3.0).diagnose(), None);
    let nan = graph.value(f64::NAN).label("weight");
    assert_eq!(message(nan + 1.0), "an input is not finite: weight = NaN");
    assert_eq!(message(graph.value(f64::NAN) + 1.0), "an input is not finite: NaN");
    assert_eq!(message(graph.constant(f64::INFINITY)), "the constant inf is not finite");
}

#[test]
fn a_million_nodes_deep_is_diagnosed() {
    let graph = Graph::new();
    let x = graph.value(2.0).label("x");
    let mut y = x;
    for _ in 0..1_000_000 {
        y = y + y;
    }
    let diagnosis = y.diagnose().expect("2^1000001 is too large");
    assert_eq!(diagnosis.kind, Trouble::Overflow);
    // 2·2^1022 is the last power of two below the largest number.
    assert_eq!(diagnosis.inputs[0].1, 2f64.powi(1023));
    assert!(diagnosis.message.len() < 400, "{}", diagnosis.message);
}
