//! The formula language: from `a^2 - 10a + 28` to a program that knows where in the text each of
//! its nodes comes from.
//!
//! ```
//! use chainrule::formula::Formula;
//! let formula = Formula::parse("e = a*b; f = e + c; L = f*d")?;
//! assert_eq!(formula.variables(), ["a", "b", "c", "d"]);
//! let mut gradient = [0.0; 4];
//! let value = formula.value_and_gradient(&[2.0, -3.0, 10.0, -2.0], &mut gradient);
//! assert_eq!((value, gradient), (-8.0, [6.0, -4.0, -2.0, 4.0]));
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! The language is described in `docs/format.md`.

mod bind;
mod build;
mod lexer;
mod load;
mod names;
mod parser;
mod resolve;

use crate::algebra::{Dual, DualValue, Num, Op};
use crate::error::{Error, ErrorKind};
use crate::expression::{self, Nodes, Part};
use crate::function::{Function, Names};
use crate::program::{NodeId, Program, Step};
pub use bind::parse_assignments;
pub use build::Built;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A formula that was read: a program as it is written, nothing folded, and the text it came from.
///
/// Its inputs are the free names in order of first appearance; they stand before all other nodes.
/// The result is the last definition, or the unnamed expression at the end.
#[derive(Clone, Debug, Default)]
pub struct Formula {
    source: String,
    program: Program,
    /// Where each node of the program stands in the source.
    spans: Vec<Range<usize>>,
    variables: Vec<String>,
    definitions: Vec<(String, NodeId)>,
    /// Names such as `pi` that stand for a number in this formula.
    constants: Vec<String>,
    /// Whether the last definition has a name.
    named_result: bool,
    /// Names of the results, if others were chosen than the last definition.
    chosen: Vec<String>,
}

/// A longer text is refused: its nodes could not be numbered.
const LONGEST: usize = 1 << 30;

impl Formula {
    /// Reads a formula.
    ///
    /// ```
    /// use chainrule::formula::Formula;
    /// let error = Formula::parse("a + * b").unwrap_err();
    /// assert_eq!(error.render("a + * b"), "expected a value\n  a + * b\n      ^");
    /// ```
    ///
    /// # Errors
    ///
    /// If it cannot be read, a name is defined twice or by itself, or there is nothing in it. The
    /// error points at the place in `source`.
    pub fn parse(source: &str) -> Result<Self, Error> {
        Formula::parse_with(source, &[])
    }

    /// Reads a formula in which `variables` are variables even where they are the name of a
    /// number otherwise, as `e` is.
    ///
    /// ```
    /// use chainrule::formula::Formula;
    /// assert!(Formula::parse("2e + 1")?.variables().is_empty());
    /// assert_eq!(Formula::parse_with("2e + 1", &["e"])?.variables(), ["e"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`parse`](Formula::parse).
    pub fn parse_with(source: &str, variables: &[&str]) -> Result<Self, Error> {
        if source.len() > LONGEST {
            let message = format!("the formula is longer than {LONGEST} bytes");
            return Err(Error::new(ErrorKind::Limit, message).hint("read the numbers from a file"));
        }
        resolve::resolve(source, &parser::parse(source)?, variables)
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The free names in order of first appearance: the order of all inputs and gradients.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The named definitions as they are written. `b = a` names a node that has a name already.
    #[must_use]
    pub fn definitions(&self) -> &[(String, NodeId)] {
        &self.definitions
    }

    /// The operations as they are written: `a + a` uses `a` twice.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What is called at node `i`, and which output it is: a formula made of a function may call.
    pub(crate) fn called(&self, i: usize) -> Option<(&crate::Operation, usize)> {
        match self.program.step(NodeId(u32::try_from(i).ok()?)) {
            Step::Call(operation, _, output) => Some((operation, output)),
            _ => None,
        }
    }

    /// The node of the result.
    #[must_use]
    pub fn result(&self) -> NodeId {
        self.program.outputs()[0]
    }

    /// Name of the result, if its definition has one.
    #[must_use]
    pub fn result_name(&self) -> Option<&str> {
        if let Some(name) = self.chosen.first() {
            return self.program.label(self.result()).is_some().then_some(name);
        }
        let last = self.definitions.last().filter(|_| self.named_result);
        last.map(|(name, _)| name.as_str())
    }

    /// Where a node stands in the source, in bytes: the sign of an operation between two values,
    /// the whole of a call, the number or name itself.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Option<Range<usize>> {
        self.spans.get(node.index()).cloned()
    }

    /// The node as a formula in the words of the source, spaced evenly; named nodes stand by their
    /// names. Past `limit` bytes it breaks off with `…`.
    ///
    /// ```
    /// let formula = chainrule::formula::Formula::parse("1/(x-3)")?;
    /// assert_eq!(formula.expression(formula.result(), 80), "1/(x - 3)");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn expression(&self, node: NodeId, limit: usize) -> String {
        expression::formula(self, node.index(), limit)
    }

    /// The result at `x`, the values of [`variables`](Formula::variables).
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables; so do the other methods that take a point.
    #[must_use]
    pub fn value(&self, x: &[f64]) -> f64 {
        self.values(x)[self.result().index()]
    }

    /// The values of all nodes at `x`.
    #[must_use]
    pub fn values(&self, x: &[f64]) -> Vec<f64> {
        self.program.eval(&Num, x)
    }

    /// The result at `x`, and its derivatives into `gradient`.
    ///
    /// # Panics
    ///
    /// If `x` or `gradient` is shorter than the variables.
    pub fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let values = self.values(x);
        let adjoints = self.program.adjoints(&Num, &values, &[(self.result(), 1.0)]);
        for (slot, node) in gradient[..self.variables.len()].iter_mut().zip(self.program.inputs()) {
            *slot = adjoints[node.index()].unwrap_or(0.0);
        }
        values[self.result().index()]
    }

    /// The second derivatives at `x`, row by row, by forward over reverse. Cost: about two
    /// gradients a variable.
    #[must_use]
    pub fn hessian(&self, x: &[f64]) -> Vec<Vec<f64>> {
        (0..self.variables.len()).map(|i| self.hessian_row(x, i)).collect()
    }

    fn hessian_row(&self, x: &[f64], row: usize) -> Vec<f64> {
        let dual = Dual(&Num);
        let moved = |i: usize| (i == row).then_some(1.0);
        let inputs: Vec<_> = x
            .iter()
            .enumerate()
            .map(|(i, &primal)| DualValue { primal, tangent: moved(i) })
            .collect();
        let values = self.program.eval(&dual, &inputs);
        let one = DualValue { primal: 1.0, tangent: None };
        let adjoints = self.program.adjoints(&dual, &values, &[(self.result(), one)]);
        let tangent = |node: &NodeId| adjoints[node.index()].and_then(|a| a.tangent).unwrap_or(0.0);
        self.program.inputs().iter().map(tangent).collect()
    }

    /// The formula as a function with its results as outputs.
    ///
    /// # Panics
    ///
    /// Never: names of variables differ by construction.
    #[must_use]
    pub fn function(&self) -> Function {
        let names = Names {
            inputs: self.variables.clone(),
            parameters: Vec::new(),
            outputs: match self.chosen.as_slice() {
                [] => vec![self.result_name().unwrap_or("f").into()],
                chosen => chosen.to_vec(),
            },
        };
        Function::from_program(self.program.clone(), names)
            .expect("a formula has one result and variables of different names")
    }
}

/// The definitions, one after the other, spaced evenly: reads back as the same formula.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = self.result();
        for (i, (name, node)) in self.definitions.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{name} = {}", self.right_side(name, *node))?;
        }
        if !self.named_result {
            let separator = if self.definitions.is_empty() { "" } else { "; " };
            write!(f, "{separator}{}", self.right_side("", result))?;
        }
        Ok(())
    }
}

impl Formula {
    /// What stands behind `name =`.
    fn right_side(&self, name: &str, node: NodeId) -> String {
        match (self.program.label(node), self.program.step(node)) {
            (Some(other), _) if other != name => other.into(),
            (_, Step::Constant(c)) => expression::number(c),
            _ => self.expression(node, usize::MAX),
        }
    }
}

impl Nodes for Formula {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        self.program.name(i)
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        self.program.part(i)
    }

    /// The function's name in the source: `log` where it says `log`.
    fn word(&self, i: usize, op: Op) -> Cow<'_, str> {
        let text = self.spans.get(i).and_then(|span| self.source.get(span.clone()));
        match text.and_then(|t| t.split_once('(')) {
            Some((word, _)) if expression::infix(op).is_none() && op != Op::Neg => {
                word.trim_end().into()
            }
            _ => op.info().symbol.into(),
        }
    }
}

/// An error in the text of a formula.
fn at(message: impl Into<String>, span: Range<usize>) -> Error {
    Error::new(ErrorKind::Formula, message).at(span)
}

/// An error about a name that is not in the formula.
fn wrong_name(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Name, message)
}

/// A place in the source for people.
fn place(source: &str, start: usize) -> String {
    let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let column = source[line_start..start].chars().count() + 1;
    if source.contains('\n') {
        format!("line {}, column {column}", source[..start].matches('\n').count() + 1)
    } else {
        format!("column {column}")
    }
}

/// Source text within a message, cut where it is long.
fn printed(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
