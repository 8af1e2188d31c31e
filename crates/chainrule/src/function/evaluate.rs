//! Evaluation of a function and its derivatives with numbers, without allocation once a
//! [`Workspace`] is warm.

use super::path::{Kind, Path};
use super::{Function, Paths, same_length};
use crate::error::{Error, ErrorKind};
use crate::program::{Places, Slots};
use std::sync::Arc;

/// Scratch memory of evaluations: one for each thread, used again and again.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) path: Option<Arc<Path>>,
    /// The paths of the function that `path` belongs to.
    owner: Option<Arc<Paths>>,
    pub(super) slots: [Slots; Kind::COUNT],
    /// Slots of a linearised program, for several directions side by side.
    pub(super) lanes: Vec<f64>,
}

impl Workspace {
    /// An empty workspace; it grows on first use.
    #[must_use]
    pub fn new() -> Self {
        Workspace::default()
    }

    /// The path that held last, if it is one of this function.
    fn path_of(&self, function: &Function) -> Option<&Path> {
        let is_its = self.owner.as_ref().is_some_and(|owner| Arc::ptr_eq(owner, &function.paths));
        self.path.as_deref().filter(|_| is_its)
    }
}

/// The results of one evaluation.
struct Results<'w> {
    values: &'w [f64],
    outputs: &'w Places,
}

impl Results<'_> {
    fn get(&self, i: usize) -> f64 {
        self.values[self.outputs.all()[i] as usize]
    }

    fn copy(&self, from: usize, into: &mut [f64]) {
        self.outputs.each(from, self.values, into, |slot, y| *slot = y);
    }

    fn add(&self, from: usize, onto: &mut [f64]) {
        self.outputs.each(from, self.values, onto, |sum, y| *sum += y);
    }
}

impl Function {
    /// The outputs at `x`.
    ///
    /// # Errors
    ///
    /// If `x` has the wrong length, or a comparison goes another way than when the function was
    /// recorded and there is no closure to record it again.
    pub fn eval(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        let mut out = vec![0.0; self.names.outputs.len()];
        self.eval_into(x, &mut out, &mut Workspace::new())?;
        Ok(out)
    }

    /// [`eval`](Function::eval) into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for `eval`, and if `out` has the wrong length.
    pub fn eval_into(&self, x: &[f64], out: &mut [f64], work: &mut Workspace) -> Result<(), Error> {
        same_length("output", self.names.outputs.len(), out.len())?;
        self.run(Kind::Value, x, &[], work)?.copy(0, out);
        Ok(())
    }

    /// The value of a function with one output.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if there are several outputs.
    pub fn value(&self, x: &[f64]) -> Result<f64, Error> {
        self.single()?;
        Ok(self.run(Kind::Value, x, &[], &mut Workspace::new())?.get(0))
    }

    /// The gradient of a function with one output.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    pub fn gradient(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        Ok(self.value_and_gradient(x)?.1)
    }

    /// The gradient into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for [`value_and_gradient_into`](Function::value_and_gradient_into).
    pub fn gradient_into(
        &self,
        x: &[f64],
        gradient: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        self.value_and_gradient_into(x, gradient, work).map(|_| ())
    }

    /// Value and gradient of a function with one output.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value).
    pub fn value_and_gradient(&self, x: &[f64]) -> Result<(f64, Vec<f64>), Error> {
        let mut gradient = vec![0.0; self.names.inputs.len()];
        let value = self.value_and_gradient_into(x, &mut gradient, &mut Workspace::new())?;
        Ok((value, gradient))
    }

    /// Value and gradient, the gradient into memory of the caller. No allocation once `work` was
    /// used with this function.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value), and if `gradient` has the wrong length.
    pub fn value_and_gradient_into(
        &self,
        x: &[f64],
        gradient: &mut [f64],
        work: &mut Workspace,
    ) -> Result<f64, Error> {
        self.single()?;
        same_length("gradient entry", self.names.inputs.len(), gradient.len())?;
        let results = self.run(Kind::Gradient, x, &[], work)?;
        results.copy(1, gradient);
        Ok(results.get(0))
    }

    /// Outputs and the Jacobian times `direction`, by forward mode.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if `direction` is not as long as `x`.
    pub fn jvp(&self, x: &[f64], direction: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let m = self.names.outputs.len();
        let (mut values, mut tangents) = (vec![0.0; m], vec![0.0; m]);
        self.jvp_into(x, direction, &mut values, &mut tangents, &mut Workspace::new())?;
        Ok((values, tangents))
    }

    /// [`jvp`](Function::jvp) into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for `jvp`, and if `values` or `tangents` has the wrong length.
    pub fn jvp_into(
        &self,
        x: &[f64],
        direction: &[f64],
        values: &mut [f64],
        tangents: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let m = self.names.outputs.len();
        same_length("direction entry", self.names.inputs.len(), direction.len())?;
        same_length("output", m, values.len())?;
        same_length("tangent", m, tangents.len())?;
        let results = self.run(Kind::Jvp, x, direction, work)?;
        results.copy(0, values);
        results.copy(m, tangents);
        Ok(())
    }

    /// Outputs and `weights` times the Jacobian, by reverse mode.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if there are not as many `weights` as outputs.
    pub fn vjp(&self, x: &[f64], weights: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let mut values = vec![0.0; self.names.outputs.len()];
        let mut gradient = vec![0.0; self.names.inputs.len()];
        self.vjp_into(x, weights, &mut values, &mut gradient, &mut Workspace::new())?;
        Ok((values, gradient))
    }

    /// [`vjp`](Function::vjp) into memory of the caller.
    ///
    /// # Errors
    ///
    /// As for `vjp`, and if `values` or `gradient` has the wrong length.
    pub fn vjp_into(
        &self,
        x: &[f64],
        weights: &[f64],
        values: &mut [f64],
        gradient: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let m = self.names.outputs.len();
        same_length("weight", m, weights.len())?;
        same_length("output", m, values.len())?;
        same_length("gradient entry", self.names.inputs.len(), gradient.len())?;
        let results = self.run(Kind::Vjp, x, weights, work)?;
        results.copy(0, values);
        results.copy(m, gradient);
        Ok(())
    }

    /// Adds to `sums` what [`vjp_into`](Function::vjp_into) gives for `gradient`.
    pub(crate) fn add_vjp(
        &self,
        x: &[f64],
        weights: &[f64],
        sums: &mut [f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let m = self.names.outputs.len();
        same_length("weight", m, weights.len())?;
        same_length("gradient entry", self.names.inputs.len(), sums.len())?;
        self.run(Kind::Vjp, x, weights, work)?.add(m, sums);
        Ok(())
    }

    /// The Hessian times `direction`.
    ///
    /// # Errors
    ///
    /// As for [`value`](Function::value), and if `direction` is not as long as `x`.
    pub fn hvp(&self, x: &[f64], direction: &[f64]) -> Result<Vec<f64>, Error> {
        Ok(self.gradient_and_hvp(x, direction)?.1)
    }

    /// The gradient, and the Hessian times `direction`, in one evaluation.
    ///
    /// # Errors
    ///
    /// As for [`hvp`](Function::hvp).
    pub fn gradient_and_hvp(
        &self,
        x: &[f64],
        direction: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let n = self.names.inputs.len();
        let (mut gradient, mut product) = (vec![0.0; n], vec![0.0; n]);
        let work = &mut Workspace::new();
        self.gradient_and_hvp_into(x, direction, &mut gradient, &mut product, work)?;
        Ok((gradient, product))
    }

    /// [`gradient_and_hvp`](Function::gradient_and_hvp) into memory of the caller; the value is
    /// returned.
    ///
    /// # Errors
    ///
    /// As for `hvp`, and if a slice has the wrong length.
    pub fn gradient_and_hvp_into(
        &self,
        x: &[f64],
        direction: &[f64],
        gradient: &mut [f64],
        product: &mut [f64],
        work: &mut Workspace,
    ) -> Result<f64, Error> {
        self.single()?;
        let n = self.names.inputs.len();
        same_length("direction entry", n, direction.len())?;
        same_length("gradient entry", n, gradient.len())?;
        same_length("product entry", n, product.len())?;
        let results = self.run(Kind::Hvp, x, direction, work)?;
        results.copy(1, gradient);
        results.copy(1 + n, product);
        Ok(results.get(0))
    }

    pub(super) fn single(&self) -> Result<(), Error> {
        match self.names.outputs.len() {
            1 => Ok(()),
            n => {
                Err(Error::new(ErrorKind::Length, format!("the function has {n} outputs, not one"))
                    .hint("ask for `jacobian` or `vjp`, or record one output"))
            }
        }
    }

    /// Evaluates the program of that kind at `x` along a path whose guards hold there.
    fn run<'w>(
        &self,
        kind: Kind,
        x: &[f64],
        extra: &[f64],
        work: &'w mut Workspace,
    ) -> Result<Results<'w>, Error> {
        self.settle(kind, x, extra, work)?;
        let path = work.path.as_deref().expect("`settle` leaves the path that holds");
        let outputs = &path.machine(kind).outputs;
        Ok(Results { values: &work.slots[kind as usize].values, outputs })
    }

    /// The same, with the values and the path left in `work`.
    pub(super) fn settle(
        &self,
        kind: Kind,
        x: &[f64],
        extra: &[f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        same_length("input", self.names.inputs.len(), x.len())?;
        let inputs = &[x, &self.parameters, extra];
        self.afford_kind(kind)?;
        if work.path_of(self).is_none() {
            work.path = Some(self.first_path());
            work.owner = Some(Arc::clone(&self.paths));
        }
        let path = work.path.as_deref().expect("just set");
        if let Err(flipped) = evaluate(path, kind, inputs, &mut work.slots[kind as usize]) {
            self.change_path(flipped, kind, inputs, work)?;
        }
        // A derivative may need more of a call than its author gave.
        let path = work.path.as_deref().expect("set on both ways");
        if path.program.has_calls() { path.derived(kind).complete() } else { Ok(()) }
    }

    /// Evaluates along another path, where the guard `flipped` of that in `work` does not hold.
    #[cold]
    fn change_path(
        &self,
        flipped: usize,
        kind: Kind,
        inputs: Inputs,
        work: &mut Workspace,
    ) -> Result<(), Error> {
        let path = work.path.take().expect("the path that was tried");
        let slots = &mut work.slots[kind as usize];
        let other = self.other_path(inputs, kind, slots)?;
        work.path = Some(other.ok_or_else(|| branch_changed(&path, flipped, inputs, slots, kind))?);
        Ok(())
    }

    /// Evaluates the program of that kind at `x` along this path.
    pub(super) fn run_along(
        &self,
        path: &Arc<Path>,
        kind: Kind,
        x: &[f64],
        work: &mut Workspace,
    ) -> Result<(), Error> {
        same_length("input", self.names.inputs.len(), x.len())?;
        let inputs = &[x, &self.parameters, &[]];
        path.derived(kind).complete()?;
        let slots = &mut work.slots[kind as usize];
        evaluate(path, kind, inputs, slots)
            .map_err(|flipped| branch_changed(path, flipped, inputs, slots, kind))?;
        work.path = Some(Arc::clone(path));
        work.owner = Some(Arc::clone(&self.paths));
        Ok(())
    }

    /// The path whose guards hold at `x`, and the values of all its nodes.
    pub(super) fn values_at(&self, x: &[f64]) -> Result<(Arc<Path>, Vec<f64>), Error> {
        same_length("input", self.names.inputs.len(), x.len())?;
        let inputs = [x, &self.parameters].concat();
        let first = self.first_path();
        let values = first.program.eval(&crate::algebra::Num, &inputs);
        let holds = |(i, guard): (usize, &super::path::Guard)| {
            let operands = first.operands_among(first.program.outputs(), i);
            let [a, b] = operands.map(|y| values[y.index()]);
            guard.relation.holds(a, b) == guard.held
        };
        if first.guards.iter().enumerate().all(holds) {
            return Ok((first, values));
        }
        let path = self.path_at(x, &mut Workspace::new())?;
        let values = path.program.eval(&crate::algebra::Num, &inputs);
        Ok((path, values))
    }

    /// The path whose guards hold at `x`.
    pub(super) fn path_at(&self, x: &[f64], work: &mut Workspace) -> Result<Arc<Path>, Error> {
        self.settle(Kind::Value, x, &[], work)?;
        Ok(Arc::clone(work.path.as_ref().expect("`settle` leaves the path that holds")))
    }

    /// Another path that holds at the inputs, known or recorded now; its values are left in `slots`.
    fn other_path(
        &self,
        inputs: Inputs,
        kind: Kind,
        slots: &mut Slots,
    ) -> Result<Option<Arc<Path>>, Error> {
        let paths = self.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        for path in paths {
            if evaluate(&path, kind, inputs, slots).is_ok() {
                return Ok(Some(path));
            }
        }
        let Some(path) = self.record_again(inputs[0]).map(Arc::new) else { return Ok(None) };
        if evaluate(&path, kind, inputs, slots).is_err() {
            return Err(Error::new(
                ErrorKind::Value,
                "the function does not take the same way twice at the same point",
            )
            .hint("a recorded closure must depend on nothing but its arguments"));
        }
        let mut paths = self.paths.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if paths.len() >= MOST_PATHS {
            paths.remove(1);
        }
        paths.push(Arc::clone(&path));
        Ok(Some(path))
    }
}

/// What programs of a function are evaluated at: the point, the parameters, weights or a direction.
type Inputs<'a> = &'a [&'a [f64]; 3];

/// So many ways through one function are kept.
const MOST_PATHS: usize = 16;

struct Guarded {
    relation: &'static str,
    held: bool,
}

impl From<super::path::Guard> for Guarded {
    fn from(guard: super::path::Guard) -> Self {
        Guarded { relation: guard.relation.symbol(), held: guard.held }
    }
}

/// Evaluates a program of `path`; the number of the first guard that does not hold as an error.
fn evaluate(path: &Path, kind: Kind, inputs: Inputs, slots: &mut Slots) -> Result<(), usize> {
    if kind.is_open() {
        evaluate_open(path, kind, inputs, slots);
    } else {
        path.machine(kind).run(inputs, slots);
    }
    for (i, guard) in path.guards.iter().enumerate() {
        let [a, b] = path.operands(kind, i).map(|at| slots.values[at]);
        if guard.relation.holds(a, b) != guard.held {
            return Err(i);
        }
    }
    Ok(())
}

#[cold]
fn evaluate_open(path: &Path, kind: Kind, inputs: Inputs, slots: &mut Slots) {
    let Slots { inputs: all, values, scratch, .. } = slots;
    all.clear();
    for part in inputs {
        all.extend_from_slice(part);
    }
    path.derived(kind).eval_numbers(all, values, scratch);
}

fn branch_changed(
    path: &Path,
    guard: usize,
    inputs: Inputs,
    slots: &mut Slots,
    kind: Kind,
) -> Error {
    // The last failed attempt may have been another path's: evaluate this one again.
    let _ = evaluate(path, kind, inputs, slots);
    let [left, right] = path.operands(kind, guard).map(|at| slots.values[at]);
    let recorded = &path.program;
    let [a, b] = path.operands_among(recorded.outputs(), guard);
    let Guarded { relation, held } = path.guards[guard].into();
    let text = format!("{} {relation} {}", recorded.formula(a), recorded.formula(b));
    Error::new(
        ErrorKind::BranchChanged,
        format!(
            "`{text}` was {held} when the function was recorded and is {} here: {} {relation} {}",
            !held,
            crate::expression::number(left),
            crate::expression::number(right)
        ),
    )
    .hint("record it from a closure, which can be run again, or use `select`")
}
