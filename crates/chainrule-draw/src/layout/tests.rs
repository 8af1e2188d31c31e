//! No two shapes overlap, no edge runs through a shape that is not its end: random graphs.

use super::*;

/// A small linear generator, so that a seed says which graph failed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

fn random_graph(seed: u64) -> (Vec<Size>, Vec<(usize, usize)>) {
    let mut random = Random(seed);
    let nodes = 7 + random.below(69);
    let sizes = (0..nodes)
        .map(|_| {
            let round = random.below(3) == 0;
            let along = if round { 26.0 } else { 30.0 + random.below(150) as f64 };
            Size { along, across: 26.0, round }
        })
        .collect();
    let mut edges = Vec::new();
    for to in 1..nodes {
        for _ in 0..random.below(4) {
            // Mostly near inputs, sometimes far ones; sometimes the same one twice.
            let reach = if random.below(4) == 0 { to } else { to.min(6) };
            edges.push((to - 1 - random.below(reach), to));
        }
    }
    if seed.is_multiple_of(10) && !edges.is_empty() {
        let (from, to) = edges[random.below(edges.len())];
        edges.push((to, from));
    }
    (sizes, edges)
}

fn along_curves(route: &Route) -> Vec<Point> {
    let mut last = route.start.expect("every edge has a way");
    let mut points = vec![last];
    for &[a, b, to] in &route.curves {
        for i in 1..=16 {
            let t = f64::from(i) / 16.0;
            let s = 1.0 - t;
            let mix = |p: f64, q: f64, r: f64, e: f64| {
                s * s * s * p + 3.0 * s * s * t * q + 3.0 * s * t * t * r + t * t * t * e
            };
            points.push(Point::new(mix(last.x, a.x, b.x, to.x), mix(last.y, a.y, b.y, to.y)));
        }
        last = to;
    }
    points
}

#[test]
fn boxes_do_not_overlap_and_edges_avoid_them() {
    for seed in 0..300 {
        let (sizes, edges) = random_graph(seed);
        for direction in [Direction::LeftToRight, Direction::TopToBottom] {
            let layout = layout(&sizes, &edges, direction);
            let frame = |node: usize| {
                let Size { along, across, .. } = sizes[node];
                let center = layout.centers[node];
                match direction {
                    Direction::LeftToRight => (center, along / 2.0, across / 2.0),
                    Direction::TopToBottom => (center, across / 2.0, along / 2.0),
                }
            };
            for a in 0..sizes.len() {
                let (at, half_width, half_height) = frame(a);
                let inside = at.x >= half_width - 1e-9
                    && at.x + half_width <= layout.width + 1e-9
                    && at.y >= half_height - 1e-9
                    && at.y + half_height <= layout.height + 1e-9;
                assert!(inside, "seed {seed}: node {a} leaves the picture");
                for b in 0..a {
                    let (other, other_width, other_height) = frame(b);
                    let apart = (at.x - other.x).abs() > half_width + other_width + 5.0
                        || (at.y - other.y).abs() > half_height + other_height + 5.0;
                    assert!(apart, "seed {seed} {direction:?}: nodes {a} and {b} overlap");
                }
            }
            for (&(from, to), route) in edges.iter().zip(&layout.routes) {
                let points = along_curves(route);
                for node in (0..sizes.len()).filter(|&node| node != from && node != to) {
                    let (at, half_width, half_height) = frame(node);
                    let through = points.iter().any(|point| {
                        (point.x - at.x).abs() < half_width + 2.0
                            && (point.y - at.y).abs() < half_height + 2.0
                    });
                    assert!(!through, "seed {seed}: edge {from} → {to} runs through {node}");
                }
                // An arrowhead points along the ranks.
                let [_, before, tip] = route.curves[route.curves.len() - 1];
                let aside = match direction {
                    Direction::LeftToRight => (tip.y - before.y) / (tip.x - before.x),
                    Direction::TopToBottom => (tip.x - before.x) / (tip.y - before.y),
                };
                assert!(aside.abs() < 1e-9, "seed {seed}: edge {from} → {to} arrives askew");
                for (end, node) in [(points[0], from), (points[points.len() - 1], to)] {
                    let (at, half_width, half_height) = frame(node);
                    let touches = (end.x - at.x).abs() <= half_width + 1e-9
                        && (end.y - at.y).abs() <= half_height + 1e-9;
                    assert!(touches, "seed {seed}: edge {from} → {to} misses {node}");
                }
            }
        }
    }
}

#[test]
fn a_tree_has_no_crossings_and_keeps_its_operands_in_order() {
    let sizes = vec![Size { along: 40.0, across: 24.0, round: false }; 15];
    // A full binary tree: node i is the input of (i - 1) / 2.
    let edges: Vec<_> = (1..15).map(|i| (i, (i - 1) / 2)).collect();
    let layout = layout(&sizes, &edges, Direction::LeftToRight);
    for parent in 0..7 {
        let [first, second] = [2 * parent + 1, 2 * parent + 2].map(|i| layout.centers[i].y);
        assert!(first < second);
        // A result stands in the middle of its inputs.
        assert!((layout.centers[parent].y - f64::midpoint(first, second)).abs() < 1.0);
    }
}

#[test]
fn a_long_chain_is_straight_and_needs_no_recursion() {
    let nodes = 100_000;
    let sizes = vec![Size { along: 10.0, across: 10.0, round: true }; nodes];
    let edges: Vec<_> = (1..nodes).map(|i| (i - 1, i)).collect();
    let layout = layout(&sizes, &edges, Direction::LeftToRight);
    assert!(layout.centers.iter().all(|center| center.y == 5.0));
}

#[test]
fn nothing_and_a_single_node_have_a_layout() {
    assert!(layout(&[], &[], Direction::LeftToRight).centers.is_empty());
    let size = Size { along: 10.0, across: 10.0, round: true };
    assert_eq!(layout(&[size], &[], Direction::TopToBottom).width, 10.0);
}
