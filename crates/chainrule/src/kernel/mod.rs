//! One row's function prepared for many rows: sums with their gradients, and columns of outputs.
//!
//! Rows are given as columns of numbers. The row's program, or its derivative, is recorded once,
//! then split: what depends on parameters only is computed once per call, what depends on the row
//! is run block by block, one operation over 16 to 256 rows at a time, as the machine's caches
//! allow, by the fastest instruction set that it has. Sums are kept in eight lanes, over chunks of
//! 4096 rows, which a fixed tree adds up: so results are the same to the last bit for any number of
//! threads, any instruction set and any block size.
//!
//! **Accuracy.** A product that is added to something is fused with it and rounded once, so a row's
//! result may differ from [`Function::eval`] in its last bits ([`Kernel::exact`] gives the same).
//! `exp` and `ln` are within 1 ulp of the exact value, other functions within 2.5, and so is the
//! density that comes with the normal distribution function; the derivative that comes with `tanh`
//! is within 4. The bits of a function depend on its argument alone, not on the machine, except
//! where an argument is so rare that the standard library is asked; those of a NaN are not fixed.

mod access;
mod block;
mod cache;
mod chains;
mod code;
mod columns;
mod derive;
mod dispatch;
mod emit;
mod formula;
mod functions;
mod fuse;
mod inner;
mod lanes;
mod loops;
mod lower;
mod math;
mod nested;
mod once;
mod options;
mod pairs;
mod plan;
mod pool;
mod prepared;
mod products;
mod record;
mod reduce;
mod residuals;
mod rows;
mod split;
mod step;
mod stream;
mod sums;
mod tally;

use crate::error::{Error, ErrorKind};
use crate::function::{Function, same_length};
use crate::graph::Value;
pub use columns::Batch;
pub use dispatch::Instructions;
pub use options::Options;
use prepared::Prepared;
use record::RowProgram;
pub use residuals::KernelResiduals;
pub use rows::Rows;
use std::sync::{Arc, Mutex, OnceLock};
pub use stream::Stream;
pub use sums::{Sums, Totals};

/// A function of parameters and a row, prepared for many rows. `Send + Sync`, cheap to clone.
///
/// ```
/// use chainrule::kernel::Kernel;
/// let loss = Kernel::sum_over(&["w", "b"], &["x", "y"], |p, row| {
///     (p[0] * row[0] + p[1] - row[1]).square()
/// })?;
/// let (x, y) = ([1.0, 2.0, 3.0], [3.0, 5.0, 8.0]);
/// let (value, gradient) = loss.value_and_gradient(&[2.0, 1.0], &[&x, &y])?;
/// assert_eq!((value, gradient), (1.0, vec![-6.0, -2.0]));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Kernel {
    shared: Arc<Shared>,
    options: Options,
}

#[derive(Debug)]
struct Shared {
    rows: RowProgram,
    sums: sums::Made,
    hessian_vector: OnceLock<sums::Derived>,
    columns: OnceLock<Prepared>,
    /// Derivatives of single rows, by the inputs that were asked for.
    gradients: Mutex<Vec<(Vec<usize>, Arc<Prepared>)>>,
}

impl Kernel {
    /// Records the function of one row whose sum over many is wanted. `f` gets the parameters and
    /// the row's columns, and is run once.
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice, or `f` compares values: rows may go either way.
    pub fn sum_over(
        parameters: &[&str],
        columns: &[&str],
        f: impl for<'g> FnOnce(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
    ) -> Result<Self, Error> {
        Self::over_rows(parameters, columns, |p, row| vec![f(p, row)])
    }

    /// Records a function of one row with several outputs.
    ///
    /// # Errors
    ///
    /// As for [`sum_over`](Kernel::sum_over).
    pub fn over_rows(
        parameters: &[&str],
        columns: &[&str],
        f: impl for<'g> FnOnce(&[Value<'g>], &[Value<'g>]) -> Vec<Value<'g>>,
    ) -> Result<Self, Error> {
        Ok(Self::from_rows(RowProgram::record(parameters, columns, f)?))
    }

    /// Prepares a function whose inputs named in `columns` change from row to row. Its other
    /// inputs, and its own parameters behind them, are this kernel's parameters.
    ///
    /// ```
    /// use chainrule::{Function, kernel::Kernel};
    /// let f = Function::record(["a", "x"], |[a, x]| (a * x).exp())?;
    /// let kernel = Kernel::of(&f, &["x"])?;
    /// assert_eq!(kernel.parameters(), ["a"]);
    /// assert_eq!(kernel.eval_batch(&[0.0], &[&[1.0, 2.0]])?, [[1.0, 1.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a column is not an input or stands twice, or the function compares values.
    pub fn of(function: &Function, columns: &[&str]) -> Result<Self, Error> {
        Ok(Self::from_rows(RowProgram::of(function, columns)?))
    }

    fn from_rows(rows: RowProgram) -> Self {
        let shared = Shared {
            rows,
            sums: sums::Made::default(),
            hessian_vector: OnceLock::new(),
            columns: OnceLock::new(),
            gradients: Mutex::default(),
        };
        Kernel { shared: Arc::new(shared), options: Options::default() }
    }

    /// The same rows with weights, which are a further column, the last: sums over rows take each
    /// row's output times its weight, and [`Sums::GaussNewton`] each square. A row of weight 0 adds
    /// nothing, whatever its numbers. Columns of outputs and derivatives stay as they are.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// let squares = Kernel::sum_over(&["m"], &["x"], |p, row| (p[0] - row[0]).square())?;
    /// let weighted = squares.weighted("w")?;
    /// let (x, w) = ([1.0, f64::NAN, 4.0], [2.0, 0.0, 0.5]);
    /// assert_eq!(weighted.value_and_gradient(&[2.0], &[&x, &w])?, (4.0, vec![2.0]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is empty or stands for something else already, or there are weights already.
    pub fn weighted(&self, column: &str) -> Result<Self, Error> {
        let kernel = Self::from_rows(self.shared.rows.weighted(column)?);
        Ok(kernel.with_options(self.options))
    }

    /// The same rows with the numbers of the scalar evaluation: columns of outputs and derivatives
    /// have the bits of [`Function::eval`] and [`Function::gradient`], at several times the cost, as
    /// no products are fused and no own functions are used. Sums stay as they are.
    ///
    /// ```
    /// use chainrule::{Function, kernel::Kernel};
    /// let f = Function::record(["x"], |[x]| (x * x + 0.1).tanh())?;
    /// let batch = Kernel::of(&f, &["x"])?.exact().eval_batch(&[], &[&[0.3]])?;
    /// assert_eq!(batch[0], f.eval(&[0.3])?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn exact(&self) -> Self {
        let rows = RowProgram { is_exact: true, ..self.shared.rows.clone() };
        Self::from_rows(rows).with_options(self.options)
    }

    /// The same kernel, run otherwise.
    #[must_use]
    pub fn with_options(&self, options: Options) -> Self {
        Kernel { shared: Arc::clone(&self.shared), options }
    }

    /// Names of the parameters.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.shared.rows.parameters
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.shared.rows.columns
    }

    /// Names of the outputs.
    #[must_use]
    pub fn outputs(&self) -> &[String] {
        &self.shared.rows.outputs
    }

    /// The number of rows, if everything has the right length.
    fn shape(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<usize, Error> {
        same_length("parameter", self.parameters().len(), parameters.len())?;
        rows_of(self.columns(), columns)
    }
}

/// The number of rows, if there are as many columns as names and all have the same length.
fn rows_of(names: &[String], columns: &[&[f64]]) -> Result<usize, Error> {
    same_length("column", names.len(), columns.len())?;
    let Some(first) = columns.first() else {
        return Err(Error::new(ErrorKind::Length, "without a column there are no rows")
            .hint("name at least one column"));
    };
    let mut named = names.iter().zip(columns);
    if let Some((name, column)) = named.find(|(_, column)| column.len() != first.len()) {
        let (want, got) = (first.len(), column.len());
        let text = format!("column `{name}` has {got} rows, the first has {want}");
        return Err(Error::new(ErrorKind::Length, text));
    }
    Ok(first.len())
}
