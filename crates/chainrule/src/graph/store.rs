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

/// Position of a node in its graph; 0 is a constant.
pub(crate) type Index = u32;

/// One node, or two arguments of the node that follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Operation in the low 8 bits, then two node numbers of 28 bits.
    header: u64,
    /// `∂y/∂a`, `∂y/∂b`; or the number of a constant argument; or an input's value.
    pub(super) numbers: [f64; 2],
}

/// Codes beside the operations.
const INPUT: u8 = 255;
const ARGUMENTS: u8 = 254;
const OUTPUT: u8 = 253;
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

    /// The operation's number, or one of the codes beside them.
    #[inline]
    pub(super) fn byte(self) -> u8 {
        (self.header & 0xff) as u8
    }

    pub(super) fn code(self) -> Code {
        match self.byte() {
            INPUT => Code::Input,
            ARGUMENTS => Code::Arguments,
            OUTPUT => {
                let [site, output] = self.nodes();
                Code::Output { site, output }
            }
            op => Code::Operation(Op::ALL[usize::from(op)]),
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
    len: Cell<usize>,
    capacity: Cell<usize>,
}

// SAFETY: `base` points into `memory`, which moves along; nothing is shared with another thread.
unsafe impl Send for Store {}

impl Default for Store {
    fn default() -> Self {
        let mut memory: Vec<Record> = Vec::with_capacity(64);
        let (base, capacity) = (memory.as_mut_ptr(), memory.capacity());
        let store = Store {
            memory: UnsafeCell::new(memory),
            base: Cell::new(base),
            len: Cell::new(0),
            capacity: Cell::new(capacity),
        };
        store.push(Record::new(INPUT, 0, 0, [0.0; 2]));
        store
    }
}

impl Store {
    /// Number of records, argument records and the constant's included.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len.get()
    }

    /// Forgets every node and keeps the memory.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.len.set(1);
    }

    #[inline]
    pub(super) fn record(&self, node: Index) -> Record {
        assert!((node as usize) < self.len.get(), "a node of this graph");
        // SAFETY: the first `len` records are written, and no reference to one is ever given out.
        unsafe { *self.base.get().add(node as usize) }
    }

    #[inline(always)]
    fn push(&self, record: Record) -> Index {
        let node = self.len.get();
        if node == self.capacity.get() {
            self.grow();
        }
        // SAFETY: `node < capacity`, so the place lies in the memory; no reference points to it.
        unsafe { self.base.get().add(node).write(record) };
        self.len.set(node + 1);
        node as Index
    }

    #[cold]
    #[inline(never)]
    fn grow(&self) {
        let len = self.len.get();
        assert!(len < MASK as usize, "{FULL}");
        // SAFETY: `Store` is not `Sync` and gives out no reference to its memory, so this is the
        // only one; the first `len` records are written.
        let memory = unsafe {
            let memory = &mut *self.memory.get();
            memory.set_len(len);
            memory
        };
        memory.reserve(len.min(MASK as usize - len).max(1));
        self.base.set(memory.as_mut_ptr());
        self.capacity.set(memory.capacity().min(MASK as usize));
        // SAFETY: shortening; records need no drop.
        unsafe { memory.set_len(0) };
    }

    #[inline]
    pub(super) fn input(&self, value: f64) -> Index {
        self.push(Record::new(INPUT, 0, 0, [value, 0.0]))
    }

    /// Records an output of a call, with its value.
    pub(super) fn output(&self, site: Index, output: Index, value: f64) -> Index {
        self.push(Record::new(OUTPUT, site, output, [value, 0.0]))
    }

    /// Records an operation of one argument.
    #[inline(always)]
    pub(super) fn unary(&self, op: Op, a: Index, number: f64) -> Index {
        self.push(Record::new(op as u8, a, 0, [number, 0.0]))
    }

    /// Records an operation of two arguments.
    #[inline(always)]
    pub(super) fn binary(&self, op: Op, nodes: [Index; 2], numbers: [f64; 2]) -> Index {
        self.push(Record::new(op as u8, nodes[0], nodes[1], numbers))
    }

    /// Records an operation of three arguments or of any number, given two by two.
    #[inline]
    pub(super) fn wide(
        &self,
        op: Op,
        count: usize,
        pairs: impl ExactSizeIterator<Item = [Argument; 2]>,
    ) -> Index {
        let start = self.len.get();
        let room = pairs.len();
        assert!(start + room < MASK as usize, "{FULL}");
        while start + room >= self.capacity.get() {
            self.grow();
        }
        let base = self.base.get();
        let mut written = 0;
        for [a, b] in pairs.take(room) {
            let record = Record::new(ARGUMENTS, a.node, b.node, [a.number, b.number]);
            // SAFETY: `written < room` and `start + room < capacity`, so the place lies in the
            // memory; the iterators of this module record nothing, so it does not move.
            unsafe { base.add(start + written).write(record) };
            written += 1;
        }
        self.len.set(start + written);
        let count = Index::try_from(count).expect("fewer than 2^28 records");
        self.push(Record::new(op as u8, count, 0, [0.0; 2]))
    }

    /// Forgets the records from `len` on.
    pub(super) fn truncate(&self, len: usize) {
        assert!(len <= self.len.get(), "no more records than were written");
        self.len.set(len);
    }

    /// The first `count` records, for a loop that records nothing.
    #[inline]
    pub(super) fn with_records<T>(&self, count: usize, read: impl FnOnce(&[Record]) -> T) -> T {
        assert!(count <= self.len.get(), "no more records than were written");
        // SAFETY: the records are written, and `read`, which this crate's backward loop is the only
        // one to pass, appends nothing while it holds the slice.
        read(unsafe { std::slice::from_raw_parts(self.base.get(), count) })
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
