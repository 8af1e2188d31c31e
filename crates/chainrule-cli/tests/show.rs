//! `chainrule show`: a formula and its derivative in other languages.

mod support;

use support::run;

#[test]
fn a_gradient_is_shown_as_definitions_that_can_be_used_again() {
    let shown = run(["show", "sin(x)^2 + x", "--gradient"]).exits(0);
    assert_eq!(shown.stdout, "df/dx = 1 + 2*sin(x)*cos(x)\n");
    assert!(shown.stderr.contains("operations"), "{}", shown.stderr);
}

#[test]
fn latex_rust_and_c_are_written() {
    let latex = run(["show", "1/sqrt(x)", "--latex"]);
    assert_eq!(latex.stdout, "f = \\frac{1}{\\sqrt{x}}\n");
    let rust = run(["show", "(a*b + c)*d", "--rust", "--name", "chapter"]);
    assert!(rust.stdout.contains("pub fn chapter(a: f64, b: f64, c: f64, d: f64) -> f64"));
    assert!(rust.stdout.contains("chapter_gradient"));
    let c = run(["show", "(a*b + c)*d", "--c"]);
    assert!(c.stdout.contains("double f("), "{}", c.stdout);
}

#[test]
fn costs_are_shown_before_anything_is_run() {
    let shown = run(["show", "(1-x)^2 + 100(y-x^2)^2", "--cost"]).exits(0);
    let first: Vec<_> =
        shown.stdout.lines().map(|l| l.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(first[1..3], ["value", "gradient"]);
    assert!(shown.stdout.contains("sparse Hessian"), "{}", shown.stdout);
    let costs = run(["show", "x*y + y*z", "--cost", "--json"]).exits(0).json()["costs"].clone();
    let of = |name: &str| {
        let entries = costs.as_array().expect("a list").iter();
        entries.clone().find(|c| c["derivative"] == name).expect("it is listed").clone()
    };
    assert_eq!(of("value")["operations"], 3);
    assert_eq!(of("sparse Hessian")["colours"], 2);
    assert_eq!(of("Hessian")["colours"], serde_json::Value::Null);
}

#[test]
fn one_form_at_a_time() {
    run(["show", "x", "--rust", "--c"]).exits(2);
    run(["show", "x +"]).exits(2);
}
