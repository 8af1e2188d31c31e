//! Derivatives: the backward loop over a program, and the free functions on closures.

mod closures;
mod reverse;
pub mod slices;

pub use closures::{derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};
