//! The block interpreter: each instruction runs over the rows of a block, whose slots stay in the
//! cache.

#![expect(unsafe_code, reason = "places are columns of the caller and slots, read side by side")]

use super::dispatch::Instructions;
use super::lanes::Lanes;
use super::plan::{Plan, WORTH_A_COPY};
use super::split::{Split, turn};
use std::ops::Range;

/// Lanes of each sum; row `i` of a chunk goes to lane `i mod 8`.
pub(super) const LANES: usize = 8;

/// Eight rows of a slot, or the lanes of a sum, in one cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Group(pub(super) [f64; LANES]);

/// Memory of one worker.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Groups of rows in a block that is full.
    groups: usize,
    /// Slot after slot.
    slots: Vec<Group>,
    /// Room for a copy of each column. Not behind the slots: a reference to it must not be one to
    /// them, whose places are in use.
    room: Vec<Group>,
    /// Room for each output column, apart for the same reason.
    ends: Vec<Group>,
    /// Lanes of the sums.
    pub(super) lanes: Vec<Group>,
    /// Where the rows of the block stand: columns, output columns, slots.
    places: Vec<*mut f64>,
}

// SAFETY: `run` writes the places anew before it reads through them; the memory is the frame's own.
unsafe impl Send for Frame {}

impl Frame {
    /// A frame of an earlier call or a new one, for blocks of so many rows.
    pub(super) fn take(plan: &Plan, rows: usize) -> Self {
        let mut frame = plan.spare.take();
        frame.groups = rows.div_ceil(LANES);
        frame.slots.resize(frame.groups * plan.slots, Group([0.0; LANES]));
        frame.room.resize(frame.groups * plan.columns, Group([0.0; LANES]));
        frame.ends.resize(frame.groups * plan.stores, Group([0.0; LANES]));
        frame
    }

    /// Points the places of slots at the memory, and fills in the numbers that some hold.
    fn lay_out(&mut self, plan: &Plan, uniforms: &[f64]) {
        let groups = self.groups;
        for &(slot, u) in &plan.filled {
            let slot = &mut self.slots[slot as usize * groups..][..groups];
            slot.fill(Group([uniforms[u as usize]; LANES]));
        }
        self.places.clear();
        self.places.resize(plan.columns + plan.stores, std::ptr::null_mut());
        let slots = self.slots.chunks_exact_mut(groups);
        self.places.extend(slots.map(|slot| slot.as_mut_ptr().cast::<f64>()));
    }

    /// Points the places of columns at a block of rows: the caller's own, or a copy of them where the
    /// column ends within the last group or the plan reads it often and it begins within a cache line.
    fn seek(&mut self, plan: &Plan, columns: &[&[f64]], rows: Range<usize>) {
        let whole = rows.start..rows.start + rows.len().next_multiple_of(LANES);
        let room = self.room.chunks_exact_mut(self.groups);
        let places = self.places.iter_mut().zip(columns.iter().zip(&plan.reads));
        for ((place, (column, &reads)), room) in places.zip(room) {
            if let Some(column) = column.get(whole.clone()) {
                let is_aligned = column.as_ptr().addr().is_multiple_of(size_of::<Group>());
                if is_aligned || reads < WORTH_A_COPY {
                    *place = column.as_ptr().cast_mut();
                    continue;
                }
            }
            let column = &column[rows.clone()];
            let (eights, rest) = column.as_chunks::<LANES>();
            for (group, rows) in room.iter_mut().zip(eights) {
                group.0 = *rows;
            }
            if let (Some(last), Some(group)) = (rest.last(), room.get_mut(eights.len())) {
                // Rows behind the end repeat the last one, so that they take no rare way of their own.
                group.0[..rest.len()].copy_from_slice(rest);
                group.0[rest.len()..].fill(*last);
            }
            *place = room.as_mut_ptr().cast();
        }
    }

    /// Points the places of output columns at a block of their rows, or at room where the last group
    /// is not full.
    fn aim(&mut self, plan: &Plan, outputs: &mut [&mut [f64]], rows: Range<usize>) {
        let is_whole = rows.len().is_multiple_of(LANES);
        let room = self.ends.chunks_exact_mut(self.groups);
        let places = self.places.iter_mut().skip(plan.columns);
        for ((place, output), room) in places.zip(outputs).zip(room) {
            *place =
                if is_whole { output[rows.clone()].as_mut_ptr() } else { room.as_mut_ptr().cast() };
        }
    }

    /// Copies the rows of output columns from the room.
    fn deliver(&self, outputs: &mut [&mut [f64]], rows: Range<usize>) {
        if rows.len().is_multiple_of(LANES) {
            return;
        }
        let room = self.ends.chunks_exact(self.groups);
        for (output, room) in outputs.iter_mut().zip(room) {
            for (to, from) in output[rows.clone()].chunks_mut(LANES).zip(room) {
                to.copy_from_slice(&from.0[..to.len()]);
            }
        }
    }
}

/// What a run over rows gives: sums of lanes, or output columns.
pub(super) struct Results<'r, 'c> {
    pub(super) sums: &'r mut [Group],
    pub(super) stores: &'r mut [&'c mut [f64]],
    /// Whether a NaN was stored.
    pub(super) has_nan: bool,
}

/// Runs `plan` over `rows` of the columns. Sums are added to, and their lanes may be turned; output
/// columns begin at the first of the rows.
pub(super) fn run(
    instructions: Instructions,
    plan: &Plan,
    frame: &mut Frame,
    columns: &[&[f64]],
    rows: Range<usize>,
    uniforms: &[f64],
    results: &mut Results<'_, '_>,
) {
    assert!(columns.len() == plan.columns && uniforms.len() == plan.uniform_count());
    assert!(frame.slots.len() == frame.groups * plan.slots);
    assert!(frame.room.len() == frame.groups * plan.columns);
    assert!(frame.ends.len() == frame.groups * plan.stores);
    assert!(results.sums.len() == plan.sums && results.stores.len() == plan.stores);
    let steps = plan.steps(instructions);
    frame.lay_out(plan, uniforms);
    let split = Split::new(plan, columns, rows.clone(), frame.groups * LANES);
    let (first, aligned) = (rows.start, split.aligned);
    for rows in split {
        if rows.start == aligned {
            turn(results.sums, aligned - first);
        }
        frame.seek(plan, columns, rows.clone());
        let rows = rows.start - first..rows.end - first;
        frame.aim(plan, results.stores, rows.clone());
        let (groups, count) = (rows.len().div_ceil(LANES), rows.len());
        let block = Block { plan, places: &frame.places, uniforms, groups, count };
        for (i, step) in plan.code.iter().zip(steps) {
            step.call(&block, i, results);
        }
        frame.deliver(results.stores, rows);
    }
}

/// One block of rows.
#[derive(Clone, Copy)]
pub(super) struct Block<'r> {
    plan: &'r Plan,
    places: &'r [*mut f64],
    uniforms: &'r [f64],
    /// Groups of eight rows; the last may not be full.
    groups: usize,
    /// Its rows.
    count: usize,
}

impl<'r> Block<'r> {
    #[inline(always)]
    pub(super) fn groups(self) -> usize {
        self.groups
    }

    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.count
    }

    #[inline(always)]
    fn at(self, place: u32) -> *mut f64 {
        debug_assert!((place as usize) < self.places.len());
        // SAFETY: `Plan::check` made sure that the place exists.
        unsafe { *self.places.get_unchecked(place as usize) }
    }

    /// The rows of a place, whole groups of them.
    #[inline(always)]
    pub(super) fn get(self, place: u32) -> &'r [f64] {
        // SAFETY: `Frame::lay_out`, `seek` and `aim` pointed each place at so many groups of rows that
        // outlive the block: a slot, or rows of a column. `Plan::check` made sure that no instruction writes
        // what it reads.
        unsafe { std::slice::from_raw_parts(self.at(place), self.groups * LANES) }
    }

    /// The rows of `N` places, listed from `list` on.
    #[inline(always)]
    pub(super) fn all<const N: usize>(self, list: u32) -> [&'r [f64]; N] {
        let mut all: [&[f64]; N] = [&[]; N];
        for (rows, &place) in all.iter_mut().zip(self.list(list, N)) {
            *rows = self.get(place);
        }
        all
    }

    /// The rows of a slot or an output column, to be written.
    #[inline(always)]
    pub(super) fn set(self, place: u32) -> &'r mut [f64] {
        // SAFETY: as for `get`; `Plan::check` made sure that only slots and output columns are
        // written, which are lent to this block alone, and that the two of one instruction differ.
        unsafe { std::slice::from_raw_parts_mut(self.at(place), self.groups * LANES) }
    }

    /// `W` groups of a place, from group `at` on.
    #[inline(always)]
    pub(super) fn window<const W: usize>(self, place: u32, at: usize) -> &'r [[f64; LANES]; W] {
        debug_assert!(at + W <= self.groups);
        // SAFETY: as for `get`; the place has these groups.
        unsafe { &*self.at(place).add(at * LANES).cast() }
    }

    /// `W` groups of a slot, to be written, from group `at` on.
    #[inline(always)]
    pub(super) fn window_mut<const W: usize>(
        self,
        place: u32,
        at: usize,
    ) -> &'r mut [[f64; LANES]; W] {
        debug_assert!(at + W <= self.groups);
        // SAFETY: as for `set`; the slot has these groups.
        unsafe { &mut *self.at(place).add(at * LANES).cast() }
    }

    /// Group `at + k` of a place.
    #[inline(always)]
    pub(super) fn load<L: Lanes>(self, place: u32, at: usize, k: usize) -> L {
        let [group] = self.window::<1>(place, at + k);
        L::load(group)
    }

    #[inline(always)]
    pub(super) fn number(self, u: u32) -> f64 {
        self.uniforms[u as usize]
    }

    #[inline(always)]
    pub(super) fn list(self, from: u32, len: usize) -> &'r [u32] {
        &self.plan.lists[from as usize..][..len]
    }
}
