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
