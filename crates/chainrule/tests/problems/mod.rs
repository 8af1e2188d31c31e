//! Problems that several tests and examples share, over terms of any algebra.
//!
//! Bundle adjustment as `GradBench` defines it (`ba`; definition from its documentation): camera
//! `[r₃ C₃ f u₀ v₀ k₁ k₂]`, Rodrigues rotation of `p − C` by `r`, perspective division, radial
//! distortion, residuals `w·(projection − feature)` and `1 − w²`.

#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]

use chainrule::algebra::{Algebra, Numeric, Term};

/// Which camera sees which point, and where in its picture.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub cameras: usize,
    pub points: usize,
    /// Camera, point, and the two coordinates of the feature.
    pub observations: Vec<(usize, usize, [f64; 2])>,
}

/// Numbers of a camera.
pub const CAMERA: usize = 11;

impl Bundle {
    /// A bundle in which a camera sees fifty points, and a point is seen by four cameras or so.
    pub fn of_size(observations: usize) -> Self {
        let cameras = (observations / 50).max(2);
        let points = (observations / 4).max(2);
        let one = |k: usize| {
            let wave = (0.37 * k as f64).sin();
            (k % cameras, (k * 7 + k / points) % points, [0.3 * wave, 0.2 - wave])
        };
        Bundle { cameras, points, observations: (0..observations).map(one).collect() }
    }

    /// Number of unknowns: cameras, points, one weight an observation.
    pub fn unknowns(&self) -> usize {
        CAMERA * self.cameras + 3 * self.points + self.observations.len()
    }

    /// A point near which nothing is singular.
    pub fn start(&self, shift: f64) -> Vec<f64> {
        let mut x = Vec::with_capacity(self.unknowns());
        for c in 0..self.cameras {
            let s = shift + 0.1 * (c as f64).sin();
            x.extend([
                0.1 + s,
                -0.2,
                0.3 - s,
                0.5,
                s,
                -0.4,
                1.5 + s,
                0.2,
                -0.1,
                0.05,
                -0.02 + 0.1 * s,
            ]);
        }
        for p in 0..self.points {
            let s = shift + 0.3 * (1.3 * p as f64).cos();
            x.extend([s, 0.4 - s, 4.0 + s]);
        }
        x.extend((0..self.observations.len()).map(|k| 0.8 + shift + 0.1 * (k as f64).sin()));
        x
    }

    /// The unknowns on which the two residuals of an observation depend.
    pub fn columns(&self, observation: usize) -> Vec<usize> {
        let (camera, point, _) = self.observations[observation];
        let (points, weights) = (CAMERA * self.cameras, CAMERA * self.cameras + 3 * self.points);
        let camera = CAMERA * camera..CAMERA * (camera + 1);
        let point = points + 3 * point..points + 3 * (point + 1);
        camera.chain(point).chain([weights + observation]).collect()
    }

    /// Two residuals for each observation, then one for each weight.
    pub fn residuals<'a, A: Numeric>(&self, x: &[Term<'a, A>]) -> Vec<Term<'a, A>> {
        let (cameras, rest) = x.split_at(CAMERA * self.cameras);
        let (points, weights) = rest.split_at(3 * self.points);
        let mut residuals = Vec::with_capacity(3 * weights.len());
        for (&(camera, point, feature), &w) in self.observations.iter().zip(weights) {
            let projected =
                project(&cameras[CAMERA * camera..][..CAMERA], &points[3 * point..][..3]);
            residuals.extend((0..2).map(|i| w * (projected[i] - feature[i])));
        }
        residuals.extend(weights.iter().map(|&w| 1.0 - w * w));
        residuals
    }
}

fn project<'a, A: Numeric>(camera: &[Term<'a, A>], point: &[Term<'a, A>]) -> [Term<'a, A>; 2] {
    let away = std::array::from_fn(|i| point[i] - camera[3 + i]);
    let [x, y, z] = rotate([camera[0], camera[1], camera[2]], away);
    let (x, y) = (x / z, y / z);
    let rho = x * x + y * y;
    let distortion = 1.0 + camera[9] * rho + camera[10] * rho * rho;
    let focus = camera[6];
    [focus * (x * distortion) + camera[7], focus * (y * distortion) + camera[8]]
}

/// Rotation of `x` by the angle `|r|` about `r`; to first order where `r` is zero.
fn rotate<'a, A: Numeric>(r: [Term<'a, A>; 3], x: [Term<'a, A>; 3]) -> [Term<'a, A>; 3] {
    let square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    if square > 0.0 {
        let angle = square.sqrt();
        let axis = r.map(|c| c / angle);
        let (sine, cosine) = (angle.sin(), angle.cos());
        let across = cross(axis, x);
        let along = dot(axis, x) * (1.0 - cosine);
        std::array::from_fn(|i| x[i] * cosine + across[i] * sine + axis[i] * along)
    } else {
        let across = cross(r, x);
        std::array::from_fn(|i| x[i] + across[i])
    }
}

fn cross<'a, A: Algebra>(a: [Term<'a, A>; 3], b: [Term<'a, A>; 3]) -> [Term<'a, A>; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot<'a, A: Algebra>(a: [Term<'a, A>; 3], b: [Term<'a, A>; 3]) -> Term<'a, A> {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Chained Rosenbrock: `Σ 100(x_{i+1} − x_i²)² + (1 − x_i)²`.
pub fn rosenbrock<'a, A: Algebra>(x: &[Term<'a, A>]) -> Term<'a, A> {
    x.windows(2).map(|p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)).sum()
}
