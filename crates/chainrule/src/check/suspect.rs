//! Which operation's rule is wrong: every local slope against a difference quotient of the
//! operation itself, at the arguments that it has in a trace.

use super::difference::Slopes;
use crate::algebra::{Num, Op, Term};
use crate::graph::{Kind, Trace};
use std::fmt;

/// An operation whose local slope disagrees with its own difference quotient.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// Position in the trace.
    pub node: usize,
    /// The operation.
    pub op: Op,
    /// Which of its arguments.
    pub argument: usize,
    /// The node's formula.
    pub formula: String,
    /// The slope that its rule gives.
    pub rule: f64,
    /// The slope that its values give.
    pub quotient: f64,
}

/// A slope and its quotient further apart than this, relative to their size, are suspect.
const LIMIT: f64 = 1e-5;

impl Trace {
    /// The operations whose local slope disagrees with a difference quotient of the operation
    /// itself at its arguments, in order; kinks and edges of domains are passed over.
    #[must_use]
    pub fn suspects(&self) -> Vec<Suspect> {
        suspects(self, |op, args, y| {
            let terms: Vec<_> = args.iter().map(|&a| Term::new(&Num, a)).collect();
            let mut slopes = vec![None; args.len()];
            op.partials(&terms, Term::new(&Num, y), |i, slope| slopes[i] = Some(slope.raw()));
            slopes
        })
    }
}

fn suspects(trace: &Trace, rule: impl Fn(Op, &[f64], f64) -> Vec<Option<f64>>) -> Vec<Suspect> {
    let mut found = Vec::new();
    for (node, at) in trace.nodes.iter().enumerate() {
        let Kind::Operation(op) = at.kind else { continue };
        let args: Vec<f64> = at.inputs.iter().map(|&i| trace.nodes[i].value).collect();
        for (argument, slope) in rule(op, &args, at.value).into_iter().enumerate() {
            let Some(slope) = slope else { continue };
            let mut moved = args.clone();
            let along = |v: f64| {
                moved[argument] = v;
                op.value(&moved)
            };
            let slopes = Slopes::at(along, args[argument]);
            let quotient = slopes.central;
            let size = slope.abs().max(quotient.value.abs());
            let apart = (slope - quotient.value).abs();
            // A slope that is NaN where the quotient settles is as wrong as any.
            let agrees = apart <= LIMIT * size + quotient.error;
            if quotient.is_within(LIMIT) && slopes.kink().is_none() && !agrees {
                let formula = trace.formula(node, 60);
                let quotient = quotient.value;
                found.push(Suspect { node, op, argument, formula, rule: slope, quotient });
            }
        }
    }
    found
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.op.info();
        let argument = info.arguments.get(self.argument).or(info.arguments.last());
        write!(
            f,
            "suspect: node {} `{}`: the rule of `{}` for its argument {} gives {}, its difference quotient {}",
            self.node + 1,
            self.formula,
            info.name,
            argument.copied().unwrap_or_default(),
            self.rule,
            self.quotient
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Graph;

    // B-33
    #[test]
    fn a_wrong_rule_is_named_and_right_ones_are_not() {
        let graph = Graph::new();
        let [a, b] = graph.values([0.5, 3.0]);
        let trace = ((a * b).sin() + b.abs().ln()).trace();
        assert_eq!(trace.suspects(), []);
        let wrong = suspects(&trace, |op, args, _| match op {
            Op::Sin => vec![Some(-args[0].cos())],
            _ => vec![None; args.len()],
        });
        assert_eq!(wrong.len(), 1);
        assert_eq!((wrong[0].op, wrong[0].argument), (Op::Sin, 0));
        assert!((wrong[0].quotient - 1.5f64.cos()).abs() < 1e-10);
        assert!(wrong[0].to_string().contains("`sin`"), "{}", wrong[0]);
    }
}
