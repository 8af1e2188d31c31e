//! The output blocks of the command's contract, byte for byte.

mod support;

use support::{fixture, run};

const CHAPTER: &str = "e = a*b; f = e + c; L = f*d";
const POINT: &str = "a=2,b=-3,c=10,d=-2";

// S-03
#[test]
fn descent_with_steps_prints_the_chapters_lines_s03() {
    let run = run(["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "0.1", "--steps", "20"])
        .exits(0);
    assert_eq!(run.stdout, fixture("gd_analytic_a6_eta0.1_20.txt"));
}

// S-04, S-05
#[test]
fn descent_by_differences_prints_the_chapters_lines_and_warns_s04_s05() {
    let run = run([
        "minimize",
        "a^2 - 10a + 28",
        "--from",
        "a=6",
        "--lr",
        "0.1",
        "--steps",
        "20",
        "--numeric",
        "0.0001",
    ])
    .exits(0)
    .says(&[
        "warning:",
        "the minimum found is a = 4.99995, not a = 5",
        "a forward difference is off by h/2 here",
    ]);
    assert_eq!(run.stdout, fixture("gd_numeric_h1e-4_a6_eta0.1_20.txt"));
}

#[test]
fn descent_without_steps_runs_until_it_converges() {
    let run = run(["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "0.1"]).exits(0);
    assert_eq!(run.stdout, "a = 5.0000000046   f = 3\n");
    assert_eq!(run.stderr, "converged in 86 steps (|gradient| < 1e-8)\n");
}

#[test]
fn the_valley_of_rosenbrock_is_found_by_default() {
    let run =
        run(["minimize", "(1-x)^2 + 100(y-x^2)^2", "--from", "x=-1.2,y=1", "--json"]).exits(0);
    let params = &run.json()["params"];
    for name in ["x", "y"] {
        let x = params[name].as_f64().expect("a number");
        assert!((x - 1.0).abs() < 1e-6, "{name} = {x}");
    }
}

#[test]
fn a_rate_that_is_too_large_is_explained() {
    let run = run(["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "1.1"]).exits(1);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "error: gradient descent diverges: each step multiplies the distance to the minimum by 1.2\n  \
         any --lr below 1 converges here; 0.5 gets there in one step\n"
    );
}

// P-05
#[test]
fn a_gradient_is_checked_against_differences_p05() {
    let run = run(["grad", "(a*b + c)*d", "--at", POINT, "--check"]).exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "value  -8");
    assert_eq!(lines[1], "        backward    central difference   rel. error");
    assert!(lines[2].starts_with("a        6           6.0000000000         "), "{}", lines[2]);
    assert_eq!(lines.len(), 7);
    let last =
        lines[6].strip_prefix("check passed: worst relative error ").expect("the check passes");
    let worst = last.strip_suffix(", limit 1e-6").expect("the limit is named");
    assert!(worst.parse::<f64>().expect("a number") < 1e-10, "{worst}");
}

// S-05, S-06
#[test]
fn the_error_of_differences_falls_and_rises_s05_s06() {
    let run = run(["check", "a^2 - 10a + 28", "--at", "a=6", "--sweep"]).exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "h        forward error   central error");
    // f(6 ± 0.1) are 4.21 and 3.81 exactly: the central difference leaves rounding only.
    assert!(lines[1].starts_with("1e-01    1.0e-01         "), "{}", lines[1]);
    assert_eq!(lines.len(), 17);
    assert_eq!(lines[16], "backward error: 0");
    let forward = |line: &str| {
        line.split_whitespace().nth(1).expect("a column").parse::<f64>().expect("a number")
    };
    let errors: Vec<f64> = lines[1..16].iter().map(|line| forward(line)).collect();
    let best = (0..15).min_by(|&i, &j| errors[i].total_cmp(&errors[j])).expect("rows");
    // U-shaped, with the best step near √ε.
    assert!((5..=8).contains(&best), "best h is 1e-{}", best + 1);
    assert!(errors[0] > 1e6 * errors[best] && errors[14] > 1e3 * errors[best]);
}

// S-12, S-13
#[test]
fn the_walk_is_told_in_words_s12_s13() {
    let run = run(["explain", CHAPTER, "--at", POINT]).exits(0);
    assert_eq!(run.stdout, include_str!("golden/explain.txt"));
}

// S-29
#[test]
fn the_graph_is_drawn_as_text_s29() {
    let run = run(["draw", CHAPTER, "--at", POINT, "--format", "text"]).exits(0);
    assert_eq!(run.stdout, include_str!("golden/draw.txt"));
}
