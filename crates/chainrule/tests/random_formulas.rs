//! Random formulas over the whole table, with derivatives from 60-digit arithmetic. The data file is
//! the output of `tools/reference/make_random_formulas.py`, which knows the operations' values only.

use chainrule::algebra::{Algebra, Dual, DualValue, Num, Op, Term};
use chainrule::program::Recorder;
use chainrule::{Function, Graph, slices};
use std::collections::BTreeMap;

const VALUE: f64 = 1e-13;
const GRADIENT: f64 = 1e-12;
const HESSIAN: f64 = 1e-10;

struct Case {
    formula: &'static str,
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    /// Upper triangle, row by row.
    hessian: Vec<f64>,
}

fn cases() -> Vec<Case> {
    let numbers = |text: &str| -> Vec<f64> {
        text.split(' ').map(|n| n.parse().expect("a number")).collect()
    };
    let case = |line: &'static str| {
        let columns: Vec<&str> = line.split(',').collect();
        let [formula, point, value, gradient, hessian] = columns[..] else {
            panic!("five columns: {line}")
        };
        Case {
            formula,
            point: numbers(point),
            value: numbers(value)[0],
            gradient: numbers(gradient),
            hessian: numbers(hessian),
        }
    };
    include_str!("data/random_formulas.csv").lines().skip(1).map(case).collect()
}

/// The number of the variable that a word names.
fn variable(word: &str) -> Option<usize> {
    word.strip_prefix('x')?.parse().ok()
}

/// The operation that a word names, and how many arguments follow.
fn operation(word: &str) -> Option<(Op, usize)> {
    let (name, count) = word.split_once('/').unwrap_or((word, ""));
    let op = Op::from_name(name)?;
    Some((op, op.info().arity().or_else(|| count.parse().ok())?))
}

/// The formula's value in the algebra of `x`.
fn build<'a, A: Algebra>(words: &mut std::str::Split<'_, char>, x: &[Term<'a, A>]) -> Term<'a, A> {
    let word = words.next().expect("a formula ends with its last argument");
    if let Some(i) = variable(word) {
        return x[i];
    }
    if let Ok(c) = word.parse() {
        return x[0].constant(c);
    }
    let (op, count) = operation(word).unwrap_or_else(|| panic!("no operation `{word}`"));
    let args: Vec<A::Value> = (0..count).map(|_| build(words, x).raw()).collect();
    Term::new(x[0].algebra(), x[0].algebra().apply(op, &args))
}

impl Case {
    fn of<'a, A: Algebra>(&self, x: &[Term<'a, A>]) -> Term<'a, A> {
        build(&mut self.formula.split(' '), x)
    }

    fn function(&self) -> Function {
        let graph = Graph::new();
        let x: Vec<_> = self.point.iter().map(|&v| graph.value(v)).collect();
        Function::from_graph(&graph, &x, &[self.of(&x)]).expect("names that differ")
    }

    fn check(&self, engine: &str, what: &str, found: &[f64], want: &[f64], tolerance: f64) {
        assert_eq!(found.len(), want.len());
        // Where all parts cancel, as in ∂²ln(xy)/∂x∂y, only the other entries give a scale.
        let largest = want.iter().fold(0.0, |m: f64, w| m.max(w.abs()));
        for (i, (&found, &want)) in found.iter().zip(want).enumerate() {
            let scale = if want == 0.0 { largest } else { want.abs() };
            assert!(
                (found - want).abs() <= tolerance * scale,
                "{engine}: {what} {i} of {} at {:?} is {found:?}, not {want:?}",
                self.formula,
                self.point
            );
        }
    }
}

// P-01, P-03: gradients to 1e-12
#[test]
fn every_engine_agrees_with_sixty_digits() {
    for case in cases() {
        let check = |engine: &str, value: f64, gradient: &[f64]| {
            case.check(engine, "value", &[value], &[case.value], VALUE);
            case.check(engine, "derivative", gradient, &case.gradient, GRADIENT);
        };
        let (value, gradient) = slices::value_and_grad(|x| case.of(x), &case.point);
        check("eager", value, &gradient);

        for recorder in [Recorder::new(), Recorder::folding()] {
            let inputs: Vec<_> = case.point.iter().map(|_| recorder.input()).collect();
            let y = case.of(&inputs);
            let program = recorder.finish(&[y]);
            let values = program.eval(&Num, &case.point);
            let output = program.outputs()[0];
            let adjoints = program.adjoints(&Num, &values, &[(output, 1.0)]);
            let gradient: Vec<f64> =
                program.inputs().iter().map(|i| adjoints[i.0 as usize].unwrap_or(0.0)).collect();
            check("program", values[output.0 as usize], &gradient);
        }

        let function = case.function();
        let (value, gradient) =
            function.value_and_gradient(&case.point).expect("a length that fits");
        check("function", value, &gradient);
        let symbolic = function.gradient_function().expect("one output");
        for (engine, f) in
            [("gradient function", &symbolic), ("simplified", &symbolic.simplify().0)]
        {
            check(engine, value, &f.eval(&case.point).expect("a length that fits"));
        }

        let dual = Dual(&Num);
        let forward: Vec<DualValue<f64>> = (0..case.point.len())
            .map(|i| {
                let moving = |j| (i == j).then_some(1.0);
                let input =
                    |(j, &primal)| Term::new(&dual, DualValue { primal, tangent: moving(j) });
                let x: Vec<_> = case.point.iter().enumerate().map(input).collect();
                case.of(&x).raw()
            })
            .collect();
        let tangents: Vec<f64> = forward.iter().map(|y| y.tangent.unwrap_or(0.0)).collect();
        check("forward", forward[0].primal, &tangents);
    }
}

// Hessians to 1e-10, both triangles
#[test]
fn second_derivatives_agree_with_sixty_digits() {
    for case in cases() {
        let rows = slices::hessian(|x| case.of(x), &case.point);
        let n = rows.len();
        let pairs = || (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        let upper: Vec<f64> = pairs().map(|(i, j)| rows[i][j]).collect();
        let lower: Vec<f64> = pairs().map(|(i, j)| rows[j][i]).collect();
        case.check("dual over reverse", "second derivative", &upper, &case.hessian, HESSIAN);
        case.check("dual over reverse", "second derivative", &lower, &case.hessian, HESSIAN);

        let function = case.function();
        let rows = function.hessian(&case.point).expect("one output");
        let own: Vec<f64> = pairs().map(|(i, j)| rows[i][j]).collect();
        case.check("function", "second derivative", &own, &case.hessian, HESSIAN);

        // Dual numbers of dual numbers.
        let inner = Dual(&Num);
        let outer = Dual(&inner);
        let second = |(i, j): (usize, usize)| {
            let part = |primal, moves: bool| DualValue { primal, tangent: moves.then_some(1.0) };
            let input = |(k, &v): (usize, &f64)| {
                let tangent = (k == j).then_some(part(1.0, false));
                let tangent = tangent.map(|t| DualValue { tangent: None, ..t });
                Term::new(&outer, DualValue { primal: part(v, k == i), tangent })
            };
            let x: Vec<_> = case.point.iter().enumerate().map(input).collect();
            case.of(&x).raw().tangent.and_then(|t| t.tangent).unwrap_or(0.0)
        };
        let nested: Vec<f64> = pairs().map(second).collect();
        case.check("dual over dual", "second derivative", &nested, &case.hessian, HESSIAN);
    }
}

/// Operations that `make_random_formulas.py` knew when it was last run; one added since is printed.
const COVERED: usize = 83;

#[test]
fn the_formulas_cover_the_table() {
    let mut uses: BTreeMap<&str, usize> = Op::ALL.iter().map(|op| (op.info().name, 0)).collect();
    let cases = cases();
    assert!(cases.len() >= 300, "{}", cases.len());
    for word in cases.iter().flat_map(|case| case.formula.split(' ')) {
        if let Some((op, _)) = operation(word) {
            *uses.entry(op.info().name).or_default() += 1;
        }
    }
    for (name, _) in uses.iter().filter(|&(_, &n)| n == 0) {
        println!("skipped: no formula has `{name}`; run make_random_formulas.py");
    }
    uses.retain(|_, n| *n > 0);
    assert!(uses.len() >= COVERED, "formulas use {} operations only", uses.len());
    assert!(uses.values().all(|&n| n >= 3), "{uses:?}");
}

// The program of a graph repeats the graph's own numbers.
#[test]
fn a_program_evaluates_to_the_bits_of_its_graph() {
    for case in cases() {
        let graph = Graph::new();
        let x: Vec<_> = case.point.iter().map(|&v| graph.value(v)).collect();
        let y = case.of(&x);
        let program = graph.program(&x, &[y]);
        let values = program.eval(&Num, &case.point);
        let output = program.outputs()[0];
        let found = values[output.0 as usize];
        assert_eq!(found.to_bits(), y.value().to_bits(), "{}", case.formula);
        let gradient = y.backward();
        let adjoints = program.adjoints(&Num, &values, &[(output, 1.0)]);
        for (input, &x) in program.inputs().iter().zip(&x) {
            let found = adjoints[input.0 as usize].unwrap_or(0.0);
            // Equal but for the sign of a zero: a partial times an adjoint, in the same order.
            assert_eq!(found, gradient[x], "{}", case.formula);
        }
    }
}
