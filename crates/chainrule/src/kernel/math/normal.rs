//! The error function and the normal distribution.
//!
//! What is left of them beyond `t ≥ 0` is a density at `t` over `t + h`, where `h` falls from less
//! than 1 to 0 as `1/t` does. With `h = P/Q` the quotient is `1 / (t + h) = Q / (t·Q + P)`, with one
//! division; an error of `P` or `Q` counts only as much as `h` does beside `t`. Nothing cancels, as
//! no coefficient is negative. What sums and quotient lose in rounding is found by fused products
//! and put back, and the exponential gets what the square lost, so that the far tail keeps its
//! digits.

use super::exponential::{LN_2, MIDDLE, Power};
use super::{SHIFT, below, choose, polynomial, within};
use std::f64::consts::LOG2_E;

/// Two polynomials, each as its constant and what the others have over `t`.
struct Ratio {
    p: (f64, [f64; 9]),
    q: (f64, [f64; 10]),
}

/// The density over what is left beyond `t`, less `t`, for `t` from 0 to 38: within `10⁻¹⁷·(t + h)`.
const NORMAL: Ratio = Ratio {
    p: (
        1225042.2279147722,
        [
            1540702.1805397966,
            987880.681455125,
            410918.43523622263,
            120507.92254305739,
            25659.156626385127,
            3957.53571885331,
            427.0458238388338,
            29.43221174899449,
            1.0,
        ],
    ),
    q: (
        1535362.7430540612,
        [
            2630233.428125732,
            2226250.0118916193,
            1206376.806401051,
            459717.0925837619,
            128246.37332208076,
            26507.249157192906,
            4016.4001229860683,
            429.04582409420425,
            29.43221174748272,
            1.0,
        ],
    ),
};

/// The same of `e^(−t²)/√π` and `erfc t`, for `t` from 0 to 27.3.
const ERFC: Ratio = Ratio {
    p: (
        26983.062884913234,
        [
            48010.905789428296,
            43548.78333439238,
            25625.40452246228,
            10631.016766345714,
            3202.220350140736,
            698.7038059015352,
            106.66376010093668,
            10.40066966802258,
            0.5,
        ],
    ),
    q: (
        47826.233719590164,
        [
            115900.7812127024,
            138768.94940826387,
            106371.76639999513,
            57340.5846172478,
            22628.234384577223,
            6616.268436368075,
            1418.2089444728663,
            214.3275203255551,
            20.801339335016095,
            1.0,
        ],
    ),
};

/// `erf(x) / x − 1` in `x²`, for `|x| ≤ ½`.
const ERF: [f64; 9] = [
    0.12837916709551256,
    -0.37612638903183465,
    0.11283791670924645,
    -0.026866170632656988,
    0.005223977369322517,
    -0.0008548297431938041,
    0.00012053319622113669,
    -1.4845460364947685e-05,
    1.4721902795371848e-06,
];

/// `(2·(e^(−r/2) − 1) + r) / r²` for `ln ¾ ≤ −r/2 ≤ ln 1½`.
const EXP: [f64; 10] = [
    0.25,
    -0.04166666666666963,
    0.0052083333333336175,
    -0.0005208333332724055,
    4.340277778787618e-05,
    -3.100198836599373e-06,
    1.9376222786830262e-07,
    -1.0763347091341217e-08,
    5.389910326026602e-10,
    -2.5762128789906604e-11,
];

/// `ln 2π` and `ln π` in two parts. The first is a multiple of 2⁻³², as that of `ln 2`: a sum of their
/// multiples is exact.
const LN_TWO_PI: [f64; 2] = [1.8378770663402975, 6.90480230046292e-11];
const LN_PI: [f64; 2] = [1.144729885738343, 1.1105717373144005e-10];

/// `2^−128`. A subnormal density is this times a power of two that is not.
const LOW: f64 = 2.938735877055719e-39;

/// As `polynomial`, the constant last and what is before it by fours: a long one is ready earlier, for
/// one product more, and its constant is not rounded with the rest.
#[inline(always)]
fn by_fours<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let square = x * x;
    let pair = |i: usize| if i + 1 < N { c[i + 1].mul_add(x, c[i]) } else { c[i] };
    let four = |i: usize| if i + 2 < N { pair(i + 2).mul_add(square, pair(i)) } else { pair(i) };
    let mut i = (N - 2) / 4 * 4 + 1;
    let mut sum = four(i);
    while i > 4 {
        i -= 4;
        sum = sum.mul_add(square * square, four(i));
    }
    sum.mul_add(x, c[0])
}

/// `x·2^n`, for normal numbers only: an addition where the loop waits for its products.
#[inline(always)]
fn shifted(x: f64, n: i64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add((n << 52).cast_unsigned()))
}

/// `e^(−(a·b + c)/2)` as `(1 + p/2)·scale·2^−128`. As part of the exponent the constant factor of a
/// density costs no rounding.
#[derive(Clone, Copy)]
struct Density {
    p: f64,
    scale: f64,
}

impl Density {
    #[inline(always)]
    fn new(a: f64, b: f64, c: [f64; 2]) -> Self {
        const UP: f64 = SHIFT + 1023.0 + 128.0;
        let product = a * b;
        let lost = a.mul_add(b, -product);
        let whole = (product + (c[0] + 2.0 * MIDDLE)).mul_add(-0.5 * LOG2_E, UP);
        let k = whole - UP;
        // Beside a small product the constant and its multiple of `ln 2` would be the larger numbers.
        let r =
            (product + k.mul_add(2.0 * LN_2[0], c[0])) + (k.mul_add(2.0 * LN_2[1], lost) + c[1]);
        let p = polynomial(r, &EXP).mul_add(r * r, -r);
        Density { p, scale: f64::from_bits(whole.to_bits() << 52) }
    }

    #[inline(always)]
    fn value(self) -> f64 {
        self.p.mul_add(0.5 * LOW, LOW) * self.scale
    }

    /// The density over `t + h`, within 4 ulp. Of NaN it is NaN, as `p` is.
    #[inline(always)]
    fn rough_tail(self, t: f64, ratio: &Ratio) -> f64 {
        let Ratio { p: (p0, p), q: (q0, q) } = ratio;
        let q = t.mul_add(by_fours(t, q), *q0);
        let y = LOW * q / t.mul_add(q, t.mul_add(by_fours(t, p), *p0));
        self.p.mul_add(shifted(y, -1), y) * self.scale
    }

    /// The same within 2.5 ulp.
    #[inline(always)]
    fn tail(self, t: f64, ratio: &Ratio) -> f64 {
        let Ratio { p: (p0, p), q: (q0, q) } = ratio;
        let [p, q] = [by_fours(t, p), t.mul_add(by_fours(t, q), *q0)];
        let over_t = q + p;
        let sum = t.mul_add(over_t, *p0);
        // Exact where `t` is small; beyond, at worst, no better than nothing.
        let lost = t.mul_add(p - (over_t - q), t.mul_add(over_t, p0 - sum));
        let inverse = LOW / sum;
        let low = q * inverse;
        let y = shifted(low, 128);
        let rest = (-y).mul_add(lost, (-y).mul_add(sum, q));
        self.p.mul_add(shifted(q, -1), rest).mul_add(inverse, low) * self.scale
    }
}

/// Distribution function of the standard normal distribution and its density, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_cdf_and_pdf(x: f64) -> [f64; 2] {
    let t = below(x.abs(), 38.75);
    let density = Density::new(t, t, LN_TWO_PI);
    let tail = density.tail(t, &NORMAL);
    [if x > 0.0 { 1.0 - tail } else { tail }, density.value()]
}

/// Distribution function of the standard normal distribution, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_cdf(x: f64) -> f64 {
    normal_cdf_and_pdf(x)[0]
}

/// Density of the standard normal distribution, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn normal_pdf(x: f64) -> f64 {
    let t = below(x.abs(), 38.75);
    Density::new(t, t, LN_TWO_PI).value()
}

/// `e^(−t²)/√π`.
#[inline(always)]
fn erfc_density(t: f64) -> Density {
    Density::new(t + t, t, LN_PI)
}

/// `1 − erf x`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn erfc(x: f64) -> f64 {
    let t = below(x.abs(), 27.5);
    let tail = erfc_density(t).tail(t, &ERFC);
    if x < 0.0 { 2.0 - tail } else { tail }
}

/// The error function, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn erf(x: f64) -> f64 {
    let small = within(x, -0.5, 0.5);
    let near = small.mul_add(polynomial(small * small, &ERF), small);
    // A tail of less than ½ has a last place of half the result's.
    let t = below(x.abs(), 27.5);
    let far = 1.0 - erfc_density(t).rough_tail(t, &ERFC);
    choose(x.abs() < 0.5, near, far.copysign(x))
}

/// `e^(−x²)`, within 2.5 ulp.
#[inline(always)]
pub(in super::super) fn gauss(x: f64) -> f64 {
    let t = below(x.abs(), 28.0);
    let square = t * t;
    Power::of_sum(-square, -t.mul_add(t, -square)).value()
}
