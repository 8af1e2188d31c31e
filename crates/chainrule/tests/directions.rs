//! Several directions at once give what each gives alone, without allocation once warm.

#[path = "support/allocations.rs"]
mod allocations;
#[path = "support/random.rs"]
mod random;

use allocations::allocations;
use chainrule::{Function, Workspace};
use random::Random;

const N: usize = 7;
const M: usize = 5;

/// Five outputs of seven inputs: the second twice, one that is constant, one that branches.
fn vector() -> Function {
    Function::record_vector(["a", "b", "c", "d", "e", "f", "g"], |x| {
        let [a, b, c, d, e, f, g] = x;
        let twice = (a * b + c.sin()) / (d.square() + 1.0);
        let branch = if g > 0.0 { g * e } else { g.exp() + f };
        [chainrule::norm2(&x), twice, twice, branch, a.constant(3.0)]
    })
    .expect("names differ")
}

fn scalar() -> Function {
    Function::record(["a", "b", "c", "d", "e", "f", "g"], |x| {
        chainrule::logsumexp(&x) + x[0] * x[1].exp() + (x[2] * x[6]).sin() * x[3] + x[4].powi(3)
    })
    .expect("names differ")
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-14 * (1.0 + b.abs()))
}

#[test]
fn many_directions_give_what_each_gives_alone() {
    let (vector, scalar) = (vector(), scalar());
    let mut random = Random(5);
    // Every way to fill sweeps of eight, four, two and one.
    for count in 0..20 {
        let x = random.column(N, -1.0, 1.0);
        let directions: Vec<_> = (0..count).map(|_| random.column(N, -2.0, 2.0)).collect();
        let weights: Vec<_> = (0..count).map(|_| random.column(M, -2.0, 2.0)).collect();
        let (values, tangents) = vector.jvp_many(&x, &directions).expect("fits");
        let (same, gradients) = vector.vjp_many(&x, &weights).expect("fits");
        let products = scalar.hvp_many(&x, &directions).expect("fits");
        assert_eq!((&values, &values), (&same, &vector.eval(&x).expect("fits")));
        assert_eq!((tangents.len(), gradients.len(), products.len()), (count, count, count));
        for k in 0..count {
            let (_, tangent) = vector.jvp(&x, &directions[k]).expect("fits");
            let (_, gradient) = vector.vjp(&x, &weights[k]).expect("fits");
            let product = scalar.hvp(&x, &directions[k]).expect("fits");
            assert!(close(&tangents[k], &tangent), "{:?} {tangent:?}", tangents[k]);
            assert!(close(&gradients[k], &gradient), "{:?} {gradient:?}", gradients[k]);
            assert!(close(&products[k], &product), "{:?} {product:?}", products[k]);
        }
    }
}

#[test]
fn matrices_are_all_unit_directions() {
    let (vector, scalar) = (vector(), scalar());
    let x = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.5];
    let unit = |k: usize, n: usize| (0..n).map(|i| f64::from(u8::from(i == k))).collect::<Vec<_>>();
    let rows = vector.jacobian(&x).expect("fits");
    for (i, row) in rows.iter().enumerate() {
        assert!(close(row, &vector.vjp(&x, &unit(i, M)).expect("fits").1));
    }
    let (value, gradient, hessian) = scalar.value_gradient_and_hessian(&x).expect("fits");
    let (same, slope) = scalar.value_and_gradient(&x).expect("fits");
    assert!(close(&[value], &[same]) && close(&gradient, &slope));
    for (i, row) in hessian.iter().enumerate() {
        assert!(close(row, &scalar.hvp(&x, &unit(i, N)).expect("fits")));
    }
}

#[test]
fn a_zero_in_a_direction_wins_over_an_infinite_slope() {
    let f = Function::record_vector(["x", "y"], |[x, y]| [x.sqrt() + y, y]).expect("names");
    let (_, tangents) = f.jvp_many(&[0.0, 1.0], &[[0.0, 1.0], [1.0, 0.0]]).expect("fits");
    assert_eq!(tangents, [[1.0, 1.0], [f64::INFINITY, 0.0]]);
}

#[test]
fn lengths_are_checked() {
    let f = vector();
    let x = [0.1; N];
    let mut work = Workspace::new();
    let (mut values, mut tangents) = ([0.0; M], [0.0; 2 * M]);
    assert!(f.jvp_many(&x, &[[1.0; 3]]).is_err());
    assert!(f.jvp_many_into(&x, &[1.0; 10], &mut values, &mut tangents, &mut work).is_err());
    assert!(f.jvp_many_into(&x, &[1.0; 7], &mut values, &mut tangents, &mut work).is_err());
    assert!(f.jvp_many_into(&x, &[1.0; 14], &mut values, &mut tangents, &mut work).is_ok());
    assert!(f.hvp_many(&x, &[[1.0; N]]).is_err(), "several outputs");
}

#[test]
fn a_warm_workspace_allocates_nothing() {
    let (vector, scalar) = (vector(), scalar());
    let (mut vector_work, mut scalar_work) = (Workspace::new(), Workspace::new());
    let (mut values, mut tangents, mut gradients) = ([0.0; M], [0.0; 11 * M], [0.0; 11 * N]);
    let (mut gradient, mut jacobian, mut hessian) = ([0.0; N], [0.0; M * N], [0.0; N * N]);
    let mut everything = |x: &[f64; N]| {
        let (work, d) = (&mut vector_work, &[1.0; 11 * N]);
        vector.jvp_many_into(x, d, &mut values, &mut tangents, work).expect("fits");
        vector.vjp_many_into(x, &[1.0; 11 * M], &mut values, &mut gradients, work).expect("fits");
        vector.jacobian_into(x, &mut jacobian, work).expect("fits");
        let work = &mut scalar_work;
        scalar.hvp_many_into(x, d, &mut gradient, &mut gradients, work).expect("fits");
        scalar.value_gradient_and_hessian_into(x, &mut gradient, &mut hessian, work).expect("fits");
    };
    assert!(allocations(|| everything(&[0.5; N])) > 0, "the counter counts");
    assert_eq!(allocations(|| everything(&[0.25; N])), 0);
}
