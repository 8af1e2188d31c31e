//! Inner products of lists of every kind, against sums of products of plain numbers; small enough for Miri.

use chainrule::algebra::{Num, Term};
use chainrule::{Graph, Value, dot};

/// The value, what each factor is owed, and what the node and a program know of its arguments; factors are inputs.
fn check(graph: &Graph, a: &[Value<'_>], b: &[Value<'_>]) {
    let y = dot(a, b);
    let mut value = -0.0;
    for (a, b) in a.iter().zip(b) {
        value += a.value() * b.value();
    }
    assert_eq!(y.value().to_bits(), value.to_bits());
    let gradient = (2.0 * y).backward();
    let nodes: Vec<_> = a.iter().chain(b).map(|x| x.id()).collect();
    for node in graph.iter().filter(|node| nodes.contains(&node.id())) {
        let owed = |list: &[Value<'_>], partners: &[Value<'_>]| -> f64 {
            let of = list.iter().zip(partners).filter(|(x, _)| x.id() == node.id());
            of.map(|(_, partner)| 2.0 * partner.value()).sum()
        };
        assert!((gradient[node] - owed(a, b) - owed(b, a)).abs() < 1e-12, "{node}");
    }
    let inputs = y.inputs();
    let pairs = a.iter().zip(b).flat_map(|(a, b)| [a, b]);
    assert_eq!(inputs.len(), 2 * a.len());
    assert!(inputs.iter().zip(pairs).all(|(x, y)| x.id() == y.id() && x.value() == y.value()));
    let steps = graph.program(&[], &[y]).eval(&Num, &[]);
    assert_eq!(steps.last().map(|v| v.to_bits()), Some(value.to_bits()));
}

fn numbers<const N: usize>(seed: f64) -> [f64; N] {
    std::array::from_fn(|k| (seed + 1.7 * k as f64).sin())
}

#[test]
fn neighbours_strides_and_constants_give_the_sum_of_products() {
    let graph = Graph::new();
    let (w, x) = (graph.values(numbers::<7>(0.3)), graph.values(numbers::<21>(2.0)));
    let third: Vec<_> = x.iter().copied().step_by(3).collect();
    let constants = numbers::<7>(4.0).map(|v| graph.constant(v));
    for length in [1, 2, 3, 4, 5, 6, 7] {
        check(&graph, &w[..length], &x[..length]);
        check(&graph, &w[..length], &third[..length]);
        check(&graph, &third[..length], &x[14..14 + length]);
        check(&graph, &w[..length], &constants[..length]);
        check(&graph, &constants[..length], &third[..length]);
        check(&graph, &w[..length], &w[..length]);
    }
}

#[test]
fn lists_that_are_no_runs_give_it_too() {
    let graph = Graph::new();
    let (w, x) = (graph.values(numbers::<6>(0.3)), graph.values(numbers::<6>(2.0)));
    let c = graph.constant(0.5);
    let backwards: Vec<_> = x.iter().rev().copied().collect();
    check(&graph, &w, &backwards);
    check(&graph, &w, &[x[0]; 6]);
    check(&graph, &w, &[x[0], x[1], x[2], x[4], x[3], x[5]]);
    check(&graph, &w, &[x[0], x[1], c, x[3], x[4], x[5]]);
    check(&graph, &[c, w[0], w[1], w[2], w[3], w[4]], &x);
    // Two runs over one list, a step apart or crossing each other.
    check(&graph, &x[..5], &x[1..]);
    check(&graph, &x[..3], &[x[0], x[2], x[4]]);
    check(&graph, &[c; 6], &x);
}

/// The rows of a layer share its inputs' numbers, which a cleared graph forgets.
#[test]
fn a_layer_shares_its_inputs() {
    let mut graph = Graph::new();
    for seed in [0.1, 0.7] {
        graph.clear();
        let (w, v) = (graph.values(numbers::<12>(seed)), graph.values(numbers::<4>(1.0 + seed)));
        let x: Vec<_> = v.iter().map(|v| v.tanh()).collect();
        let rows: Vec<_> = w.chunks(4).map(|row| dot(row, &x)).collect();
        let weights = [1.0, -2.0, 3.0].map(|c| graph.constant(c));
        let gradient = dot(&rows, &weights).backward();
        for (i, w) in w.iter().enumerate() {
            let want = weights[i / 4].value() * x[i % 4].value();
            assert!((gradient[*w] - want).abs() < 1e-15);
        }
        for (j, v) in v.iter().enumerate() {
            let through = (0..3).map(|i| weights[i].value() * w[4 * i + j].value()).sum::<f64>();
            let want = through * (1.0 - x[j].value().powi(2));
            assert!((gradient[*v] - want).abs() < 1e-15);
        }
    }
}

/// What was recorded before a failed product is not taken for part of the next one.
#[test]
fn a_product_that_fails_leaves_nothing_behind() {
    let (graph, other) = (Graph::new(), Graph::new());
    let (w, x) = (graph.values(numbers::<5>(0.3)), graph.values(numbers::<5>(2.0)));
    let strange = other.values(numbers::<20>(0.0));
    check(&graph, &w, &x);
    let mixed = [x[0], x[1], x[2], x[3], strange[19]];
    let failing = std::panic::AssertUnwindSafe(|| dot(&w, &mixed));
    assert!(std::panic::catch_unwind(failing).is_err());
    check(&graph, &w, &x);
    check(&graph, &x, &w);
}

/// Values of a larger graph under the name of a smaller one: no safe code may reach memory with them.
#[test]
fn a_forged_run_reaches_no_memory_of_others() {
    let (mine, other) = (Graph::new(), Graph::new());
    let a = mine.values([1.0, 2.0, 3.0]);
    let x = other.values([1.0; 100]);
    let forged = [50, 60, 70].map(|k| Term::new(&mine, x[k].raw()));
    assert_eq!(dot(&a, &forged).gradient(a), [1.0; 3]);
    let across = [a[2].raw(), x[50].raw(), x[98 - 1].raw()].map(|raw| Term::new(&mine, raw));
    assert!(dot(&across, &a).backward()[a[0]].is_finite());
}
