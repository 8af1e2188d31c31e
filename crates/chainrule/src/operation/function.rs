//! A recorded function as one node.

use super::closed::{self, Body};
use crate::error::{Error, ErrorKind};
use crate::function::{Function, Workspace};
use crate::program::Operation;
use crate::spare::Spare;
use crate::sparse::SparsityPattern;
use std::sync::OnceLock;

impl Operation {
    /// A recorded function as an operation: one node in graphs and programs, however large it is.
    ///
    /// It has derivatives of every order, and follows the function's branches at each point. The
    /// function's parameters keep their present values.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// let length = Function::record(["x", "y"], |[x, y]| (x * x + y * y).sqrt())?;
    /// let length = Operation::from_function("length", &length)?;
    /// let f = Function::record(["a"], move |[a]| length.apply([a, 2.0 * a]))?;
    /// assert_eq!(f.to_string(), "y0 = length(a, 2*a)");
    /// assert!((f.gradient(&[3.0])?[0] - 5.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is empty, or the function has no input or no output.
    pub fn from_function(name: &str, function: &Function) -> Result<Self, Error> {
        if name.is_empty() || function.inputs().is_empty() || function.outputs().is_empty() {
            let message = format!("`{name}` needs a name, an input and an output");
            return Err(Error::new(ErrorKind::Name, message));
        }
        Ok(closed::operation(name, Recorded::new(function.clone())))
    }
}

/// A function with scratch memory for each thread that evaluates it at the same time.
pub(super) struct Recorded {
    function: Function,
    spare: Spare<(Workspace, Vec<f64>)>,
    /// Which inputs an output may change with; all, where the function branches.
    pattern: OnceLock<Option<SparsityPattern>>,
}

impl Recorded {
    pub(super) fn new(function: Function) -> Self {
        Recorded { function, spare: Spare::default(), pattern: OnceLock::new() }
    }

    /// Lends the function for many evaluations by one thread.
    pub(super) fn lend<R>(&self, f: impl FnOnce(&mut Lent) -> R) -> R {
        self.spare.with(|(work, _)| f(&mut Lent { function: &self.function, work }))
    }

    /// The function with a direction.
    pub(super) fn with_direction(&self) -> Result<Self, Error> {
        Ok(Recorded::new(self.function.jvp_function()?))
    }
}

/// A function with scratch memory that no other thread has.
pub(super) struct Lent<'r> {
    function: &'r Function,
    work: &'r mut Workspace,
}

impl Lent<'_> {
    pub(super) fn eval(&mut self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.function.eval_into(x, y, self.work)
    }

    /// Adds to `sums` the derivative of `Σ w·y` with respect to every input.
    pub(super) fn add_reverse(
        &mut self,
        x: &[f64],
        w: &[f64],
        sums: &mut [f64],
    ) -> Result<(), Error> {
        self.function.add_vjp(x, w, sums, self.work)
    }
}

impl Body for Recorded {
    fn inputs(&self) -> &[String] {
        self.function.inputs()
    }

    fn outputs(&self) -> &[String] {
        self.function.outputs()
    }

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.lend(|function| function.eval(x, y))
    }

    fn reverse(&self, x: &[f64], _: &[f64], w: &[f64], slopes: &mut [f64]) -> Result<(), Error> {
        self.spare.with(|(work, values)| {
            values.resize(w.len(), 0.0);
            self.function.vjp_into(x, w, values, slopes, work)
        })
    }

    fn forward(&self) -> Result<Box<dyn Body>, Error> {
        Ok(Box::new(self.with_direction()?))
    }

    fn depends(&self, output: usize, input: usize) -> bool {
        let find = || (!self.function.has_branches()).then(|| self.function.jacobian_sparsity());
        let pattern = self.pattern.get_or_init(find).as_ref();
        pattern.is_none_or(|p| p.contains(output, input))
    }

    fn operations(&self) -> usize {
        self.function.program().work()
    }

    fn saved(&self) -> Option<serde_json::Value> {
        Some(super::saved::function(&self.function))
    }
}
