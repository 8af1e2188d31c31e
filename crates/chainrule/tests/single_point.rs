//! Evaluation at one point: the bits of the program's plain evaluation, whatever order it runs in.

#[path = "support/random.rs"]
mod random;

use chainrule::algebra::{Algebra, Num, Op, Term};
use chainrule::{Function, Graph, Value, Workspace};
use random::Random;

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// The outputs of the function's program, node by node in plain numbers.
fn plainly(f: &Function, x: &[f64]) -> Vec<f64> {
    let program = f.program();
    let values = program.eval(&Num, x);
    program.outputs().iter().map(|y| values[y.0 as usize]).collect()
}

fn whole(x: f64, n: usize) -> usize {
    (0..n).rev().find(|&i| i as f64 <= x * n as f64).unwrap_or(0)
}

/// `size` operations of the table on earlier values, sums and products more often than others.
fn random_program<'g>(x: &[Value<'g>], size: usize, seed: u64) -> Vec<Value<'g>> {
    let graph: &'g Graph = x[0].algebra();
    let mut random = Random(seed);
    let common = [Op::Add, Op::Sub, Op::Mul, Op::StrongMul, Op::Neg, Op::Sum, Op::Dot];
    let mut all = x.to_vec();
    for _ in 0..size {
        let ops = if random.next() < 0.7 { &common[..] } else { Op::ALL };
        let op = ops[whole(random.next(), ops.len())];
        let arity = op.info().arity().unwrap_or(2 * (1 + whole(random.next(), 4)));
        // Mostly of what came last, so that values have one user.
        let reach = if random.next() < 0.8 { all.len().min(6) } else { all.len() };
        let args: Vec<_> =
            (0..arity).map(|_| all[all.len() - 1 - whole(random.next(), reach)].raw()).collect();
        all.push(Term::new(graph, graph.apply(op, &args)));
    }
    let kept = all.len().min(8);
    let mut outputs = all.split_off(all.len() - kept);
    outputs.push(x[1]);
    outputs.push(outputs[0]);
    outputs
}

#[test]
fn random_programs_of_all_operations_keep_every_bit() {
    let names = ["a", "b", "c", "d"];
    for seed in 0..400 {
        let size = [3, 10, 40, 200][seed as usize % 4];
        let mut random = Random(1000 + seed);
        let at = random.column(4, -2.0, 2.0);
        let f = Function::record_slices(&names, &at, move |x| random_program(x, size, seed))
            .expect("distinct names");
        let special = vec![0.0, -0.0, f64::INFINITY, 1.0];
        let mut work = Workspace::new();
        for x in [at, random.column(4, -2.0, 2.0), special] {
            let mut found = vec![0.0; f.outputs().len()];
            f.eval_into(&x, &mut found, &mut work).expect("four inputs");
            let expected = plainly(&f, &x);
            for (a, b) in found.iter().zip(&expected) {
                assert!(same(*a, *b), "seed {seed} at {x:?}: {found:?} and {expected:?}");
            }
            // Derivatives are programs of their own.
            let jacobian = f.jacobian_function().expect("a function");
            let found = jacobian.eval(&x).expect("four inputs");
            let expected = plainly(&jacobian, &x);
            assert!(found.iter().zip(&expected).all(|(a, b)| same(*a, *b)), "seed {seed} at {x:?}");
        }
    }
}

#[test]
fn a_graph_larger_than_the_windows_keeps_every_bit() {
    let at = [0.9, -0.4, 1.1, 0.3];
    let names = ["a", "b", "c", "d"];
    let f = Function::record_slices(&names, &at, |x| random_program(x, 30_000, 7))
        .expect("distinct names");
    let found = f.eval(&at).expect("four inputs");
    assert!(found.iter().zip(&plainly(&f, &at)).all(|(a, b)| same(*a, *b)));
}

#[test]
fn one_workspace_serves_functions_and_paths_in_turn() {
    let f =
        Function::record(["x"], |[x]| if x > 0.0 { x * x + x * 3.0 } else { -x }).expect("records");
    let g = Function::record(["x", "y"], |[x, y]| (x * y + 2.0) * y.sin()).expect("records");
    let mut work = Workspace::new();
    let (mut one, mut two) = ([0.0], [0.0; 2]);
    for _ in 0..3 {
        assert_eq!(
            f.value_and_gradient_into(&[2.0], &mut one, &mut work).expect("evaluates"),
            10.0
        );
        assert_eq!(one, [7.0]);
        let value = g.value_and_gradient_into(&[3.0, 0.0], &mut two, &mut work).expect("evaluates");
        assert_eq!((value, two), (0.0, [0.0, 2.0]));
        assert_eq!(
            f.value_and_gradient_into(&[-2.0], &mut one, &mut work).expect("evaluates"),
            2.0
        );
        assert_eq!(one, [-1.0]);
    }
}

#[test]
fn outputs_may_be_inputs_or_constants() {
    let f = Function::record_slices(&["x", "y"], &[1.0, 2.0], |x| {
        vec![x[1], x[0].constant(5.0), x[0] + 5.0]
    })
    .expect("distinct names");
    assert_eq!(f.eval(&[3.0, 4.0]).expect("two inputs"), [4.0, 5.0, 8.0]);
}
