//! The algebra whose values are nodes of a program: running a formula in it writes it down.

use super::{NodeId, Program};
use crate::algebra::{Algebra, Op, Term};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Writes a program down, one node for each operation.
#[derive(Debug, Default)]
pub struct Recorder {
    program: RefCell<Program>,
    folds: bool,
    /// Nodes recorded so far by what they are, if equal ones are to be one.
    seen: Option<RefCell<HashMap<Key, NodeId, BuildHasherDefault<Mix>>>>,
}

/// What a node is: a constant's bits, or an operation and its arguments. Most have one or two,
/// which need no memory of their own.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    One(Op, NodeId),
    Two(Op, NodeId, NodeId),
    Many(Op, Vec<NodeId>),
}

impl Key {
    fn operation(op: Op, args: &[NodeId]) -> Self {
        match *args {
            [a] => Key::One(op, a),
            [a, b] if matches!(op, Op::Add | Op::Mul) => Key::Two(op, a.min(b), a.max(b)),
            [a, b] => Key::Two(op, a, b),
            _ => Key::Many(op, args.to_vec()),
        }
    }
}

/// A hash of a few small numbers, several times as fast as the one that resists an adversary:
/// multiply by an odd number with mixed bits (2⁶⁴/φ) and fold the halves.
#[derive(Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u64(u64::from(b));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        let product = u128::from(self.0 ^ n ^ 0x5bd1_e995) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Recorder {
    /// A recorder that keeps every operation as it is written.
    #[must_use]
    pub fn new() -> Self {
        Recorder::default()
    }

    /// A recorder that leaves out what changes no result, not even in its sign of zero or its NaN:
    /// operations of constants, `x·1`, `x/1`, `x − 0`, `−(−x)`, `x^1`, and a choice whose condition
    /// is a constant.
    #[must_use]
    pub fn folding() -> Self {
        Recorder { folds: true, ..Recorder::default() }
    }

    /// A [`folding`](Recorder::folding) recorder that also writes equal operations of equal
    /// arguments only once.
    #[must_use]
    pub fn sharing() -> Self {
        Recorder { folds: true, seen: Some(RefCell::default()), ..Recorder::default() }
    }

    /// The next input.
    pub fn input(&self) -> Term<'_, Self> {
        let id = self.program.borrow_mut().push_input();
        Term::new(self, id)
    }

    /// The next input, under a name.
    pub fn named_input(&self, name: &str) -> Term<'_, Self> {
        let input = self.input();
        self.label(input, name);
        input
    }

    /// Names a node.
    pub fn label(&self, term: Term<'_, Self>, name: &str) {
        self.program.borrow_mut().set_label(term.raw(), name);
    }

    /// The program with these results.
    #[must_use]
    pub fn finish(&self, outputs: &[Term<'_, Self>]) -> Program {
        let outputs = outputs.iter().map(|t| t.raw()).collect();
        let mut program = self.program.take();
        program.set_outputs(outputs);
        program.checked()
    }

    /// The formula of a node recorded so far.
    #[must_use]
    pub fn formula(&self, term: Term<'_, Self>) -> String {
        self.program.borrow().formula(term.raw())
    }

    fn once(&self, key: impl Fn() -> Key, push: impl Fn(&mut Program) -> NodeId) -> NodeId {
        let push = || push(&mut self.program.borrow_mut());
        match &self.seen {
            Some(seen) => *seen.borrow_mut().entry(key()).or_insert_with(push),
            None => push(),
        }
    }

    /// The number of a constant node.
    pub(crate) fn known(&self, id: NodeId) -> Option<f64> {
        match self.program.borrow().step(id) {
            super::Step::Constant(c) => Some(c),
            _ => None,
        }
    }

    /// What `op` of `args` is without a new operation, if it is one of the allowed rewrites.
    fn fold(&self, op: Op, args: &[NodeId]) -> Option<NodeId> {
        if args.iter().all(|&a| self.known(a).is_some()) {
            let numbers: Vec<f64> = args.iter().filter_map(|&a| self.known(a)).collect();
            return Some(self.constant(op.value(&numbers)));
        }
        let same =
            |i: usize, c: f64| self.known(args[i]).is_some_and(|k| k.to_bits() == c.to_bits());
        match op {
            Op::Mul if same(0, 1.0) => Some(args[1]),
            Op::Mul | Op::Div | Op::Powc if same(1, 1.0) => Some(args[0]),
            Op::Powc if same(1, 0.0) => Some(self.constant(1.0)),
            Op::Sub if same(1, 0.0) => Some(args[0]),
            Op::Neg => match self.program.borrow().step(args[0]) {
                super::Step::Operation(Op::Neg, inner) => Some(inner[0]),
                _ => None,
            },
            Op::Select => self.known(args[0]).map(|c| if c == 0.0 { args[2] } else { args[1] }),
            _ => None,
        }
    }
}

impl Algebra for Recorder {
    type Value = NodeId;

    fn constant(&self, c: f64) -> NodeId {
        self.once(|| Key::Constant(c.to_bits()), |program| program.push_constant(c))
    }

    fn apply(&self, op: Op, args: &[NodeId]) -> NodeId {
        let folded = if self.folds { self.fold(op, args) } else { None };
        folded.unwrap_or_else(|| {
            let push = |program: &mut Program| program.push_operation(op, args.iter().copied());
            self.once(|| Key::operation(op, args), push)
        })
    }

    fn is_zero(&self, value: NodeId) -> bool {
        self.known(value) == Some(0.0)
    }

    /// Whether the adjoint is zero is known only when the program runs, so the program asks then;
    /// not where either factor is a constant that makes the question idle.
    fn chain(&self, adjoint: NodeId, partial: NodeId) -> NodeId {
        let plain =
            self.known(partial).is_some_and(f64::is_finite) || self.known(adjoint).is_some();
        self.apply(if plain { Op::Mul } else { Op::StrongMul }, &[adjoint, partial])
    }
}
