//! Fewer operations for the same result, to the last bit: sharing, folding, dead code, and a short
//! list of rewrites.
//!
//! A rewrite is allowed only if it changes no bit of any result, NaN and the sign of zero
//! included: `x·1`, `x − 0`, `−(−x)`, `x/2ᵏ`, `x·x` and `x²` as one operation, `x¹`, `x⁰`, a chain
//! of sums as one sum, operations of constants, equal operations written once. Not `x·0 → 0`
//! (wrong for infinities), not `x + 0 → x` (wrong for −0).

use crate::algebra::{Algebra, Op, Term};
use crate::expression::grouped;
use crate::function::Function;
use crate::program::{Calls, NodeId, Operation, Program, Recorder, Step};
use std::fmt;

/// What a simplification did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simplified {
    /// Operations before.
    pub before: usize,
    /// Operations after.
    pub after: usize,
}

impl fmt::Display for Simplified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {} operations", grouped(self.before), grouped(self.after))
    }
}

impl Function {
    /// The same function with fewer operations, and how many. Results keep every bit.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| (x * x).sin() * (x * x).sin())?;
    /// let (g, what) = f.simplify();
    /// assert_eq!(what.to_string(), "5 → 3 operations");
    /// assert_eq!(f.value(&[0.3])?, g.value(&[0.3])?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn simplify(&self) -> (Function, Simplified) {
        let before = self.operations();
        let simpler = self.map_program(Program::simplify);
        let after = simpler.operations();
        (simpler, Simplified { before, after })
    }
}

impl Program {
    /// The same program with fewer operations. Inputs, outputs and their bits stay.
    #[must_use]
    pub fn simplify(&self) -> Program {
        self.share().sums().without_dead_code().checked()
    }

    /// Shares, folds and rewrites, node by node.
    fn share(&self) -> Program {
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = self.inputs().iter().map(|_| recorder.input().raw()).collect();
        let rewriter = Rewriter(&recorder);
        let nodes = self.eval(&rewriter, &inputs);
        let mut named = std::collections::BTreeSet::new();
        // Inputs come first, so that a name which folds into one does not replace the input's.
        let order = self.inputs().iter().copied().chain(self.steps().map(|(id, _)| id));
        for id in order {
            let node = nodes[id.index()];
            if let Some(label) = self.label(id).filter(|_| named.insert(node)) {
                recorder.label(Term::new(&recorder, node), label);
            }
        }
        let outputs: Vec<_> =
            self.outputs().iter().map(|y| Term::new(&recorder, nodes[y.index()])).collect();
        recorder.finish(&outputs).without_dead_code().checked()
    }

    /// Joins chains of two-term sums, whose parts nobody else uses, to one sum each. Both add from
    /// left to right.
    fn sums(&self) -> Program {
        let mut uses = vec![0_u32; self.len()];
        for (_, step) in self.steps() {
            for arg in step.arguments() {
                uses[arg.index()] += 1;
            }
        }
        for output in self.outputs() {
            uses[output.index()] += 2;
        }
        // The terms of each sum; taken over by a user that is the only one.
        let mut terms: Vec<Option<Vec<NodeId>>> = vec![None; self.len()];
        for (id, step) in self.steps() {
            let Step::Operation(Op::Add, &[left, right]) = step else { continue };
            let alone = uses[left.index()] == 1 && self.label(left).is_none();
            let taken = if alone { terms[left.index()].take() } else { None };
            let mut list = taken.unwrap_or_else(|| vec![left]);
            list.push(right);
            terms[id.index()] = Some(list);
        }
        self.rebuild(|program, id, op, args, place| match &terms[id.index()] {
            Some(terms) if terms.len() > 2 => {
                program.push_operation(Op::Sum, terms.iter().map(|t| place[t.index()]))
            }
            _ => program.push_operation(op, args.iter().map(|a| place[a.index()])),
        })
    }

    /// A copy in which every operation is written by `write`.
    fn rebuild(
        &self,
        write: impl Fn(&mut Program, NodeId, Op, &[NodeId], &[NodeId]) -> NodeId,
    ) -> Program {
        let mut program = Program::default();
        let mut place = vec![NodeId(0); self.len()];
        for &input in self.inputs() {
            place[input.index()] = program.push_input();
        }
        for (id, step) in self.steps() {
            place[id.index()] = match step {
                Step::Input(_) => place[id.index()],
                Step::Constant(c) => program.push_constant(c),
                Step::Operation(op, args) => write(&mut program, id, op, args, &place),
                Step::Call(operation, args, 0) => {
                    program.push_call(operation, args.iter().map(|a| place[a.index()]))
                }
                Step::Call(..) => program.next_output(place[id.index() - 1]),
            };
            if let Some(label) = self.label(id) {
                program.set_label(place[id.index()], label);
            }
        }
        program.set_outputs(self.outputs().iter().map(|y| place[y.index()]).collect());
        program
    }
}

/// The sharing recorder behind the rewrites that replace one operation by another.
struct Rewriter<'r>(&'r Recorder);

impl Algebra for Rewriter<'_> {
    type Value = NodeId;

    fn constant(&self, c: f64) -> NodeId {
        self.0.constant(c)
    }

    fn apply(&self, op: Op, args: &[NodeId]) -> NodeId {
        match (op, args) {
            (Op::Mul, &[a, b]) if a == b => self.0.apply(Op::Square, &[a]),
            (Op::Powc, &[x, n]) if self.0.known(n) == Some(2.0) => self.0.apply(Op::Square, &[x]),
            (Op::Div, &[x, c]) => match self.0.known(c).and_then(exact_reciprocal) {
                Some(r) => self.0.apply(Op::Mul, &[x, self.0.constant(r)]),
                None => self.0.apply(op, args),
            },
            _ => self.0.apply(op, args),
        }
    }

    fn is_zero(&self, value: NodeId) -> bool {
        self.0.is_zero(value)
    }
}

impl Calls for Rewriter<'_> {
    fn call(&self, operation: &Operation, args: &[NodeId]) -> Vec<NodeId> {
        self.0.call(operation, args)
    }
}

/// `1/c` where multiplying by it rounds exactly like dividing by `c`: for powers of two whose
/// reciprocal is a normal number.
fn exact_reciprocal(c: f64) -> Option<f64> {
    let power_of_two = c.is_normal() && c.to_bits().trailing_zeros() >= 52;
    let r = 1.0 / c;
    (power_of_two && r.is_normal()).then_some(r)
}
