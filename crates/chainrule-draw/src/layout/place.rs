//! Coordinates across the ranks: each node near the mean of its neighbours, none closer than the
//! distances allow.
//!
//! For one rank in a given order that is a least-squares problem with an exact solution: subtract
//! the least distances, and it is isotonic regression, solved by pooling adjacent violators (Ayer
//! and others 1955). Sweeps over the ranks repeat it, from both sides alternately and then from both
//! at once.

use super::Layers;

/// Least distance between boxes, between edges, and between a box and an edge.
const BOXES: f64 = 14.0;
const EDGES: f64 = 9.0;
const BOX_AND_EDGE: f64 = 11.0;
const SWEEPS: usize = 24;

/// Where every node and dummy stands across its rank; the smallest outer border is 0.
pub(super) fn across(graph: &Layers) -> Vec<f64> {
    let mut at = vec![0.0; graph.rank.len()];
    for layer in &graph.order {
        for pair in layer.windows(2) {
            at[pair[1]] = at[pair[0]] + distance(graph, pair[0], pair[1]);
        }
        let middle = layer.last().map_or(0.0, |&last| at[last]) / 2.0;
        for &node in layer {
            at[node] -= middle;
        }
    }
    let last = graph.order.len();
    for sweep in 0..SWEEPS {
        // The last sweep puts results in the middle of their inputs.
        let together = (SWEEPS - 8..SWEEPS - 1).contains(&sweep);
        let forward = sweep % 2 == 1;
        for step in 0..last {
            let rank = if forward { step } else { last - 1 - step };
            let sides = match (together, forward) {
                (true, _) => [Some(&graph.before), Some(&graph.after)],
                (_, true) => [Some(&graph.before), None],
                (_, false) => [None, Some(&graph.after)],
            };
            settle(graph, &graph.order[rank], sides, &mut at);
        }
    }
    let border = |node: usize| at[node] - graph.size[node].across / 2.0;
    let least = (0..at.len()).map(border).fold(f64::INFINITY, f64::min);
    at.iter().map(|x| x - least).collect()
}

fn distance(graph: &Layers, upper: usize, lower: usize) -> f64 {
    let gap = match (graph.is_dummy(upper), graph.is_dummy(lower)) {
        (false, false) => BOXES,
        (true, true) => EDGES,
        _ => BOX_AND_EDGE,
    };
    f64::midpoint(graph.size[upper].across, graph.size[lower].across) + gap
}

/// Moves the nodes of a rank as near to their neighbours as their order allows.
fn settle(graph: &Layers, layer: &[usize], sides: [Option<&Vec<Vec<usize>>>; 2], at: &mut [f64]) {
    // Weight, sum of weighted targets, number of nodes.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(layer.len());
    let mut offsets = Vec::with_capacity(layer.len());
    let mut offset = 0.0;
    for (i, &node) in layer.iter().enumerate() {
        if i > 0 {
            offset += distance(graph, layer[i - 1], node);
        }
        offsets.push(offset);
        let (mut weight, mut sum) = (0.0, 0.0);
        for &other in sides.iter().flatten().flat_map(|side| &side[node]) {
            let w = straightness(graph, node, other);
            weight += w;
            sum += w * at[other];
        }
        if weight == 0.0 {
            (weight, sum) = (0.01, 0.01 * at[node]);
        }
        let mut pool = (weight, sum - weight * offset, 1);
        while let Some(&(w, s, n)) = pools.last() {
            if s / w < pool.1 / pool.0 {
                break;
            }
            pools.pop();
            pool = (pool.0 + w, pool.1 + s, pool.2 + n);
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|&(w, s, n)| std::iter::repeat_n(s / w, n));
    for ((&node, offset), mean) in layer.iter().zip(offsets).zip(means) {
        at[node] = mean + offset;
    }
}

/// How much it matters that an edge is straight: long ones first (Gansner and others 1993).
fn straightness(graph: &Layers, a: usize, b: usize) -> f64 {
    let dummies = match (graph.is_dummy(a), graph.is_dummy(b)) {
        (true, true) => 8.0,
        (false, false) => 1.0,
        _ => 2.0,
    };
    let only = |node: usize| graph.before[node].len() == 1 && graph.after[node].len() <= 1;
    let (first, second) = if graph.rank[a] < graph.rank[b] { (a, b) } else { (b, a) };
    // An operation and its result, or an input of one use.
    if only(second) && graph.after[first].len() == 1 { dummies * 4.0 } else { dummies }
}
