//! The lecture's notebooks ("The spelled-out intro to neural networks and backpropagation") and
//! the chapter's calculations by hand.

use chainrule::algebra::{Algebra, Num, Term};
use chainrule::nn::{Activation, MersenneTwister, Mlp, Neuron};
use chainrule::optimize::{Method, Minimizer};
use chainrule::{Function, Graph, Value, derivative, grad, hessian, value_and_grad};
use std::f64::consts::FRAC_1_SQRT_2;

/// The chapter's `a² − 10a + 28`, in any algebra.
fn parabola<A: Algebra>(a: Term<'_, A>) -> Term<'_, A> {
    a.powi(2) - 10 * a + 28
}

fn number(x: f64) -> Term<'static, Num> {
    Term::new(&Num, x)
}

// S-01
#[test]
fn the_parabola_is_least_and_flat_at_five() {
    assert_eq!(parabola(number(5.0)).value(), 3.0);
    assert_eq!(derivative(parabola, 5.0), 0.0);
    let f = Function::record(["a"], |[a]| parabola(a)).expect("a name");
    let mut objective = f.objective().expect("one output");
    let found = Minimizer::new(Method::Auto).minimize(&mut objective, &[6.0]).expect("a number");
    assert!(found.stop.is_converged(), "{:?}", found.stop);
    assert!((found.x[0] - 5.0).abs() < 1e-8 && (found.value - 3.0).abs() < 1e-8, "{found:?}");
}

// S-02
#[test]
fn three_steps_by_hand() {
    let mut a = 6.0;
    for (slope_wanted, a_wanted) in [(2.0, 5.8), (1.6, 5.64), (1.28, 5.512)] {
        let slope = derivative(parabola, a);
        a -= 0.1 * slope;
        assert!((slope - slope_wanted).abs() < 1e-12 && (a - a_wanted).abs() < 1e-12, "{a}");
    }
}

// S-03, S-04
#[test]
fn twenty_steps_print_the_chapters_lines() {
    let exact = |a: f64| 2.0 * a - 10.0;
    let autograd = |a: f64| derivative(parabola, a);
    let difference = |a: f64| {
        let h = 0.0001;
        (parabola(number(a + h)).value() - parabola(number(a)).value()) / h
    };
    let print = |slope: &dyn Fn(f64) -> f64| {
        let mut a = 6.0;
        let mut text = String::new();
        for _ in 0..20 {
            a -= 0.1 * slope(a);
            text += &format!("a = {a:.6}, f(a) = {:.6}\n", parabola(number(a)).value());
        }
        text
    };
    let analytic = include_str!("data/fixtures/gd_analytic_a6_eta0.1_20.txt");
    let numeric = include_str!("data/fixtures/gd_numeric_h1e-4_a6_eta0.1_20.txt");
    assert_eq!(print(&exact), analytic);
    assert_eq!(print(&autograd), analytic);
    assert_eq!(print(&difference), numeric);
    assert!(analytic.ends_with("a = 5.011529, f(a) = 3.000133\n"));
    assert!((difference(6.0) - 2.000100000003613).abs() < 1e-9);
    assert!((difference(5.0) - 0.0001).abs() < 1e-9);
    // S-05: the difference's own minimum lies half a step before the true one.
    let last = (0..300).fold(6.0, |a, _| a - 0.1 * difference(a));
    assert!((last - 4.99995).abs() < 1e-8, "{last}");
}

// S-08
#[test]
fn a_gradient_has_the_order_of_its_parameters() {
    let (value, gradient) = value_and_grad(|[x, y, z]| x * 100 + y * 10 + z, [1.0, 2.0, 3.0]);
    assert_eq!((value, gradient), (123.0, [100.0, 10.0, 1.0]));
    let reordered = grad(|[z, y, x]| x * 100 + y * 10 + z, [3.0, 2.0, 1.0]);
    assert_eq!(reordered, [1.0, 10.0, 100.0]);
}

// "Second order"
#[test]
fn hessian_of_the_chapters_function() {
    let rows = hessian(|[a, b, c, d]| (a * b + c) * d, [2.0, -3.0, 10.0, -2.0]);
    let want = [
        [0.0, -2.0, 0.0, -3.0],
        [-2.0, 0.0, 0.0, 2.0],
        [0.0, 0.0, 0.0, 1.0],
        [-3.0, 2.0, 1.0, 0.0],
    ];
    assert_eq!(rows, want);
}

// K-01
#[test]
fn slope_of_the_first_notebook() {
    let f = |x: f64| {
        let x = number(x);
        (3 * x.powi(2) - 4 * x + 5).value()
    };
    assert_eq!(f(3.0), 20.0);
    let (x, h) = (2.0 / 3.0, 1e-6);
    assert_eq!((f(x + h) - f(x)) / h, 2.999378523327323e-06);
    assert!(derivative(|x| 3 * x.powi(2) - 4 * x + 5, x).abs() < 4.0 * f64::EPSILON);
}

// K-02
#[test]
fn a_nudge_of_c() {
    let d = |c: f64| {
        let graph = Graph::new();
        let [a, b, c] = graph.values([2.0, -3.0, c]);
        (a * b + c).value()
    };
    let h = 0.0001;
    assert_eq!((d(10.0), d(10.0 + h)), (4.0, 4.0001));
    assert_eq!((d(10.0 + h) - d(10.0)) / h, 0.9999999999976694);
}

/// The lecture's `L = (ab + c)f`; its value and gradient.
fn lecture(x: [f64; 4]) -> (f64, [f64; 4]) {
    value_and_grad(|[a, b, c, f]| (a * b + c) * f, x)
}

// K-03
#[test]
fn one_step_uphill() {
    let x = [2.0, -3.0, 10.0, -2.0];
    let (_, gradient) = lecture(x);
    let moved = std::array::from_fn(|i| x[i] + 0.01 * gradient[i]);
    let (value, _) = lecture(moved);
    assert!((value - -7.286496).abs() < 1e-12, "{value}");
}

// K-04
#[test]
fn difference_for_b() {
    let h = 0.001;
    let at = |b: f64| lecture([2.0, b, 10.0, -2.0]).0;
    assert_eq!((at(-3.0 + h) - at(-3.0)) / h, -3.9999999999995595);
}

// K-05
#[test]
fn tanh_neuron_in_both_spellings() {
    const TOLERANCE: f64 = 1e-14;
    let tanh = |n: Value<'_>, o: Value<'_>, leaves: [Value<'_>; 5]| {
        assert!((n.value() - 0.88137358701954).abs() < 1e-13, "{n}");
        assert!((o.value() - FRAC_1_SQRT_2).abs() < TOLERANCE, "{o}");
        let gradient = o.backward();
        let want = [-1.5, 0.5, 1.0, 0.0, 0.5];
        for (leaf, want) in leaves.into_iter().zip(want) {
            assert!((gradient[leaf] - want).abs() < TOLERANCE, "{leaf}: {}", gradient[leaf]);
        }
    };
    let graph = Graph::new();
    let [x1, x2, w1, w2] = graph.values([2.0, 0.0, -3.0, 1.0]);
    let b = graph.value(6.881373587019543);
    let n = x1 * w1 + x2 * w2 + b;
    let leaves = [x1, x2, w1, w2, b];
    tanh(n, n.tanh(), leaves);
    let e = (2 * n).exp();
    tanh(n, (e - 1) / (e + 1), leaves);
    let neuron = Neuron::new(2, Activation::Tanh);
    tanh(n, neuron.call(&[w1, w2, b], &[x1, x2]).expect("two inputs"), leaves);
}

// K-06
#[test]
fn a_value_used_twice() {
    assert_eq!(derivative(|a| a + a, 3.0), 2.0);
    let result = value_and_grad(|[a, b]| (a * b) * (a + b), [-2.0, 3.0]);
    assert_eq!(result, (-6.0, [-3.0, -8.0]));
}

/// Losses of `steps` steps on the lecture's four examples.
fn four_examples(seed: u64, rate: f64, steps: usize) -> Vec<f64> {
    let inputs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]];
    let targets = [1.0, -1.0, -1.0, 1.0];
    let shape = [(4, Activation::Tanh), (4, Activation::Tanh), (1, Activation::Tanh)];
    let mut model = Mlp::with_layers(3, &shape, &mut MersenneTwister::new(seed));
    let mut graph = Graph::new();
    let step = |_| {
        graph.clear();
        let weights = model.place(&graph);
        let error = |(x, y): (&[f64; 3], f64)| {
            let x = x.map(|v| graph.constant(v));
            (model.call(&weights, &x).expect("three inputs")[0] - y).powi(2)
        };
        let loss: Value<'_> = inputs.iter().zip(targets).map(error).sum();
        let gradient = loss.backward();
        for (parameter, &weight) in model.parameters_mut().iter_mut().zip(&weights) {
            *parameter -= rate * gradient[weight];
        }
        loss.value()
    };
    (0..steps).map(step).collect()
}

// K-08
#[test]
fn the_loss_of_four_examples_falls() {
    for seed in 0..25 {
        let losses = four_examples(seed, 1e-3, 100);
        assert!(losses.windows(2).all(|w| w[1] < w[0]), "seed {seed}: {losses:?}");
    }
    let losses = four_examples(1337, 0.1, 200);
    assert!(losses[199] < 0.02 * losses[0], "{} {}", losses[0], losses[199]);
}
