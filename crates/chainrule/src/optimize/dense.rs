//! Small dense symmetric matrices, row by row: Cholesky's factors and Jacobi's eigenvalues.

/// Replaces the lower triangle of a positive definite n×n matrix by L with A = L·Lᵀ; false, with the
/// matrix spoilt, if it is not positive definite. Cost: n³/6 multiplications.
pub(super) fn cholesky(a: &mut [f64], n: usize) -> bool {
    for j in 0..n {
        for i in j..n {
            let (upper, lower) = a.split_at_mut(i * n);
            let row = if i == j { &lower[..j] } else { &upper[j * n..j * n + j] };
            let sum: f64 = row.iter().zip(&lower[..j]).map(|(a, b)| a * b).sum();
            let rest = lower[j] - sum;
            if i == j {
                if !(rest > 0.0 && rest.is_finite()) {
                    return false;
                }
                lower[j] = rest.sqrt();
            } else {
                lower[j] = rest / upper[j * n + j];
            }
        }
    }
    true
}

/// Solves L·y = b in place.
pub(super) fn solve_lower(l: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in 0..n {
        let (done, rest) = b.split_at_mut(i);
        let sum: f64 = l[i * n..i * n + i].iter().zip(done.iter()).map(|(l, y)| l * y).sum();
        rest[0] = (rest[0] - sum) / l[i * n + i];
    }
}

/// Solves Lᵀ·x = b in place.
pub(super) fn solve_upper(l: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in (0..n).rev() {
        b[i] /= l[i * n + i];
        let (rest, done) = b.split_at_mut(i);
        for (r, l) in rest.iter_mut().zip(&l[i * n..i * n + i]) {
            *r -= l * done[0];
        }
    }
}

/// Eigenvalues and eigenvectors (in columns) of a symmetric n×n matrix by Jacobi's rotations (Golub and
/// Van Loan, 8.5). Meant for n up to a few tens; overwrites `a`.
pub(super) fn eigen(a: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    const SWEEPS: usize = 60;
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    let total: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * n + j].powi(2))
            .sum();
        if off <= f64::EPSILON.powi(2) * total {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(a, &mut vectors, n, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), vectors)
}

/// Makes entry (p, q) zero.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let entry = a[p * n + q];
    if entry == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * entry);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        let (x, y) = (vectors[k * n + p], vectors[k * n + q]);
        vectors[k * n + p] = c * x - s * y;
        vectors[k * n + q] = s * x + c * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix min(i, j): its inverse is the second difference, its eigenvalues are known.
    fn minimum(n: usize) -> Vec<f64> {
        (0..n * n).map(|k| (k / n).min(k % n) as f64 + 1.0).collect()
    }

    #[test]
    fn cholesky_of_the_minimum_matrix_is_all_ones() {
        let mut a = minimum(5);
        assert!(cholesky(&mut a, 5));
        for i in 0..5 {
            assert!(a[i * 5..=i * 5 + i].iter().all(|x| (x - 1.0).abs() < 1e-15));
        }
        let mut b = [5.0, 9.0, 12.0, 14.0, 15.0];
        solve_lower(&a, &mut b);
        solve_upper(&a, &mut b);
        assert!(b.iter().all(|x| (x - 1.0).abs() < 1e-14), "{b:?}");
        assert!(!cholesky(&mut [1.0, 2.0, 2.0, 1.0], 2));
    }

    #[test]
    fn eigenvalues_of_the_minimum_matrix_are_known() {
        let n = 7;
        let (mut values, vectors) = eigen(&mut minimum(n), n);
        let a = minimum(n);
        for j in 0..n {
            for i in 0..n {
                let image: f64 = (0..n).map(|k| a[i * n + k] * vectors[k * n + j]).sum();
                assert!((image - values[j] * vectors[i * n + j]).abs() < 1e-12);
            }
        }
        values.sort_by(f64::total_cmp);
        for (k, value) in values.iter().enumerate() {
            // 1/(2 − 2cos θ), θ = (2j − 1)π/(2n + 1), for j = n … 1 (Fortiana and Cuadras, 1997).
            let theta = (2.0 * (n - k) as f64 - 1.0) * std::f64::consts::PI / (2 * n + 1) as f64;
            let expected = 1.0 / (2.0 - 2.0 * theta.cos());
            assert!((value / expected - 1.0).abs() < 1e-12);
        }
    }
}
