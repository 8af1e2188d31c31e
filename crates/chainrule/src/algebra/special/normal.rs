//! The error function and the normal distribution, with relative accuracy in their tails.
//!
//! Everything is `e^(-x²)`, whose square is kept in two halves, times `exp(x²) erfc(x)`, which
//! varies slowly and is a table of polynomials.

use super::double::{Double, ONE, product};
use super::erfcx_table::PIECES;
use super::exponential::{Scaled, exp};

/// Beyond this `erfc` is below the smallest double.
const ERFC_END: f64 = 27.3;

const HALF_ROOT: Double =
    Double { hi: std::f64::consts::FRAC_1_SQRT_2, lo: -4.833646656726457e-17 };
const INVERSE_ROOT_TWO_PI: Double = Double { hi: 0.3989422804014327, lo: -2.49232720227773e-17 };

/// `2/√π ∫₀ˣ e^(-t²) dt`.
pub(crate) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `1 - erf x`.
pub(crate) fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let a = x.abs();
    if x < 0.0 {
        return if a > 6.0 {
            2.0
        } else {
            tail(Double::new(a), product(a, a)).value.neg().plus(2.0).round()
        };
    }
    if a > ERFC_END { 0.0 } else { tail(Double::new(a), product(a, a)).round() }
}

/// The probability that a standard normal variable is at most `x`, `erfc(-x/√2) / 2`.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    cdf_parts(x).round()
}

/// The density of the standard normal distribution, `e^(-x²/2) / √(2π)`.
pub(crate) fn normal_pdf(x: f64) -> f64 {
    if x.abs() > 39.0 {
        return 0.0;
    }
    if x.is_nan() {
        return x;
    }
    gauss_parts(product(x, x).scale(0.5)).map(|g| g.mul(INVERSE_ROOT_TWO_PI)).round()
}

/// `x` times the normal distribution function (the exact form, not the one by `tanh`).
pub(crate) fn gelu(x: f64) -> f64 {
    if x == 0.0 || x == f64::INFINITY {
        x
    } else if x < -39.0 {
        -0.0
    } else {
        cdf_parts(x).map(|p| p.times(x)).round()
    }
}

fn cdf_parts(x: f64) -> Scaled {
    let exact = |y| Scaled { value: Double::new(y), power: 0 };
    if x.is_nan() {
        return exact(x);
    }
    if x.abs() > 39.0 {
        return exact(if x < 0.0 { 0.0 } else { 1.0 });
    }
    let t = HALF_ROOT.times(x.abs());
    let half = tail(t, product(x, x).scale(0.5)).map(|p| p.scale(0.5));
    if x < 0.0 {
        return half;
    }
    if x > 9.0 {
        return exact(1.0);
    }
    half.map(|p| ONE.sub(p))
}

/// `erfc t`, given `t` between 0 and 28 and its square.
fn tail(t: Double, square: Double) -> Scaled {
    let slow = scaled_erfc(t);
    gauss_parts(square).map(|g| g.mul(slow))
}

/// `e^-square`.
fn gauss_parts(square: Double) -> Scaled {
    if square.hi < 680.0 {
        let e = (-square.hi).exp();
        Scaled { value: Double { hi: e, lo: -e * square.lo }, power: 0 }
    } else {
        exp(square.neg())
    }
}

/// `exp(t²) erfc(t)` for `t` between 0 and 28, by the polynomial of the eighth of an octave of
/// `1 + t` that `t` lies in.
fn scaled_erfc(t: Double) -> Double {
    const FIRST: u64 = 1023 << 3;
    let piece = (1.0 + t.hi).to_bits() >> 49;
    let middle = f64::from_bits((piece << 49) | (1 << 48)) - 1.0;
    let index = usize::try_from(piece - FIRST).expect("1 + t is at least 1").min(PIECES.len() - 1);
    let u = (t.hi - middle) + t.lo;
    let [hi, lo, rest @ ..] = &PIECES[index];
    let slope = rest.iter().rev().fold(0.0, |p, c| p * u + c);
    Double::new(*hi).plus(lo + u * slope)
}
