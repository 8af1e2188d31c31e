//! Dense Jacobians and Hessians: unit directions, eight to a sweep.

use super::cost::Derivative;
use super::directions::rows;
use super::evaluate::Workspace;
use super::{Function, same_length};
use crate::error::Error;
use crate::sparse::Symmetry;

impl Function {
    /// The Jacobian, a row for each output: forward mode where there are fewer inputs than
    /// outputs, reverse mode otherwise.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval).
    pub fn jacobian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        self.afford(Derivative::Jacobian)?;
        let mut flat = vec![0.0; m * n];
        self.jacobian_into(x, &mut flat, &mut Workspace::new())?;
        Ok(rows(&flat, m, n))
    }

    /// The Jacobian into memory of the caller, row by row. No allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// As for `jacobian`, and if `entries` has not as many numbers as the matrix.
    pub fn jacobian_into(
        &self,
        x: &[f64],
        entries: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        same_length("matrix entry", m * n, entries.len())?;
        self.afford(Derivative::Jacobian)?;
        let mut at = self.linearise(Symmetry::None, x, work)?;
        if n < m {
            at.tangents(n, unit, |j, i, t| entries[i * n + j] = t);
        } else {
            at.adjoints(m, unit, |i, j, a| entries[i * n + j] = a);
        }
        Ok(())
    }

    /// The Hessian of a function with one output, symmetric to the last bit or nearly so.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    pub fn hessian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        Ok(self.value_gradient_and_hessian(x)?.2)
    }

    /// Value, gradient and Hessian of a function with one output.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    #[expect(clippy::type_complexity, reason = "a value, a vector and a matrix")]
    pub fn value_gradient_and_hessian(
        &self,
        x: &[f64],
    ) -> Result<(f64, Vec<f64>, Vec<Vec<f64>>), Error> {
        self.single()?;
        self.afford(Derivative::Hessian)?;
        let n = self.names.inputs.len();
        let (mut gradient, mut flat) = (vec![0.0; n], vec![0.0; n * n]);
        let work = &mut Workspace::new();
        let value = self.value_gradient_and_hessian_into(x, &mut gradient, &mut flat, work)?;
        Ok((value, gradient, rows(&flat, n, n)))
    }

    /// Value, gradient and Hessian, the last two into memory of the caller, the Hessian row by
    /// row. No allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value), and if a slice has the wrong length.
    pub fn value_gradient_and_hessian_into(
        &self,
        x: &[f64],
        gradient: &mut [f64],
        hessian: &mut [f64],
        work: &mut Workspace,
    ) -> Result<f64, Error> {
        self.single()?;
        let n = self.names.inputs.len();
        same_length("gradient entry", n, gradient.len())?;
        same_length("matrix entry", n * n, hessian.len())?;
        self.afford(Derivative::Hessian)?;
        let mut at = self.linearise(Symmetry::Symmetric, x, work)?;
        at.copy_outputs(1, gradient);
        at.tangents(n, unit, |j, i, t| hessian[i * n + j] = t);
        Ok(at.output(0))
    }
}

/// Entry `j` of the unit direction `d`.
fn unit(d: usize, j: usize) -> f64 {
    f64::from(u8::from(d == j))
}
