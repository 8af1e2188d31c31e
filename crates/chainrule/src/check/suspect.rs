//! Which operation's rule is wrong: every local slope against a difference quotient of the
//! operation itself, at the arguments that it has in a trace.

use super::difference::Slopes;
use crate::algebra::{Num, Op, Term};
use crate::graph::{Kind, Trace, TraceNode};
use crate::program::Operation;
use std::fmt;

/// An operation whose local slope disagrees with its own difference quotient.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// Position in the trace.
    pub node: usize,
    /// The operation's name.
    pub name: String,
    /// Which of its arguments.
    pub argument: usize,
    /// The name of that argument.
    pub of: String,
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
        suspects(self, |rule, args, y| match rule {
            Rule::Op(op) => {
                let terms: Vec<_> = args.iter().map(|&a| Term::new(&Num, a)).collect();
                let mut slopes = vec![None; args.len()];
                op.partials(&terms, Term::new(&Num, y), |i, slope| slopes[i] = Some(slope.raw()));
                slopes
            }
            // Without a derivative there is none to be wrong.
            Rule::Call(operation, output) => operation
                .slopes(args, *output)
                .map_or_else(|_| vec![None; args.len()], |s| s.into_iter().map(Some).collect()),
        })
    }
}

/// What a node applies.
enum Rule<'t> {
    Op(Op),
    /// An operation of the user's, and which output.
    Call(&'t Operation, usize),
}

impl Rule<'_> {
    fn of(node: &TraceNode) -> Option<Rule<'_>> {
        match (node.kind, &node.call) {
            (Kind::Operation(op), _) => Some(Rule::Op(op)),
            (Kind::Call, Some((operation, output))) => Some(Rule::Call(operation, *output)),
            _ => None,
        }
    }

    fn value(&self, args: &[f64]) -> f64 {
        match self {
            Rule::Op(op) => op.value(args),
            Rule::Call(operation, output) => operation.eval(args).map_or(f64::NAN, |y| y[*output]),
        }
    }

    fn name(&self) -> String {
        match self {
            Rule::Op(op) => op.info().name.to_owned(),
            Rule::Call(operation, output) => operation.word(*output),
        }
    }

    fn argument(&self, i: usize) -> String {
        match self {
            Rule::Op(op) => {
                let names = op.info().arguments;
                names.get(i).or(names.last()).copied().unwrap_or_default().to_owned()
            }
            Rule::Call(operation, _) => operation.inputs()[i].clone(),
        }
    }
}

fn suspects(
    trace: &Trace,
    slopes: impl Fn(&Rule<'_>, &[f64], f64) -> Vec<Option<f64>>,
) -> Vec<Suspect> {
    let mut found = Vec::new();
    for (node, at) in trace.nodes.iter().enumerate() {
        let Some(rule) = Rule::of(at) else { continue };
        let args: Vec<f64> = at.inputs.iter().map(|&i| trace.nodes[i].value).collect();
        for (argument, slope) in slopes(&rule, &args, at.value).into_iter().enumerate() {
            let Some(slope) = slope else { continue };
            let mut moved = args.clone();
            let along = |v: f64| {
                moved[argument] = v;
                rule.value(&moved)
            };
            let local = Slopes::at(along, args[argument]);
            let quotient = local.central;
            let size = slope.abs().max(quotient.value.abs());
            let apart = (slope - quotient.value).abs();
            // A slope that is NaN where the quotient settles is as wrong as any.
            let agrees = apart <= LIMIT * size + quotient.error;
            if quotient.is_within(LIMIT) && local.kink().is_none() && !agrees {
                let formula = trace.formula(node, 60);
                let (name, of) = (rule.name(), rule.argument(argument));
                let (rule, quotient) = (slope, quotient.value);
                found.push(Suspect { node, name, argument, of, formula, rule, quotient });
            }
        }
    }
    found
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "suspect: node {} `{}`: the rule of `{}` for its argument {} gives {}, its difference quotient {}",
            self.node + 1,
            self.formula,
            self.name,
            self.of,
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
        let wrong = suspects(&trace, |rule, args, _| match rule {
            Rule::Op(Op::Sin) => vec![Some(-args[0].cos())],
            _ => vec![None; args.len()],
        });
        assert_eq!(wrong.len(), 1);
        assert_eq!((wrong[0].name.as_str(), wrong[0].argument), ("sin", 0));
        assert!((wrong[0].quotient - 1.5f64.cos()).abs() < 1e-10);
        assert!(wrong[0].to_string().contains("`sin`"), "{}", wrong[0]);
    }
}
