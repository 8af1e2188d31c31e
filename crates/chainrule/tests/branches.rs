//! Random programs with comparisons: wherever a recorded function is asked, it gives the value of
//! the program itself or an error, never another number.

#[path = "support/random.rs"]
mod random;

use chainrule::algebra::{Num, Numeric, Relation, Term};
use chainrule::{ErrorKind, Function, Graph, Value, Workspace};
use random::Random;

const INPUTS: usize = 3;
const PROGRAMS: u64 = 150;
const POINTS: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    /// An operation of two earlier values.
    Operation(usize, [usize; 2]),
    /// The third or fourth value, or a combination of them, as a comparison of the first two says.
    Branch(Relation, [usize; 4]),
    /// A value halved until it is below another in size, at most ten times.
    Loop([usize; 2]),
}

fn script(random: &mut Random) -> Vec<Step> {
    let mut steps = Vec::new();
    for k in 0..10 {
        let [a, b, c, d] = std::array::from_fn(|_| random.below(INPUTS + k));
        let kind = random.next();
        let relation = [
            Relation::Less,
            Relation::LessOrEqual,
            Relation::Greater,
            Relation::GreaterOrEqual,
            Relation::Equal,
        ];
        steps.push(if kind < 0.45 {
            Step::Operation(random.below(6), [a, b])
        } else if kind < 0.9 {
            Step::Branch(relation[random.below(5)], [a, b, c, d])
        } else {
            Step::Loop([a, b])
        });
    }
    steps
}

fn run<'a, A: Numeric>(steps: &[Step], x: &[Term<'a, A>]) -> Term<'a, A> {
    let mut values = x.to_vec();
    for step in steps {
        let v = |i: usize| values[i];
        let next = match *step {
            Step::Operation(0, [a, b]) => v(a) + v(b),
            Step::Operation(1, [a, b]) => v(a) - v(b) * 0.5,
            Step::Operation(2, [a, b]) => v(a) * v(b),
            Step::Operation(3, [a, b]) => v(a).sin() + v(b),
            Step::Operation(4, [a, b]) => v(a).tanh() * v(b),
            Step::Operation(_, [a, b]) => (v(a) - v(b)).square(),
            Step::Branch(relation, [a, b, c, d]) => {
                let holds = match relation {
                    Relation::Less => v(a) < v(b),
                    Relation::LessOrEqual => v(a) <= v(b),
                    Relation::Greater => v(a) > v(b),
                    Relation::GreaterOrEqual => v(a) >= v(b),
                    Relation::Equal => v(a) == v(b),
                };
                if holds { v(c) + v(a) } else { v(d) * v(b) }
            }
            Step::Loop([a, b]) => {
                let (mut x, limit) = (v(a), v(b).abs() + 0.1);
                for _ in 0..10 {
                    if x.abs() < limit {
                        break;
                    }
                    x *= 0.5;
                }
                x
            }
        };
        values.push(next);
    }
    values[values.len() - 1]
}

/// Value and gradient of the program itself.
fn truth(steps: &[Step], x: &[f64]) -> (f64, Vec<f64>) {
    let plain: Vec<_> = x.iter().map(|&v| Term::new(&Num, v)).collect();
    let value = run(steps, &plain).value();
    let graph = Graph::new();
    let inputs: Vec<Value<'_>> = x.iter().map(|&v| graph.value(v)).collect();
    let gradient = run(steps, &inputs).backward();
    (value, inputs.iter().map(|&v| gradient[v]).collect())
}

fn close(a: &[f64], b: &[f64]) -> bool {
    let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    a.iter().zip(b).all(|(&a, &b)| (a - b).abs() <= 1e-11 * (1.0 + b.abs()) || same(a, b))
}

/// A point, half of the time on a coarse grid, so that values are equal now and then.
fn point(random: &mut Random) -> Vec<f64> {
    let x = random.column(INPUTS, -2.0, 2.0);
    if random.next() < 0.5 { x } else { x.into_iter().map(|v| (2.0 * v).round() / 2.0).collect() }
}

#[test]
fn a_flipped_branch_never_gives_a_wrong_number() {
    let (mut flipped, mut held) = (0, 0);
    for seed in 0..PROGRAMS {
        let mut random = Random(seed);
        let steps = script(&mut random);
        let script = steps.clone();
        let at = point(&mut random);
        let f = Function::record_slices(&["a", "b", "c"], &at, move |x| vec![run(&script, x)])
            .expect("three names");
        let simple = f.simplify().0;
        let slope = f.gradient_function().expect("one output");
        let frozen = Function::from_json(&f.to_json()).expect("just written");
        let frozen_slope = frozen.gradient_function().expect("one output");
        let mut work = Workspace::new();
        for _ in 0..POINTS {
            let x = point(&mut random);
            let (value, gradient) = truth(&steps, &x);
            let place = || format!("program {seed}, recorded at {at:?}, asked at {x:?}: {steps:?}");
            // With its closure, the function follows wherever the program goes.
            let mut found = vec![0.0; INPUTS];
            let same = f.value_and_gradient_into(&x, &mut found, &mut work).expect("follows");
            assert_eq!(same.to_bits(), value.to_bits(), "{}", place());
            assert!(close(&found, &gradient), "{found:?} {gradient:?} {}", place());
            assert_eq!(
                simple.value(&x).expect("follows").to_bits(),
                value.to_bits(),
                "{}",
                place()
            );
            let (_, along) = f.jvp(&x, &[1.0, -0.5, 2.0]).expect("follows");
            let product = gradient[0] - 0.5 * gradient[1] + 2.0 * gradient[2];
            assert!(close(&along, &[product]), "{}", place());
            let sparse = f.sparse_jacobian(&x).expect("follows").to_dense();
            assert!(close(&sparse[0], &gradient), "{sparse:?} {}", place());
            // Without one, it gives the same or says that the branch changed.
            let answers = [
                frozen.value(&x).map(|v| vec![v]),
                frozen.gradient(&x),
                frozen.hessian(&x).map(|_| gradient.clone()),
                frozen_slope.eval(&x),
                slope.eval(&x),
            ];
            let truths = [&vec![value], &gradient, &gradient, &gradient, &gradient];
            for (answer, truth) in answers.iter().zip(truths) {
                match answer {
                    Ok(numbers) => {
                        held += 1;
                        assert!(close(numbers, truth), "{numbers:?} {truth:?} {}", place());
                    }
                    Err(error) => {
                        flipped += 1;
                        assert_eq!(error.kind(), ErrorKind::BranchChanged, "{}", place());
                    }
                }
            }
        }
    }
    assert!(flipped > 500 && held > 500, "both happen: {flipped} and {held}");
}
