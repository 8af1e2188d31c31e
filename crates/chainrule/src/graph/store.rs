//! The memory of an eager graph: 24-byte [records](Record), one a node, appended in topological order.
//!
//! Inputs that come before everything else have a place like any node, but only their values are written, one after
//! the other from the place of node 1 on: nothing else is to be known of them, and for a graph of a few operations
//! their records would be most of the writing.

#![allow(unsafe_code, reason = "the append path is what the eager graph's speed hangs on")]

use super::record::{Argument, Index, List, MASK, NUMBERS, Record, Run, is_wide};
use crate::algebra::Op;
use std::cell::{Cell, UnsafeCell};
use std::hint::assert_unchecked;
use std::mem::MaybeUninit;

/// Room for so many records there is from the start: where the compiler knows that there are fewer, it tests for none.
const LEAST: Index = 64;
const FULL: &str = "a graph holds at most 2^28 nodes; clear it between steps";

/// The list of records, appended to through a shared reference.
#[derive(Debug)]
pub(crate) struct Store {
    /// Owns the memory. Its first `len` records are written, but for those of leading inputs; its own length stays 0.
    memory: UnsafeCell<Vec<MaybeUninit<Record>>>,
    /// Start of that memory.
    base: Cell<*mut Record>,
    /// Never 0: the first record stands for the constants.
    len: Cell<Index>,
    /// Nodes from 1 up to this one are inputs.
    first_not_input: Cell<Index>,
    capacity: Cell<Index>,
    /// There are nothing but leading inputs and regular records, and nothing else to forget when the graph is cleared.
    is_plain: Cell<bool>,
    /// The second list of the last inner product of two runs; empty if there was none.
    last_list: Cell<List>,
}

// SAFETY: `base` points into `memory`, which moves along; nothing is shared with another thread.
unsafe impl Send for Store {}

impl Default for Store {
    fn default() -> Self {
        let mut memory = Vec::with_capacity(LEAST as usize);
        memory.push(MaybeUninit::new(Record::CONSTANTS));
        memory.clear();
        Store {
            base: Cell::new(memory.as_mut_ptr().cast()),
            capacity: Cell::new(memory.capacity() as Index),
            memory: UnsafeCell::new(memory),
            len: Cell::new(1),
            first_not_input: Cell::new(1),
            is_plain: Cell::new(true),
            last_list: Cell::default(),
        }
    }
}

impl Store {
    /// Number of records, argument records and the constant's included.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len.get() as usize
    }

    /// Forgets every node and keeps the memory.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.len.set(1);
        self.first_not_input.set(1);
    }

    /// Says again what is known of a store that was cleared, where the compiler did not see that.
    #[inline(always)]
    pub(super) fn start(&mut self) {
        debug_assert!(self.is_plain() && self.len() == 1, "a store that was cleared");
        self.is_plain.set(true);
        self.clear();
    }

    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain.get()
    }

    /// Something was recorded that is more than an input or a regular record, or beside the records.
    pub(super) fn not_plain(&self) {
        self.is_plain.set(false);
    }

    /// Forgets what is not plain.
    pub(super) fn forget(&mut self) {
        self.last_list.take();
        self.is_plain.set(true);
    }

    #[inline]
    pub(super) fn record(&self, node: Index) -> Record {
        assert!(node < self.len.get(), "a node of this graph");
        if node.wrapping_sub(1) < self.first_not_input.get() - 1 {
            // SAFETY: the values of the leading inputs are written, each at this place for its node.
            return Record::input(unsafe { *self.leading(node) });
        }
        // SAFETY: the first `len` records are written but for those above, and no reference to one is ever given out.
        unsafe { *self.base.get().add(node as usize) }
    }

    /// Where the value of a leading input stands.
    #[inline(always)]
    fn leading(&self, node: Index) -> *mut f64 {
        // Within the memory of the records up to the node's own.
        self.base.get().wrapping_add(1).cast::<f64>().wrapping_add(node as usize - 1)
    }

    /// Place of the next record, with room for `count` from there on.
    #[inline(always)]
    fn room(&self, count: Index) -> Index {
        let next = self.len.get();
        // SAFETY: so much there was from the start, and it only grows.
        unsafe { assert_unchecked(self.capacity.get() >= LEAST) };
        if self.capacity.get() - next < count {
            self.grow(count);
        }
        next
    }

    #[cold]
    #[inline(never)]
    fn grow(&self, count: Index) {
        let len = self.len.get();
        let left = MASK as Index - len;
        assert!(count <= left, "{FULL}");
        // SAFETY: `Store` is not `Sync` and gives out no reference to its memory, so this is the
        // only one; what moves along may be unwritten.
        let memory = unsafe {
            let memory = &mut *self.memory.get();
            memory.set_len(len as usize);
            memory
        };
        memory.reserve(count.max(len.min(left)) as usize);
        self.base.set(memory.as_mut_ptr().cast());
        self.capacity.set(memory.capacity().min(MASK as usize) as Index);
        // SAFETY: shortening; records need no drop.
        unsafe { memory.set_len(0) };
    }

    /// Writes records one after the other and returns their numbers, of which the compiler then knows that they
    /// are not the constants'.
    #[inline(always)]
    fn push<const N: usize>(&self, records: [Record; N]) -> [Index; N] {
        let next = self.room(N as Index);
        // SAFETY: `room` made the place that is written; no reference points to it.
        unsafe { self.base.get().add(next as usize).cast::<[Record; N]>().write(records) };
        self.len.set(next + N as Index);
        // SAFETY: `len` was below 2^28 before.
        unsafe { numbered(next) }
    }

    /// Records an output of a call, with its value.
    pub(super) fn output(&self, site: Index, output: Index, value: f64) -> Index {
        self.not_plain();
        self.push([Record::output(site, output, value)])[0]
    }

    /// Records inputs one after the other.
    #[inline(always)]
    pub(super) fn inputs<const N: usize>(&self, values: [f64; N]) -> [Index; N] {
        let mut first = self.len.get();
        if self.first_not_input.get() == first {
            self.room(N as Index);
            // SAFETY: `room` made the place that is written; no reference points to it.
            unsafe { self.leading(first).cast::<[f64; N]>().write(values) };
            self.len.set(first + N as Index);
            self.first_not_input.set(first + N as Index);
        } else {
            first = self.later_inputs(values);
        }
        // SAFETY: that was the length.
        unsafe { numbered(first) }
    }

    /// Inputs after something else have records like any other node. Returns the number of the first.
    #[inline(never)]
    fn later_inputs<const N: usize>(&self, values: [f64; N]) -> Index {
        let first = self.len.get();
        self.not_plain();
        self.push(values.map(Record::input));
        first
    }

    /// Records an operation of one or two arguments; `carries` tells whether the derivative flows to
    /// each that is not a constant.
    #[inline(always)]
    pub(super) fn narrow(
        &self,
        op: Op,
        carries: bool,
        nodes: [Index; 2],
        numbers: [f64; 2],
    ) -> Index {
        if !carries {
            self.not_plain();
        }
        self.push([Record::narrow(op, carries, nodes, numbers)])[0]
    }

    /// Records an operation of three arguments or of any number, given two by two.
    #[inline]
    pub(super) fn wide(
        &self,
        op: Op,
        count: usize,
        pairs: impl ExactSizeIterator<Item = [Argument; 2]>,
    ) -> Index {
        let room = pairs.len();
        assert!(count < MASK as usize && room < MASK as usize, "{FULL}");
        self.not_plain();
        let start = self.room(room as Index);
        // SAFETY: `start` is the place after the last record, within the memory or at its end.
        let first = unsafe { self.base.get().add(start as usize) };
        let mut written = 0;
        for pair in pairs.take(room) {
            let record = Record::arguments(pair);
            // SAFETY: `written < room` and `room` records have a place there; the iterators of this
            // module record nothing, so the memory does not move.
            unsafe { first.add(written).write(record) };
            written += 1;
        }
        self.len.set(start + written as Index);
        self.push([Record::wide(op, count as Index)])[0]
    }

    /// Records the inner product of two runs, whose numbers come in pairs; nothing if they end before `count`.
    ///
    /// The second list is not kept again if the last product had the same: the rows of a layer do.
    #[inline(always)]
    pub(super) fn runs(
        &self,
        [a, b]: [Run; 2],
        count: usize,
        pairs: impl Iterator<Item = [f64; 2]>,
    ) -> Option<Index> {
        assert!(count < MASK as usize, "{FULL}");
        self.not_plain();
        let block = count.div_ceil(NUMBERS);
        let next = self.room(2 * block as Index + 1);
        // SAFETY: `next` is the place after the last record, within the memory or at its end.
        let first = unsafe { self.base.get().add(next as usize) };
        // SAFETY: `room` made place for both lists, of which the last record may be filled in part only.
        let second = unsafe {
            first.add(block - 1).write(Record::CONSTANTS);
            first.add(2 * block - 1).write(Record::CONSTANTS);
            first.add(block)
        };
        let mut written = 0;
        for [a, b] in pairs.take(count) {
            // SAFETY: `written < count`, for which both lists have room; the iterators of this module record
            // nothing, so the memory does not move.
            unsafe {
                first.cast::<f64>().add(written).write(a);
                second.cast::<f64>().add(written).write(b);
            }
            written += 1;
        }
        if written < count {
            return None;
        }
        let count = count as Index;
        let mut list = List { run: b, count, place: next + block as Index };
        let last = self.last_list.get();
        let mut own = 2;
        if last.run == b && last.count == count && !b.is_constant() {
            (list, own) = (last, 1);
        }
        self.last_list.set(list);
        self.len.set(next + own * block as Index);
        Some(self.push([Record::runs(a, list, own)])[0])
    }

    /// Forgets the records from `len` on.
    pub(super) fn truncate(&self, len: usize) {
        assert!(0 < len && len <= self.len(), "some of the records that were written");
        self.len.set(len as Index);
        self.first_not_input.set(self.first_not_input.get().min(len as Index));
        self.last_list.take();
    }

    /// The nodes up to `last`, which is one: inputs before results.
    pub(super) fn nodes(&self, last: Index) -> Vec<Index> {
        let mut nodes = Vec::new();
        let mut node = last;
        while node > 0 {
            nodes.push(node);
            node -= 1 + self.record(node).below() as Index;
        }
        nodes.reverse();
        nodes
    }

    /// The records from `first` up to the one before `end`, none of which is a leading input's.
    ///
    /// # Safety
    ///
    /// Nothing may be recorded while the slice is in use.
    #[inline(always)]
    pub(super) unsafe fn records(&self, first: usize, end: usize) -> &[Record] {
        let is_written = self.first_not_input().min(end) <= first && first <= end;
        assert!(is_written && end <= self.len(), "no more records than were written");
        // SAFETY: these records are written, and the caller promises that they stay where they are.
        unsafe { std::slice::from_raw_parts(self.base.get().add(first), end - first) }
    }

    /// The first node that is not a leading input.
    #[inline(always)]
    pub(super) fn first_not_input(&self) -> usize {
        self.first_not_input.get() as usize
    }

    /// The arguments of operation `op` recorded at `node`.
    pub(super) fn arguments(&self, op: Op, node: Index) -> impl Iterator<Item = Argument> + '_ {
        let top = self.record(node);
        let first = node - top.below() as Index;
        let runs = top.as_runs(first);
        let count = match runs {
            Some(lists) => 2 * lists[0].count as usize,
            None if is_wide(op) => top.nodes()[0] as usize,
            None => op.info().arguments.len(),
        };
        (0..count).map(move |i| {
            let Some(lists) = runs else {
                let record = self.record(first + i as Index / 2);
                return Argument { node: record.nodes()[i % 2], number: record.numbers[i % 2] };
            };
            // A number of the one list is the partial of the other's at the same position.
            let run = lists[i % 2].run;
            let numbers = lists[if run.is_constant() { i % 2 } else { 1 - i % 2 }].place;
            let i = i as Index / 2;
            let number = self.record(numbers + i / NUMBERS as Index).as_numbers();
            Argument { node: run.start + i * run.stride, number: number[i as usize % NUMBERS] }
        })
    }
}

/// The numbers of nodes recorded one after the other from `first` on, of which the compiler then knows that they are
/// not the constants'.
///
/// # Safety
///
/// `first` is the length of a store: above 0 and at most 2^28.
#[inline(always)]
unsafe fn numbered<const N: usize>(first: Index) -> [Index; N] {
    let mut nodes = [first; N];
    for (k, node) in nodes.iter_mut().enumerate() {
        *node += k as Index;
        // SAFETY: the caller's promise.
        unsafe { assert_unchecked(*node != 0) };
    }
    nodes
}
