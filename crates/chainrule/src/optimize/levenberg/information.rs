//! What data say about variables: variances, a condition number, and directions about which they say nothing.

use super::super::dense::eigen;
use super::Triangle;

/// Singular values below this share of the largest, of columns of length 1, are rounding.
const ZERO: f64 = 1e-13;
/// The same for eigenvalues of a Hessian with ones on its diagonal.
const ZERO_CURVATURE: f64 = 1e-11;
/// Components of a direction below this, in the scaled variables, are rounding.
const ABSENT: f64 = 1e-5;

/// The inverse of `JᵀJ`, or of a Hessian, as far as there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Information {
    /// (JᵀJ)⁻¹, row by row; NaN in the rows and columns of a variable that is not determined. Times the
    /// variance of a residual it is the covariance of the variables.
    pub inverse: Vec<Vec<f64>>,
    /// Largest by smallest singular value of the Jacobian with its columns scaled to length 1;
    /// infinite if there are directions without information.
    pub condition: f64,
    /// Directions in which nothing changes, each with as few variables as possible, the largest component
    /// being ±1 in units of the variables' own scale.
    pub blind: Vec<Vec<f64>>,
    /// Whether the Hessian has a negative eigenvalue: the point is no minimum.
    pub is_saddle: bool,
}

impl Information {
    /// From R, by the singular values of its scaled columns.
    pub(super) fn of(triangle: &Triangle) -> Self {
        let n = triangle.dimension();
        let scale: Vec<f64> = (0..n).map(|j| or_one(triangle.column_norm(j))).collect();
        let singular = triangle.singular(&(0..n).collect::<Vec<_>>(), &scale);
        let rank = singular.rank(ZERO);
        let squares: Vec<f64> = singular.values.iter().map(|s| s * s).collect();
        let vectors: Vec<Vec<f64>> = (0..n).map(|k| singular.right(k).to_vec()).collect();
        let condition = condition(&singular.values, rank);
        Self::from_spectrum(&scale, &squares, &vectors, rank, condition)
    }

    /// From a symmetric n×n matrix of second derivatives, row by row.
    #[must_use]
    pub fn of_hessian(hessian: &[f64], n: usize) -> Self {
        let scale: Vec<f64> = (0..n).map(|j| or_one(hessian[j * n + j].abs().sqrt())).collect();
        let mut scaled: Vec<f64> =
            (0..n * n).map(|k| hessian[k] / (scale[k / n] * scale[k % n])).collect();
        let (values, vectors) = eigen(&mut scaled, n);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
        let sorted: Vec<f64> = order.iter().map(|&k| values[k]).collect();
        let column = |&k: &usize| (0..n).map(|i| vectors[i * n + k]).collect();
        let vectors: Vec<Vec<f64>> = order.iter().map(column).collect();
        let floor = ZERO_CURVATURE * sorted.first().copied().unwrap_or(0.0).abs();
        let rank = sorted.iter().take_while(|s| **s > floor).count();
        let roots: Vec<f64> = sorted.iter().map(|s| s.max(0.0).sqrt()).collect();
        let condition = condition(&roots, rank);
        let information = Self::from_spectrum(&scale, &sorted, &vectors, rank, condition);
        let is_saddle = sorted.last().is_some_and(|s| *s < -floor.max(f64::MIN_POSITIVE));
        Information { is_saddle, ..information }
    }

    fn from_spectrum(
        scale: &[f64],
        squares: &[f64],
        vectors: &[Vec<f64>],
        rank: usize,
        condition: f64,
    ) -> Self {
        let n = scale.len();
        let blind = sparse_basis(vectors[rank..].to_vec());
        let is_blind = |j: usize| blind.iter().any(|d| d[j] != 0.0);
        let entry = |i: usize, j: usize| {
            if is_blind(i) || is_blind(j) {
                return f64::NAN;
            }
            let sum: f64 = (0..rank).map(|k| vectors[k][i] * vectors[k][j] / squares[k]).sum();
            sum / (scale[i] * scale[j])
        };
        let inverse = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
        let unscaled = |d: &Vec<f64>| d.iter().zip(scale).map(|(d, s)| d / s).collect::<Vec<f64>>();
        let blind = blind.iter().map(unscaled).collect();
        Information { inverse, condition, blind, is_saddle: false }
    }

    /// Whether the data determine variable `j`.
    #[must_use]
    pub fn determines(&self, j: usize) -> bool {
        self.blind.iter().all(|direction| direction[j] == 0.0)
    }

    /// The number of independent directions about which the data say something.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.inverse.len() - self.blind.len()
    }
}

fn or_one(scale: f64) -> f64 {
    if scale > 0.0 { scale } else { 1.0 }
}

fn condition(values: &[f64], rank: usize) -> f64 {
    match (values.first(), values.last()) {
        (Some(first), Some(last)) if rank == values.len() => first / last,
        (None, _) => 1.0,
        _ => f64::INFINITY,
    }
}

/// Another basis of the same space in which each vector has a component of 1 that the others lack: Gauss's
/// elimination with full pivoting.
fn sparse_basis(mut basis: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = basis.first().map_or(0, Vec::len);
    let mut taken: Vec<usize> = Vec::new();
    for k in 0..basis.len() {
        let open = (k..basis.len()).flat_map(|i| (0..n).map(move |j| (i, j)));
        let open = open.filter(|(_, j)| !taken.contains(j));
        let Some((i, j)) =
            open.max_by(|a, b| basis[a.0][a.1].abs().total_cmp(&basis[b.0][b.1].abs()))
        else {
            break;
        };
        basis.swap(k, i);
        taken.push(j);
        let pivot = basis[k][j];
        basis[k].iter_mut().for_each(|x| *x /= pivot);
        let row = basis[k].clone();
        for (i, other) in basis.iter_mut().enumerate() {
            if i != k {
                let factor = other[j];
                other.iter_mut().zip(&row).for_each(|(x, r)| *x -= factor * r);
            }
        }
    }
    for vector in &mut basis {
        let largest = vector.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        for x in vector.iter_mut() {
            *x = if x.abs() <= ABSENT * largest { 0.0 } else { *x / largest };
        }
    }
    basis
}
