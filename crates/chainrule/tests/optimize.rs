//! Gradient descent as in the chapter, and the ways in which a run can end.

use std::ops::ControlFlow;

use chainrule::optimize::{
    Bounds, Criterion, ForwardDifference, Method, Minimizer, Objective, Options, Outcome, Rate,
    Stall, Stop, compare, from_fn,
};

/// Differences of a few units in the last place of numbers near 1.
const ROUNDING: f64 = 1e-12;

/// f(a) = a² − 10a + 28 with the chapter's operations in the chapter's order.
fn chapter() -> impl Objective {
    from_fn(1, |a| a[0] * a[0] - 10.0 * a[0] + 28.0, |a, g| g[0] = 2.0 * a[0] - 10.0)
}

fn one(f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64) -> impl Objective {
    from_fn(1, move |x| f(x[0]), move |x, g| g[0] = df(x[0]))
}

fn gd(rate: f64) -> Minimizer {
    Minimizer::new(Method::Gd).learning_rate(rate)
}

fn run(minimizer: &Minimizer, objective: &mut dyn Objective, start: &[f64]) -> Outcome {
    minimizer.minimize(objective, start).expect("the input of a test is valid")
}

fn path(minimizer: &Minimizer, objective: &mut dyn Objective, start: f64) -> Vec<f64> {
    let trace = run(&minimizer.clone().trace(true), objective, &[start]).trace.expect("asked for");
    trace.iter().map(|row| row.x_after[0]).collect()
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance),
        "{found:?} is not {expected:?}"
    );
}

#[test]
fn s01_the_minimum_is_found_by_every_method() {
    for method in Method::ALL {
        let rate =
            method.default_rate().map_or(0.1, |_| if method == Method::Adam { 0.05 } else { 0.1 });
        let outcome = run(&Minimizer::new(method).learning_rate(rate), &mut chapter(), &[6.0]);
        assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
        assert_near(&outcome.x, &[5.0], 1e-8);
        assert_near(&[outcome.value], &[3.0], 1e-8);
    }
}

#[test]
fn s02_three_steps_by_hand() {
    let outcome = run(&gd(0.1).steps(3).trace(true), &mut chapter(), &[6.0]);
    let trace = outcome.trace.expect("asked for");
    let slopes: Vec<f64> = trace.iter().map(|row| row.gradient[0]).collect();
    let points: Vec<f64> = trace.iter().map(|row| row.x_after[0]).collect();
    assert_near(&slopes, &[2.0, 1.6, 1.28], ROUNDING);
    assert_near(&points, &[5.8, 5.64, 5.512], ROUNDING);
}

/// The lines that a run prints, one a step.
fn lines(
    minimizer: &Minimizer,
    objective: &mut dyn Objective,
    start: f64,
    line: fn(f64, f64, f64) -> String,
) -> String {
    let mut text = String::new();
    let outcome = minimizer
        .minimize_with(objective, &[start], |step| {
            text += &line(step.value, step.x_after[0], step.value_after);
            ControlFlow::Continue(())
        })
        .expect("the input of a test is valid");
    assert_eq!(outcome.stop, Stop::Steps);
    text
}

fn after_the_step(_: f64, a: f64, f: f64) -> String {
    format!("a = {a:.6}, f(a) = {f:.6}\n")
}

#[test]
fn s03_twenty_steps_equal_the_fixture() {
    let text = lines(&gd(0.1).steps(20), &mut chapter(), 6.0, after_the_step);
    assert_eq!(text, include_str!("data/fixtures/gd_analytic_a6_eta0.1_20.txt"));
}

#[test]
fn s04_twenty_steps_by_differences_equal_the_fixture() {
    let mut numeric = ForwardDifference::new(1, |a| a[0].powi(2) - 10.0 * a[0] + 28.0);
    let mut slope = [0.0];
    numeric.value_and_gradient(&[6.0], &mut slope);
    assert_near(&slope, &[2.000100000003613], 1e-9);
    numeric.value_and_gradient(&[5.0], &mut slope);
    assert_near(&slope, &[0.0001], 1e-9);
    let text = lines(&gd(0.1).steps(20), &mut numeric, 6.0, after_the_step);
    assert_eq!(text, include_str!("data/fixtures/gd_numeric_h1e-4_a6_eta0.1_20.txt"));
}

#[test]
fn s05_differences_lead_beside_the_minimum() {
    let mut numeric = ForwardDifference::new(1, |a| a[0].powi(2) - 10.0 * a[0] + 28.0).step(1e-4);
    let outcome = run(&gd(0.1).steps(300), &mut numeric, &[6.0]);
    assert_near(&outcome.last, &[4.99995], 1e-8);
}

#[test]
fn s07_the_step_size_decides() {
    assert_near(&path(&gd(0.5).steps(1), &mut chapter(), 6.0), &[5.0], ROUNDING);
    assert_near(&path(&gd(0.9).steps(3), &mut chapter(), 6.0), &[4.2, 5.64, 4.488], ROUNDING);
    assert_eq!(path(&gd(1.0).steps(20), &mut chapter(), 6.0), [4.0, 6.0, 4.0, 6.0]);
    assert_near(
        &path(&gd(1.1).steps(20), &mut chapter(), 6.0),
        &[3.8, 6.44, 3.272, 7.0736],
        ROUNDING,
    );
}

#[test]
fn row_38_divergence_is_explained() {
    for minimizer in [gd(1.1), gd(1.1).steps(20), gd(1.1).steps(5)] {
        let stop = run(&minimizer, &mut chapter(), &[6.0]).stop;
        assert_eq!(stop.status(), "diverged");
        assert_eq!(
            stop.describe("lr"),
            "gradient descent diverges: each step multiplies the distance to the minimum by 1.2"
        );
        let advice = "any --lr below 1 converges here; 0.5 gets there in one step";
        assert_eq!(stop.advice("--lr").as_deref(), Some(advice));
    }
    // The best point is kept: the start.
    assert_eq!(run(&gd(1.1), &mut chapter(), &[6.0]).x, [6.0]);
}

#[test]
fn row_39_oscillation_is_explained() {
    let stop = run(&gd(1.0), &mut chapter(), &[6.0]).stop;
    assert_eq!(stop.status(), "oscillating");
    assert_eq!(stop.describe("lr"), "alternates between 4 and 6: lr is exactly at the limit (1)");
    // From a start whose path is not exact in binary.
    let stop = run(&gd(1.0), &mut chapter(), &[6.1]).stop;
    assert_eq!(
        stop.describe("lr"),
        "alternates between 3.9 and 6.1: lr is exactly at the limit (1)"
    );
    // Oscillating around the minimum on the way to it is no fault.
    assert!(run(&gd(0.9), &mut chapter(), &[6.0]).stop.is_converged());
    assert_eq!(run(&gd(0.9).steps(2000), &mut chapter(), &[6.0]).stop, Stop::Steps);
}

#[test]
fn row_39_a_kink_is_not_mistaken_for_a_limit() {
    let stop = run(&gd(0.1), &mut one(f64::abs, f64::signum), &[0.55]).stop;
    assert_eq!(
        stop.describe("lr"),
        "alternates between -0.05 and 0.05: lr is too large to get closer"
    );
}

#[test]
fn row_39_a_cycle_beyond_the_limit_is_not_called_exact() {
    // The slope of √(1 + x²) is bounded, so that steps of 3 settle between ±√(9/4 − 1).
    let mut f = one(|x| x.hypot(1.0), |x| x / x.hypot(1.0));
    let stop = run(&gd(3.0), &mut f, &[0.5]).stop;
    let Stop::Oscillating { between, .. } = &stop else { panic!("{stop}") };
    assert_near(&[between[0][0], between[1][0]], &[-(1.25_f64.sqrt()), 1.25_f64.sqrt()], 1e-9);
}

#[test]
fn a_function_that_is_not_quadratic_diverges_by_estimate() {
    let mut quartic = one(|x| x.powi(4), |x| 4.0 * x.powi(3));
    let stop = run(&gd(1.0), &mut quartic, &[3.0]).stop;
    let Stop::Diverged { limit: Some(limit), .. } = &stop else { panic!("{stop}") };
    // f″(3) = 108.
    assert!(!limit.exact);
    assert!((limit.largest * 108.0 / 2.0 - 1.0).abs() < 1e-3, "{limit:?}");
    assert!(stop.to_string().contains("below about"), "{stop}");
}

#[test]
fn s34_fifty_steps_equal_the_fixture() {
    // The chapter's graph computes a² − 10a + 28 as (a² + (−(10a))) + 28, and the slope in two parts.
    let mut f = from_fn(1, |a| a[0].powi(2) - 10.0 * a[0] + 28.0, |a, g| g[0] = 2.0 * a[0] - 10.0);
    // S-35: the value before the step, the parameter after it.
    let text = lines(&gd(0.1).steps(50), &mut f, 0.0, |before, a, _| format!("{before:?} {a:?}\n"));
    assert_eq!(text, include_str!("data/fixtures/gd_autograd_a0_eta0.1_50.txt"));
}

#[test]
fn the_default_tolerance_is_met_in_86_steps() {
    let outcome = run(&gd(0.1), &mut chapter(), &[6.0]);
    assert_eq!(outcome.steps, 86);
    assert_eq!(format!("{:.10}", outcome.x[0]), "5.0000000046");
    assert_eq!(outcome.stop.describe("lr"), "converged: |gradient| < 1e-8");
}

fn methods() -> impl Iterator<Item = Method> {
    Method::ALL.into_iter()
}

#[test]
fn row_40_functions_without_a_minimum_are_recognised_by_every_method() {
    for method in methods() {
        let status = |f: &mut dyn Objective, start: f64| {
            let stop = run(&Minimizer::new(method), f, &[start]).stop;
            assert_eq!(stop.status(), "unbounded", "{method}: {stop}");
            stop.describe("lr")
        };
        let text = status(&mut one(|x| -x * x, |x| -2.0 * x), 1.0);
        assert!(text.starts_with("f goes to −∞: x passed 1e"), "{method}: {text}");
        let text = status(&mut one(|x| -x, |_| -1.0), 3.0);
        assert_eq!(text, "f goes to −∞: x passed 1e154", "{method}");
        for start in [1.0, -1.0] {
            let text = status(&mut one(|x| x.powi(3), |x| 3.0 * x * x), start);
            assert!(text.starts_with("f goes to −∞"), "{method}: {text}");
        }
        let text = status(&mut one(|x| (-x).exp(), |x| -(-x).exp()), 0.0);
        assert_eq!(text, "f keeps falling towards 0 but has no minimum", "{method}");
    }
}

#[test]
fn row_40_a_chosen_number_of_steps_does_not_hide_it() {
    let stop = run(&gd(0.1).steps(4), &mut one(|x| -x * x, |x| -2.0 * x), &[1.0]).stop;
    assert_eq!(stop.describe("lr"), "f goes to −∞: x passed 1e154");
}

#[test]
fn row_40_saddle_points_and_maxima_are_recognised_by_every_method() {
    for method in methods() {
        let mut saddle = from_fn(
            2,
            |x| x[0] * x[0] - x[1] * x[1],
            |x, g| {
                g[0] = 2.0 * x[0];
                g[1] = -2.0 * x[1];
            },
        );
        let outcome = run(&Minimizer::new(method), &mut saddle, &[0.0, 0.0]);
        let Stop::Stalled { why: Stall::Saddle { curvature, direction } } = &outcome.stop else {
            panic!("{method}: {}", outcome.stop)
        };
        assert!(
            (curvature + 2.0).abs() < 1e-6 && direction[1].abs() > 0.999,
            "{curvature} {direction:?}"
        );

        let stop = run(&Minimizer::new(method), &mut one(|x| -x * x, |x| -2.0 * x), &[0.0]).stop;
        assert_eq!(
            stop.describe("lr"),
            "a maximum, not a minimum: the curvature is -2",
            "{method}"
        );
        let stop =
            run(&Minimizer::new(method), &mut one(|x| x.powi(3), |x| 3.0 * x * x), &[0.0]).stop;
        assert_eq!(stop.status(), "stalled", "{method}: {stop}");
        assert!(stop.advice("--lr").expect("has some").ends_with("f falls along -1"), "{stop}");
    }
    // Reached on the way: the run along the ridge never leaves it.
    let mut saddle = from_fn(
        2,
        |x| x[0] * x[0] - x[1] * x[1],
        |x, g| {
            g[0] = 2.0 * x[0];
            g[1] = -2.0 * x[1];
        },
    );
    for method in [Method::Gd, Method::Bfgs] {
        let stop = run(&Minimizer::new(method), &mut saddle, &[1.0, 0.0]).stop;
        assert!(matches!(&stop, Stop::Stalled { why: Stall::Saddle { .. } }), "{method}: {stop}");
    }
}

#[test]
fn flat_and_quartic_minima_are_minima() {
    for method in [Method::Gd, Method::Bfgs, Method::Lbfgs, Method::Newton] {
        // For the default of 1e-8 gradient descent needs 675,000 steps.
        let minimizer = Minimizer::new(method).tolerance(1e-6);
        let outcome = run(&minimizer, &mut one(|x| x.powi(4), |x| 4.0 * x.powi(3)), &[1.0]);
        assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
        let outcome = run(&Minimizer::new(method), &mut one(|_| 7.0, |_| 0.0), &[1.0]);
        assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
    }
}

#[test]
fn a_value_that_is_not_finite_stops_the_run_and_keeps_the_best_point() {
    // √x leaves its domain at the third step.
    let mut f = one(|x| x + x.sqrt(), |x| 1.0 + 0.5 / x.sqrt());
    let outcome = run(&gd(0.1), &mut f, &[0.3]);
    let Stop::NotFinite { step, x, value, .. } = &outcome.stop else { panic!("{}", outcome.stop) };
    assert!(x[0] < 0.0 && value.is_nan());
    assert_eq!(outcome.steps, step + 1);
    assert!(outcome.x[0] > 0.0 && outcome.value < 0.3 + 0.3_f64.sqrt());
    for method in methods() {
        let stop = run(&Minimizer::new(method), &mut one(f64::ln, |x| 1.0 / x), &[-1.0]).stop;
        assert!(matches!(stop, Stop::NotFinite { step: 0, .. }), "{method}: {stop}");
    }
}

#[test]
fn line_searches_back_off_from_the_edge_of_a_domain() {
    // x − ln x: NaN for x < 0, minimum 1 at 1.
    let domain = |x: f64| if x > 0.0 { x - x.ln() } else { f64::NAN };
    let slope = |x: f64| if x > 0.0 { 1.0 - 1.0 / x } else { f64::NAN };
    for method in [Method::Bfgs, Method::Lbfgs, Method::Newton] {
        for start in [1e-3, 50.0] {
            let outcome = run(&Minimizer::new(method), &mut one(domain, slope), &[start]);
            assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
            assert_near(&outcome.x, &[1.0], 1e-7);
        }
    }
}

#[test]
fn a_callback_may_interrupt() {
    for method in methods() {
        let each = |step: &chainrule::optimize::Step<'_>| {
            if step.number == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut f = one(|x| x.cosh() + x, |x| x.sinh() + 1.0);
        let outcome = Minimizer::new(method).minimize_with(&mut f, &[3.0], each).expect("valid");
        assert_eq!(outcome.stop, Stop::Interrupted { step: 2 });
        assert_eq!(outcome.steps, 2);
        assert!(outcome.value < 3.0_f64.cosh() + 3.0, "{method}");
    }
}

#[test]
fn a_step_too_small_is_a_stall() {
    let stop = run(&gd(1e-18), &mut chapter(), &[6.0]).stop;
    assert_eq!(stop, Stop::Stalled { why: Stall::TinyStep });
    assert_eq!(run(&gd(1e-18).steps(7), &mut chapter(), &[6.0]).stop, Stop::Steps);
}

#[test]
fn a_wrong_gradient_is_a_stall() {
    for method in [Method::Bfgs, Method::Lbfgs, Method::Newton] {
        let stop = run(&Minimizer::new(method), &mut one(|x| x * x, |x| -2.0 * x), &[1.0]).stop;
        assert_eq!(stop, Stop::Stalled { why: Stall::NoDescent }, "{method}");
    }
}

#[test]
fn bounds_hold_the_variables() {
    let bounds = |low, high| Bounds::new([(low, high)]).expect("in order");
    for method in methods() {
        let minimizer = Minimizer::new(method).learning_rate(0.05);
        let above = run(&minimizer.clone().bounds(bounds(5.5, 9.0)), &mut chapter(), &[6.0]);
        assert_eq!((above.x[0], above.gradient_norm), (5.5, 0.0), "{method}: {}", above.stop);
        assert!(above.stop.is_converged(), "{method}: {}", above.stop);
        let inside = run(&minimizer.clone().bounds(bounds(0.0, 9.0)), &mut chapter(), &[60.0]);
        assert!((inside.x[0] - 5.0).abs() < 1e-7, "{method}: {}", inside.stop);
        // A slope without end ends at the side of the box.
        let side = run(
            &minimizer.bounds(bounds(-1.0, 2.0)),
            &mut one(|x| -x * x * x, |x| -3.0 * x * x),
            &[0.5],
        );
        assert!(side.stop.is_converged() && side.x[0] == 2.0, "{method}: {}", side.stop);
    }
}

#[test]
fn the_scale_of_a_function_does_not_matter() {
    for scale in [1e-12, 1.0, 1e12] {
        let rosenbrock = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let mut f = from_fn(
            2,
            move |x| scale * rosenbrock(x),
            move |x, g| {
                g[0] = scale * (-2.0 * (1.0 - x[0]) - 400.0 * x[0] * (x[1] - x[0] * x[0]));
                g[1] = scale * 200.0 * (x[1] - x[0] * x[0]);
            },
        );
        for method in [Method::Bfgs, Method::Lbfgs, Method::Newton, Method::Auto] {
            let outcome = run(&Minimizer::new(method), &mut f, &[-1.2, 1.0]);
            assert!(outcome.stop.is_converged(), "{method} at {scale}: {}", outcome.stop);
            assert_near(&outcome.x, &[1.0, 1.0], 1e-5);
        }
    }
}

#[test]
fn a_rate_may_fall_from_step_to_step() {
    let rate = Rate::Linear { start: 1.0, end: 0.1, steps: 100 };
    assert_eq!([rate.at(0), rate.at(50), rate.at(100), rate.at(1000)], [1.0, 0.55, 0.1, 0.1]);
    // It begins at the limit of stability and then comes to rest.
    let outcome = run(&Minimizer::new(Method::Gd).learning_rate(rate), &mut chapter(), &[6.0]);
    assert!(outcome.stop.is_converged(), "{}", outcome.stop);
}

#[test]
fn progress_can_be_the_test() {
    let options =
        Options { progress: Some(1e-6), rate: Some(Rate::Constant(0.01)), ..Options::default() };
    let outcome = run(&Minimizer::new(Method::Gd).options(options), &mut chapter(), &[6.0]);
    assert_eq!(outcome.stop, Stop::Converged { by: Criterion::Progress { tolerance: 1e-6 } });
    // The distance falls by 0.98 a step and with it 0.04 times its square of the value: 3e-6 at the end.
    assert_near(&outcome.x, &[5.0], 1e-2);
}

#[test]
fn wrong_input_is_an_error_with_a_remedy() {
    let cases = [
        (gd(0.1), vec![1.0, 2.0], "the start has 2 numbers, the objective 1 variables"),
        (gd(0.1), vec![f64::NAN], "start: variable 0 is NaN"),
        (gd(-0.1), vec![1.0], "learning rate -0.1"),
        (gd(0.1).tolerance(-1.0), vec![1.0], "tolerance -1"),
        (
            gd(0.1).bounds(Bounds::new([(0.0, 1.0); 2]).expect("in order")),
            vec![1.0],
            "bounds: 2 pairs for 1",
        ),
    ];
    for (minimizer, start, message) in cases {
        let error = minimizer.minimize(&mut chapter(), &start).expect_err(message);
        assert!(error.message().starts_with(message), "{error}");
    }
    assert!(Bounds::new([(1.0, 0.0)]).is_err());
}

#[test]
fn a_local_minimum_of_a_function_without_a_global_one_is_found() {
    for (start, rate) in [(0.5, 0.05), (3.0, 0.02), (-0.9, 0.01), (-0.999, 0.01)] {
        let outcome =
            run(&gd(rate), &mut one(|x| x.powi(3) - 3.0 * x, |x| 3.0 * x * x - 3.0), &[start]);
        assert!(outcome.stop.is_converged(), "from {start}: {}", outcome.stop);
        assert_near(&outcome.x, &[1.0], 1e-8);
    }
    for method in methods() {
        let minimizer = Minimizer::new(method).learning_rate(0.02);
        let outcome =
            run(&minimizer, &mut one(|x| x.powi(3) - 3.0 * x, |x| 3.0 * x * x - 3.0), &[1.3]);
        assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
        assert_near(&outcome.x, &[1.0], 1e-8);
    }
}

#[test]
fn row_40_a_separable_classification_has_no_minimum() {
    // Two points, told apart by the sign of x: the loss falls towards 0 as the slope grows.
    let loss = |w: &[f64]| (-2.0 * w[0] + w[1]).exp().ln_1p() + (-w[0] - w[1]).exp().ln_1p();
    let share = |t: f64| 1.0 / (1.0 + t.exp());
    let slope = move |w: &[f64], g: &mut [f64]| {
        let (a, b) = (share(2.0 * w[0] - w[1]), share(w[0] + w[1]));
        g[0] = -2.0 * a - b;
        g[1] = a - b;
    };
    for method in
        [Method::Gd, Method::Momentum, Method::Bfgs, Method::Lbfgs, Method::Newton, Method::Auto]
    {
        let stop = run(&Minimizer::new(method), &mut from_fn(2, loss, slope), &[0.0, 0.0]).stop;
        assert_eq!(stop.describe("lr"), "f keeps falling towards 0 but has no minimum", "{method}");
    }
    // A run whose length was chosen is left alone.
    assert_eq!(
        run(&gd(0.1).steps(300), &mut from_fn(2, loss, slope), &[0.0, 0.0]).stop,
        Stop::Steps
    );
}

#[test]
fn row_40_a_slide_off_a_saddle_is_seen() {
    for method in methods() {
        let mut saddle = from_fn(
            2,
            |x| x[0] * x[0] - x[1] * x[1],
            |x, g| {
                g[0] = 2.0 * x[0];
                g[1] = -2.0 * x[1];
            },
        );
        let stop = run(&Minimizer::new(method), &mut saddle, &[1.0, 1e-3]).stop;
        assert_eq!(stop.status(), "unbounded", "{method}: {stop}");
    }
}

#[test]
fn divergence_in_a_box_is_an_oscillation_between_its_sides() {
    let bounds = Bounds::new([(0.0, 9.0)]).expect("in order");
    let stop = run(&gd(50.0).bounds(bounds), &mut chapter(), &[6.0]).stop;
    assert_eq!(stop.describe("lr"), "alternates between 0 and 9: lr is above the limit (1)");
}

#[test]
fn methods_can_be_compared() {
    let runs: Vec<Minimizer> =
        [Method::Gd, Method::Bfgs, Method::Newton].map(Minimizer::new).to_vec();
    let table = compare(&runs, &mut chapter(), &[6.0]).expect("valid");
    assert_eq!(
        table.iter().map(|row| row.method.name()).collect::<Vec<_>>(),
        ["gd", "bfgs", "newton"]
    );
    assert!(table.iter().all(|row| row.stop.is_converged() && row.gradient_norm < 1e-8));
    assert!(table[0].evaluations > 80 && table[1].evaluations < 20);
}

#[test]
fn an_offset_that_hides_the_fall_of_the_value_does_not_hide_the_minimum() {
    // At an offset of 1e6 the value is flat to rounding within 1e-5 of the minimum; the slope is not.
    for offset in [1e3, 1e6, -1e9] {
        let rosenbrock =
            move |x: &[f64]| offset + (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let mut f = from_fn(2, rosenbrock, |x, g| {
            g[0] = -2.0 * (1.0 - x[0]) - 400.0 * x[0] * (x[1] - x[0] * x[0]);
            g[1] = 200.0 * (x[1] - x[0] * x[0]);
        });
        for method in [Method::Bfgs, Method::Lbfgs, Method::Newton] {
            let outcome = run(&Minimizer::new(method), &mut f, &[-1.2, 1.0]);
            assert!(outcome.stop.is_converged(), "{method} {offset}: {}", outcome.stop);
            assert!(outcome.gradient_norm < 1e-8, "{method} {offset}: {:e}", outcome.gradient_norm);
        }
    }
}
