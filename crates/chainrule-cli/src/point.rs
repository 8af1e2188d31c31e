//! From the words of the command line to a formula at a point.

use crate::arguments::{FormulaArgs, PointArgs};
use crate::output::{DATA, Failure, Result, failure, library_failure};
use chainrule::formula::{Formula, parse_assignments};
use std::io::Read;

/// A formula and a value for each of its variables, in their order.
pub(crate) struct Point {
    pub(crate) formula: Formula,
    pub(crate) values: Vec<f64>,
}

impl Point {
    pub(crate) fn read(args: &PointArgs) -> Result<Self> {
        let known = assignments(&args.at)?;
        let formula = read_formula(&args.formula, &known)?;
        let values = bind(&formula, &known)?;
        Ok(Point { formula, values })
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

/// Reads the formula; `-` stands for stdin. Names with a value are variables, also `e` and `pi`.
pub(crate) fn read_formula(args: &FormulaArgs, known: &[(String, f64)]) -> Result<Formula> {
    let mut source = args.formula.clone();
    if source == "-" {
        source.clear();
        let read = std::io::stdin().read_to_string(&mut source);
        read.map_err(|e| failure(DATA, format!("cannot read the formula from stdin: {e}")))?;
    }
    let variables: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    Formula::parse_with(&source, &variables).map_err(|e| library_failure(&e, &source))
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
