//! Sums over rows: values, gradients, Hessians and the matrices of Gauss and Newton.

use super::derive::{Job, Outer};
use super::emit::Wanted;
use super::prepared::{Call, Prepared};
use super::reduce::Run;
use super::tally::Tally;
use super::{Kernel, Shared};
use crate::error::Error;
use crate::function::same_length;
use std::sync::{Arc, OnceLock};

/// What is summed over the rows. `w` is the row's weight, 1 if the kernel is not
/// [`weighted`](Kernel::weighted); `n` the number of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sums {
    /// `Σ w·f`.
    Value,
    /// `Σ w·f` and its `n` derivatives.
    Gradient,
    /// `Σ w·f`, its gradient and its `n×n` Hessian. The row's program has about `n` times as many
    /// operations as the gradient's.
    Hessian,
    /// For outputs `r` that are residuals, with Jacobian `J`: `½ Σ w·r²`, its gradient `Σ w·Jᵀr`,
    /// and `Σ w·JᵀJ`, an approximation of its Hessian that takes first derivatives only.
    GaussNewton,
}

impl Sums {
    const COUNT: usize = 4;

    fn has_matrix(self) -> bool {
        matches!(self, Sums::Hessian | Sums::GaussNewton)
    }
}

/// Sums over rows. What was not asked for is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Number of rows.
    pub rows: usize,
    /// The sum of the output, or half the sum of squares.
    pub value: f64,
    /// Derivatives of the value with respect to the parameters.
    pub gradient: Vec<f64>,
    /// The Hessian or `Σ w·JᵀJ`, row by row; symmetric to the last bit.
    pub matrix: Vec<Vec<f64>>,
}

/// The programs of one kind of sums.
#[derive(Debug)]
pub(super) struct Derived {
    pub(super) outer: Option<Outer>,
    pub(super) prepared: Prepared,
}

/// The programs by their kind, made on first use.
#[derive(Debug, Default)]
pub(super) struct Made([OnceLock<Arc<Derived>>; Sums::COUNT]);

impl Derived {
    /// A call with these parameters.
    pub(super) fn call(&self, parameters: &[f64]) -> Call {
        self.prepared.call(match &self.outer {
            Some(outer) => outer.forward(parameters),
            None => parameters.to_vec(),
        })
    }

    /// The value; gradient and matrix, row by row, go into memory of the caller.
    fn finish(
        &self,
        parameters: &[f64],
        sums: &[f64],
        gradient: &mut [f64],
        matrix: &mut [f64],
    ) -> f64 {
        let n = gradient.len();
        match &self.outer {
            Some(way) => way.backward(parameters, &sums[1..], gradient),
            None => gradient.copy_from_slice(&sums[1..=n]),
        }
        if !matrix.is_empty() {
            let mut triangle = sums[1 + n..].iter();
            for i in 0..n {
                for j in 0..=i {
                    let &entry = triangle.next().expect("an entry for each pair");
                    (matrix[i * n + j], matrix[j * n + i]) = (entry, entry);
                }
            }
        }
        sums[0]
    }

    pub(super) fn totals(
        &self,
        what: Sums,
        parameters: &[f64],
        rows: usize,
        call: &Call,
        tally: &Tally,
    ) -> Totals {
        let sums = self.prepared.results(call, tally);
        let n = if what == Sums::Value { 0 } else { parameters.len() };
        let mut gradient = vec![0.0; n];
        let mut matrix = vec![0.0; if what.has_matrix() { n * n } else { 0 }];
        let value = self.finish(parameters, &sums, &mut gradient, &mut matrix);
        let matrix =
            if n == 0 { Vec::new() } else { matrix.chunks(n).map(<[f64]>::to_vec).collect() };
        Totals { rows, value, gradient, matrix }
    }
}

impl Shared {
    fn make(&self, what: Sums) -> Derived {
        let rows = &self.rows;
        let (outer, job) = match what {
            Sums::Value => (
                None,
                Job { program: rows.summed(), uniforms: rows.parameters.len(), is_exact: false },
            ),
            Sums::Gradient => {
                let (outer, job) = rows.split_gradient();
                (Some(outer), job)
            }
            Sums::Hessian => (None, rows.hessian()),
            Sums::GaussNewton => (None, rows.gauss_newton()),
        };
        Derived { outer, prepared: Prepared::new(job, Wanted::Sums) }
    }
}

impl Kernel {
    /// Sums of that kind over the rows.
    ///
    /// ```
    /// use chainrule::kernel::{Kernel, Sums};
    /// let line = Kernel::sum_over(&["a", "b"], &["x", "y"], |p, row| {
    ///     p[0] * row[0] + p[1] - row[1]
    /// })?;
    /// let totals = line.sums(Sums::GaussNewton, &[1.0, 0.0], &[&[1.0, 2.0], &[1.0, 4.0]])?;
    /// assert_eq!((totals.rows, totals.value), (2, 2.0));
    /// assert_eq!(totals.gradient, [-4.0, -2.0]);
    /// assert_eq!(totals.matrix, [[5.0, 3.0], [3.0, 2.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are several outputs where `what` is not [`Sums::GaussNewton`], not as many
    /// parameters or columns as the kernel has, or columns of different lengths.
    pub fn sums(
        &self,
        what: Sums,
        parameters: &[f64],
        columns: &[&[f64]],
    ) -> Result<Totals, Error> {
        let derived = self.derived(what, parameters)?;
        let rows = self.shape(parameters, columns)?;
        let call = derived.call(parameters);
        let tally = self.tally(derived, &call, columns, rows);
        Ok(derived.totals(what, parameters, rows, &call, &tally))
    }

    /// [`sums`](Kernel::sums) with gradient and matrix, row by row, into memory of the caller; the
    /// value is returned. What is not asked for is an empty slice.
    ///
    /// # Errors
    ///
    /// As for `sums`, and if a slice has the wrong length.
    pub fn sums_into(
        &self,
        what: Sums,
        parameters: &[f64],
        columns: &[&[f64]],
        gradient: &mut [f64],
        matrix: &mut [f64],
    ) -> Result<f64, Error> {
        let derived = self.derived(what, parameters)?;
        let rows = self.shape(parameters, columns)?;
        let n = if what == Sums::Value { 0 } else { parameters.len() };
        same_length("gradient entry", n, gradient.len())?;
        same_length("matrix entry", if what.has_matrix() { n * n } else { 0 }, matrix.len())?;
        let call = derived.call(parameters);
        let tally = self.tally(derived, &call, columns, rows);
        let sums = derived.prepared.results(&call, &tally);
        Ok(derived.finish(parameters, &sums, gradient, matrix))
    }

    /// The sum over the rows of the only output; 0 for no rows.
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums).
    pub fn value(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<f64, Error> {
        self.sums_into(Sums::Value, parameters, columns, &mut [], &mut [])
    }

    /// The sum over the rows of the only output, and its gradient with respect to the parameters.
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums).
    pub fn value_and_gradient(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
    ) -> Result<(f64, Vec<f64>), Error> {
        let totals = self.sums(Sums::Gradient, parameters, columns)?;
        Ok((totals.value, totals.gradient))
    }

    /// [`value_and_gradient`](Kernel::value_and_gradient) with the gradient into memory of the
    /// caller.
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums), and if `gradient` has the wrong length.
    pub fn value_and_gradient_into(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        gradient: &mut [f64],
    ) -> Result<f64, Error> {
        self.sums_into(Sums::Gradient, parameters, columns, gradient, &mut [])
    }

    /// The sum over the rows of the only output, its gradient and its Hessian with respect to the
    /// parameters: what a step of Newton's method takes.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// let cubes = Kernel::sum_over(&["w"], &["x"], |p, row| (p[0] * row[0]).powi(3))?;
    /// let (value, gradient, hessian) = cubes.value_gradient_and_hessian(&[1.0], &[&[1.0, 2.0]])?;
    /// assert_eq!((value, gradient[0], hessian[0][0]), (9.0, 27.0, 54.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums).
    #[expect(clippy::type_complexity, reason = "a value, a vector and a matrix")]
    pub fn value_gradient_and_hessian(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
    ) -> Result<(f64, Vec<f64>, Vec<Vec<f64>>), Error> {
        let totals = self.sums(Sums::Hessian, parameters, columns)?;
        Ok((totals.value, totals.gradient, totals.matrix))
    }

    /// `½ Σ w·r²` over the outputs `r` of all rows, `Σ w·Jᵀr` and `Σ w·JᵀJ`: what a step of Gauss's
    /// and Newton's or of Levenberg's method takes.
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums).
    pub fn gauss_newton(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<Totals, Error> {
        self.sums(Sums::GaussNewton, parameters, columns)
    }

    /// The gradient of the sum over the rows of the only output, and its Hessian times
    /// `direction`, both with respect to the parameters.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// let cubes = Kernel::sum_over(&["w"], &["x"], |p, row| (p[0] * row[0]).powi(3))?;
    /// let (gradient, product) = cubes.gradient_and_hvp(&[1.0], &[&[1.0, 2.0]], &[1.0])?;
    /// assert_eq!((gradient, product), (vec![27.0], vec![54.0]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`sums`](Kernel::sums), and if `direction` is not as long as the parameters.
    pub fn gradient_and_hvp(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        direction: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        self.shared.rows.single()?;
        let rows = self.shape(parameters, columns)?;
        let n = parameters.len();
        same_length("direction entry", n, direction.len())?;
        let derived = self.shared.hessian_vector.get_or_init(|| {
            let prepared = Prepared::new(self.shared.rows.hessian_vector(), Wanted::Sums);
            Derived { outer: None, prepared }
        });
        let call = derived.prepared.call([parameters, direction].concat());
        let tally = self.tally(derived, &call, columns, rows);
        let sums = derived.prepared.results(&call, &tally);
        Ok((sums[1..=n].to_vec(), sums[1 + n..].to_vec()))
    }

    /// The programs of sums of that kind.
    pub(super) fn derived(&self, what: Sums, parameters: &[f64]) -> Result<&Arc<Derived>, Error> {
        if what != Sums::GaussNewton {
            self.shared.rows.single()?;
        }
        same_length("parameter", self.parameters().len(), parameters.len())?;
        let made = &self.shared.sums.0[what as usize];
        Ok(made.get_or_init(|| Arc::new(self.shared.make(what))))
    }

    pub(super) fn tally(
        &self,
        derived: &Derived,
        call: &Call,
        columns: &[&[f64]],
        rows: usize,
    ) -> Tally {
        let mut tally = Tally::default();
        let prepared = &derived.prepared;
        Run { prepared, call, columns, rows, options: self.options }.sums(&mut tally);
        tally
    }
}
