//! Sine and cosine of multiples of π in double-double arithmetic, for the reflection formulas.

use super::double::{Double, ONE, PI};

/// `sin πx`, relative accuracy also near its zeros.
pub(super) fn sin_pi(x: f64) -> Double {
    let nearest = x.round();
    let sine = half_turn(x - nearest);
    if nearest % 2.0 == 0.0 { sine } else { sine.neg() }
}

/// `cot πx`, relative accuracy also near its zeros and poles.
pub(super) fn cot_pi(x: f64) -> Double {
    let rest = x - x.round();
    quarter_turn(0.5 - rest.abs()).div(half_turn(rest))
}

/// `sin πr` for |r| at most a half.
fn half_turn(r: f64) -> Double {
    if r.abs() <= 0.25 {
        return quarter_turn(r);
    }
    let sine = cosine(PI.times(0.5 - r.abs()));
    if r < 0.0 { sine.neg() } else { sine }
}

/// `sin πr` for |r| at most a half, by the sine's series alone.
fn quarter_turn(r: f64) -> Double {
    let angle = PI.times(r);
    angle.mul(series(angle, 2.0))
}

fn cosine(angle: Double) -> Double {
    series(angle, 1.0)
}

/// `1 - a²/(k(k+1)) (1 - a²/((k+2)(k+3)) (…))`: the cosine for k = 1, the sine over `a` for k = 2.
fn series(angle: Double, first: f64) -> Double {
    const TERMS: i32 = 16;
    let square = angle.mul(angle);
    let mut all = ONE;
    for term in (0..TERMS).rev() {
        let k = first + 2.0 * f64::from(term);
        all = ONE.sub(square.mul(all).div(Double::new(k * (k + 1.0))));
    }
    all
}
