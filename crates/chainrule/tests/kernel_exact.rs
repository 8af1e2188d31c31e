//! Exact kernels: every row has the bits of the scalar evaluation.

#[path = "support/random.rs"]
mod random;
#[path = "support/ways.rs"]
mod ways;

use chainrule::algebra::{Algebra, Op, Term};
use chainrule::kernel::Kernel;
use chainrule::{Function, Graph, Value};
use random::Random;
use ways::slices;

const REFERENCE: &str = include_str!("data/ops_reference.csv");

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

fn apply<'g>(op: Op, args: &[Value<'g>]) -> Value<'g> {
    let graph: &'g Graph = args[0].algebra();
    let raw: Vec<_> = args.iter().map(|a| a.raw()).collect();
    Term::new(graph, graph.apply(op, &raw))
}

/// Points of each operation: those of the reference, and random ones.
fn points(op: Op) -> Vec<Vec<f64>> {
    let numbers = |field: &str| -> Vec<f64> {
        field.split_whitespace().map(|x| x.parse().expect("the file holds numbers")).collect()
    };
    let rows = REFERENCE.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let named = rows.filter(|fields| fields[0] == op.info().name);
    let mut points: Vec<Vec<f64>> = named.map(|fields| numbers(fields[1])).collect();
    let arity = op.info().arity().unwrap_or(4);
    points.retain(|p| p.len() == arity);
    let mut random = Random(op as u64);
    points.extend((0..50).map(|_| random.column(arity, -4.0, 4.0)));
    points
}

/// Value and gradient of a kernel's rows against those of the function, one by one.
fn check(f: &Function, points: &[Vec<f64>], what: &str) {
    let names: Vec<&str> = f.inputs().iter().map(String::as_str).collect();
    let kernel = Kernel::of(f, &names).expect("the columns are inputs").exact();
    let columns: Vec<Vec<f64>> =
        (0..names.len()).map(|k| points.iter().map(|p| p[k]).collect()).collect();
    let columns = slices(&columns);
    let values = kernel.eval_batch(&[], &columns).expect("shapes fit").remove(0);
    let batch = kernel.gradient_batch(&[], &columns, &names).expect("shapes fit");
    for (i, point) in points.iter().enumerate() {
        let (value, gradient) = f.value_and_gradient(point).expect("as many inputs");
        let one: Vec<&[f64]> = columns.iter().map(|c| &c[i..=i]).collect();
        let alone = kernel.gradient_batch(&[], &one, &names).expect("shapes fit");
        assert!(same(values[i], value), "{what}{point:?}: {} and {value}", values[i]);
        assert!(same(batch.values[i], value) && same(alone.values[0], value));
        for (k, g) in gradient.iter().enumerate() {
            let found = batch.gradients[k][i];
            assert!(same(found, *g), "∂{what}{point:?}/∂{k}: {found} and {g}");
            assert!(same(alone.gradients[k][0], *g));
        }
    }
}

#[test]
fn every_operation_of_the_table_has_the_bits_of_the_scalar_evaluation() {
    for &op in Op::ALL {
        let arity = op.info().arity().unwrap_or(4);
        let names: Vec<String> = (0..arity).map(|i| format!("x{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let points = points(op);
        let f = Function::record_slices(&names, &points[0], move |x| vec![apply(op, x)])
            .expect("distinct names");
        check(&f, &points, op.info().name);
    }
}

#[test]
fn sums_of_products_keep_both_roundings() {
    let f = Function::record_slices(&["a", "b", "c", "d"], &[0.5; 4], |x| {
        let z = x[0] * x[1] + x[2] * x[3] - x[0] * x[3];
        let parts = [z.tanh(), (x[0] - 0.3) * 1.7, x[1].exp() * x[2], z.softplus()];
        vec![chainrule::logsumexp(&parts) + chainrule::dot(&x[..2], &x[2..]) - x[3].powi(3)]
    })
    .expect("distinct names");
    let mut random = Random(53);
    let points: Vec<_> = (0..200).map(|_| random.column(4, -2.0, 2.0)).collect();
    check(&f, &points, "f");
}
