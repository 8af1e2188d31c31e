//! Long sums and long chains: linreg, rosenbrock, chain.

use super::Random;
use crate::engine::Program;
use crate::number::Number;

/// Mean squared error of `w·x + b` over rows of ten columns, plus `0.1·‖w‖²`.
pub struct Linreg {
    rows: Vec<([f64; 10], f64)>,
}

impl Linreg {
    pub fn new(n: usize) -> Self {
        let mut random = Random(42);
        let mut row = |_| (std::array::from_fn(|_| random.next()), random.next());
        Linreg { rows: (0..n).map(&mut row).collect() }
    }

    pub fn start() -> Vec<f64> {
        (0..11).map(|j| 0.1 * f64::from(j) - 0.4).collect()
    }

    pub fn by_hand(&self, p: &[f64], gradient: &mut [f64]) -> f64 {
        let (w, b) = (&p[..10], p[10]);
        let scale = 1.0 / self.rows.len() as f64;
        gradient.fill(0.0);
        let mut value = 0.0;
        for (x, y) in &self.rows {
            let error = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b - y;
            value += error * error;
            let r = 2.0 * scale * error;
            for (g, x) in gradient.iter_mut().zip(x) {
                *g += r * x;
            }
            gradient[10] += r;
        }
        for (g, w) in gradient.iter_mut().zip(w) {
            *g += 0.2 * w;
        }
        value * scale + 0.1 * w.iter().map(|w| w * w).sum::<f64>()
    }
}

impl Program for Linreg {
    #[inline(always)]
    fn run<T: Number>(&self, p: &[T]) -> T {
        let (w, b) = (&p[..10], p[10]);
        let mut total = None;
        for (x, y) in &self.rows {
            let score = w.iter().zip(x).fold(b, |s, (&w, &x)| s + w * x);
            let error = score - *y;
            let square = error * error;
            total = Some(total.map_or(square, |t: T| t + square));
        }
        total.expect("there are rows") / self.rows.len() as f64 + T::dot(w, w) * 0.1
    }

    fn data(&self) -> Vec<f64> {
        self.rows.iter().flat_map(|(x, y)| x.iter().copied().chain([*y])).collect()
    }
}

/// `Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`.
pub struct Rosenbrock;

impl Rosenbrock {
    pub fn start(n: usize) -> Vec<f64> {
        let mut random = Random(7);
        (0..n).map(|_| 1.0 + 0.5 * random.next()).collect()
    }

    pub fn by_hand(x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut value = 0.0;
        for i in 0..x.len() - 1 {
            let (step, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * step * step + rest * rest;
            gradient[i] += -400.0 * x[i] * step - 2.0 * rest;
            gradient[i + 1] += 200.0 * step;
        }
        value
    }
}

impl Program for Rosenbrock {
    #[inline(always)]
    fn run<T: Number>(&self, x: &[T]) -> T {
        let term = |pair: &[T]| {
            let step = pair[1] - pair[0] * pair[0];
            let rest = pair[0].from_above(1.0);
            step * step * 100.0 + rest * rest
        };
        let first = term(&x[..2]);
        x[1..].windows(2).fold(first, |total, pair| total + term(pair))
    }
}

/// `x ← sin(x)·10⁻⁷ + x`, so many times.
pub struct Chain(pub usize);

impl Chain {
    pub fn by_hand(&self, x: f64) -> (f64, f64) {
        (0..self.0).fold((x, 1.0), |(x, slope), _| {
            let (sin, cos) = x.sin_cos();
            (sin * 1e-7 + x, slope * (cos * 1e-7 + 1.0))
        })
    }
}

impl Program for Chain {
    #[inline(always)]
    fn run<T: Number>(&self, x: &[T]) -> T {
        (0..self.0).fold(x[0], |x, _| x.sin() * 1e-7 + x)
    }

    fn data(&self) -> Vec<f64> {
        vec![self.0 as f64]
    }
}
