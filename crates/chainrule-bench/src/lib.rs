//! Problems whose derivative is known in two ways, by chainrule and written by hand, and a race between
//! the two in which both must first agree.
//!
//! A [`Problem`] holds the contenders; [`race`](Problem::race) lets them take turns and reports medians.
//!
//! ```
//! use chainrule_bench::{Effort, tiny};
//! let result = tiny().race(Effort::SMOKE)?;
//! assert!(result.difference < 1e-12);
//! # Ok::<(), chainrule::Error>(())
//! ```

#![expect(
    clippy::needless_range_loop,
    reason = "rows and components by their indices, as in a formula"
)]

mod problem;
mod race;

pub use problem::{Listed, all, ba, det, gmm, llsq, logistic, lstm, readme, rosenbrock, tiny};
pub use race::{Contender, Effort, Hand, Problem, Result};
