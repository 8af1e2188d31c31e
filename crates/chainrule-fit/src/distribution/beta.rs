//! The regularised incomplete beta function.

use super::stirling::{deviance, remainder};
use std::f64::consts::TAU;

/// The beta distribution of x with weight xᵃ⁻¹ (1 − x)ᵇ⁻¹.
#[derive(Clone, Copy)]
pub(super) struct Beta {
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Beta {
    /// P(X ≤ x) and P(X > x), given y = 1 − x beside x, each good to its own last digits.
    pub(super) fn tails(self, x: f64, y: f64) -> (f64, f64) {
        let Beta { a, b } = self;
        if !(a > 0.0 && b > 0.0) || x.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        if x <= (a + 1.0) / (a + b + 2.0) {
            let lower = self.small(x, y);
            (lower, 1.0 - lower)
        } else {
            let upper = Beta { a: b, b: a }.small(y, x);
            (1.0 - upper, upper)
        }
    }

    /// xᵃ yᵇ / B(a, b): the density of X times x y.
    pub(super) fn density(self, x: f64, y: f64) -> f64 {
        let Beta { a, b } = self;
        if x <= 0.0 || y <= 0.0 {
            return 0.0;
        }
        let n = a + b;
        let difference = b * x - a * y;
        let exponent = remainder(n)
            - remainder(a)
            - remainder(b)
            - deviance(a, n * x, difference)
            - deviance(b, n * y, -difference);
        (a * (b / n) / TAU).sqrt() * exponent.exp()
    }

    /// P(X ≤ x) by its continued fraction, DLMF 8.17.22, evaluated by Lentz's method.
    fn small(self, x: f64, y: f64) -> f64 {
        const LIMIT: u32 = 200_000;
        const TINY: f64 = 1e-300;
        let Beta { a, b } = self;
        let density = self.density(x, y);
        if density == 0.0 {
            return 0.0;
        }
        let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
        let (mut above, mut below) = (1.0, nonzero(1.0 - (a + b) * x / (a + 1.0)).recip());
        let mut fraction = below;
        for m in 1..LIMIT {
            let m = f64::from(m);
            let k = a + 2.0 * m;
            let even = m * (b - m) * x / ((k - 1.0) * k);
            let odd = -(a + m) * (a + b + m) * x / (k * (k + 1.0));
            for d in [even, odd] {
                below = nonzero(1.0 + d * below).recip();
                above = nonzero(1.0 + d / above);
                fraction *= above * below;
            }
            if (above * below - 1.0).abs() < f64::EPSILON {
                break;
            }
        }
        density * fraction / a
    }
}
