//! One random formula, every mode: reverse, reverse over a program, forward, differences, and the
//! second order. Nothing here names an operation: formulas are drawn from the whole table.

use chainrule::algebra::{Algebra, Dual, DualValue, Num, Op, Term};
use chainrule::nn::MersenneTwister;
use chainrule::program::{Program, Recorder, Step};
use chainrule::{Graph, slices};
use std::collections::BTreeMap;

const FORMULAS: u64 = 1500;
const STEPS: usize = 14;

/// Where an argument comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// An input, then the steps in their order.
    Earlier(usize),
    Constant(f64),
}

/// A formula as a list of steps, and the point where it is smooth.
struct Formula {
    seed: u64,
    point: Vec<f64>,
    steps: Vec<(Op, Vec<Source>)>,
}

fn below(random: &mut MersenneTwister, n: usize) -> usize {
    random.bits() as usize % n
}

/// Whether `op` is finite, moderate, and not visibly bent around `args`. Values only: a filter that
/// looked at derivatives would hide a wrong one.
fn is_smooth(op: Op, args: &[f64]) -> bool {
    const WIDE: f64 = 0.05;
    const NARROW: f64 = 1e-6;
    let y = op.value(args);
    let mut near = args.to_vec();
    let info = op.info();
    (0..args.len()).filter(|&i| !info.is_constant(i)).all(|i| {
        let mut at = |h: f64| {
            near[i] = args[i] + h;
            let y = op.value(&near);
            near[i] = args[i];
            y
        };
        let steep = [WIDE, NARROW].iter().any(|&h| (at(h) - y).abs() > 20.0 * h);
        let (up, down) = (at(WIDE), at(-WIDE));
        !steep && up.abs() < 50.0 && (up - 2.0 * y + down).abs() < 10.0 * WIDE * WIDE
    })
}

impl Formula {
    fn random(seed: u64) -> Self {
        let mut random = MersenneTwister::new(seed);
        let inputs = 1 + below(&mut random, 4);
        let point: Vec<f64> = (0..inputs).map(|_| random.uniform(-2.0, 2.0)).collect();
        let mut values = point.clone();
        let mut steps = Vec::new();
        while steps.len() < STEPS {
            let op = Op::ALL[below(&mut random, Op::ALL.len())];
            let count = op.info().arity().unwrap_or(2 * (1 + below(&mut random, 3)));
            let mut source = |i: usize| {
                if op.info().is_constant(i) || random.random() < 0.1 {
                    Source::Constant([2.0, 3.0, -1.0, 0.5, 1.0][below(&mut random, 5)])
                } else {
                    Source::Earlier(below(&mut random, values.len()))
                }
            };
            let sources: Vec<Source> = (0..count).map(&mut source).collect();
            let args: Vec<f64> = sources
                .iter()
                .map(|s| match *s {
                    Source::Earlier(i) => values[i],
                    Source::Constant(c) => c,
                })
                .collect();
            if is_smooth(op, &args) {
                values.push(op.value(&args));
                steps.push((op, sources));
            }
        }
        Formula { seed, point, steps }
    }

    /// The sum of the last steps, so that most of them count.
    fn of<'a, A: Algebra>(&self, x: &[Term<'a, A>]) -> Term<'a, A> {
        let mut terms = x.to_vec();
        for (op, sources) in &self.steps {
            let arg = |s: &Source| match *s {
                Source::Earlier(i) => terms[i].raw(),
                Source::Constant(c) => x[0].algebra().constant(c),
            };
            let args: Vec<A::Value> = sources.iter().map(arg).collect();
            terms.push(Term::new(x[0].algebra(), x[0].algebra().apply(*op, &args)));
        }
        let last = terms.len() - 1;
        (1..5).fold(terms[last], |sum, i| sum + terms[last - i])
    }

    fn program(&self) -> Program {
        let recorder = Recorder::new();
        let inputs: Vec<_> = self.point.iter().map(|_| recorder.input()).collect();
        let y = self.of(&inputs);
        recorder.finish(&[y])
    }

    fn gradient_at(&self, x: &[f64]) -> Vec<f64> {
        slices::grad(|x| self.of(x), x)
    }

    fn value_at(&self, x: &[f64]) -> f64 {
        let x: Vec<_> = x.iter().map(|&v| Term::new(&Num, v)).collect();
        self.of(&x).value()
    }

    fn name(&self) -> String {
        let program = self.program();
        let text = program.formula(program.outputs()[0]);
        format!("seed {}, {text} at {:?}", self.seed, self.point)
    }
}

fn formulas() -> impl Iterator<Item = Formula> {
    (0..FORMULAS).map(Formula::random)
}

/// For each input the sum of the sizes of all paths' products: what rounding is measured against.
fn path_sizes(program: &Program, values: &[f64]) -> Vec<f64> {
    let mut sizes = vec![0.0; program.len()];
    sizes[program.outputs()[0].0 as usize] = 1.0;
    for (id, step) in program.steps().rev() {
        let Step::Operation(op, nodes) = step else { continue };
        let args: Vec<_> = nodes.iter().map(|n| Term::new(&Num, values[n.0 as usize])).collect();
        let own: f64 = sizes[id.0 as usize];
        if own == 0.0 {
            continue;
        }
        op.partials(&args, Term::new(&Num, values[id.0 as usize]), |i, partial| {
            sizes[nodes[i].0 as usize] += partial.value().abs() * own;
        });
    }
    program.inputs().iter().map(|i| sizes[i.0 as usize]).collect()
}

/// A point moved by `h` along `direction`.
fn moved(x: &[f64], direction: &[f64], h: f64) -> Vec<f64> {
    x.iter().zip(direction).map(|(x, d)| x + h * d).collect()
}

/// The central difference of `f`, if that of a tenth of the step says the same: then neither a
/// kink, nor curvature, nor rounding is in the way.
fn difference(f: impl Fn(f64) -> f64, h: f64) -> Option<f64> {
    let at = |h: f64| (f(h) - f(-h)) / (2.0 * h);
    let (coarse, fine) = (at(h), at(h / 10.0));
    let agree = (coarse - fine).abs() <= 1e-5 * (1.0 + fine.abs());
    agree.then_some(fine)
}

// P-03
#[test]
fn reverse_forward_and_program_agree() {
    for formula in formulas() {
        let reverse = formula.gradient_at(&formula.point);
        let program = formula.program();
        let values = program.eval(&Num, &formula.point);
        let adjoints = program.adjoints(&Num, &values, &[(program.outputs()[0], 1.0)]);
        let symbolic: Vec<f64> =
            program.inputs().iter().map(|i| adjoints[i.0 as usize].unwrap_or(0.0)).collect();
        assert_eq!(reverse, symbolic, "{}", formula.name());

        // One rounding for a product and one for a sum, along each step of a path.
        let roundings = 2.0 * (STEPS + 5) as f64 * f64::EPSILON;
        let sizes = path_sizes(&program, &values);
        for i in 0..reverse.len() {
            let mut direction = vec![0.0; reverse.len()];
            direction[i] = 1.0;
            let (_, forward) = slices::jvp(|x| vec![formula.of(x)], &formula.point, &direction);
            assert!(
                (forward[0] - reverse[i]).abs() <= roundings * sizes[i],
                "{i}: forward {:?}, reverse {:?}; {}",
                forward[0],
                reverse[i],
                formula.name()
            );
        }
    }
}

// P-03
#[test]
fn gradients_agree_with_differences() {
    let (mut compared, mut skipped) = (0, 0);
    for formula in formulas() {
        let gradient = formula.gradient_at(&formula.point);
        for i in 0..gradient.len() {
            let mut direction = vec![0.0; gradient.len()];
            direction[i] = 1.0;
            let f = |h: f64| formula.value_at(&moved(&formula.point, &direction, h));
            let Some(want) = difference(f, 1e-4) else {
                skipped += 1;
                continue;
            };
            compared += 1;
            assert!(
                (gradient[i] - want).abs() <= 1e-4 * (1.0 + want.abs()),
                "{i}: {:?}, by difference {want:?}; {}",
                gradient[i],
                formula.name()
            );
        }
    }
    assert!(compared > 20 * skipped, "{compared} compared, {skipped} without a difference");
}

// P-03
#[test]
fn hessian_products_agree_with_differences_of_gradients() {
    let (mut compared, mut skipped) = (0, 0);
    for formula in formulas() {
        let random = &mut MersenneTwister::new(!formula.seed);
        let direction: Vec<f64> = formula.point.iter().map(|_| random.uniform(-1.0, 1.0)).collect();
        let product = slices::hvp(|x| formula.of(x), &formula.point, &direction);
        for (i, &found) in product.iter().enumerate() {
            let slope = |h: f64| formula.gradient_at(&moved(&formula.point, &direction, h))[i];
            let Some(want) = difference(slope, 1e-4) else {
                skipped += 1;
                continue;
            };
            compared += 1;
            assert!(
                (found - want).abs() <= 1e-4 * (1.0 + want.abs()),
                "{i}: {found:?}, by difference {want:?}; {}",
                formula.name()
            );
        }
    }
    assert!(compared > 20 * skipped, "{compared} compared, {skipped} without a difference");
}

#[test]
fn nested_duals_are_symmetric_and_equal_forward_over_reverse() {
    let inner = Dual(&Num);
    let outer = Dual(&inner);
    for formula in formulas() {
        let rows = slices::hessian(|x| formula.of(x), &formula.point);
        let n = rows.len();
        let nested = |i: usize, j: usize| {
            let part = |primal, moves: bool| DualValue { primal, tangent: moves.then_some(1.0) };
            let input = |(k, &v): (usize, &f64)| {
                let tangent = (k == j).then_some(part(1.0, false));
                Term::new(&outer, DualValue { primal: part(v, k == i), tangent })
            };
            let x: Vec<_> = formula.point.iter().enumerate().map(input).collect();
            formula.of(&x).raw().tangent.and_then(|t| t.tangent).unwrap_or(0.0)
        };
        let largest = rows.iter().flatten().fold(1.0, |m: f64, v| m.max(v.abs()));
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let [a, b, c] = [rows[i][j], nested(i, j), nested(j, i)];
            let apart = (a - b).abs().max((b - c).abs());
            assert!(apart <= 1e-11 * largest, "{i} {j}: {a} {b} {c}; {}", formula.name());
        }
    }
}

#[test]
fn programs_of_graphs_repeat_their_bits() {
    for formula in formulas() {
        let graph = Graph::new();
        let x: Vec<_> = formula.point.iter().map(|&v| graph.value(v)).collect();
        let y = formula.of(&x);
        let program = graph.program(&x, &[y]);
        let values = program.eval(&Num, &formula.point);
        let found = values[program.outputs()[0].0 as usize];
        assert_eq!(found.to_bits(), y.value().to_bits(), "{}", formula.name());
        assert_eq!(formula.value_at(&formula.point).to_bits(), y.value().to_bits());
    }
}

#[test]
fn the_formulas_use_the_whole_table() {
    let mut uses: BTreeMap<Op, usize> = Op::ALL.iter().map(|&op| (op, 0)).collect();
    for (op, _) in formulas().flat_map(|f| f.steps) {
        *uses.entry(op).or_default() += 1;
    }
    let rare: Vec<_> = uses.iter().filter(|&(_, &n)| n < 20).collect();
    assert!(rare.is_empty(), "{rare:?}");
}
