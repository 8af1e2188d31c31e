//! Derivatives written by hand, which the benches race against, beside those of the graph.

#[path = "../examples/microgpt.rs"]
#[expect(dead_code, reason = "the example's training and its invention of names")]
mod microgpt;
#[path = "support/microgpt_by_hand.rs"]
mod microgpt_by_hand;
#[path = "support/moons_by_hand.rs"]
mod moons_by_hand;
#[path = "support/network.rs"]
mod network;

use chainrule::{Graph, Value};
use microgpt_by_hand::microgpt_by_hand;
use moons_by_hand::moons_by_hand;
use network::network;

fn numbers(text: &str) -> Vec<f64> {
    text.split([',', '\n', ' ']).filter_map(|word| word.trim().parse().ok()).collect()
}

/// To 1e-9 of the largest.
fn assert_near(found: &[f64], want: &[f64]) {
    let size = want.iter().fold(0.0_f64, |m, w| m.max(w.abs()));
    assert!(found.len() == want.len() && size > 0.0);
    for (found, want) in found.iter().zip(want) {
        assert!((found - want).abs() <= 1e-9 * size, "{found} {want}");
    }
}

#[test]
fn a_step_of_microgpt_by_hand_is_that_of_the_graph() {
    let weights = numbers(include_str!("data/fixtures/microgpt_w0.txt"));
    for name in ["emma", "a", "maximilianalexander"] {
        let graph = Graph::new();
        let terms: Vec<_> = weights.iter().map(|&w| graph.value(w)).collect();
        let loss = microgpt::loss(&terms, name);
        let mut want = vec![0.0; weights.len()];
        loss.gradient_into(&terms, &mut want);
        let mut found = vec![f64::NAN; weights.len()];
        let value = microgpt_by_hand(&weights, &microgpt::tokens(name), &mut found);
        assert_near(&[value], &[loss.value()]);
        assert_near(&found, &want);
    }
}

#[test]
fn moons_by_hand_are_those_of_the_graph() {
    let weights = numbers(include_str!("data/fixtures/moons_mlp_w0.txt"));
    let rows = numbers(include_str!("data/fixtures/moons_1337.csv"));
    let rows: Vec<[f64; 3]> = rows.chunks_exact(3).map(|r| [r[0], r[1], r[2]]).collect();
    let graph = Graph::new();
    let p: Vec<_> = weights.iter().map(|&w| graph.value(w)).collect();
    let losses = rows.iter().map(|&[x1, x2, y]| {
        let input = [graph.constant(x1), graph.constant(x2)];
        (1.0 - y * network(&[16, 16, 1], &p, &input, Value::relu)).relu()
    });
    let loss = chainrule::mean(&losses.collect::<Vec<_>>()) + 1e-4 * chainrule::dot(&p, &p);
    let mut want = vec![0.0; weights.len()];
    loss.gradient_into(&p, &mut want);
    let mut found = vec![f64::NAN; weights.len()];
    let value = moons_by_hand(&weights, &rows, &mut found);
    assert_near(&[value], &[loss.value()]);
    assert_near(&found, &want);
}
