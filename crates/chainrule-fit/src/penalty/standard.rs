//! The triangle of standardised, centred columns, and what is solved on it.

use super::Penalty;
use super::coordinate::{Solved, descend};
use crate::Design;
use crate::linear::least_squares::Totals;
use chainrule::error::{Error, ErrorKind};
use nalgebra::{DMatrix, DVector};

/// Rows folded into a triangle, seen as columns of mean 0 and variance 1 and a response of mean 0.
pub(super) struct Standard {
    /// The triangle of columns and response as they are.
    whole: DMatrix<f64>,
    has_intercept: bool,
    /// The standard deviation of each column but the intercept; 1 for a constant one.
    scale: Vec<f64>,
    /// Columns without variance, by their number in the design.
    constant: Vec<usize>,
    /// The triangle of the standardised columns; a constant one is zero.
    pub(super) columns: DMatrix<f64>,
    pub(super) response: DVector<f64>,
    /// Number of rows, or sum of their weights.
    pub(super) n: f64,
}

/// A standard deviation below this share of a column's root mean square is rounding.
const CONSTANT: f64 = 1e-13;

impl Standard {
    /// The rows of a checked design.
    pub(super) fn of(design: &Design, threads: usize) -> Result<Self, Error> {
        let mut totals = Totals::new(design.columns.len());
        totals.fold(design, threads);
        let n = design.weights.as_ref().map_or(design.len() as f64, |w| w.iter().sum());
        Self::new(totals.triangle.r, n, design.has_intercept)
    }

    /// From the triangle of an intercept, if any, columns, and the response last.
    pub(super) fn new(whole: DMatrix<f64>, n: f64, has_intercept: bool) -> Result<Self, Error> {
        if whole.iter().any(|x| !x.is_finite()) {
            return Err(Error::new(
                ErrorKind::Value,
                "the squares of the columns are beyond 1e308",
            )
            .hint("divide the largest columns by a power of ten"));
        }
        // Below the intercept's row the triangle is that of the centred columns.
        let first = usize::from(has_intercept);
        let p = whole.ncols() - 1 - first;
        let mut columns = whole.view((first, first), (p, p)).clone_owned();
        // The last row holds what the columns leave of the response: it moves with no coefficient.
        let response = DVector::from_fn(p, |i, _| whole[(first + i, first + p)]);
        let mut constant = Vec::new();
        let mut scale = vec![1.0; p];
        for (j, scale) in scale.iter_mut().enumerate() {
            let length = columns.column(j).norm();
            if length <= CONSTANT * whole.column(first + j).norm() {
                constant.push(first + j);
                columns.column_mut(j).fill(0.0);
            } else {
                *scale = length / n.sqrt();
                columns.column_mut(j).unscale_mut(*scale);
            }
        }
        Ok(Standard { whole, has_intercept, scale, constant, columns, response, n })
    }

    pub(super) fn constant(&self) -> &[usize] {
        &self.constant
    }

    /// The solutions for penalties of one kind from the largest to the smallest, each begun where the
    /// last ended.
    pub(super) fn path(&self, penalties: &[Penalty]) -> Vec<Solved> {
        let mut start = vec![0.0; self.columns.ncols()];
        let each = penalties.iter().map(|&penalty| {
            let (sizes, squares) = penalty.factors(self.n);
            let solved = if sizes == 0.0 {
                let all: Vec<usize> = (0..self.columns.ncols()).collect();
                let coefficients = self.solve(&all, squares, None);
                Solved { coefficients, sweeps: 0, is_exact: true }
            } else {
                descend(self, sizes, squares, &start)
            };
            start.clone_from(&solved.coefficients);
            solved
        });
        each.collect()
    }

    /// The minimum of RSS / (2n) + `squares`/2 ‖w‖² + Σ `slopes`ⱼ wⱼ over the columns `of`, the others
    /// being 0, by QR of the columns with the roots of the penalty below them.
    pub(super) fn solve(&self, of: &[usize], squares: f64, slopes: Option<&[f64]>) -> Vec<f64> {
        let (p, k) = (self.columns.ncols(), of.len());
        let mut coefficients = vec![0.0; p];
        let of: Vec<usize> =
            of.iter().copied().filter(|&j| self.columns.column(j).amax() > 0.0).collect();
        let k = k.min(of.len());
        if k == 0 {
            return coefficients;
        }
        let root = (squares * self.n).sqrt();
        let stacked = DMatrix::from_fn(p + k, k, |i, j| match i {
            i if i < p => self.columns[(i, of[j])],
            i if i - p == j => root,
            _ => 0.0,
        });
        let right = DVector::from_fn(p + k, |i, _| if i < p { self.response[i] } else { 0.0 });
        let qr = stacked.qr();
        let r = qr.r();
        let mut right = qr.q().tr_mul(&right);
        if let Some(slopes) = slopes {
            // RᵀR w = Qᵀy R − n·slopes: the second part is solved through Rᵀ.
            let slopes = DVector::from_fn(k, |j, _| slopes[of[j]] * self.n);
            if let Some(through) = r.transpose().solve_lower_triangular(&slopes) {
                right -= through;
            }
        }
        if let Some(solved) = r.solve_upper_triangular(&right) {
            of.iter().zip(solved.iter()).for_each(|(&j, &w)| coefficients[j] = w);
        }
        coefficients
    }

    /// Coefficients of the columns as they are, the intercept first if there is one.
    pub(super) fn per_unit(&self, standardised: &[f64]) -> Vec<f64> {
        let slopes = standardised.iter().zip(&self.scale).map(|(w, s)| w / s);
        let slopes: Vec<f64> = slopes.collect();
        if !self.has_intercept {
            return slopes;
        }
        // The intercept's own row: r₀₀ β₀ + Σ r₀ⱼ βⱼ = z₀.
        let rest: f64 = slopes.iter().enumerate().map(|(j, b)| self.whole[(0, j + 1)] * b).sum();
        let intercept = (self.whole[(0, slopes.len() + 1)] - rest) / self.whole[(0, 0)];
        [intercept].into_iter().chain(slopes).collect()
    }

    /// The sum of squares that coefficients of the columns as they are leave.
    pub(super) fn rss(&self, coefficients: &[f64]) -> f64 {
        residual_squares(&self.whole, coefficients)
    }

    /// The sum of squares about the mean, or about 0 without an intercept.
    pub(super) fn total(&self) -> f64 {
        let last = self.whole.ncols() - 1;
        let first = usize::from(self.has_intercept);
        self.whole.column(last).iter().skip(first).map(|z| z * z).sum()
    }

    /// The degrees of freedom of the coefficients: Σ σ²/(σ² + n·squares) over the singular values of
    /// the columns that are not 0.
    pub(super) fn freedom(&self, coefficients: &[f64], penalty: Penalty) -> f64 {
        let (_, squares) = penalty.factors(self.n);
        let active: Vec<usize> =
            (0..coefficients.len()).filter(|&j| coefficients[j] != 0.0).collect();
        if active.is_empty() {
            return 0.0;
        }
        if squares == 0.0 {
            return active.len() as f64;
        }
        let values = self.columns.select_columns(&active).singular_values();
        values.iter().map(|s| s * s / (s * s + squares * self.n)).sum()
    }

    /// The largest |column · response| / n: from this lasso penalty on everything is 0.
    pub(super) fn largest(&self) -> f64 {
        (self.columns.tr_mul(&self.response)).amax() / self.n
    }
}

/// ‖T (β, −1)‖²: the sum of squares that β leaves in the rows folded into the triangle T.
pub(super) fn residual_squares(triangle: &DMatrix<f64>, coefficients: &[f64]) -> f64 {
    let p = coefficients.len();
    let each = (0..=p).map(|i| {
        let fitted: f64 = (i..p).map(|j| triangle[(i, j)] * coefficients[j]).sum();
        (fitted - triangle[(i, p)]).powi(2)
    });
    each.sum()
}
