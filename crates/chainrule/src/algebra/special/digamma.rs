//! The derivatives of `ln Γ`: the digamma function and the polygamma functions above it.
//!
//! Source: DLMF 5.11.2 and 5.15.8 (the series), 5.5.2 and 5.15.5 (recurrence), 5.5.4 and 5.15.6
//! (reflection).

use super::circle::cot_pi;
use super::double::{Double, PI, quotient, sum};
use super::exponential::{Scaled, exp, ln, times_power_of_two};
use super::gamma::{SERIES_FROM, ln_gamma, near_zero, series};
use super::gamma_tables::DIGAMMA;

/// Where the series of the `n`-th derivative begins to reach 2^-60, less `n`.
const SERIES_FROM_FOR_POWERS: f64 = 13.0;

/// The Bernoulli numbers `B₂ₖ` for k from 1.
const BERNOULLI: [f64; 15] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
    854513.0 / 138.0,
    -236364091.0 / 2730.0,
    8553103.0 / 6.0,
    -23749461029.0 / 870.0,
    8615841276005.0 / 14322.0,
];

/// `B₂ₖ / 2k` for k from 1.
const DIGAMMA_SERIES: [Double; 16] = [
    Double { hi: 0.08333333333333333, lo: 4.625929269271485e-18 },
    Double { hi: -0.008333333333333333, lo: -1.1564823173178714e-19 },
    Double { hi: 0.003968253968253968, lo: 2.20282346155785e-19 },
    Double { hi: -0.004166666666666667, lo: -5.782411586589357e-20 },
    Double { hi: 0.007575757575757576, lo: -2.1026951223961299e-19 },
    Double { hi: -0.021092796092796094, lo: 1.3911677399530732e-18 },
    Double { hi: 0.08333333333333333, lo: 4.625929269271485e-18 },
    Double { hi: -0.4432598039215686, lo: -2.0462934179365632e-17 },
    Double { hi: 3.0539543302701198, lo: -1.0882720820608607e-17 },
    Double { hi: -26.456212121212122, lo: 7.449932926454383e-16 },
    Double { hi: 281.46014492753625, lo: -1.647635329298783e-14 },
    Double { hi: -3607.5105463980462, lo: -1.5347029033579816e-13 },
    Double { hi: 54827.583333333336, lo: -2.4253192047278085e-12 },
    Double { hi: -974936.8238505747, lo: -4.2284185858978625e-11 },
    Double { hi: 20052695.79668808, lo: -8.878409127275055e-10 },
    Double { hi: -472384867.7216299, lo: 1.5660828235102635e-08 },
];

/// The positive zero of the digamma function, in two parts.
const ZERO: [f64; 2] = [1.4616321449683622, 9.549995429965697e-17];

/// The logarithmic derivative of the gamma function; NaN at zero and the negative integers.
pub(crate) fn digamma(x: f64) -> f64 {
    if x > 0.0 {
        return positive(x);
    }
    if x.is_nan() || x == f64::NEG_INFINITY || x.fract() == 0.0 {
        f64::NAN
    } else if x > -1e-20 {
        -1.0 / x
    } else if x > -12.0 {
        digamma_shifted(Double::new(x)).round()
    } else {
        digamma_shifted(sum(1.0, -x)).sub(PI.mul(cot_pi(x))).round()
    }
}

/// The digamma function of a positive number, from its values between 1 and 2 or from the series.
fn positive(x: f64) -> f64 {
    const SERIES_FROM: f64 = 10.0;
    if x == f64::INFINITY {
        return x;
    }
    if x >= SERIES_FROM {
        let inverse = 1.0 / x;
        let square = inverse * inverse;
        let series = DIGAMMA_SERIES[..10].iter().rev().fold(0.0, |p, c| p * square + c.hi);
        return x.ln() - (0.5 * inverse + square * series);
    }
    let mut steps = Double::new(0.0);
    let mut y = Double::new(x);
    if x < 1.0 {
        steps = quotient(-1.0, x);
        y = y.plus(1.0);
    }
    while y.hi > 2.0 {
        y = y.plus(-1.0);
        steps = steps.add(quotient(1.0, y.hi));
    }
    let slope = near_zero(&DIGAMMA, y.hi - 1.5);
    let distance = Double::new(y.hi - ZERO[0]).plus(y.lo - ZERO[1]);
    steps.add(slope.mul(distance)).round()
}

fn digamma_shifted(mut x: Double) -> Double {
    let mut steps = Double::new(0.0);
    while x.hi < SERIES_FROM {
        steps = steps.add(x.recip());
        x = x.plus(1.0);
    }
    let inverse = x.recip();
    let tail = inverse.mul(inverse).mul(series(inverse, &DIGAMMA_SERIES));
    ln(x).sub(inverse.scale(0.5)).sub(tail).sub(steps)
}

/// The `n`-th derivative of the digamma function, for an integer `n` from 0 to 1000 (NaN for other
/// `n`); at zero and the negative integers infinite for odd `n` and NaN for even `n`.
pub(crate) fn polygamma(n: f64, x: f64) -> f64 {
    if n == 0.0 {
        return digamma(x);
    }
    if !(1.0..=1000.0).contains(&n) || n.fract() != 0.0 || x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let is_odd = n % 2.0 == 1.0;
    if x > 0.0 {
        let size = if n <= 3.0 && (1e-70..1e70).contains(&x) {
            low_order(n, x)
        } else {
            magnitude(n, Double::new(x)).round()
        };
        return if is_odd { size } else { -size };
    }
    if x.fract() == 0.0 {
        return if is_odd { f64::INFINITY } else { f64::NAN };
    }
    let turned = cotangent_derivative(n, x);
    if !turned.hi.is_finite() {
        return -turned.hi;
    }
    let Scaled { value, power } = magnitude(n, sum(1.0, -x));
    let far =
        Double { hi: times_power_of_two(value.hi, power), lo: times_power_of_two(value.lo, power) };
    turned.add(far).neg().round()
}

/// `n! Σ (x + k)^-(n+1)` over all k from 0, for `n` from 1 to 3 and an `x` whose fourth power is a
/// normal double: faster than [`magnitude`] in the orders that derivatives of `ln Γ` need first.
fn low_order(n: f64, x: f64) -> f64 {
    let inverse_power = |y: Double, exponent: f64| {
        let square = y.mul(y);
        let p = match exponent {
            1.0 => y,
            2.0 => square,
            3.0 => square.mul(y),
            _ => square.mul(square),
        };
        let r = 1.0 / p.hi;
        Double { hi: r, lo: r * ((-r).mul_add(p.hi, 1.0) - r * p.lo) }
    };
    let mut y = Double::new(x);
    let mut all = Double::new(0.0);
    while y.hi < SERIES_FROM_FOR_POWERS + n {
        all = all.add(inverse_power(y, n + 1.0));
        y = sum(x, (y.hi - x).round() + 1.0);
    }
    let factorial = if n == 3.0 { 6.0 } else { n };
    let end = tail(n, y).div(y).mul(inverse_power(y, n));
    all.add(end).times(factorial).round()
}

/// `n! Σ (x + k)^-(n+1)` over all k from 0, for positive `x`.
fn magnitude(n: f64, x: Double) -> Scaled {
    if x.hi == f64::INFINITY {
        return Scaled { value: Double::new(0.0), power: 0 };
    }
    // The sum in units of its first term, the smallest terms first.
    let steps = (SERIES_FROM_FOR_POWERS + n - x.hi).ceil().max(0.0);
    let end = x.plus(steps);
    let mut all = tail(n, end).times(power_ratio(x, end, n + 1.0));
    let mut k = steps;
    while k > 0.0 {
        k -= 1.0;
        all = all.plus(power_ratio(x, x.plus(k), n + 1.0));
    }
    let first = ln_gamma(n + 1.0).sub(ln(x).times(n + 1.0));
    exp(first).map(|v| v.mul(all))
}

/// `(x / y)^exponent`, for `x` at most `y`.
fn power_ratio(x: Double, y: Double, exponent: f64) -> f64 {
    let q = x.div(y);
    let p = q.hi.powf(exponent);
    p + p * (exponent * q.lo / q.hi)
}

/// `Σ (1 + k/y)^-(n+1)` over all k from 0, by the series in `1/y`:
/// `y/n + 1/2 + Σ B₂ⱼ (n + 1) … (n + 2j - 1) / (2j)! y^(1 - 2j)`.
fn tail(n: f64, y: Double) -> Double {
    let inverse = 1.0 / y.hi;
    let mut weight = 0.5 * (n + 1.0) * inverse;
    let mut terms = [0.0; BERNOULLI.len()];
    let mut k = 2.0;
    for (term, b) in terms.iter_mut().zip(BERNOULLI) {
        *term = b * weight;
        weight *= (n + k) * inverse / (k + 1.0) * ((n + k + 1.0) * inverse / (k + 2.0));
        k += 2.0;
    }
    y.div(Double::new(n)).plus(0.5).plus(terms.iter().rev().sum())
}

/// `π` times the `n`-th derivative of `cot πx`.
fn cotangent_derivative(n: f64, x: f64) -> Double {
    // The k-th derivative is (-π)^k pₖ(cot πx) with p₀(c) = c and pₖ₊₁ = (1 + c²) pₖ′.
    let mut polynomial = vec![0.0, 1.0];
    let mut factor = PI;
    let mut k = 0.0;
    while k < n {
        let mut next = vec![0.0; polynomial.len() + 1];
        for (i, c) in polynomial.iter().enumerate().skip(1) {
            next[i - 1] += i as f64 * c;
            next[i + 1] += i as f64 * c;
        }
        polynomial = next;
        factor = factor.mul(PI).neg();
        k += 1.0;
    }
    let c = cot_pi(x);
    let value = polynomial.iter().rev().fold(Double::new(0.0), |v, p| v.mul(c).plus(*p));
    value.mul(factor)
}
