//! Every operation of the table in the batch engine: against values computed with 800 digits, and
//! against the scalar evaluation.

use chainrule::algebra::{Algebra, Op, Term};
use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Graph, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const REFERENCE: &str = include_str!("data/ops_reference.csv");

/// An operation of values of a graph.
fn apply<'g>(op: Op, args: &[Value<'g>]) -> Value<'g> {
    let graph: &'g Graph = args[0].algebra();
    let raw: Vec<_> = args.iter().map(|a| a.raw()).collect();
    Term::new(graph, graph.apply(op, &raw))
}

/// The operation over columns; constant arguments, such as the exponent of `powc`, too.
fn kernel(op: Op, arguments: usize) -> Kernel {
    let names: Vec<String> = (0..arguments).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Kernel::sum_over(&[], &names, |_, row| apply(op, row)).expect("distinct names")
}

/// Stated bound of the error of a value, in units in the last place.
fn bound(op: Op) -> f64 {
    match op {
        Op::Exp | Op::Ln => 1.0,
        _ => 2.5,
    }
}

/// Distance in units in the last place of `exact`; 0 for two NaN and equal infinities.
fn ulps(found: f64, exact: f64) -> f64 {
    if found == exact || found.is_nan() && exact.is_nan() {
        return 0.0;
    }
    if !found.is_finite() || !exact.is_finite() {
        return f64::INFINITY;
    }
    let size = exact.abs();
    let unit =
        if size.next_up().is_finite() { size.next_up() - size } else { size - size.next_down() };
    (found - exact).abs() / unit
}

/// Arguments of an operation and its value.
type Case = (Vec<f64>, f64);

/// Rows of the reference, by the operation's name and the number of its arguments.
fn cases() -> BTreeMap<(&'static str, usize), Vec<Case>> {
    let numbers = |field: &str| -> Vec<f64> {
        field.split_whitespace().map(|x| x.parse().expect("the file holds numbers")).collect()
    };
    let mut cases: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in REFERENCE.lines().skip(1) {
        let fields: Vec<&'static str> = line.split(',').collect();
        let arguments = numbers(fields[1]);
        let value = numbers(fields[2])[0];
        cases.entry((fields[0], arguments.len())).or_default().push((arguments, value));
    }
    cases
}

/// The size of which a bound in ulps is meant: where terms cancel, their own.
fn size(op: Op, arguments: &[f64], exact: f64) -> f64 {
    let terms: f64 = match op {
        Op::Sum | Op::Mean => arguments.iter().map(|x| x.abs()).sum(),
        Op::Dot => arguments.chunks(2).map(|p| (p[0] * p[1]).abs()).sum(),
        Op::Product => exact.abs() * arguments.len() as f64,
        Op::Logsumexp => 1.0 + arguments.iter().fold(0.0_f64, |m, x| m.max(x.abs())),
        _ => 0.0,
    };
    if terms.is_finite() { terms.max(exact.abs()) } else { exact.abs() }
}

#[test]
fn every_operation_is_within_its_stated_error() {
    let mut failures = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for ((name, arity), rows) in cases() {
        let op = Op::from_name(name).expect("a name of the table");
        seen.insert(name);
        let kernel = kernel(op, arity);
        let columns: Vec<Vec<f64>> =
            (0..arity).map(|k| rows.iter().map(|r| r.0[k]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut worst: f64 = 0.0;
        for instructions in Instructions::ALL.into_iter().filter(|i| i.is_available()) {
            let kernel = kernel.with_options(Options { instructions, ..Options::default() });
            let found = kernel.eval_batch(&[], &columns).expect("shapes fit");
            for (found, (arguments, exact)) in found[0].iter().zip(&rows) {
                let scalar = op.value(arguments);
                let scale = size(op, arguments, *exact);
                let error = if exact.is_finite() && scale > exact.abs() {
                    (found - exact).abs() / (f64::EPSILON * scale)
                } else {
                    ulps(*found, *exact)
                };
                worst = worst.max(error);
                let sign = exact.is_nan()
                    || *exact != 0.0
                    || arity > 1
                    || found.is_sign_negative() == scalar.is_sign_negative();
                if error > bound(op) || !sign {
                    let _ = writeln!(
                        failures,
                        "{instructions:?} {name}{arguments:?} = {found:e}, exactly {exact:e}: {error:.2} ulp"
                    );
                }
            }
        }
        println!("{name}: {worst:.2} ulp");
    }
    assert!(failures.is_empty(), "\n{failures}");
    // What the file has no rows for, because its formula is its reference, is the same number as
    // in the scalar evaluation.
    for &op in Op::ALL.iter().filter(|op| !seen.contains(op.info().name)) {
        let arity = op.info().arity().unwrap_or(4);
        let mut random = Random(op as u64);
        let columns: Vec<Vec<f64>> =
            (0..arity).map(|_| (0..100).map(|_| 8.0 * random.next() - 4.0).collect()).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = kernel(op, arity).eval_batch(&[], &slices).expect("shapes fit").remove(0);
        for (i, y) in found.iter().enumerate() {
            let arguments: Vec<f64> = columns.iter().map(|c| c[i]).collect();
            let scalar = op.value(&arguments);
            assert!(ulps(*y, scalar) <= bound(op), "{}{arguments:?}", op.info().name);
        }
    }
}

/// Numbers between 0 and 1, the same in every run (Steele, Lea, Flood, splittable generators, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Many points of each function with an own kernel. The scalar evaluation is within 2 ulp of the
/// exact value by `tests/reference.rs`, within half of one and a bit for `exp`, `ln` and the
/// trigonometric functions of the standard library.
#[test]
fn own_kernels_stay_beside_the_scalar_evaluation() {
    let wide: &[(Op, f64, f64)] = &[
        (Op::Exp, -745.0, 709.7),
        (Op::Exp, -1.0, 1.0),
        (Op::Ln, 0.0, 3.0),
        (Op::Ln, 0.0, 1e300),
        (Op::Sin, -20.0, 20.0),
        (Op::Sin, -2e6, 2e6),
        (Op::Cos, -20.0, 20.0),
        (Op::Cos, -2e6, 2e6),
        (Op::Tan, -20.0, 20.0),
        (Op::Tanh, -25.0, 25.0),
        (Op::Tanh, -0.5, 0.5),
        (Op::Sech, -30.0, 30.0),
        (Op::Sigmoid, -745.0, 40.0),
        (Op::Silu, -745.0, 40.0),
        (Op::Softplus, -745.0, 40.0),
        (Op::LogSigmoid, -40.0, 745.0),
        (Op::Erf, -7.0, 7.0),
        (Op::Erfc, -6.0, 27.2),
        (Op::NormalCdf, -38.5, 9.0),
        (Op::NormalPdf, -38.5, 38.5),
        (Op::Gauss, -27.2, 27.2),
    ];
    let mut failures = String::new();
    for &(op, low, high) in wide {
        let mut random = Random(op as u64);
        let points = (0..50_000).map(|_| low + (high - low) * random.next());
        let special = [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-310, f64::NAN];
        let ends = [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 1.0, -1.0];
        let x: Vec<f64> = points.chain(special).chain(ends).collect();
        let found = kernel(op, 1).eval_batch(&[], &[&x]).expect("shapes fit").remove(0);
        let mut worst: (f64, f64) = (0.0, 0.0);
        for (&x, &found) in x.iter().zip(&found) {
            let scalar = op.value(&[x]);
            let same_sign =
                scalar.is_nan() || scalar.is_sign_negative() == found.is_sign_negative();
            let error = if same_sign { ulps(found, scalar) } else { f64::INFINITY };
            if error > worst.0 {
                worst = (error, x);
            }
        }
        println!("{}: {:.2} ulp at {:e}", op.info().name, worst.0, worst.1);
        // The scalar value's own error comes on top.
        let scalar = match op {
            Op::Exp | Op::Ln | Op::Sin | Op::Cos | Op::Tan => 0.6,
            _ => 2.0,
        };
        if worst.0 > bound(op) + scalar {
            let _ = writeln!(failures, "{}: {:.2} ulp at {:e}", op.info().name, worst.0, worst.1);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
