//! Nonlinear least squares: a model as text, fitted by its exact Jacobian.

mod fit;
pub(crate) mod formula;
mod options;
pub(crate) mod predict;
pub(crate) mod setup;

use std::ops::ControlFlow;

use crate::{Fit, Prediction, Table};
use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::Kernel;
pub(crate) use fit::status;
use formula::RowFormula;
pub use options::{FitStep, NonlinearOptions};

/// A nonlinear model of one column: `y = b1*(1 - exp(-b2*x))`.
///
/// The formula is in the language of [`chainrule::formula`]; the name that it defines last is the
/// response. Its other names are columns of the table, or else parameters.
///
/// ```
/// use chainrule_fit::{Column, NonlinearModel, NonlinearOptions, Table};
/// // Treated cells of Treloar (1974); R's nls gives V = 212.7 ± 6.947 and K = 0.06412 ± 0.008281.
/// let c = vec![0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
/// let rate = vec![76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];
/// let table = Table::new(vec![Column::numbers("c", c), Column::numbers("rate", rate)])?;
/// let model = NonlinearModel::parse("rate = V*c/(K + c)", &table)?;
/// assert_eq!(model.parameters(), ["V", "K"]);
/// let start = vec![("V".into(), 200.0), ("K".into(), 0.1)];
/// let fit = model.fit(&table, &NonlinearOptions { start, ..Default::default() })?;
/// let k = &fit.coefficients[1];
/// assert!((k.estimate - 0.06412).abs() < 5e-6 && (k.std_error - 0.008281).abs() < 5e-7);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NonlinearModel {
    rows: RowFormula,
    response: String,
    /// The model's value over parameters, columns, and a column without meaning, which gives a model that
    /// uses none its number of rows.
    value: Kernel,
}

impl NonlinearModel {
    /// Reads a model of a column of `table`.
    ///
    /// # Errors
    ///
    /// If the formula cannot be read, names no response or one that is not a column of numbers, uses a
    /// column of text, or has no parameter.
    pub fn parse(text: &str, table: &Table) -> Result<Self, Error> {
        let rows = RowFormula::parse(text, table)?;
        let Some(response) = rows.formula.result_name().map(str::to_owned) else {
            let message = "the model does not say which column it is for";
            return Err(Error::new(ErrorKind::Formula, message)
                .hint(format!("write `column = {text}` with one of {}", names(table))));
        };
        table.numbers(&response)?;
        let value = rows.value_of(rows.formula.result())?;
        Ok(NonlinearModel { rows, response, value })
    }

    /// Names of the parameters in order of appearance.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.rows.parameters
    }

    /// The column that is modelled.
    #[must_use]
    pub fn response(&self) -> &str {
        &self.response
    }

    /// The columns that the model uses beside the response.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.rows.columns
    }

    /// The model as text, spaced evenly.
    #[must_use]
    pub fn formula(&self) -> String {
        self.rows.formula.to_string()
    }

    /// Minimises Σ wᵢ(yᵢ − f(xᵢ, b))² over the parameters b by the method of Levenberg and Marquardt.
    ///
    /// The covariance of the estimates is s²(JᵀJ)⁻¹ with the exact Jacobian J of √w·f, from its QR
    /// factorisation, and s² the residual sum of squares by the degrees of freedom. What the data do not
    /// determine has NaN for a standard error and an entry in [`Fit::issues`].
    ///
    /// # Errors
    ///
    /// If a start is missing, a setting names what is not a parameter, a used column is text or has gaps
    /// (unless they are dropped), there are fewer rows than parameters, or the model is not finite at
    /// every start.
    pub fn fit(&self, table: &Table, options: &NonlinearOptions) -> Result<Fit, Error> {
        self.fit_with(table, options, |_| ControlFlow::Continue(()))
    }

    /// Does the same, and shows each step to `each`, which may end the run; the best point is kept.
    ///
    /// # Errors
    ///
    /// As for [`fit`](NonlinearModel::fit).
    pub fn fit_with(
        &self,
        table: &Table,
        options: &NonlinearOptions,
        each: impl FnMut(&FitStep<'_>) -> ControlFlow<()>,
    ) -> Result<Fit, Error> {
        fit::fit(self, table, options, each)
    }

    /// The fitted curve at the rows of a table, with intervals of confidence `level`.
    ///
    /// With V the covariance of the estimates and g the derivatives of the curve by the parameters, its
    /// standard error is √(gᵀVg), the delta method; a new observation of weight 1 adds the variance of a
    /// residual.
    ///
    /// ```
    /// use chainrule_fit::{Column, NonlinearModel, NonlinearOptions, Table};
    /// let x: Vec<f64> = (0..6).map(f64::from).collect();
    /// let y = vec![1.1, 1.9, 3.2, 3.9, 5.1, 5.8];
    /// let table = Table::new(vec![Column::numbers("x", x), Column::numbers("y", y)])?;
    /// let line = NonlinearModel::parse("y = a + b*x", &table)?;
    /// let start = vec![("a".into(), 0.0), ("b".into(), 0.0)];
    /// let fit = line.fit(&table, &NonlinearOptions { start, ..Default::default() })?;
    /// let new = Table::new(vec![Column::numbers("x", vec![2.5])])?;
    /// let band = line.predict(&fit, &new, 0.95)?[0];
    /// // At the mean of x the standard error of a line is s/√n.
    /// let expected = fit.residual_sd.unwrap_or(0.0) / 6_f64.sqrt();
    /// assert!((band.std_error - expected).abs() < 1e-12 && (band.value - 3.5).abs() < 1e-9);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a column is missing, is text or has gaps, `fit` is of another model, or `level` is not between 0
    /// and 1.
    pub fn predict(&self, fit: &Fit, table: &Table, level: f64) -> Result<Vec<Prediction>, Error> {
        predict::predict(&self.rows, &self.value, fit, table, level)
    }
}

fn names(table: &Table) -> String {
    let columns: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    columns.join(", ")
}
