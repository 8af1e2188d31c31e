//! The algebra whose values are nodes of a program: running a formula in it writes it down.

use super::{NodeId, Program};
use crate::algebra::{Algebra, Op, Term};
use std::cell::RefCell;
use std::collections::HashMap;

/// Writes a program down, one node for each operation.
#[derive(Debug, Default)]
pub struct Recorder {
    program: RefCell<Program>,
    folds: bool,
    /// Nodes recorded so far by what they are, if equal ones are to be one.
    seen: Option<RefCell<HashMap<Key, NodeId>>>,
}

/// What a node is: a constant's bits, or an operation and its arguments.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    Operation(Op, Vec<NodeId>),
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
        let known: Vec<Option<f64>> = args.iter().map(|&a| self.known(a)).collect();
        if let Some(numbers) = known.iter().copied().collect::<Option<Vec<f64>>>() {
            return Some(self.constant(op.value(&numbers)));
        }
        let same = |i: usize, c: f64| known[i].is_some_and(|k| k.to_bits() == c.to_bits());
        match op {
            Op::Mul if same(0, 1.0) => Some(args[1]),
            Op::Mul | Op::Div | Op::Powc if same(1, 1.0) => Some(args[0]),
            Op::Powc if same(1, 0.0) => Some(self.constant(1.0)),
            Op::Sub if same(1, 0.0) => Some(args[0]),
            Op::Neg => match self.program.borrow().step(args[0]) {
                super::Step::Operation(Op::Neg, inner) => Some(inner[0]),
                _ => None,
            },
            Op::Select => known[0].map(|c| if c == 0.0 { args[2] } else { args[1] }),
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
        let key = || {
            let mut args = args.to_vec();
            if matches!(op, Op::Add | Op::Mul) {
                args.sort_unstable();
            }
            Key::Operation(op, args)
        };
        folded.unwrap_or_else(|| {
            self.once(key, |program| program.push_operation(op, args.iter().copied()))
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
