//! Bad input, row by row of the contract's table. The number in a test's name is the row's.

mod support;

use support::{Run, folder, run, run_with_input, text};

fn eval(formula: &str, at: &str) -> Run {
    if at.is_empty() { run(["eval", formula]) } else { run(["eval", formula, "--at", at]) }
}

fn grad(formula: &str, at: &str) -> Run {
    run(["grad", formula, "--at", at])
}

#[test]
fn row_01_division_by_zero() {
    let run = eval("1/(x-3)", "x=3").exits(4);
    let run = run.says(&["`1/(x - 3)` divides by zero: x - 3 = 0 at x = 3"]);
    let lines: Vec<&str> = run.stderr.lines().collect();
    let source = lines.iter().position(|l| l.ends_with("1/(x-3)")).expect("the formula is shown");
    let slash = lines[source].find('/').expect("it has a slash");
    assert_eq!(lines[source + 1].find('^'), Some(slash), "{}", run.stderr);
}

#[test]
fn row_02_log_of_a_negative_number() {
    let run = eval("log(x)", "x=-1").exits(4);
    run.says(&["log of −1", "`log(x)`", "--bounds x=0:", "x = exp(t)"]);
}

#[test]
fn row_03_square_root_at_zero() {
    let value = eval("sqrt(x)", "x=0").exits(0);
    assert_eq!(value.stdout, "0\n");
    let gradient = grad("sqrt(x)", "x=0").exits(4).says(&["sqrt(x)"]);
    assert!(gradient.stdout.contains("inf"), "{}", gradient.stdout);
}

#[test]
fn row_04_the_first_culprit_of_a_nan_is_named() {
    let run = eval("u = 812*t; v = u; w = exp(u) - exp(v); w + 1", "t=1").exits(4);
    run.says(&["first NaN", "inf - inf", "exp(u)", "812"]);
}

#[test]
fn row_05_a_nan_of_the_backward_walk_names_the_edge() {
    grad("s = x^2; sqrt(s)", "x=0").exits(4).says(&["NaN", "sqrt(s)", "s = 0"]);
}

#[test]
fn row_06_overflow_of_exp() {
    let run = eval("exp(x)", "x=1000").says(&["overflow", "exp(x)"]);
    assert_eq!(run.stdout, "inf\n");
    eval("log(exp(a) + exp(b))", "a=1000,b=2").says(&["logsumexp"]);
    eval("log(1 + exp(a))", "a=1000").says(&["softplus"]);
}

#[test]
fn row_07_overflow_of_a_power() {
    assert_eq!(eval("x^1e308", "x=2").says(&["overflow", "x^"]).stdout, "inf\n");
    assert_eq!(eval("2^2000", "").says(&["overflow", "2^2000"]).stdout, "inf\n");
}

#[test]
fn row_08_fractional_power_of_a_negative_number() {
    eval("(-8)^(1/3)", "").exits(4).says(&["cbrt"]);
}

#[test]
fn row_09_zero_to_the_power_zero() {
    assert_eq!(eval("0^0", "").exits(0).stdout, "1\n");
    let run = run(["grad", "x^0", "--at", "x=0", "--json"]).exits(0);
    assert_eq!(run.json()["value"], 1.0);
    assert_eq!(run.json()["gradient"]["x"], 0.0);
}

#[test]
fn row_10_unknown_variable() {
    eval("x*y + a", "x=1,a=2").exits(2).says(&["`y` has no value", "x", "a", "--at y="]);
    eval("alpha*x", "alhpa=1,x=2").exits(2).says(&["alpha"]);
}

#[test]
fn row_11_two_letters_are_one_name() {
    eval("ab + 1", "a=1,b=2").exits(2).says(&["`ab` is one name", "did you mean `a*b`?"]);
}

#[test]
fn row_12_unknown_function() {
    eval("sen(x)", "x=1").exits(2).says(&["did you mean `sin`?"]);
}

#[test]
fn row_13_open_bracket() {
    let run = eval("((a+b", "a=1,b=2").exits(2).says(&["never closed"]);
    assert!(
        run.stderr.contains("  ((a+b\n   ^\n") || run.stderr.contains("  ((a+b\n  ^\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn row_14_missing_value() {
    eval("a + * b", "a=1,b=2").exits(2).says(&["expected a value\n  a + * b\n      ^\n"]);
}

#[test]
fn row_15_empty_formula() {
    eval("", "").exits(2).says(&["empty", "a^2 - 10a + 28"]);
}

#[test]
fn row_16_circular_definitions() {
    eval("e = f + 1; f = e + 1", "").exits(2).says(&["circular: e → f → e"]);
    eval("a = a + 1", "").exits(2).says(&["circular: a → a"]);
}

#[test]
fn row_17_name_defined_twice() {
    eval("e = 1; e = 2", "").exits(2).says(&["defined twice", "column 1", "column 8"]);
}

#[test]
fn row_18_bad_assignments() {
    eval("a", "a=2,a=3").exits(2).says(&["a"]);
    eval("a", "a=two").exits(2).says(&["two"]);
}

#[test]
fn row_19_value_for_a_computed_name() {
    eval("e = a*2; e + 1", "a=1,e=3").exits(2).says(&["e is computed", "remove it"]);
}

#[test]
fn row_20_wrong_number_of_arguments() {
    eval("sin(a, b)", "a=1,b=2").exits(2).says(&["`sin` takes 1 argument, got 2"]);
}

#[test]
fn row_21_a_hundred_thousand_brackets() {
    let depth = 100_000;
    let formula = format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(run_with_input(&["eval", "-", "--at", "x=2"], &formula).exits(0).stdout, "2\n");
}

/// A formula whose graph is `count` steps deep.
fn deep(count: usize) -> String {
    format!("x{}", "+x".repeat(count))
}

#[test]
fn row_22_a_million_steps_are_drawn_collapsed() {
    let formula = deep(1_000_000);
    let run = run_with_input(&["draw", "-", "--at", "x=1"], &formula).exits(0);
    assert!(run.stdout.lines().count() < 400, "{} lines", run.stdout.lines().count());
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("1,000,001 nodes; showing"), "{said}");
    assert!(said.contains("--depth"), "{said}");
    let value = run_with_input(&["eval", "-", "--at", "x=1"], &formula).exits(0);
    assert_eq!(value.stdout, "1e6\n");
}

#[test]
fn row_23_fifty_thousand_nodes_as_png_are_refused() {
    let out = folder("row_23").join("big.png");
    let run = run_with_input(
        &["draw", "-", "--at", "x=1", "--depth", "60000", "-o", text(&out)],
        &deep(50_000),
    );
    let run = run.says(&["--depth"]);
    assert_ne!(run.code, Some(0));
    assert!(!out.exists());
}

#[test]
fn row_24_unknown_choices_are_listed() {
    run(["draw", "x^2", "--at", "x=1", "--rankdir", "XX"]).exits(2).says(&["LR", "TB"]);
    let formats = ["svg", "png", "dot", "mermaid", "text", "json"];
    run(["draw", "x^2", "--at", "x=1", "--format", "gifx"]).exits(2).says(&formats);
}

#[test]
fn row_38_a_divergence_keeps_its_trace() {
    let trace = folder("row_38").join("trace.csv");
    let run = run([
        "minimize",
        "a^2 - 10a + 28",
        "--from",
        "a=6",
        "--lr",
        "1.1",
        "--trace",
        text(&trace),
    ]);
    run.exits(1).says(&["diverges", "any --lr below 1 converges here"]);
    let rows = std::fs::read_to_string(&trace).expect("the trace is written");
    let after: Vec<&str> =
        rows.lines().skip(1).take(2).map(|row| row.split(',').nth(4).expect("a column")).collect();
    // a ← a − 1.1·(2a − 10), from 6: 3.8, 6.44 (chapter, S-07).
    assert!((after[0].parse::<f64>().expect("a number") - 3.8).abs() < 1e-12);
    assert!((after[1].parse::<f64>().expect("a number") - 6.44).abs() < 1e-12);
}

#[test]
fn row_39_an_oscillation_is_recognised() {
    let run = run(["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "1"]).exits(1);
    let run = run.says(&["alternates between 4 and 6: lr is exactly at the limit (1)"]);
    assert!(run.stdout.contains("f = 4"), "{}", run.stdout);
}

#[test]
fn row_39_the_largest_number_of_steps_prints_the_best_point() {
    let run = run([
        "minimize",
        "a^2 - 10a + 28",
        "--from",
        "a=6",
        "--lr",
        "1e-7",
        "--tol",
        "1e-8",
        "--steps",
        "5",
        "-q",
    ]);
    let run = run.exits(1).says(&["not converged after 5 steps"]);
    assert_eq!(run.stdout.lines().count(), 5);
}

#[test]
fn row_40_no_minimum() {
    run(["minimize", "-x^2", "--from", "x=1"]).exits(1).says(&["−∞", "x passed 1e154"]);
    run(["minimize", "exp(-x)", "--from", "x=1"]).exits(1).says(&["no minimum"]);
    run(["minimize", "x^2 + y^4 - y^2", "--from", "x=1,y=0", "--lr", "0.1"])
        .exits(1)
        .says(&["saddle"]);
    run(["minimize", "cos(x)", "--from", "x=0"]).exits(1).says(&["maximum"]);
}
