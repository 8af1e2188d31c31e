//! Why a run ended, in words. Ending early is a result, not an error.

use std::fmt;

use super::Method;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// A minimum was found.
    Converged {
        /// The test that was met.
        by: Criterion,
    },
    /// The number of steps was used up.
    Steps,
    /// The steps grow, and will go on growing.
    Diverged {
        /// The method that diverged.
        method: Method,
        /// What each step multiplies the distance to the minimum by; for a function that is not
        /// quadratic, the growth of the last step.
        factor: f64,
        /// Which rates would converge, if that can be told.
        limit: Option<RateLimit>,
    },
    /// The run jumps back and forth between two points.
    Oscillating {
        /// The two points.
        between: [Vec<f64>; 2],
        /// The learning rate.
        rate: f64,
        /// Which rates would converge, if that can be told.
        limit: Option<RateLimit>,
    },
    /// The function falls along some direction for as far as numbers reach: it has no minimum.
    Unbounded {
        /// The largest |xᵢ| that was tried.
        reached: f64,
        /// The value that the function falls towards; `None` when it goes to −∞.
        towards: Option<f64>,
    },
    /// The run cannot go on, although this is not a minimum.
    Stalled {
        /// What holds it up.
        why: Stall,
    },
    /// The callback asked to stop.
    Interrupted {
        /// After this step.
        step: usize,
    },
    /// The objective gave a NaN or an infinity.
    NotFinite {
        /// The steps that were completed before.
        step: usize,
        /// Where.
        x: Vec<f64>,
        /// The value there.
        value: f64,
        /// The first component of the gradient that is not finite, when it is not the value.
        component: Option<usize>,
    },
}

/// The test by which a run converged.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Criterion {
    /// The norm of the projected gradient fell below the tolerance.
    Gradient {
        /// The tolerance.
        tolerance: f64,
    },
    /// A step changed the value by less than asked.
    Progress {
        /// [`Options::progress`](super::Options::progress).
        tolerance: f64,
    },
    /// The residuals of a least-squares problem stand at a right angle to every column of their Jacobian: the
    /// cosine fell below the tolerance.
    Angle {
        /// [`LeastSquares::tolerance`](super::LeastSquares::tolerance).
        tolerance: f64,
    },
    /// The value cannot get lower in floating-point numbers; the gradient is as small as rounding allows.
    Precision,
}

/// What holds a run up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stall {
    /// The gradient is zero, but the function falls in some directions.
    Saddle {
        /// The lowest curvature, negative or zero.
        curvature: f64,
        /// The direction of that curvature, of length 1, pointing to where the function falls.
        direction: Vec<f64>,
    },
    /// The gradient is zero and the function falls in every direction.
    Maximum {
        /// The lowest curvature.
        curvature: f64,
        /// Its direction, of length 1.
        direction: Vec<f64>,
    },
    /// The step no longer changes x, although the gradient is not small.
    TinyStep,
    /// No point along the direction of search is lower, although the gradient says so: a kink, noise, or
    /// a wrong gradient.
    NoDescent,
}

/// Which learning rates converge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Rates below this one converge: 2/λ for gradient descent, with λ the largest curvature.
    pub largest: f64,
    /// The rate that reaches the minimum in one step, for a quadratic function of one variable: 1/λ.
    pub one_step: Option<f64>,
    /// Whether the function is quadratic where it was seen; otherwise the limit is an estimate.
    pub exact: bool,
}

/// A step so many times the one before says nothing by its number.
const ABSURD: f64 = 1e6;

impl Stop {
    /// One word: `converged`, `steps`, `diverged`, `oscillating`, `unbounded`, `stalled`, `interrupted` or
    /// `not_finite`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Stop::Converged { .. } => "converged",
            Stop::Steps => "steps",
            Stop::Diverged { .. } => "diverged",
            Stop::Oscillating { .. } => "oscillating",
            Stop::Unbounded { .. } => "unbounded",
            Stop::Stalled { .. } => "stalled",
            Stop::Interrupted { .. } => "interrupted",
            Stop::NotFinite { .. } => "not_finite",
        }
    }

    /// Whether a minimum was found.
    #[must_use]
    pub fn is_converged(&self) -> bool {
        matches!(self, Stop::Converged { .. })
    }

    /// What happened, in one sentence, with the learning rate called `rate`: the library says "the
    /// learning rate", the command `lr`.
    #[must_use]
    pub fn describe(&self, rate: &str) -> String {
        match self {
            Stop::Converged { by: Criterion::Gradient { tolerance } } => {
                format!("converged: |gradient| < {}", short(*tolerance))
            }
            Stop::Converged { by: Criterion::Progress { tolerance } } => {
                format!(
                    "converged: the last step changed f by less than {} of itself",
                    short(*tolerance)
                )
            }
            Stop::Converged { by: Criterion::Angle { tolerance } } => {
                format!(
                    "converged: the residuals are orthogonal to the model's derivatives to {}",
                    short(*tolerance)
                )
            }
            Stop::Converged { by: Criterion::Precision } => {
                "converged: f cannot get lower in floating-point numbers".to_owned()
            }
            Stop::Steps => "all steps done".to_owned(),
            Stop::Diverged { method, factor, limit: Some(RateLimit { exact: true, .. }) } => {
                format!(
                    "{} diverges: each step multiplies the distance to the minimum by {}",
                    method.title(),
                    short(*factor)
                )
            }
            Stop::Diverged { method, factor, .. } if *factor > ABSURD => {
                format!("{} diverges: its steps grow without bound", method.title())
            }
            Stop::Diverged { method, factor, .. } => {
                format!(
                    "{} diverges: the last step was {} times the one before",
                    method.title(),
                    short(*factor)
                )
            }
            Stop::Oscillating { between: [a, b], rate: used, limit } => {
                let why = match limit {
                    Some(limit)
                        if limit.exact && (used / limit.largest - 1.0).abs() < AT_THE_LIMIT =>
                    {
                        format!("{rate} is exactly at the limit ({})", short(limit.largest))
                    }
                    Some(limit) if limit.exact => {
                        format!("{rate} is above the limit ({})", short(limit.largest))
                    }
                    _ => format!("{rate} is too large to get closer"),
                };
                format!("alternates between {} and {}: {why}", point(a), point(b))
            }
            Stop::Unbounded { reached, towards: None } => {
                format!("f goes to −∞: x passed {}", decade(*reached))
            }
            Stop::Unbounded { towards: Some(value), .. } => {
                format!("f keeps falling towards {} but has no minimum", short(*value))
            }
            Stop::Stalled { why } => why.to_string(),
            Stop::Interrupted { step } => format!("interrupted at step {step}"),
            Stop::NotFinite { step, x, value, component } => {
                let what = match component {
                    Some(i) => format!("component {i} of the gradient is not finite"),
                    None => format!("f is {value}"),
                };
                format!(
                    "{what} at x = {}, after {step} {}",
                    point(x),
                    if *step == 1 { "step" } else { "steps" }
                )
            }
        }
    }

    /// What to try, with the learning rate called `rate` (`--lr` in the command); `None` when there is
    /// nothing to say.
    #[must_use]
    pub fn advice(&self, rate: &str) -> Option<String> {
        match self {
            Stop::Diverged { limit: Some(limit), .. }
            | Stop::Oscillating { limit: Some(limit), .. } => Some(limit.advice(rate)),
            Stop::Diverged { .. } | Stop::Oscillating { .. } => {
                Some(format!("try a smaller {rate}"))
            }
            Stop::Unbounded { .. } => {
                Some("keep the variables in a box with bounds, or add a penalty".to_owned())
            }
            Stop::Stalled {
                why: Stall::Saddle { direction, .. } | Stall::Maximum { direction, .. },
            } => {
                // Rounding is no part of a direction.
                let clean = |&d: &f64| if d.abs() < 1e-9 { 0.0 } else { d };
                let direction: Vec<f64> = direction.iter().map(clean).collect();
                Some(format!("start elsewhere: f falls along {}", point(&direction)))
            }
            Stop::Stalled { why: Stall::TinyStep } => Some(format!("try a larger {rate}")),
            Stop::Stalled { why: Stall::NoDescent } => {
                Some("check the gradient against differences; at a kink, try gd or adam".to_owned())
            }
            Stop::NotFinite { step: 0, .. } => Some("start where f is finite".to_owned()),
            Stop::NotFinite { .. } => Some(format!(
                "try a smaller {rate}, or keep the variables in the domain with bounds"
            )),
            Stop::Converged { .. } | Stop::Steps | Stop::Interrupted { .. } => None,
        }
    }
}

/// Rates this close, relatively, to a measured limit are called equal to it.
const AT_THE_LIMIT: f64 = 1e-6;

impl RateLimit {
    fn advice(&self, rate: &str) -> String {
        let largest = short(self.largest);
        match (self.exact, self.one_step) {
            (true, Some(best)) => {
                format!(
                    "any {rate} below {largest} converges here; {} gets there in one step",
                    short(best)
                )
            }
            (true, None) => format!("any {rate} below {largest} converges here"),
            (false, _) => format!("a {rate} below about {largest} should converge here"),
        }
    }
}

/// [`describe`](Stop::describe) and [`advice`](Stop::advice) in the library's own words.
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe("the learning rate"))?;
        match self.advice("learning rate") {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stall::Saddle { curvature, .. } if *curvature < 0.0 => {
                write!(
                    f,
                    "a saddle point, not a minimum: the lowest curvature is {}",
                    short(*curvature)
                )
            }
            Stall::Saddle { .. } => {
                f.write_str("a saddle point, not a minimum: the curvature is 0, yet f falls")
            }
            Stall::Maximum { curvature, .. } => {
                write!(f, "a maximum, not a minimum: the curvature is {}", short(*curvature))
            }
            Stall::TinyStep => f.write_str("the step is too small to change x"),
            Stall::NoDescent => f.write_str("no point along the direction of search is lower"),
        }
    }
}

/// A number in six significant digits, without trailing zeros.
fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    let size = rounded.abs();
    if size != 0.0 && size.is_finite() && !(1e-4..1e7).contains(&size) {
        format!("{rounded:e}")
    } else {
        // Adding zero turns −0 into 0.
        format!("{}", rounded + 0.0)
    }
}

/// The power of ten at or below x.
fn decade(x: f64) -> String {
    if x.is_finite() { format!("1e{}", x.log10().floor()) } else { "the largest number".to_owned() }
}

/// A point: its number, or its first numbers in brackets.
fn point(x: &[f64]) -> String {
    const SHOWN: usize = 6;
    if let [x] = x {
        return short(*x);
    }
    let mut numbers: Vec<String> = x.iter().take(SHOWN).map(|&x| short(x)).collect();
    if x.len() > SHOWN {
        numbers.push("…".to_owned());
    }
    format!("({})", numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (1.2000000000000002, "1.2"),
            (0.5, "0.5"),
            (-0.0, "0"),
            (1e-8, "1e-8"),
            (1234567.8, "1234570"),
        ];
        for (x, text) in cases {
            assert_eq!(short(x), text);
        }
        assert_eq!(decade(1.34e154), "1e154");
        assert_eq!(point(&[1.0, 2.5]), "(1, 2.5)");
    }
}
