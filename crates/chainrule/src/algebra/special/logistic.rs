//! The logistic function and its relatives, right in both tails.

use super::double::{Double, quotient, sum};
use super::exponential::{Scaled, exp, exp_rounded, ln_1p_rounded, ln_rounded};
use super::straight::{common_sigmoid, sigmoid_is_rare};

/// The logarithm of the odds, `ln(x / (1 - x))`.
pub(crate) fn logit(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 || x.is_nan() {
        return match x {
            0.0 => f64::NEG_INFINITY,
            1.0 => f64::INFINITY,
            _ => f64::NAN,
        };
    }
    let below = sum(1.0, -x);
    if x > 0.25 && x < 0.75 {
        ln_1p_rounded(Double::new(2.0 * x - 1.0).div(below))
    } else if x < 1e-17 {
        x.ln()
    } else {
        ln_rounded(Double::new(x).div(below))
    }
}

/// `1 / (1 + e^-x)`; `e^x` far on the left, not 0.
pub(crate) fn sigmoid(x: f64) -> f64 {
    if sigmoid_is_rare(x) { parts(x).round() } else { common_sigmoid(x) }
}

/// `x / (1 + e^-x)`.
pub(crate) fn silu(x: f64) -> f64 {
    match x {
        0.0 | f64::INFINITY => x,
        f64::NEG_INFINITY => -0.0,
        _ => parts(x).map(|y| y.times(x)).round(),
    }
}

/// `ln(1 + e^x)`.
pub(crate) fn softplus(x: f64) -> f64 {
    if x > 0.0 {
        x + (-x).exp().ln_1p()
    } else if x > -36.0 {
        x.exp().ln_1p()
    } else {
        exp_rounded(Double::new(x))
    }
}

/// The logarithm of the logistic function, `-ln(1 + e^-x)`.
pub(crate) fn log_sigmoid(x: f64) -> f64 {
    -softplus(-x)
}

/// The logistic function before its last rounding.
fn parts(x: f64) -> Scaled {
    if x.is_nan() {
        return Scaled { value: Double::new(x), power: 0 };
    }
    if x >= 0.0 {
        return Scaled { value: share(1.0, (-x).exp()), power: 0 };
    }
    if x > -707.0 {
        let e = x.exp();
        return Scaled { value: share(e, e), power: 0 };
    }
    exp(Double::new(x))
}

/// `above / (1 + e)`.
fn share(above: f64, e: f64) -> Double {
    let below = sum(1.0, e);
    let q = quotient(above, below.hi);
    Double { hi: q.hi, lo: q.lo - q.hi * (below.lo / below.hi) }
}
