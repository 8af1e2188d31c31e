//! `GradBench`'s gmm: the log-likelihood of a mixture of Gaussians with full covariances, and a Wishart
//! prior.
//!
//! Parameters `α[K]`, means `μ[K][D]`, `q[K][D]` and `l[K][D(D−1)/2]`: `Q_k` is lower triangular with
//! diagonal `exp(q_k)` and `l_k` below it, column by column. With `β_ik = α_k + Σ_j q_kj − ½‖Q_k (x_i − μ_k)‖²`
//! the objective is `−(ND/2) ln 2π + Σ_i lse_k β_ik − N lse(α) + Σ_k ½ (…)`, prior with `m = 0`, `γ = 1`.

use super::{alone, borrowed, names, numbers};
use crate::race::Problem;
use chainrule::kernel::Kernel;
use chainrule::{Function, Value, Workspace, logsumexp};
use std::f64::consts::{LN_2, PI, TAU};
use std::hint::black_box;

/// Where the parts of the parameters begin.
#[derive(Clone, Copy)]
struct Shape {
    d: usize,
    k: usize,
}

impl Shape {
    fn below(self) -> usize {
        self.d * (self.d - 1) / 2
    }

    fn means(self) -> usize {
        self.k
    }

    fn diagonals(self) -> usize {
        self.k * (1 + self.d)
    }

    fn triangles(self) -> usize {
        self.k * (1 + 2 * self.d)
    }

    fn len(self) -> usize {
        self.triangles() + self.k * self.below()
    }

    /// Place of row `i`, column `j < i` in a strict lower triangle that is stored by columns.
    fn place(self, i: usize, j: usize) -> usize {
        j * self.d - j * (j + 1) / 2 + i - j - 1
    }

    /// What does not depend on the parameters.
    fn constant(self, n: usize) -> f64 {
        let (d, degrees) = (self.d as f64, self.d as f64 + 1.0);
        let c = -(degrees * d / 2.0) * LN_2 - ln_multigamma(degrees / 2.0, self.d);
        -(n as f64 * d / 2.0) * TAU.ln() - self.k as f64 * c
    }
}

/// `ln Γ_D(a) = D(D−1)/4 ln π + Σ_{j=1..D} ln Γ(a + (1 − j)/2)`.
fn ln_multigamma(a: f64, d: usize) -> f64 {
    let terms = (1..=d).map(|j| {
        let a = a + (1.0 - j as f64) / 2.0;
        chainrule::algebra::Op::Lgamma.value(&[a])
    });
    (d * (d - 1)) as f64 / 4.0 * PI.ln() + terms.sum::<f64>()
}

/// `k` Gaussians in `d` dimensions at `n` points, with all derivatives.
#[must_use]
pub fn gmm(d: usize, k: usize, n: usize) -> Problem {
    let shape = Shape { d, k };
    let point: Vec<f64> = numbers(40, shape.len(), -0.5, 0.5);
    let columns: Vec<Vec<f64>> = (0..d as u64).map(|j| numbers(50 + j, n, -2.0, 2.0)).collect();
    let (p, x) = (names("p", shape.len()), names("x", d));
    let rows = Kernel::sum_over(&borrowed(&p), &borrowed(&x), move |p, row| mixture(shape, p, row));
    let rows = alone(&rows.expect("distinct names"));
    let rest = Function::record_slices(&borrowed(&p), &point, move |p| vec![prior(shape, n, p)]);
    let rest = rest.expect("distinct names").simplify().0;
    let (mut work, mut more) = (Workspace::new(), vec![0.0; shape.len()]);
    let (at, ours_columns) = (point.clone(), columns.clone());
    Problem {
        name: "gmm",
        about: "a mixture of Gaussians with full covariances, GradBench's gmm",
        length: shape.len() + 1,
        tolerance: 1e-12,
        ours: Box::new(move |out| {
            let columns: Vec<&[f64]> = ours_columns.iter().map(Vec::as_slice).collect();
            let (value, gradient) = out.split_first_mut().expect("a value");
            let at = black_box(&at);
            *value = rows.value_and_gradient_into(at, &columns, gradient).expect("the shape fits");
            *value += rest.value_and_gradient_into(at, &mut more, &mut work).expect("no branches");
            *value += shape.constant(n);
            for (g, more) in gradient.iter_mut().zip(&more) {
                *g += more;
            }
        }),
        hands: vec![(
            "by hand",
            Box::new(move |out| by_hand(shape, black_box(&point), &columns, out)),
        )],
    }
}

/// `lse_k β_k` of a point.
fn mixture<'g>(shape: Shape, p: &[Value<'g>], x: &[Value<'g>]) -> Value<'g> {
    let Shape { d, k } = shape;
    let beta = |c: usize| {
        let mean = &p[shape.means() + c * d..][..d];
        let q = &p[shape.diagonals() + c * d..][..d];
        let l = &p[shape.triangles() + c * shape.below()..][..shape.below()];
        let away: Vec<_> = x.iter().zip(mean).map(|(x, m)| *x - *m).collect();
        let scaled =
            |i: usize| (0..i).fold(q[i].exp() * away[i], |s, j| s + l[shape.place(i, j)] * away[j]);
        let distance: Value<'_> = (0..d).map(|i| scaled(i).square()).sum();
        p[c] + q.iter().copied().sum::<Value<'_>>() - 0.5 * distance
    };
    logsumexp(&(0..k).map(beta).collect::<Vec<_>>())
}

/// What depends on the parameters alone.
fn prior<'g>(shape: Shape, n: usize, p: &[Value<'g>]) -> Value<'g> {
    let squares: Value<'_> = p[shape.diagonals()..shape.triangles()]
        .iter()
        .map(|q| q.exp().square())
        .chain(p[shape.triangles()..].iter().map(|l| l.square()))
        .sum();
    -0.5 * squares - n as f64 * logsumexp(&p[..shape.k])
}

fn by_hand(shape: Shape, p: &[f64], columns: &[Vec<f64>], out: &mut [f64]) {
    let Shape { d, k } = shape;
    let (n, below) = (columns[0].len(), shape.below());
    out.fill(0.0);
    let (value, gradient) = out.split_first_mut().expect("a value");
    let scales: Vec<f64> =
        p[shape.diagonals()..shape.triangles()].iter().map(|q| q.exp()).collect();
    let heads: Vec<f64> =
        (0..k).map(|c| p[c] + p[shape.diagonals() + c * d..][..d].iter().sum::<f64>()).collect();
    let (mut away, mut scaled) = (vec![0.0; k * d], vec![0.0; k * d]);
    let (mut beta, mut x) = (vec![0.0; k], vec![0.0; d]);
    for row in 0..n {
        for (x, column) in x.iter_mut().zip(columns) {
            *x = column[row];
        }
        for c in 0..k {
            let mean = &p[shape.means() + c * d..][..d];
            let l = &p[shape.triangles() + c * below..][..below];
            let (away, scaled) = (&mut away[c * d..][..d], &mut scaled[c * d..][..d]);
            for i in 0..d {
                away[i] = x[i] - mean[i];
                scaled[i] = scales[c * d + i] * away[i];
            }
            let mut at = 0;
            for j in 0..d {
                for s in &mut scaled[j + 1..] {
                    *s += l[at] * away[j];
                    at += 1;
                }
            }
            beta[c] = heads[c] - 0.5 * scaled.iter().map(|s| s * s).sum::<f64>();
        }
        *value += softmax(&mut beta);
        for c in 0..k {
            let w = beta[c];
            let l = &p[shape.triangles() + c * below..][..below];
            let (away, scaled) = (&away[c * d..][..d], &scaled[c * d..][..d]);
            gradient[c] += w;
            let mut at = 0;
            for j in 0..d {
                let scale = scales[c * d + j];
                let mut up = scale * scaled[j];
                gradient[shape.diagonals() + c * d + j] += w * (1.0 - scale * away[j] * scaled[j]);
                let g = &mut gradient[shape.triangles() + c * below..][..below];
                let step = w * away[j];
                for s in &scaled[j + 1..] {
                    up += l[at] * s;
                    g[at] -= step * s;
                    at += 1;
                }
                gradient[shape.means() + c * d + j] += w * up;
            }
        }
    }
    let mut alphas = p[..k].to_vec();
    *value -= n as f64 * softmax(&mut alphas);
    for (g, w) in gradient.iter_mut().zip(&alphas) {
        *g -= n as f64 * w;
    }
    for (i, s) in scales.iter().enumerate() {
        *value -= 0.5 * s * s;
        gradient[shape.diagonals() + i] -= s * s;
    }
    for i in shape.triangles()..shape.len() {
        *value -= 0.5 * p[i] * p[i];
        gradient[i] -= p[i];
    }
    *value += shape.constant(n);
}

/// Replaces `x` by its softmax and returns `lse x`.
fn softmax(x: &mut [f64]) -> f64 {
    let top = x.iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x));
    let mut sum = 0.0;
    for x in &mut *x {
        *x = (*x - top).exp();
        sum += *x;
    }
    for x in x {
        *x /= sum;
    }
    top + sum.ln()
}
