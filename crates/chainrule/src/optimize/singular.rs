//! Singular values of a small dense matrix by one-sided Jacobi rotations.
//!
//! Source: Demmel and Veselić, "Jacobi's method is more accurate than QR", *SIAM J. Matrix Anal. Appl.* 13
//! (1992): with its columns scaled, small singular values keep their relative accuracy, and they decide
//! which parameters data determine. Meant for up to a few hundred columns: about 10·m·n² operations.

/// A = U·diag(s)·Vᵀ, largest singular value first.
#[derive(Clone, Debug)]
pub(super) struct Singular {
    m: usize,
    n: usize,
    /// Columns of U, m numbers each; zero where the singular value is.
    u: Vec<f64>,
    /// Columns of V, n numbers each.
    v: Vec<f64>,
    pub(super) values: Vec<f64>,
}

/// Sweeps over all pairs of columns; ten are enough in practice.
const SWEEPS: usize = 60;

impl Singular {
    /// Of `n` columns of `m` numbers, one behind the other.
    pub(super) fn of(mut a: Vec<f64>, m: usize, n: usize) -> Self {
        let mut v = vec![0.0; n * n];
        (0..n).for_each(|i| v[i * n + i] = 1.0);
        for _ in 0..SWEEPS {
            let mut turned = false;
            for p in 0..n {
                for q in p + 1..n {
                    if let Some((c, s)) = rotation(column(&a, m, p), column(&a, m, q)) {
                        rotate(&mut a, m, p, q, c, s);
                        rotate(&mut v, n, p, q, c, s);
                        turned = true;
                    }
                }
            }
            if !turned {
                break;
            }
        }
        let lengths: Vec<f64> = (0..n).map(|j| norm(column(&a, m, j))).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
        let lengths = &lengths;
        let part = |j: usize| {
            let length = lengths[j].max(f64::MIN_POSITIVE);
            column(&a, m, j).iter().map(move |x| x / length)
        };
        Singular {
            m,
            n,
            u: order.iter().flat_map(|&j| part(j)).collect(),
            v: order.iter().flat_map(|&j| column(&v, n, j).iter().copied()).collect(),
            values: order.iter().map(|&j| lengths[j]).collect(),
        }
    }

    /// Column k of U.
    pub(super) fn left(&self, k: usize) -> &[f64] {
        column(&self.u, self.m, k)
    }

    /// Column k of V.
    pub(super) fn right(&self, k: usize) -> &[f64] {
        column(&self.v, self.n, k)
    }

    /// How many singular values exceed `tolerance` times the largest.
    pub(super) fn rank(&self, tolerance: f64) -> usize {
        let floor = tolerance * self.values.first().copied().unwrap_or(0.0);
        self.values.iter().take_while(|s| **s > floor).count()
    }
}

fn column(a: &[f64], m: usize, j: usize) -> &[f64] {
    &a[j * m..(j + 1) * m]
}

/// Cosine and sine that make two columns orthogonal; `None` if they are, to rounding.
fn rotation(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (mut a, mut b, mut c) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        a += x * x;
        b += y * y;
        c += x * y;
    }
    // Half a unit in the last place a row, as the sums themselves are no better.
    if c == 0.0 || c.abs() <= f64::EPSILON * (a * b).sqrt() || !c.is_finite() {
        return None;
    }
    let zeta = (b - a) / (2.0 * c);
    let t = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
    let cosine = 1.0 / t.hypot(1.0);
    Some((cosine, cosine * t))
}

fn rotate(a: &mut [f64], m: usize, p: usize, q: usize, c: f64, s: f64) {
    let (left, right) = a.split_at_mut(q * m);
    for (x, y) in left[p * m..(p + 1) * m].iter_mut().zip(&mut right[..m]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

fn norm(a: &[f64]) -> f64 {
    a.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_values_of_lauchlis_matrix_are_known() {
        // (1 … 1; ε·I) has √(n + ε²) once and ε otherwise (Läuchli, 1961); JᵀJ would lose ε = 1e-9.
        let (n, epsilon) = (4, 1e-9);
        let mut a = Vec::new();
        for j in 0..n {
            a.push(1.0);
            a.extend((0..n).map(|i| if i == j { epsilon } else { 0.0 }));
        }
        let s = Singular::of(a.clone(), n + 1, n);
        assert!((s.values[0] - 2.0).abs() < 1e-14);
        for value in &s.values[1..] {
            assert!((value / epsilon - 1.0).abs() < 1e-6, "{value}");
        }
        for j in 0..n {
            for i in 0..=n {
                let product: f64 = (0..n).map(|k| s.left(k)[i] * s.values[k] * s.right(k)[j]).sum();
                assert!((product - a[j * (n + 1) + i]).abs() < 1e-15);
            }
        }
        assert_eq!(s.rank(1e-8), 1);
    }
}
