//! The triangle of a QR factorisation, grown block by block.
//!
//! Source: Householder's reflections on a triangle stacked on a block of rows (Golub and Van Loan, *Matrix
//! Computations*, 5.2 and 6.5; Demmel, Grigori, Hoemmen, Langou, "Communication-optimal parallel and
//! sequential QR", 2012). Only R, Qᵀr and `|r − QQᵀr|` are kept: everything that a least-squares step and a
//! covariance need, without squaring the condition number as `JᵀJ` does.

use super::super::singular::Singular;

/// R, Qᵀr and the rest of r of the least-squares problem min |J·p + r|, from blocks of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangle {
    /// Number of variables.
    n: usize,
    /// n + 1 rows of n + 1: the last column belongs to r.
    entries: Vec<f64>,
}

impl Triangle {
    /// The triangle of no rows.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Triangle { n, entries: vec![0.0; (n + 1) * (n + 1)] }
    }

    /// The triangle of a Jacobian given row by row, and the residuals.
    #[must_use]
    pub fn of_rows(jacobian: &[f64], residuals: &[f64]) -> Self {
        let m = residuals.len();
        let n = jacobian.len().checked_div(m).unwrap_or(0);
        let mut block = Vec::with_capacity(m * (n + 1));
        for j in 0..n {
            block.extend((0..m).map(|i| jacobian[i * n + j]));
        }
        block.extend_from_slice(residuals);
        let mut triangle = Triangle::new(n);
        triangle.absorb(&mut block);
        triangle
    }

    /// Takes in a block of rows: n columns of J and one of r, each of the same length, one behind the
    /// other. The block is overwritten. Cost: 2·rows·(n + 1)² operations.
    pub fn absorb(&mut self, block: &mut [f64]) {
        let width = self.n + 1;
        let rows = block.len() / width;
        if rows == 0 {
            return;
        }
        for j in 0..width {
            let (left, right) = block.split_at_mut((j + 1) * rows);
            let column = &mut left[j * rows..];
            let row = &mut self.entries[j * width..(j + 1) * width];
            let below = norm(column);
            if below == 0.0 {
                continue;
            }
            let length = row[j].hypot(below);
            for x in column.iter_mut() {
                *x /= length;
            }
            // The reflection I − v·vᵀ/|v₀| with v = (v₀, column): both are scaled to length 1 before.
            let top = row[j] / length;
            let sign = if top < 0.0 { -1.0 } else { 1.0 };
            let first = top + sign;
            row[j] = -sign * length;
            for (entry, other) in row[j + 1..].iter_mut().zip(right.chunks_exact_mut(rows)) {
                let along = (*entry * first + dot(column, other)) / first.abs();
                *entry -= along * first;
                for (o, v) in other.iter_mut().zip(column.iter()) {
                    *o -= along * v;
                }
            }
        }
    }

    /// Takes in the rows of another triangle.
    pub fn merge(&mut self, other: &Triangle) {
        let width = self.n + 1;
        let mut block = vec![0.0; width * width];
        for i in 0..width {
            for j in i..width {
                block[j * width + i] = other.entries[i * width + j];
            }
        }
        self.absorb(&mut block);
    }

    /// Number of variables.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.n
    }

    /// Entry (i, j) of R.
    #[must_use]
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        if i > j { 0.0 } else { self.entries[i * (self.n + 1) + j] }
    }

    /// Component i of Qᵀr.
    #[must_use]
    pub fn target(&self, i: usize) -> f64 {
        self.entries[i * (self.n + 1) + self.n]
    }

    /// |r|.
    #[must_use]
    pub fn residual_norm(&self) -> f64 {
        norm(&(0..=self.n).map(|i| self.target(i)).collect::<Vec<_>>())
    }

    /// Length of column j of J.
    #[must_use]
    pub fn column_norm(&self, j: usize) -> f64 {
        norm(&(0..=j).map(|i| self.entry(i, j)).collect::<Vec<_>>())
    }

    /// Whether no entry is NaN or infinite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.entries.iter().all(|x| x.is_finite())
    }

    /// The gradient of ½|r|²: Jᵀr.
    #[must_use]
    pub fn gradient(&self) -> Vec<f64> {
        (0..self.n).map(|j| (0..=j).map(|i| self.entry(i, j) * self.target(i)).sum()).collect()
    }

    /// R·p.
    pub(super) fn times(&self, p: &[f64]) -> Vec<f64> {
        (0..self.n).map(|i| (i..self.n).map(|j| self.entry(i, j) * p[j]).sum()).collect()
    }

    /// Singular values of some columns of J, each divided by its `scale`.
    pub(super) fn singular(&self, chosen: &[usize], scale: &[f64]) -> Singular {
        let mut columns = Vec::with_capacity(chosen.len() * self.n);
        for &j in chosen {
            columns.extend((0..self.n).map(|i| self.entry(i, j) / scale[j]));
        }
        Singular::of(columns, self.n, chosen.len())
    }

    /// What the rows say about the variables: variances, condition, directions without information.
    #[must_use]
    pub fn information(&self) -> super::Information {
        super::Information::of(self)
    }
}

/// |a|, safe from overflow and underflow.
fn norm(a: &[f64]) -> f64 {
    let plain = dot(a, a);
    if plain.is_nan() || (1e-280..1e280).contains(&plain) {
        return plain.sqrt();
    }
    let largest = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * a.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

/// A dot product in eight lanes: the compiler makes vectors of them, and rounding grows more slowly.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in left.zip(right) {
        for k in 0..LANES {
            lanes[k] += a[k] * b[k];
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}
