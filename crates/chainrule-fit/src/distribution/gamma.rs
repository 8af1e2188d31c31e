//! The regularised incomplete gamma functions.

use super::stirling::{deviance, remainder};
use std::f64::consts::TAU;

/// More terms than any argument below 1e9 needs.
const LIMIT: u32 = 1_000_000;

/// P(a, x) and Q(a, x) = 1 − P(a, x), the smaller one computed directly.
pub(super) fn tails(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || a <= 0.0 || x.is_nan() {
        (f64::NAN, f64::NAN)
    } else if x == 0.0 {
        (0.0, 1.0)
    } else if x == f64::INFINITY {
        (1.0, 0.0)
    } else if x < a + 1.0 {
        let lower = series(a, x);
        (lower, 1.0 - lower)
    } else {
        let upper = fraction(a, x);
        (1.0 - upper, upper)
    }
}

/// xᵃ e⁻ˣ / Γ(a): the density times x.
pub(super) fn density(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    (a / TAU).sqrt() * (-remainder(a) - deviance(a, x, x - a)).exp()
}

/// P(a, x) by DLMF 8.7.1.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for k in 1..LIMIT {
        term *= x / (a + f64::from(k));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum * density(a, x)
}

/// Q(a, x) by its continued fraction, DLMF 8.9.2, evaluated by Lentz's method.
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut below = 1.0 / b;
    let mut above = 1.0 / TINY;
    let mut fraction = below;
    for k in 1..LIMIT {
        let k = f64::from(k);
        let d = k * (a - k);
        b += 2.0;
        below = 1.0 / (d * below + b);
        above = b + d / above;
        if above.abs() < TINY {
            above = TINY;
        }
        fraction *= above * below;
        if (above * below - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction * density(a, x)
}
