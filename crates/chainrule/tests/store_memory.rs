//! The one unsafe module of the eager graph, small enough to run under Miri:
//! `cargo +nightly miri test -p chainrule --test store_memory`. Miri needs a nightly toolchain, so CI runs
//! this as an ordinary test.

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
