//! The test problems of Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", *ACM
//! TOMS* 7 (1981), 17–41, by their numbers there: sums of squares with published minima.

#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]

use chainrule::optimize::Objective;

/// Residuals and their Jacobian, row by row.
pub type Residuals = fn(&[f64]) -> (Vec<f64>, Vec<f64>);

/// A problem: f = Σ rᵢ².
#[derive(Clone)]
pub struct Problem {
    pub name: &'static str,
    pub residuals: Residuals,
    pub start: Vec<f64>,
    /// The published value, and the point where there is one that is unique.
    pub value: f64,
    pub minimum: Option<Vec<f64>>,
}

impl Objective for Problem {
    fn dimension(&self) -> usize {
        self.start.len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        (self.residuals)(x).0.iter().map(|r| r * r).sum()
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (r, jacobian) = (self.residuals)(x);
        gradient.fill(0.0);
        for (r, row) in r.iter().zip(jacobian.chunks_exact(x.len())) {
            for (g, d) in gradient.iter_mut().zip(row) {
                *g += 2.0 * r * d;
            }
        }
        r.iter().map(|r| r * r).sum()
    }
}

fn rosenbrock(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    (vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]], vec![-20.0 * x[0], 10.0, -1.0, 0.0])
}

fn freudenstein_roth(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let y = x[1];
    (
        vec![-13.0 + x[0] + ((5.0 - y) * y - 2.0) * y, -29.0 + x[0] + ((y + 1.0) * y - 14.0) * y],
        vec![1.0, 10.0 * y - 3.0 * y * y - 2.0, 1.0, 3.0 * y * y + 2.0 * y - 14.0],
    )
}

fn powell_badly_scaled(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (a, b) = ((-x[0]).exp(), (-x[1]).exp());
    (vec![1e4 * x[0] * x[1] - 1.0, a + b - 1.0001], vec![1e4 * x[1], 1e4 * x[0], -a, -b])
}

fn brown_badly_scaled(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    (vec![x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0], vec![1.0, 0.0, 0.0, 1.0, x[1], x[0]])
}

fn beale(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut jacobian = Vec::new();
    let mut residuals = Vec::new();
    for (i, y) in (1..=3).zip([1.5, 2.25, 2.625]) {
        residuals.push(y - x[0] * (1.0 - x[1].powi(i)));
        jacobian.extend([x[1].powi(i) - 1.0, f64::from(i) * x[0] * x[1].powi(i - 1)]);
    }
    (residuals, jacobian)
}

fn helical_valley(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let turn = std::f64::consts::TAU;
    // arctan(x₂/x₁)/2π, with ½ added where x₁ < 0.
    let theta = (x[1] / x[0]).atan() / turn + if x[0] < 0.0 { 0.5 } else { 0.0 };
    let square = x[0] * x[0] + x[1] * x[1];
    let radius = square.sqrt();
    (
        vec![10.0 * (x[2] - 10.0 * theta), 10.0 * (radius - 1.0), x[2]],
        vec![
            100.0 * x[1] / (turn * square),
            -100.0 * x[0] / (turn * square),
            10.0,
            10.0 * x[0] / radius,
            10.0 * x[1] / radius,
            0.0,
            0.0,
            0.0,
            1.0,
        ],
    )
}

fn bard(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    const Y: [f64; 15] =
        [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];
    let (mut residuals, mut jacobian) = (Vec::new(), Vec::new());
    for (i, y) in Y.iter().enumerate() {
        let u = i as f64 + 1.0;
        let v = 16.0 - u;
        let w = u.min(v);
        let d = v * x[1] + w * x[2];
        residuals.push(y - (x[0] + u / d));
        jacobian.extend([-1.0, u * v / (d * d), u * w / (d * d)]);
    }
    (residuals, jacobian)
}

fn box_three_dimensional(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut residuals, mut jacobian) = (Vec::new(), Vec::new());
    for i in 1..=10 {
        let t = 0.1 * f64::from(i);
        let (a, b, c) = ((-t * x[0]).exp(), (-t * x[1]).exp(), (-t).exp() - (-10.0 * t).exp());
        residuals.push(a - b - x[2] * c);
        jacobian.extend([-t * a, t * b, -c]);
    }
    (residuals, jacobian)
}

fn powell_singular(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (five, ten) = (5.0_f64.sqrt(), 10.0_f64.sqrt());
    let (b, c) = (x[1] - 2.0 * x[2], x[0] - x[3]);
    (
        vec![x[0] + 10.0 * x[1], five * (x[2] - x[3]), b * b, ten * c * c],
        vec![
            1.0,
            10.0,
            0.0,
            0.0,
            0.0,
            0.0,
            five,
            -five,
            0.0,
            2.0 * b,
            -4.0 * b,
            0.0,
            2.0 * ten * c,
            0.0,
            0.0,
            -2.0 * ten * c,
        ],
    )
}

fn wood(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (nine, ten) = (90.0_f64.sqrt(), 10.0_f64.sqrt());
    let residuals = vec![
        10.0 * (x[1] - x[0] * x[0]),
        1.0 - x[0],
        nine * (x[3] - x[2] * x[2]),
        1.0 - x[2],
        ten * (x[1] + x[3] - 2.0),
        (x[1] - x[3]) / ten,
    ];
    let rows = [
        [-20.0 * x[0], 10.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, -2.0 * nine * x[2], nine],
        [0.0, 0.0, -1.0, 0.0],
        [0.0, ten, 0.0, ten],
        [0.0, 1.0 / ten, 0.0, -1.0 / ten],
    ];
    (residuals, rows.concat())
}

fn extended_rosenbrock(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let (mut residuals, mut jacobian) = (Vec::new(), vec![0.0; n * n]);
    for i in (0..n).step_by(2) {
        let (r, d) = rosenbrock(&x[i..i + 2]);
        residuals.extend(r);
        jacobian[i * n + i..i * n + i + 2].copy_from_slice(&d[..2]);
        jacobian[(i + 1) * n + i..(i + 1) * n + i + 2].copy_from_slice(&d[2..]);
    }
    (residuals, jacobian)
}

fn variably_dimensioned(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let sum: f64 = x.iter().enumerate().map(|(j, x)| (j as f64 + 1.0) * (x - 1.0)).sum();
    let mut residuals: Vec<f64> = x.iter().map(|x| x - 1.0).collect();
    residuals.extend([sum, sum * sum]);
    let mut jacobian = vec![0.0; n * n];
    (0..n).for_each(|i| jacobian[i * n + i] = 1.0);
    jacobian.extend((1..=n).map(|j| j as f64));
    jacobian.extend((1..=n).map(|j| 2.0 * sum * j as f64));
    (residuals, jacobian)
}

pub fn problems() -> Vec<Problem> {
    let problem =
        |name, residuals: Residuals, start: &[f64], value, minimum: Option<&[f64]>| Problem {
            name,
            residuals,
            start: start.to_vec(),
            value,
            minimum: minimum.map(<[f64]>::to_vec),
        };
    let hundred: Vec<f64> = (0..100).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
    let ten: Vec<f64> = (1..=10).map(|j| 1.0 - f64::from(j) / 10.0).collect();
    vec![
        problem("1 Rosenbrock", rosenbrock, &[-1.2, 1.0], 0.0, Some(&[1.0, 1.0])),
        problem(
            "2 Freudenstein and Roth",
            freudenstein_roth,
            &[0.5, -2.0],
            48.9842,
            Some(&[11.41, -0.8968]),
        ),
        problem(
            "3 Powell badly scaled",
            powell_badly_scaled,
            &[0.0, 1.0],
            0.0,
            Some(&[1.098e-5, 9.106]),
        ),
        problem("4 Brown badly scaled", brown_badly_scaled, &[1.0, 1.0], 0.0, Some(&[1e6, 2e-6])),
        problem("5 Beale", beale, &[1.0, 1.0], 0.0, Some(&[3.0, 0.5])),
        problem("7 helical valley", helical_valley, &[-1.0, 0.0, 0.0], 0.0, Some(&[1.0, 0.0, 0.0])),
        problem("8 Bard", bard, &[1.0, 1.0, 1.0], 8.21487e-3, None),
        problem("12 box three-dimensional", box_three_dimensional, &[0.0, 10.0, 20.0], 0.0, None),
        problem(
            "13 Powell singular",
            powell_singular,
            &[3.0, -1.0, 0.0, 1.0],
            0.0,
            Some(&[0.0; 4]),
        ),
        problem("14 Wood", wood, &[-3.0, -1.0, -3.0, -1.0], 0.0, Some(&[1.0; 4])),
        problem("21 extended Rosenbrock", extended_rosenbrock, &hundred, 0.0, Some(&[1.0; 100])),
        problem("25 variably dimensioned", variably_dimensioned, &ten, 0.0, Some(&[1.0; 10])),
    ]
}
