//! The gamma function and its logarithm, by Stirling's series in double-double arithmetic.
//!
//! Source: DLMF 5.11.1 (the series), 5.5.1 and 5.5.3 (recurrence and
//! reflection).

use super::circle::sin_pi;
use super::double::{Double, ONE, PI, product, sum};
use super::exponential::{exp, ln};
use super::gamma_tables::LN_GAMMA;

/// From here on sixteen terms of Stirling's series reach 2^-115.
pub(super) const SERIES_FROM: f64 = 25.0;

/// `B₂ₖ / (2k (2k - 1))` for k from 1.
const STIRLING: [Double; 16] = [
    Double { hi: 0.08333333333333333, lo: 4.625929269271485e-18 },
    Double { hi: -0.002777777777777778, lo: 1.0601087908747154e-19 },
    Double { hi: 0.0007936507936507937, lo: 6.883823317368282e-22 },
    Double { hi: -0.0005952380952380953, lo: 5.36938218754726e-20 },
    Double { hi: 0.0008417508417508417, lo: 3.6870174889237694e-20 },
    Double { hi: -0.0019175269175269176, lo: 1.0675702776872475e-19 },
    Double { hi: 0.00641025641025641, lo: 2.2240044563805217e-19 },
    Double { hi: -0.029550653594771242, lo: 4.861760957508855e-19 },
    Double { hi: 0.17964437236883057, lo: -6.401600482710946e-19 },
    Double { hi: -1.3924322169059011, lo: 1.5837056989230303e-17 },
    Double { hi: 13.402864044168393, lo: -6.154114101993966e-16 },
    Double { hi: -156.84828462600203, lo: 9.391823141715389e-15 },
    Double { hi: 2193.1033333333335, lo: -1.3339255626002948e-13 },
    Double { hi: -36108.77125372499, lo: 5.897583353514365e-13 },
    Double { hi: 691472.268851313, lo: 2.5585296305158e-11 },
    Double { hi: -15238221.539407415, lo: -8.76774522490625e-10 },
];
const HALF_LN_TWO_PI: Double = Double { hi: 0.9189385332046728, lo: -3.8782941580672414e-17 };

/// The gamma function; infinite with the sign of `x` at ±0, NaN at the negative integers.
pub(crate) fn gamma(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0 / x;
    }
    if x.is_nan() || x == f64::INFINITY || x > 172.0 {
        return x + f64::INFINITY;
    }
    if x.fract() == 0.0 && x < 0.0 || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x < -190.0 {
        let negative = x.floor() % 2.0 != 0.0;
        return if negative { -0.0 } else { 0.0 };
    }
    if x.fract() == 0.0 && x < 24.0 {
        return factors(1.0, x - 1.0).round();
    }
    if x.abs() < 1e-17 {
        return 1.0 / x;
    }
    if x > 0.0 {
        let (log, divisor) = stirling_shifted(x);
        return exp(log).map(|g| g.div(divisor)).round();
    }
    let (log, divisor) = stirling_shifted(-x);
    let below = sin_pi(x).times(-x);
    exp(log.neg()).map(|g| PI.mul(g.mul(divisor)).div(below).neg().neg()).round()
}

/// `ln |Γ(x)|`; infinite at zero and the negative integers.
pub(crate) fn lgamma(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.is_infinite() || x <= 0.0 && x.fract() == 0.0 {
        return f64::INFINITY;
    }
    if x.abs() < 1e-20 {
        return -x.abs().ln();
    }
    if x > 0.0 {
        return ln_gamma_rounded(x);
    }
    let below = ln(sin_pi(x).abs().times(-x));
    ln(PI).sub(below).sub(ln_gamma(-x)).round()
}

/// `ln Γ(x)` for positive `x`. `libm` errs by up to 2.2 ulp from 0.25 to 1 and from 8 on.
fn ln_gamma_rounded(x: f64) -> f64 {
    if x < 0.25 || (1.0..8.0).contains(&x) || x > 1e17 {
        return libm::lgamma(x);
    }
    if x < 0.5 {
        let next = sum(1.0, x);
        // The digamma function is nearly linear here, and `lo` below an ulp.
        let slope = next.hi - 1.46;
        return libm::lgamma(next.hi) + slope * next.lo - x.ln();
    }
    if x < 1.0 {
        return near_zero(&LN_GAMMA, x - 0.75).times(x - 1.0).round();
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let small = STIRLING[..12].iter().rev().fold(0.0, |p, c| p * square + c.hi) * inverse;
    let main = product(x - 0.5, x.ln() - 1.0);
    sum(main.hi, HALF_LN_TWO_PI.hi - 0.5).plus(main.lo + small).round()
}

/// The polynomial of a table of [`gamma_tables`](super::gamma_tables) at `u`.
pub(super) fn near_zero(table: &[f64; 26], u: f64) -> Double {
    let [first, low, rest @ ..] = table;
    sum(*first, u * rest.iter().rev().fold(0.0, |p, c| p * u + c)).plus(*low)
}

/// `ln Γ(x)` to 2^-100 absolute, for positive `x`.
pub(super) fn ln_gamma(x: f64) -> Double {
    let (log, divisor) = stirling_shifted(x);
    if x >= SERIES_FROM { log } else { log.sub(ln(divisor)) }
}

/// `ln Γ(x + n)` and `x (x + 1) … (x + n - 1)`, with `n` so that the series holds.
fn stirling_shifted(x: f64) -> (Double, Double) {
    let steps = (SERIES_FROM - x).ceil().max(0.0);
    (stirling(sum(x, steps)), factors(x, steps))
}

/// `x (x + 1) … (x + n - 1)`.
fn factors(x: f64, n: f64) -> Double {
    let mut all = ONE;
    let mut k = 0.0;
    while k < n {
        all = all.mul(sum(x, k));
        k += 1.0;
    }
    all
}

fn stirling(x: Double) -> Double {
    let inverse = x.recip();
    let main = x.plus(-0.5).mul(ln(x)).sub(x).add(HALF_LN_TWO_PI);
    main.add(inverse.mul(series(inverse, &STIRLING)))
}

/// `c₀ + c₁ t² + c₂ t⁴ + …`, the terms that `t⁶` makes small in single doubles.
pub(super) fn series(t: Double, coefficients: &[Double; 16]) -> Double {
    let square = t.mul(t);
    let (long, short) = coefficients.split_at(6);
    let rest = short.iter().rev().fold(0.0, |p, c| p * square.hi + c.hi);
    long.iter().rev().fold(Double::new(rest), |p, c| p.mul(square).add(*c))
}
