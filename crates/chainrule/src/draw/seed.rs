//! Differences, negations and quotients as the chapter's and micrograd's classes compute them.

use crate::algebra::Op;
use crate::graph::{Kind, Trace, TraceNode};

/// A step of an operation that is drawn as several. Steps name earlier ones by their position.
pub(super) enum Step {
    /// Operand number so much of the operation.
    Operand(usize),
    Constant {
        value: f64,
        gradient: Option<f64>,
    },
    Result {
        symbol: &'static str,
        inputs: Vec<usize>,
        value: f64,
        gradient: Option<f64>,
    },
    /// The operation that makes the node itself.
    Last {
        symbol: &'static str,
        inputs: Vec<usize>,
    },
}

/// The steps of `node`'s operation: `a + b*-1`, `a*-1`, `a * b**-1`; none for other operations.
///
/// The new nodes get the gradients that the chapter's rules give them.
pub(super) fn rewrite(trace: &Trace, node: &TraceNode) -> Option<Vec<Step>> {
    let Kind::Operation(op) = node.kind else { return None };
    let g = node.gradient;
    let number = |k: usize| trace.nodes[node.inputs[k]].value;
    let constant = |gradient| Step::Constant { value: -1.0, gradient };
    Some(match op {
        Op::Neg => vec![
            Step::Operand(0),
            constant(g.map(|g| g * number(0))),
            Step::Last { symbol: "*", inputs: vec![0, 1] },
        ],
        Op::Sub => vec![
            Step::Operand(0),
            Step::Operand(1),
            constant(g.map(|g| g * number(1))),
            Step::Result { symbol: "*", inputs: vec![1, 2], value: -number(1), gradient: g },
            Step::Last { symbol: "+", inputs: vec![0, 3] },
        ],
        Op::Div => vec![
            Step::Operand(0),
            Step::Operand(1),
            Step::Result {
                symbol: "**-1",
                inputs: vec![1],
                value: number(1).recip(),
                gradient: g.map(|g| g * number(0)),
            },
            Step::Last { symbol: "*", inputs: vec![0, 2] },
        ],
        _ => return None,
    })
}
