//! Write a function, see its computational graph, trust its derivative, find its minimum.

pub mod algebra;
pub mod error;
pub mod graph;

pub use error::{Error, ErrorKind};
pub use graph::{Gradient, Graph, Trace, Value};
