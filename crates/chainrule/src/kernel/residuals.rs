//! A row's only output as a residual: sums of squares, the triangle of the Jacobian, and the bend of a step,
//! for [`LeastSquares`](crate::optimize::LeastSquares).

use super::Kernel;
use super::derive::Job;
use super::emit::Wanted;
use super::prepared::Prepared;
use super::record::RowProgram;
use super::sums::Derived;
use crate::algebra::{Algebra, Dual, DualValue, Op, Term};
use crate::error::Error;
use crate::function::{Function, Names};
use crate::optimize::{Residuals, Triangle};
use crate::program::{NodeId, Recorder};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of a block whose triangle is made in one go: Jacobian and residuals stay in the second-level cache.
const BLOCK: usize = 2048;
/// Numbers of a Jacobian that are worth a further thread.
const WORTH_A_THREAD: usize = 1 << 17;

/// A kernel's only output over the rows of some columns, seen as residuals.
#[derive(Debug)]
pub struct KernelResiduals<'c> {
    rows: Kernel,
    squares: Kernel,
    bend: Derived,
    columns: Vec<&'c [f64]>,
    count: usize,
}

impl Kernel {
    /// The only output of each row as a residual of a least-squares problem in the parameters; with weights, times
    /// the root of the row's weight.
    ///
    /// The Jacobian is factorised block by block, in a fixed order and the blocks are joined in that order, so that the result has
    /// the same bits on any number of threads; memory does not grow with the rows.
    ///
    /// ```
    /// use chainrule::kernel::Kernel;
    /// use chainrule::optimize::LeastSquares;
    /// let decay = Kernel::sum_over(&["a", "k"], &["t", "y"], |p, row| {
    ///     p[0] * (-p[1] * row[0]).exp() - row[1]
    /// })?;
    /// let t: Vec<f64> = (0..20).map(f64::from).collect();
    /// let y: Vec<f64> = t.iter().map(|t| 3.0 * (-0.25 * t).exp()).collect();
    /// let outcome = LeastSquares::new().solve(&mut decay.residuals(&[&t, &y])?, &[1.0, 1.0])?;
    /// assert!((outcome.x[0] - 3.0).abs() < 1e-12 && (outcome.x[1] - 0.25).abs() < 1e-12);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are several outputs, not as many columns as the kernel has, or columns of different lengths.
    pub fn residuals<'c>(&self, columns: &[&'c [f64]]) -> Result<KernelResiduals<'c>, Error> {
        self.shared.rows.single()?;
        let count = self.shape(&vec![0.0; self.parameters().len()], columns)?;
        let rows = self.shared.rows.rooted();
        let squares = rows.squares()?.with_options(self.options);
        let bend = Derived { outer: None, prepared: Prepared::new(rows.bend(), Wanted::Sums) };
        let rows = Kernel::from_rows(rows).with_options(self.options);
        Ok(KernelResiduals { rows, squares, bend, columns: columns.to_vec(), count })
    }
}

impl RowProgram {
    /// The program of the output times the root of the row's weight, if there is one.
    fn rooted(&self) -> Self {
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = self.program.inputs().iter().map(|_| recorder.input().raw()).collect();
        let values = self.program.eval(&recorder, &inputs);
        let mut y = values[self.program.outputs()[0].index()];
        if let (true, Some(&weight)) = (self.is_weighted, inputs.last()) {
            y = recorder.apply(Op::StrongMul, &[recorder.apply(Op::Sqrt, &[weight]), y]);
        }
        RowProgram {
            program: recorder.finish(&[Term::new(&recorder, y)]),
            parameters: self.parameters.clone(),
            columns: self.columns.clone(),
            outputs: self.outputs.clone(),
            is_weighted: false,
            is_exact: false,
        }
    }

    /// The kernel of the square of the only output.
    fn squares(&self) -> Result<Kernel, Error> {
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = self.program.inputs().iter().map(|_| recorder.input().raw()).collect();
        let values = self.program.eval(&recorder, &inputs);
        let y = values[self.program.outputs()[0].index()];
        let square = Term::new(&recorder, recorder.apply(Op::Square, &[y]));
        let names = Names {
            inputs: self.parameters.iter().chain(&self.columns).cloned().collect(),
            parameters: Vec::new(),
            outputs: vec!["square".to_owned()],
        };
        let function = Function::from_program(recorder.finish(&[square]), names)?;
        let columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        Kernel::of(&function, &columns)
    }

    /// With k the second derivative of the only output along a direction, which is as many further uniform
    /// inputs: k·∂output/∂parameter for each parameter.
    fn bend(&self) -> Job {
        let n = self.parameters.len();
        let recorder = Recorder::sharing();
        let parameters: Vec<NodeId> = (0..n).map(|_| recorder.input().raw()).collect();
        let direction: Vec<NodeId> = (0..n).map(|_| recorder.input().raw()).collect();
        let columns: Vec<NodeId> = self.columns.iter().map(|_| recorder.input().raw()).collect();

        let once = Dual(&recorder);
        let twice = Dual(&once);
        let still = |primal| DualValue { primal, tangent: None };
        let moving = parameters.iter().zip(&direction).map(|(&p, &v)| DualValue {
            primal: DualValue { primal: p, tangent: Some(v) },
            tangent: Some(still(v)),
        });
        let inputs: Vec<_> = moving.chain(columns.iter().map(|&c| still2(c))).collect();
        let output = self.program.outputs()[0];
        let second =
            self.program.eval(&twice, &inputs)[output.index()].tangent.and_then(|t| t.tangent);

        let inputs: Vec<NodeId> = parameters.iter().chain(&columns).copied().collect();
        let values = self.program.eval(&recorder, &inputs);
        let zero = || recorder.constant(0.0);
        let seeds: Vec<_> = second.into_iter().map(|k| (output, k)).collect();
        let adjoints = self.program.adjoints(&recorder, &values, &seeds);
        let results: Vec<_> = self.program.inputs()[..n]
            .iter()
            .map(|id| Term::new(&recorder, adjoints[id.index()].unwrap_or_else(zero)))
            .collect();
        Job {
            program: recorder.finish(&results).without_dead_code(),
            uniforms: 2 * n,
            is_exact: false,
        }
    }
}

/// A value that does not move, twice over.
fn still2(primal: NodeId) -> DualValue<DualValue<NodeId>> {
    DualValue { primal: DualValue { primal, tangent: None }, tangent: None }
}

impl KernelResiduals<'_> {
    fn width(&self) -> usize {
        self.rows.parameters().len() + 1
    }

    /// The triangle of one block of rows.
    fn block(&self, x: &[f64], number: usize, scratch: &mut Vec<f64>) -> Triangle {
        let rows = number * BLOCK..self.count.min((number + 1) * BLOCK);
        let (length, width) = (rows.len(), self.width());
        scratch.resize(length * width, 0.0);
        let columns: Vec<&[f64]> = self.columns.iter().map(|c| &c[rows.clone()]).collect();
        let wrt: Vec<&str> = self.rows.parameters().iter().map(String::as_str).collect();
        let (jacobian, residuals) = scratch.split_at_mut(length * (width - 1));
        let mut outputs: Vec<&mut [f64]> = vec![residuals];
        outputs.extend(jacobian.chunks_exact_mut(length));
        self.rows
            .gradient_batch_into(x, &columns, &wrt, &mut outputs)
            .expect("the shape was checked when the residuals were made");
        let mut triangle = Triangle::new(width - 1);
        triangle.absorb(scratch);
        triangle
    }
}

impl Residuals for KernelResiduals<'_> {
    fn dimension(&self) -> usize {
        self.rows.parameters().len()
    }

    fn count(&self) -> usize {
        self.count
    }

    fn sum_of_squares(&mut self, x: &[f64]) -> f64 {
        self.squares
            .value(x, &self.columns)
            .expect("the shape was checked when the residuals were made")
    }

    fn triangle(&mut self, x: &[f64]) -> Triangle {
        let blocks = self.count.div_ceil(BLOCK);
        let next = AtomicUsize::new(0);
        let done = Mutex::new(vec![None; blocks]);
        let worth = 1 + self.count * self.width() / WORTH_A_THREAD;
        let threads = self.rows.options.threads.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, usize::from).min(worth)
        });
        let work = || {
            let mut scratch = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= blocks {
                    return;
                }
                let triangle = self.block(x, number, &mut scratch);
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[number] =
                    Some(triangle);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(blocks) {
                scope.spawn(work);
            }
            work();
        });
        let done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut total = Triangle::new(x.len());
        for triangle in done.iter().flatten() {
            total.merge(triangle);
        }
        total
    }

    fn bend(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> bool {
        let call = self.bend.prepared.call([x, v].concat());
        let tally = self.rows.tally(&self.bend, &call, &self.columns, self.count);
        out.copy_from_slice(&self.bend.prepared.results(&call, &tally));
        true
    }
}
