//! A number for each row: outputs, gradients and Jacobians as columns.

use super::emit::Wanted;
use super::prepared::Prepared;
use super::{Kernel, Shared};
use crate::error::Error;
use crate::function::same_length;
use std::sync::{Arc, PoisonError};

/// Columns of outputs and of their derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The output of each row.
    pub values: Vec<f64>,
    /// For each input asked for, the derivative in each row.
    pub gradients: Vec<Vec<f64>>,
}

impl Kernel {
    /// The outputs of every row: a column for each output.
    ///
    /// # Errors
    ///
    /// If there are not as many parameters or columns as the kernel has, or columns of different
    /// lengths.
    pub fn eval_batch(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
    ) -> Result<Vec<Vec<f64>>, Error> {
        let rows = self.shape(parameters, columns)?;
        new_columns(self.outputs().len(), rows, |outputs| {
            self.eval_batch_into(parameters, columns, outputs)
        })
    }

    /// [`eval_batch`](Kernel::eval_batch) into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for `eval_batch`, and if there are not as many output columns as outputs or one is not
    /// as long as the columns.
    pub fn eval_batch_into(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        outputs: &mut [&mut [f64]],
    ) -> Result<(), Error> {
        let rows = self.shape(parameters, columns)?;
        output_shape(self.outputs().len(), rows, outputs)?;
        let prepare = || Prepared::new(self.shared.rows.values(), Wanted::Columns);
        let prepared = self.shared.columns.get_or_init(prepare);
        prepared.columns(&prepared.call(parameters.to_vec()), columns, outputs, self.options);
        Ok(())
    }

    /// The only output of every row, and its derivatives with respect to the columns and
    /// parameters named in `wrt`: a column for each.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// let kernel = Kernel::sum_over(&["a"], &["x"], |p, row| p[0] * row[0].square())?;
    /// let batch = kernel.gradient_batch(&[3.0], &[&[1.0, 2.0]], &["x", "a"])?;
    /// assert_eq!(batch.values, [3.0, 12.0]);
    /// assert_eq!(batch.gradients, [[6.0, 12.0], [1.0, 4.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`eval_batch`](Kernel::eval_batch), if there are several outputs, and if a name is
    /// neither a column nor a parameter.
    pub fn gradient_batch(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        wrt: &[&str],
    ) -> Result<Batch, Error> {
        self.shared.rows.single()?;
        let mut all = self.jacobian_batch(parameters, columns, wrt)?;
        let gradients = all.split_off(1);
        Ok(Batch { values: all.remove(0), gradients })
    }

    /// [`gradient_batch`](Kernel::gradient_batch) into memory of the caller: the output's column,
    /// then one for each derivative.
    ///
    /// # Errors
    ///
    /// As for `gradient_batch`, and if there is not one output column more than names or one is
    /// not as long as the columns.
    pub fn gradient_batch_into(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        wrt: &[&str],
        outputs: &mut [&mut [f64]],
    ) -> Result<(), Error> {
        self.shared.rows.single()?;
        self.jacobian_batch_into(parameters, columns, wrt, outputs)
    }

    /// The outputs of every row and their derivatives: a column for each output, then, output by
    /// output, a column for each column or parameter named in `wrt`.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// let polar = Kernel::over_rows(&[], &["r", "t"], |_, row| {
    ///     vec![row[0] * row[1].cos(), row[0] * row[1].sin()]
    /// })?;
    /// let all = polar.jacobian_batch(&[], &[&[2.0, 3.0], &[0.0, 0.0]], &["r", "t"])?;
    /// let [x, y, x_r, x_t, y_r, y_t] = &all[..] else { unreachable!("2 and 2·2 columns") };
    /// assert_eq!((&x[..], &y[..]), (&[2.0, 3.0][..], &[0.0, 0.0][..]));
    /// assert_eq!((x_r[0], x_t[0], y_r[0], y_t[0]), (1.0, 0.0, 0.0, 2.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`eval_batch`](Kernel::eval_batch), and if a name is neither a column nor a
    /// parameter.
    pub fn jacobian_batch(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        wrt: &[&str],
    ) -> Result<Vec<Vec<f64>>, Error> {
        let rows = self.shape(parameters, columns)?;
        new_columns(self.outputs().len() * (1 + wrt.len()), rows, |outputs| {
            self.jacobian_batch_into(parameters, columns, wrt, outputs)
        })
    }

    /// [`jacobian_batch`](Kernel::jacobian_batch) into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for `jacobian_batch`, and if there are not as many output columns or one is not as long
    /// as the columns.
    pub fn jacobian_batch_into(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        wrt: &[&str],
        outputs: &mut [&mut [f64]],
    ) -> Result<(), Error> {
        let rows = self.shape(parameters, columns)?;
        output_shape(self.outputs().len() * (1 + wrt.len()), rows, outputs)?;
        let inputs: Result<Vec<usize>, Error> =
            wrt.iter().map(|name| self.shared.rows.input(name)).collect();
        let prepared = self.shared.gradients_by(inputs?);
        prepared.columns(&prepared.call(parameters.to_vec()), columns, outputs, self.options);
        Ok(())
    }
}

/// Columns that `fill` writes.
fn new_columns(
    count: usize,
    rows: usize,
    fill: impl FnOnce(&mut [&mut [f64]]) -> Result<(), Error>,
) -> Result<Vec<Vec<f64>>, Error> {
    let mut columns = vec![vec![0.0; rows]; count];
    let mut slices: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    fill(&mut slices)?;
    Ok(columns)
}

fn output_shape(count: usize, rows: usize, outputs: &[&mut [f64]]) -> Result<(), Error> {
    same_length("output column", count, outputs.len())?;
    outputs.iter().try_for_each(|output| same_length("output row", rows, output.len()))
}

impl Shared {
    fn gradients_by(&self, wrt: Vec<usize>) -> Arc<Prepared> {
        let mut known = self.gradients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, prepared)) = known.iter().find(|(inputs, _)| *inputs == wrt) {
            return Arc::clone(prepared);
        }
        let prepared = Arc::new(Prepared::new(self.rows.jacobians(&wrt), Wanted::Columns));
        known.push((wrt, Arc::clone(&prepared)));
        prepared
    }
}
