//! `explain`: the walk in words, as limits, in LaTeX.

mod support;

use support::{run, run_with_input};

const CHAPTER: &str = "e = a*b; f = e + c; L = f*d";
const POINT: &str = "a=2,b=-3,c=10,d=-2";

// S-13, S-25
#[test]
fn an_input_used_twice_says_so_s13_s25() {
    let run = run(["explain", "b = a + a", "--at", "a=3"]).exits(0);
    assert!(run.stdout.contains("a is used twice: 1 + 1 = 2, contributions add"), "{}", run.stdout);
    assert!(run.stdout.ends_with("Gradient  db/da = 2\n"), "{}", run.stdout);
}

// S-12
#[test]
fn local_slopes_are_limits_s12() {
    let plain = run(["explain", CHAPTER, "--at", POINT]).exits(0).stdout;
    let limits = run(["explain", CHAPTER, "--at", POINT, "--limits"]).exits(0).stdout;
    let more = limits.strip_prefix(&plain).expect("the limits stand after the walk");
    assert!(more.contains("∂L/∂d = lim (f*(d + h) - f*d)/h"), "{more}");
    assert!(!plain.contains("lim "));
}

#[test]
fn it_is_written_for_a_document() {
    let latex = run(["explain", CHAPTER, "--at", POINT, "--latex"]).exits(0).stdout;
    assert!(
        latex.contains(r"\begin{align*}") && latex.contains(r"\frac{\mathrm{d}L}{\mathrm{d}a}"),
        "{latex}"
    );
}

// P-10
#[test]
fn any_formula_is_explained_p10() {
    let run = run(["explain", "log(1 + exp(w*x)) + max(x, w)^2", "--at", "w=0.5,x=-1.25"]).exits(0);
    assert!(run.stdout.contains("df/dw") && run.stdout.contains("df/dx"));
    assert_eq!(run.stderr, "");
}

#[test]
fn a_long_walk_is_cut_in_the_middle() {
    let formula = format!("x{}", "+x".repeat(100_000));
    let run = run_with_input(&["explain", "-", "--at", "x=1", "--steps", "10"], &formula).exits(0);
    assert!(run.stdout.lines().count() < 100, "{} lines", run.stdout.lines().count());
    assert!(run.stdout.ends_with("= 100001\n"), "{}", run.stdout);
}

#[test]
fn a_slope_that_is_not_finite_is_told_and_fails() {
    let run = run(["explain", "sqrt(x)", "--at", "x=0"]).exits(4).says(&["`sqrt(x)`"]);
    assert!(run.stdout.contains("inf"));
}

#[test]
fn the_gradient_is_in_the_json() {
    let document = run(["explain", CHAPTER, "--at", POINT, "--json"]).exits(0).json();
    assert_eq!(
        document["gradient"],
        serde_json::json!({ "a": 6.0, "b": -4.0, "c": -2.0, "d": 4.0 })
    );
    assert!(document["text"].as_str().expect("text").starts_with("Forward\n"));
}
