//! How a model that is a formula is fitted.

use crate::Missing;

/// How a model that is a formula is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct NonlinearOptions {
    /// A start for each parameter.
    pub start: Vec<(String, f64)>,
    /// Lower and upper limits of parameters; infinite where there is none.
    pub bounds: Vec<(String, f64, f64)>,
    /// A column of weights: the variance of a row is proportional to one by its weight, or the row counts so
    /// many times in a likelihood.
    pub weights: Option<String>,
    /// Points to begin from: the start and others around it, or spread over the bounds. The best end wins.
    pub starts: usize,
    /// Chooses the other points.
    pub seed: u64,
    /// Steps of a run at most.
    pub steps: usize,
    /// Level of the confidence intervals.
    pub level: f64,
    /// What is done about rows with a gap in a column that the formula uses.
    pub missing: Missing,
    /// Threads; the result does not depend on them.
    pub threads: Option<usize>,
}

impl Default for NonlinearOptions {
    fn default() -> Self {
        NonlinearOptions {
            start: Vec::new(),
            bounds: Vec::new(),
            weights: None,
            starts: 1,
            seed: 0,
            steps: 2000,
            level: 0.95,
            missing: Missing::Error,
            threads: None,
        }
    }
}

/// A step of a fit.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FitStep<'a> {
    /// Counted from 1 in each run.
    pub number: usize,
    /// Which start the run began from, counted from 0.
    pub start: usize,
    /// The parameters after the step.
    pub parameters: &'a [f64],
    /// The sum of squares, or the negative log-likelihood, after it.
    pub value: f64,
}
