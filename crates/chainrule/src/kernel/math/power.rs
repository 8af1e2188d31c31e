//! Functions of two numbers: the length `√(x² + y²)`, and `a^b = e^(b·ln a)` with the logarithm as
//! a sum of two doubles with 66 right bits.
//!
//! `a = 2^k·m` and `s = (m − 1) / (m + 1)`; `ln m = s·(2 + z·(⅔ + z·R(z)))` with `z = s²`.

use super::exponential::{LN_2, Power};
use super::logarithm::split;
use super::{polynomial, within};

/// `((ln((1 + s) / (1 − s)) − 2s) / s³ − ⅔) / s²` in `s²`, for `s² ≤ 0.02945`.
const SERIES: [f64; 8] = [
    0.4,
    0.2857142857142937,
    0.22222222221654733,
    0.1818181833565416,
    0.15384594934597917,
    0.13334806212100603,
    0.11706195689881364,
    0.11723603622905411,
];
const TWO_THIRDS: [f64; 2] = [0.6666666666666666, 3.700743415417188e-17];

/// Beyond this size a whole exponent is even, and products with the logarithm may overflow.
const LARGEST: f64 = 1e15;

/// Whether `power` has no answer for `a^b`, or that of another sign.
#[inline(always)]
pub(in super::super) fn pow_is_rare(a: f64, b: f64) -> bool {
    !((f64::MIN_POSITIVE..f64::INFINITY).contains(&a) && b.abs() < LARGEST)
}

/// Whether `a^b` is `±|a|^b` with an answer of `pow` for that.
#[inline(always)]
pub(in super::super) fn is_mirrored(a: f64, b: f64) -> bool {
    !pow_is_rare(-a, b) && b.trunc() == b
}

/// Whether a whole number below `LARGEST` in size is odd.
#[inline(always)]
pub(in super::super) fn is_odd(b: f64) -> bool {
    (0.5 * b).trunc() != 0.5 * b
}

/// `k`, `s` and what that lost, of `|a|`.
#[inline(always)]
pub(in super::super) fn quotient(a: f64) -> [f64; 3] {
    let (k, m) = split(a.abs());
    let f = m - 1.0;
    let d = 2.0 + f;
    let lost = f - (d - 2.0);
    let inverse = 1.0 / d;
    let s = f * inverse;
    let rest = (-s).mul_add(lost, (-s).mul_add(d, f)) * inverse;
    [k, s, rest]
}

/// `ln |a|` from these parts, as a sum.
#[inline(always)]
pub(in super::super) fn long_ln([k, s, s_low]: [f64; 3]) -> [f64; 2] {
    let z = s * s;
    let z_low = s.mul_add(s, -z) + 2.0 * s * s_low;
    let rest = polynomial(z, &SERIES) * z;
    let q = TWO_THIRDS[0] + rest;
    let q_low = ((TWO_THIRDS[0] - q) + rest) + TWO_THIRDS[1];
    let t = z * q;
    let t_low = z.mul_add(q, -t) + z.mul_add(q_low, z_low * q);
    let u = s * t;
    let u_low = s.mul_add(t, -u) + s.mul_add(t_low, s_low * t);
    let y = 2.0f64.mul_add(s, u);
    let y_low = (2.0f64.mul_add(s, -y) + u) + 2.0f64.mul_add(s_low, u_low);
    let head = k.mul_add(LN_2[0], y);
    let lost = k.mul_add(LN_2[0], -head) + y;
    [head, lost + k.mul_add(LN_2[1], y_low)]
}

/// `|a|^b` from the logarithm, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn pow(b: f64, [ln, low]: [f64; 2]) -> f64 {
    let product = b * ln;
    let lost = b.mul_add(low, b.mul_add(ln, -product));
    let h = within(product, -746.0, 710.0);
    Power::of_sum(h, if h == product { lost } else { 0.0 }).value()
}

/// `√(x² + y²)`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn hypot(x: f64, y: f64) -> f64 {
    x.mul_add(x, y * y).sqrt()
}

/// Where a square leaves the range of doubles; and what is not finite.
#[inline(always)]
pub(in super::super) fn hypot_is_rare(x: f64, y: f64) -> bool {
    let size = if x.abs() > y.abs() { x.abs() } else { y.abs() };
    !(x.abs() < 1e150 && y.abs() < 1e150) || size < 1e-140 && size != 0.0
}
