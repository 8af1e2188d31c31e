//! What a least-squares run reports.

use super::super::Stop;
use super::Triangle;

/// The result of a least-squares run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LeastSquaresOutcome {
    /// The best point.
    pub x: Vec<f64>,
    /// Σ rᵢ² there.
    pub sum_of_squares: f64,
    /// The cosine of the angle between the residuals and the space of the columns of the Jacobian there: 0 at a
    /// minimum where the columns are independent.
    pub cosine: f64,
    /// R and Qᵀr there: see [`Triangle::information`].
    pub triangle: Triangle,
    /// The number of steps that were taken.
    pub steps: usize,
    /// How often the residuals were evaluated.
    pub evaluations: usize,
    /// How often the Jacobian was.
    pub jacobians: usize,
    /// Why the run ended.
    pub stop: Stop,
}

/// A step that was taken, as the callback sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LeastSquaresStep<'a> {
    /// Counted from 1 in each run.
    pub number: usize,
    /// Which start the run began from, counted from 0.
    pub start: usize,
    /// The point after the step.
    pub x: &'a [f64],
    /// Σ rᵢ² there.
    pub sum_of_squares: f64,
    /// The damping λ of the step; 0 for a full Gauss–Newton step.
    pub damping: f64,
}
