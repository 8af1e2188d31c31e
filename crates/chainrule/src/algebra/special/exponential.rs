//! Exponential and logarithm of a double-double, to about 2^-100, by argument reduction and one
//! Newton step; what the gamma family and the subnormal tails are built on.

use super::double::{Double, LN_2, ONE, product, sum};

/// A double-double times a power of two, for values outside the range of doubles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaled {
    pub(super) value: Double,
    pub(super) power: i32,
}

impl Scaled {
    pub(super) fn map(self, f: impl FnOnce(Double) -> Double) -> Self {
        Scaled { value: f(self.value), power: self.power }
    }

    pub(super) fn round(self) -> f64 {
        times_power_of_two(self.value.round(), self.power)
    }
}

/// `x · 2^power`, rounded once.
pub(super) fn times_power_of_two(x: f64, power: i32) -> f64 {
    let power = power.clamp(-2200, 2200);
    let third = power / 3;
    x * power_of_two(third) * power_of_two(third) * power_of_two(power - 2 * third)
}

fn power_of_two(power: i32) -> f64 {
    f64::from_bits(u64::try_from(1023 + power).expect("the power is that of a normal double") << 52)
}

/// `e^x`; any finite `x`.
pub(super) fn exp(x: Double) -> Scaled {
    if x.hi.abs() > 1500.0 {
        return Scaled { value: ONE, power: if x.hi > 0.0 { 2200 } else { -2200 } };
    }
    let k = (x.hi * std::f64::consts::LOG2_E).round();
    let r = x.sub(LN_2.times(k));
    #[expect(clippy::cast_possible_truncation, reason = "|k| is at most 2165")]
    let power = k as i32;
    Scaled { value: exp_m1(r).plus(1.0), power }
}

/// `e^(hi + lo)` rounded, with the tail exact where `e^hi` is subnormal.
pub(super) fn exp_rounded(x: Double) -> f64 {
    if x.hi > -707.0 && x.hi < 709.0 {
        let e = x.hi.exp();
        return e.mul_add(x.lo, e);
    }
    if x.hi.is_finite() { exp(x).round() } else { x.hi.exp() }
}

/// 1/k! for k = 2 to 7, the terms of the series that need both halves.
const INVERSE_FACTORIALS: [Double; 6] = [
    Double { hi: 0.5, lo: 0.0 },
    Double { hi: 0.16666666666666666, lo: 9.25185853854297e-18 },
    Double { hi: 0.041666666666666664, lo: 2.3129646346357427e-18 },
    Double { hi: 0.008333333333333333, lo: 1.1564823173178714e-19 },
    Double { hi: 0.001388888888888889, lo: -5.300543954373577e-20 },
    Double { hi: 0.0001984126984126984, lo: 1.7209558293420705e-22 },
];

/// `e^x - 1` to 2^-100 relative, for |x| at most 0.4.
fn exp_m1(x: Double) -> Double {
    const HALVINGS: i32 = 6;
    let r = x.scale(1.0 / 64.0);
    let h = r.hi;
    let tail = h * (1.0 / 40320.0 + h * (1.0 / 362880.0 + h * (1.0 / 3628800.0)));
    let mut q = Double::new(tail);
    for c in INVERSE_FACTORIALS.iter().rev() {
        q = q.add(*c);
        q = q.mul(r);
    }
    let mut m = q.mul(r).add(r);
    for _ in 0..HALVINGS {
        m = m.scale(2.0).add(m.mul(m));
    }
    m
}

/// `ln(1 + x)` for `x` between -0.4 and 0.6, to 2^-100 relative.
fn ln_1p_small(x: Double) -> Double {
    let y = x.hi.ln_1p();
    let m = exp_m1(Double::new(-y));
    let e = x.add(m).add(x.mul(m));
    e.plus(-0.5 * e.hi * e.hi).plus(y)
}

/// `ln x` for a positive finite `x`, to 2^-100 relative.
pub(super) fn ln(x: Double) -> Double {
    let (scaled, shift) =
        if x.hi < f64::MIN_POSITIVE { (x.scale(2f64.powi(54)), -54) } else { (x, 0) };
    let bits = scaled.hi.to_bits();
    let exponent =
        i32::try_from(bits >> 52).expect("the exponent of a positive double has 11 bits") - 1023;
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let power = if mantissa > std::f64::consts::SQRT_2 { exponent + 1 } else { exponent };
    let small = Double {
        hi: times_power_of_two(scaled.hi, -power),
        lo: times_power_of_two(scaled.lo, -power),
    };
    let y = ln_1p_small(small.plus(-1.0));
    let k = power + shift;
    if k == 0 { y } else { LN_2.times(f64::from(k)).add(y) }
}

/// `ln(1 + x)` for `x` above -1, to 2^-100 relative.
pub(super) fn ln_1p(x: Double) -> Double {
    if x.hi > -0.3 && x.hi < 0.4 { ln_1p_small(x) } else { ln(x.plus(1.0)) }
}

/// `ln(1 + hi + lo)`, as good as the platform's `ln_1p` of a double.
pub(super) fn ln_1p_rounded(x: Double) -> f64 {
    x.hi.ln_1p() + x.lo / (1.0 + x.hi)
}

/// `ln(hi + lo)`, as good as the platform's `ln` of a double.
pub(super) fn ln_rounded(x: Double) -> f64 {
    x.hi.ln() + x.lo / x.hi
}

/// `e^(-x²)`, the square being kept in two halves: half an ulp of x² alone is 4e-14 of the result
/// in the tail.
pub(crate) fn gauss(x: f64) -> f64 {
    if x.abs() > 30.0 {
        return 0.0;
    }
    let square = product(x, x);
    exp_rounded(square.neg())
}

/// `x ln y` with 0 for `x = 0`, whatever `y` is, unless it is NaN.
pub(crate) fn xlogy(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}

/// `ln(e^a + e^b)`.
pub(crate) fn logaddexp(a: f64, b: f64) -> f64 {
    logsumexp(&[a, b])
}

/// `ln Σ e^x`; minus infinity for no argument.
pub(crate) fn logsumexp(xs: &[f64]) -> f64 {
    let mut largest = 0;
    for (i, x) in xs.iter().enumerate() {
        if x.is_nan() {
            return f64::NAN;
        }
        if *x > xs[largest] {
            largest = i;
        }
    }
    let Some(&top) = xs.get(largest) else { return f64::NEG_INFINITY };
    if top.is_infinite() {
        return top;
    }
    let others = || {
        xs.iter().enumerate().filter(move |(i, _)| *i != largest).map(move |(_, x)| sum(*x, -top))
    };
    let rest = others().map(exp_rounded_or_zero).fold(Double::new(0.0), Double::plus);
    let tail = ln_1p_rounded(rest);
    let result = top + tail;
    if top >= 0.0 || result.abs() > tail {
        return result;
    }
    // The two parts cancel, so both are needed in full.
    let rest = others().filter(|x| x.hi > -750.0).map(exp).fold(Double::new(0.0), |s, e| {
        s.add(Double {
            hi: times_power_of_two(e.value.hi, e.power),
            lo: times_power_of_two(e.value.lo, e.power),
        })
    });
    ln_1p(rest).plus(top).round()
}

fn exp_rounded_or_zero(x: Double) -> f64 {
    if x.hi < -750.0 { 0.0 } else { exp_rounded(x) }
}
