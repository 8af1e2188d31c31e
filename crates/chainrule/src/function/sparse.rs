//! Sparse Jacobians and Hessians of a function.

use super::evaluate::Workspace;
use super::path::{Kind, Path, Sparse};
use super::{Function, same_length};
use crate::error::Error;
use crate::program::Program;
use crate::sparse::{Compression, Recovery, SparseMatrix, SparsityPattern, Symmetry};
use std::fmt;
use std::sync::Arc;

impl Function {
    /// Which entries of the Jacobian may differ from zero, by structure: those between an output
    /// and an input that it is computed from by operations with a derivative.
    ///
    /// Where the function branches, this is the pattern of the way recorded first; at another
    /// point, [`sparse_jacobian`](Function::sparse_jacobian) finds that point's.
    #[must_use]
    pub fn jacobian_sparsity(&self) -> SparsityPattern {
        (*self.first_path().sparse(Symmetry::None).pattern).clone()
    }

    /// Which entries of the Hessian may differ from zero, by structure, in both triangles.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x", "y", "z"], |[x, y, z]| x * y + z.exp() - 3.0 * x)?;
    /// let entries: Vec<_> = f.hessian_sparsity()?.entries().collect();
    /// assert_eq!(entries, [(0, 1), (1, 0), (2, 2)]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are several outputs.
    pub fn hessian_sparsity(&self) -> Result<SparsityPattern, Error> {
        self.single()?;
        Ok((*self.first_path().sparse(Symmetry::Symmetric).pattern).clone())
    }

    /// The Jacobian at `x`, a row for each output, with only the entries that may differ from zero.
    ///
    /// Pattern and colours are found at the first call and kept.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval).
    pub fn sparse_jacobian(&self, x: &[f64]) -> Result<SparseMatrix, Error> {
        self.sparse_at(Kind::Edges, x)
    }

    /// The Hessian at `x`, both triangles, symmetric to the last bit, with only the entries that may
    /// differ from zero.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    pub fn sparse_hessian(&self, x: &[f64]) -> Result<SparseMatrix, Error> {
        self.single()?;
        self.sparse_at(Kind::GradientEdges, x)
    }

    /// Pattern, colours and program of the Jacobian, for many points along the way that the
    /// function was recorded first.
    #[must_use]
    pub fn prepare_sparse_jacobian(&self) -> SparsePlan {
        SparsePlan::new(self, self.first_path(), Kind::Edges, Recovery::Direct)
    }

    /// Pattern, colours and program of the Hessian, for many points along the way that the
    /// function was recorded first.
    ///
    /// # Errors
    ///
    /// If there are several outputs.
    pub fn prepare_sparse_hessian(&self) -> Result<SparsePlan, Error> {
        self.single()?;
        Ok(SparsePlan::new(self, self.first_path(), Kind::GradientEdges, Recovery::Direct))
    }

    /// [`prepare_sparse_hessian`](Function::prepare_sparse_hessian) with the entries recovered in
    /// another way: [`Recovery::Substitution`] halves the colours of a band, for some accuracy.
    ///
    /// ```
    /// use chainrule::{Function, Recovery};
    /// let names = ["a", "b", "c", "d"];
    /// let f = Function::record(names, |x| x.windows(2).map(|p| (p[0] * p[1]).square()).sum())?;
    /// assert_eq!(f.prepare_sparse_hessian()?.colours(), 3);
    /// let plan = f.prepare_sparse_hessian_by(Recovery::Substitution)?;
    /// assert_eq!(plan.colours(), 2);
    /// assert_eq!(plan.evaluate(&[1.0, 2.0, 3.0, 4.0])?.to_dense(), f.hessian(&[1.0, 2.0, 3.0, 4.0])?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are several outputs.
    pub fn prepare_sparse_hessian_by(&self, recovery: Recovery) -> Result<SparsePlan, Error> {
        self.single()?;
        Ok(SparsePlan::new(self, self.first_path(), Kind::GradientEdges, recovery))
    }

    /// [`prepare_sparse_jacobian`](Function::prepare_sparse_jacobian) along the way that the
    /// function takes at `x`.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval).
    pub fn prepare_sparse_jacobian_at(&self, x: &[f64]) -> Result<SparsePlan, Error> {
        let path = self.path_at(x, &mut Workspace::new())?;
        Ok(SparsePlan::new(self, path, Kind::Edges, Recovery::Direct))
    }

    /// [`prepare_sparse_hessian`](Function::prepare_sparse_hessian) along the way that the function
    /// takes at `x`.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    pub fn prepare_sparse_hessian_at(&self, x: &[f64]) -> Result<SparsePlan, Error> {
        self.single()?;
        let path = self.path_at(x, &mut Workspace::new())?;
        Ok(SparsePlan::new(self, path, Kind::GradientEdges, Recovery::Direct))
    }

    fn sparse_at(&self, kind: Kind, x: &[f64]) -> Result<SparseMatrix, Error> {
        let mut work = Workspace::new();
        // Which way it goes is asked of the smallest program.
        let path = self.path_at(x, &mut work)?;
        let sparse = sparse(&path, kind);
        self.afford_sparse(kind, sparse, sparse.compression())?;
        self.run_along(&path, kind, x, &mut work)?;
        let mut values = vec![0.0; sparse.pattern.len()];
        entries(sparse.compression(), sparse, kind, &mut values, &mut work);
        Ok(SparseMatrix::new(Arc::clone(&sparse.pattern), values))
    }
}

/// A sparse Jacobian or Hessian, prepared once to be evaluated at many points and from many
/// threads, each with its own [`Workspace`].
///
/// It follows one way through the function. At a point where a comparison goes another way the
/// pattern would be another, so evaluation is an error there and the plan is to be prepared again.
///
/// ```
/// use chainrule::{Function, Workspace};
/// let f = Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))?;
/// let plan = f.prepare_sparse_hessian()?;
/// let mut work = Workspace::new();
/// let (mut outputs, mut values) = (vec![0.0; plan.outputs()], vec![0.0; plan.pattern().len()]);
/// plan.evaluate_with_outputs_into(&[1.0, 1.0], &mut outputs, &mut values, &mut work)?;
/// assert_eq!(outputs, [0.0, 0.0, 0.0]); // value and gradient at the minimum
/// assert_eq!(values, [802.0, -400.0, -400.0, 200.0]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct SparsePlan {
    function: Function,
    path: Arc<Path>,
    kind: Kind,
    substitutes: bool,
}

impl SparsePlan {
    fn new(function: &Function, path: Arc<Path>, kind: Kind, recovery: Recovery) -> Self {
        let sparse = sparse(&path, kind);
        let substitutes = match recovery {
            Recovery::Direct => false,
            Recovery::Substitution => true,
            Recovery::Fewest => sparse.substituting().sweeps() < sparse.compression().sweeps(),
        };
        let plan = SparsePlan { function: function.clone(), path, kind, substitutes };
        plan.compression();
        plan
    }

    /// Where the entries stand.
    #[must_use]
    pub fn pattern(&self) -> &SparsityPattern {
        &self.sparse().pattern
    }

    /// Number of directions after compression: colours of columns, rows, or of a symmetric matrix.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.compression().colours()
    }

    /// The colour of each column, or of each row where the sweeps [do not run
    /// forward](SparsePlan::is_forward), counted from 0.
    #[must_use]
    pub fn colouring(&self) -> &[u32] {
        self.compression().colouring()
    }

    /// Number of sweeps over the program for each point, each with up to eight directions.
    #[must_use]
    pub fn sweeps(&self) -> usize {
        self.compression().sweeps()
    }

    /// Whether the sweeps run forward, from colours of columns, rather than back from colours of
    /// rows.
    #[must_use]
    pub fn is_forward(&self) -> bool {
        self.compression().is_forward()
    }

    /// Whether entries follow by substitution, not directly.
    #[must_use]
    pub fn substitutes(&self) -> bool {
        self.substitutes
    }

    /// Multiplications of one direction: edges of the linearised program.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.sparse().linear.edges()
    }

    /// The program that is evaluated once for each point: outputs and the weight of each edge.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.sparse().linear.program
    }

    /// Number of outputs beside the matrix: the function's own, or value and gradient with a
    /// Hessian.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.sparse().linear.kept
    }

    /// The matrix at `x`.
    ///
    /// # Errors
    ///
    /// As for [`evaluate_into`](SparsePlan::evaluate_into).
    pub fn evaluate(&self, x: &[f64]) -> Result<SparseMatrix, Error> {
        let mut values = vec![0.0; self.pattern().len()];
        self.evaluate_into(x, &mut values, &mut Workspace::new())?;
        Ok(SparseMatrix::new(Arc::clone(&self.sparse().pattern), values))
    }

    /// The entries of the pattern at `x`, row by row, without allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// If `x` or `values` has the wrong length, or a comparison goes another way at `x`.
    pub fn evaluate_into(
        &self,
        x: &[f64],
        values: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        same_length("entry value", self.pattern().len(), values.len())?;
        self.function.afford_sparse(self.kind, self.sparse(), self.compression())?;
        self.function.run_along(&self.path, self.kind, x, work)?;
        entries(self.compression(), self.sparse(), self.kind, values, work);
        Ok(())
    }

    /// [`evaluate_into`](SparsePlan::evaluate_into), and what is computed on the way: the
    /// function's outputs with a Jacobian, value and gradient with a Hessian.
    ///
    /// # Errors
    ///
    /// As for `evaluate_into`, and if `outputs` has the wrong length.
    pub fn evaluate_with_outputs_into(
        &self,
        x: &[f64],
        outputs: &mut [f64],
        values: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        same_length("output", self.outputs(), outputs.len())?;
        self.evaluate_into(x, values, work)?;
        for (slot, id) in outputs.iter_mut().zip(self.program().outputs()) {
            *slot = work.slots[self.kind as usize].values[id.index()];
        }
        Ok(())
    }

    fn sparse(&self) -> &Sparse {
        sparse(&self.path, self.kind)
    }

    fn compression(&self) -> &Compression {
        let sparse = self.sparse();
        if self.substitutes { sparse.substituting() } else { sparse.compression() }
    }
}

impl fmt::Debug for SparsePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SparsePlan")
            .field("rows", &self.pattern().rows())
            .field("columns", &self.pattern().columns())
            .field("entries", &self.pattern().len())
            .field("colours", &self.colours())
            .finish_non_exhaustive()
    }
}

fn sparse(path: &Path, kind: Kind) -> &Sparse {
    path.sparse(if kind == Kind::Edges { Symmetry::None } else { Symmetry::Symmetric })
}

/// The matrix entries from the values of the linearised program, which `work` holds.
fn entries(
    compression: &Compression,
    sparse: &Sparse,
    kind: Kind,
    entries: &mut [f64],
    work: &mut Workspace,
) {
    let values = &work.slots[kind as usize].values;
    compression.evaluate(&sparse.linear, values, entries, &mut work.lanes);
}
