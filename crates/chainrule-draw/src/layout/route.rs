//! Coordinates along the ranks, and the ways of the edges: straight within a rank, bent between.

use super::{Layers, Layout, Route};
use crate::picture::Point;

/// Room between two ranks, and how it grows with the steepest edge.
const GAP: f64 = 30.0;
const STEEP: f64 = 0.10;
const WIDEST_GAP: f64 = 90.0;
/// Distance between the ends of edges that meet in one node.
const SPREAD: f64 = 9.0;

pub(super) fn route(graph: &Layers, across: &[f64]) -> Layout {
    let bands = bands(graph, across);
    let centers: Vec<Point> = (0..graph.nodes)
        .map(|node| {
            let (start, end) = bands[graph.rank[node]];
            Point::new(f64::midpoint(start, end), across[node])
        })
        .collect();
    let ports = ports(graph, across);
    let routes = graph
        .chains
        .iter()
        .zip(&ports)
        .map(|(chain, &(leave, arrive))| {
            let from = chain.nodes[0];
            let to = chain.nodes[chain.nodes.len() - 1];
            let start =
                Point::new(centers[from].x + reach(graph, from, leave), across[from] + leave);
            let end = Point::new(centers[to].x - reach(graph, to, arrive), across[to] + arrive);
            let mut way = Way { last: start, curves: Vec::new() };
            for (i, pair) in chain.nodes.windows(2).enumerate() {
                let leaves = if i == 0 { start.y } else { across[pair[0]] };
                let arrives = if pair[1] == to { end.y } else { across[pair[1]] };
                way.straight(Point::new(bands[graph.rank[pair[0]]].1, leaves));
                way.bend(Point::new(bands[graph.rank[pair[1]]].0, arrives));
            }
            way.straight(end);
            let mut route = Route { start: Some(start), curves: way.curves };
            if chain.reversed {
                turn(&mut route);
            }
            route
        })
        .collect();
    let border = |node: usize| across[node] + graph.size[node].across / 2.0;
    Layout {
        width: bands.last().map_or(0.0, |band| band.1),
        height: (0..across.len()).map(border).fold(0.0, f64::max),
        centers,
        routes,
    }
}

/// Where each rank begins and ends.
fn bands(graph: &Layers, across: &[f64]) -> Vec<(f64, f64)> {
    let mut steepest = vec![0.0_f64; graph.order.len()];
    for pair in graph.chains.iter().flat_map(|chain| chain.nodes.windows(2)) {
        let rise = (across[pair[0]] - across[pair[1]]).abs();
        let rank = graph.rank[pair[1]];
        steepest[rank] = steepest[rank].max(rise);
    }
    let mut at = 0.0;
    let mut bands = Vec::with_capacity(graph.order.len());
    for (rank, layer) in graph.order.iter().enumerate() {
        if rank > 0 {
            at += (GAP + STEEP * steepest[rank]).min(WIDEST_GAP);
        }
        let thickness = layer.iter().map(|&node| graph.size[node].along).fold(0.0, f64::max);
        bands.push((at, at + thickness));
        at += thickness;
    }
    bands
}

/// How far beside the middle each edge leaves its first node and arrives at its last: edges that
/// meet in a node end in the order in which they come.
fn ports(graph: &Layers, across: &[f64]) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); graph.chains.len()];
    let mut arriving = vec![Vec::new(); graph.nodes];
    for (i, chain) in graph.chains.iter().enumerate() {
        arriving[chain.nodes[chain.nodes.len() - 1]].push(i);
    }
    for (node, mut edges) in arriving.into_iter().enumerate() {
        let comes_from = |edge: usize| {
            let chain = &graph.chains[edge].nodes;
            across[chain[chain.len() - 2]]
        };
        edges.sort_by(|&a, &b| comes_from(a).total_cmp(&comes_from(b)));
        let room = graph.size[node].across * 0.7;
        let step = SPREAD.min(room / edges.len().saturating_sub(1).max(1) as f64);
        let middle = edges.len().saturating_sub(1) as f64 / 2.0;
        for (i, edge) in edges.into_iter().enumerate() {
            ports[edge].1 = (i as f64 - middle) * step;
        }
    }
    ports
}

/// From the middle of a node to its side, `beside` the axis: less for the round ends of operations.
fn reach(graph: &Layers, node: usize, beside: f64) -> f64 {
    let size = graph.size[node];
    let half = size.along / 2.0;
    if !size.round {
        return half;
    }
    let radius = half.min(size.across / 2.0);
    half - radius + (radius * radius - beside * beside).max(0.0).sqrt()
}

struct Way {
    last: Point,
    curves: Vec<[Point; 3]>,
}

impl Way {
    fn straight(&mut self, to: Point) {
        // Rounding leaves a trace where a node is as wide as its rank: no way at all.
        if to.x - self.last.x > 1e-6 {
            let third = (to.x - self.last.x) / 3.0;
            let at = |x| Point::new(x, to.y);
            self.curves.push([at(self.last.x + third), at(to.x - third), to]);
            self.last = to;
        }
    }

    fn bend(&mut self, to: Point) {
        let middle = f64::midpoint(self.last.x, to.x);
        self.curves.push([Point::new(middle, self.last.y), Point::new(middle, to.y), to]);
        self.last = to;
    }
}

fn turn(route: &mut Route) {
    let mut points: Vec<Point> = route.start.into_iter().collect();
    points.extend(route.curves.iter().flatten());
    points.reverse();
    route.start = points.first().copied();
    let rest = points.get(1..).unwrap_or_default();
    route.curves = rest.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
}
