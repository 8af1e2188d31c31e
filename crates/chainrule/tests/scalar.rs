//! Values without a lifetime: the same derivatives as a graph's, and misuse that is caught.

use chainrule::algebra::{Algebra, Term};
use chainrule::scalar::{Scalar, grad, value_and_grad, values_and_jacobian};
use chainrule::{ErrorKind, Function, Graph};

fn readme<'a, A: Algebra>(a: Term<'a, A>, b: Term<'a, A>) -> Term<'a, A> {
    let c = a + b;
    let d = a * b + b.powi(3);
    let c = c + c + 1.0;
    let c = c + 1.0 + c - a;
    let d = d + d * 2 + (b + a).relu();
    let d = d + 3.0 * d + (b - a).relu();
    let e = c - d;
    let f = e.powi(2);
    let g = f / 2.0;
    g + 10.0 / f
}

#[test]
fn a_scalar_gives_the_bits_of_a_graph() {
    // M-02: micrograd's example.
    let (value, gradient) = value_and_grad(|x| readme(x[0], x[1]), &[-4.0, 2.0]);
    let graph = Graph::new();
    let [a, b] = graph.values([-4.0, 2.0]);
    let y = readme(a, b);
    let expected = y.backward();
    assert_eq!(value.to_bits(), y.value().to_bits());
    assert_eq!(gradient, [expected[a], expected[b]]);
    assert!((value - 24.70408163265306).abs() < 1e-12);
    assert!((gradient[0] - 138.83381924198252).abs() < 1e-10);
}

#[test]
fn operations_of_many_arguments_and_of_plain_numbers_work() {
    let soft = grad(|x| chainrule::logsumexp(x) + chainrule::dot(x, x), &[0.0, 0.0]);
    assert_eq!(soft, [0.5, 0.5]);
    let number = Scalar::from(2.0) * 3.0 + Scalar::from(1.0).exp().ln();
    assert_eq!(number.value(), 7.0);
    assert_eq!(grad(|_| Scalar::from(4.0), &[1.0]), [0.0]);
    let (values, rows) = values_and_jacobian(|x| vec![x[0] * x[1], 5.0.into()], &[2.0, 3.0]);
    assert_eq!((values, rows), (vec![6.0, 5.0], vec![vec![3.0, 2.0], vec![0.0, 0.0]]));
}

#[test]
fn a_gradient_may_be_taken_within_another() {
    // The inner result is a number to the outer recording.
    let outer = grad(
        |x| {
            let slope = grad(|y| y[0].powi(3), &[x[0].value()])[0];
            x[0] * slope
        },
        &[2.0],
    );
    assert_eq!(outer, [12.0]);
}

#[test]
fn a_recorded_function_has_every_derivative_and_follows_its_branches() {
    let f = Function::record_scalars(&["x", "y"], &[1.0, 1.0], |x| {
        let larger = if x[0] > x[1] { x[0] * x[1] } else { x[1].exp() };
        vec![larger, x[0].sin()]
    })
    .expect("two names");
    assert_eq!(f.jacobian(&[3.0, 2.0]).expect("fits"), [[2.0, 3.0], [3.0_f64.cos(), 0.0]]);
    assert_eq!(f.jacobian(&[0.0, 0.0]).expect("fits"), [[0.0, 1.0], [1.0, 0.0]]);
    let saved = Function::from_json(&f.to_json()).expect("reads back");
    let error = saved.eval(&[3.0, 2.0]).expect_err("it was recorded on the other side");
    assert_eq!(error.kind(), ErrorKind::BranchChanged);
}

#[test]
#[should_panic(expected = "after its recording had ended")]
fn a_value_that_outlives_its_recording_is_caught() {
    let mut kept = None;
    grad(
        |x| {
            kept = Some(x[0]);
            x[0]
        },
        &[1.0],
    );
    let kept = kept.expect("the closure ran");
    let _ = kept * kept;
}

#[test]
#[should_panic(expected = "different recordings")]
fn values_of_two_recordings_do_not_mix() {
    grad(|x| grad_of_product(x[0]), &[1.0]);
}

fn grad_of_product(outer: Scalar) -> Scalar {
    grad(|y| y[0] * outer, &[1.0])[0].into()
}

#[test]
fn a_panic_ends_its_recording() {
    let broken = std::panic::catch_unwind(|| grad(|_| panic!("in the closure"), &[1.0]));
    assert!(broken.is_err());
    assert_eq!(grad(|x| x[0] * x[0], &[3.0]), [6.0]);
}

#[test]
fn threads_have_recordings_of_their_own() {
    let results: Vec<_> = std::thread::scope(|scope| {
        let start = |k: i32| move || grad(move |x| x[0].powi(k), &[2.0])[0];
        let handles: Vec<_> = (1..5).map(|k| scope.spawn(start(k))).collect();
        handles.into_iter().map(|h| h.join().expect("no panic")).collect()
    });
    assert_eq!(results, [1.0, 4.0, 12.0, 32.0]);
}
