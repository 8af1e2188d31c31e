//! What a run reports: each step, and the result.

use super::{Method, Stop};

/// One step of a run, as the callback sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Step<'a> {
    /// Counted from 1.
    pub number: usize,
    /// The learning rate, or the length of the step in units of its direction.
    pub rate: f64,
    /// The point before the step.
    pub x: &'a [f64],
    /// The value before the step.
    pub value: f64,
    /// The gradient before the step.
    pub gradient: &'a [f64],
    /// The point after the step.
    pub x_after: &'a [f64],
    /// The value after the step. It costs nothing: the next step begins with this evaluation.
    pub value_after: f64,
}

/// One step of a run, kept. The chapter's loop prints the value *before* the step and the point *after*
/// it; the columns here say which is which.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceRow {
    /// Counted from 1.
    pub number: usize,
    /// The point before the step.
    pub x: Vec<f64>,
    /// The value before the step.
    pub value: f64,
    /// The gradient before the step.
    pub gradient: Vec<f64>,
    /// The point after the step.
    pub x_after: Vec<f64>,
    /// The value after the step.
    pub value_after: f64,
}

impl TraceRow {
    pub(super) fn of(step: &Step<'_>) -> Self {
        Self {
            number: step.number,
            x: step.x.to_vec(),
            value: step.value,
            gradient: step.gradient.to_vec(),
            x_after: step.x_after.to_vec(),
            value_after: step.value_after,
        }
    }
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The method that ran: what `auto` chose.
    pub method: Method,
    /// The best point: the lowest value, or among values that are equal to rounding the smallest gradient.
    pub x: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// The gradient there.
    pub gradient: Vec<f64>,
    /// The norm of the projected gradient there, |x − P(x − g)|; without bounds this is |g|.
    pub gradient_norm: f64,
    /// The point where the run ended.
    pub last: Vec<f64>,
    /// The number of steps.
    pub steps: usize,
    /// The number of evaluations of the value, with or without the gradient, checks included.
    pub evaluations: usize,
    /// The number of Hessians that the objective was asked for.
    pub hessians: usize,
    /// Why the run ended.
    pub stop: Stop,
    /// Every step, if asked for with [`Options::trace`](super::Options::trace).
    pub trace: Option<Vec<TraceRow>>,
}
