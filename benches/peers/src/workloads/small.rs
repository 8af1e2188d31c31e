//! Expressions of a few operations: tiny and readme.

use crate::engine::Program;
use crate::number::Number;

/// `(a·b + c)·d`.
pub struct Tiny;

impl Tiny {
    pub const AT: [f64; 4] = [2.0, -3.0, 10.0, -2.0];

    pub fn by_hand([a, b, c, d]: [f64; 4]) -> (f64, [f64; 4]) {
        let f = a * b + c;
        (f * d, [d * b, d * a, d, f])
    }
}

impl Program for Tiny {
    #[inline(always)]
    fn run<T: Number>(&self, x: &[T]) -> T {
        (x[0] * x[1] + x[2]) * x[3]
    }
}

/// The expression of micrograd's README.
pub struct Readme;

impl Readme {
    pub const AT: [f64; 2] = [-4.0, 2.0];

    pub fn by_hand([a, b]: [f64; 2]) -> (f64, [f64; 2]) {
        let step = |x: f64| if x > 0.0 { 1.0 } else { 0.0 };
        // c = 4(a+b) + 3 − a and d = 12(ab + b³) + 4·relu(a+b) + relu(b−a), collected.
        let c = 4.0 * (a + b) + 3.0 - a;
        let d = 12.0 * (a * b + b * b * b) + 4.0 * (a + b).max(0.0) + (b - a).max(0.0);
        let e = c - d;
        let f = e * e;
        let de = 2.0 * e * (0.5 - 10.0 / (f * f));
        let (up, down) = (4.0 * step(a + b), step(b - a));
        let ga = de * (3.0 - 12.0 * b - up + down);
        let gb = de * (4.0 - 12.0 * (a + 3.0 * b * b) - up - down);
        (f / 2.0 + 10.0 / f, [ga, gb])
    }
}

impl Program for Readme {
    #[inline(always)]
    fn run<T: Number>(&self, x: &[T]) -> T {
        let (a, b) = (x[0], x[1]);
        let mut c = a + b;
        let mut d = a * b + b.powi(3);
        c = c + (c + 1.0);
        c = c + ((c + 1.0) + (-a));
        d = d + (d * 2.0 + (b + a).relu());
        d = d + (d * 3.0 + (b - a).relu());
        let e = c - d;
        let f = e.powi(2);
        f / 2.0 + f.under(10.0)
    }
}
