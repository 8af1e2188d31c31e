//! Other crates' traits and types, each behind a cargo feature of its name; all are off by default.
//!
//! | feature | gives |
//! |---|---|
//! | `num-traits` | [`Scalar`](crate::scalar::Scalar) is a `Float`, `Signed`, `FromPrimitive`, … |
//! | `nalgebra` | `Scalar` is a `RealField`: matrices, decompositions, rotations; gradients and Jacobians of functions of vectors |
//! | `ndarray` | `Scalar` is an element of arrays and an operand beside them; gradients of functions of arrays |
//! | `argmin` | `argmin::Problem`, a recorded function for every solver, with no trait to implement |
//! | `nalgebra-sparse`, `sprs` | a [`SparseMatrix`](crate::SparseMatrix) becomes theirs by `into()` |
//!
//! `faer` has no feature, because it takes about a minute to build: its `SparseRowMat` and `SparseColMat` take
//! the three slices of [`SparseMatrix`](crate::SparseMatrix) and of
//! [`to_csc`](crate::SparseMatrix::to_csc) as they are.

#[cfg(feature = "argmin")]
pub mod argmin;
#[cfg(feature = "nalgebra")]
pub mod nalgebra;
#[cfg(feature = "ndarray")]
pub mod ndarray;
#[cfg(feature = "num-traits")]
mod num;
#[cfg(any(feature = "nalgebra-sparse", feature = "sprs"))]
mod sparse;
