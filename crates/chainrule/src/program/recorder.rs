//! The algebra whose values are nodes of a program: running a formula in it writes it down.

use super::seen::{Seen, hash};
use super::{NodeId, Operation, Program, Step};
use crate::algebra::{Algebra, Op, Term};
use std::cell::RefCell;

/// Writes a program down, one node for each operation.
#[derive(Debug, Default)]
pub struct Recorder {
    program: RefCell<Program>,
    folds: bool,
    /// Nodes recorded so far by what they are, if equal ones are to be one.
    seen: Option<RefCell<Seen>>,
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

    /// The node for which `is_it` holds, or a new one.
    fn once(
        &self,
        hash: impl Fn() -> u32,
        is_it: impl Fn(Step<'_>) -> bool,
        push: impl FnOnce(&mut Program) -> NodeId,
    ) -> NodeId {
        let mut program = self.program.borrow_mut();
        let Some(seen) = &self.seen else { return push(&mut program) };
        let (mut seen, hash) = (seen.borrow_mut(), hash());
        let found = seen.find(hash, |id| is_it(program.step(id)));
        found.unwrap_or_else(|| {
            let id = push(&mut program);
            seen.insert(hash, id);
            id
        })
    }

    /// The first output of a call.
    pub(super) fn call_once(&self, operation: &Operation, args: &[NodeId]) -> NodeId {
        let numbers = || args.iter().map(|a| u64::from(a.0)).chain([operation.identity()]);
        let same = |step: Step<'_>| match step {
            Step::Call(other, found, 0) => operation == other && found == args,
            _ => false,
        };
        let push = |program: &mut Program| program.push_call(operation, args.iter().copied());
        self.once(|| hash(numbers()), same, push)
    }

    /// The node of an operation of these arguments, if there is one and equal ones are one.
    pub(crate) fn find(&self, op: Op, args: &[NodeId]) -> Option<NodeId> {
        let program = self.program.borrow();
        let seen = self.seen.as_ref()?.borrow();
        seen.find(operation_hash(op, args), |id| is_operation(program.step(id), op, args))
    }

    /// The number of a constant node.
    pub(crate) fn known(&self, id: NodeId) -> Option<f64> {
        match self.program.borrow().step(id) {
            Step::Constant(c) => Some(c),
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
                Step::Operation(Op::Neg, inner) => Some(inner[0]),
                _ => None,
            },
            Op::Select => self.known(args[0]).map(|c| if c == 0.0 { args[2] } else { args[1] }),
            _ => None,
        }
    }
}

/// The arguments of a sum or a product of two the other way round.
fn swapped(op: Op, args: &[NodeId]) -> Option<[NodeId; 2]> {
    match (op, args) {
        (Op::Add | Op::Mul, &[a, b]) => Some([b, a]),
        _ => None,
    }
}

/// Equal for equal operations.
fn operation_hash(op: Op, args: &[NodeId]) -> u32 {
    let swapped = swapped(op, args);
    let first = swapped.as_ref().map_or(args, |s| args.min(s));
    hash(first.iter().map(|a| u64::from(a.0)).chain([1 << 32 | op as u64]))
}

fn is_operation(step: Step<'_>, op: Op, args: &[NodeId]) -> bool {
    match step {
        Step::Operation(other, found) => {
            op == other && (found == args || swapped(op, args).is_some_and(|s| found == s))
        }
        _ => false,
    }
}

impl Algebra for Recorder {
    type Value = NodeId;

    fn constant(&self, c: f64) -> NodeId {
        let same = |step: Step<'_>| matches!(step, Step::Constant(k) if k.to_bits() == c.to_bits());
        self.once(|| hash([c.to_bits()]), same, |program| program.push_constant(c))
    }

    fn apply(&self, op: Op, args: &[NodeId]) -> NodeId {
        let folded = if self.folds { self.fold(op, args) } else { None };
        folded.unwrap_or_else(|| {
            let push = |program: &mut Program| program.push_operation(op, args.iter().copied());
            let same = |step: Step<'_>| is_operation(step, op, args);
            self.once(|| operation_hash(op, args), same, push)
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
