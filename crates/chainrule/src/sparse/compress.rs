//! A compressed evaluation: which directions to run, and where each entry of the matrix is to be
//! read afterwards.

use super::colouring::{Colouring, colour_columns};
use super::linear::Places;
use super::star::colour_star;
use super::{Linear, SparsityPattern};

/// Whether the matrix equals its mirror image, so that half of it is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symmetry {
    None,
    Symmetric,
}

/// How to get all entries of a pattern in few sweeps.
#[derive(Debug)]
pub(crate) struct Compression {
    /// Where tangents stand in forward sweeps, with colours of columns; `None` for backward
    /// sweeps, with colours of rows.
    places: Option<Places>,
    colours: Vec<u32>,
    count: u32,
    /// Directions that run side by side.
    lanes: usize,
    /// Where each entry stands after the sweep that gives it, sweep after sweep.
    reads: Vec<Read>,
}

#[derive(Debug)]
struct Read {
    entry: u32,
    /// The place of a slot in forward sweeps, the slot itself in backward ones.
    slot: u32,
    colour: u32,
}

impl Compression {
    pub(crate) fn new(linear: &Linear, pattern: &SparsityPattern, symmetry: Symmetry) -> Self {
        let (by_column, _) = pattern.transposed();
        let columns = colour_columns(pattern, &by_column);
        let (forward, Colouring { colours, count }) = match symmetry {
            Symmetry::Symmetric => (true, columns.better(colour_star(pattern))),
            Symmetry::None => {
                let rows = colour_columns(&by_column, pattern);
                if rows.count < columns.count { (false, rows) } else { (true, columns) }
            }
        };
        let count = if pattern.is_empty() { 0 } else { count };
        let lanes = if count <= 4 { 4 } else { 8 };
        let mut reads = match symmetry {
            Symmetry::Symmetric => symmetric_reads(linear, pattern, &colours),
            Symmetry::None => {
                let read = |(entry, (i, j))| {
                    let (slot, by) =
                        if forward { (linear.rows[i], j) } else { (linear.columns[j], i) };
                    Some(Read { entry, slot: slot?, colour: colours[by] })
                };
                (0..).zip(pattern.entries()).filter_map(read).collect()
            }
        };
        let places = forward.then(|| linear.places());
        if let Some(places) = &places {
            for read in &mut reads {
                read.slot = places.of[read.slot as usize];
            }
        }
        reads.sort_by_key(|read| read.colour as usize / lanes);
        Compression { places, colours, count, lanes, reads }
    }

    /// Number of directions.
    pub(crate) fn colours(&self) -> usize {
        self.count as usize
    }

    /// The colour of each column, or row.
    pub(crate) fn colouring(&self) -> &[u32] {
        &self.colours
    }

    /// Number of sweeps, each of several directions side by side.
    pub(crate) fn sweeps(&self) -> usize {
        self.colours().div_ceil(self.lanes)
    }

    /// Whether tangents run forward rather than adjoints back.
    pub(crate) fn is_forward(&self) -> bool {
        self.places.is_some()
    }

    /// The entries, given the values of all nodes of the linearised program; `scratch` is memory.
    pub(crate) fn evaluate(
        &self,
        linear: &Linear,
        values: &[f64],
        entries: &mut [f64],
        scratch: &mut Vec<f64>,
    ) {
        let slots = self.places.as_ref().map_or(linear.slots(), |places| places.count);
        scratch.resize(slots * self.lanes, 0.0);
        match self.lanes {
            4 => self.sweep::<4>(linear, values, entries, scratch),
            _ => self.sweep::<8>(linear, values, entries, scratch),
        }
    }

    fn sweep<const L: usize>(
        &self,
        linear: &Linear,
        values: &[f64],
        entries: &mut [f64],
        scratch: &mut [f64],
    ) {
        let (lanes, _) = scratch.as_chunks_mut::<L>();
        entries.fill(0.0);
        let sweep = |read: &Read| read.colour as usize / L;
        for reads in self.reads.chunk_by(|a, b| sweep(a) == sweep(b)) {
            let first = sweep(&reads[0]) * L;
            if let Some(places) = &self.places {
                let place = |slot: u32| places.of[slot as usize] as usize;
                for slot in linear.columns.iter().flatten() {
                    lanes[place(*slot)] = [0.0; L];
                }
                self.seed(&linear.columns, first, |slot, lane| lanes[place(slot)][lane] = 1.0);
                linear.forward(values, places, lanes);
            } else {
                lanes.fill([0.0; L]);
                // Outputs that are one node have one slot.
                self.seed(&linear.rows, first, |slot, lane| lanes[slot as usize][lane] += 1.0);
                linear.reverse(values, lanes);
            }
            for read in reads {
                entries[read.entry as usize] =
                    lanes[read.slot as usize][read.colour as usize - first];
            }
        }
    }
    /// Calls `set` with slot and lane of everything whose colour is in the sweep from `first` on.
    fn seed(&self, slots: &[Option<u32>], first: usize, mut set: impl FnMut(u32, usize)) {
        for (slot, &colour) in slots.iter().zip(&self.colours) {
            let lane = (colour as usize).wrapping_sub(first);
            if let (Some(slot), true) = (slot, lane < self.lanes) {
                set(*slot, lane);
            }
        }
    }
}

/// Reads of a symmetric matrix: an entry and its mirror image from the same place, in the row where
/// the other's colour is alone.
fn symmetric_reads(linear: &Linear, pattern: &SparsityPattern, colours: &[u32]) -> Vec<Read> {
    let mut reads = Vec::with_capacity(pattern.len());
    let mut seen = vec![0_u32; colours.len() + 1];
    for i in 0..pattern.rows() {
        for &j in pattern.row(i) {
            seen[colours[j] as usize] += 1;
        }
        for &j in pattern.row(i).iter().filter(|&&j| j >= i) {
            let alone = seen[colours[j] as usize] == 1;
            let (at, by) = if alone { (i, j) } else { (j, i) };
            // Without a slot the entry is zero: its mirror image's rule alone sees a dependency.
            let Some(slot) = linear.rows[at] else { continue };
            let places = if i == j {
                [pattern.entry(i, j), None]
            } else {
                [pattern.entry(i, j), pattern.entry(j, i)]
            };
            for entry in places.into_iter().flatten() {
                reads.push(Read { entry: entry as u32, slot, colour: colours[by] });
            }
        }
        for &j in pattern.row(i) {
            seen[colours[j] as usize] = 0;
        }
    }
    reads
}
