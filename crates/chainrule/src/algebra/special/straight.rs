//! The logistic function, `tanh` and `sech` in straight-line code without fused products: a
//! loop over many arguments becomes vector instructions, of whatever width, with the same bits as
//! one call.
//!
//! `x = k·ln 2 + r` with whole `k` and `|r| ≤ ln 2 / 2`, then `e^x = 2^k·(1 + p)`. `p` and what is
//! made from it are kept in two doubles until the last addition, so that one rounding remains. The
//! coefficients are a Chebyshev fit made with `mpmath`, exact to 0.01 ulp of the result.

use super::double::{Double, ordered_sum};
use std::f64::consts::LOG2_E;

/// `(e^r − 1 − r − r²/2) / r³` on `|r| ≤ ln 2 / 2`.
const EXP_TAIL: [f64; 10] = [
    0.16666666666666669,
    0.041666666666666664,
    0.008333333333330062,
    0.0013888888888886552,
    0.00019841269863053618,
    2.4801587317144498e-05,
    2.7557268459997064e-06,
    2.755728296954995e-07,
    2.510038549551032e-08,
    2.0911236630261545e-09,
];

/// `ln 2` in two parts; the first ends with zeros, so that its multiples up to 2^11 are exact.
const LN_2_HEAD: f64 = 0.6931471805598903;
const LN_2_REST: f64 = 5.497923018708371e-14;

/// Adding it rounds a number below 2^51 to a whole one, which then stands in the low bits.
const SHIFT: f64 = 6755399441055744.0;

/// `k` and `e^r − 1`, for |x| up to 1000; NaN gives NaN.
#[inline(always)]
fn reduced(x: f64) -> (f64, Double) {
    let k = (x * LOG2_E + SHIFT) - SHIFT;
    let head = x - k * LN_2_HEAD;
    let rest = k * LN_2_REST;
    let r = head - rest;
    let lost = (head - r) - rest;
    let square = r * r;
    let even = (((EXP_TAIL[8] * square + EXP_TAIL[6]) * square + EXP_TAIL[4]) * square
        + EXP_TAIL[2])
        * square
        + EXP_TAIL[0];
    let odd = (((EXP_TAIL[9] * square + EXP_TAIL[7]) * square + EXP_TAIL[5]) * square
        + EXP_TAIL[3])
        * square
        + EXP_TAIL[1];
    let p = ordered_sum(r, 0.5 * square + (square * r) * (odd * r + even));
    (k, Double { hi: p.hi, lo: p.lo + lost })
}

/// `2^k` for whole `k` from −1022 to 1023.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits(((k + SHIFT).to_bits() << 52).wrapping_add(1023 << 52))
}

/// `x`, or the bound if that is smaller; NaN stays NaN.
#[inline(always)]
fn below(x: f64, upper: f64) -> f64 {
    if x > upper { upper } else { x }
}

/// `e^x` for x from −700 to 709.
#[inline(always)]
fn exponential(x: f64) -> Double {
    let (k, p) = reduced(x);
    let one = ordered_sum(1.0, p.hi);
    Double { hi: one.hi, lo: one.lo + p.lo }.scale(power_of_two(k))
}

/// `above / below` for `below` from 1 to 2, but for the rounding of the quotient that is corrected last.
#[inline(always)]
fn quotient(above: Double, below: Double) -> f64 {
    let q = above.hi / below.hi;
    // What is added is an ulp or so: its divisor's reciprocal need not be right to more than 1/17.
    let reciprocal = 24.0 / 17.0 - 8.0 / 17.0 * below.hi;
    q + (above.lo - q * below.lo) * reciprocal
}

/// Where `e^x` and with it the logistic function is no normal number, or nearly so.
#[inline(always)]
pub(crate) fn sigmoid_is_rare(x: f64) -> bool {
    x < -700.0
}

/// `1 / (1 + e^−x)`, but for [rare](sigmoid_is_rare) arguments.
#[inline(always)]
pub(crate) fn common_sigmoid(x: f64) -> f64 {
    common_sigmoids(x)[0]
}

/// The same at `x` and `−x`, from one exponential.
#[inline(always)]
pub(crate) fn common_sigmoids(x: f64) -> [f64; 2] {
    let e = exponential(-below(x.abs(), 700.0));
    let mut d = ordered_sum(1.0, e.hi);
    d.lo += e.lo;
    let at = |is_negative: bool| quotient(if is_negative { e } else { Double::new(1.0) }, d);
    [at(x < 0.0), at(x > 0.0)]
}

/// `tanh x = −m / (2 + m)` with `m = e^(−2|x|) − 1`.
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let (k, p) = reduced(-2.0 * below(x.abs(), 22.0));
    let s = power_of_two(k);
    let mut m = ordered_sum(s - 1.0, s * p.hi);
    m.lo += s * p.lo;
    let mut d = ordered_sum(2.0, m.hi);
    d.lo += m.lo;
    quotient(m, d).abs().copysign(x)
}

/// Where `1 / cosh x` is no normal number, or nearly so.
#[inline(always)]
pub(crate) fn sech_is_rare(x: f64) -> bool {
    x.abs() > 700.0
}

/// `1 / cosh x = 2e / (1 + e²)` with `e = e^−|x|`, but for [rare](sech_is_rare) arguments.
#[inline(always)]
pub(crate) fn common_sech(x: f64) -> f64 {
    let e = exponential(-x.abs());
    let square = e.hi * e.hi;
    let mut d = ordered_sum(1.0, square);
    d.lo += 2.0 * e.hi * e.lo;
    quotient(e.scale(2.0), d)
}
