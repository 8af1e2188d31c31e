//! The order within each rank: few crossings, operands from top to bottom.
//!
//! The first order is that of a walk from the results to their inputs, which has no crossing in a
//! tree. Sweeps sort each rank by the mean place of its neighbours; swaps of neighbours follow. The
//! best order seen is kept.

use super::Layers;

/// Sweeps without a better order before giving up.
const PATIENCE: usize = 6;
const SWEEPS: usize = 40;
/// Above so many nodes and dummies swapping neighbours costs more than it gives.
const SWAPPED: usize = 6000;

pub(super) fn first(
    rank: &[usize],
    before: &[Vec<usize>],
    after: &[Vec<usize>],
) -> Vec<Vec<usize>> {
    let mut layers = vec![Vec::new(); rank.iter().max().map_or(0, |last| last + 1)];
    let mut seen = vec![false; rank.len()];
    let roots = (0..rank.len()).filter(|&node| after[node].is_empty());
    for root in roots.chain(0..rank.len()) {
        let mut next = vec![root];
        while let Some(node) = next.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                layers[rank[node]].push(node);
                next.extend(before[node].iter().rev());
            }
        }
    }
    layers
}

pub(super) fn reduce_crossings(graph: &mut Layers) {
    let mut place = places(graph);
    let mut fewest = crossings(graph, &place);
    let mut best = graph.order.clone();
    let mut patience = PATIENCE;
    for sweep in 0..SWEEPS {
        if fewest == 0 || patience == 0 {
            break;
        }
        let forward = sweep % 2 == 0;
        let last = graph.order.len() - 1;
        for step in 1..=last {
            let rank = if forward { step } else { last - step };
            sort_by_neighbours(graph, rank, forward, &mut place);
        }
        if graph.rank.len() <= SWAPPED {
            swap_neighbours(graph, &mut place);
        }
        let now = crossings(graph, &place);
        patience -= 1;
        if now < fewest {
            fewest = now;
            best.clone_from(&graph.order);
            patience = PATIENCE;
        }
    }
    graph.order = best;
}

fn places(graph: &Layers) -> Vec<usize> {
    let mut place = vec![0; graph.rank.len()];
    for layer in &graph.order {
        for (i, &node) in layer.iter().enumerate() {
            place[node] = i;
        }
    }
    place
}

fn sort_by_neighbours(graph: &mut Layers, rank: usize, forward: bool, place: &mut [usize]) {
    let neighbours = if forward { &graph.before } else { &graph.after };
    let layer = &mut graph.order[rank];
    let key = |node: usize| {
        let around = &neighbours[node];
        let sum: usize = around.iter().map(|&other| place[other]).sum();
        (!around.is_empty()).then(|| sum as f64 / around.len() as f64)
    };
    // Nodes without neighbours on that side stay where they are.
    let free: Vec<usize> = (0..layer.len()).filter(|&i| key(layer[i]).is_some()).collect();
    let mut moved: Vec<(f64, usize)> =
        free.iter().filter_map(|&i| Some((key(layer[i])?, layer[i]))).collect();
    moved.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (&i, &(_, node)) in free.iter().zip(&moved) {
        layer[i] = node;
    }
    for (i, &node) in layer.iter().enumerate() {
        place[node] = i;
    }
}

/// Exchanges nodes that stand side by side while that saves crossings.
fn swap_neighbours(graph: &mut Layers, place: &mut [usize]) {
    for _ in 0..8 {
        let mut saved = 0;
        for rank in 0..graph.order.len() {
            for i in 1..graph.order[rank].len() {
                let (upper, lower) = (graph.order[rank][i - 1], graph.order[rank][i]);
                let (mut now, mut then) = (0, 0);
                for side in [&graph.before, &graph.after] {
                    for &a in &side[upper] {
                        for &b in &side[lower] {
                            now += usize::from(place[a] > place[b]);
                            then += usize::from(place[a] < place[b]);
                        }
                    }
                }
                if then < now {
                    graph.order[rank].swap(i - 1, i);
                    place.swap(upper, lower);
                    saved += now - then;
                }
            }
        }
        if saved == 0 {
            break;
        }
    }
}

/// Crossings between neighbouring ranks, counted as inversions (Barth, Mutzel, Jünger 2004).
fn crossings(graph: &Layers, place: &[usize]) -> usize {
    let mut total = 0;
    for layer in &graph.order {
        let mut ends = Vec::new();
        let mut width = 0;
        for &node in layer {
            let mut targets: Vec<usize> = graph.before[node].iter().map(|&n| place[n]).collect();
            targets.sort_unstable();
            width = width.max(targets.last().map_or(0, |last| last + 1));
            ends.extend(targets);
        }
        // A binary indexed tree counts the earlier ends that lie beyond this one.
        let mut tree = vec![0usize; width + 1];
        for (earlier, &end) in ends.iter().enumerate() {
            let mut not_beyond = 0;
            let mut i = end + 1;
            while i > 0 {
                not_beyond += tree[i];
                i &= i - 1;
            }
            total += earlier - not_beyond;
            let mut i = end + 1;
            while i <= width {
                tree[i] += 1;
                i += i & i.wrapping_neg();
            }
        }
    }
    total
}
