//! Dense linear systems: LU factors with partial pivoting of a matrix with scaled rows and columns,
//! and an estimate of its condition.
//!
//! Source: Golub and Van Loan, *Matrix Computations*, 4th ed., sections 3.4 and 3.5; the estimate of
//! the inverse's norm is Hager's (*SIAM J. Sci. Stat. Comput.* 5, 1984).

/// Factors of an n×n matrix.
pub(super) struct Lu {
    n: usize,
    /// Row by row: L below the diagonal, U on and above.
    factors: Vec<f64>,
    /// The row that stands in each place.
    rows: Vec<usize>,
    /// What rows and columns were divided by.
    row_scale: Vec<f64>,
    column_scale: Vec<f64>,
    norm: f64,
}

impl Lu {
    /// The factors of `a`, row by row; none if it is singular or holds no numbers.
    pub(super) fn new(mut a: Vec<f64>, n: usize) -> Option<Self> {
        let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, f64::max);
        let row_scale: Vec<f64> =
            (0..n).map(|i| largest(&mut a[i * n..][..n].iter().map(|x| x.abs()))).collect();
        scaled(&mut a, n, |i, _| row_scale[i]);
        let column_scale: Vec<f64> =
            (0..n).map(|k| largest(&mut (0..n).map(|i| a[i * n + k].abs()))).collect();
        scaled(&mut a, n, |_, k| column_scale[k]);
        if a.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let norm = largest(&mut (0..n).map(|k| (0..n).map(|i| a[i * n + k].abs()).sum()));
        let mut rows: Vec<usize> = (0..n).collect();
        for k in 0..n {
            let pivot =
                (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs()))?;
            if a[pivot * n + k] == 0.0 {
                return None;
            }
            if pivot != k {
                (0..n).for_each(|c| a.swap(pivot * n + c, k * n + c));
                rows.swap(pivot, k);
            }
            for i in k + 1..n {
                let (above, below) = a.split_at_mut(i * n);
                let factor = below[k] / above[k * n + k];
                below[k] = factor;
                for c in k + 1..n {
                    below[c] -= factor * above[k * n + c];
                }
            }
        }
        Some(Lu { n, factors: a, rows, row_scale, column_scale, norm })
    }

    /// The solution of `A·x = b`.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = b.iter().zip(&self.row_scale).map(|(b, s)| b / s).collect();
        let mut x = self.solve_scaled(&scaled);
        x.iter_mut().zip(&self.column_scale).for_each(|(x, s)| *x /= s);
        x
    }

    /// The solution of `Aᵀ·x = b`.
    pub(super) fn solve_transposed(&self, b: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = b.iter().zip(&self.column_scale).map(|(b, s)| b / s).collect();
        let mut x = self.solve_scaled_transposed(&scaled);
        x.iter_mut().zip(&self.row_scale).for_each(|(x, s)| *x /= s);
        x
    }

    /// An estimate of `1/(‖A‖₁·‖A⁻¹‖₁)` of the scaled matrix: about the relative error of a solution
    /// is rounding over this.
    pub(super) fn condition(&self) -> f64 {
        let n = self.n;
        let mut x = vec![1.0 / n as f64; n];
        let mut estimate = 0.0;
        for _ in 0..5 {
            let y = self.solve_scaled(&x);
            estimate = y.iter().map(|y| y.abs()).sum::<f64>().max(estimate);
            let signs: Vec<f64> = y.iter().map(|y| 1.0_f64.copysign(*y)).collect();
            let z = self.solve_scaled_transposed(&signs);
            let along: f64 = z.iter().zip(&x).map(|(z, x)| z * x).sum();
            let Some(k) = (0..n).max_by(|&i, &j| z[i].abs().total_cmp(&z[j].abs())) else { break };
            if z[k].abs() <= along {
                break;
            }
            x.fill(0.0);
            x[k] = 1.0;
        }
        1.0 / (self.norm * estimate)
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.factors[i * self.n..][..self.n]
    }

    fn solve_scaled(&self, b: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = self.rows.iter().map(|&row| b[row]).collect();
        for i in 0..self.n {
            let sum: f64 = self.row(i)[..i].iter().zip(&x).map(|(l, x)| l * x).sum();
            x[i] -= sum;
        }
        for i in (0..self.n).rev() {
            let sum: f64 = self.row(i)[i + 1..].iter().zip(&x[i + 1..]).map(|(u, x)| u * x).sum();
            x[i] = (x[i] - sum) / self.row(i)[i];
        }
        x
    }

    fn solve_scaled_transposed(&self, b: &[f64]) -> Vec<f64> {
        let mut z = b.to_vec();
        for i in 0..self.n {
            let sum: f64 = (0..i).map(|k| self.row(k)[i] * z[k]).sum();
            z[i] = (z[i] - sum) / self.row(i)[i];
        }
        for i in (0..self.n).rev() {
            let sum: f64 = (i + 1..self.n).map(|k| self.row(k)[i] * z[k]).sum();
            z[i] -= sum;
        }
        let mut x = vec![0.0; self.n];
        for (place, &row) in self.rows.iter().enumerate() {
            x[row] = z[place];
        }
        x
    }
}

fn scaled(a: &mut [f64], n: usize, scale: impl Fn(usize, usize) -> f64) {
    for (place, entry) in a.iter_mut().enumerate() {
        *entry /= scale(place / n, place % n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_systems_are_solved_whatever_the_units() {
        // Rows and columns in units from 1e-9 to 1e9, with a zero on the diagonal.
        let plain = [[0.0, 2.0, 1.0], [1.0, -1.0, 3.0], [2.0, 1.0, -1.0]];
        let (rows, columns) = ([1e9, 1.0, 1e-6], [1e-9, 1.0, 1e3]);
        let a: Vec<f64> =
            (0..9).map(|k| plain[k / 3][k % 3] * rows[k / 3] * columns[k % 3]).collect();
        let lu = Lu::new(a.clone(), 3).expect("not singular");
        // The solutions in units of their own, so that no term of an equation swamps the others.
        let expected = |units: &[f64; 3]| [0.5 / units[0], -3.0 / units[1], 7.0 / units[2]];
        let times = |at: &dyn Fn(usize, usize) -> f64, x: [f64; 3]| {
            (0..3).map(|i| (0..3).map(|k| at(i, k) * x[k]).sum()).collect::<Vec<f64>>()
        };
        let (x, z) = (expected(&columns), expected(&rows));
        let found = lu.solve(&times(&|i, k| a[3 * i + k], x));
        let transposed = lu.solve_transposed(&times(&|i, k| a[3 * k + i], z));
        for (found, expected) in found.iter().chain(&transposed).zip(x.iter().chain(&z)) {
            assert!((found / expected - 1.0).abs() < 1e-14, "{found} for {expected}");
        }
        assert!(lu.condition() > 0.01);
    }

    #[test]
    fn the_condition_of_hilberts_matrix_is_known_in_size() {
        // ‖H₈‖₁·‖H₈⁻¹‖₁ = 3.387e10 (Higham, Accuracy and Stability, table 28.1); scaling changes it
        // by less than a factor of 100.
        let hilbert = (0..64).map(|k| 1.0 / f64::from(k / 8 + k % 8 + 1)).collect();
        let condition = Lu::new(hilbert, 8).expect("not singular").condition();
        assert!((1e-12..1e-8).contains(&condition), "{condition}");
        assert!(Lu::new(vec![1.0, 2.0, 2.0, 4.0], 2).is_none());
        assert!(Lu::new(vec![f64::NAN], 1).is_none() && Lu::new(vec![0.0], 1).is_none());
    }
}
