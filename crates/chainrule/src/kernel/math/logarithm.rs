//! `ln` and `ln(1 + e^x)`.
//!
//! `x = 2^k·(1 + f)` with `1 + f` between √½ and √2. With `s = f / (2 + f)`,
//! `ln(1 + f) = f − (f²/2 − s·(f²/2 + s²·R(s²)))`, which loses nothing near `x = 1`.

use super::exponential::exp;
use super::polynomial;

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
const LN_2: [f64; 2] = [0.6931471803691238, 1.9082149292705877e-10];
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE: u64 = 1023 << 52;

/// `k·ln 2 + ln(1 + f)`.
#[inline(always)]
fn sum(k: f64, f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let tail = s.mul_add(polynomial(z, &LN).mul_add(z, half), k * LN_2[1]);
    k.mul_add(LN_2[0], f - (half - tail))
}

/// `ln x`, within 1 ulp, for normal positive `x`.
#[inline(always)]
pub(in super::super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let above = bits.wrapping_sub(ROOT_HALF).wrapping_add(ONE);
    let m = f64::from_bits(bits.wrapping_sub(above & (0xfff << 52)).wrapping_add(ONE));
    // The exponent, with a bias of 1023, put below the point of 2^52.
    let k = f64::from_bits((above >> 52) | 4503599627370496_f64.to_bits()) - 4503599627371519.0;
    sum(k, m - 1.0)
}

/// Whether `ln` has no answer for `x`: zero, negative, subnormal, infinite or NaN.
#[inline(always)]
pub(in super::super) fn ln_is_rare(x: f64) -> bool {
    !(f64::MIN_POSITIVE..f64::INFINITY).contains(&x)
}

/// `ln(1 + e^x)`, within 2.5 ulp: `max(x, 0) + ln(1 + e)` with `e = e^(−|x|)`.
#[inline(always)]
pub(in super::super) fn softplus(x: f64) -> f64 {
    let e = exp(-x.abs());
    let large = e > std::f64::consts::SQRT_2 - 1.0;
    let (k, f) = if large { (1.0, 0.5 * (e - 1.0)) } else { (0.0, e) };
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + sum(k, f)
}

/// `−ln(1 + e^(−x))`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn log_sigmoid(x: f64) -> f64 {
    -softplus(-x)
}
