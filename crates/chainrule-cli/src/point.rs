//! From the words of the command line to a formula at a point.

use crate::arguments::PointArgs;
use crate::output::{Failure, Result, library_failure};
use crate::source::{Source, single};
use chainrule::Function;
use chainrule::formula::{Formula, parse_assignments};

/// A formula and a value for each of its variables, in their order.
pub(crate) struct Point {
    pub(crate) formula: Formula,
    pub(crate) values: Vec<f64>,
    /// The function that was loaded, if it has comparisons: they are not part of the formula, and
    /// were found to hold at the values.
    branching: Option<Function>,
}

impl Point {
    /// A point of a formula with one result.
    pub(crate) fn read(args: &PointArgs) -> Result<Self> {
        let point = Point::read_many(args)?;
        single(&point.formula)?;
        Ok(point)
    }

    /// A point of a formula with any number of results.
    pub(crate) fn read_many(args: &PointArgs) -> Result<Self> {
        let known = assignments(&args.at)?;
        let Source { formula, branching } = Source::read(&args.formula, &known)?;
        let values = bind(&formula, &known)?;
        if let Some(function) = &branching {
            function.eval(&values).map_err(|e| error_in(&formula, &e))?;
        }
        Ok(Point { formula, values, branching })
    }

    /// The formula as a function, with the comparisons that belong to it.
    pub(crate) fn function(&self) -> Function {
        self.branching.clone().unwrap_or_else(|| self.formula.function())
    }

    /// The value of the formula and its derivatives in all variables.
    pub(crate) fn value_and_gradient(&self) -> (f64, Vec<f64>) {
        let mut gradient = vec![0.0; self.values.len()];
        let value = self.formula.value_and_gradient(&self.values, &mut gradient);
        (value, gradient)
    }

    /// The variables with their values, or other numbers in their order.
    pub(crate) fn named(&self, numbers: &[f64]) -> Vec<(String, f64)> {
        self.formula.variables().iter().cloned().zip(numbers.iter().copied()).collect()
    }
}

/// Names and values from words like `a=2,b=-3`.
pub(crate) fn assignments(words: &[String]) -> Result<Vec<(String, f64)>> {
    let text = words.join(",");
    parse_assignments(&text).map_err(|e| library_failure(&e, &text))
}

/// A value for each variable of the formula, in their order.
pub(crate) fn bind(formula: &Formula, known: &[(String, f64)]) -> Result<Vec<f64>> {
    formula.bind(known).map_err(|e| error_in(formula, &e))
}

/// An error about a formula.
pub(crate) fn error_in(formula: &Formula, error: &chainrule::Error) -> Failure {
    library_failure(error, formula.source())
}
