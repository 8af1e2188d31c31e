//! Sweeps in given directions: several tangents, or adjoints, side by side.

use super::Linear;

/// Directions of one sweep, the larger sizes first: the last sweep takes the smallest that is
/// enough.
const LANES: [usize; 4] = [8, 4, 2, 1];

/// Number of sweeps for so many directions.
pub(crate) fn sweeps(directions: usize) -> usize {
    directions.div_ceil(LANES[0])
}

/// The size of a sweep with so many directions left.
fn lanes(left: usize) -> usize {
    LANES.into_iter().rev().find(|&lanes| lanes >= left).unwrap_or(LANES[0])
}

impl Linear {
    /// Numbers of scratch memory that sweeps in so many directions take.
    pub(crate) fn scratch(&self, directions: usize, forward: bool) -> usize {
        let slots = if forward { self.places().count } else { self.slots() };
        slots * lanes(directions)
    }

    /// Calls `each(d, i, t)` with the tangent of row `i` in direction `d`, whose entry for column
    /// `j` is `seed(d, j)`; `values` are those of all nodes of [`program`](Linear::program).
    pub(crate) fn tangents(
        &self,
        values: &[f64],
        directions: usize,
        scratch: &mut Vec<f64>,
        seed: impl Fn(usize, usize) -> f64,
        mut each: impl FnMut(usize, usize, f64),
    ) {
        scratch.resize(self.scratch(directions, true).max(scratch.len()), 0.0);
        let mut first = 0;
        while first < directions {
            let left = directions - first;
            match lanes(left) {
                8 => self.tangents_from::<8>(values, first, left, scratch, &seed, &mut each),
                4 => self.tangents_from::<4>(values, first, left, scratch, &seed, &mut each),
                2 => self.tangents_from::<2>(values, first, left, scratch, &seed, &mut each),
                _ => self.tangents_from::<1>(values, first, left, scratch, &seed, &mut each),
            }
            first += lanes(left);
        }
    }

    /// Calls `each(d, j, a)` with the adjoint of column `j` for weights `d`, whose entry for row `i`
    /// is `seed(d, i)`.
    pub(crate) fn adjoints(
        &self,
        values: &[f64],
        directions: usize,
        scratch: &mut Vec<f64>,
        seed: impl Fn(usize, usize) -> f64,
        mut each: impl FnMut(usize, usize, f64),
    ) {
        scratch.resize(self.scratch(directions, false).max(scratch.len()), 0.0);
        let mut first = 0;
        while first < directions {
            let left = directions - first;
            match lanes(left) {
                8 => self.adjoints_from::<8>(values, first, left, scratch, &seed, &mut each),
                4 => self.adjoints_from::<4>(values, first, left, scratch, &seed, &mut each),
                2 => self.adjoints_from::<2>(values, first, left, scratch, &seed, &mut each),
                _ => self.adjoints_from::<1>(values, first, left, scratch, &seed, &mut each),
            }
            first += lanes(left);
        }
    }

    fn tangents_from<const L: usize>(
        &self,
        values: &[f64],
        first: usize,
        left: usize,
        scratch: &mut [f64],
        seed: &impl Fn(usize, usize) -> f64,
        each: &mut impl FnMut(usize, usize, f64),
    ) {
        let (lanes, _) = scratch.as_chunks_mut::<L>();
        let used = left.min(L);
        let places = &self.places().of;
        for (j, slot) in self.columns.iter().enumerate() {
            let Some(slot) = slot else { continue };
            let lane = &mut lanes[places[*slot as usize] as usize];
            *lane = [0.0; L];
            for (k, entry) in lane.iter_mut().enumerate().take(used) {
                *entry = seed(first + k, j);
            }
        }
        self.forward(values, lanes);
        for (i, slot) in self.rows.iter().enumerate() {
            let tangents = slot.map_or([0.0; L], |s| lanes[places[s as usize] as usize]);
            tangents.iter().enumerate().take(used).for_each(|(k, &t)| each(first + k, i, t));
        }
    }

    fn adjoints_from<const L: usize>(
        &self,
        values: &[f64],
        first: usize,
        left: usize,
        scratch: &mut [f64],
        seed: &impl Fn(usize, usize) -> f64,
        each: &mut impl FnMut(usize, usize, f64),
    ) {
        let (lanes, _) = scratch.as_chunks_mut::<L>();
        let used = left.min(L);
        lanes[..self.slots()].fill([0.0; L]);
        for (i, slot) in self.rows.iter().enumerate() {
            let Some(slot) = slot else { continue };
            // Rows that are one node share its slot.
            let lane = &mut lanes[*slot as usize];
            lane.iter_mut().enumerate().take(used).for_each(|(k, s)| *s += seed(first + k, i));
        }
        self.reverse(values, lanes);
        for (j, slot) in self.columns.iter().enumerate() {
            let adjoints = slot.map_or([0.0; L], |s| lanes[s as usize]);
            adjoints.iter().enumerate().take(used).for_each(|(k, &a)| each(first + k, j, a));
        }
    }
}
