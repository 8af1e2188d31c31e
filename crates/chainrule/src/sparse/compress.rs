//! A compressed evaluation: which directions to run, and where each entry of the matrix is to be
//! read afterwards.

use super::acyclic::{colour_acyclic, substitution};
use super::colouring::{Colouring, colour_columns};
use super::star::colour_star;
use super::{Linear, SparsityPattern};
use std::collections::HashMap;

/// Whether the matrix equals its mirror image, so that half of it is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symmetry {
    None,
    Symmetric,
}

/// How the entries of a Hessian follow from its products with few directions.
///
/// | | colours of a band of half-width *b* | an entry is |
/// |---|---|---|
/// | `Direct` | 2*b* + 1 | one number of one product: as accurate as the product |
/// | `Substitution` | *b* + 1 | a number less the entries found before it in its tree |
///
/// A substitution only adds and subtracts, so errors do not grow, but they do add up: an entry is
/// off by at most the rounding errors of all products in the part of its tree that comes before it. That is
/// an error relative to the *largest* entries of the tree: a small entry beside large ones loses
/// digits that `Direct` keeps. The order is that of leaves: an entry is found when it is the only
/// unknown of its vertex towards a colour, first found first used, so that a path is eaten from
/// both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recovery {
    /// By star colouring or colours of columns, whichever has fewer colours.
    #[default]
    Direct,
    /// By acyclic colouring.
    Substitution,
    /// By the one that takes fewer sweeps, directly if both take as many.
    Fewest,
}

/// How to get all entries of a pattern in few sweeps.
#[derive(Debug)]
pub(crate) struct Compression {
    /// Whether tangents run forward, with colours of columns, rather than adjoints back, with
    /// colours of rows.
    forward: bool,
    colours: Vec<u32>,
    count: u32,
    /// Directions that run side by side.
    lanes: usize,
    /// Where each number stands after the sweep that gives it, sweep after sweep.
    reads: Vec<Read>,
    /// What follows when all sweeps are done, if the numbers read are not the entries themselves.
    substitution: Option<Substitution>,
}

#[derive(Debug)]
struct Read {
    /// Number of the entry, or of the sum of entries.
    entry: u32,
    /// The place of a slot in forward sweeps, the slot itself in backward ones.
    slot: u32,
    colour: u32,
}

/// From sums of entries to entries.
#[derive(Debug)]
struct Substitution {
    sums: usize,
    steps: Vec<Solve>,
}

/// Entries that a sum is by now, and the sum that they are taken out of.
#[derive(Debug)]
struct Solve {
    sum: u32,
    entries: [u32; 2],
    from: Option<u32>,
}

impl Compression {
    pub(crate) fn new(linear: &Linear, pattern: &SparsityPattern, symmetry: Symmetry) -> Self {
        let (by_column, _) = pattern.transposed();
        let columns = colour_columns(pattern, &by_column);
        let (forward, colouring) = match symmetry {
            Symmetry::Symmetric => (true, columns.better(colour_star(pattern))),
            Symmetry::None => {
                let rows = colour_columns(&by_column, pattern);
                if rows.count < columns.count { (false, rows) } else { (true, columns) }
            }
        };
        let reads = match symmetry {
            Symmetry::Symmetric => symmetric_reads(linear, pattern, &colouring.colours),
            Symmetry::None => {
                let read = |(entry, (i, j))| {
                    let (slot, by) =
                        if forward { (linear.rows[i], j) } else { (linear.columns[j], i) };
                    Some(Read { entry, slot: slot?, colour: colouring.colours[by] })
                };
                (0..).zip(pattern.entries()).filter_map(read).collect()
            }
        };
        Self::of(linear, pattern, colouring, forward, reads)
    }

    /// By acyclic colouring and substitution, for a symmetric matrix.
    pub(crate) fn substituting(linear: &Linear, pattern: &SparsityPattern) -> Self {
        let colouring = colour_acyclic(pattern);
        let (reads, substitution) = sums(linear, pattern, &colouring.colours);
        let substitution = Some(substitution);
        Compression { substitution, ..Self::of(linear, pattern, colouring, true, reads) }
    }

    fn of(
        linear: &Linear,
        pattern: &SparsityPattern,
        Colouring { colours, count }: Colouring,
        forward: bool,
        mut reads: Vec<Read>,
    ) -> Self {
        let count = if pattern.is_empty() { 0 } else { count };
        let lanes = if count <= 4 { 4 } else { 8 };
        if forward {
            let places = linear.places();
            for read in &mut reads {
                read.slot = places.of[read.slot as usize];
            }
        }
        reads.sort_by_key(|read| read.colour as usize / lanes);
        Compression { forward, colours, count, lanes, reads, substitution: None }
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
        self.forward
    }

    /// Numbers of scratch memory that an evaluation takes.
    pub(crate) fn scratch(&self, linear: &Linear) -> usize {
        let slots = if self.forward { linear.places().count } else { linear.slots() };
        slots * self.lanes + self.substitution.as_ref().map_or(0, |s| s.sums)
    }

    /// The entries, given the values of all nodes of the linearised program; `scratch` is memory.
    pub(crate) fn evaluate(
        &self,
        linear: &Linear,
        values: &[f64],
        entries: &mut [f64],
        scratch: &mut Vec<f64>,
    ) {
        scratch.resize(self.scratch(linear).max(scratch.len()), 0.0);
        let Some(substitution) = &self.substitution else {
            return self.sweeps_into(linear, values, entries, scratch);
        };
        let (sums, lanes) = scratch.split_at_mut(substitution.sums);
        self.sweeps_into(linear, values, sums, lanes);
        entries.fill(0.0);
        for solve in &substitution.steps {
            let value = sums[solve.sum as usize];
            for &entry in &solve.entries {
                entries[entry as usize] = value;
            }
            if let Some(from) = solve.from {
                sums[from as usize] -= value;
            }
        }
    }

    fn sweeps_into(&self, linear: &Linear, values: &[f64], out: &mut [f64], lanes: &mut [f64]) {
        match self.lanes {
            4 => self.sweep::<4>(linear, values, out, lanes),
            _ => self.sweep::<8>(linear, values, out, lanes),
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
            if self.forward {
                let places = linear.places();
                let place = |slot: u32| places.of[slot as usize] as usize;
                for slot in linear.columns.iter().flatten() {
                    lanes[place(*slot)] = [0.0; L];
                }
                self.seed(&linear.columns, first, |slot, lane| lanes[place(slot)][lane] = 1.0);
                linear.forward(values, lanes);
            } else {
                lanes[..linear.slots()].fill([0.0; L]);
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
            for entry in both(pattern, i, j).into_iter().flatten() {
                reads.push(Read { entry, slot, colour: colours[by] });
            }
        }
        for &j in pattern.row(i) {
            seen[colours[j] as usize] = 0;
        }
    }
    reads
}

/// Reads of the sums at each vertex and colour, and how the entries follow from them.
fn sums(linear: &Linear, pattern: &SparsityPattern, colours: &[u32]) -> (Vec<Read>, Substitution) {
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    let mut reads = Vec::new();
    for i in 0..pattern.rows() {
        for &j in pattern.row(i) {
            let (colour, next) = (colours[j], numbers.len() as u32);
            let sum = *numbers.entry((i as u32, colour)).or_insert(next);
            if let (true, Some(slot)) = (sum == next, linear.rows[i]) {
                reads.push(Read { entry: sum, slot, colour });
            }
        }
    }
    let number = |v: u32, of: u32| numbers[&(v, colours[of as usize])];
    let mut steps = Vec::with_capacity(pattern.len() / 2 + pattern.rows());
    for i in (0..pattern.rows()).filter(|&i| pattern.contains(i, i)) {
        // No neighbour has the vertex's own colour: the sum is the entry.
        let [entry, _] = both(pattern, i, i).map(|e| e.expect("it is in the pattern"));
        let sum = number(i as u32, i as u32);
        steps.push(Solve { sum, entries: [entry, entry], from: None });
    }
    for step in substitution(pattern, colours) {
        let entries = both(pattern, step.at as usize, step.other as usize)
            .map(|e| e.expect("the pattern is symmetric"));
        let (sum, from) = (number(step.at, step.other), Some(number(step.other, step.at)));
        steps.push(Solve { sum, entries, from });
    }
    (reads, Substitution { sums: numbers.len(), steps })
}

/// The numbers of an entry and its mirror image; an entry on the diagonal is its own.
fn both(pattern: &SparsityPattern, i: usize, j: usize) -> [Option<u32>; 2] {
    [(i, j), (j, i)].map(|(i, j)| pattern.entry(i, j).map(|e| e as u32))
}
