//! `GradBench`'s llsq: a polynomial fitted to a step by least squares.

use super::{alone, borrowed, names, numbers};
use crate::race::Problem;
use chainrule::dot;
use chainrule::kernel::Kernel;
use std::hint::black_box;

/// `½ Σᵢ (sign(tᵢ) − Σⱼ xⱼ tᵢʲ)²` with `tᵢ = −1 + 2i/(n − 1)` and `m` coefficients, with its gradient.
#[must_use]
pub fn llsq(n: usize, m: usize) -> Problem {
    let point = numbers(20, m, -1.0, 1.0);
    let t: Vec<f64> = (0..n).map(|i| -1.0 + 2.0 * i as f64 / (n - 1) as f64).collect();
    let x = names("x", m);
    let kernel = Kernel::sum_over(&borrowed(&x), &["t"], |x, row| {
        let t = row[0];
        let powers: Vec<_> =
            std::iter::successors(Some(t.constant(1.0)), |p| Some(*p * t)).take(x.len()).collect();
        0.5 * (t.signum() - dot(x, &powers)).square()
    });
    let kernel = alone(&kernel.expect("distinct names"));
    let (ours_at, ours_t) = (point.clone(), t.clone());
    Problem {
        name: "llsq",
        about: "a polynomial fitted to a step, GradBench's llsq",
        length: m + 1,
        tolerance: 1e-11,
        ours: Box::new(move |out| {
            let (value, gradient) = out.split_first_mut().expect("a value");
            let done = kernel.value_and_gradient_into(black_box(&ours_at), &[&ours_t], gradient);
            *value = done.expect("a column");
        }),
        hands: vec![("by hand", Box::new(move |out| by_hand(black_box(&point), &t, out)))],
    }
}

/// The residual by one loop over the powers, the gradient by another.
fn by_hand(x: &[f64], t: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    let (value, gradient) = out.split_first_mut().expect("a value");
    for &t in t {
        let sign = if t == 0.0 { 0.0 } else { t.signum() };
        let (mut residual, mut power) = (sign, 1.0);
        for x in x {
            residual -= x * power;
            power *= t;
        }
        *value += 0.5 * residual * residual;
        let mut power = -residual;
        for g in &mut *gradient {
            *g += power;
            power *= t;
        }
    }
}
