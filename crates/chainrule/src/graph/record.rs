//! What one record of the graph's memory says: an operation and its arguments, an input, or an output of a call.
//!
//! A record holds the operation, two node numbers, and the two partial derivatives that the backward pass will need.
//! Node 0 stands for every constant: its number travels in the partial that nobody will use. An operation of three or
//! more arguments has records below it that hold its arguments, two each. The inner product of two [`Run`]s has
//! records below it that hold bare numbers, three each. Only the record at the top tells how many there are, so a list
//! is read from a node downwards.

use crate::algebra::Op;
use std::ops::Range;

/// Position of a node in its graph; 0 is a constant.
pub(crate) type Index = u32;

/// One node, or part of what the node above it needs.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Record {
    /// `∂y/∂a`, `∂y/∂b`; or the number of a constant argument; or an input's value.
    pub(super) numbers: [f64; 2],
    /// A node number of 28 bits, [`IRREGULAR`] or not, an operation of 7 bits, another node number.
    header: u64,
}

/// Numbers that one record has room for, where it holds nothing else.
pub(super) const NUMBERS: usize = size_of::<Record>() / size_of::<f64>();

/// Marks a record that is more or less than an operation of one or two arguments, each of them a constant or one
/// that the derivative flows to: those are the many, and the backward loop is written for them.
const IRREGULAR: u8 = 1;
/// Codes beside the operations, irregular all of them.
const INPUT: u8 = 0xff;
const OUTPUT: u8 = 0xfd;
const RUNS: u8 = 0xfb;
const _: () = assert!(Op::ALL.len() < 125, "the codes of operations have 7 bits");
pub(super) const BITS: u32 = 28;
pub(super) const MASK: u64 = (1 << BITS) - 1;

/// What a record is.
pub(super) enum Code {
    Input,
    Operation(Op),
    /// An output of the call of that number in the graph's list.
    Output {
        site: Index,
        output: Index,
    },
}

impl Record {
    pub(super) const CONSTANTS: Record = Record::new(INPUT, 0, 0, [0.0; 2]);

    #[inline(always)]
    const fn new(code: u8, a: Index, b: Index, numbers: [f64; 2]) -> Self {
        let header = a as u64 | (code as u64) << BITS | (b as u64) << (8 + BITS);
        Record { numbers, header }
    }

    #[inline(always)]
    pub(super) fn input(value: f64) -> Self {
        Record::new(INPUT, 0, 0, [value, 0.0])
    }

    pub(super) fn output(site: Index, output: Index, value: f64) -> Self {
        Record::new(OUTPUT, site, output, [value, 0.0])
    }

    /// An operation of one or two arguments; `carries` tells whether the derivative flows to each that is not a
    /// constant.
    #[inline(always)]
    pub(super) fn narrow(op: Op, carries: bool, nodes: [Index; 2], numbers: [f64; 2]) -> Self {
        let code = (op as u8) << 1 | if carries { 0 } else { IRREGULAR };
        Record::new(code, nodes[0], nodes[1], numbers)
    }

    /// The top of an operation of `count` arguments.
    #[inline]
    pub(super) fn wide(op: Op, count: Index) -> Self {
        Record::new((op as u8) << 1 | IRREGULAR, count, 0, [0.0; 2])
    }

    /// Two arguments of a wide operation.
    #[inline(always)]
    pub(super) fn arguments([a, b]: [Argument; 2]) -> Self {
        Record::new(0, a.node, b.node, [a.number, b.number])
    }

    /// The top of the inner product of a run and a list, with so many lists of numbers right below it.
    #[inline(always)]
    pub(super) fn runs(a: Run, b: List, own: Index) -> Self {
        let strides = u64::from(a.stride) | u64::from(b.run.stride) << STRIDE_BITS;
        let shape = u64::from(b.count) | strides << BITS;
        let places = u64::from(b.place) | u64::from(own) << BITS;
        Record::new(RUNS, a.start, b.run.start, [shape, places].map(f64::from_bits))
    }

    #[inline(always)]
    pub(super) fn is_irregular(self) -> bool {
        self.header & u64::from(IRREGULAR) << BITS != 0
    }

    pub(super) fn code(self) -> Code {
        match (self.header >> BITS) as u8 {
            INPUT => Code::Input,
            OUTPUT => {
                let [site, output] = self.nodes();
                Code::Output { site, output }
            }
            RUNS => Code::Operation(Op::Dot),
            op => Code::Operation(Op::ALL[usize::from(op >> 1)]),
        }
    }

    /// The two node numbers.
    #[inline]
    pub(super) fn nodes(self) -> [Index; 2] {
        [(self.header & MASK) as Index, (self.header >> (8 + BITS)) as Index]
    }

    /// The numbers of a record that holds nothing else.
    pub(super) fn as_numbers(self) -> [f64; NUMBERS] {
        [self.numbers[0], self.numbers[1], f64::from_bits(self.header)]
    }

    /// The two lists, if this is their inner product; what belongs to it begins at `first`.
    #[inline]
    pub(super) fn as_runs(self, first: Index) -> Option<[List; 2]> {
        if !self.is_runs() {
            return None;
        }
        let [shape, places] = self.numbers.map(f64::to_bits);
        let [a, b] = self.nodes();
        let list = |k: u32, start: Index, place: Index| {
            let stride = (shape >> (BITS + k * STRIDE_BITS)) as Index & MAX_STRIDE;
            List { run: Run { start, stride }, count: (shape & MASK) as Index, place }
        };
        Some([list(0, a, first), list(1, b, (places & MASK) as Index)])
    }

    #[inline]
    pub(super) fn is_runs(self) -> bool {
        (self.header >> BITS) as u8 == RUNS
    }

    /// How many of the records below belong to this one.
    #[inline]
    pub(super) fn below(self) -> usize {
        if self.is_runs() {
            let [shape, places] = self.numbers.map(f64::to_bits);
            return (places >> BITS) as usize * ((shape & MASK) as usize).div_ceil(NUMBERS);
        }
        match self.code() {
            Code::Operation(op) if is_wide(op) => (self.nodes()[0] as usize).div_ceil(2),
            _ => 0,
        }
    }
}

/// Whether the arguments stand in records of their own.
#[inline]
pub(super) fn is_wide(op: Op) -> bool {
    op.info().arity().is_none_or(|n| n > 2)
}

/// An argument of a recorded operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Argument {
    /// The node, or 0 for a constant.
    pub(crate) node: Index,
    /// Its partial derivative, or the constant's number.
    pub(crate) number: f64,
}

/// Nodes at equal distances: the weights of a neuron, or the results of a layer. Distance and start are 0 for a
/// list of constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Run {
    pub(super) start: Index,
    pub(super) stride: Index,
}

const STRIDE_BITS: u32 = 18;
const MAX_STRIDE: Index = (1 << STRIDE_BITS) - 1;

impl Run {
    /// The run that begins with these two nodes, if a run may begin so.
    #[inline]
    pub(super) fn from(first: Index, second: Index) -> Option<Run> {
        let stride = second.wrapping_sub(first);
        let is_run = if first == 0 { stride == 0 } else { stride.wrapping_sub(1) < MAX_STRIDE };
        is_run.then_some(Run { start: first, stride })
    }

    #[inline]
    pub(super) fn is_constant(self) -> bool {
        self.start == 0
    }

    /// The last of `count` nodes.
    #[inline]
    fn last(self, count: Index) -> Index {
        self.start + self.stride * (count - 1)
    }

    /// Whether two runs of that length may have a node in common at different positions.
    #[inline]
    pub(super) fn crosses(self, other: Run, count: Index) -> bool {
        self != other && self.start <= other.last(count) && other.start <= self.last(count)
    }
}

/// A run and where its numbers stand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct List {
    pub(super) run: Run,
    pub(super) count: Index,
    pub(super) place: Index,
}

impl List {
    /// Records that the numbers take, counted from the record after the first `before`.
    #[inline]
    pub(super) fn records(&self, before: usize) -> Range<usize> {
        let place = (self.place as usize).wrapping_sub(before);
        place..place + (self.count as usize).div_ceil(NUMBERS)
    }
}
