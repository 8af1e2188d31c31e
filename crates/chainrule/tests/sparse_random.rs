//! Random programs over the whole table: sparse derivatives equal the dense ones, and nothing that
//! moves lies outside the pattern.

use chainrule::algebra::{Op, Term};
use chainrule::{Function, Graph, Value};

/// A small generator of numbers (Marsaglia's xorshift): the same programs on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    fn number(&mut self) -> f64 {
        self.below(2000) as f64 * 1e-3 - 1.0
    }
}

/// One operation: a row of the table, and where its arguments come from.
#[derive(Clone, Debug)]
struct Line {
    op: Op,
    args: Vec<Source>,
}

#[derive(Clone, Debug)]
enum Source {
    Earlier(usize),
    Constant(f64),
}

const INPUTS: usize = 7;

/// Operations that mostly take what is near, so that patterns stay sparse.
fn lines(random: &mut Random, count: usize) -> Vec<Line> {
    (0..count)
        .map(|i| {
            let op = Op::ALL[random.below(Op::ALL.len())];
            let arity = op.info().arity().unwrap_or(2);
            let arg = |k| {
                if op.info().is_constant(k) {
                    Source::Constant([2.0, 3.0, 1.0, 0.0, -1.0, 0.5][random.below(6)])
                } else if random.below(6) == 0 {
                    Source::Constant([0.0, 1.0, 2.0, random.number()][random.below(4)])
                } else {
                    Source::Earlier(INPUTS + i - 1 - random.below((INPUTS + i).min(9)))
                }
            };
            Line { op, args: (0..arity).map(arg).collect() }
        })
        .collect()
}

fn run<'g>(lines: &[Line], x: &[Value<'g>]) -> Vec<Value<'g>> {
    let mut values = x.to_vec();
    for line in lines {
        let args: Vec<_> = line
            .args
            .iter()
            .map(|a| match *a {
                Source::Earlier(i) => values[i].raw(),
                Source::Constant(c) => x[0].constant(c).raw(),
            })
            .collect();
        let graph = x[0].algebra();
        values.push(Term::new(graph, chainrule::algebra::Algebra::apply(graph, line.op, &args)));
    }
    values.split_off(INPUTS)
}

fn same(sparse: f64, dense: f64) -> bool {
    let close = (sparse - dense).abs() <= 1e-11 * (1.0 + dense.abs());
    // Where the dense sweep meets 0·∞ it has no number; the sparse one may have one.
    close || sparse == dense || dense.is_nan()
}

#[test]
fn sparse_derivatives_of_random_programs_equal_dense_ones() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let (mut compared, mut numbers) = (0, 0);
    for _ in 0..400 {
        let count = 3 + random.below(25);
        let lines = lines(&mut random, count);
        let x: Vec<f64> = (0..INPUTS).map(|_| random.number()).collect();
        let graph = Graph::new();
        let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
        let outputs = run(&lines, &inputs);
        let kept: Vec<_> = outputs.iter().copied().filter(|y| y.value().is_finite()).collect();
        if kept.is_empty() {
            continue;
        }
        let f = Function::from_graph(&graph, &inputs, &kept).expect("distinct names");
        let dense = f.jacobian(&x).expect("seven numbers");
        let sparse = f.sparse_jacobian(&x).expect("seven numbers");
        let last = f.with_outputs(&[kept.len() - 1]);
        let dense_hessian = last.hessian(&x).expect("seven numbers");
        let sparse_hessian = last.sparse_hessian(&x).expect("seven numbers");
        for (dense, sparse) in [(dense, sparse), (dense_hessian, sparse_hessian)] {
            for (i, row) in dense.iter().enumerate() {
                for (j, &want) in row.iter().enumerate() {
                    let found = sparse.get(i, j);
                    assert!(
                        same(found, want),
                        "({i}, {j}): {found} and {want} in {lines:?} at {x:?}"
                    );
                    compared += 1;
                    numbers += usize::from(want != 0.0 && want.is_finite());
                }
            }
        }
    }
    // The check is not idle.
    assert!(compared > 20_000 && numbers > 3_000, "{compared} {numbers}");
}
