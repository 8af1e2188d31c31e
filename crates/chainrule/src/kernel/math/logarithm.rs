//! `ln` and `ln(1 + e^x)`.
//!
//! `x = 2^k·(1 + f)` with `1 + f` between √½ and √2. With `s = f / (2 + f)`,
//! `ln(1 + f) = f − (f²/2 − s·(f²/2 + s²·R(s²)))`, which loses nothing near `x = 1`.

use super::exponential::{LN_2, Power};
use super::polynomial;
use std::f64::consts::{LOG2_E, LOG10_E, SQRT_2};

/// `(ln((1 + s) / (1 − s)) − 2s) / s³` in `s²`, for `s² ≤ 0.02945`.
const LN: [f64; 7] = [
    0.666666666666667,
    0.3999999999989924,
    0.2857142862609589,
    0.2222221111514416,
    0.18182890556695602,
    0.1533167403016786,
    0.1461703754879165,
];
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE: u64 = 1023 << 52;

/// `log2 e` and `log10 e` without their nearest doubles.
const LOW_LOG2_E: f64 = 2.0355273740931033e-17;
const LOW_LOG10_E: f64 = 1.098319650216765e-17;
/// `log10 2` in two parts; the first has zeros at its end.
const LOG10_2: [f64; 2] = [0.30102999560767785, 5.630334806675098e-11];

/// `k` and `1 + f`, of normal positive `x`.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let above = x.to_bits().wrapping_sub(ROOT_HALF).wrapping_add(ONE);
    let m = f64::from_bits((above & !(0xfff << 52)).wrapping_add(ROOT_HALF));
    // The exponent, with a bias of 1023, put below the point of 2^52.
    let k = f64::from_bits((above >> 52) | 4503599627370496_f64.to_bits()) - 4503599627371519.0;
    (k, m)
}

/// `ln(1 + f)` as `f` and the rest of it, with `s = f / (2 + f)`.
#[inline(always)]
fn rest(f: f64, s: f64, lost: f64) -> f64 {
    let z = s * s;
    let half = 0.5 * f * f;
    s.mul_add(polynomial(z, &LN).mul_add(z, half), lost) - half
}

/// `k·ln 2 + ln(1 + f)`.
#[inline(always)]
fn sum(k: f64, f: f64, s: f64) -> f64 {
    k.mul_add(LN_2[0], f + rest(f, s, k * LN_2[1]))
}

/// `ln x`, within 1 ulp, for normal positive `x`.
#[inline(always)]
pub(in super::super) fn ln(x: f64) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0;
    sum(k, f, f / (2.0 + f))
}

/// Whether `ln` has no answer for `x`: zero, negative, subnormal, infinite or NaN.
#[inline(always)]
pub(in super::super) fn ln_is_rare(x: f64) -> bool {
    // As whole numbers: one comparison.
    const MIN: u64 = f64::MIN_POSITIVE.to_bits();
    x.to_bits().wrapping_sub(MIN) >= f64::INFINITY.to_bits() - MIN
}

/// `log2 x`, within 2.5 ulp, for normal positive `x`; exact for powers of two.
#[inline(always)]
pub(in super::super) fn log2(x: f64) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0;
    let rest = rest(f, f / (2.0 + f), 0.0);
    let y = f + rest;
    let lost = (f - y) + rest;
    let low = y.mul_add(LOW_LOG2_E, lost * LOG2_E);
    y.mul_add(LOG2_E, k) + low
}

/// `log10 x`, within 2.5 ulp, for normal positive `x`.
#[inline(always)]
pub(in super::super) fn log10(x: f64) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0;
    let rest = rest(f, f / (2.0 + f), 0.0);
    let y = f + rest;
    let lost = (f - y) + rest;
    let low = y.mul_add(LOW_LOG10_E, lost.mul_add(LOG10_E, k * LOG10_2[1]));
    k.mul_add(LOG10_2[0], y.mul_add(LOG10_E, low))
}

/// `ln(1 + x)`, within 2.5 ulp, for `x` from −1 + 2⁻⁵³ to 1e300.
#[inline(always)]
pub(in super::super) fn ln_1p(x: f64) -> f64 {
    let (k, m) = split(1.0 + x);
    // `(1 + x)·2^(−k) − 1`, rounded once; for `k = 0` it is `x`.
    let scale = f64::from_bits(ONE.wrapping_sub((1.0 + x).to_bits().wrapping_sub(m.to_bits())));
    let f = x.mul_add(scale, scale - 1.0);
    sum(k, f, f / (2.0 + f)).copysign(x)
}

/// Whether `ln_1p` has no answer for `x`.
#[inline(always)]
pub(in super::super) fn ln_1p_is_rare(x: f64) -> bool {
    !(x > -1.0 && x < 1e300)
}

/// `k`, `f` and `f / (2 + f)` of `1 + e`, for the `e` from 0 to 1 that is given.
#[inline(always)]
pub(in super::super) fn softplus_parts(_: f64, [e]: [f64; 1]) -> [f64; 3] {
    let large = e > SQRT_2 - 1.0;
    let (k, f) = if large { (1.0, 0.5 * (e - 1.0)) } else { (0.0, e) };
    [k, f, f / (2.0 + f)]
}

/// `ln(1 + e^x)`, within 2.5 ulp: `max(x, 0) + ln(1 + e)` with `e = e^(−|x|)`.
#[inline(always)]
pub(in super::super) fn softplus(x: f64, [k, f, s]: [f64; 3]) -> f64 {
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + sum(k, f, s)
}

/// `−ln(1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn log_sigmoid(x: f64, parts: [f64; 3]) -> f64 {
    -softplus(-x, parts)
}

/// The first step of `logaddexp`: `e^(−|a − b|)`, with what the difference loses.
#[inline(always)]
pub(in super::super) fn exp_of_minus_distance(a: f64, b: f64) -> [f64; 1] {
    let (top, other) = if a > b { (a, b) } else { (b, a) };
    let d = other - top;
    let back = other - d;
    let lost = (other - (d + back)) + (back - top);
    [Power::of_sum(if d < -746.0 { -746.0 } else { d }, lost).value()]
}

/// `ln(e^a + e^b)`, within 2.5 ulp: the larger and `ln(1 + e)` with `e = e^(−|a − b|)`.
#[inline(always)]
pub(in super::super) fn logaddexp(a: f64, b: f64, [k, f, s]: [f64; 3]) -> f64 {
    (if a > b { a } else { b }) + sum(k, f, s)
}

/// Where the two terms of `logaddexp`'s result cancel; and what is not finite.
#[inline(always)]
pub(in super::super) fn logaddexp_is_rare(a: f64, b: f64, y: f64) -> bool {
    let top = if a > b { a } else { b };
    !(a.abs() < 1e300 && b.abs() < 1e300) || top < 0.0 && y > 0.5 * top
}
