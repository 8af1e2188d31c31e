//! Models with a linear predictor.

mod check;
mod inference;
mod least_squares;
mod predict;
mod robust;
mod solution;
mod stream;
mod triangle;

pub use least_squares::{Errors, LeastSquares};
pub use predict::Prediction;
pub use stream::StreamedLeastSquares;
