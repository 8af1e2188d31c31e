//! The inverse trigonometric functions.

use super::trigonometric::{HALF_PI, negate_if};
use super::{choose, polynomial};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, SQRT_2};

/// `(asin s − s) / s³` in `s²`, for `s² ≤ ¼`.
const ASIN: [f64; 13] = [
    0.16666666666666669,
    0.07499999999998433,
    0.04464285714635543,
    0.0303819441385312,
    0.02237217294215135,
    0.017352392720840923,
    0.013971212973930064,
    0.011479177411895745,
    0.010322814369605943,
    0.005457506642064085,
    0.01740087963582327,
    -0.014851887352956897,
    0.028757851548184377,
];

/// Whether `|x|` is beyond ½; then `2s` with `s = √((1 − |x|) / 2)`, otherwise `|x|`; and what is
/// missing from these to `2·asin s`, which is `acos |x|`, and to `asin |x|`.
#[inline(always)]
fn arc(x: f64) -> (bool, f64, f64) {
    let a = x.abs();
    let far = a > 0.5;
    // Exact beyond ½.
    let half = 0.5 - 0.5 * a;
    let z = choose(far, half, a * a);
    let r = choose(far, 2.0 * half.sqrt(), a);
    (far, r, polynomial(z, &ASIN) * z * r)
}

/// `asin x`, within 2.5 ulp; NaN beyond ±1.
#[inline(always)]
pub(in super::super) fn asin(x: f64) -> f64 {
    let (far, r, rest) = arc(x);
    let beyond = FRAC_PI_2 - (r + (rest - HALF_PI[1]));
    choose(far, beyond, r + rest).copysign(x)
}

/// `acos x`, within 2.5 ulp; NaN beyond ±1.
#[inline(always)]
pub(in super::super) fn acos(x: f64) -> f64 {
    let (far, r, rest) = arc(x);
    let negative = x < 0.0;
    let base = choose(far, choose(negative, PI, 0.0), FRAC_PI_2);
    let low = choose(far, choose(negative, 2.0 * HALF_PI[1], 0.0), HALF_PI[1]);
    let flip = u64::from(far == negative);
    base + (negate_if(r, flip) + (negate_if(rest, flip) + low))
}

/// `(atan z − z) / z³` in `z²`, for `|z| ≤ √2 − 1`.
const ATAN: [f64; 11] = [
    -0.3333333333333333,
    0.1999999999999552,
    -0.14285714284666542,
    0.11111111015256361,
    -0.09090904578123903,
    0.07692183190826087,
    -0.06664511447381948,
    0.0585814891280221,
    -0.0508544973794026,
    0.03923165829558719,
    -0.01917688711906226,
];

/// `atan x`, within 2.5 ulp: `|x|` itself, `π/4` and `(|x| − 1) / (|x| + 1)`, or `π/2` and `−1/|x|`.
#[inline(always)]
pub(in super::super) fn atan(x: f64) -> f64 {
    let a = x.abs();
    let (middle, large) = (a > SQRT_2 - 1.0, a > SQRT_2 + 1.0);
    let above = choose(large, -1.0, choose(middle, a - 1.0, a));
    let below = choose(large, a, choose(middle, a + 1.0, 1.0));
    let z = above / below;
    let square = z * z;
    let base = choose(large, FRAC_PI_2, choose(middle, FRAC_PI_4, 0.0));
    let rest = choose(large, HALF_PI[1], choose(middle, 0.5 * HALF_PI[1], 0.0));
    let y = base + ((polynomial(square, &ATAN) * square).mul_add(z, rest) + z);
    y.copysign(x)
}

/// The first step of `atan2`: the tangent of an angle of at most `π/8`, what it lost in rounding, and
/// the number of eighths of a turn that the angle is added to or taken from. The tangent is the
/// smaller of `|x|` and `|y|` over the larger, or, from `π/4`, their difference over their sum. The
/// angle counts back from a quarter of a turn where the larger is `|y|`, and from half a turn where
/// `x` is negative.
#[inline(always)]
pub(in super::super) fn eighth_of_turn(y: f64, x: f64) -> [f64; 3] {
    let (a, b) = (y.abs(), x.abs());
    let steep = a > b;
    let (low, high) = if steep { (b, a) } else { (a, b) };
    let middle = low > (SQRT_2 - 1.0) * high;
    let (sum, difference) = (low + high, low - high);
    let above = choose(middle, difference, low);
    let below = choose(middle, sum, high);
    let above_lost = choose(middle, low - (difference + high), 0.0);
    let below_lost = choose(middle, low - (sum - high), 0.0);
    let inverse = 1.0 / below;
    let z = above * inverse;
    let lost = (-z).mul_add(below_lost, (-z).mul_add(below, above) + above_lost) * inverse;
    let base = choose(middle, 1.0, 0.0);
    let base = choose(steep, 2.0 - base, base);
    [z, lost, choose(x.is_sign_negative(), 4.0 - base, base)]
}

/// The angle of the point `(x, y)`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn atan2(y: f64, x: f64, [z, lost, base]: [f64; 3]) -> f64 {
    let square = z * z;
    let rest = (polynomial(square, &ATAN) * square).mul_add(z, lost);
    let head = base * FRAC_PI_4;
    let tail = base.mul_add(0.5 * HALF_PI[1], base.mul_add(FRAC_PI_4, -head));
    let flip = u64::from((y.abs() > x.abs()) != x.is_sign_negative());
    let angle = head + (negate_if(z, flip) + (negate_if(rest, flip) + tail));
    angle.copysign(y)
}

/// Where quotients or their errors may leave the range of doubles; and at the origin.
#[inline(always)]
pub(in super::super) fn atan2_is_rare(y: f64, x: f64) -> bool {
    let (a, b) = (y.abs(), x.abs());
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    !(a < 1e140 && b < 1e140) || high < 1e-140 || low < 1e-140 && low != 0.0
}
