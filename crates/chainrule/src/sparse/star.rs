//! Star colouring: neighbours differ, and no path of four vertices has only two colours. Then each
//! entry of a symmetric matrix can be read off directly, from its own place or its mirror image's.
//!
//! Source: Gebremedhin, Tarafdar, Manne and Pothen, *New acyclic and star coloring algorithms with
//! application to computing Hessians*, SIAM J. Sci. Comput. 29 (2007), section 4 (two vertices of
//! one colour around a third make it the hub of a star, and what may not touch the spokes).

use super::SparsityPattern;
use super::colouring::Colouring;
use std::collections::HashMap;

/// Colours of the vertices of the graph of a symmetric pattern: the better of two orders.
pub(super) fn colour_star(pattern: &SparsityPattern) -> Colouring {
    let mut order: Vec<usize> = (0..pattern.rows()).collect();
    let natural = Star::new(pattern).colour(&order);
    order.sort_by_key(|&v| std::cmp::Reverse(pattern.row(v).len()));
    natural.better(Star::new(pattern).colour(&order))
}

const UNCOLOURED: u32 = u32::MAX;

struct Star<'p> {
    pattern: &'p SparsityPattern,
    colours: Vec<u32>,
    /// For a vertex and a colour: a neighbour of that colour, and whether there is a second.
    around: HashMap<(u32, u32), (u32, bool)>,
    /// The colours around a vertex, each once.
    colours_around: Vec<Vec<u32>>,
    /// For a vertex, the colours of the hubs of which it is a spoke.
    hubs: Vec<Vec<u32>>,
}

impl<'p> Star<'p> {
    fn new(pattern: &'p SparsityPattern) -> Self {
        let n = pattern.rows();
        Star {
            pattern,
            colours: vec![UNCOLOURED; n],
            around: HashMap::new(),
            colours_around: vec![Vec::new(); n],
            hubs: vec![Vec::new(); n],
        }
    }

    fn colour(mut self, order: &[usize]) -> Colouring {
        let mut forbidden = vec![UNCOLOURED; self.colours.len() + 1];
        for &v in order {
            for w in self.coloured_neighbours(v) {
                let colour = self.colours[w];
                forbidden[colour as usize] = v as u32;
                // v as the end of a path: w is a spoke already.
                self.hubs[w].iter().for_each(|&c| forbidden[c as usize] = v as u32);
                // v inside a path: w has a twin on the other side of v.
                if self.around[&(v as u32, colour)].1 {
                    self.colours_around[w].iter().for_each(|&c| forbidden[c as usize] = v as u32);
                }
            }
            let free = forbidden.iter().position(|&f| f != v as u32);
            let colour = free.expect("one colour more than vertices");
            self.give(v, colour as u32);
        }
        Colouring::new(self.colours)
    }

    fn neighbours(&self, v: usize) -> impl Iterator<Item = usize> + use<'p> {
        self.pattern.row(v).iter().copied().filter(move |&w| w != v)
    }

    fn coloured_neighbours(&self, v: usize) -> impl Iterator<Item = usize> {
        self.neighbours(v).filter(|&w| self.colours[w] != UNCOLOURED)
    }

    fn give(&mut self, v: usize, colour: u32) {
        self.colours[v] = colour;
        for w in self.neighbours(v) {
            let theirs = self.colours[w];
            if theirs != UNCOLOURED && self.around[&(v as u32, theirs)].1 {
                self.hubs[w].push(colour);
            }
            let Some((first, many)) = self.around.get_mut(&(w as u32, colour)) else {
                self.around.insert((w as u32, colour), (v as u32, false));
                self.colours_around[w].push(colour);
                continue;
            };
            if theirs != UNCOLOURED {
                if !*many {
                    self.hubs[*first as usize].push(theirs);
                }
                self.hubs[v].push(theirs);
            }
            *many = true;
        }
    }
}
