//! Acyclic colouring: neighbours differ, and no cycle has only two colours. The edges between any
//! two colours then form trees, and the entries of a symmetric matrix follow by substitution, from
//! the leaves of each tree inwards. It takes fewer colours than a star colouring: half as many for
//! a band.
//!
//! Source: Gebremedhin, Tarafdar, Manne and Pothen, *New acyclic and star coloring algorithms with
//! application to computing Hessians*, SIAM J. Sci. Comput. 29 (2007), section 3 (the trees are kept
//! as disjoint sets of edges); recovery: Gebremedhin, Pothen, Tarafdar and Walther, *Efficient
//! computation of sparse Hessians using coloring and automatic differentiation*, INFORMS J. Comput.
//! 21 (2009), section 3.3.

use super::SparsityPattern;
use super::colouring::Colouring;
use std::collections::HashMap;

/// Colours of the vertices of the graph of a symmetric pattern: the better of two orders.
pub(super) fn colour_acyclic(pattern: &SparsityPattern) -> Colouring {
    let mut order: Vec<usize> = (0..pattern.rows()).collect();
    let natural = Acyclic::new(pattern).colour(&order);
    order.sort_by_key(|&v| std::cmp::Reverse(pattern.row(v).len()));
    natural.better(Acyclic::new(pattern).colour(&order))
}

const UNCOLOURED: u32 = u32::MAX;

/// A vertex, and the colour of its neighbours at the other ends of some edges of a tree.
type End = (u32, u32);

struct Acyclic<'p> {
    pattern: &'p SparsityPattern,
    colours: Vec<u32>,
    /// For a vertex, each colour around it with the number of its end.
    around: Vec<Vec<(u32, u32)>>,
    numbers: HashMap<End, u32>,
    /// Ends of one tree, as disjoint sets.
    parents: Vec<u32>,
    /// For each tree, the vertex that met it last and the neighbour through which it did.
    visits: Vec<(u32, u32)>,
}

impl<'p> Acyclic<'p> {
    fn new(pattern: &'p SparsityPattern) -> Self {
        let n = pattern.rows();
        Acyclic {
            pattern,
            colours: vec![UNCOLOURED; n],
            around: vec![Vec::new(); n],
            numbers: HashMap::new(),
            parents: Vec::new(),
            visits: Vec::new(),
        }
    }

    fn colour(mut self, order: &[usize]) -> Colouring {
        let mut forbidden = vec![UNCOLOURED; self.colours.len() + 1];
        for &v in order {
            let (pattern, me) = (self.pattern, v as u32);
            let row = pattern.row(v);
            for w in row.iter().filter(|&&w| self.colours[w] != UNCOLOURED) {
                forbidden[self.colours[*w] as usize] = me;
            }
            // Only what has a colour is the end of an edge of a tree.
            for &w in row.iter().filter(|&&w| w != v) {
                for k in 0..self.around[w].len() {
                    let (colour, end) = self.around[w][k];
                    if forbidden[colour as usize] == me {
                        continue;
                    }
                    let tree = self.tree(end) as usize;
                    let (by, through) = self.visits[tree];
                    if by != me {
                        self.visits[tree] = (me, w as u32);
                    } else if through != w as u32 {
                        // v would join two vertices of one tree: a cycle.
                        forbidden[colour as usize] = me;
                    }
                }
            }
            let free = forbidden.iter().position(|&f| f != me);
            self.give(v, free.expect("one colour more than vertices") as u32);
        }
        Colouring::new(self.colours)
    }

    fn give(&mut self, v: usize, colour: u32) {
        self.colours[v] = colour;
        let pattern = self.pattern;
        for &w in pattern.row(v).iter().filter(|&&w| w != v) {
            let theirs = self.colours[w];
            if theirs != UNCOLOURED {
                let (here, there) = (self.end(v, theirs), self.end(w, colour));
                let (here, there) = (self.tree(here), self.tree(there));
                self.parents[here as usize] = there;
            }
        }
    }

    /// The number of the end at `v` towards that colour.
    fn end(&mut self, v: usize, colour: u32) -> u32 {
        let next = self.parents.len() as u32;
        let end = *self.numbers.entry((v as u32, colour)).or_insert(next);
        if end == next {
            self.parents.push(next);
            self.visits.push((UNCOLOURED, UNCOLOURED));
            self.around[v].push((colour, next));
        }
        end
    }

    /// The number that stands for the whole tree.
    fn tree(&mut self, mut end: u32) -> u32 {
        while self.parents[end as usize] != end {
            let above = self.parents[self.parents[end as usize] as usize];
            self.parents[end as usize] = above;
            end = above;
        }
        end
    }
}

/// One entry of a substitution, and its mirror image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Vertices whose entry it is: at the first, this is the only unknown left in its sum.
    pub(super) at: u32,
    pub(super) other: u32,
}

/// The order in which the off-diagonal entries follow from sums of entries: the sum at vertex `v`
/// and colour `c` holds the entries of `v` with its neighbours of that colour. Leaves come first;
/// each step takes its entry out of the other vertex's sum.
pub(super) fn substitution(pattern: &SparsityPattern, colours: &[u32]) -> Vec<Step> {
    // For each vertex and colour: how many unknown entries its sum holds, and the exclusive or of
    // the vertices at their other ends, which is the vertex itself once only one is left.
    let mut sums: HashMap<End, (u32, u32)> = HashMap::new();
    let edges = |v: usize| pattern.row(v).iter().copied().filter(move |&w| w != v);
    for v in 0..pattern.rows() {
        for w in edges(v) {
            let sum = sums.entry((v as u32, colours[w])).or_default();
            *sum = (sum.0 + 1, sum.1 ^ w as u32);
        }
    }
    let mut steps = Vec::with_capacity(pattern.len() / 2);
    let mut open: Vec<End> = Vec::new();
    for v in 0..pattern.rows() {
        for w in edges(v) {
            // First in, first out: both ends of a long path move inwards together.
            if sums[&(v as u32, colours[w])].0 == 1 {
                open.push((v as u32, colours[w]));
            }
        }
    }
    let mut next = 0;
    while next < open.len() {
        let (at, colour) = open[next];
        next += 1;
        let (1, other) = sums[&(at, colour)] else { continue };
        steps.push(Step { at, other });
        sums.insert((at, colour), (0, 0));
        let mirror = (other, colours[at as usize]);
        let sum = sums.entry(mirror).or_default();
        *sum = (sum.0 - 1, sum.1 ^ at);
        if sum.0 == 1 {
            open.push(mirror);
        }
    }
    steps
}
