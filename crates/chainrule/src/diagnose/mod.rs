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
//!
//! A result that is a number can be wrong too: [`Inspection`] tells the kinks near a point and the digits
//! that rounding leaves.

mod gradient;
mod inspect;
mod kinks;
mod patterns;
mod rounding;
mod value;
mod view;

use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::formula::Formula;
use crate::function::Function;
use crate::graph::{Trace, Value};
use crate::program::NodeId;
pub use inspect::{Inspection, NEAR};
pub use kinks::Kink;
pub use rounding::{Loss, NodeRounding, Origin, Rounding};
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
    /// An operation of the user's, or a solver, has no value there.
    Call,
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

impl Formula {
    /// What made the value at `x` NaN or infinite: the first culprit, with its place in the source.
    ///
    /// ```
    /// use chainrule::formula::Formula;
    /// let formula = Formula::parse("2log(x)")?;
    /// let diagnosis = formula.diagnose_value(&[-1.0]).unwrap();
    /// assert_eq!(diagnosis.message, "log of −1 (node `log(x)`)");
    /// assert_eq!(diagnosis.span, Some(1..7));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables.
    #[must_use]
    pub fn diagnose_value(&self, x: &[f64]) -> Option<Diagnosis> {
        self.diagnosed(x, |view| view.of_value())
    }

    /// What made the gradient at `x` NaN or infinite; none if the value is to blame.
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables.
    #[must_use]
    pub fn diagnose_gradient(&self, x: &[f64]) -> Option<Diagnosis> {
        self.diagnosed(x, |view| view.of_gradient())
    }

    /// What made the value at `x` or, if that is a number, its gradient NaN or infinite.
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables.
    #[must_use]
    pub fn diagnose(&self, x: &[f64]) -> Option<Diagnosis> {
        self.diagnosed(x, |view| view.of_value().or_else(|| view.of_gradient()))
    }

    fn diagnosed(
        &self,
        x: &[f64],
        ask: impl FnOnce(View<'_, Formula>) -> Option<Diagnosis>,
    ) -> Option<Diagnosis> {
        let values = self.values(x);
        let root = self.result().index();
        let called = |i: usize| self.called(i);
        let found =
            ask(View { nodes: self, values: &values, root, command: true, called: &called })?;
        Some(self.placed(found))
    }

    /// The diagnosis with its place in the source.
    fn placed(&self, found: Diagnosis) -> Diagnosis {
        let span = u32::try_from(found.node).ok().and_then(|node| self.span(NodeId(node)));
        Diagnosis { span, ..found }
    }
}

impl Trace {
    /// What made the root of this trace, or its derivative by an input, NaN or infinite: the first
    /// node at fault, with its label, formula and arguments. None if all of them are numbers.
    /// Cost: about two backward passes.
    #[must_use]
    pub fn diagnose(&self) -> Option<Diagnosis> {
        let values: Vec<f64> = self.nodes.iter().map(|n| n.value).collect();
        let root = self.nodes.len().checked_sub(1)?;
        let called = |i: usize| self.nodes[i].call.as_ref().map(|(called, k)| (called, *k));
        let view = View { nodes: self, values: &values, root, command: false, called: &called };
        let found = view.of_value().or_else(|| view.of_gradient())?;
        // An input without a label is named by its number in formulas, which is no name.
        Some(Diagnosis { label: self.nodes[found.node].label.clone(), ..found })
    }
}

impl Value<'_> {
    /// What made this value, or its derivative by an input below it, NaN or infinite.
    #[must_use]
    pub fn diagnose(self) -> Option<Diagnosis> {
        self.trace().diagnose()
    }
}

impl Function {
    /// What makes an output at `x`, or its gradient, NaN or infinite: the first node at fault.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| (x - 4.0).ln() + 1.0)?;
    /// let diagnosis = f.diagnose(&[3.0])?.expect("the logarithm of a negative number");
    /// assert_eq!(diagnosis.expression, "ln(x - 4)");
    /// assert!(f.diagnose(&[5.0])?.is_none());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval).
    pub fn diagnose(&self, x: &[f64]) -> Result<Option<Diagnosis>, Error> {
        for output in 0..self.outputs().len() {
            if let Some(found) = self.trace(x, output)?.diagnose() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
