//! Write a function, see its computational graph, trust its derivative, find its minimum.

pub mod algebra;
pub mod check;
mod derive;
pub mod diagnose;
pub mod draw;
pub mod emit;
pub mod error;
pub mod explain;
pub mod expression;
pub mod formula;
pub mod function;
pub mod graph;
mod latex;
pub mod manual;
pub mod nn;
pub mod optimize;
pub mod program;
pub mod simplify;
pub mod sparse;

pub use algebra::dot;
pub use algebra::ops::{logsumexp, max_of, mean, min_of, norm2, product, sum};
pub use derive::{derivative, grad, hessian, hvp, jacobian, jvp, slices, value_and_grad, vjp};
pub use error::{Error, ErrorKind};
pub use function::{Function, SparsePlan, Workspace};
pub use graph::{Gradient, Graph, Trace, Value};
pub use sparse::{SparseMatrix, SparsityPattern};

/// The blocks of the design page, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/design.md")]
struct DesignPage;
