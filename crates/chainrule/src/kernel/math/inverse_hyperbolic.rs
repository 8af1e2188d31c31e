//! The inverse hyperbolic functions, as logarithms.
//!
//! What the logarithm is taken of is `2^k·(2 + w) / (2 − w)` with whole `k ≥ 0` and `0 ≤ w ≤ ⅔`. Nothing
//! cancels: no term is negative, and for `k = 0` the result is `w` and a small part of it.

use super::exponential::LN_2;
use super::{choose, polynomial};

/// `(ln((2 + w) / (2 − w)) − w) / w³` in `w²`, for `w² ≤ 4/9`.
const LN: [f64; 10] = [
    0.08333333333333333,
    0.012500000000004558,
    0.0022321428568053718,
    0.00043402778744976335,
    8.877826873111334e-05,
    1.8781213458225185e-05,
    4.063154360774262e-06,
    9.156091927959525e-07,
    1.6786076500165666e-07,
    7.707617583735903e-08,
];
const ONE: u64 = 1023 << 52;

/// `k` and `2^k` from a number whose bits begin with `k`, with a bias of 1023.
#[inline(always)]
fn scale(bits: u64) -> (f64, f64) {
    let k = f64::from_bits((bits >> 52) | 4503599627370496_f64.to_bits()) - 4503599627371519.0;
    (k, f64::from_bits(bits & (0xfff << 52)))
}

/// `k·ln 2 + ln((2 + w) / (2 − w))`, where `rest` is what `w` lost in rounding.
#[inline(always)]
fn sum(k: f64, w: f64, rest: f64) -> f64 {
    let square = w * w;
    let small = (polynomial(square, &LN) * square).mul_add(w, k.mul_add(LN_2[1], rest));
    k.mul_add(LN_2[0], w + small)
}

/// The first step of `atanh`: `k` and `w` of `(1 + |x|) / (1 − |x|)`.
#[inline(always)]
pub(in super::super) fn atanh_parts(x: f64) -> [f64; 2] {
    let a = x.abs();
    // The bits of a number are nearly its logarithm, and for a ratio of `2^k` they differ by `k`.
    let difference = (1.0 + a).to_bits().wrapping_sub((1.0 - a).to_bits());
    let (k, s) = scale(difference.wrapping_add(ONE));
    // For `k = 0` this is 2|x|, without an error.
    [k, a.mul_add(1.0 + s, 1.0 - s) / (0.5 * a.mul_add(1.0 - s, 1.0 + s))]
}

/// `atanh x`, within 2.5 ulp, for `|x|` below 1 − 2⁻⁵⁰: half the logarithm.
#[inline(always)]
pub(in super::super) fn atanh(x: f64, [k, w]: [f64; 2]) -> f64 {
    (0.5 * sum(k, w, 0.0)).copysign(x)
}

/// Next to ±1, where `1 + 2^k` has no place for the 1; beyond; and NaN.
#[inline(always)]
pub(in super::super) fn atanh_is_rare(x: f64) -> bool {
    !(0.0..1.0 - 4.0 * f64::EPSILON).contains(&x.abs())
}

/// The first step of the other two: `k`, `w` and what that lost, of `e^y`, from the hyperbolic sine
/// and cosine of `y ≥ 0`.
#[inline(always)]
fn area_parts(sinh: f64, cosh: f64) -> [f64; 3] {
    let t = sinh + cosh;
    let t_lost = sinh - (t - cosh);
    let (k, s) = scale(t.to_bits());
    // `w/2` is `tanh(y/2) = sinh y / (cosh y + 1)`; or, of `y − ln s`, `(t − s) / (t + s)`.
    let near = t < 2.0;
    let above = choose(near, sinh, t - s);
    let head = choose(near, cosh, t);
    let lost = choose(near, 0.0, t_lost);
    let below = head + s;
    let below_lost = s - (below - head) + lost;
    let inverse = 2.0 / below;
    let w = above * inverse;
    let half = 0.5 * w;
    let rest = (-half).mul_add(below_lost, (-half).mul_add(below, above) + lost) * inverse;
    [k, w, rest]
}

#[inline(always)]
pub(in super::super) fn asinh_parts(x: f64) -> [f64; 3] {
    let a = x.abs();
    area_parts(a, a.mul_add(a, 1.0).sqrt())
}

/// `asinh x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn asinh(x: f64, [k, w, rest]: [f64; 3]) -> f64 {
    sum(k, w, rest).copysign(x)
}

/// Where the square leaves the range of doubles; and what is not finite.
#[inline(always)]
pub(in super::super) fn asinh_is_rare(x: f64) -> bool {
    !(0.0..1e150).contains(&x.abs())
}

#[inline(always)]
pub(in super::super) fn acosh_parts(x: f64) -> [f64; 3] {
    let d = x - 1.0;
    area_parts(d.mul_add(d, 2.0 * d).sqrt(), x)
}

/// `acosh x`, within 2.5 ulp, for `x` from 1.
#[inline(always)]
pub(in super::super) fn acosh(_: f64, [k, w, rest]: [f64; 3]) -> f64 {
    sum(k, w, rest)
}

/// Below 1; where the square leaves the range of doubles; and what is not finite.
#[inline(always)]
pub(in super::super) fn acosh_is_rare(x: f64) -> bool {
    !(1.0..1e150).contains(&x)
}
