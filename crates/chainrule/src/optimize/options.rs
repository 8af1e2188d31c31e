//! What a run can be told.

use std::fmt;

use super::Bounds;

/// Settings of a run; [`Default`] suits most.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How far a first-order method goes along its direction; `None` is the
    /// [default of the method](super::Method::default_rate).
    pub rate: Option<Rate>,
    /// The number of steps. Chosen, it is the length of a first-order run, which then ends early only if
    /// a tolerance was chosen too. `None` is a limit of 100,000 for first-order methods, 10,000 for the
    /// others.
    pub steps: Option<usize>,
    /// Converged when the norm of the projected gradient is below this. `None` is 1e-8·min(1, |g₀|),
    /// with g₀ the gradient at the start, so that the scale of the function does not matter; and no
    /// tolerance at all for a first-order run with a chosen number of steps.
    pub tolerance: Option<f64>,
    /// Converged when a step changes the value by less than this, relatively, and no variable by more
    /// than the square root of it (Gill, Murray, Wright, *Practical Optimization*, 8.2.3, without their
    /// added ones, which would make the test depend on scale). `None` does not test.
    pub progress: Option<f64>,
    /// A box for the variables.
    pub bounds: Option<Bounds>,
    /// The share of the last velocity that is kept, for momentum and Nesterov.
    pub momentum: f64,
    /// Adam's decay of the mean of the gradients (β₁) and of their squares (β₂).
    pub decay: (f64, f64),
    /// Adam's ε.
    pub epsilon: f64,
    /// The number of steps that L-BFGS remembers.
    pub memory: usize,
    /// Whether a run that seems to have converged is checked for a maximum, a saddle point or a function
    /// without a minimum. It costs a Hessian, or up to 22 gradients when there is none, and a few values.
    pub verify: bool,
    /// Whether the outcome has a row for every step.
    pub trace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rate: None,
            steps: None,
            tolerance: None,
            progress: None,
            bounds: None,
            momentum: 0.9,
            decay: (0.9, 0.999),
            epsilon: 1e-8,
            memory: 10,
            verify: true,
            trace: false,
        }
    }
}

/// A learning rate and how it changes from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rate {
    /// The same in every step.
    Constant(f64),
    /// From `start` in step 0 in a straight line to `end` in step `steps`, and `end` from there on.
    Linear {
        /// The rate of the first step.
        start: f64,
        /// The rate that is approached.
        end: f64,
        /// The number of steps in which it is reached.
        steps: usize,
    },
}

impl Rate {
    /// The rate of step `k`, counted from 0.
    #[must_use]
    pub fn at(self, k: usize) -> f64 {
        match self {
            Rate::Constant(rate) => rate,
            Rate::Linear { end, steps, .. } if k >= steps => end,
            Rate::Linear { start, end, steps } => start + (end - start) * (k as f64 / steps as f64),
        }
    }

    pub(super) fn is_valid(self) -> bool {
        let usable = |rate: f64| rate > 0.0 && rate.is_finite();
        match self {
            Rate::Constant(rate) => usable(rate),
            // A schedule may end at zero, as most do.
            Rate::Linear { start, end, .. } => usable(start) && (usable(end) || end == 0.0),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::Constant(rate) => write!(f, "{rate}"),
            Rate::Linear { start, end, steps } => {
                write!(f, "from {start} to {end} in {steps} steps")
            }
        }
    }
}

impl From<f64> for Rate {
    fn from(rate: f64) -> Self {
        Rate::Constant(rate)
    }
}
