//! Sine, cosine and tangent.
//!
//! `|x| = k·π/2 + r` with whole `k` and `|r| ≤ π/4`. The first step of the subtraction is exact and
//! the others bring in 160 bits of π, so that `r` is right also next to a multiple of π/2.

use super::{SHIFT, polynomial};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

pub(super) const HALF_PI: [f64; 3] = [FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// `(sin r − r) / r³` in `r²`.
const SIN: [f64; 7] = [
    -0.16666666666666666,
    0.008333333333333331,
    -0.0001984126984126506,
    2.7557319219335453e-06,
    -2.5052106231157904e-08,
    1.605853141458901e-10,
    -7.586685070091267e-13,
];
/// `(cos r − 1 + r²/2) / r⁴` in `r²`.
const COS: [f64; 7] = [
    0.041666666666666664,
    -0.0013888888888888887,
    2.4801587301584645e-05,
    -2.755731922140076e-07,
    2.0876755790363397e-09,
    -1.1470460773969325e-11,
    4.7458652037874553e-14,
];

/// Beyond this the reduction would need more digits of π.
const LARGEST: f64 = 1e6;

/// Whether the functions here have no answer for `x`.
#[inline(always)]
pub(in super::super) fn angle_is_rare(x: f64) -> bool {
    x.abs() > LARGEST
}

/// The first step of these functions: the quadrant in the two lowest bits of one number, `r`, and
/// what that lost in rounding.
#[inline(always)]
pub(in super::super) fn reduced_angle(x: f64) -> [f64; 3] {
    let x = x.abs();
    let t = x.mul_add(FRAC_2_PI, SHIFT);
    let k = t - SHIFT;
    let exact = (-k).mul_add(HALF_PI[0], x);
    let r = (-k).mul_add(HALF_PI[1], exact);
    let lost = (-k).mul_add(HALF_PI[1], exact - r);
    [t, r, (-k).mul_add(HALF_PI[2], lost)]
}

/// Sine and cosine of `r + rest`.
#[inline(always)]
fn sin_and_cos(r: f64, rest: f64) -> (f64, f64) {
    let z = r * r;
    let sin = (polynomial(z, &SIN) * z).mul_add(r, rest) + r;
    // 1 − z/2 is rounded; what it lost is added to the small part.
    let half = 0.5 * z;
    let head = 1.0 - half;
    let lost = (-r).mul_add(rest, (1.0 - head) - half);
    let cos = head + (polynomial(z, &COS) * z).mul_add(z, lost);
    (sin, cos)
}

#[inline(always)]
pub(super) fn negate_if(x: f64, bit: u64) -> f64 {
    f64::from_bits(x.to_bits() ^ (bit << 63))
}

/// `sin x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn sin(x: f64, [t, r, rest]: [f64; 3]) -> f64 {
    let quadrant = t.to_bits();
    let (sin, cos) = sin_and_cos(r, rest);
    let y = if quadrant & 1 == 1 { cos } else { sin };
    negate_if(y, ((quadrant >> 1) ^ (x.to_bits() >> 63)) & 1)
}

/// `cos x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn cos(_: f64, [t, r, rest]: [f64; 3]) -> f64 {
    let quadrant = t.to_bits();
    let (sin, cos) = sin_and_cos(r, rest);
    let y = if quadrant & 1 == 1 { sin } else { cos };
    negate_if(y, ((quadrant + 1) >> 1) & 1)
}

/// `tan x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn tan(x: f64, [t, r, rest]: [f64; 3]) -> f64 {
    let quadrant = t.to_bits();
    let (sin, cos) = sin_and_cos(r, rest);
    let odd = quadrant & 1 == 1;
    let (above, below) = if odd { (cos, sin) } else { (sin, cos) };
    negate_if(above / below, (quadrant ^ (x.to_bits() >> 63)) & 1)
}
