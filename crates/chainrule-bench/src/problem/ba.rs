//! `GradBench`'s ba: the sparse Jacobian of a bundle adjustment, fifteen entries for each residual.
//!
//! A camera `[r₃ C₃ f u₀ v₀ k₁ k₂]` sees a point `p`: `p − C` is rotated about `r` by the angle `|r|`
//! (Rodrigues), divided by its depth, distorted by `1 + k₁ρ + k₂ρ²` and shifted. The residuals of an
//! observation are `w·(projection − feature)`, and `1 − w²`.

use super::{alone, borrowed, numbers};
use crate::race::Problem;
use chainrule::Value;
use chainrule::kernel::Kernel;
use std::hint::black_box;

/// Numbers of a camera.
const CAMERA: usize = 11;
/// What a residual depends on: camera, point, weight.
const OWN: usize = CAMERA + 3 + 1;
/// Numbers of an observation in the result: two residuals and their derivatives, the weight's residual
/// and its derivative.
const RESULT: usize = 2 * (1 + OWN) + 2;

/// Cameras, points and which camera sees which point.
struct Bundle {
    cameras: Vec<f64>,
    points: Vec<f64>,
    weights: Vec<f64>,
    /// Camera, point and feature of each observation.
    seen: Vec<(usize, usize, [f64; 2])>,
}

impl Bundle {
    fn of_size(n: usize) -> Self {
        let (cameras, points) = ((n / 650).max(1), (n / 4).max(1));
        let middle = [0.1, -0.2, 0.3, 0.5, 0.0, -0.4, 1.5, 0.2, -0.1, 0.05, -0.02];
        let shifts = numbers(70, cameras * CAMERA, -0.05, 0.05);
        let place = numbers(71, points * 3, -1.0, 1.0);
        let features = numbers(72, 2 * n, -0.5, 0.5);
        Bundle {
            cameras: shifts.iter().enumerate().map(|(i, s)| middle[i % CAMERA] + s).collect(),
            points: place.iter().enumerate().map(|(i, x)| [0.0, 0.0, 5.0][i % 3] + x).collect(),
            weights: numbers(73, n, 0.5, 1.0),
            seen: (0..n)
                .map(|k| {
                    (
                        k % cameras,
                        (k / 4 + k % 4 * 7) % points,
                        [features[2 * k], features[2 * k + 1]],
                    )
                })
                .collect(),
        }
    }
}

/// A bundle of `n` observations: residuals and every entry of their Jacobian.
#[must_use]
pub fn ba(n: usize) -> Problem {
    let (ours, hand) = (Bundle::of_size(n), Bundle::of_size(n));
    let words = [
        "r0", "r1", "r2", "C0", "C1", "C2", "f", "u", "v", "k1", "k2", "X", "Y", "Z", "w", "m0",
        "m1",
    ];
    let columns: Vec<String> = words.map(str::to_owned).to_vec();
    let columns = borrowed(&columns);
    let residuals = Kernel::over_rows(&[], &columns, |_, row| residuals(row).to_vec());
    let residuals = alone(&residuals.expect("distinct names"));
    let mut gathered = vec![vec![0.0; n]; OWN + 2];
    Problem {
        name: "ba",
        about: "the sparse Jacobian of a bundle adjustment, GradBench's ba",
        length: RESULT * n,
        tolerance: 1e-12,
        ours: Box::new(move |out| {
            gather(black_box(&ours), &mut gathered);
            let columns: Vec<&[f64]> = gathered.iter().map(Vec::as_slice).collect();
            let (pairs, weights) = out.split_at_mut(2 * (1 + OWN) * n);
            let mut pairs: Vec<&mut [f64]> = pairs.chunks_exact_mut(n).collect();
            let done = residuals.jacobian_batch_into(&[], &columns, &words[..OWN], &mut pairs);
            done.expect("the shape fits");
            weight_residuals(&ours.weights, weights);
        }),
        hands: vec![("by hand", Box::new(move |out| by_hand(black_box(&hand), out)))],
    }
}

/// A column for each number that an observation depends on.
fn gather(bundle: &Bundle, columns: &mut [Vec<f64>]) {
    for (i, &(camera, point, feature)) in bundle.seen.iter().enumerate() {
        let camera = &bundle.cameras[CAMERA * camera..][..CAMERA];
        let point = &bundle.points[3 * point..][..3];
        let all = camera.iter().chain(point).chain([&bundle.weights[i]]).chain(&feature);
        for (column, x) in columns.iter_mut().zip(all) {
            column[i] = *x;
        }
    }
}

fn weight_residuals(weights: &[f64], out: &mut [f64]) {
    let (values, slopes) = out.split_at_mut(weights.len());
    for ((value, slope), w) in values.iter_mut().zip(slopes).zip(weights) {
        *value = 1.0 - w * w;
        *slope = -2.0 * w;
    }
}

/// The two residuals of an observation, over its columns.
fn residuals<'g>(row: &[Value<'g>]) -> [Value<'g>; 2] {
    let (camera, rest) = row.split_at(CAMERA);
    let away: [Value<'_>; 3] = std::array::from_fn(|j| rest[j] - camera[3 + j]);
    let r = &camera[..3];
    let square = r[0].square() + r[1].square() + r[2].square();
    let angle = square.sqrt();
    let axis: [Value<'_>; 3] = std::array::from_fn(|j| r[j] / angle);
    let (sine, cosine) = (angle.sin(), angle.cos());
    let cross = |a: &[Value<'g>], b: &[Value<'g>], j: usize| {
        let (k, l) = ((j + 1) % 3, (j + 2) % 3);
        a[k] * b[l] - a[l] * b[k]
    };
    let along = (axis[0] * away[0] + axis[1] * away[1] + axis[2] * away[2]) * (1.0 - cosine);
    let turned: [Value<'_>; 3] = std::array::from_fn(|j| {
        let whole = away[j] * cosine + cross(&axis, &away, j) * sine + axis[j] * along;
        // Without an angle there is no axis; the rotation is then linear in `r`.
        square.gt(0.0).select(whole, away[j] + cross(r, &away, j))
    });
    let (x, y) = (turned[0] / turned[2], turned[1] / turned[2]);
    let rho = x.square() + y.square();
    let distortion = 1.0 + camera[9] * rho + camera[10] * rho.square();
    std::array::from_fn(|i| {
        let projected = camera[6] * ([x, y][i] * distortion) + camera[7 + i];
        rest[3] * (projected - rest[4 + i])
    })
}

/// The chain rule from the end to the camera, with the derivative of the rotation in closed form.
fn by_hand(bundle: &Bundle, out: &mut [f64]) {
    let n = bundle.seen.len();
    for (k, &(camera, point, feature)) in bundle.seen.iter().enumerate() {
        let camera = &bundle.cameras[CAMERA * camera..][..CAMERA];
        let point = &bundle.points[3 * point..][..3];
        let w = bundle.weights[k];
        let away = [0, 1, 2].map(|j| point[j] - camera[3 + j]);
        let (turned, matrix, turning) = rotate([camera[0], camera[1], camera[2]], away);
        let (x, y) = (turned[0] / turned[2], turned[1] / turned[2]);
        let rho = x * x + y * y;
        let distortion = 1.0 + camera[9] * rho + camera[10] * rho * rho;
        let slope = camera[9] + 2.0 * camera[10] * rho;
        let f = camera[6];
        for (i, u) in [x, y].into_iter().enumerate() {
            // The values stand before the derivatives.
            let place = |entry: usize| if entry == 0 { i } else { 1 + i * OWN + entry };
            let mut put = |entry: usize, value: f64| out[place(entry) * n + k] = value;
            let error = f * u * distortion + camera[7 + i] - feature[i];
            put(0, w * error);
            // Derivatives in the two coordinates of the picture, then in the turned point.
            let both = [
                f * (f64::from(u8::from(i == 0)) * distortion + u * slope * 2.0 * x),
                f * (f64::from(u8::from(i == 1)) * distortion + u * slope * 2.0 * y),
            ];
            let depth = -(both[0] * x + both[1] * y);
            let g = [both[0], both[1], depth].map(|d| w * d / turned[2]);
            for j in 0..3 {
                let at_point = g[0] * matrix[0][j] + g[1] * matrix[1][j] + g[2] * matrix[2][j];
                put(1 + j, g[0] * turning[0][j] + g[1] * turning[1][j] + g[2] * turning[2][j]);
                put(4 + j, -at_point);
                put(12 + j, at_point);
            }
            put(7, w * u * distortion);
            put(8 + i, w);
            put(9 - i, 0.0);
            put(10, w * f * u * rho);
            put(11, w * f * u * rho * rho);
            put(15, error);
        }
    }
    weight_residuals(&bundle.weights, &mut out[2 * (1 + OWN) * n..]);
}

type Matrix = [[f64; 3]; 3];

/// `R(r)·x`, the matrix `R(r)`, and the derivative of `R(r)·x` in `r`.
///
/// With `θ = |r|`, `a = sin θ / θ`, `b = (1 − cos θ) / θ²`: `R·x = x cos θ + a·r×x + b·r (r·x)`.
fn rotate(r: [f64; 3], x: [f64; 3]) -> ([f64; 3], Matrix, Matrix) {
    let square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    let hat = |v: [f64; 3]| [[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]];
    if square == 0.0 {
        let mut one = hat(r);
        (0..3).for_each(|j| one[j][j] += 1.0);
        return (x, one, hat(x).map(|row| row.map(|e| -e)));
    }
    let theta = square.sqrt();
    let (sine, cosine) = (theta.sin(), theta.cos());
    let (a, b) = (sine / theta, (1.0 - cosine) / square);
    let (da, db) = ((cosine - a) / square, (a - 2.0 * b) / square);
    let inner = r[0] * x[0] + r[1] * x[1] + r[2] * x[2];
    let (turn, across) = (hat(r), hat(x));
    let (mut turned, mut matrix, mut turning) = ([0.0; 3], [[0.0; 3]; 3], [[0.0; 3]; 3]);
    for i in 0..3 {
        let cross = turn[i][0] * x[0] + turn[i][1] * x[1] + turn[i][2] * x[2];
        turned[i] = x[i] * cosine + a * cross + b * r[i] * inner;
        for j in 0..3 {
            let one = f64::from(u8::from(i == j));
            matrix[i][j] = cosine * one + a * turn[i][j] + b * r[i] * r[j];
            turning[i][j] = r[j] * (da * cross + db * r[i] * inner - a * x[i]) - a * across[i][j]
                + b * (one * inner + r[i] * x[j]);
        }
    }
    (turned, matrix, turning)
}
