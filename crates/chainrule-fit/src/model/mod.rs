//! From `y ~ x1 + C(region) + log(x3)` and a table to the matrix of a model.
//!
//! | step | type |
//! |---|---|
//! | the formula as it is written | [`Terms`] |
//! | the same for the columns of some data: categories with their levels, means for gaps | [`Plan`] |
//! | numbers for the rows of a table | [`Design`](crate::Design) |
//!
//! The plan is saved with a model, and makes the same columns of new rows. The language is described in
//! `docs/format.md`.

mod coding;
mod evaluate;
mod expand;
mod expression;
mod lexer;
mod parser;
mod plan;
mod save;
mod scan;
mod terms;

pub use plan::Plan;
pub(crate) use scan::check_gaps;
pub use scan::{Missing, PlanOptions, Scan};
pub use terms::Terms;
