//! `exp` and the functions made from it: hyperbolic and logistic ones.
//!
//! `x = k·ln 2 + r` with whole `k` and `ln ¾ ≤ r ≤ ln 1½`; then `e^x = 2^k·(1 + r + r²·q(r))`. With
//! these bounds `e^r` lies between ¾ and 1½, where its last place is large beside the roundings
//! of `r` and of `e^r − 1`; with `|r| ≤ ln 2 / 2` the error is more than one of them.

use super::{SHIFT, below, choose, polynomial, power_of_two, within};
use std::f64::consts::LOG2_E;

/// `(e^r − 1 − r) / r²` for `ln ¾ ≤ r ≤ ln 1½`.
const EXP: [f64; 10] = [
    0.5,
    0.16666666666666977,
    0.04166666666667237,
    0.008333333332892622,
    0.0013888888887589965,
    0.00019841271567878254,
    2.4801577848903084e-05,
    2.7554752648848964e-06,
    2.758690728720576e-07,
    2.6363494475205774e-08,
];

/// `ln 2` in two parts; the first has zeros at its end, so that its small multiples are exact.
pub(super) const LN_2: [f64; 2] = [0.6931471803691238, 1.9082149292705877e-10];

/// `ln 2` without its nearest double.
const LOW_LN_2: f64 = 2.3190468138462996e-17;

/// The middle between `ln ¾` and `ln 1½`.
pub(super) const MIDDLE: f64 = 0.05889151782819173;

/// `k` plus `shift`, and `k`.
#[inline(always)]
fn whole(x: f64, shift: f64) -> (f64, f64) {
    let shifted = (x - MIDDLE).mul_add(LOG2_E, shift);
    (shifted, shifted - shift)
}

/// `e^r − 1`.
#[inline(always)]
fn small(r: f64) -> f64 {
    polynomial(r, &EXP).mul_add(r * r, r)
}

/// `e^x = (1 + p)·half·other`. One power of two has no place for the lowest results; these are
/// rounded in the product with the second.
#[derive(Clone, Copy)]
pub(super) struct Power {
    p: f64,
    half: f64,
    other: f64,
}

impl Power {
    #[inline(always)]
    fn new(x: f64, shifted: f64, p: f64) -> Self {
        let half = x.mul_add(0.5 * LOG2_E, SHIFT + 1023.0).to_bits() << 52;
        let other = (shifted.to_bits() << 52).wrapping_sub(half);
        Power { p, half: f64::from_bits(half), other: f64::from_bits(other) }
    }

    /// `e^x` for `x` from −1000 to 710.
    #[inline(always)]
    fn of(x: f64) -> Self {
        let (shifted, k) = whole(x, SHIFT + 2046.0);
        Power::new(x, shifted, small((-k).mul_add(LN_2[1], (-k).mul_add(LN_2[0], x))))
    }

    /// The same of `x + rest`, where `rest` is what `x` lost in rounding.
    #[inline(always)]
    pub(super) fn of_sum(x: f64, rest: f64) -> Self {
        let (shifted, k) = whole(x, SHIFT + 2046.0);
        let r = (-k).mul_add(LN_2[0], x) + (-k).mul_add(LN_2[1], rest);
        Power::new(x, shifted, small(r))
    }

    #[inline(always)]
    pub(super) fn value(self) -> f64 {
        self.p.mul_add(self.half, self.half) * self.other
    }
}

/// `e^x`, within 1 ulp.
#[inline(always)]
pub(in super::super) fn exp(x: f64) -> f64 {
    Power::of(within(x, -746.0, 710.0)).value()
}

/// `2^x`, within 2.5 ulp; exact for whole `x`.
#[inline(always)]
pub(in super::super) fn exp2(x: f64) -> f64 {
    let x = within(x, -1077.0, 1025.0);
    // As `MIDDLE` for `e^x`.
    let shifted = (x - 0.085) + (SHIFT + 2046.0);
    let r = x - (shifted - (SHIFT + 2046.0));
    let half = x.mul_add(0.5, SHIFT + 1023.0).to_bits() << 52;
    let other = f64::from_bits((shifted.to_bits() << 52).wrapping_sub(half));
    let half = f64::from_bits(half);
    small(r.mul_add(std::f64::consts::LN_2, r * LOW_LN_2)).mul_add(half, half) * other
}

/// `2^k`, for a shift of 1023, and `e^r − 1`, with the rounding of `r` made good: for results as
/// small as that. `x` from −708 to 709.
#[inline(always)]
fn scale_and_rest(x: f64, shift: f64) -> [f64; 2] {
    let (shifted, k) = whole(x, shift);
    let exact = (-k).mul_add(LN_2[0], x);
    let r = (-k).mul_add(LN_2[1], exact);
    let lost = (-k).mul_add(LN_2[1], exact - r);
    [power_of_two(shifted), polynomial(r, &EXP).mul_add(r * r, lost) + r]
}

/// `e^x − 1`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn exp_m1(x: f64) -> f64 {
    let [s, p] = scale_and_rest(within(x, -50.0, 709.0), SHIFT + 1023.0);
    let y = s.mul_add(p, s - 1.0);
    choose(x.abs() < 1e-17, x, y)
}

/// Next to the largest number.
#[inline(always)]
pub(in super::super) fn exp_m1_is_rare(x: f64) -> bool {
    x > 709.0
}

/// The first step of `sinh` and `cosh`: `e^|x|` in parts.
#[inline(always)]
pub(in super::super) fn scale_and_rest_of_size(x: f64) -> [f64; 2] {
    scale_and_rest(below(x.abs(), 709.0), SHIFT + 1023.0)
}

/// `sinh x`, within 2.5 ulp: `(m + m / (1 + m)) / 2` with `m = e^|x| − 1`.
#[inline(always)]
pub(in super::super) fn sinh(x: f64, [s, p]: [f64; 2]) -> f64 {
    let m = s.mul_add(p, s - 1.0);
    let y = 0.5 * (m + m / (1.0 + m));
    choose(x.abs() < 1e-8, x, y.copysign(x))
}

/// `cosh x`, within 2.5 ulp: `(e + 1/e) / 2` with `e = e^|x|`.
#[inline(always)]
pub(in super::super) fn cosh(_: f64, [s, p]: [f64; 2]) -> f64 {
    let e = s.mul_add(p, s);
    0.5f64.mul_add(e, 0.5 / e)
}

/// Next to the largest number.
#[inline(always)]
pub(in super::super) fn hyperbolic_is_rare(x: f64) -> bool {
    x.abs() > 709.0
}

/// The first step of `tanh` and its derivative: `e / 4`, as a power of two times `1 + p`, with
/// `e = e^(−2|x|)`. At the bound the power, which has no place any more, is 0.
#[inline(always)]
pub(in super::super) fn quarter_and_rest(x: f64) -> [f64; 2] {
    scale_and_rest(-2.0 * below(x.abs(), 353.875), SHIFT + 1021.0)
}

/// `tanh x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn tanh(x: f64, parts: [f64; 2]) -> f64 {
    tanh_and_slope(x, parts)[0]
}

/// `tanh x = −m / (½ + m)` with `m = (e − 1) / 4`, and its derivative `sech² x = e / 4 / (½ + m)²`,
/// which is 0 where it is below 2⁻¹⁰¹⁷; within 2.5 and 4 ulp.
#[inline(always)]
pub(in super::super) fn tanh_and_slope(x: f64, [s, p]: [f64; 2]) -> [f64; 2] {
    let m = s.mul_add(p, s - 0.25);
    // One division serves both. `rest` is what its result lacks in proportion, and what the sum
    // below it lost. To mend the reciprocal, not the two results, costs a rounding and saves four
    // of nineteen operations.
    let d = 0.5 + m;
    let lost = (0.5 - d) + m;
    let inverse = 1.0 / d;
    let rest = (-inverse).mul_add(lost, (-inverse).mul_add(d, 1.0));
    let inverse = inverse.mul_add(rest, inverse);
    let scaled = s * inverse;
    let slope = p.mul_add(scaled, scaled) * inverse;
    [(m * inverse).copysign(x), slope]
}

/// The first step of the logistic functions: `e^(−|x|)`.
#[inline(always)]
pub(in super::super) fn exp_of_minus_size(x: f64) -> [f64; 1] {
    [Power::of(-below(x.abs(), 746.0)).value()]
}

/// `1 / (1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn sigmoid(x: f64, [e]: [f64; 1]) -> f64 {
    let above = if x < 0.0 { e } else { 1.0 };
    above / (1.0 + e)
}

/// The first step of `sech` and `silu`: `e^(−|x|)` in parts.
#[inline(always)]
pub(in super::super) fn scale_and_rest_of_minus_size(x: f64) -> [f64; 2] {
    scale_and_rest(-below(x.abs(), 700.0), SHIFT + 1023.0)
}

/// `1 / cosh x`, within 2.5 ulp: `2e / (1 + e²)` with `e = e^(−|x|)`.
#[inline(always)]
pub(in super::super) fn sech(_: f64, [s, p]: [f64; 2]) -> f64 {
    let e = s.mul_add(p, s);
    2.0 * e / e.mul_add(e, 1.0)
}

/// Where `e` nears the subnormal numbers.
#[inline(always)]
pub(in super::super) fn sech_is_rare(x: f64) -> bool {
    x.abs() > 700.0
}

/// `x / (1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn silu(x: f64, [s, p]: [f64; 2]) -> f64 {
    let above = if x < 0.0 { p.mul_add(x, x) * s } else { x };
    above / (1.0 + s.mul_add(p, s))
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
