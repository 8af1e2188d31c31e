//! Models with a linear predictor.

pub(crate) mod check;
pub(crate) mod inference;
pub(crate) mod least_squares;
pub(crate) mod predict;
pub(crate) mod robust;
pub(crate) mod scale;
pub(crate) mod solution;
mod stream;
pub(crate) mod triangle;

pub use least_squares::{Errors, LeastSquares};
pub use predict::Prediction;
pub use stream::StreamedLeastSquares;
