//! Which nodes of a large graph are shown, and what is summed up as "… 412 nodes".
//!
//! Shown are the nodes nearest to the root. A computed value is shown only if all values computed
//! from it are, so that edges run from hidden parts to shown ones and the picture has no circles;
//! what remains hidden falls into parts that are joined by an edge or used in the same operation.

use crate::graph::{Kind, Trace};

/// How many nodes are shown when nobody says how deep.
const SHOWN: usize = 60;

pub(super) struct Selection {
    /// Nodes of the drawing, shown or not: all but numbers that are part of an operation.
    pub(super) total: usize,
    /// Number of nodes shown.
    pub(super) count: usize,
    pub(super) shown: Vec<bool>,
    part: Vec<usize>,
    size: Vec<usize>,
}

impl Selection {
    pub(super) fn new(trace: &Trace, depth: Option<usize>, max_nodes: usize) -> Self {
        let level = levels(trace);
        let drawn = |i: usize| level[i] < UNUSED;
        let total = (0..level.len()).filter(|&i| drawn(i)).count();
        let shown: Vec<bool> = match depth {
            Some(depth) => level.iter().map(|&l| l <= depth).collect(),
            None if total > max_nodes => nearest(&level, SHOWN.min(max_nodes).max(1)),
            None => (0..level.len()).map(drawn).collect(),
        };
        let n = level.len();
        let mut selection =
            Selection { total, count: 0, shown, part: (0..n).collect(), size: vec![1; n] };
        if selection.shown.iter().filter(|&&shown| shown).count() < total {
            selection.join_hidden(trace, drawn);
        }
        selection.count = selection.shown.iter().filter(|&&shown| shown).count();
        selection
    }

    /// The part that hidden node `i` belongs to, and how many nodes it has.
    pub(super) fn part(&mut self, mut i: usize) -> (usize, usize) {
        while self.part[i] != i {
            self.part[i] = self.part[self.part[i]];
            i = self.part[i];
        }
        (i, self.size[i])
    }

    fn join_hidden(&mut self, trace: &Trace, drawn: impl Fn(usize) -> bool) {
        for i in (0..trace.nodes.len()).filter(|&i| drawn(i)) {
            let mut first = (!self.shown[i]).then_some(i);
            for input in trace.nodes[i].arguments() {
                if !self.shown[input] {
                    let with = *first.get_or_insert(input);
                    self.join(with, input);
                }
            }
        }
        // A part of one node takes no less room than the node.
        for i in (0..trace.nodes.len()).filter(|&i| drawn(i)) {
            if !self.shown[i] && self.part(i).1 == 1 {
                self.shown[i] = true;
            }
        }
    }

    fn join(&mut self, a: usize, b: usize) {
        let ((a, a_size), (b, b_size)) = (self.part(a), self.part(b));
        if a != b {
            let (small, large) = if a_size < b_size { (a, b) } else { (b, a) };
            self.part[small] = large;
            self.size[large] = a_size + b_size;
        }
    }
}

const UNUSED: usize = usize::MAX;

/// Steps to the root: the longest way for computed values, the shortest for inputs and constants.
fn levels(trace: &Trace) -> Vec<usize> {
    let mut level = vec![UNUSED; trace.nodes.len()];
    if let Some(root) = level.last_mut() {
        *root = 0;
    }
    for (i, node) in trace.nodes.iter().enumerate().rev() {
        if level[i] == UNUSED {
            continue;
        }
        let next = level[i] + 1;
        for input in node.arguments() {
            let computed = matches!(trace.nodes[input].kind, Kind::Operation(_) | Kind::Call);
            let farther = if computed { level[input].max(next) } else { level[input].min(next) };
            level[input] = if level[input] == UNUSED { next } else { farther };
        }
    }
    level
}

/// The `count` nodes of the lowest levels; of the last level the first ones.
fn nearest(level: &[usize], count: usize) -> Vec<bool> {
    let mut nodes: Vec<usize> = (0..level.len()).filter(|&i| level[i] != UNUSED).collect();
    nodes.sort_by_key(|&i| level[i]);
    let mut shown = vec![false; level.len()];
    for &i in nodes.iter().take(count) {
        shown[i] = true;
    }
    shown
}
