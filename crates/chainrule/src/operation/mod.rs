//! Operations beside the table: functions of the user's, solvers, loops. Each is one node, whatever
//! it does inside, and has a derivative.
//!
//! | to call | use |
//! |---|---|
//! | code of your own, with its derivative | [`Operation::unary`](crate::Operation::unary), [`Operation::with_jacobian`](crate::Operation::with_jacobian), [`Operation::with_vjp`](crate::Operation::with_vjp) |
//! | the same with second and higher derivatives | [`Operation::with_derivative`](crate::Operation::with_derivative) |
//! | a recorded function as one node | [`Operation::from_function`](crate::Operation::from_function) |
//! | what a solver of yours finds | [`Operation::root`](crate::Operation::root), [`Operation::fixed_point`](crate::Operation::fixed_point), [`Operation::linear_solve`](crate::Operation::linear_solve) |
//! | a step repeated many times, or for each row of data | [`Operation::scan`](crate::Operation::scan), [`Operation::scan_rows`](crate::Operation::scan_rows) |
//!
//! ```
//! use chainrule::{Function, Operation};
//! // A table of the user's, linear between its points.
//! let interpolate = Operation::unary("interpolate", |x| 3.0 * x - 1.0, |_x, _y| 3.0)?;
//! let f = Function::record(["x"], move |[x]| interpolate.apply([x]).square())?;
//! assert_eq!(f.to_string(), "y0 = square(interpolate(x))");
//! assert_eq!(f.gradient(&[2.0])?, [30.0]);
//! # Ok::<(), chainrule::Error>(())
//! ```

mod closed;
mod custom;
mod function;
mod implicit;
mod lu;
mod rows;
pub(crate) mod saved;
mod scan;
mod schedule;

use crate::error::{Error, ErrorKind};

/// The names as the operation keeps them.
///
/// # Errors
///
/// If there is none, or one is empty or stands twice.
fn named(operation: &str, what: &str, names: &[&str]) -> Result<Vec<String>, Error> {
    let wrong = |message: String| Err(Error::new(ErrorKind::Name, message));
    if operation.is_empty() {
        return wrong("an operation has an empty name".into());
    }
    if names.is_empty() {
        return wrong(format!("`{operation}` has no {what}"));
    }
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            return wrong(format!("an {what} of `{operation}` has an empty name"));
        }
        if names[..i].contains(name) {
            return wrong(format!("two {what}s of `{operation}` are named `{name}`"));
        }
    }
    Ok(names.iter().map(|&n| n.to_owned()).collect())
}
