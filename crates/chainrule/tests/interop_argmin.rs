//! Solvers of argmin on recorded functions: minima that are known.
#![cfg(feature = "argmin")]

use argmin::core::{CostFunction, Executor, Gradient, Hessian, Jacobian, Operator};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::newton::NewtonCG;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use chainrule::Function;

fn rosenbrock() -> Function {
    Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))
        .expect("two names")
}

fn reaches_the_minimum(x: Option<Vec<f64>>, within: f64) {
    let x = x.expect("a best point");
    assert!(x.iter().all(|x| (x - 1.0).abs() < within), "{x:?}");
}

#[test]
fn first_and_second_order_solvers_take_a_recorded_function() {
    let start = || vec![-1.2, 1.0];
    let trust = TrustRegion::new(Steihaug::new().with_max_iters(20));
    let run = Executor::new(rosenbrock().problem(), trust);
    let done = run.configure(|s| s.param(start()).max_iters(100)).run().expect("runs");
    reaches_the_minimum(done.state.best_param, 1e-6);

    let limited = LBFGS::new(MoreThuenteLineSearch::new(), 7);
    let run = Executor::new(rosenbrock().problem(), limited);
    let done = run.configure(|s| s.param(start()).max_iters(100)).run().expect("runs");
    reaches_the_minimum(done.state.best_param, 1e-5);

    let newton = NewtonCG::new(MoreThuenteLineSearch::new());
    let run = Executor::new(rosenbrock().problem(), newton);
    let done = run.configure(|s| s.param(start()).max_iters(100)).run().expect("runs");
    // It stops by a rule of its own, a little early.
    reaches_the_minimum(done.state.best_param, 2e-2);
}

#[test]
fn a_problem_answers_as_its_function_and_passes_errors_on() {
    let f = rosenbrock();
    let (problem, x) = (f.problem(), vec![0.3, -0.7]);
    assert_eq!(problem.cost(&x).expect("fits"), f.value(&x).expect("fits"));
    assert_eq!(problem.gradient(&x).expect("fits"), f.gradient(&x).expect("fits"));
    assert_eq!(problem.hessian(&x).expect("fits"), f.hessian(&x).expect("fits"));
    assert!(problem.cost(&vec![1.0]).expect_err("too short").to_string().contains("2 inputs"));
    let vector = Function::record_vector(["x", "y"], |[x, y]| [x * y, x - y, y.exp()]);
    let vector = vector.expect("two names");
    let problem = vector.problem();
    assert_eq!(problem.apply(&x).expect("fits"), vector.eval(&x).expect("fits"));
    assert_eq!(problem.jacobian(&x).expect("fits"), vector.jacobian(&x).expect("fits"));
    assert!(problem.gradient(&x).is_err(), "several outputs");
}

#[test]
fn a_problem_is_shared_by_threads() {
    let problem = rosenbrock().problem();
    std::thread::scope(|scope| {
        for k in 0..4 {
            let problem = &problem;
            scope.spawn(move || {
                let x = vec![f64::from(k), 1.0];
                for _ in 0..100 {
                    let by_hand = (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
                    assert_eq!(problem.cost(&x).expect("fits"), by_hand);
                }
            });
        }
    });
}
