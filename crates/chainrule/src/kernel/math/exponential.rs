//! `exp` and the functions made from it: hyperbolic and logistic ones.
//!
//! `x = k·ln 2 + r` with whole `k` and `|r| ≤ ln 2 / 2`; then `e^x = 2^k·(1 + r + r²·q(r))`.

use super::{SHIFT, below, polynomial, within};
use std::f64::consts::LOG2_E;

/// `(e^r − 1 − r) / r²` on `|r| ≤ ln 2 / 2`.
const EXP: [f64; 10] = [
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
];

/// `ln 2` in two parts; the first has zeros at its end, so that its small multiples are exact.
const LN_2: [f64; 2] = [0.6931471803691238, 1.9082149292705877e-10];

/// `k` and `e^r − 1`.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    let k = x.mul_add(LOG2_E, SHIFT) - SHIFT;
    let r = (-k).mul_add(LN_2[1], (-k).mul_add(LN_2[0], x));
    (k, polynomial(r, &EXP).mul_add(r * r, r))
}

/// `2^k` for whole `k` from −1022 to 1023.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits(((k + SHIFT).to_bits() << 52).wrapping_add(1023 << 52))
}

/// `p·2^k` for whole `k` from −1100 to 1100, rounded once.
#[inline(always)]
fn scale(p: f64, k: f64) -> f64 {
    let half = k.mul_add(0.5, SHIFT) - SHIFT;
    p * power_of_two(half) * power_of_two(k - half)
}

/// `e^x`, within 1 ulp.
#[inline(always)]
pub(in super::super) fn exp(x: f64) -> f64 {
    let (k, p) = reduce(within(x, -746.0, 710.0));
    scale(1.0 + p, k)
}

/// `tanh x`, within 2.5 ulp: `−m / (2 + m)` with `m = e^(−2|x|) − 1`.
#[inline(always)]
pub(in super::super) fn tanh(x: f64) -> f64 {
    let (k, p) = reduce(-2.0 * below(x.abs(), 22.0));
    let s = power_of_two(k);
    let m = s.mul_add(p, s - 1.0);
    (-m / (2.0 + m)).copysign(x)
}

/// `tanh x` as above, and its derivative `sech² x = 4e / (1 + e)²` with `e = e^(−2|x|)`, which is 0
/// where it is below 2⁻¹⁰¹⁷.
#[inline(always)]
pub(in super::super) fn tanh_and_slope(x: f64) -> (f64, f64) {
    let a = x.abs();
    let (k, p) = reduce(-2.0 * below(a, 353.0));
    let s = power_of_two(k);
    let m = s.mul_add(p, s - 1.0);
    let e = s.mul_add(p, s);
    // One division serves both; what the product with its result lost is added again.
    let d = 2.0 + m;
    let inverse = 1.0 / d;
    let q = m * inverse;
    let q = (-q).mul_add(d, m).mul_add(inverse, q);
    let slope = 4.0 * e * (inverse * inverse);
    ((-q).copysign(x), if a > 353.0 { 0.0 } else { slope })
}

/// `1 / cosh x`, within 2.5 ulp: `2e / (1 + e²)` with `e = e^(−|x|)`.
#[inline(always)]
pub(in super::super) fn sech(x: f64) -> f64 {
    let e = exp(-x.abs());
    2.0 * e / e.mul_add(e, 1.0)
}

/// `1 / (1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    let above = if x < 0.0 { e } else { 1.0 };
    above / (1.0 + e)
}

/// `x / (1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn silu(x: f64) -> f64 {
    let e = exp(-x.abs());
    let above = if x < 0.0 { x * e } else { x };
    above / (1.0 + e)
}

/// Where `e^x` is subnormal, its product with `x` needs more digits; and what is not finite.
#[inline(always)]
pub(in super::super) fn silu_is_rare(x: f64) -> bool {
    !(-700.0..=f64::MAX).contains(&x)
}

/// For functions without rare arguments.
#[inline(always)]
pub(in super::super) fn never(_: f64) -> bool {
    false
}
