//! The error function and the normal distribution.
//!
//! `erfc t = e^(−t²)·P(u) / (1 + 2t)` for `t ≥ 0`, with `u = (t − 3.75) / (t + 3.75)`. The square's
//! rounding error goes into the exponential, so that the far tail keeps its digits.

use super::exponential::exp;
use super::{below, polynomial, within};
use std::f64::consts::FRAC_1_SQRT_2;

/// `e^(t²)·erfc(t)·(1 + 2t)` in `u`, for `t` from 0 to 28.
const ERFCX: [f64; 26] = [
    1.2375126308378275,
    -0.14024059858554702,
    0.003585415485463632,
    0.08227673849015114,
    -0.1088039301417035,
    0.09230432116019482,
    -0.05869339859065492,
    0.028362277421555428,
    -0.009746579546098772,
    0.0017556258323617186,
    0.00029371358195264913,
    -0.000290153982002268,
    5.1649477235410945e-05,
    2.2383941253654485e-05,
    -1.1445297353955137e-05,
    -9.73001143767546e-07,
    1.754033163746156e-06,
    -5.7791773374929674e-08,
    -2.620538161463527e-07,
    2.3370901461750415e-08,
    4.1799368377219275e-08,
    -3.2840968760135247e-09,
    -6.879531021735002e-09,
    -2.050761741519131e-10,
    8.441255339690976e-10,
    1.8319986704733094e-10,
];

/// `erf(x) / x − 1` in `x²`, for `|x| ≤ 1`.
const ERF: [f64; 12] = [
    0.12837916709551256,
    -0.37612638903183543,
    0.11283791670945006,
    -0.02686617064323777,
    0.0052239776071164225,
    -0.0008548325975389692,
    0.00012055294904839707,
    -1.492473690741966e-05,
    1.6447424703317362e-06,
    -1.6208483801871705e-07,
    1.3720064546777686e-08,
    -7.795898827002142e-10,
];

const INVERSE_ROOT_TWO_PI: f64 = 0.3989422804014327;

/// `e^(−a·b)` with the rounding error of the product made good.
#[inline(always)]
fn exp_of_minus(a: f64, b: f64) -> f64 {
    let h = a * b;
    let lost = a.mul_add(b, -h);
    let e = exp(-h);
    (-e).mul_add(lost, e)
}

/// `e^(t²)·erfc(t)` for `t` from 0 to 28.
#[inline(always)]
fn slow(t: f64) -> f64 {
    polynomial((t - 3.75) / (t + 3.75), &ERFCX) / t.mul_add(2.0, 1.0)
}

/// `e^(−x²)`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn gauss(x: f64) -> f64 {
    let a = below(x.abs(), 28.0);
    exp_of_minus(a, a)
}

/// Density of the standard normal distribution, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_pdf(x: f64) -> f64 {
    let a = below(x.abs(), 40.0);
    exp_of_minus(0.5 * a, a) * INVERSE_ROOT_TWO_PI
}

/// Distribution function of the standard normal distribution, within 4 ulp.
#[inline(always)]
pub(in super::super) fn normal_cdf(x: f64) -> f64 {
    normal_cdf_and_pdf(x).0
}

/// Both of these, from one exponential.
#[inline(always)]
pub(in super::super) fn normal_cdf_and_pdf(x: f64) -> (f64, f64) {
    let a = below(x.abs(), 39.5);
    let e = exp_of_minus(0.5 * a, a);
    let tail = 0.5 * slow(a * FRAC_1_SQRT_2) * e;
    (if x > 0.0 { 1.0 - tail } else { tail }, e * INVERSE_ROOT_TWO_PI)
}

/// `1 − erf x`, within 4 ulp.
#[inline(always)]
pub(in super::super) fn erfc(x: f64) -> f64 {
    let a = below(x.abs(), 28.0);
    let tail = slow(a) * exp_of_minus(a, a);
    if x < 0.0 { 2.0 - tail } else { tail }
}

/// The error function, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn erf(x: f64) -> f64 {
    let a = below(x.abs(), 7.0);
    let small = within(x, -1.0, 1.0);
    let near = small.mul_add(polynomial(small * small, &ERF), small);
    let far = 1.0 - slow(a) * exp_of_minus(a, a);
    super::choose(a < 1.0, near, far.copysign(x))
}
