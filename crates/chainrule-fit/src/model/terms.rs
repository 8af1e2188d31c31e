//! A model formula as it is written.

use super::expression::Written;
use super::lexer::{Masked, quoted};
use super::parser::parse;
use chainrule::Error;
use std::ops::Range;

/// A model formula: a response and the terms that describe it.
///
/// ```
/// use chainrule_fit::{Column, Plan, PlanOptions, Table, Terms};
/// let table = Table::new(vec![
///     Column::numbers("y", vec![1.0, 2.0, 4.0]),
///     Column::numbers("x", vec![1.0, 10.0, 100.0]),
///     Column::text("city", ["Oslo", "Rome", "Oslo"]),
/// ])?;
/// let plan = Plan::new(&Terms::parse("y ~ ln(x) + C(city)")?, &table, &PlanOptions::default())?;
/// assert_eq!(plan.names(), ["intercept", "ln(x)", "city[Rome]"]);
/// let design = plan.design(&table)?;
/// assert_eq!(design.columns[2], [0.0, 1.0, 0.0]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    pub(super) source: String,
    pub(super) masked: Masked,
    pub(super) response: Written,
    pub(super) root: Node,
    pub(super) factors: Vec<Factor>,
    /// Added to the linear predictor.
    pub(super) offsets: Vec<Written>,
}

/// How terms are put together, in R's notation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// An offset: no term.
    Nothing,
    /// `1`, the intercept, or `0`, none.
    Intercept(bool),
    /// `.`: a term for every other column.
    Others,
    Factor(usize),
    /// Terms that are added or, where the flag says so, taken away.
    Sum(Vec<(bool, Node)>),
    /// `a*b`: both and their interaction.
    Cross(Box<Node>, Box<Node>),
    /// `a:b`.
    Interaction(Box<Node>, Box<Node>),
    /// `(a + b)^n`: all interactions of up to n.
    Power(Box<Node>, usize),
}

/// What stands at a place of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Factor {
    pub(super) kind: FactorKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum FactorKind {
    /// A column as it is.
    Column(String),
    /// `C(column)`, with a reference level if one is named.
    Category { column: String, reference: Option<(String, Range<usize>)> },
    /// Something computed.
    Expression(Written),
}

impl Terms {
    /// Reads a formula.
    ///
    /// ```
    /// let error = chainrule_fit::Terms::parse("y ~ x + 2*z").unwrap_err();
    /// assert_eq!(error.render("y ~ x + 2*z"), "a number between terms is 1 or 0, the intercept\n  y ~ x + 2*z\n          ^\n  hint: write `I(…)` around arithmetic");
    /// ```
    ///
    /// # Errors
    ///
    /// If it cannot be read; the error points at the place.
    pub fn parse(source: &str) -> Result<Self, Error> {
        parse(source)
    }

    /// The formula with the column `target` as response and a term for every other column.
    ///
    /// ```
    /// assert_eq!(chainrule_fit::Terms::target("body mass")?.source(), "`body mass` ~ .");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name holds a backquote.
    pub fn target(target: &str) -> Result<Self, Error> {
        parse(&format!("{} ~ .", quoted(target)))
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a term for every other column stands in it.
    #[must_use]
    pub fn has_others(&self) -> bool {
        fn any(node: &Node) -> bool {
            match node {
                Node::Others => true,
                Node::Sum(parts) => parts.iter().any(|(_, part)| any(part)),
                Node::Cross(a, b) | Node::Interaction(a, b) => any(a) || any(b),
                Node::Power(a, _) => any(a),
                Node::Nothing | Node::Intercept(_) | Node::Factor(_) => false,
            }
        }
        any(&self.root)
    }
}
