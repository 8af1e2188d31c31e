//! The error function and the normal distribution.
//!
//! `erfc t = e^(−t²)·P(u) / (t + b)` for `t ≥ 0`, with `u = (t − a) / (t + a)`, and the same with other
//! numbers for the distribution function. With this `b` the polynomial hardly depends on `u` near
//! `t = 0`, where the rounding of `u` is large. The square's rounding error goes into the
//! exponential, so that the far tail keeps its digits.

use super::exponential::Power;
use super::{below, choose, polynomial, within};

/// `e^(t²)·erfc(t)·(t + 0.8125)` in `u`, with `a = 3.75`, for `t` from 0 to 28.
const ERFC: (f64, [f64; 22]) = (
    0.6642531033173633,
    [
        -0.15556465288509413,
        0.07242022865417609,
        -0.0099778481061678,
        -0.02233811756079404,
        0.02902643348850259,
        -0.021801941803790997,
        0.011612194590851638,
        -0.004309864020852365,
        0.0008698332064608879,
        9.921224312984117e-05,
        -0.0001301090552723411,
        2.694441479561073e-05,
        9.261117949554717e-06,
        -5.487759174211075e-06,
        -2.8362354917810965e-07,
        8.171925070245734e-07,
        -4.7217514034090115e-08,
        -1.1712462386094576e-07,
        1.1105920856807793e-08,
        1.544379267916873e-08,
        -8.390915487461918e-10,
        -1.2135326243811666e-09,
    ],
);

/// `e^(x²/2)·Φ(−x)·(x + 1.1875)` in `u`, with `a = 5.25`, for `x` from 0 to 39.5.
const NORMAL: (f64, [f64; 22]) = (
    0.4730804861142104,
    [
        -0.11581654488521821,
        0.05511862971599145,
        -0.009355452622674988,
        -0.01446478175589033,
        0.01963530816930581,
        -0.014737134329468634,
        0.007719711368017482,
        -0.002759197695958218,
        0.0004938036857485105,
        9.736087393887318e-05,
        -8.789346898412746e-05,
        1.3675996521721995e-05,
        7.680024104028995e-06,
        -3.374704332382394e-06,
        -4.905950487734991e-07,
        5.48530613044526e-07,
        1.8934157667238527e-08,
        -8.242266183260437e-08,
        -9.124258242017827e-10,
        1.05113193698494e-08,
        5.147854632851397e-10,
        -6.22516404281862e-10,
    ],
);

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

/// `e^(−a·b)`, with what the product loses.
#[inline(always)]
fn power_of_minus(a: f64, b: f64) -> Power {
    let h = a * b;
    Power::of_sum(-h, -a.mul_add(b, -h))
}

/// The first step of these functions: `u`, and the reciprocal of `t + b`.
#[inline(always)]
fn ratios(t: f64, a: f64, b: f64) -> [f64; 2] {
    [(t - a) / (t + a), 1.0 / (t + b)]
}

/// The second: `P(u) / (t + b)`, and what that lost in rounding.
#[inline(always)]
fn slow(t: f64, [u, inverse]: [f64; 2], b: f64, p: &(f64, [f64; 22])) -> [f64; 2] {
    // The small part first: what it loses is lost from a fraction of the sum.
    let small = polynomial(u, &p.1) * u;
    let sum = p.0 + small;
    let rest = (p.0 - sum) + small;
    let d = t + b;
    // Exact, as `b` has few digits.
    let lost = t - (d - b);
    let q = sum * inverse;
    [q, (-q).mul_add(lost, (-q).mul_add(d, sum) + rest) * inverse]
}

#[inline(always)]
pub(in super::super) fn normal_ratios(x: f64) -> [f64; 2] {
    ratios(below(x.abs(), 39.5), 5.25, 1.1875)
}

/// What the normal distribution function is of its density, to the left.
#[inline(always)]
pub(in super::super) fn normal_ratio(x: f64, ratios: [f64; 2]) -> [f64; 2] {
    slow(below(x.abs(), 39.5), ratios, 1.1875, &NORMAL)
}

/// Distribution function of the standard normal distribution and its density, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_cdf_and_pdf(x: f64, [q, lost]: [f64; 2]) -> [f64; 2] {
    let a = below(x.abs(), 39.5);
    let e = power_of_minus(0.5 * a, a);
    let tail = e.times(q, lost);
    [if x > 0.0 { 1.0 - tail } else { tail }, e.scaled(INVERSE_ROOT_TWO_PI)]
}

/// Distribution function of the standard normal distribution, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_cdf(x: f64, ratio: [f64; 2]) -> f64 {
    normal_cdf_and_pdf(x, ratio)[0]
}

#[inline(always)]
pub(in super::super) fn erfc_ratios(x: f64) -> [f64; 2] {
    ratios(below(x.abs(), 28.0), 3.75, 0.8125)
}

/// `e^(x²)·erfc |x|`.
#[inline(always)]
pub(in super::super) fn erfc_ratio(x: f64, ratios: [f64; 2]) -> [f64; 2] {
    slow(below(x.abs(), 28.0), ratios, 0.8125, &ERFC)
}

/// `1 − erf x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn erfc(x: f64, [q, lost]: [f64; 2]) -> f64 {
    let a = below(x.abs(), 28.0);
    let tail = power_of_minus(a, a).times(q, lost);
    if x < 0.0 { 2.0 - tail } else { tail }
}

/// The error function, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn erf(x: f64, ratio: [f64; 2]) -> f64 {
    let small = within(x, -1.0, 1.0);
    let near = small.mul_add(polynomial(small * small, &ERF), small);
    let far = 1.0 - erfc(x.abs(), ratio);
    choose(x.abs() < 1.0, near, far.copysign(x))
}

/// `e^(−x²)`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn gauss(x: f64) -> f64 {
    let a = below(x.abs(), 28.0);
    power_of_minus(a, a).value()
}

/// Density of the standard normal distribution, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_pdf(x: f64) -> f64 {
    let a = below(x.abs(), 40.0);
    power_of_minus(0.5 * a, a).scaled(INVERSE_ROOT_TWO_PI)
}
