//! Several directions at once: the program is linearised at the point, and up to eight tangents or
//! adjoints share each sweep over its edges.

use super::cost::Derivative;
use super::evaluate::Workspace;
use super::path::{Kind, Path, Sparse};
use super::{Function, same_length};
use crate::error::{Error, ErrorKind};
use crate::sparse::Symmetry;
use std::sync::Arc;

impl Function {
    /// Outputs, and the Jacobian times each of several directions: [`jvp`](Function::jvp) for many,
    /// with up to eight in each sweep.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record_vector(["x", "y"], |[x, y]| [x * y, x.square()])?;
    /// let (values, tangents) = f.jvp_many(&[2.0, 3.0], &[[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])?;
    /// assert_eq!(values, [6.0, 4.0]);
    /// assert_eq!(tangents, [[3.0, 4.0], [2.0, 0.0], [1.0, 4.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if a direction is not as long as `x`.
    pub fn jvp_many<D: AsRef<[f64]>>(
        &self,
        x: &[f64],
        directions: &[D],
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), Error> {
        let m = self.names.outputs.len();
        let all = joined("direction entry", directions, self.names.inputs.len())?;
        let (mut values, mut tangents) = (vec![0.0; m], vec![0.0; m * directions.len()]);
        self.jvp_many_into(x, &all, &mut values, &mut tangents, &mut Workspace::new())?;
        Ok((values, rows(&tangents, directions.len(), m)))
    }

    /// [`jvp_many`](Function::jvp_many) into memory of the caller: `directions` and `tangents` one
    /// after the other, as many tangents as directions. No allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// As for `jvp_many`, and if a slice has the wrong length.
    pub fn jvp_many_into(
        &self,
        x: &[f64],
        directions: &[f64],
        values: &mut [f64],
        tangents: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        let count = count("direction entry", directions.len(), n, tangents.len(), m)?;
        same_length("output", m, values.len())?;
        same_length("tangent", count * m, tangents.len())?;
        self.afford_directions(Derivative::Jvp, count)?;
        let mut at = self.linearise(Symmetry::None, x, work)?;
        at.copy_outputs(0, values);
        let seed = |d: usize, j: usize| directions[d * n + j];
        at.tangents(count, seed, |d, i, t| tangents[d * m + i] = t);
        Ok(())
    }

    /// Outputs, and each of several lists of weights times the Jacobian: [`vjp`](Function::vjp) for
    /// many, with up to eight in each sweep.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if a list is not as long as there are outputs.
    pub fn vjp_many<W: AsRef<[f64]>>(
        &self,
        x: &[f64],
        weights: &[W],
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        let all = joined("weight", weights, m)?;
        let (mut values, mut gradients) = (vec![0.0; m], vec![0.0; n * weights.len()]);
        self.vjp_many_into(x, &all, &mut values, &mut gradients, &mut Workspace::new())?;
        Ok((values, rows(&gradients, weights.len(), n)))
    }

    /// [`vjp_many`](Function::vjp_many) into memory of the caller: `weights` and `gradients` one
    /// after the other. No allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// As for `vjp_many`, and if a slice has the wrong length.
    pub fn vjp_many_into(
        &self,
        x: &[f64],
        weights: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        let count = count("weight", weights.len(), m, gradients.len(), n)?;
        same_length("output", m, values.len())?;
        same_length("gradient entry", count * n, gradients.len())?;
        self.afford_directions(Derivative::Vjp, count)?;
        let mut at = self.linearise(Symmetry::None, x, work)?;
        at.copy_outputs(0, values);
        let seed = |d: usize, i: usize| weights[d * m + i];
        at.adjoints(count, seed, |d, j, a| gradients[d * n + j] = a);
        Ok(())
    }

    /// The Hessian times each of several directions: [`hvp`](Function::hvp) for many, with up to
    /// eight in each sweep.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value), and if a direction is not as long as `x`.
    pub fn hvp_many<D: AsRef<[f64]>>(
        &self,
        x: &[f64],
        directions: &[D],
    ) -> Result<Vec<Vec<f64>>, Error> {
        let n = self.names.inputs.len();
        let all = joined("direction entry", directions, n)?;
        let (mut gradient, mut products) = (vec![0.0; n], vec![0.0; all.len()]);
        self.hvp_many_into(x, &all, &mut gradient, &mut products, &mut Workspace::new())?;
        Ok(rows(&products, directions.len(), n))
    }

    /// [`hvp_many`](Function::hvp_many) into memory of the caller, with the gradient; the value is
    /// returned. No allocation once `work` is warm.
    ///
    /// # Errors
    ///
    /// As for `hvp_many`, and if a slice has the wrong length.
    pub fn hvp_many_into(
        &self,
        x: &[f64],
        directions: &[f64],
        gradient: &mut [f64],
        products: &mut [f64],
        work: &mut Workspace,
    ) -> Result<f64, Error> {
        self.single()?;
        let n = self.names.inputs.len();
        let count = count("direction entry", directions.len(), n, products.len(), n)?;
        same_length("gradient entry", n, gradient.len())?;
        same_length("product entry", count * n, products.len())?;
        self.afford_directions(Derivative::Hvp, count)?;
        let mut at = self.linearise(Symmetry::Symmetric, x, work)?;
        at.copy_outputs(1, gradient);
        let seed = |d: usize, j: usize| directions[d * n + j];
        at.tangents(count, seed, |d, i, t| products[d * n + i] = t);
        Ok(at.output(0))
    }

    /// Evaluates the weights of the edges at `x`, along the way that the function takes there.
    pub(super) fn linearise<'w>(
        &self,
        symmetry: Symmetry,
        x: &[f64],
        work: &'w mut Workspace,
    ) -> Result<Linearised<'w>, Error> {
        let kind = match symmetry {
            Symmetry::None => Kind::Edges,
            Symmetry::Symmetric => Kind::GradientEdges,
        };
        self.settle(kind, x, &[], work)?;
        let Workspace { path, slots, lanes, .. } = work;
        let path = path.as_ref().expect("`settle` leaves the path that holds");
        Ok(Linearised { path, symmetry, values: &slots[kind as usize].values, lanes })
    }
}

/// A function at a point as a linear map.
pub(super) struct Linearised<'w> {
    path: &'w Arc<Path>,
    symmetry: Symmetry,
    values: &'w [f64],
    lanes: &'w mut Vec<f64>,
}

impl Linearised<'_> {
    fn sparse(&self) -> &Sparse {
        self.path.sparse(self.symmetry)
    }

    /// Output `i`; beside a Hessian those are the value and the gradient.
    pub(super) fn output(&self, i: usize) -> f64 {
        self.values[self.sparse().linear.program.outputs()[i].index()]
    }

    pub(super) fn copy_outputs(&self, from: usize, into: &mut [f64]) {
        into.iter_mut().enumerate().for_each(|(i, slot)| *slot = self.output(from + i));
    }

    pub(super) fn tangents(
        &mut self,
        count: usize,
        seed: impl Fn(usize, usize) -> f64,
        each: impl FnMut(usize, usize, f64),
    ) {
        let linear = &self.path.sparse(self.symmetry).linear;
        linear.tangents(self.values, count, self.lanes, seed, each);
    }

    pub(super) fn adjoints(
        &mut self,
        count: usize,
        seed: impl Fn(usize, usize) -> f64,
        each: impl FnMut(usize, usize, f64),
    ) {
        let linear = &self.path.sparse(self.symmetry).linear;
        linear.adjoints(self.values, count, self.lanes, seed, each);
    }
}

/// Lists of equal length one after the other.
fn joined<D: AsRef<[f64]>>(what: &str, lists: &[D], length: usize) -> Result<Vec<f64>, Error> {
    let mut all = Vec::with_capacity(lists.len() * length);
    for list in lists {
        same_length(what, length, list.as_ref().len())?;
        all.extend_from_slice(list.as_ref());
    }
    Ok(all)
}

/// How many lists of `length` numbers stand one after the other in `given`; if they are of no
/// numbers at all, the results tell.
fn count(
    what: &str,
    given: usize,
    length: usize,
    results: usize,
    of: usize,
) -> Result<usize, Error> {
    if given == 0 && length == 0 {
        return Ok(results.checked_div(of).unwrap_or(0));
    }
    if !given.is_multiple_of(length) {
        let message = format!("{given} numbers are no whole lists of {length}");
        return Err(Error::new(ErrorKind::Length, format!("{what}: {message}")));
    }
    Ok(given / length)
}

/// A matrix that stands row after row, in rows.
pub(super) fn rows(flat: &[f64], count: usize, length: usize) -> Vec<Vec<f64>> {
    (0..count).map(|i| flat[i * length..(i + 1) * length].to_vec()).collect()
}
