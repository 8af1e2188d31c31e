//! Models fitted to data: columns of a file, a formula, estimates with their standard errors.
//!
//! | step | type |
//! |---|---|
//! | columns of numbers and of text | [`Table`] |
//! | the matrix of a model: response, columns, weights | [`Design`] |
//! | estimates, errors, diagnostics | [`Fit`] |
//! | a small neural network | [`Network`] |

mod design;
mod fit;
mod network;
mod table;

pub use design::{Design, Dropped};
pub use fit::{Coefficient, Fit, Status};
pub use network::{Epoch, Network, NetworkOptions, Training};
pub use table::{Column, Data, Table};
