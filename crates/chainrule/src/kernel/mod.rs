//! One row's function prepared for many rows: sums with their gradients, and columns of outputs.
//!
//! Rows are given as columns of numbers. The row's program, or its derivative, is recorded once,
//! then split: what depends on parameters only is computed once per call, what depends on the row
//! is run block by block, one operation over 64 rows at a time, by the fastest instruction set that
//! the machine has. Sums are kept in eight lanes, over chunks of 4096 rows, which a fixed tree adds
//! up: so results are the same to the last bit for any number of threads, any instruction set and
//! any block size.
//!
//! **Accuracy.** A product that is added to something is fused with it and rounded once, so a row's
//! result may differ from [`Function::eval`] in its last bits. `exp` and `ln` are within 1 ulp, the
//! distribution functions of the normal distribution within 4, other functions within 2.5.

mod block;
mod code;
mod derive;
mod dispatch;
mod emit;
mod fuse;
mod lanes;
mod loops;
mod lower;
mod math;
mod options;
mod plan;
mod record;
mod reduce;

use crate::error::{Error, ErrorKind};
use crate::function::{Function, same_length};
use crate::graph::Value;
use derive::{Job, Outer};
pub use dispatch::Instructions;
pub use options::Options;
use plan::{Plan, Wanted};
use record::RowProgram;
use reduce::Run;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    value: OnceLock<Prepared>,
    gradient: OnceLock<(Outer, Prepared)>,
    hessian_vector: OnceLock<Prepared>,
    columns: OnceLock<Prepared>,
    /// Derivatives of single rows, by the inputs that were asked for.
    gradients: Mutex<Vec<(Vec<usize>, Arc<Prepared>)>>,
}

/// Columns of outputs and of their derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The output of each row.
    pub values: Vec<f64>,
    /// For each input asked for, the derivative in each row.
    pub gradients: Vec<Vec<f64>>,
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
            value: OnceLock::new(),
            gradient: OnceLock::new(),
            hessian_vector: OnceLock::new(),
            columns: OnceLock::new(),
            gradients: Mutex::default(),
        };
        Kernel { shared: Arc::new(shared), options: Options::default() }
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

    /// The sum over the rows of the only output; 0 for no rows.
    ///
    /// # Errors
    ///
    /// If there are several outputs, not as many parameters or columns as the kernel has, or
    /// columns of different lengths.
    pub fn value(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<f64, Error> {
        let rows = self.sum_shape(parameters, columns)?;
        let prepare = || Prepared::new(self.shared.rows.values(), Wanted::Sums);
        let prepared = self.shared.value.get_or_init(prepare);
        Ok(prepared.sums(parameters, columns, rows, self.options)[0])
    }

    /// The sum over the rows of the only output, and its gradient with respect to the parameters.
    ///
    /// # Errors
    ///
    /// As for [`value`](Kernel::value).
    pub fn value_and_gradient(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
    ) -> Result<(f64, Vec<f64>), Error> {
        let mut gradient = vec![0.0; parameters.len()];
        let value = self.value_and_gradient_into(parameters, columns, &mut gradient)?;
        Ok((value, gradient))
    }

    /// [`value_and_gradient`](Kernel::value_and_gradient) with the gradient into memory of the
    /// caller.
    ///
    /// # Errors
    ///
    /// As for [`value`](Kernel::value), and if `gradient` has the wrong length.
    pub fn value_and_gradient_into(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        gradient: &mut [f64],
    ) -> Result<f64, Error> {
        let rows = self.sum_shape(parameters, columns)?;
        same_length("gradient entry", parameters.len(), gradient.len())?;
        let (outer, prepared) = self.shared.gradient.get_or_init(|| {
            let (outer, job) = self.shared.rows.split_gradient();
            (outer, Prepared::new(job, Wanted::Sums))
        });
        let mut values = Vec::new();
        let border = outer.forward(parameters, &mut values);
        let sums = prepared.sums(&border, columns, rows, self.options);
        outer.backward(&values, &sums[1..], gradient);
        Ok(sums[0])
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
    /// As for [`value`](Kernel::value), and if `direction` is not as long as the parameters.
    pub fn gradient_and_hvp(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        direction: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let rows = self.sum_shape(parameters, columns)?;
        let n = parameters.len();
        same_length("direction entry", n, direction.len())?;
        let prepare = || Prepared::new(self.shared.rows.hessian_vector(), Wanted::Sums);
        let prepared = self.shared.hessian_vector.get_or_init(prepare);
        let inputs = [parameters, direction].concat();
        let sums = prepared.sums(&inputs, columns, rows, self.options);
        Ok((sums[1..=n].to_vec(), sums[1 + n..].to_vec()))
    }

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
        let mut outputs = vec![vec![0.0; rows]; self.outputs().len()];
        let mut slices: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        self.eval_batch_into(parameters, columns, &mut slices)?;
        Ok(outputs)
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
        prepared.columns(parameters, columns, outputs, self.options);
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
    /// As for [`value`](Kernel::value), and if a name is neither a column nor a parameter.
    pub fn gradient_batch(
        &self,
        parameters: &[f64],
        columns: &[&[f64]],
        wrt: &[&str],
    ) -> Result<Batch, Error> {
        let rows = self.sum_shape(parameters, columns)?;
        let mut batch =
            Batch { values: vec![0.0; rows], gradients: vec![vec![0.0; rows]; wrt.len()] };
        let gradients = batch.gradients.iter_mut().map(Vec::as_mut_slice);
        let mut outputs: Vec<&mut [f64]> =
            [&mut batch.values[..]].into_iter().chain(gradients).collect();
        self.gradient_batch_into(parameters, columns, wrt, &mut outputs)?;
        Ok(batch)
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
        let rows = self.sum_shape(parameters, columns)?;
        output_shape(1 + wrt.len(), rows, outputs)?;
        let inputs: Result<Vec<usize>, Error> =
            wrt.iter().map(|name| self.shared.rows.input(name)).collect();
        let prepared = self.shared.gradients_by(inputs?);
        prepared.columns(parameters, columns, outputs, self.options);
        Ok(())
    }

    /// The number of rows, if everything has the right length.
    fn shape(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<usize, Error> {
        let rows = &self.shared.rows;
        same_length("parameter", rows.parameters.len(), parameters.len())?;
        same_length("column", rows.columns.len(), columns.len())?;
        let Some(first) = columns.first() else {
            return Err(Error::new(ErrorKind::Length, "without a column there are no rows")
                .hint("name at least one column"));
        };
        let mut named = rows.columns.iter().zip(columns);
        if let Some((name, column)) = named.find(|(_, column)| column.len() != first.len()) {
            let (want, got) = (first.len(), column.len());
            let text = format!("column `{name}` has {got} rows, the first has {want}");
            return Err(Error::new(ErrorKind::Length, text));
        }
        Ok(first.len())
    }

    fn sum_shape(&self, parameters: &[f64], columns: &[&[f64]]) -> Result<usize, Error> {
        self.shared.rows.single()?;
        self.shape(parameters, columns)
    }
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
        let prepared = Arc::new(Prepared::new(self.rows.gradients(&wrt), Wanted::Columns));
        known.push((wrt, Arc::clone(&prepared)));
        prepared
    }
}

/// A job with its plans.
#[derive(Debug)]
struct Prepared {
    job: Job,
    wanted: Wanted,
    fast: Plan,
    /// For rows where a product of zero and infinity spoilt a result.
    strict: OnceLock<Plan>,
}

impl Prepared {
    fn new(job: Job, wanted: Wanted) -> Self {
        let lowered = lower::lower(&job.program, false);
        let fast = Plan::new(&lowered.program, job.uniforms, wanted, lowered.is_weak);
        Prepared { job, wanted, fast, strict: OnceLock::new() }
    }

    fn strict(&self) -> &Plan {
        self.strict.get_or_init(|| {
            let lowered = lower::lower(&self.job.program, true);
            Plan::new(&lowered.program, self.job.uniforms, self.wanted, false)
        })
    }

    fn sums(&self, inputs: &[f64], columns: &[&[f64]], rows: usize, options: Options) -> Vec<f64> {
        if rows == 0 {
            return vec![0.0; self.job.program.outputs().len()];
        }
        let run = |plan: &Plan| {
            let uniforms = &plan.uniforms(inputs);
            let sums = Run { plan, uniforms, columns, rows, options }.sums();
            plan.totals(&sums, uniforms, rows)
        };
        let totals = run(&self.fast);
        if self.fast.is_weak && totals.iter().any(|t| t.is_nan()) {
            return run(self.strict());
        }
        totals
    }

    fn columns(
        &self,
        inputs: &[f64],
        columns: &[&[f64]],
        outputs: &mut [&mut [f64]],
        options: Options,
    ) {
        let run = |plan: &Plan, columns: &[&[f64]], outputs: &mut [&mut [f64]]| {
            let uniforms = &plan.uniforms(inputs);
            let rows = columns[0].len();
            Run { plan, uniforms, columns, rows, options }.columns(outputs);
        };
        run(&self.fast, columns, outputs);
        if !self.fast.is_weak {
            return;
        }
        let spoilt: Vec<usize> = (0..columns[0].len())
            .filter(|&i| outputs.iter().any(|output| output[i].is_nan()))
            .collect();
        if spoilt.is_empty() {
            return;
        }
        let gathered: Vec<Vec<f64>> =
            columns.iter().map(|c| spoilt.iter().map(|&i| c[i]).collect()).collect();
        let gathered: Vec<&[f64]> = gathered.iter().map(Vec::as_slice).collect();
        let mut again = vec![vec![0.0; spoilt.len()]; outputs.len()];
        let mut slices: Vec<&mut [f64]> = again.iter_mut().map(Vec::as_mut_slice).collect();
        run(self.strict(), &gathered, &mut slices);
        for (output, again) in outputs.iter_mut().zip(again) {
            for (&i, y) in spoilt.iter().zip(again) {
                output[i] = y;
            }
        }
    }
}
