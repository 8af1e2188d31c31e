//! Reverse accumulation over a program, in any algebra: with numbers it gives a gradient, with
//! dual numbers a Hessian-vector product, with a recorder the gradient as a program.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.

use crate::algebra::{Algebra, Term};
use crate::program::{self, Calls, NodeId, Program, Step};

impl Program {
    /// The derivative of `Σ weight·node` over the `seeds` with respect to every node, where
    /// `values` are those of [`Program::eval`]; `None` where nothing depends on the node.
    ///
    /// Every node is visited once, last first; one whose adjoint is exactly zero passes nothing on.
    ///
    /// # Panics
    ///
    /// If `values` are fewer than the program's nodes.
    pub fn adjoints<A: Calls>(
        &self,
        algebra: &A,
        values: &[A::Value],
        seeds: &[(NodeId, A::Value)],
    ) -> Vec<Option<A::Value>> {
        let mut adjoints: Vec<Option<Term<A>>> = vec![None; self.len()];
        for &(node, weight) in seeds {
            add(&mut adjoints[node.index()], Term::new(algebra, weight));
        }
        let mut args = Vec::new();
        for (id, step) in self.steps().rev() {
            if let Step::Call(operation, nodes, output) = step {
                // Its first output is the last one met, when the adjoints of all are complete.
                if output == 0 {
                    let outputs = id.index()..id.index() + operation.outputs().len();
                    let inputs: Vec<_> = nodes.iter().map(|n| values[n.index()]).collect();
                    let weights: Vec<_> =
                        adjoints[outputs.clone()].iter().map(|a| a.map(Term::raw)).collect();
                    let parts =
                        program::adjoints(algebra, operation, &inputs, &values[outputs], &weights);
                    for (node, part) in nodes.iter().zip(parts) {
                        let Some(part) = part else { continue };
                        add(&mut adjoints[node.index()], Term::new(algebra, part));
                    }
                }
                continue;
            }
            let (Some(adjoint), Step::Operation(op, nodes)) = (adjoints[id.index()], step) else {
                continue;
            };
            if algebra.is_zero(adjoint.raw()) {
                continue;
            }
            args.clear();
            args.extend(nodes.iter().map(|n| Term::new(algebra, values[n.index()])));
            op.partials(&args, Term::new(algebra, values[id.index()]), |i, partial| {
                let part = algebra.chain(adjoint.raw(), partial.raw());
                add(&mut adjoints[nodes[i].index()], Term::new(algebra, part));
            });
        }
        adjoints.into_iter().map(|a| a.map(Term::raw)).collect()
    }
}

fn add<'a, A: Algebra>(slot: &mut Option<Term<'a, A>>, part: Term<'a, A>) {
    *slot = Some(slot.map_or(part, |sum| sum + part));
}
