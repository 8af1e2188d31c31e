//! Jacobians and Hessians of which most entries are zero by structure: which entries those are,
//! how few sweeps give all the others, and matrices that hold only them.
//!
//! A program is first linearised (`linear.rs`): its nodes become slots, and every dependency of a node
//! on an argument becomes an edge with the partial derivative as its weight. Along the edges runs
//! everything else: index sets give the pattern, tangents run forward, adjoints run back.

mod acyclic;
mod colouring;
mod compress;
mod linear;
mod matrix;
mod reach;
mod star;
mod sweep;

pub use compress::Recovery;
pub(crate) use compress::{Compression, Symmetry};
pub(crate) use linear::Linear;
pub use matrix::{SparseMatrix, SparsityPattern};
pub(crate) use sweep::sweeps;
