//! The cube root, the length `√(x² + y²)`, and `a^b = e^(b·ln a)` with the logarithm as
//! a sum of two doubles with 66 right bits.
//!
//! `a = 2^k·m` and `s = (m − 1) / (m + 1)`; `ln m = s·(2 + z·(⅔ + z·R(z)))` with `z = s²`.

use super::exponential::{LN_2, Power};
use super::logarithm::split;
use super::{SHIFT, choose, polynomial, power_of_two, within};

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

/// `m^(−⅓)`, for `m` between √½ and √2.
const INVERSE_CUBE_ROOT: [f64; 6] = [
    1.995341481913526,
    -2.4668647417873153,
    2.754857752141042,
    -1.8620663942011886,
    0.683577431562695,
    -0.10484262703707782,
];
/// The cube roots of ½ and 2.
const CUBE_ROOTS: [f64; 2] = [0.7937005259840998, 1.2599210498948732];

/// The first step of `cbrt`: `n` between `√½ / 2` and `2√2`, `n^(−⅓)` within 7e-6, and `q` plus a shift,
/// of `|x| = 2^(3q)·n`.
#[inline(always)]
pub(in super::super) fn cbrt_parts(x: f64) -> [f64; 3] {
    let (k, m) = split(x.abs());
    let shifted = k.mul_add(1.0 / 3.0, SHIFT + 1023.0);
    let j = (shifted - (SHIFT + 1023.0)).mul_add(-3.0, k);
    let (less, more) = (j < 0.0, j > 0.0);
    let n = m * choose(less, 0.5, choose(more, 2.0, 1.0));
    let factor = choose(less, CUBE_ROOTS[1], choose(more, CUBE_ROOTS[0], 1.0));
    [n, polynomial(m, &INVERSE_CUBE_ROOT) * factor, shifted]
}

/// `∛x`, within 2.5 ulp, for normal `x` and zero. There is no division: a step of Newton's takes
/// `n^(−⅓)` to 1e-10, and one for `∛n`, with an exact remainder, does the rest.
#[inline(always)]
pub(in super::super) fn cbrt(x: f64, [n, y, shifted]: [f64; 3]) -> f64 {
    let missing = (-n * y).mul_add(y * y, 1.0);
    let y = (y * missing).mul_add(1.0 / 3.0, y);
    let square = y * y;
    let c = n * square;
    let c_square = c * c;
    let remainder = c.mul_add(c.mul_add(c, -c_square), c_square.mul_add(c, -n));
    let root = (remainder * square).mul_add(-1.0 / 3.0, c) * power_of_two(shifted);
    choose(x == 0.0, x, root.copysign(x))
}

/// Subnormal numbers, and what is not finite.
#[inline(always)]
pub(in super::super) fn cbrt_is_rare(x: f64) -> bool {
    !(f64::MIN_POSITIVE..f64::INFINITY).contains(&x.abs()) && x != 0.0
}
