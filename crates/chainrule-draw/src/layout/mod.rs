//! Layered layout of a directed graph, after Sugiyama, Tagawa and Toda (1981).
//!
//! Every node gets a rank; an edge over several ranks is cut by dummy nodes, one in each rank
//! between. Within its rank an edge runs straight, between two ranks it bends: since nodes and
//! dummies of a rank keep their distance, no edge passes through a node. Everything is computed
//! along the ranks and across them, and turned at the end for pictures from top to bottom.
//!
//! Cost: near linear in nodes, edges and dummies; nothing recurses.

mod order;
mod place;
mod rank;
mod route;

use chainrule::draw::Direction;

use crate::picture::Point;

/// A node's size, in the direction of the ranks and across.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) along: f64,
    pub(crate) across: f64,
    /// The ends are half circles.
    pub(crate) round: bool,
}

/// Centres of the nodes and ways of the edges.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) centers: Vec<Point>,
    pub(crate) routes: Vec<Route>,
}

/// The way of an edge: cubic curves from its first node to its last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub(crate) start: Option<Point>,
    /// Two control points and the end.
    pub(crate) curves: Vec<[Point; 3]>,
}

/// Dummies of all edges together; longer edges beyond that bend only once.
const DUMMIES: usize = 200_000;

/// The graph cut into ranks: nodes first, then dummies; every edge is a chain of neighbours.
struct Layers {
    rank: Vec<usize>,
    size: Vec<Size>,
    /// Neighbours in the rank before, operands in order.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The nodes and dummies of every rank, in order.
    order: Vec<Vec<usize>>,
    chains: Vec<Chain>,
    nodes: usize,
}

struct Chain {
    nodes: Vec<usize>,
    /// The edge closes a circle and was turned round.
    reversed: bool,
}

impl Layers {
    fn new(sizes: &[Size], edges: &[(usize, usize)]) -> Self {
        let reversed = rank::back_edges(sizes.len(), edges);
        let turned = |(&(from, to), &back): (&(usize, usize), &bool)| {
            if back { (to, from) } else { (from, to) }
        };
        let forward: Vec<_> = edges.iter().zip(&reversed).map(turned).collect();
        let mut rank = rank::ranks(sizes.len(), &forward);
        let longest = (DUMMIES / edges.len().max(1)).max(1);
        let mut size = sizes.to_vec();
        let mut chains = Vec::with_capacity(edges.len());
        for (&(from, to), &reversed) in forward.iter().zip(&reversed) {
            let mut nodes = vec![from];
            if rank[to] - rank[from] - 1 <= longest {
                for between in rank[from] + 1..rank[to] {
                    nodes.push(rank.len());
                    rank.push(between);
                    size.push(Size { along: 0.0, across: 0.0, round: false });
                }
            }
            nodes.push(to);
            chains.push(Chain { nodes, reversed });
        }
        let mut before = vec![Vec::new(); rank.len()];
        let mut after = vec![Vec::new(); rank.len()];
        for chain in &chains {
            for pair in chain.nodes.windows(2) {
                if rank[pair[1]] == rank[pair[0]] + 1 {
                    before[pair[1]].push(pair[0]);
                    after[pair[0]].push(pair[1]);
                }
            }
        }
        let order = order::first(&rank, &before, &after);
        Layers { rank, size, before, after, order, chains, nodes: sizes.len() }
    }

    fn is_dummy(&self, node: usize) -> bool {
        node >= self.nodes
    }
}

/// Lays out nodes of these sizes. Edges name nodes by their number.
pub(crate) fn layout(sizes: &[Size], edges: &[(usize, usize)], direction: Direction) -> Layout {
    let mut layers = Layers::new(sizes, edges);
    order::reduce_crossings(&mut layers);
    let across = place::across(&layers);
    let mut layout = route::route(&layers, &across);
    if direction == Direction::TopToBottom {
        let turn = |point: &mut Point| *point = Point::new(point.y, point.x);
        (layout.width, layout.height) = (layout.height, layout.width);
        layout.centers.iter_mut().for_each(turn);
        for route in &mut layout.routes {
            route.start.iter_mut().for_each(turn);
            route.curves.iter_mut().flatten().for_each(turn);
        }
    }
    layout
}

#[cfg(test)]
mod tests;
