//! Arithmetic within a model formula, in chainrule's formula language, over the rows of a table.

use super::lexer::Masked;
use crate::table::{printed, wrong};
use chainrule::error::{Error, ErrorKind};
use chainrule::formula::Formula;
use chainrule::kernel::Kernel;
use std::borrow::Cow;
use std::ops::Range;

/// An error in the text of a model formula.
pub(super) fn wrong_at(message: impl Into<String>, span: Range<usize>) -> Error {
    Error::new(ErrorKind::Formula, message).at(span)
}

/// An expression as it is written, with masked names, and where it stands in the model formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    text: String,
    at: usize,
}

impl Written {
    /// The expression in `span` of a masked formula.
    pub(super) fn new(masked: &str, span: Range<usize>) -> Result<Self, Error> {
        let written = Written { text: masked[span.clone()].into(), at: span.start };
        let formula = written.formula(&[])?;
        if !formula.definitions().is_empty() {
            return Err(wrong_at("a definition has no place in a model formula", span)
                .hint("a comparison is written `==`"));
        }
        Ok(written)
    }

    /// The n-th power of it.
    pub(super) fn power(&self, n: u32) -> Self {
        match n {
            1 => self.clone(),
            _ => Written { text: format!("({})^{n}", self.text), at: self.at.saturating_sub(1) },
        }
    }

    /// The formula in which `variables` are no constants.
    fn formula(&self, variables: &[&str]) -> Result<Formula, Error> {
        Formula::parse_with(&self.text, variables).map_err(|error| match error.span() {
            Some(span) => error.at(self.at + span.start..self.at + span.end),
            None => error,
        })
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// Reads it for data that have the columns that `has` knows: a column named `e` is not the number.
    pub(super) fn compile(
        &self,
        masked: &Masked,
        has: impl Fn(&str) -> bool,
    ) -> Result<Expression, Error> {
        let names = self.text.split(|c: char| c != '_' && !c.is_alphanumeric());
        let mut variables: Vec<&str> = names.filter(|name| has(masked.column(name))).collect();
        variables.sort_unstable();
        variables.dedup();
        let formula = self.formula(&variables)?;
        let columns: Vec<String> =
            formula.variables().iter().map(|v| masked.column(v).to_owned()).collect();
        if columns.is_empty() {
            return Err(wrong_at("no column stands in this expression", self.span()));
        }
        let name = masked.unmask(&formula.to_string());
        let is_column = formula.program().len() == 1;
        let inputs: Vec<&str> = formula.variables().iter().map(String::as_str).collect();
        let kernel =
            Kernel::of(&formula.function(), &inputs).map_err(|error| error.at(self.span()))?;
        let spans = formula.program().inputs().iter().map(|&node| formula.span(node));
        let spans =
            spans.map(|span| span.map_or(self.span(), |s| self.at + s.start..self.at + s.end));
        let spans = spans.collect();
        Ok(Expression { name, columns, spans, kernel: (!is_column).then_some(kernel) })
    }
}

/// An expression of columns.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// The expression, evenly spaced.
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Where each column stands first in the model formula.
    pub(super) spans: Vec<Range<usize>>,
    /// `None` where it is a column as it stands.
    kernel: Option<Kernel>,
}

impl Expression {
    /// A column as it stands.
    pub(super) fn column(name: &str, span: Range<usize>) -> Self {
        Expression {
            name: name.into(),
            columns: vec![name.into()],
            spans: vec![span],
            kernel: None,
        }
    }

    /// Its value in each row.
    ///
    /// # Errors
    ///
    /// If one is NaN or infinite; `row` gives the number of a row in the data.
    pub(super) fn evaluate<'d>(
        &self,
        columns: &[Cow<'d, [f64]>],
        row: impl Fn(usize) -> usize,
    ) -> Result<Cow<'d, [f64]>, Error> {
        let values = match &self.kernel {
            None => columns[0].clone(),
            Some(kernel) => {
                let inputs: Vec<&[f64]> = columns.iter().map(AsRef::as_ref).collect();
                let mut outputs = kernel.eval_batch(&[], &inputs)?;
                Cow::Owned(outputs.pop().expect("an expression has one result"))
            }
        };
        let Some(at) = values.iter().position(|x| !x.is_finite()) else { return Ok(values) };
        let number = |x: f64| chainrule::expression::significant(x, 6);
        let inputs = self.columns.iter().zip(columns);
        let inputs: Vec<String> =
            inputs.map(|(name, x)| format!("{name} = {}", number(x[at]))).collect();
        let message = format!(
            "row {}: `{}` is {} at {}",
            row(at) + 1,
            printed(&self.name),
            number(values[at]),
            inputs.join(", ")
        );
        let error = match self.kernel {
            None => wrong(message),
            Some(_) => Error::new(ErrorKind::Value, message),
        };
        Err(error.hint("leave such rows out of the data, or choose another function"))
    }
}
