//! The memory of an eager graph: one 24-byte record a node, appended in topological order. The
//! only unsafe code of the eager path stands here.
//!
//! A record holds the operation, two node numbers, and the two partial derivatives that the
//! backward pass will need. Node 0 stands for every constant: its number travels in the partial
//! that nobody will use. An operation of three or more arguments is preceded by records that hold
//! its arguments, two each.

#![allow(unsafe_code, reason = "the append path is what the eager graph's speed hangs on")]

use crate::algebra::Op;
use std::cell::{Cell, UnsafeCell};
use std::hint::assert_unchecked;

/// Position of a node in its graph; 0 is a constant.
pub(crate) type Index = u32;

/// One node, or two arguments of the node that follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Operation in the low 7 bits, [`IRREGULAR`] or not, then two node numbers of 28 bits.
    header: u64,
    /// `∂y/∂a`, `∂y/∂b`; or the number of a constant argument; or an input's value.
    pub(super) numbers: [f64; 2],
}

/// Marks a record that is more or less than an operation of one or two arguments, each of them a constant or one
/// that the derivative flows to: those are the many, and the backward loop is written for them.
const IRREGULAR: u8 = 0x80;
/// Codes beside the operations, irregular all of them.
const INPUT: u8 = 0xff;
const ARGUMENTS: u8 = 0xfe;
const OUTPUT: u8 = 0xfd;
const _: () = assert!(Op::ALL.len() < 125, "the codes of operations have 7 bits");
const BITS: u32 = 28;
const MASK: u64 = (1 << BITS) - 1;
const FULL: &str = "a graph holds at most 2^28 nodes; clear it between steps";

/// What a record is.
pub(super) enum Code {
    Input,
    Arguments,
    Operation(Op),
    /// An output of the call of that number in the graph's list.
    Output {
        site: Index,
        output: Index,
    },
}

impl Record {
    #[inline(always)]
    fn new(code: u8, a: Index, b: Index, numbers: [f64; 2]) -> Self {
        let header = u64::from(code) | u64::from(a) << 8 | u64::from(b) << (8 + BITS);
        Record { header, numbers }
    }

    #[inline(always)]
    pub(super) fn is_irregular(self) -> bool {
        self.header & u64::from(IRREGULAR) != 0
    }

    pub(super) fn code(self) -> Code {
        match (self.header & 0xff) as u8 {
            INPUT => Code::Input,
            ARGUMENTS => Code::Arguments,
            OUTPUT => {
                let [site, output] = self.nodes();
                Code::Output { site, output }
            }
            op => Code::Operation(Op::ALL[usize::from(op & !IRREGULAR)]),
        }
    }

    /// The two node numbers.
    #[inline]
    pub(super) fn nodes(self) -> [Index; 2] {
        [(self.header >> 8 & MASK) as Index, (self.header >> (8 + BITS)) as Index]
    }
}

/// An argument of a recorded operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Argument {
    /// The node, or 0 for a constant.
    pub(crate) node: Index,
    /// Its partial derivative, or the constant's number.
    pub(crate) number: f64,
}

/// The list of records, appended to through a shared reference.
#[derive(Debug)]
pub(crate) struct Store {
    /// Owns the memory. Its first `len` records are written, its own length stays 0.
    memory: UnsafeCell<Vec<Record>>,
    /// Start of that memory.
    base: Cell<*mut Record>,
    /// Never 0: the first record stands for the constants.
    len: Cell<Index>,
    capacity: Cell<Index>,
    /// The records from 1 to this one are inputs.
    leading_inputs: Cell<Index>,
}

// SAFETY: `base` points into `memory`, which moves along; nothing is shared with another thread.
unsafe impl Send for Store {}

impl Default for Store {
    fn default() -> Self {
        let mut memory = Vec::with_capacity(64);
        memory.push(Record::new(INPUT, 0, 0, [0.0; 2]));
        memory.clear();
        Store {
            base: Cell::new(memory.as_mut_ptr()),
            capacity: Cell::new(memory.capacity() as Index),
            memory: UnsafeCell::new(memory),
            len: Cell::new(1),
            leading_inputs: Cell::new(0),
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
        self.leading_inputs.set(0);
    }

    /// So many inputs come before everything else.
    #[inline]
    pub(super) fn leading_inputs(&self) -> usize {
        self.leading_inputs.get() as usize
    }

    #[inline]
    pub(super) fn record(&self, node: Index) -> Record {
        assert!(node < self.len.get(), "a node of this graph");
        // SAFETY: the first `len` records are written, and no reference to one is ever given out.
        unsafe { *self.base.get().add(node as usize) }
    }

    /// Place of the next record, with room for `count` from there on.
    #[inline(always)]
    fn room(&self, count: Index) -> Index {
        let next = self.len.get();
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
        // only one; the first `len` records are written.
        let memory = unsafe {
            let memory = &mut *self.memory.get();
            memory.set_len(len as usize);
            memory
        };
        memory.reserve(count.max(len.min(left)) as usize);
        self.base.set(memory.as_mut_ptr());
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
        let mut nodes = [next; N];
        for (k, node) in nodes.iter_mut().enumerate() {
            *node += k as Index;
            // SAFETY: `len` is never 0, and was below 2^28 before.
            unsafe { assert_unchecked(*node != 0) };
        }
        nodes
    }

    /// Records an output of a call, with its value.
    pub(super) fn output(&self, site: Index, output: Index, value: f64) -> Index {
        self.push([Record::new(OUTPUT, site, output, [value, 0.0])])[0]
    }

    /// Records inputs one after the other.
    #[inline(always)]
    pub(super) fn inputs<const N: usize>(&self, values: [f64; N]) -> [Index; N] {
        let before = self.len.get();
        let nodes = self.push(values.map(|v| Record::new(INPUT, 0, 0, [v, 0.0])));
        if self.leading_inputs.get() + 1 == before {
            self.leading_inputs.set(self.len.get() - 1);
        }
        nodes
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
        let code = op as u8 | if carries { 0 } else { IRREGULAR };
        self.push([Record::new(code, nodes[0], nodes[1], numbers)])[0]
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
        let start = self.room(room as Index);
        // SAFETY: `start` is the place after the last record, within the memory or at its end.
        let first = unsafe { self.base.get().add(start as usize) };
        let mut written = 0;
        for [a, b] in pairs.take(room) {
            let record = Record::new(ARGUMENTS, a.node, b.node, [a.number, b.number]);
            // SAFETY: `written < room` and `room` records have a place there; the iterators of this
            // module record nothing, so the memory does not move.
            unsafe { first.add(written).write(record) };
            written += 1;
        }
        self.len.set(start + written as Index);
        self.push([Record::new(op as u8 | IRREGULAR, count as Index, 0, [0.0; 2])])[0]
    }

    /// Forgets the records from `len` on.
    pub(super) fn truncate(&self, len: usize) {
        assert!(0 < len && len <= self.len(), "some of the records that were written");
        self.len.set(len as Index);
    }

    /// The first `count` records.
    ///
    /// # Safety
    ///
    /// Nothing may be recorded while the slice is in use.
    #[inline(always)]
    pub(super) unsafe fn records(&self, count: usize) -> &[Record] {
        assert!(count <= self.len(), "no more records than were written");
        // SAFETY: the records are written, and the caller promises that they stay where they are.
        unsafe { std::slice::from_raw_parts(self.base.get(), count) }
    }

    /// The arguments of operation `op` recorded at `node`.
    pub(super) fn arguments(&self, op: Op, node: Index) -> impl Iterator<Item = Argument> + '_ {
        let wide = is_wide(op);
        let count =
            if wide { self.record(node).nodes()[0] as usize } else { op.info().arguments.len() };
        let first = node as usize - if wide { count.div_ceil(2) } else { 0 };
        (0..count).map(move |i| {
            let record = self.record((if wide { first + i / 2 } else { first }) as Index);
            Argument { node: record.nodes()[i % 2], number: record.numbers[i % 2] }
        })
    }
}

/// Whether the arguments stand in records of their own.
#[inline]
pub(super) fn is_wide(op: Op) -> bool {
    op.info().arity().is_none_or(|n| n > 2)
}
