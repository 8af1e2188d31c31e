//! The test problems of Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", *ACM
//! TOMS* 7 (1981), 17–41, by their numbers there: sums of squares with published minima, by every method.

#[path = "problems/squares.rs"]
mod squares;

use chainrule::optimize::{Bounds, Method, Minimizer, Objective, Outcome};
use squares::{Problem, problems};

fn solve(method: Method, problem: &Problem) -> Outcome {
    Minimizer::new(method)
        .minimize(&mut problem.clone(), &problem.start)
        .expect("the input of a test is valid")
}

/// Published values have six digits, the last cut off; published points have four.
fn assert_solved(method: Method, problem: &Problem, outcome: &Outcome, tolerance: f64) {
    let what = format!("{} by {method}: {outcome:?}", problem.name);
    assert!(outcome.stop.is_converged(), "{what}");
    assert!((outcome.value - problem.value).abs() < 2e-6 * problem.value.max(1e-4), "{what}");
    let Some(minimum) = &problem.minimum else { return };
    for (found, expected) in outcome.x.iter().zip(minimum) {
        let size = if *expected == 0.0 { 1.0 } else { expected.abs() };
        assert!((found - expected).abs() <= tolerance * size, "{what}");
    }
}

#[test]
fn gradients_agree_with_differences() {
    for mut problem in problems() {
        let n = problem.start.len();
        let mut gradient = vec![0.0; n];
        // Off the start, where many terms vanish, and off kinks.
        let x: Vec<f64> = problem
            .start
            .iter()
            .enumerate()
            .map(|(i, x)| x + 0.01 * (i % 7) as f64 + 0.003)
            .collect();
        problem.value_and_gradient(&x, &mut gradient);
        let size = gradient.iter().fold(1.0_f64, |m, g| m.max(g.abs()));
        for i in 0..n {
            let h = 1e-5;
            let mut at = |t: f64| {
                let mut x = x.clone();
                x[i] += t;
                problem.value(&x)
            };
            // A central difference with Richardson's step, error h⁴.
            let central = |d: f64, up: f64, down: f64| (up - down) / (2.0 * d);
            let (fine, coarse) =
                (central(h, at(h), at(-h)), central(2.0 * h, at(2.0 * h), at(-2.0 * h)));
            let quotient = (4.0 * fine - coarse) / 3.0;
            assert!(
                (quotient - gradient[i]).abs() < 1e-5 * size,
                "{} {i}: {quotient} {}",
                problem.name,
                gradient[i]
            );
        }
    }
}

#[test]
fn bfgs_newton_and_lbfgs_solve_them_all() {
    for method in [Method::Bfgs, Method::Newton, Method::Lbfgs, Method::Auto] {
        for problem in problems() {
            let outcome = solve(method, &problem);
            println!(
                "{:26} {method:7} steps {:5} evaluations {:5} f {:9.2e} |g| {:8.1e} {}",
                problem.name,
                outcome.steps,
                outcome.evaluations,
                outcome.value,
                outcome.gradient_norm,
                outcome.stop
            );
            assert_solved(method, &problem, &outcome, 1e-3);
        }
    }
}

/// The residuals' own second derivatives, row by row.
type Curvatures = fn(&[f64]) -> Vec<Vec<f64>>;

/// A problem with its Hessian, 2·JᵀJ + 2·Σ rᵢ·∇²rᵢ.
struct WithHessian(Problem, Curvatures);

impl Objective for WithHessian {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        self.0.value(x)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.value_and_gradient(x, gradient)
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let n = x.len();
        let (r, jacobian) = (self.0.residuals)(x);
        hessian.fill(0.0);
        for ((r, row), second) in r.iter().zip(jacobian.chunks_exact(n)).zip((self.1)(x)) {
            for i in 0..n {
                for j in 0..n {
                    hessian[i * n + j] += 2.0 * (row[i] * row[j] + r * second[i * n + j]);
                }
            }
        }
        true
    }
}

#[test]
fn newton_with_a_hessian_takes_few_steps() {
    let cases: [(&str, Curvatures, usize); 3] = [
        ("1 Rosenbrock", |_| vec![vec![-20.0, 0.0, 0.0, 0.0], vec![0.0; 4]], 40),
        (
            "3 Powell badly scaled",
            |x| vec![vec![0.0, 1e4, 1e4, 0.0], vec![(-x[0]).exp(), 0.0, 0.0, (-x[1]).exp()]],
            400,
        ),
        (
            "4 Brown badly scaled",
            |_| vec![vec![0.0; 4], vec![0.0; 4], vec![0.0, 1.0, 1.0, 0.0]],
            60,
        ),
    ];
    for (name, curvatures, most) in cases {
        let problem = problems().into_iter().find(|p| p.name == name).expect("a name of the table");
        let mut objective = WithHessian(problem.clone(), curvatures);
        let outcome =
            Minimizer::new(Method::Auto).minimize(&mut objective, &problem.start).expect("valid");
        println!("{name}: {} steps, {} evaluations", outcome.steps, outcome.evaluations);
        assert_eq!(outcome.method, Method::Newton);
        assert_solved(Method::Auto, &problem, &outcome, 1e-3);
        assert!(outcome.evaluations <= most, "{name}: {} evaluations", outcome.evaluations);
    }
}

#[test]
fn first_order_methods_solve_the_mild_ones() {
    let cases = [
        (Method::Gd, 1.5e-3, "1 Rosenbrock"),
        (Method::Momentum, 1e-3, "1 Rosenbrock"),
        (Method::Nesterov, 1e-3, "1 Rosenbrock"),
        (Method::Adam, 1e-2, "1 Rosenbrock"),
        (Method::Gd, 1e-2, "5 Beale"),
        (Method::Momentum, 1e-3, "5 Beale"),
        (Method::Nesterov, 5e-3, "5 Beale"),
        (Method::Adam, 1e-2, "5 Beale"),
        (Method::Momentum, 1e-4, "14 Wood"),
        (Method::Nesterov, 1e-4, "14 Wood"),
    ];
    for (method, rate, name) in cases {
        let problem = problems().into_iter().find(|p| p.name == name).expect("a name of the table");
        let minimizer = Minimizer::new(method).learning_rate(rate);
        let outcome = minimizer.minimize(&mut problem.clone(), &problem.start).expect("valid");
        assert_solved(method, &problem, &outcome, 1e-5);
    }
}

#[test]
fn rosenbrock_takes_few_evaluations() {
    let problem = &problems()[0];
    for (method, most) in [(Method::Auto, 60), (Method::Bfgs, 60), (Method::Lbfgs, 70)] {
        let outcome = solve(method, problem);
        assert!(outcome.evaluations <= most, "{method}: {}", outcome.evaluations);
    }
}

#[test]
fn bounds_may_cut_off_the_minimum() {
    // On x ≤ ½ the lowest point of Rosenbrock's valley is (½, ¼), f = ¼: for fixed x the best y is x².
    // On y ≥ 1.5, x free: f′ = 0 in x gives 400x³ − 598x − 2 = 0 …, solved here by bisection.
    let mut problem = problems()[0].clone();
    let cubic = |x: f64| 400.0 * x.powi(3) - 598.0 * x - 2.0;
    let (mut low, mut high) = (1.0, 2.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if cubic(middle) < 0.0 { low = middle } else { high = middle }
    }
    let infinity = f64::INFINITY;
    let cases = [
        ([(-infinity, 0.5), (-infinity, infinity)], [0.5, 0.25], [-1.2, 1.0]),
        ([(0.0, infinity), (1.5, infinity)], [low, 1.5], [3.0, 3.0]),
        ([(-2.0, 2.0), (-1.0, 3.0)], [1.0, 1.0], [-1.2, 1.0]),
        ([(-2.0, 0.8), (-1.0, 0.3)], [0.3_f64.sqrt(), 0.3], [-1.2, 1.0]),
    ];
    for (pairs, expected, start) in cases {
        for method in [Method::Bfgs, Method::Lbfgs, Method::Newton, Method::Gd] {
            let minimizer = Minimizer::new(method)
                .bounds(Bounds::new(pairs).expect("in order"))
                .learning_rate(5e-4);
            let outcome = minimizer.minimize(&mut problem, &start).expect("valid");
            let near = outcome.x.iter().zip(expected).all(|(a, b)| (a - b).abs() < 2e-2);
            assert!(outcome.stop.is_converged() && near, "{method} {pairs:?}: {outcome:?}");
            let value = problem.value(&expected);
            assert!(outcome.value <= value + 1e-9, "{method} {pairs:?}: {outcome:?} above {value}");
        }
    }
}

#[test]
fn bounds_on_many_variables() {
    // Every odd variable of the extended Rosenbrock function at most ½: each pair ends at (½, ¼).
    let mut problem =
        problems().into_iter().find(|p| p.name.starts_with("21")).expect("a name of the table");
    let pairs = (0..100).map(|i| if i % 2 == 0 { (-2.0, 0.5) } else { (-2.0, 2.0) });
    let bounds = Bounds::new(pairs).expect("in order");
    let start = problem.start.clone();
    for method in [Method::Bfgs, Method::Lbfgs, Method::Newton] {
        let outcome = Minimizer::new(method)
            .bounds(bounds.clone())
            .minimize(&mut problem, &start)
            .expect("valid");
        println!("{method}: {} steps, {} evaluations", outcome.steps, outcome.evaluations);
        assert!(outcome.stop.is_converged(), "{method}: {}", outcome.stop);
        for pair in outcome.x.chunks_exact(2) {
            assert!(pair[0] == 0.5 && (pair[1] - 0.25).abs() < 1e-8, "{method}: {pair:?}");
        }
    }
}
