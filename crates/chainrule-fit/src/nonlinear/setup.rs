//! What a fit of a formula begins with: starts, bounds, complete rows, weights.

use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::Options;
use chainrule::optimize::{Bounds, Information, undetermined};
use nalgebra::DMatrix;

use super::NonlinearOptions;
use super::formula::RowFormula;
use crate::linear::inference::{Reference, check_level, coefficients};
use crate::rows::Rows;
use crate::{Fit, Table};

/// Checked input of a fit.
pub(crate) struct Setup<'t> {
    pub(crate) start: Vec<f64>,
    pub(crate) bounds: Option<Bounds>,
    rows: Rows<'t>,
    has_weights: bool,
    /// Rows with a weight above zero.
    pub(crate) observed: usize,
    pub(crate) running: Options,
}

impl<'t> Setup<'t> {
    /// The rows in which the formula's columns, the response and the weights are there.
    pub(crate) fn new(
        formula: &RowFormula,
        response: &[&str],
        table: &'t Table,
        options: &NonlinearOptions,
    ) -> Result<Self, Error> {
        check_level(options.level)?;
        let start = formula.start(&options.start)?;
        let bounds = formula.bounds(&options.bounds)?;
        let described: Vec<&str> = formula.columns.iter().map(String::as_str).collect();
        let mut required = response.to_vec();
        required.extend(options.weights.as_deref());
        let rows = Rows::complete(table, &described, &required, options.missing)?;
        let has_weights = options.weights.is_some();
        let mut observed = rows.len();
        if let (Some(name), Some(weights)) = (&options.weights, rows.columns().last()) {
            let is_wrong = |w: &f64| !(*w >= 0.0 && w.is_finite());
            if let Some(i) = weights.iter().position(is_wrong) {
                let row = table.first_row() + rows.number(i) + 1;
                let message = format!("row {row}, column `{name}`: the weight is {}", weights[i]);
                return Err(Error::new(ErrorKind::Data, message).hint("weights are zero or more"));
            }
            observed = weights.iter().filter(|w| **w > 0.0).count();
        }
        if observed < start.len() {
            let message = format!("{observed} rows cannot determine {} parameters", start.len());
            let hint = "write numbers in place of some of them";
            return Err(Error::new(ErrorKind::Data, message).hint(hint));
        }
        let running = Options { threads: options.threads, ..Options::default() };
        Ok(Setup { start, bounds, rows, has_weights, observed, running })
    }

    /// The columns of the formula, then the response if there is one.
    pub(crate) fn columns(&self) -> Vec<&[f64]> {
        let mut columns = self.rows.columns();
        if self.has_weights {
            columns.pop();
        }
        columns
    }

    /// The weights, if rows have any.
    pub(crate) fn weights(&self) -> Option<&[f64]> {
        self.rows.columns().pop().filter(|_| self.has_weights)
    }

    pub(crate) fn rows(&self) -> &Rows<'t> {
        &self.rows
    }

    /// A fit with what every formula has.
    pub(crate) fn fit(&self, formula: &RowFormula, method: &str, level: f64) -> Fit {
        Fit {
            model: formula.formula.to_string(),
            method: method.to_owned(),
            rows_used: self.rows.len(),
            rows_dropped: self.rows.dropped(),
            level,
            ..Fit::default()
        }
    }
}

impl Fit {
    /// Takes in the covariance `variance`·information⁻¹, what it says of each parameter, and what the data do not
    /// determine.
    pub(crate) fn infer(
        &mut self,
        names: &[String],
        x: &[f64],
        information: &Information,
        (variance, reference): (f64, Reference),
        same: &mut dyn FnMut(&[f64]) -> bool,
    ) {
        let n = x.len();
        let covariance = DMatrix::from_fn(n, n, |i, j| information.inverse[i][j] * variance);
        self.coefficients = coefficients(names, x, &covariance, reference, self.level);
        self.covariance = crate::linear::inference::rows(&covariance);
        self.scaled_condition = Some(information.condition);
        let blind = information.blind.iter();
        self.issues.extend(blind.map(|direction| undetermined(names, x, direction, same)));
    }
}
