//! Laws that every row of the operations table keeps. They name no operation: a new row is tested
//! as soon as it is there.

#[path = "support/random.rs"]
mod random;

use chainrule::Graph;
use chainrule::algebra::{Algebra, Domain, Dual, DualValue, Num, Op, Term};
use chainrule::program::Recorder;
use random::Random;
use std::collections::HashSet;

/// Points an operation is tried at.
const POINTS: usize = 40;

/// A number inside the domain, away from its ends.
fn inside(random: &mut Random, domain: &Domain) -> f64 {
    if domain.constant {
        return 1.0 + (3.0 * random.next()).floor();
    }
    let (lower, upper) = (domain.lower.max(-4.0), domain.upper.min(4.0));
    lower + (upper - lower) * (0.02 + 0.96 * random.next())
}

/// The domain of each argument; an operation of any number of arguments is tried with four.
fn domains(op: Op) -> Vec<Domain> {
    let info = op.info();
    if info.any { vec![info.domains[0]; 4] } else { info.domains.to_vec() }
}

fn points(op: Op) -> Vec<Vec<f64>> {
    let mut random = Random(op as u64);
    let domains = domains(op);
    (0..POINTS).map(|_| domains.iter().map(|d| inside(&mut random, d)).collect()).collect()
}

fn terms(x: &[f64]) -> Vec<Term<'static, Num>> {
    x.iter().map(|&x| Term::new(&Num, x)).collect()
}

/// The partial derivatives by the rule; `None` where there is none by structure.
fn partials(op: Op, x: &[f64]) -> Vec<Option<f64>> {
    let y = Term::new(&Num, op.value(x));
    let mut found = vec![None; x.len()];
    op.partials(&terms(x), y, |i, partial| found[i] = Some(partial.raw()));
    found
}

/// The derivative of `f` at `x` by central differences extrapolated to step 0 (Ridders 1982), and
/// an estimate of its error; `None` next to a jump, a kink or a pole, where no estimate settles.
/// NaN where `f` is.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> Option<(f64, f64)> {
    const SHRINK: f64 = 1.6;
    if f(x).is_nan() {
        return Some((f64::NAN, 0.0));
    }
    let mut step = 1e-2;
    let mut before: Vec<f64> = Vec::new();
    let mut best = (f64::NAN, f64::INFINITY);
    for _ in 0..10 {
        let mut row = vec![(f(x + step) - f(x - step)) / (2.0 * step)];
        let mut factor = 1.0;
        for (j, old) in before.iter().enumerate() {
            factor *= SHRINK * SHRINK;
            let better = (row[j] * factor - old) / (factor - 1.0);
            let error = (better - row[j]).abs().max((better - old).abs());
            if error < best.1 {
                best = (better, error);
            }
            row.push(better);
        }
        before = row;
        step /= SHRINK;
    }
    let last = before[0];
    let settles =
        best.1 <= 1e-6 * (1.0 + best.0.abs()) && (best.0 - last).abs() <= 1e-2 * (1.0 + last.abs());
    settles.then_some(best)
}

/// Whether `found` is the derivative that the difference quotient saw.
fn agrees(found: f64, (quotient, error): (f64, f64)) -> bool {
    if quotient.is_nan() {
        return found.is_nan();
    }
    // The estimate is of the last step only, hence the factor; the rest is rounding over the step.
    (found - quotient).abs() <= 20.0 * error + 1e-10 * (1.0 + quotient.abs())
}

fn with(x: &[f64], i: usize, value: f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    moved[i] = value;
    moved
}

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

/// P-03.
#[test]
fn partials_agree_with_central_differences() {
    for &op in Op::ALL {
        let info = op.info();
        let (mut tried, mut settled) = (0, 0);
        for x in points(op) {
            let found = partials(op, &x);
            for i in (0..x.len()).filter(|&i| !info.is_constant(i)) {
                tried += 1;
                let Some(seen) = difference(|v| op.value(&with(&x, i, v)), x[i]) else { continue };
                settled += 1;
                let rule = found[i].unwrap_or(0.0);
                assert!(
                    agrees(rule, seen),
                    "∂{} {}{x:?}: rule {rule}, difference {seen:?}",
                    i,
                    info.name
                );
            }
        }
        assert!(
            5 * settled >= 3 * tried,
            "`{}`: only {settled} of {tried} differences settled",
            info.name
        );
    }
}

/// The tangent of every direction in turn.
fn forward(op: Op, x: &[f64]) -> Vec<f64> {
    let dual = Dual(&Num);
    let along = |i| {
        let seeded =
            |(k, &primal): (usize, &f64)| DualValue { primal, tangent: (k == i).then_some(1.0) };
        let args: Vec<_> = x.iter().enumerate().map(seeded).collect();
        dual.apply(op, &args).tangent.unwrap_or(0.0)
    };
    (0..x.len()).map(along).collect()
}

fn reverse(op: Op, x: &[f64]) -> Vec<f64> {
    let graph = Graph::new();
    let info = op.info();
    let leaf = |(i, &v): (usize, &f64)| {
        if info.is_constant(i) { graph.constant(v) } else { graph.value(v) }
    };
    let values: Vec<_> = x.iter().enumerate().map(leaf).collect();
    let raw: Vec<_> = values.iter().map(|v| v.raw()).collect();
    let gradient = Term::new(&graph, graph.apply(op, &raw)).backward();
    values
        .iter()
        .enumerate()
        .map(|(i, &v)| if info.is_constant(i) { 0.0 } else { gradient[v] })
        .collect()
}

/// P-03.
#[test]
fn forward_mode_equals_reverse_mode_to_the_bit() {
    for &op in Op::ALL {
        let info = op.info();
        for x in points(op) {
            let (forward, reverse) = (forward(op, &x), reverse(op, &x));
            for i in (0..x.len()).filter(|&i| !info.is_constant(i)) {
                let (f, r) = (forward[i], reverse[i]);
                assert!(same(f, r), "∂{i} {}{x:?}: forward {f:e}, reverse {r:e}", info.name);
            }
        }
    }
}

/// `∂²y / ∂xᵢ∂xⱼ` by dual numbers over dual numbers.
fn second(op: Op, x: &[f64], i: usize, j: usize) -> f64 {
    let inner = Dual(&Num);
    let outer = Dual(&inner);
    let seeded = |(k, &primal): (usize, &f64)| DualValue {
        primal: DualValue { primal, tangent: (k == j).then_some(1.0) },
        tangent: (k == i).then_some(inner.constant(1.0)),
    };
    let args: Vec<_> = x.iter().enumerate().map(seeded).collect();
    outer.apply(op, &args).tangent.and_then(|t| t.tangent).unwrap_or(0.0)
}

#[test]
fn second_derivatives_agree_with_differences_of_the_first() {
    for &op in Op::ALL {
        let info = op.info();
        let (mut tried, mut settled) = (0, 0);
        for x in points(op).into_iter().take(10) {
            let free: Vec<usize> = (0..x.len()).filter(|&i| !info.is_constant(i)).collect();
            for (&i, &j) in free.iter().flat_map(|i| free.iter().map(move |j| (i, j))) {
                tried += 1;
                let slope = |v| partials(op, &with(&x, j, v))[i].unwrap_or(0.0);
                let Some(seen) = difference(slope, x[j]) else { continue };
                settled += 1;
                let rule = second(op, &x, i, j);
                assert!(
                    agrees(rule, seen),
                    "∂²{i}{j} {}{x:?}: rule {rule}, difference {seen:?}",
                    info.name
                );
            }
        }
        assert!(
            2 * settled >= tried,
            "`{}`: only {settled} of {tried} differences settled",
            info.name
        );
    }
}

#[test]
fn outside_the_domain_value_and_partials_are_nan() {
    for &op in Op::ALL {
        let domains = domains(op);
        for x in points(op).iter().take(5) {
            for (i, domain) in domains.iter().enumerate() {
                for outside in [domain.lower - 0.5, domain.upper + 0.5, domain.lower - 1e9] {
                    if !outside.is_finite() {
                        continue;
                    }
                    let x = with(x, i, outside);
                    let (y, slope) = (op.value(&x), partials(op, &x)[i]);
                    assert!(y.is_nan(), "{}{x:?} = {y}", op.info().name);
                    assert!(
                        slope.is_none_or(f64::is_nan),
                        "∂{i} {}{x:?} = {slope:?}",
                        op.info().name
                    );
                }
            }
        }
    }
}

#[test]
fn a_nan_goes_through_every_operation_of_one_argument() {
    for &op in Op::ALL.iter().filter(|op| op.info().arity() == Some(1)) {
        let y = op.value(&[f64::NAN]);
        assert!(y.is_nan(), "{}(NaN) = {y}", op.info().name);
    }
}

#[test]
fn a_rule_gives_the_same_as_a_program() {
    for &op in Op::ALL {
        for x in points(op).iter().take(5) {
            let recorder = Recorder::new();
            let inputs: Vec<_> = x.iter().map(|_| recorder.input()).collect();
            let raw: Vec<_> = inputs.iter().map(|t| t.raw()).collect();
            let y = Term::new(&recorder, recorder.apply(op, &raw));
            let mut rules = Vec::new();
            op.partials(&inputs, y, |i, partial| rules.push((i, partial)));
            let outputs: Vec<_> = rules.iter().map(|(_, partial)| *partial).collect();
            let program = recorder.finish(&outputs);
            let values = program.eval(&Num, x);
            let direct = partials(op, x);
            for ((i, _), output) in rules.iter().zip(program.outputs()) {
                let found = values[output.0 as usize];
                let direct = direct[*i].expect("the same arguments have rules in every algebra");
                assert!(
                    same(found, direct),
                    "∂{i} {}{x:?}: program {found}, direct {direct}",
                    op.info().name
                );
            }
        }
    }
}

#[test]
fn names_are_unique_and_parse_back() {
    let mut seen = HashSet::new();
    for &op in Op::ALL {
        let name = op.info().name;
        assert!(seen.insert(name), "two operations are called `{name}`");
        assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "`{name}`");
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "`{name}`"
        );
        assert_eq!(Op::from_name(name), Some(op));
    }
    assert_eq!(Op::from_name("no_such_operation"), None);
}

#[test]
fn every_row_says_what_it_is() {
    for &op in Op::ALL {
        let info = op.info();
        let sentence = info.doc.first().map_or("", |s| s.trim());
        assert!(sentence.len() > 4 && sentence.contains('.'), "`{}`: “{sentence}”", info.name);
        assert!(!info.symbol.is_empty(), "`{}` has no symbol", info.name);
        assert_eq!(info.arguments.len(), info.domains.len(), "`{}`", info.name);
    }
}

#[test]
fn rules_print_as_formulas_of_the_arguments() {
    for &op in Op::ALL {
        let info = op.info();
        let recorder = Recorder::new();
        let inputs: Vec<_> = if info.any {
            ["p", "q", "r", "s"].iter().map(|name| recorder.named_input(name)).collect()
        } else {
            info.arguments.iter().map(|name| recorder.named_input(name)).collect()
        };
        let raw: Vec<_> = inputs.iter().map(|t| t.raw()).collect();
        let y = Term::new(&recorder, recorder.apply(op, &raw));
        op.partials(&inputs, y, |i, partial| {
            let formula = recorder.formula(partial);
            assert!(
                !formula.is_empty() && !formula.contains('…'),
                "∂{i} {}: “{formula}”",
                info.name
            );
            println!("∂{i} {:12} {formula}", info.name);
        });
    }
}
