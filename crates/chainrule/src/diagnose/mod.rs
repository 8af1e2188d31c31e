//! Which node first made a result NaN or infinite, or its gradient: the culprit, not the victims.
//!
//! ```
//! let graph = chainrule::Graph::new();
//! let x = graph.value(3.0).label("x");
//! let diagnosis = (1.0 / (x - 3.0) + 5.0).diagnose().unwrap();
//! assert_eq!(diagnosis.message, "`1/(x - 3)` divides by zero: x - 3 = 0 at x = 3");
//! ```
//!
//! Numbers are followed backward from the result, through the arguments that explain it, to the
//! first node whose arguments were all right. What went wrong there is read from the domains in
//! the operations table; only what an interval cannot say stands here.

mod gradient;
mod patterns;
mod value;
mod view;

use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::expression::Nodes;
use crate::graph::{Kind, Value};
use std::fmt;
use std::ops::Range;
use view::View;

/// The first node that made a number NaN or infinite.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What went wrong there.
    pub kind: Trouble,
    /// Number of the node in its program, or its position in the trace.
    pub node: usize,
    /// The user's name for it.
    pub label: Option<String>,
    /// The operation of the node; none for an input.
    pub op: Option<Op>,
    /// The node as a formula.
    pub expression: String,
    /// The arguments of the operation: name or formula, and value.
    pub inputs: Vec<(String, f64)>,
    /// The value computed there.
    pub value: f64,
    /// Where it stands in the source of a formula, in bytes.
    pub span: Option<Range<usize>>,
    /// One sentence that names the node and its values.
    pub message: String,
    /// How to avoid it.
    pub hint: Option<String>,
}

/// What went wrong at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trouble {
    /// An input is NaN or infinite as it was given.
    Input,
    /// A divisor is zero.
    DivisionByZero,
    /// An argument lies outside the operation's domain, or on an edge where the value is infinite.
    Domain,
    /// The result is larger than the largest number.
    Overflow,
    /// NaN where no domain says why: `inf - inf`, `0*inf`, a root of a negative number.
    Undefined,
    /// The value is a number, its derivative is infinite.
    InfiniteSlope,
    /// The value is a number, its derivative is NaN.
    UndefinedSlope,
}

impl Trouble {
    /// Whether the value is a number and only its derivative is not.
    #[must_use]
    pub fn is_slope(self) -> bool {
        matches!(self, Trouble::InfiniteSlope | Trouble::UndefinedSlope)
    }
}

impl Diagnosis {
    /// What made the value of node `root` NaN or infinite; none if it is a number.
    pub(crate) fn of_value(nodes: &impl Nodes, values: &[f64], root: usize) -> Option<Self> {
        View { nodes, values, root, command: true }.of_value()
    }

    /// What made the derivative of node `root` NaN or infinite; none if it is not, or if the value
    /// is to blame.
    pub(crate) fn of_gradient(nodes: &impl Nodes, values: &[f64], root: usize) -> Option<Self> {
        View { nodes, values, root, command: true }.of_gradient()
    }
}

impl From<Diagnosis> for Error {
    /// The diagnosis as an error of kind [`ErrorKind::Value`].
    fn from(diagnosis: Diagnosis) -> Error {
        let mut error = Error::new(ErrorKind::Value, diagnosis.message);
        if let Some(span) = diagnosis.span {
            error = error.at(span);
        }
        match diagnosis.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl Value<'_> {
    /// What made this value, or its derivative by an input below it, NaN or infinite: the first
    /// node at fault, with its label, formula and arguments. None if all of them are numbers.
    /// Cost: about two backward passes.
    #[must_use]
    pub fn diagnose(self) -> Option<Diagnosis> {
        let trace = self.trace();
        let values: Vec<f64> = trace.nodes.iter().map(|n| n.value).collect();
        let root = trace.nodes.len() - 1;
        let view = View { nodes: &trace, values: &values, root, command: false };
        let found = view.of_value().or_else(|| view.of_gradient());
        // Without a label an input is named by its number, which is no name.
        found.map(|mut d| {
            if trace.nodes[d.node].kind == Kind::Input {
                d.label.clone_from(&trace.nodes[d.node].label);
            }
            d
        })
    }
}
