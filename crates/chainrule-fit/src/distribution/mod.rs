//! Distribution functions and quantiles behind p-values and intervals.
//!
//! Each tail is computed by itself, never as one minus the other, so that small probabilities keep
//! their digits: relative errors stay below 1e-12 down to the smallest numbers, except where the
//! degrees of freedom pass 1e7.

mod beta;
mod gamma;
mod invert;
mod stirling;

use beta::Beta;
use chainrule::algebra::Op;
use invert::{Tail, invert};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// The standard normal distribution.
///
/// ```
/// use chainrule_fit::distribution::Normal;
/// assert!((Normal.quantile(0.975) - 1.959963984540054).abs() < 1e-14);
/// assert!((Normal.upper(10.0) / 7.61985302416053e-24 - 1.0).abs() < 1e-13);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Normal;

impl Normal {
    /// P(Z ≤ z).
    #[must_use]
    pub fn lower(self, z: f64) -> f64 {
        0.5 * Op::Erfc.value(&[-z * FRAC_1_SQRT_2])
    }

    /// P(Z > z).
    #[must_use]
    pub fn upper(self, z: f64) -> f64 {
        self.lower(-z)
    }

    /// P(|Z| > |z|): the two-sided p-value.
    #[must_use]
    pub fn two_sided(self, z: f64) -> f64 {
        Op::Erfc.value(&[z.abs() * FRAC_1_SQRT_2])
    }

    /// The z with P(Z ≤ z) = p; NaN outside \[0, 1\].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        symmetric(p, |z| {
            let slope = 2.0 * z * Op::NormalPdf.value(&[z]);
            Tail { upper: self.two_sided(z), lower: Op::Erf.value(&[z / SQRT_2]), slope }
        })
    }
}

/// Student's t distribution.
///
/// ```
/// use chainrule_fit::distribution::StudentT;
/// let t = StudentT { df: 9.0 };
/// assert!((t.quantile(0.975) - 2.262157162798205).abs() < 1e-12);
/// assert!((t.two_sided(2.262157162798205) - 0.05).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    /// Degrees of freedom, above 0; +inf gives the normal distribution.
    pub df: f64,
}

impl StudentT {
    /// P(T ≤ t).
    #[must_use]
    pub fn lower(self, t: f64) -> f64 {
        if t.is_nan() {
            f64::NAN
        } else if t < 0.0 {
            0.5 * self.two_sided(t)
        } else {
            0.5 + 0.5 * self.tails(t).lower
        }
    }

    /// P(T > t).
    #[must_use]
    pub fn upper(self, t: f64) -> f64 {
        self.lower(-t)
    }

    /// P(|T| > |t|): the two-sided p-value.
    #[must_use]
    pub fn two_sided(self, t: f64) -> f64 {
        self.tails(t.abs()).upper
    }

    /// The t with P(T ≤ t) = p; NaN outside \[0, 1\].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        if self.df == f64::INFINITY { Normal.quantile(p) } else { symmetric(p, |t| self.tails(t)) }
    }

    /// P(|T| > t) and P(|T| ≤ t) for t ≥ 0.
    fn tails(self, t: f64) -> Tail {
        if self.df == f64::INFINITY {
            let lower = Op::Erf.value(&[t / SQRT_2]);
            return Tail { upper: Normal.two_sided(t), lower, slope: 0.0 };
        }
        // Dividing by the larger keeps t² from overflowing.
        let root = self.df.sqrt();
        let (x, y) = if t > root {
            let u = root / t;
            (u * u / (1.0 + u * u), 1.0 / (1.0 + u * u))
        } else {
            let u = t / root;
            (1.0 / (1.0 + u * u), u * u / (1.0 + u * u))
        };
        let beta = Beta { a: 0.5 * self.df, b: 0.5 };
        let (upper, lower) = beta.tails(x, y);
        Tail { upper, lower, slope: 2.0 * beta.density(x, y) }
    }
}

/// Fisher's F distribution, of a ratio of two mean squares.
///
/// ```
/// use chainrule_fit::distribution::FisherF;
/// let f = FisherF { numerator: 6.0, denominator: 9.0 };
/// assert!((f.quantile(0.95) - 3.373753647039001).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FisherF {
    /// Degrees of freedom above the bar, more than 0.
    pub numerator: f64,
    /// Degrees of freedom below the bar, more than 0.
    pub denominator: f64,
}

impl FisherF {
    /// P(F ≤ f).
    #[must_use]
    pub fn lower(self, f: f64) -> f64 {
        self.tails(at_least_zero(f)).lower
    }

    /// P(F > f): the p-value of an F test.
    #[must_use]
    pub fn upper(self, f: f64) -> f64 {
        self.tails(at_least_zero(f)).upper
    }

    /// The f with P(F ≤ f) = p; NaN outside \[0, 1\].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        invert(1.0 - p, p, |f| self.tails(f))
    }

    fn tails(self, f: f64) -> Tail {
        let ratio = self.numerator * f / self.denominator;
        let (x, y) = if ratio > 1.0 {
            (1.0 / ratio / (1.0 + 1.0 / ratio), 1.0 / (1.0 + 1.0 / ratio))
        } else {
            (1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
        };
        let beta = Beta { a: 0.5 * self.denominator, b: 0.5 * self.numerator };
        let (upper, lower) = beta.tails(x, y);
        Tail { upper, lower, slope: beta.density(x, y) }
    }
}

/// The χ² distribution, of a difference of deviances.
///
/// ```
/// use chainrule_fit::distribution::ChiSquared;
/// assert!((ChiSquared { df: 3.0 }.quantile(0.95) - 7.814727903251179).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// Degrees of freedom, above 0.
    pub df: f64,
}

impl ChiSquared {
    /// P(X ≤ x).
    #[must_use]
    pub fn lower(self, x: f64) -> f64 {
        gamma::tails(0.5 * self.df, 0.5 * at_least_zero(x)).0
    }

    /// P(X > x): the p-value.
    #[must_use]
    pub fn upper(self, x: f64) -> f64 {
        gamma::tails(0.5 * self.df, 0.5 * at_least_zero(x)).1
    }

    /// The x with P(X ≤ x) = p; NaN outside \[0, 1\].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        let a = 0.5 * self.df;
        invert(1.0 - p, p, |x| {
            let (lower, upper) = gamma::tails(a, 0.5 * x);
            Tail { upper, lower, slope: gamma::density(a, 0.5 * x) }
        })
    }
}

/// The quantile of a distribution symmetric about 0 from the two-sided tails of x > 0.
fn symmetric(p: f64, tails: impl Fn(f64) -> Tail) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    let outside = 2.0 * p.min(1.0 - p);
    let x = invert(outside, (1.0 - 2.0 * p).abs(), tails);
    if p < 0.5 { -x } else { x }
}

/// A variable that cannot be negative is never below a negative number; NaN stays NaN.
fn at_least_zero(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
