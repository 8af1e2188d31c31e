//! Recording an inner product: of two runs of nodes as a list of numbers each, of any others pair by pair.

use super::record::{Argument, Run};
use super::{Graph, Point, Value};
use crate::algebra::{Algebra, Op};

/// Shorter lists are recorded pair by pair: a run has costs that do not depend on its length.
const SHORTEST_RUN: usize = 3;

impl Graph {
    #[inline]
    pub(super) fn inner_product(&self, a: &[Value<'_>], b: &[Value<'_>]) -> Point {
        self.inner_of_runs(a, b).unwrap_or_else(|| self.inner_of_pairs(a, b))
    }

    /// The weights of a neuron are inputs one after the other, and its inputs are results of the same few operations
    /// each: then two starts and two distances stand for all the nodes.
    fn inner_of_runs(&self, a: &[Value<'_>], b: &[Value<'_>]) -> Option<Point> {
        if a.len() < SHORTEST_RUN {
            return None;
        }
        let run = |list: &[Value<'_>]| Run::from(list[0].raw().node, list[1].raw().node);
        let runs @ [first, second] = [run(a)?, run(b)?];
        // A node gets what it is owed pair by pair; in two runs over one list the order would be another.
        if runs == [Run::default(); 2] || first.crosses(second, a.len() as u32) {
            return None;
        }
        let (mut value, mut next_a, mut next_b) = (-0.0, first.start, second.start);
        let pairs = a.iter().zip(b).map_while(|(a, b)| {
            let here = std::ptr::eq(self, a.algebra()) && std::ptr::eq(self, b.algebra());
            let (a, b) = (a.raw(), b.raw());
            if !here || a.node != next_a || b.node != next_b {
                return None;
            }
            next_a = next_a.wrapping_add(first.stride);
            next_b = next_b.wrapping_add(second.stride);
            value += a.value * b.value;
            Some([a.value, b.value])
        });
        let node = self.store.runs(runs, a.len(), pairs)?;
        Some(Point { value, node })
    }

    /// A pair of factors is a record; each one's partial is the other's value.
    fn inner_of_pairs(&self, a: &[Value<'_>], b: &[Value<'_>]) -> Point {
        let start = self.store.len();
        let (mut value, mut nodes, mut foreign) = (-0.0, 0, 0);
        let here = std::ptr::from_ref(self).addr();
        let stranger = |term: &Value<'_>| here ^ std::ptr::from_ref(term.algebra()).addr();
        let pairs = a.iter().zip(b).map(|(a, b)| {
            foreign |= stranger(a) | stranger(b);
            let (a, b) = (a.raw(), b.raw());
            value += a.value * b.value;
            nodes |= a.node | b.node;
            let mut numbers = [b.value, a.value];
            if a.node == 0 || b.node == 0 {
                numbers = keep_constants(a, b);
            }
            [(a, numbers[0]), (b, numbers[1])].map(|(p, number)| Argument { node: p.node, number })
        });
        let node = self.store.wide(Op::Dot, 2 * a.len(), pairs);
        if foreign != 0 {
            self.store.truncate(start);
            for other in a.iter().chain(b) {
                self.check_same(other.algebra(), a[0].raw(), other.raw());
            }
        }
        if nodes == 0 {
            self.store.truncate(start);
            return Point { value, node: 0 };
        }
        Point { value, node }
    }
}

/// What two factors store: the partials, or the number of one that is a constant.
#[cold]
fn keep_constants(a: Point, b: Point) -> [f64; 2] {
    let number = |of: Point, other: Point| if of.node == 0 { of.value } else { other.value };
    [number(a, b), number(b, a)]
}
