//! The memory of an eager graph: one 24-byte record a node, appended in topological order.
//!
//! A record holds the operation, two node numbers, and the two partial derivatives that the
//! backward pass will need. Node 0 stands for every constant: its number travels in the partial
//! that nobody will use. An operation of three or more arguments is preceded by records that hold
//! its arguments, two each.

use crate::algebra::Op;

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
const BITS: u32 = 28;
const MASK: u64 = (1 << BITS) - 1;

/// What a record is.
pub(super) enum Code {
    Input,
    Arguments,
    Operation(Op),
}

impl Record {
    fn new(code: u8, a: Index, b: Index, numbers: [f64; 2]) -> Self {
        let header = u64::from(code) | u64::from(a) << 8 | u64::from(b) << (8 + BITS);
        Record { header, numbers }
    }

    pub(super) fn code(self) -> Code {
        match (self.header & 0xff) as u8 {
            INPUT => Code::Input,
            ARGUMENTS => Code::Arguments,
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

/// The list of records.
#[derive(Debug)]
pub(crate) struct Store {
    records: Vec<Record>,
}

impl Default for Store {
    fn default() -> Self {
        Store { records: vec![Record::new(INPUT, 0, 0, [0.0; 2])] }
    }
}

impl Store {
    /// Number of records, argument records and the constant's included.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Forgets every node and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.records.truncate(1);
    }

    pub(super) fn record(&self, node: Index) -> Record {
        self.records[node as usize]
    }

    #[inline]
    fn push(&mut self, record: Record) -> Index {
        let node = self.records.len();
        assert!(node < MASK as usize, "a graph holds at most 2^28 nodes; clear it between steps");
        self.records.push(record);
        node as Index
    }

    pub(super) fn input(&mut self, value: f64) -> Index {
        self.push(Record::new(INPUT, 0, 0, [value, 0.0]))
    }

    #[inline]
    pub(super) fn operation(&mut self, op: Op, args: &[Argument]) -> Index {
        if is_wide(op) {
            return self.wide(op, args);
        }
        let a = args[0];
        let b = args.get(1).copied().unwrap_or(NONE);
        self.push(Record::new(op as u8, a.node, b.node, [a.number, b.number]))
    }

    fn wide(&mut self, op: Op, args: &[Argument]) -> Index {
        for pair in args.chunks(2) {
            let (a, b) = (pair[0], pair.get(1).copied().unwrap_or(NONE));
            self.push(Record::new(ARGUMENTS, a.node, b.node, [a.number, b.number]));
        }
        let count = Index::try_from(args.len()).expect("fewer than 2^28 records");
        self.push(Record::new(op as u8, count, 0, [0.0; 2]))
    }

    /// The arguments of operation `op` recorded at `node`.
    pub(super) fn arguments(&self, op: Op, node: Index) -> impl Iterator<Item = Argument> + '_ {
        let wide = is_wide(op);
        let count =
            if wide { self.record(node).nodes()[0] as usize } else { op.info().arguments.len() };
        let first = node as usize - if wide { count.div_ceil(2) } else { 0 };
        (0..count).map(move |i| {
            let record = self.records[if wide { first + i / 2 } else { first }];
            Argument { node: record.nodes()[i % 2], number: record.numbers[i % 2] }
        })
    }
}

const NONE: Argument = Argument { node: 0, number: 0.0 };

/// Whether the arguments stand in records of their own.
#[inline]
pub(super) fn is_wide(op: Op) -> bool {
    op.info().arity().is_none_or(|n| n > 2)
}
