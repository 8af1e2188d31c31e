//! The unsafe modules of the eager graph, small enough to run under Miri: `tools/miri store_memory`. Miri needs a
//! nightly toolchain, so CI runs this as an ordinary test.

use chainrule::{Graph, Value};

/// Records `n` products and sums, so that the buffer grows several times.
fn chain<'g>(x: Value<'g>, n: usize) -> Value<'g> {
    (0..n).fold(x, |y, _| y * 0.5 + x)
}

#[test]
fn values_survive_the_growth_of_the_buffer() {
    let graph = Graph::new();
    let x = graph.value(1.0);
    let early = x * 3.0;
    let late = chain(x, 200);
    let gradient = (early + late).backward();
    // Σ 2⁻ᵏ for k = 0 … 200, by the geometric series.
    assert!((gradient[x] - 5.0).abs() < 1e-12 && early.value() == 3.0);
}

#[test]
fn a_cleared_buffer_is_written_again() {
    let mut graph = Graph::new();
    for n in [300, 1, 70, 0, 500] {
        graph.clear();
        let x = graph.value(2.0);
        let y = chain(x, n);
        let wide = chainrule::dot(&[x, y, x], &[y, x, x]) + chainrule::sum(&[x, y]);
        let gradient = wide.backward();
        assert!(gradient[x].is_finite() && graph.iter().count() >= n);
    }
}

#[test]
fn a_graph_moves_with_its_memory() {
    let graph = Graph::new();
    let _ = chain(graph.value(1.0), 100);
    let boxed = Box::new(graph);
    let x = boxed.value(3.0);
    assert_eq!((x * x).backward()[x], 6.0);
    let graph = std::thread::spawn(move || *boxed).join().expect("the thread ends well");
    let x = graph.value(4.0);
    assert_eq!(chain(x, 100).backward()[x].round(), 2.0);
}

/// A value of a larger graph under the name of a smaller one: no safe code may reach memory with it.
#[test]
fn a_forged_value_reaches_no_memory_of_others() {
    let (mine, other) = (Graph::new(), Graph::new());
    let [a, b] = mine.values([1.0, 2.0]);
    let x: Vec<_> = (0..100).map(|k| other.value(f64::from(k))).collect();
    let forged = chainrule::algebra::Term::new(&mine, x[99].raw());
    let y = a * forged + chainrule::dot(&[a, forged], &[forged, b]);
    assert_eq!(y.gradient([b]), [99.0]);
    assert!(y.backward()[b].is_finite());
}

#[test]
fn an_inner_product_of_two_graphs_leaves_both_as_they_were() {
    let (mine, other) = (Graph::new(), Graph::new());
    let [a, b] = mine.values([1.0, 2.0]);
    let x = other.value(3.0);
    let mixed = || chainrule::dot(&[a, x], &[b, b]);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(mixed)).is_err());
    assert_eq!((mine.len(), other.len()), (2, 1));
    assert_eq!(chainrule::dot(&[a, b], &[b, b]).gradient([a, b]), [2.0, 5.0]);
}

#[test]
fn a_gradient_asks_nothing_of_what_came_after_its_result() {
    let graph = Graph::new();
    let x = graph.value(2.0);
    let early = x * x;
    let late = chain(early, 50);
    let after = graph.value(1.0) * late;
    assert!(after.gradient([x])[0] > 0.0);
    // Memory that the call before has written is not read again.
    assert_eq!(early.gradient([x, late, after]), [4.0, 0.0, 0.0]);
    assert_eq!(graph.constant(3.0).gradient([x]), [0.0]);
    assert_eq!(x.gradient([x, early]), [1.0, 0.0]);
}

/// Graphs of few records have a walk of their own, unless there is something unusual among them.
#[test]
fn gradients_of_any_number_of_records_are_those_of_a_backward_call() {
    let mut graph = Graph::new();
    for unusual in 0..4 {
        for n in [0, 1, 4, 5, 6, 12, 13, 14, 27, 28, 29, 30, 40] {
            graph.clear();
            let mut nodes = graph.values([1.5, -0.5]).to_vec();
            for k in 0..n {
                let (a, b) = (nodes[nodes.len() - 1], nodes[k * 7 % nodes.len()]);
                nodes.push(match k % 4 {
                    0 => a * b,
                    1 => b * 0.5 + a,
                    2 => 3.0 - a * a,
                    _ => (a - b).tanh(),
                });
                if k == 3 {
                    nodes.extend(match unusual {
                        0 => None,
                        1 => Some(graph.value(0.25)),
                        2 => Some(chainrule::dot(&nodes[..4], &nodes[1..5])),
                        _ => Some(a.label("a")),
                    });
                }
            }
            let (last, asked) = (nodes[nodes.len() - 1], [nodes[0], nodes[1], nodes[n / 2]]);
            let gradient = last.backward();
            assert_eq!(last.gradient(asked), asked.map(|x| gradient[x]), "{n} steps, {unusual}");
        }
    }
}

/// Every kind of closure in turn: a call leaves nothing behind that disturbs the next.
#[test]
fn closures_of_any_kind_have_the_gradient_of_a_backward_call() {
    type Closure = for<'g> fn([Value<'g>; 3]) -> Value<'g>;
    let closures: [Closure; 13] = [
        |[x, y, z]| (x * y + z) * x,
        |[x, _, _]| x,
        |[x, _, _]| x.constant(2.0),
        |[_, y, _]| -y,
        |[x, y, _]| x.algebra().value(0.5) * x + y,
        |[x, y, _]| x * y + x.algebra().value(0.5) * y,
        |[x, y, z]| chainrule::dot(&[x, y, z], &[y, z, x]) * x,
        |[x, y, z]| x.mul_add(y, z).floor() * z,
        |[x, y, z]| ((x * y).label("p") + z).exp(),
        |[x, y, z]| if x < y { x / z } else { (x - y).powi(3) },
        |[x, y, _]| chain(x, 20) * y,
        |[x, y, _]| chain(x, 80) + y,
        |[x, y, _]| {
            let early = x * y;
            let _ = early * early;
            early
        },
    ];
    let mut graph = Graph::new();
    for (one, first) in closures.iter().enumerate() {
        for (two, second) in closures.iter().enumerate() {
            for f in [first, second] {
                let at = [1.5, -0.25, 0.75];
                let (value, slopes) = graph.value_and_grad(f, at);
                let apart = Graph::new();
                let x = apart.values(at);
                let y = f(x);
                let gradient = y.backward();
                assert_eq!((value, slopes), (y.value(), x.map(|x| gradient[x])), "{one}, {two}");
                assert_eq!(graph.len(), apart.len());
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "the other graph is never freed")]
#[should_panic(expected = "belong to two different graphs")]
fn a_closure_returns_no_value_of_another_graph() {
    let other: &Graph = Box::leak(Box::new(Graph::new()));
    let _ = Graph::new().value_and_grad(|[_]| other.value(1.0), [2.0]);
}

#[test]
fn a_closure_that_panics_leaves_a_graph_to_go_on_with() {
    let mut graph = Graph::new();
    let failed = std::panic::AssertUnwindSafe(|| {
        graph.value_and_grad(|[x]| panic!("at {}", (x * x).label("square")), [2.0])
    });
    assert!(std::panic::catch_unwind(failed).is_err());
    assert_eq!(graph.value_and_grad(|[x]| x * x, [3.0]), (9.0, [6.0]));
}

#[test]
fn graphs_of_one_operation_and_none_have_a_gradient() {
    let mut graph = Graph::new();
    let x = graph.value(3.0);
    assert_eq!((x * x).gradient([x]), [6.0]);
    graph.clear();
    let x = graph.value(3.0);
    assert_eq!((-x).gradient([x]), [-1.0]);
    graph.clear();
    let [x, y, z] = graph.values([3.0, 4.0, 5.0]);
    assert_eq!(y.gradient([x, y, z]), [0.0, 1.0, 0.0]);
    assert_eq!((z / y).gradient([x, y, z]), [0.0, -0.3125, 0.25]);
}

#[test]
fn inputs_keep_their_values_where_others_follow_and_where_the_buffer_grows() {
    let graph = Graph::new();
    let early: Vec<_> = (0..100).map(|k| graph.value(f64::from(k))).collect();
    let product = early[3] * early[4];
    let late = graph.values([0.5, 0.25]);
    let values: Vec<f64> = graph.iter().map(Value::value).collect();
    let expected = (0..100).map(f64::from).chain([12.0, 0.5, 0.25]);
    assert_eq!(values, expected.collect::<Vec<_>>());
    assert_eq!((product * late[1]).gradient([early[3], late[0], late[1]]), [1.0, 0.0, 12.0]);
}

/// A node of a larger graph in one of few records, where it is neither read nor written.
#[test]
fn a_forged_value_reaches_no_memory_from_few_records() {
    let (mine, other) = (Graph::new(), Graph::new());
    let a = mine.value(2.0);
    let x: Vec<_> = (0..100).map(|k| other.value(f64::from(k))).collect();
    let forged = |k: usize| chainrule::algebra::Term::new(&mine, x[k].raw());
    let y = a * forged(98) + forged(1) * forged(50);
    assert_eq!(y.gradient([forged(70)]), [0.0]);
    let of_none = || forged(60).gradient([a]);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(of_none)).is_err());
}
