//! Models fitted to data: columns of a file, a formula, estimates with their standard errors.
//!
//! | step | type |
//! |---|---|
//! | columns of numbers and of text | [`Table`] |
//! | rows of a file, whole or block by block | [`Reader`] |
//! | a model's formula, and the same for some data | [`Terms`], [`Plan`] |
//! | the matrix of a model: response, columns, weights | [`Design`] |
//! | estimates, errors, diagnostics | [`Fit`] |
//! | least squares, and predictions with intervals | [`LeastSquares`], [`Prediction`] |
//! | logistic and Poisson models | [`Glm`] |
//! | ridge, lasso, elastic net, the choice of their penalty | [`Penalised`], [`PenaltyPath`] |
//! | rows held out, cross-validation of any model | [`split`], [`folds`], [`cross_validate`] |
//! | the same models by gradient descent, traced | [`ByDescent`] |
//! | any curve `y = b1*(1 - exp(-b2*x))`, by its exact Jacobian | [`NonlinearModel`] |
//! | any negative log-likelihood of a row as a formula | [`LikelihoodModel`] |
//! | a small neural network | [`Network`] |
//! | a model in a file | [`SavedModel`] |
//! | one HTML file of it all | `Report`, with the feature `report` |

mod descent;
mod design;
pub mod distribution;
mod fit;
mod glm;
mod likelihood;
mod linear;
mod model;
mod network;
mod nonlinear;
mod penalty;
#[cfg(feature = "report")]
mod report;
mod rows;
mod saved;
mod show;
mod table;
mod validate;

pub use descent::{ByDescent, Descended, DescentStep};
pub use design::{Design, Dropped};
pub use fit::{Coefficient, Fit, Link, Status};
pub use glm::{Family, Glm};
pub use likelihood::LikelihoodModel;
pub use linear::{Errors, LeastSquares, Prediction, StreamedLeastSquares};
pub use model::{Missing, Plan, PlanOptions, Scan, Terms};
pub use network::{Epoch, Network, NetworkOptions, Training};
pub use nonlinear::{FitStep, NonlinearModel, NonlinearOptions};
pub use penalty::{Choice, Penalised, Penalty, PenaltyPath};
#[cfg(feature = "report")]
pub use report::Report;
pub use saved::{SavedKind, SavedModel};
pub use table::{
    Column, Data, Encoding, Estimate, MISSING_MARKERS, Progress, ReadOptions, Reader, Table,
    TableBlocks,
};
pub use validate::{CrossValidation, Model, cross_validate, design, folds, mean_loss, split};
