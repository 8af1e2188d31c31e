//! What the chapter's code breaks on: deep graphs, edges of domains, mixed graphs, stale gradients.

use chainrule::algebra::{Algebra, Num, Op, ops};
use chainrule::graph::Kind;
use chainrule::program::{Calls, Operation};
use chainrule::{Graph, Value, derivative, grad, value_and_grad};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

/// What a panicking closure said.
fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should have panicked");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().expect("a panic with a text").to_string(),
    }
}

// B-02
#[test]
fn backward_is_a_method_and_a_function() {
    let graph = Graph::new();
    let a = graph.value(3.0);
    let l = a * a;
    assert_eq!((l.backward()[a], Value::backward(l)[a]), (6.0, 6.0));
}

// B-03: in one second with optimisation, three without; the stack is a 64 KiB thread's.
#[test]
fn a_million_nodes_in_a_row_are_an_ordinary_graph() {
    const DEPTH: usize = 1_000_000;
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });
    let walk = move || {
        let start = Instant::now();
        let graph = Graph::new();
        let x = graph.value(1.0);
        let y = (0..DEPTH).fold(x, |y, _| y + 1e-6);
        let gradient = y.backward();
        assert_eq!((gradient[x], graph.len()), (1.0, DEPTH + 1));
        drop(graph);
        start.elapsed()
    };
    let small = thread::Builder::new().stack_size(64 << 10);
    let elapsed = small.spawn(walk).expect("a thread").join().expect("no overflow");
    assert!(elapsed < limit, "{elapsed:?}");
}

// B-03, B-04: whatever else walks over a graph
#[test]
fn nothing_recurses_over_a_deep_graph() {
    const DEPTH: usize = 200_000;
    let walk = || {
        let graph = Graph::new();
        let x = graph.value(1.0).label("x");
        let y = (0..DEPTH).fold(x, |y, _| y * 1.0);
        let trace = y.trace_with_gradient();
        assert_eq!(trace.nodes.len(), 2 * DEPTH + 1);
        assert!(trace.formula(trace.nodes.len() - 1, 100).ends_with('…'));
        let program = graph.program(&[x], &[y]);
        let values = program.eval(&Num, &[2.0]);
        assert_eq!(program.adjoints(&Num, &values, &[(program.outputs()[0], 1.0)])[0], Some(1.0));
        assert_eq!(program.formula(program.outputs()[0]).len(), 1 + 2 * DEPTH);
        assert_eq!((y.to_string(), y.op().as_deref()), ("Value(1.0)".into(), Some("*")));
        assert_eq!(y.inputs().len(), 2);
    };
    let small = thread::Builder::new().stack_size(64 << 10);
    small.spawn(walk).expect("a thread").join().expect("no overflow");
}

// B-05
#[test]
fn a_value_used_twice_has_two_edges_in_order() {
    let graph = Graph::new();
    let [a, b] = graph.values([3.0, 4.0]);
    for y in [a + a, a * a] {
        assert_eq!(y.trace().edges(), [(0, 1), (0, 1)]);
        assert_eq!(y.inputs().iter().map(|v| v.id()).collect::<Vec<_>>(), [a.id(), a.id()]);
    }
    let y = b - a;
    assert_eq!(y.inputs().iter().map(|v| v.id()).collect::<Vec<_>>(), [b.id(), a.id()]);
}

// B-06, B-07
#[test]
fn a_trace_is_topological_and_always_the_same() {
    let trace = || {
        let graph = Graph::new();
        let [a, b] = graph.values([2.0, 3.0]);
        let c = a * b;
        ((c + a) * (b - c) / c).trace()
    };
    let first = trace();
    assert!(first.nodes.iter().enumerate().all(|(i, n)| n.inputs.iter().all(|&input| input < i)));
    for _ in 0..10 {
        assert_eq!(trace(), first);
    }
}

// B-13. Expected: the acceptance table; CPython 3.11.
#[test]
fn division_by_values_and_numbers() {
    let result = value_and_grad(|[a, b]| a / b, [3.0, 42.0]);
    assert_eq!(result, (0.07142857142857142, [0.023809523809523808, -0.0017006802721088435]));
    assert_eq!(value_and_grad(|[a]| a / 2, [3.0]), (1.5, [0.5]));
    assert_eq!(value_and_grad(|[a]| 2 / a, [4.0]), (0.5, [-0.125]));
}

// B-14
#[test]
fn powers_of_two_variables_and_of_numbers() {
    let (value, [db, da]) = value_and_grad(|[b, a]| b.pow(a), [42.0, 3.0]);
    assert_eq!((value, db), (74088.0, 5292.0));
    assert!((da - 276916.4666793782).abs() < 1e-9, "{da:?}");
    let (value, [da]) = value_and_grad(|[a]| a.constant(2.0).pow(a), [3.0]);
    assert_eq!(value, 8.0);
    assert!((da - 5.545177444479562).abs() < 1e-14, "{da:?}");
}

// B-15
#[test]
fn powers_at_zero_follow_the_power_rule() {
    assert_eq!(value_and_grad(|[x]| x.powi(0), [0.0]), (1.0, [0.0]));
    assert_eq!(value_and_grad(|[x]| x.powi(1), [0.0]), (0.0, [1.0]));
    assert_eq!(value_and_grad(|[x]| x.powf(0.5), [0.0]), (0.0, [f64::INFINITY]));
    let (value, [dx, _]) = value_and_grad(|[x, p]| x.pow(p), [0.0, 1.0]);
    assert_eq!((value, dx), (0.0, 1.0));
    assert_eq!(value_and_grad(|[x, p]| x.pow(p), [0.0, 0.0]), (1.0, [0.0, 0.0]));
}

// B-16
#[test]
fn a_root_of_a_negative_number_is_nan_in_value_and_slope() {
    let roots: [fn(Value<'_>) -> Value<'_>; 3] =
        [|x| x.powf(0.5), |x| x.sqrt(), |x| x.pow(x.constant(0.5))];
    for root in roots {
        let graph = Graph::new();
        let x = graph.value(-2.0);
        let y = root(x);
        assert!(y.value().is_nan() && y.backward()[x].is_nan());
    }
}

// B-17
#[test]
fn whole_numbers_are_floating_point_numbers() {
    let graph = Graph::new();
    let a = graph.value(0.0);
    let l = a.powi(2) - 10 * a + 28;
    assert_eq!((l.to_string(), format!("{:?}", l.value())), ("Value(28.0)".into(), "28.0".into()));
    let half: Value<'_> = (a + 1) / 2;
    assert_eq!(half.value(), 0.5);
}

// B-21
#[test]
fn a_gradient_belongs_to_its_call() {
    let graph = Graph::new();
    let [x, y] = graph.values([2.0, 3.0]);
    let first = x * y;
    let second = x * 5;
    let gradient = first.backward();
    let other = second.backward();
    assert_eq!((gradient[x], gradient[y]), (3.0, 2.0));
    assert_eq!((other[x], other[y], other.of(first)), (5.0, 0.0, 0.0));
    // A node made after the call has no part in it.
    let late = x + 1;
    assert_eq!(gradient[late], 0.0);
}

// B-22
#[test]
fn gradients_of_two_losses_add() {
    let graph = Graph::new();
    let [x, y] = graph.values([2.0, 3.0]);
    let (first, second) = (x * y, y.powi(2));
    let both = first.backward() + second.backward();
    assert_eq!((both[x], both[y]), (3.0, 8.0));
    let weighted = graph.backward_from(&[(first, 2.0), (second, -1.0)]);
    assert_eq!((weighted[x], weighted[y]), (6.0, -2.0));
}

// B-23: a value cannot be changed; a program is what runs again at other numbers.
#[test]
fn other_inputs_give_the_values_and_slopes_of_other_inputs() {
    let graph = Graph::new();
    let x = graph.value(2.0);
    let y = x * x;
    let program = graph.program(&[x], &[y]);
    let output = program.outputs()[0];
    for at in [2.0, 10.0, -3.0] {
        let values = program.eval(&Num, &[at]);
        let slopes = program.adjoints(&Num, &values, &[(output, 1.0)]);
        let input = program.inputs()[0];
        let found = (values[output.0 as usize], slopes[input.0 as usize]);
        assert_eq!(found, (at * at, Some(2.0 * at)));
    }
    assert_eq!(y.value(), 4.0);
}

// B-24
#[test]
fn results_have_their_formula_and_inputs_keep_their_label() {
    let graph = Graph::new();
    let x = graph.value(2.0).label("x");
    let mut z = x;
    z += 1;
    assert_eq!((x.to_string(), z.to_string()), ("Value(x: 2.0)".into(), "Value(3.0)".into()));
    let trace = z.trace();
    assert_eq!(trace.formula(trace.nodes.len() - 1, 80), "x + 1");
}

// B-25
#[test]
fn operations_are_recorded_as_they_are_written() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let b = graph.value(42.0).label("b");
    let shown = |y: Value<'_>| {
        let trace = y.trace();
        (trace.formula(trace.nodes.len() - 1, 80), trace.nodes.len())
    };
    assert_eq!(shown(-13 + a), ("-13 + a".into(), 3));
    assert_eq!(shown(a - b), ("a - b".into(), 3));
    let kinds: Vec<_> = (a - b).trace().nodes.iter().map(|n| n.kind).collect();
    assert_eq!(kinds, [Kind::Input, Kind::Input, Kind::Operation(Op::Sub)]);
}

// B-28
#[test]
fn comparison_is_by_value_and_identity_by_id() {
    let graph = Graph::new();
    let [a, b, c] = graph.values([3.0, 42.0, 3.0]);
    assert!(a == 3 && a == 3.0 && a == c && a != b && a < b && b >= 42 && 2 < a);
    assert!(a.id() != c.id() && a.id() < b.id());
    let same = a;
    assert_eq!(a.id(), same.id());
    assert_eq!(graph.value(f64::NAN).partial_cmp(&a), None);
}

// B-29
#[test]
fn numbers_leave_the_graph_and_abs_stays() {
    let graph = Graph::new();
    let a = graph.value(-3.0);
    let before = graph.len();
    let number = f64::from(a) * 2.0;
    assert_eq!((number, graph.len()), (-6.0, before));
    assert_eq!((a.abs().value(), a.abs().backward()[a]), (3.0, -1.0));
    assert_eq!(derivative(|x| x.abs() * 1, 0.0), 0.0);
}

#[test]
fn values_of_two_graphs_do_not_mix() {
    let (one, two) = (Graph::new(), Graph::new());
    let a = one.value(1.0).label("left");
    let b = two.value(2.0).label("right");
    let mixtures: [for<'g> fn(Value<'g>, Value<'g>); 5] = [
        |a, b| _ = a + b,
        |a, b| _ = a.atan2(b),
        |a, b| _ = ops::sum(&[a, a, b]),
        |a, b| _ = [a, b].iter().product::<Value<'_>>(),
        |a, b| _ = a.select(a, b),
    ];
    for mix in mixtures {
        let message = panic_of(|| mix(a, b));
        assert!(message.contains("`left`") && message.contains("`right`"), "{message}");
        assert!(message.contains("two different graphs"), "{message}");
    }
}

#[test]
fn a_gradient_of_another_graph_is_refused() {
    let (one, two) = (Graph::new(), Graph::new());
    let a = one.value(1.0);
    let b = two.value(2.0).label("stranger");
    let gradient = (a * a).backward();
    let message = panic_of(|| _ = gradient[b]);
    assert!(message.contains("`stranger`"), "{message}");
    let message = panic_of(|| _ = one.backward_from(&[(b, 1.0)]));
    assert!(message.contains("`stranger`"), "{message}");
    let message = panic_of(|| _ = one.program(&[a], &[b]));
    assert!(message.contains("`stranger`"), "{message}");
    let other = b.backward();
    let message = panic_of(|| _ = gradient.clone() + other.clone());
    assert!(message.contains("two different graphs"), "{message}");
}

#[test]
fn a_gradient_from_before_clear_is_refused() {
    let mut graph = Graph::new();
    let gradient = graph.value(1.0).backward();
    graph.clear();
    let x = graph.value(2.0).label("x");
    assert!(panic_of(|| _ = gradient[x]).contains("`x`"));
}

#[test]
fn a_sum_of_nothing_panics() {
    let nothing: [fn(); 4] = [
        || _ = Vec::<Value<'_>>::new().into_iter().sum::<Value<'_>>(),
        || _ = Vec::<Value<'_>>::new().iter().product::<Value<'_>>(),
        || _ = ops::logsumexp::<Graph>(&[]),
        || _ = ops::mean::<Num>(&[]),
    ];
    for f in nothing {
        let message = panic_of(f);
        assert!(message.contains("of no terms"), "{message}");
    }
}

/// Numbers, and how often an operation was applied.
#[derive(Default)]
struct Counted {
    products: Cell<usize>,
    others: Cell<usize>,
}

impl Algebra for Counted {
    type Value = f64;

    fn constant(&self, c: f64) -> f64 {
        c
    }

    fn apply(&self, op: Op, args: &[f64]) -> f64 {
        let counter = if op == Op::Mul { &self.products } else { &self.others };
        counter.set(counter.get() + 1);
        op.value(args)
    }

    fn is_zero(&self, value: f64) -> bool {
        value == 0.0
    }
}

impl Calls for Counted {
    fn call(&self, operation: &Operation, args: &[f64]) -> Vec<f64> {
        Num.call(operation, args)
    }
}

// P-11: along 2^40 paths, one product a use and one sum a joint
#[test]
fn the_backward_rule_of_a_node_runs_once() {
    const DOUBLINGS: i32 = 40;
    let graph = Graph::new();
    let x = graph.value(1.0);
    let y = (0..DOUBLINGS).fold(x, |y, _| y + y);
    let program = graph.program(&[x], &[y]);
    let counted = Counted::default();
    let values = program.eval(&counted, &[1.0]);
    assert_eq!((counted.products.take(), counted.others.take()), (0, 40));
    let adjoints = program.adjoints(&counted, &values, &[(program.outputs()[0], 1.0)]);
    assert_eq!(adjoints[program.inputs()[0].0 as usize], Some(2.0_f64.powi(DOUBLINGS)));
    assert_eq!((counted.products.get(), counted.others.get()), (80, 40));
    assert_eq!(y.backward()[x], 2.0_f64.powi(DOUBLINGS));
}

// A branch that was not taken has no say, even where it is infinite.
#[test]
fn the_other_branch_does_not_poison() {
    for (at, slope) in [(4.0, 0.25), (0.0, 0.0), (-1.0, 0.0)] {
        let graph = Graph::new();
        let x = graph.value(at);
        assert_eq!(x.gt(0.0).select(x.sqrt(), 0.0 * x).backward()[x], slope, "{at}");
    }
    assert_eq!(grad(|[x, y]| x.gt(0.0).select(y, x.ln()), [1.0, 2.0]), [0.0, 1.0]);
}
