//! Hyperbolic functions and their inverses, each with one rounding beside that of `exp` or `ln`.

use super::double::{Double, LN_2, product, sum};
use super::exponential::{exp, ln_1p_rounded, ln_rounded};
use super::straight::{common_sech, sech_is_rare};

/// `(sinh x - x) / x³` for |x| at most 1, as a polynomial in `x²`.
fn sinh_tail(square: f64) -> f64 {
    const INVERSE_FACTORIALS: [f64; 9] = [
        1.0 / 6.0,
        1.0 / 120.0,
        1.0 / 5040.0,
        1.0 / 362880.0,
        1.0 / 39916800.0,
        1.0 / 6227020800.0,
        1.0 / 1307674368000.0,
        1.0 / 355687428096000.0,
        1.0 / 121645100408832000.0,
    ];
    INVERSE_FACTORIALS.iter().rev().fold(0.0, |p, c| p * square + c)
}

/// `(cosh x - 1) / x²` for |x| at most 1, as a polynomial in `x²`.
fn cosh_tail(square: f64) -> f64 {
    const INVERSE_FACTORIALS: [f64; 9] = [
        1.0 / 2.0,
        1.0 / 24.0,
        1.0 / 720.0,
        1.0 / 40320.0,
        1.0 / 3628800.0,
        1.0 / 479001600.0,
        1.0 / 87178291200.0,
        1.0 / 20922789888000.0,
        1.0 / 6402373705728000.0,
    ];
    INVERSE_FACTORIALS.iter().rev().fold(0.0, |p, c| p * square + c)
}

/// Half of `e^x` where it may overflow before the halving.
fn half_exp(x: f64) -> f64 {
    if x < 709.0 || x.is_infinite() { 0.5 * x.exp() } else { exp(Double::new(x).sub(LN_2)).round() }
}

/// `(e^x - e^-x) / 2`.
pub(crate) fn sinh(x: f64) -> f64 {
    let a = x.abs();
    if a <= 1.0 {
        let square = x * x;
        return x + x * (square * sinh_tail(square));
    }
    let half = half_exp(a);
    (half - 0.25 / half).copysign(x)
}

/// `(e^x + e^-x) / 2`.
pub(crate) fn cosh(x: f64) -> f64 {
    let a = x.abs();
    if a <= 1.0 {
        let square = product(x, x);
        let tail = square.hi * cosh_tail(square.hi);
        return 1.0 + tail;
    }
    let half = half_exp(a);
    half + 0.25 / half
}

/// `1 / cosh x`, from `2e / (1 + e²)` with `e = e^-|x|`, so that nothing overflows.
pub(crate) fn sech(x: f64) -> f64 {
    if !sech_is_rare(x) {
        return common_sech(x);
    }
    if x.is_infinite() {
        return 0.0;
    }
    exp(Double::new(-x.abs())).map(|e| e.scale(2.0)).round()
}

/// The inverse of `sinh`.
pub(crate) fn asinh(x: f64) -> f64 {
    let a = x.abs();
    let y = if a < 1e-5 {
        a - a * a * a / 6.0
    } else if a < 1.0 {
        let square = product(a, a);
        let root = square.plus(1.0).sqrt();
        ln_1p_rounded(square.div(root.plus(1.0)).plus(a))
    } else if a < 1e8 {
        ln_rounded(product(a, a).plus(1.0).sqrt().plus(a))
    } else {
        a.ln() + LN_2.hi
    };
    y.copysign(x)
}

/// The inverse of `cosh` for `x` at least 1; NaN below.
pub(crate) fn acosh(x: f64) -> f64 {
    if x < 1.0 {
        f64::NAN
    } else if x < 2.0 {
        let t = x - 1.0;
        let root = product(t, t).plus(2.0 * t).sqrt();
        ln_1p_rounded(root.plus(t))
    } else if x < 1e8 {
        ln_rounded(product(x, x).plus(-1.0).sqrt().plus(x))
    } else {
        x.ln() + LN_2.hi
    }
}

/// The inverse of `tanh` between -1 and 1, infinite at both; NaN outside.
pub(crate) fn atanh(x: f64) -> f64 {
    let a = x.abs();
    if a < 1e-5 {
        return x + x * x * x / 3.0;
    }
    if a == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    let ratio = Double::new(2.0 * a).div(sum(1.0, -a));
    (0.5 * ln_1p_rounded(ratio)).copysign(x)
}
