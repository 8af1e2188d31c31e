//! The chapter, in Rust: its listings and every number that it prints.

use chainrule::{Graph, Value};

/// The chapter's `L = (ab + c)d` with its labels, in the order a, b, c, d, e, f, L.
fn chapter(graph: &Graph) -> [Value<'_>; 7] {
    let a = graph.value(2.0).label("a");
    let b = graph.value(-3.0).label("b");
    let c = graph.value(10.0).label("c");
    let d = graph.value(-2.0).label("d");
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    let l = (f * d).label("L");
    [a, b, c, d, e, f, l]
}

// S-09, S-26, S-28, S-10
#[test]
fn gradient_of_the_chapters_function() {
    let graph = Graph::new();
    let nodes = chapter(&graph);
    let [a, b, c, d, e, f, l] = nodes;
    let gradient = l.backward();
    assert_eq!([a, b, c, d].map(|x| gradient[x]), [6.0, -4.0, -2.0, 4.0]);
    assert_eq!([e, f, l].map(|x| gradient[x]), [-2.0, -2.0, 1.0]);
    assert_eq!([e, f, l].map(Value::value), [-6.0, 4.0, -8.0]);
}

// S-14, S-16, S-17, S-18
#[test]
fn values_print_themselves_and_know_their_inputs() {
    let graph = Graph::new();
    let [_, _, _, d, _, f, l] = chapter(&graph);
    assert_eq!(graph.value(2.0).to_string(), "Value(2.0)");
    assert_eq!(graph.value(-3.0).label("b").to_string(), "Value(b: -3.0)");
    assert_eq!(l.to_string(), "Value(L: -8.0)");
    assert_eq!(l.op().as_deref(), Some("*"));
    assert_eq!(f.op().as_deref(), Some("+"));
    assert_eq!(l.inputs().iter().map(|v| v.id()).collect::<Vec<_>>(), [f.id(), d.id()]);
    assert_eq!(l.inputs()[0].to_string(), "Value(f: 4.0)");
}

// S-20
#[test]
fn trace_has_seven_nodes_and_six_edges() {
    let graph = Graph::new();
    let [.., l] = chapter(&graph);
    let trace = l.trace();
    assert_eq!((trace.nodes.len(), trace.edges().len()), (7, 6));
    // B-07: topological
    for (i, node) in trace.nodes.iter().enumerate() {
        assert!(node.inputs.iter().all(|&input| input < i));
    }
}

// S-15
#[test]
fn unlabelled_values_compute() {
    let graph = Graph::new();
    let [a, b] = graph.values([2.0, -3.0]);
    let e = a + b;
    let g = e * b;
    assert_eq!((e.value(), g.value()), (-1.0, 3.0));
}

// S-25, S-27, M-12, K-06
#[test]
fn contributions_add_and_each_call_starts_from_zero() {
    let graph = Graph::new();
    let a = graph.value(3.0);
    assert_eq!((a + a).backward()[a], 2.0);
    assert_eq!((a * a).backward()[a], 6.0);
    let x = graph.value(1.0);
    let b = x + x;
    let c = b + b;
    assert_eq!((c.backward()[x], c.backward()[x]), (4.0, 4.0));
    let y = graph.value(2.0);
    let m = 3.0 * y;
    let l = m * m;
    assert_eq!([l.backward()[y], l.backward()[y], l.backward()[y]], [36.0; 3]);
    let [p, q] = graph.values([-2.0, 3.0]);
    let f = (p * q) * (p + q);
    let gradient = f.backward();
    assert_eq!((f.value(), gradient[p], gradient[q]), (-6.0, -3.0, -8.0));
}

// S-30, S-31, S-32, S-33, B-28
#[test]
fn constants_stand_on_both_sides() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let b = graph.value(42.0).label("b");
    assert_eq!((a + 10).value(), 13.0);
    assert_eq!((-13 + a).value(), -10.0);
    assert_eq!((a - b).value(), -39.0);
    let cube = (a + b).powi(3);
    assert_eq!(cube.value(), 91125.0);
    assert_eq!(cube.op().as_deref(), Some("**3"));
    let gradient = cube.backward();
    assert_eq!((gradient[a], gradient[b]), (6075.0, 6075.0));
    assert_eq!((-13 + a).trace().nodes.len(), 3);
    let left = 10 - a;
    assert_eq!((left.value(), left.backward()[a]), (7.0, -1.0));
    assert_eq!(((-a).value(), (10 * a).value()), (-3.0, 30.0));
    assert!(a == 3 && a < b && b > 41.5 && &a * 2.0 == 6.0);
}

// S-34, S-35
#[test]
fn gradient_descent_with_autograd_prints_what_the_chapter_prints() {
    let want = include_str!("data/fixtures/gd_autograd_a0_eta0.1_50.txt");
    let mut graph = Graph::new();
    let mut a_now = 0.0;
    let mut printed = String::new();
    for _ in 0..50 {
        graph.clear();
        let a = graph.value(a_now).label("a");
        let l = a.powi(2) - 10 * a + 28;
        a_now -= 0.1 * l.backward()[a];
        printed += &format!("{:?} {a_now:?}\n", l.value());
    }
    assert_eq!(printed, want);
}
