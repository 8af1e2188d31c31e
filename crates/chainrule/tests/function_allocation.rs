//! Once a workspace is warm, evaluating a function or a derivative allocates nothing.

#[path = "support/allocations.rs"]
mod support;

use chainrule::{Function, Workspace};
use support::allocations;

#[test]
fn a_warm_workspace_allocates_nothing() {
    let names: Vec<String> = (0..20).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let f = Function::record_slices(&names, &[0.5; 20], |x| {
        let squares: Vec<_> = x.iter().map(|v| v.sin().square()).collect();
        let soft = chainrule::logsumexp(&squares) + chainrule::norm2(x) + chainrule::max_of(x);
        let product = chainrule::product(&x[..7]) * x[0].pow(x[1]) + x[2].erf() * x[3].lgamma();
        vec![if x[0] > 0.25 { soft + product } else { soft - product }]
    })
    .expect("names differ");
    let mut work = Workspace::new();
    let (mut value, mut tangent) = ([0.0], [0.0]);
    let (mut gradient, mut product) = ([0.0; 20], [0.0; 20]);
    let mut everything = |x: &[f64]| {
        f.eval_into(x, &mut value, &mut work).expect("evaluates");
        f.value_and_gradient_into(x, &mut gradient, &mut work).expect("evaluates");
        f.jvp_into(x, &[1.0; 20], &mut value, &mut tangent, &mut work).expect("evaluates");
        f.vjp_into(x, &[2.0], &mut value, &mut gradient, &mut work).expect("evaluates");
        f.gradient_and_hvp_into(x, &[1.0; 20], &mut gradient, &mut product, &mut work)
            .expect("evaluates");
    };
    let points: Vec<Vec<f64>> =
        (0..4_i32).map(|k| (0..20).map(|i| 0.3 + f64::from(i * k) / 100.0).collect()).collect();
    assert!(allocations(|| everything(&points[0])) > 0, "the counter counts");
    assert_eq!(allocations(|| points.iter().for_each(|x| everything(x))), 0);
}
