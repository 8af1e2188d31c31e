//! Difference quotients: the chapter's forward one, the central one, and extrapolation to `h → 0`.
//!
//! Source of the extrapolation: C. J. F. Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*,
//! Advances in Engineering Software 4 (1982), 75–76.

/// The chapter's step.
pub const STEP: f64 = 0.0001;

/// The forward difference quotient `(f(x + h) − f(x)) / h`, off by about `h·f''(x)/2`.
///
/// ```
/// use chainrule::check::{STEP, forward};
/// assert_eq!(forward(|a| a * a - 10.0 * a + 28.0, 6.0, STEP), 2.000100000003613);
/// ```
pub fn forward(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x)) / h
}

/// The central difference quotient `(f(x + h) − f(x − h)) / 2h`, off by about `h²·f'''(x)/6`.
pub fn central(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x - h)) / (2.0 * h)
}

/// The forward difference quotient in every variable. Cost: one evaluation a variable, and one.
///
/// ```
/// use chainrule::check::forward_gradient;
/// let f = |x: &[f64]| x[0] * x[1];
/// assert_eq!(forward_gradient(f, &[2.0, 3.0], 0.5), [3.0, 2.0]);
/// ```
pub fn forward_gradient(mut f: impl FnMut(&[f64]) -> f64, x: &[f64], h: f64) -> Vec<f64> {
    let here = f(x);
    each_variable(x, |point, i| {
        point[i] += h;
        (f(point) - here) / h
    })
}

/// The derivative in every variable by [`derivative`].
pub fn central_gradient(mut f: impl FnMut(&[f64]) -> f64, x: &[f64]) -> Vec<Estimate> {
    each_variable(x, |point, i| derivative(|v| along(&mut f, point, i, v), x[i]))
}

/// Runs `quotient(point, i)` for every `i`; `point[i]` is restored afterwards.
fn each_variable<T>(x: &[f64], mut quotient: impl FnMut(&mut [f64], usize) -> T) -> Vec<T> {
    let mut point = x.to_vec();
    let one = |i: usize| {
        let result = quotient(&mut point, i);
        point[i] = x[i];
        result
    };
    (0..x.len()).map(one).collect()
}

/// `f` at `point` with `v` as its variable `i`.
pub(super) fn along(f: &mut impl FnMut(&[f64]) -> f64, point: &mut [f64], i: usize, v: f64) -> f64 {
    point[i] = v;
    f(point)
}

/// A number with an estimate of its own error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// How far off it may be; infinite if the quotients do not settle.
    pub error: f64,
}

impl Estimate {
    const NONE: Estimate = Estimate { value: f64::NAN, error: f64::INFINITY };

    /// Whether it is good to the part `relative` of its size, or of 1 if it is small.
    pub(super) fn is_within(self, relative: f64) -> bool {
        self.error <= relative * self.value.abs().max(1.0)
    }
}

/// The derivative of `f` at `x` from central differences, extrapolated to `h → 0`; good to about
/// ten digits where `f` is smooth. Steps are powers of two, which do not round. Cost: 25
/// evaluations, or up to 100 where the first steps are too large for `f`.
pub fn derivative(f: impl FnMut(f64) -> f64, x: f64) -> Estimate {
    Slopes::at(f, x).central
}

/// The derivative from both sides together and from each side alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// From both sides.
    pub central: Estimate,
    /// From below.
    pub left: Estimate,
    /// From above.
    pub right: Estimate,
}

/// Halvings of the step.
const LEVELS: i32 = 12;
/// An estimate better than this ends the search for a good step.
const GOOD: f64 = 1e-9;
/// Sides that settle to this, and differ by ten times as much, make a kink.
const SETTLED: f64 = 1e-3;

impl Slopes {
    /// The slopes of `f` at `x`. Steps start near `|x|` or 1, and shrink while they leave the
    /// domain or the quotients do not settle.
    pub fn at(mut f: impl FnMut(f64) -> f64, x: f64) -> Slopes {
        let here = f(x);
        let size = x.abs();
        let mut best = Slopes::measure(&mut f, x, here, size.max(1.0));
        for scale in [size, 1.0, size.max(1.0) * 2f64.powi(-16)] {
            if best.central.is_within(GOOD) || best.kink().is_some() {
                break;
            }
            if scale == 0.0 || !scale.is_normal() {
                continue;
            }
            let next = Slopes::measure(&mut f, x, here, scale);
            best.central = better(best.central, next.central);
            best.left = better(best.left, next.left);
            best.right = better(best.right, next.right);
        }
        best
    }

    fn measure(f: &mut impl FnMut(f64) -> f64, x: f64, here: f64, scale: f64) -> Slopes {
        let first = 2f64.powi(scale.log2().floor() as i32 - 3);
        let mut quotients = [Vec::new(), Vec::new(), Vec::new()];
        for k in 0..LEVELS {
            let h = first * 0.5f64.powi(k);
            let (below, above) = (x - h, x + h);
            let (f_below, f_above) = (f(below), f(above));
            let sides = [(below, f_below, above, f_above), (below, f_below, x, here)];
            let sides = [sides[0], sides[1], (x, here, above, f_above)];
            for (list, (from, f_from, to, f_to)) in quotients.iter_mut().zip(sides) {
                let noise = 2.0 * f64::EPSILON * f_from.abs().max(f_to.abs()) / (to - from);
                list.push(((f_to - f_from) / (to - from), noise));
            }
        }
        let [both, left, right] = quotients;
        Slopes {
            central: extrapolate(&both, 4.0),
            left: extrapolate(&left, 2.0),
            right: extrapolate(&right, 2.0),
        }
    }

    /// The slopes to the left and right, if both exist and differ.
    #[must_use]
    pub fn kink(&self) -> Option<(f64, f64)> {
        let (left, right) = (self.left, self.right);
        let apart = (left.value - right.value).abs();
        let size = left.value.abs().max(right.value.abs());
        let settled = left.error.max(right.error) <= SETTLED * size;
        (settled && apart > 10.0 * SETTLED * size).then_some((left.value, right.value))
    }
}

fn better(a: Estimate, b: Estimate) -> Estimate {
    if b.error < a.error { b } else { a }
}

/// The limit of quotients whose step halves each time and whose error falls by `ratio`,
/// `ratio²`, … in turn; each comes with its rounding noise.
///
/// Coarse steps may agree by accident, as with a function whose period they match. The finest
/// quotient tells: what contradicts it is tried again without the coarsest steps.
fn extrapolate(quotients: &[(f64, f64)], ratio: f64) -> Estimate {
    let n = quotients.len();
    let (last, noise) = quotients[n - 1];
    let spread = 4.0 * (last - quotients[n - 2].0).abs() + 16.0 * noise;
    for skip in (0..n - 2).step_by(2) {
        let best = best_of_table(&quotients[skip..], ratio);
        if best.error.is_finite() && (best.value - last).abs() <= spread {
            return best;
        }
    }
    Estimate::NONE
}

fn best_of_table(quotients: &[(f64, f64)], ratio: f64) -> Estimate {
    let mut best = Estimate::NONE;
    let mut before: Vec<f64> = Vec::new();
    for &(quotient, noise) in quotients {
        let mut row = vec![quotient];
        let mut factor = ratio;
        for &coarser in &before {
            let finer = row[row.len() - 1];
            let next = finer + (finer - coarser) / (factor - 1.0);
            let error = (next - finer).abs().max((next - coarser).abs()) + noise;
            best = better(best, Estimate { value: next, error });
            row.push(next);
            factor *= ratio;
        }
        before = row;
    }
    best
}
