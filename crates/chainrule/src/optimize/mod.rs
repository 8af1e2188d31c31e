//! Finding a minimum: gradient descent and its relatives, quasi-Newton methods, Newton's method.
//!
//! An [`Objective`] gives a value and a gradient at a point; nothing here knows where they come from. A
//! [`Minimizer`] runs a [`Method`] and returns an [`Outcome`], which holds the best point and says in
//! [`Stop`] why the run ended: a run that diverges, oscillates, slides to −∞ or ends on a saddle point is
//! recognised and explained.
//!
//! ```
//! use chainrule::optimize::{Method, Minimizer, from_fn};
//!
//! let mut valley = from_fn(
//!     2,
//!     |x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2),
//!     |x, g| {
//!         g[0] = -2.0 * (1.0 - x[0]) - 400.0 * x[0] * (x[1] - x[0] * x[0]);
//!         g[1] = 200.0 * (x[1] - x[0] * x[0]);
//!     },
//! );
//! let outcome = Minimizer::new(Method::Auto).minimize(&mut valley, &[-1.2, 1.0])?;
//! assert!(outcome.stop.is_converged());
//! assert!(outcome.x.iter().all(|x| (x - 1.0).abs() < 1e-8));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod adam;
mod bfgs;
mod bounds;
mod dense;
mod descent;
mod first_order;
mod landscape;
mod lbfgs;
mod levenberg;
mod line_search;
mod method;
mod minimizer;
mod momentum;
mod nesterov;
mod newton;
mod objective;
mod options;
mod outcome;
mod quasi_newton;
mod run;
mod singular;
mod stability;
mod starts;
mod stop;
mod trust_region;
mod undetermined;

pub use adam::Adam;
pub use bounds::Bounds;
pub use descent::Descent;
pub use first_order::Rule;
pub use levenberg::{
    Information, LeastSquares, LeastSquaresOutcome, LeastSquaresStep, Residuals, Triangle,
    residuals_from_fn,
};
pub use method::Method;
pub use minimizer::{Minimizer, compare};
pub use momentum::Momentum;
pub use nesterov::Nesterov;
pub use objective::{DEFAULT_DIFFERENCE, ForwardDifference, Objective, from_fn};
pub use options::{Options, Rate};
pub use outcome::{Outcome, Step, TraceRow};
pub use starts::starts;
pub use stop::{Criterion, RateLimit, Stall, Stop};
pub use undetermined::undetermined;
