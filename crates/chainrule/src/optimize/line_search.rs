//! A step length that satisfies the strong Wolfe conditions.
//!
//! Source: Nocedal and Wright, *Numerical Optimization* (2006), algorithms 3.5 and 3.6, with cubic
//! interpolation (equation 3.59). Two additions. A trial that is not finite counts as too far. And where
//! rounding hides the fall of the value, the fall of the slope stands in for it: the approximate Wolfe
//! conditions of Hager and Zhang, *SIAM J. Optim.* 16 (2005), equation 4.1; without them no gradient below
//! about √ε could be reached. Constants: c₁ = 1e-4, c₂ = 0.9.

pub(super) const C1: f64 = 1e-4;
const C2: f64 = 0.9;
/// Relative differences of the value below this are taken for rounding.
pub(super) const ROUNDING: f64 = 1e-13;
const EXPANSIONS: usize = 20;
pub(super) const TRIALS: usize = 60;

/// A step length with the value and the slope there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) length: f64,
    pub(super) value: f64,
    pub(super) slope: f64,
}

impl Trial {
    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }
}

/// How a search ended. Unless it failed, the last trial that the function saw is the one to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Search {
    /// At a point that satisfies the conditions, or the best that could be had.
    Found,
    /// The function fell as far as the search went: 20 expansions, or to −∞.
    Endless,
    /// No trial was lower.
    Failed,
}

/// Searches along a function of the step length, from a point where its slope is negative; `first` is
/// the first trial, `most` the largest allowed.
pub(super) fn strong_wolfe(
    phi: &mut dyn FnMut(f64) -> Trial,
    start: Trial,
    first: f64,
    most: f64,
) -> Search {
    let mut low = start;
    let mut most = most;
    let mut is_barrier = false;
    let mut length = first.min(most);
    let mut expansions = 0;
    for _ in 0..TRIALS {
        let trial = phi(length);
        if trial.value == f64::NEG_INFINITY {
            return Search::Endless;
        }
        if !trial.is_finite() {
            (most, is_barrier) = (length, true);
            length = low.length + 0.1 * (length - low.length);
            continue;
        }
        if suffices(&start, &trial) && trial.slope.abs() <= -C2 * start.slope {
            return Search::Found;
        }
        if !suffices(&start, &trial) || (low.length > 0.0 && trial.value >= low.value) {
            return zoom(phi, start, low, trial);
        }
        if trial.slope >= 0.0 {
            return zoom(phi, start, trial, low);
        }
        if !is_barrier && length >= most {
            return Search::Found;
        }
        expansions += 1;
        if expansions == EXPANSIONS {
            return Search::Endless;
        }
        let span = length - low.length;
        let secant = -trial.slope * span / (trial.slope - low.slope);
        let ahead = if secant > 0.0 { secant.max(span).min(9.0 * span) } else { 9.0 * span };
        low = trial;
        let limit = if is_barrier { length + 0.5 * (most - length) } else { most };
        length = (length + ahead).min(limit);
    }
    settle(phi, &start, &low)
}

/// Whether a trial is low enough (the first Wolfe condition), as far as rounding lets one see.
fn suffices(start: &Trial, trial: &Trial) -> bool {
    trial.value <= start.value + C1 * trial.length * start.slope
        || ((trial.value - start.value).abs() <= ROUNDING * start.value.abs()
            && trial.slope <= (2.0 * C1 - 1.0) * start.slope)
}

/// Narrows an interval whose `low` end is the best so far and from which the function falls towards `high`.
fn zoom(phi: &mut dyn FnMut(f64) -> Trial, start: Trial, low: Trial, high: Trial) -> Search {
    let (mut low, mut high) = (low, high);
    for _ in 0..TRIALS {
        let span = high.length - low.length;
        if span.abs() <= 4.0 * f64::EPSILON * low.length.max(high.length) {
            break;
        }
        let trial = phi(low.length + span * share(&low, &high));
        let is_low = trial.is_finite() && suffices(&start, &trial);
        if is_low && trial.slope.abs() <= -C2 * start.slope {
            return Search::Found;
        }
        if !is_low || trial.value >= low.value {
            high = trial;
        } else {
            if trial.slope * span >= 0.0 {
                high = low;
            }
            low = trial;
        }
    }
    settle(phi, &start, &low)
}

/// Where in the interval to look next, from 0 at `low` to 1 at `high`: the minimum of the cubic through both
/// ends, kept away from them.
fn share(low: &Trial, high: &Trial) -> f64 {
    let span = high.length - low.length;
    let d1 = low.slope + high.slope - 3.0 * (high.value - low.value) / span;
    let d2 = (d1 * d1 - low.slope * high.slope).sqrt() * span.signum();
    let share = 1.0 - (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2);
    if share.is_finite() { share.clamp(0.1, 0.9) } else { 0.5 }
}

/// Ends a search that ran out of trials at its best point, if that is lower than the start.
fn settle(phi: &mut dyn FnMut(f64) -> Trial, start: &Trial, low: &Trial) -> Search {
    if low.length > 0.0 && low.value < start.value {
        phi(low.length);
        Search::Found
    } else {
        Search::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(f: impl Fn(f64) -> (f64, f64), first: f64) -> (Search, Trial) {
        let (value, slope) = f(0.0);
        let start = Trial { length: 0.0, value, slope };
        let mut last = start;
        let search = strong_wolfe(
            &mut |length| {
                let (value, slope) = f(length);
                last = Trial { length, value, slope };
                last
            },
            start,
            first,
            f64::INFINITY,
        );
        (search, last)
    }

    #[test]
    fn the_conditions_hold_on_the_functions_of_more_and_thuente() {
        // Moré and Thuente, ACM TOMS 20 (1994), equations 5.1 and 5.2, from first trials that are far off.
        let first = |a: f64| (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2));
        let second = |a: f64| {
            let t = a + 0.004;
            (t.powi(5) - 2.0 * t.powi(4), 5.0 * t.powi(4) - 8.0 * t.powi(3))
        };
        for f in [&first as &dyn Fn(f64) -> (f64, f64), &second] {
            for step in [1e-3, 1e-1, 10.0, 1e3] {
                let (search, end) = run(f, step);
                let (value, slope) = f(0.0);
                assert_eq!(search, Search::Found);
                assert!(end.value <= value + C1 * end.length * slope, "{end:?}");
                assert!(end.slope.abs() <= -C2 * slope, "{end:?}");
            }
        }
    }

    #[test]
    fn a_trial_outside_the_domain_is_taken_back() {
        let (search, end) = run(|a| (-(1.0 - a).ln() - 3.0 * a, 1.0 / (1.0 - a) - 3.0), 50.0);
        assert_eq!(search, Search::Found);
        assert!(end.length < 1.0 && end.value < 0.0);
    }

    #[test]
    fn a_function_without_end_is_reported() {
        assert_eq!(run(|a| (-a, -1.0), 1.0).0, Search::Endless);
        assert_eq!(run(|a| (a.abs(), if a == 0.0 { -1.0 } else { 1.0 }), 1.0).0, Search::Failed);
    }
}
