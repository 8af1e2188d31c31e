//! Recording asks for no memory once a graph has grown: operations of every number of arguments.

#[path = "support/allocations.rs"]
mod allocations;

use allocations::allocations;
use chainrule::{Graph, Value, dot, logsumexp, mean, norm2, sum};

/// A term of each kind; the last sum's terms are sums that are recorded while they are asked for.
fn network<'g>(x: &[Value<'g>]) -> Value<'g> {
    let fixed = x[0].mul_add(x[1], x[2]) + x[3].clamp(-1.0, 1.0) + x[0].select(x[1], 2.0);
    let any = sum(x) + mean(x) + logsumexp(x) + norm2(x) + dot(&x[..4], &x[4..]);
    let collected = x.iter().sum::<Value<'_>>() + x.iter().map(|x| x.sin()).sum::<Value<'_>>();
    let nested = x.chunks(2).map(|pair| sum(pair).tanh()).sum::<Value<'_>>();
    fixed + any + collected + nested
}

#[test]
fn a_cleared_graph_records_without_asking_for_memory() {
    let mut graph = Graph::new();
    let mut slopes = [0.0; 8];
    let mut step = || {
        graph.clear();
        let x = graph.values([0.3, -1.2, 0.7, 0.1, 2.0, -0.4, 0.9, 1.1]);
        network(&x).gradient_into(&x, &mut slopes);
    };
    step();
    step();
    assert_eq!(allocations(step), 0);
    assert!(slopes.iter().all(|s| s.is_finite() && *s != 0.0));
}

#[test]
fn a_closure_is_recorded_and_walked_without_asking_for_memory() {
    let mut graph = Graph::new();
    let mut step = || {
        let (_, slopes) =
            graph.value_and_grad(|x| network(&x), [0.3, -1.2, 0.7, 0.1, 2.0, -0.4, 0.9, 1.1]);
        assert!(slopes.iter().all(|s| s.is_finite() && *s != 0.0));
        graph.value_and_grad(|[x, y]| x * y + x, [2.0, 3.0])
    };
    step();
    assert_eq!(step(), (8.0, [4.0, 2.0]));
    let again = || {
        step();
    };
    assert_eq!(allocations(again), 0);
}
