//! The derivatives of `ln Γ`: the digamma function and the polygamma functions above it.
//!
//! Source: DLMF 5.11.2 and 5.15.8 (the series), 5.5.2 and 5.15.5 (recurrence), 5.5.4 and 5.15.6
//! (reflection).

use super::circle::cot_pi;
use super::double::{Double, PI, sum};
use super::exponential::{Scaled, exp, ln, times_power_of_two};
use super::gamma::{SERIES_FROM, ln_gamma, series};

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

/// The positive zero of the digamma function, in three parts.
const ZERO: [f64; 3] = [1.4616321449683622, 9.549995429965697e-17, 2.89392992820415e-33];

/// The Taylor coefficients around that zero: the linear one, then the others.
const ZERO_SLOPE: Double = Double { hi: 0.9676722454476212, lo: -3.387874303038943e-17 };
const ZERO_SERIES: [f64; 12] = [
    -0.4427631689835921,
    0.258499760955651,
    -0.16394270544240652,
    0.10782405069126237,
    -0.07219956125645471,
    0.04880428816414311,
    -0.03316112647484736,
    0.022597648232218104,
    -0.01542476590494896,
    0.010538791616612175,
    -0.007204534386356869,
    0.004926781395729853,
];

/// The logarithmic derivative of the gamma function; NaN at zero and the negative integers.
pub(crate) fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY || x <= 0.0 && x.fract() == 0.0 {
        return f64::NAN;
    }
    if x == f64::INFINITY {
        return x;
    }
    if x.abs() < 1e-20 {
        return -1.0 / x;
    }
    let distance = Double::new(x - ZERO[0]).plus(-ZERO[1]).plus(-ZERO[2]);
    if distance.hi.abs() < 0.02 {
        let d = distance.hi;
        let curve = d * d * ZERO_SERIES.iter().rev().fold(0.0, |p, c| p * d + c);
        return ZERO_SLOPE.mul(distance).plus(curve).round();
    }
    if x > -12.0 {
        return digamma_shifted(Double::new(x)).round();
    }
    digamma_shifted(sum(1.0, -x)).sub(PI.mul(cot_pi(x))).round()
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
    if !(n >= 1.0 && n <= 1000.0 && n.fract() == 0.0) || x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let is_odd = n % 2.0 == 1.0;
    if x <= 0.0 && x.fract() == 0.0 {
        return if is_odd { f64::INFINITY } else { f64::NAN };
    }
    let sign = if is_odd { 1.0 } else { -1.0 };
    if x > 0.0 {
        return sign * magnitude(n, Double::new(x)).round();
    }
    let turned = cotangent_derivative(n, x);
    if !turned.hi.is_finite() {
        return -turned.hi;
    }
    let far = magnitude(n, sum(1.0, -x));
    let far = Double {
        hi: times_power_of_two(far.value.hi, far.power),
        lo: times_power_of_two(far.value.lo, far.power),
    };
    turned.add(far).neg().round()
}

/// `n! Σ (x + k)^-(n+1)` for positive `x`.
fn magnitude(n: f64, x: Double) -> Scaled {
    let start = 13.0 + n;
    if x.hi == f64::INFINITY {
        return Scaled { value: Double::new(0.0), power: 0 };
    }
    let mut steps = Double::new(0.0);
    let mut top = x;
    let mut powers = Vec::new();
    while top.hi < start {
        powers.push(top);
        top = top.plus(1.0);
    }
    let base = if powers.is_empty() { top } else { x };
    let ratio = |y: Double, exponent: f64| -> f64 {
        let q = base.div(y);
        let p = q.hi.powf(exponent);
        p + p * (exponent * q.lo / q.hi)
    };
    // Relative to n! base^-(n+1), smallest terms first.
    let inverse = top.recip();
    let square = inverse.hi * inverse.hi;
    let mut series = 0.0;
    let mut factor = 1.0;
    let mut terms = [0.0; BERNOULLI.len()];
    for ((term, b), k) in terms.iter_mut().zip(BERNOULLI).zip((2..).step_by(2)) {
        let k = f64::from(k);
        // (n + 1) (n + 2) … (n + k - 1) / k!
        factor *= if k == 2.0 { (n + 1.0) / 2.0 } else { (n + k - 2.0) * (n + k - 1.0) / ((k - 1.0) * k) };
        *term = b * factor * square.powf(k / 2.0);
    }
    for term in terms.iter().rev() {
        series += term;
    }
    // In units of n! top^-(n+1): top/n + 1/2 + top Σ.
    let tail = top.div(Double::new(n)).plus(0.5).plus(series * top.hi);
    steps = steps.add(tail.times(ratio(top, n + 1.0)));
    for y in powers.iter().rev() {
        steps = steps.plus(ratio(*y, n + 1.0));
    }
    let lead = ln_gamma(n + 1.0).sub(ln(base).times(n + 1.0));
    exp(lead).map(|v| v.mul(steps))
}

/// `π` times the `n`-th derivative of `cot πx`.
fn cotangent_derivative(n: f64, x: f64) -> Double {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "n is an integer from 1 to 1000")]
    let n = n as usize;
    // p₀ = c, pₖ₊₁ = (1 + c²) pₖ′; the k-th derivative is (-π)^k pₖ(cot πx).
    let mut polynomial = vec![0.0, 1.0];
    for _ in 0..n {
        let slope: Vec<f64> = (1..polynomial.len()).map(|i| i as f64 * polynomial[i]).collect();
        let mut next = vec![0.0; slope.len() + 2];
        for (i, c) in slope.iter().enumerate() {
            next[i] += c;
            next[i + 2] += c;
        }
        polynomial = next;
    }
    let c = cot_pi(x);
    let mut value = Double::new(0.0);
    for coefficient in polynomial.iter().rev() {
        value = value.mul(c).plus(*coefficient);
    }
    for _ in 0..n {
        value = value.mul(PI).neg();
    }
    value.mul(PI)
}
