//! Write a function, see its computational graph, trust its derivative, find its minimum.
//!
//! | to | use |
//! |---|---|
//! | take a gradient of a closure | [`grad`], [`derivative`], [`hessian`], [`jacobian`]; [`slices`] for lists |
//! | build a graph value by value, label it, walk it | [`Graph`], [`Value`], [`Gradient`] |
//! | evaluate and differentiate again and again | [`Function`], with a [`Workspace`] for each thread |
//! | call a function of your own, differentiate through a solver or a long loop | [`Operation`] |
//! | find a minimum | [`optimize::Minimizer`] |
//! | estimate parameters with their errors | [`estimate::least_squares`], [`estimate::maximize`] |
//! | read a formula | [`formula::Formula`] |
//! | see it | [`draw`] for DOT, Mermaid, text and JSON; the crate `chainrule-draw` for SVG and PNG |
//! | understand it | [`explain::explain`], [`manual`] |
//! | trust it | [`check`], [`diagnose`] |
//! | train a small network | [`nn`] |
//! | use it with `nalgebra`, `ndarray`, `argmin`, sparse matrices of others | [`scalar`], [`interop`] |
//!
//! ```
//! let gradient = chainrule::grad(|[a, b, c, d]| (a * b + c) * d, [2.0, -3.0, 10.0, -2.0]);
//! assert_eq!(gradient, [6.0, -4.0, -2.0, 4.0]);
//! ```
//!
//! Every operation is a row of one table, [`algebra::ops`]; every engine is an interpretation of it,
//! [`algebra::Algebra`]. The page `docs/design.md` leads from the table to the gradient.

pub mod algebra;
pub mod check;
mod derive;
pub mod diagnose;
pub mod draw;
pub mod emit;
pub mod error;
pub mod estimate;
pub mod explain;
pub mod expression;
pub mod formula;
pub mod function;
pub mod graph;
pub mod interop;
pub mod kernel;
mod latex;
pub mod manual;
pub mod nn;
pub mod operation;
pub mod optimize;
pub mod program;
pub mod scalar;
pub mod simplify;
mod spare;
pub mod sparse;

pub use algebra::dot;
pub use algebra::ops::{logsumexp, max_of, mean, min_of, norm2, product, sum};
pub use derive::{derivative, grad, hessian, hvp, jacobian, jvp, slices, value_and_grad, vjp};
pub use error::{Error, ErrorKind};
pub use function::{Function, SparsePlan, Workspace};
pub use graph::{Gradient, Graph, Trace, Value};
pub use program::Operation;
pub use sparse::{Recovery, SparseMatrix, SparsityPattern};

/// The blocks of the README and of the design page, compiled and run (P-02).
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct ReadMe;

/// See above.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/design.md")]
struct DesignPage;
