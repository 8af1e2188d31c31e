//! A function that was recorded once and can be asked anything: values, gradients, Jacobians,
//! Hessians, at many points and from many threads.
//!
//! Every derivative is a program of its own, made from the recorded one when it is first asked
//! for, and evaluated like it. So there is one evaluator, and a derivative can be printed, drawn,
//! simplified and differentiated again.

mod cost;
mod dense;
mod derived;
mod directions;
mod evaluate;
mod objective;
mod path;
mod record;
mod save;
mod show;
mod sparse;

use crate::error::{Error, ErrorKind};
pub use cost::{Cost, Derivative, size};
pub use evaluate::Workspace;

pub use objective::FunctionObjective;
use path::Path;
use record::Source;
pub(crate) use save::{number, read_number};
pub use sparse::SparsePlan;
use std::fmt;
use std::sync::{Arc, RwLock};

/// A recorded function with named inputs, parameters and outputs. `Send + Sync`, cheap to clone.
///
/// ```
/// use chainrule::Function;
/// let f = Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))?;
/// let (value, gradient) = f.value_and_gradient(&[-1.2, 1.0])?;
/// assert!((value - 24.2).abs() < 1e-12);
/// assert!((gradient[0] + 215.6).abs() < 1e-12 && (gradient[1] + 88.0).abs() < 1e-12);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct Function {
    names: Arc<Names>,
    source: Option<Arc<Source>>,
    /// The ways through the program that were met so far; the first is the one recorded first.
    paths: Arc<Paths>,
    parameters: Arc<[f64]>,
    /// Most bytes that an evaluation may take.
    limit: Option<usize>,
}

/// The ways through a function's program.
type Paths = RwLock<Vec<Arc<Path>>>;

/// What the user calls things.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    pub(crate) inputs: Vec<String>,
    pub(crate) parameters: Vec<String>,
    pub(crate) outputs: Vec<String>,
}

impl Function {
    /// Names of the inputs, in the order of the point's coordinates.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.names.inputs
    }

    /// Names of the parameters: numbers that may change between calls and are not differentiated.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.names.parameters
    }

    /// Names of the outputs.
    #[must_use]
    pub fn outputs(&self) -> &[String] {
        &self.names.outputs
    }

    /// The same function with other values of its parameters.
    ///
    /// # Errors
    ///
    /// If there are not as many values as parameters.
    pub fn with_parameters(&self, values: &[f64]) -> Result<Self, Error> {
        same_length("parameter", self.names.parameters.len(), values.len())?;
        Ok(Function { parameters: values.into(), ..self.clone() })
    }

    /// Values of the parameters; 0 until [`with_parameters`](Function::with_parameters) gives others.
    #[must_use]
    pub fn parameter_values(&self) -> &[f64] {
        &self.parameters
    }

    /// Number of comparisons that decided which way was recorded. Without any, the program holds
    /// at every point.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        self.first_path().guards.len()
    }

    /// Number of operations of the recorded program, inputs and constants not counted.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.first_path().program.operations()
    }

    /// The program as it was recorded: inputs, then parameters, in order.
    #[must_use]
    pub fn program(&self) -> crate::program::Program {
        self.first_path().program.clone()
    }

    /// Whether the way through the program depends on the point.
    pub(crate) fn has_branches(&self) -> bool {
        !self.first_path().guards.is_empty()
    }

    pub(crate) fn first_path(&self) -> Arc<Path> {
        let paths = self.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&paths[0])
    }
}

#[inline]
pub(crate) fn same_length(what: &str, want: usize, got: usize) -> Result<(), Error> {
    if want == got { Ok(()) } else { Err(other_length(what, want, got)) }
}

#[cold]
fn other_length(what: &str, want: usize, got: usize) -> Error {
    let text = match what.strip_suffix('y') {
        _ if want == 1 => format!("expected 1 {what}, got {got}"),
        Some(stem) => format!("expected {want} {stem}ies, got {got}"),
        None => format!("expected {want} {what}s, got {got}"),
    };
    Error::new(ErrorKind::Length, text)
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("inputs", &self.names.inputs)
            .field("parameters", &self.names.parameters)
            .field("outputs", &self.names.outputs)
            .field("operations", &self.operations())
            .finish_non_exhaustive()
    }
}
