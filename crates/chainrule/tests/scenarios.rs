//! Every engine gives the expected value and derivatives of every scenario, at the point where it
//! was recorded and away from it.

mod scenario;

use chainrule::algebra::{Algebra, Dual, DualValue, Num, Term};
use chainrule::formula::Formula;
use chainrule::{ErrorKind, Function, Graph, Value, slices};
use scenario::{Expected, Scenario, read};

const FILES: [&str; 3] = [
    include_str!("data/scenarios/mgh.json"),
    include_str!("data/scenarios/others.json"),
    include_str!("data/scenarios/gradbench.json"),
];

/// Relative to the largest expected number of the same result.
const TOLERANCE: f64 = 1e-12;

fn each(mut check: impl FnMut(&Scenario, &Expected, &mut Check<'_>)) {
    let mut failures = Vec::new();
    for scenario in FILES.iter().flat_map(|file| read(file)) {
        for (i, point) in scenario.points.iter().enumerate() {
            let place = format!("{} at point {i}", scenario.name);
            check(&scenario, point, &mut Check { place, failures: &mut failures });
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

/// Collects what differs, so that one run shows all of it.
struct Check<'f> {
    place: String,
    failures: &'f mut Vec<String>,
}

impl Check<'_> {
    fn numbers(&mut self, what: &str, found: &[f64], want: &[f64]) {
        self.rows(what, &[found.to_vec()], &[want.to_vec()]);
    }

    fn rows(&mut self, what: &str, found: &[Vec<f64>], want: &[Vec<f64>]) {
        assert_eq!(found.len(), want.len(), "{} {what}", self.place);
        let scale = want.iter().flatten().fold(0.0_f64, |m, v| m.max(v.abs()));
        let pairs = found.iter().zip(want).flat_map(|(f, w)| f.iter().zip(w));
        let worst = pairs.map(|(f, w)| error(*f, *w, scale)).fold(0.0, f64::max);
        if worst > TOLERANCE || found.iter().zip(want).any(|(f, w)| f.len() != w.len()) {
            self.failures.push(format!("{}: {what} is off by {worst:.1e}", self.place));
        }
    }
}

fn error(found: f64, want: f64, scale: f64) -> f64 {
    let error = (found - want).abs() / if scale == 0.0 { 1.0 } else { scale };
    if error.is_nan() { f64::INFINITY } else { error }
}

fn terms<'a, A: Algebra>(algebra: &'a A, x: &[A::Value]) -> Vec<Term<'a, A>> {
    x.iter().map(|&v| Term::new(algebra, v)).collect()
}

fn unit(n: usize, j: usize) -> Vec<f64> {
    (0..n).map(|i| f64::from(u8::from(i == j))).collect()
}

/// A direction with no zero and no pattern.
fn direction(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.3 + (2.3 * i as f64).sin()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(rows: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    rows.iter().map(|row| dot(row, x)).collect()
}

fn transposed(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..rows[0].len()).map(|j| rows.iter().map(|row| row[j]).collect()).collect()
}

#[test]
fn there_are_at_least_sixty_scenarios() {
    let names: std::collections::BTreeSet<_> =
        FILES.iter().flat_map(|file| read(file)).map(|s| s.name).collect();
    assert!(names.len() >= 60, "{}", names.len());
}

#[test]
fn plain_numbers_agree() {
    each(|s, e, check| {
        let x = terms(&Num, &e.x);
        let outputs: Vec<f64> = s.outputs(&x).into_iter().map(f64::from).collect();
        check.numbers("outputs", &outputs, &e.outputs);
        check.numbers("value", &[s.objective(&x).value()], &[e.value]);
    });
}

#[test]
fn the_eager_graph_agrees() {
    each(|s, e, check| {
        let graph = Graph::new();
        let x: Vec<_> = e.x.iter().map(|&v| graph.value(v)).collect();
        let outputs = s.outputs(&x);
        check.numbers(
            "outputs",
            &outputs.iter().map(|y| y.value()).collect::<Vec<_>>(),
            &e.outputs,
        );
        let row = |y: &Value<'_>| {
            let gradient = y.backward();
            x.iter().map(|&x| gradient[x]).collect()
        };
        check.rows("jacobian", &outputs.iter().map(row).collect::<Vec<_>>(), &e.jacobian);
        let y = s.objective(&x);
        check.numbers("value", &[y.value()], &[e.value]);
        check.numbers("gradient", &row(&y), &e.gradient);
    });
}

#[test]
fn dual_numbers_agree() {
    each(|s, e, check| {
        let dual = Dual(&Num);
        let n = e.x.len();
        let mut columns = Vec::new();
        let mut gradient = Vec::new();
        for j in 0..n {
            let point = seeded(&e.x, &unit(n, j));
            let tangent = |y: Term<'_, Dual<'_, Num>>| y.raw().tangent.unwrap_or(0.0);
            columns.push(s.outputs(&terms(&dual, &point)).into_iter().map(tangent).collect());
            gradient.push(tangent(s.objective(&terms(&dual, &point))));
        }
        check.rows("jacobian", &transposed(&columns), &e.jacobian);
        check.numbers("gradient", &gradient, &e.gradient);
    });
}

fn seeded<V: Copy>(x: &[V], direction: &[V]) -> Vec<DualValue<V>> {
    let seed = |(&primal, &d): (&V, &V)| DualValue { primal, tangent: Some(d) };
    x.iter().zip(direction).map(seed).collect()
}

#[test]
fn nested_dual_numbers_agree() {
    each(|s, e, check| {
        let inner = Dual(&Num);
        let outer = Dual(&inner);
        let n = e.x.len();
        let constant = |x: &[f64]| x.iter().map(|&c| inner.constant(c)).collect::<Vec<_>>();
        let mut rows = vec![vec![0.0; n]; n];
        for (i, row) in rows.iter_mut().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                let point = seeded(&seeded(&e.x, &unit(n, i)), &constant(&unit(n, j)));
                let y = s.objective(&terms(&outer, &point)).raw();
                *entry = y.tangent.and_then(|t| t.tangent).unwrap_or(0.0);
            }
        }
        check.rows("hessian", &rows, &e.hessian);
    });
}

#[test]
fn closures_agree() {
    each(|s, e, check| {
        let (value, gradient) = slices::value_and_grad(|x| s.objective(x), &e.x);
        check.numbers("value", &[value], &[e.value]);
        check.numbers("gradient", &gradient, &e.gradient);
        check.rows("jacobian", &slices::jacobian(|x| s.outputs(x), &e.x), &e.jacobian);
        check.rows("hessian", &slices::hessian(|x| s.objective(x), &e.x), &e.hessian);
        let d = direction(e.x.len());
        let product = slices::hvp(|x| s.objective(x), &e.x, &d);
        check.numbers("hvp", &product, &times(&e.hessian, &d));
    });
}

fn record(
    s: &Scenario,
    at: &[f64],
    f: impl for<'g> Fn(&Scenario, &[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Function {
    let names: Vec<&str> = s.inputs.iter().map(String::as_str).collect();
    let scenario = s.clone();
    Function::record_slices(&names, at, move |x| f(&scenario, x)).expect("distinct names")
}

#[test]
fn recorded_functions_agree_at_every_point_wherever_they_were_recorded() {
    each(|s, e, check| {
        for (i, at) in s.points.iter().enumerate() {
            let mut check = Check {
                place: format!("{}, recorded at point {i}", check.place),
                failures: check.failures,
            };
            outputs_agree(s, &at.x, e, &mut check);
            objective_agrees(s, &at.x, e, &mut check);
        }
    });
}

fn outputs_agree(s: &Scenario, at: &[f64], e: &Expected, check: &mut Check<'_>) {
    let f = record(s, at, Scenario::outputs);
    check.numbers("eval", &f.eval(&e.x).expect("a point"), &e.outputs);
    check.rows("jacobian", &f.jacobian(&e.x).expect("a point"), &e.jacobian);
    let sparse = f.sparse_jacobian(&e.x).expect("a point");
    check.rows("sparse jacobian", &sparse.to_dense(), &e.jacobian);
    let d = direction(e.x.len());
    let (values, tangents) = f.jvp(&e.x, &d).expect("a point");
    check.numbers("values of jvp", &values, &e.outputs);
    check.numbers("jvp", &tangents, &times(&e.jacobian, &d));
    let weights = direction(e.outputs.len());
    let (values, back) = f.vjp(&e.x, &weights).expect("a point");
    check.numbers("values of vjp", &values, &e.outputs);
    check.numbers("vjp", &back, &times(&transposed(&e.jacobian), &weights));
    let flat: Vec<f64> = e.jacobian.concat();
    if let Some(found) = along(&f.jacobian_function().expect("outputs"), s, at, e) {
        check.numbers("jacobian as a function", &found, &flat);
    }
    let (simple, _) = f.simplify();
    if let Some(found) = along(&simple.jacobian_function().expect("outputs"), s, at, e) {
        check.numbers("jacobian of the simplified", &found, &flat);
    }
}

fn objective_agrees(s: &Scenario, at: &[f64], e: &Expected, check: &mut Check<'_>) {
    let f = record(s, at, |s, x| vec![s.objective(x)]);
    let (value, gradient, hessian) = f.value_gradient_and_hessian(&e.x).expect("a point");
    check.numbers("value", &[value], &[e.value]);
    check.numbers("gradient", &gradient, &e.gradient);
    check.rows("hessian", &hessian, &e.hessian);
    let sparse = f.sparse_hessian(&e.x).expect("a point");
    check.rows("sparse hessian", &sparse.to_dense(), &e.hessian);
    let d = direction(e.x.len());
    let (gradient, product) = f.gradient_and_hvp(&e.x, &d).expect("a point");
    check.numbers("gradient with hvp", &gradient, &e.gradient);
    check.numbers("hvp", &product, &times(&e.hessian, &d));
    let gradient = f.gradient_function().expect("one output");
    if let Some(found) = along(&gradient, s, at, e) {
        check.numbers("gradient as a function", &found, &e.gradient);
    }
    if let Some(found) = along(&f.hessian_function().expect("one output"), s, at, e) {
        check.numbers("hessian as a function", &found, &e.hessian.concat());
    }
    programs_agree(s, &f, at, e, check);
}

/// The recorded program in numbers and in dual numbers, forward and back.
fn programs_agree(s: &Scenario, f: &Function, at: &[f64], e: &Expected, check: &mut Check<'_>) {
    if s.branches() && at != e.x {
        return; // `along` says so below.
    }
    let program = f.program();
    let y = program.outputs()[0];
    let values = program.eval(&Num, &e.x);
    check.numbers("value of the program", &[values[y.0 as usize]], &[e.value]);
    let adjoints = program.adjoints(&Num, &values, &[(y, 1.0)]);
    let gradient: Vec<f64> =
        program.inputs().iter().map(|x| adjoints[x.0 as usize].unwrap_or(0.0)).collect();
    check.numbers("adjoints of the program", &gradient, &e.gradient);
    let dual = Dual(&Num);
    let d = direction(e.x.len());
    let values = program.eval(&dual, &seeded(&e.x, &d));
    let adjoints = program.adjoints(&dual, &values, &[(y, dual.constant(1.0))]);
    let second = |x: &chainrule::program::NodeId| adjoints[x.0 as usize]?.tangent;
    let product: Vec<f64> = program.inputs().iter().map(|x| second(x).unwrap_or(0.0)).collect();
    check.numbers("dual adjoints of the program", &product, &times(&e.hessian, &d));
}

/// The outputs of a function without a closure, which goes only the way that was recorded.
fn along(f: &Function, s: &Scenario, at: &[f64], e: &Expected) -> Option<Vec<f64>> {
    match f.eval(&e.x) {
        Ok(found) => Some(found),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::BranchChanged, "{}: {error}", s.name);
            assert!(s.branches(), "{}: {error}", s.name);
            println!("skipped: {}, recorded at {at:?}: {error}", s.name);
            None
        }
    }
}

#[test]
fn formulas_agree() {
    each(|s, e, check| {
        let inputs: Vec<&str> = s.inputs.iter().map(String::as_str).collect();
        let formula = Formula::parse_with(&s.formula, &inputs)
            .unwrap_or_else(|error| panic!("{}: {}", s.name, error.render(&s.formula)));
        // A formula has its variables in the order in which they appear.
        let place = |name: &String| s.inputs.iter().position(|n| n == name).expect("an input");
        let order: Vec<usize> = formula.variables().iter().map(place).collect();
        for i in (0..inputs.len()).filter(|i| !order.contains(i)) {
            assert_eq!(e.gradient[i], 0.0, "{}: {} does not appear", s.name, inputs[i]);
        }
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect::<Vec<_>>();
        let x = pick(&e.x);
        let want: Vec<Vec<f64>> = order.iter().map(|&i| pick(&e.hessian[i])).collect();
        let mut gradient = vec![0.0; order.len()];
        let value = formula.value_and_gradient(&x, &mut gradient);
        check.numbers("value", &[value], &[e.value]);
        check.numbers("gradient", &gradient, &pick(&e.gradient));
        check.rows("hessian", &formula.hessian(&x), &want);
        let sparse = formula.function().sparse_hessian(&x).expect("a formula has no guards");
        check.rows("sparse hessian of the function", &sparse.to_dense(), &want);
    });
}

#[test]
fn expressions_have_the_precedences_of_the_generator() {
    let value = |text| {
        let names = std::collections::BTreeMap::new();
        match scenario::parse(text).value::<Num>(&names) {
            scenario::Number::Plain(c) => c,
            scenario::Number::Term(_) => panic!("no variable"),
        }
    };
    // As Python has it.
    for (text, want) in [
        ("-2**2", -4.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("7 - 2 - 3*2/4", 3.5),
        ("-3*-2 + 1e-3*1000", 7.0),
        ("(7/7)**2*sqrt(16)", 4.0),
    ] {
        assert_eq!(value(text), want, "{text}");
    }
}
