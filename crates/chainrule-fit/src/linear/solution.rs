//! From a triangle to coefficients, what they depend on, and columns that others already contain.

use super::triangle::Triangle;
use nalgebra::{DMatrix, DVector};

/// The least-squares problem that is left when all rows are folded: columns first, response last.
#[derive(Clone, Debug)]
pub(crate) struct Solution {
    /// Triangle of the columns.
    pub(crate) r: DMatrix<f64>,
    /// Its inverse.
    pub(crate) inverse: DMatrix<f64>,
    /// The response in the directions of the triangle: R β = z.
    pub(crate) z: DVector<f64>,
    /// The coefficients β.
    pub(crate) estimates: Vec<f64>,
    /// Residual sum of squares.
    pub(crate) rss: f64,
}

/// A column that is a combination of columns before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dependence {
    /// The column.
    pub(crate) column: usize,
    /// The other columns with their factors, none if the column is all zeros.
    pub(crate) terms: Vec<(usize, f64)>,
}

/// A column is dependent when what the columns before it leave of it is below this share of its length.
/// Rounding of the column's own numbers leaves 1e-16, the hardest NIST polynomial 3e-10.
const DEPENDENT: f64 = 1e-13;

/// Below this share of a dependent column a term is rounding of the others.
const NEGLIGIBLE: f64 = 1e-9;

impl Solution {
    /// Solves the triangle, or says which columns leave the solution open.
    pub(crate) fn of(triangle: &Triangle) -> Result<Self, Vec<Dependence>> {
        let p = triangle.r.ncols() - 1;
        let r = triangle.r.view((0, 0), (p, p)).clone_owned();
        let z = DVector::from_fn(p, |i, _| triangle.r[(i, p)]);
        let dependent = dependences(&r);
        if !dependent.is_empty() {
            return Err(dependent);
        }
        let rest = triangle.r[(p, p)];
        let singular =
            || (0..p).map(|column| Dependence { column, terms: Vec::new() }).collect::<Vec<_>>();
        let inverse = r.solve_upper_triangular(&DMatrix::identity(p, p)).ok_or_else(singular)?;
        let estimates = r.solve_upper_triangular(&z).ok_or_else(singular)?;
        let estimates = estimates.iter().copied().collect();
        Ok(Solution { r, inverse, z, estimates, rss: rest * rest })
    }

    /// (AᵀA)⁻¹ = R⁻¹ R⁻ᵀ.
    pub(crate) fn unscaled_covariance(&self) -> DMatrix<f64> {
        &self.inverse * self.inverse.transpose()
    }

    /// Largest singular value over smallest: of the columns as they are.
    pub(crate) fn condition(&self) -> f64 {
        norm(&self.r) * norm(&self.inverse)
    }

    /// The same with every column divided by its length.
    pub(crate) fn scaled_condition(&self) -> f64 {
        let lengths: Vec<f64> = self.r.column_iter().map(|c| c.norm()).collect();
        let scaled =
            DMatrix::from_fn(self.r.nrows(), self.r.ncols(), |i, j| self.r[(i, j)] / lengths[j]);
        let inverse = DMatrix::from_fn(self.r.nrows(), self.r.ncols(), |i, j| {
            lengths[i] * self.inverse[(i, j)]
        });
        norm(&scaled) * norm(&inverse)
    }
}

/// The largest singular value.
fn norm(matrix: &DMatrix<f64>) -> f64 {
    /// Beyond, a decomposition takes longer than the fit itself.
    const DECOMPOSED: usize = 200;
    if matrix.is_empty() {
        return 1.0;
    }
    if matrix.ncols() <= DECOMPOSED {
        return matrix.singular_values().max();
    }
    // The power method; a slow convergence means that the next singular value is as large.
    let mut direction = DVector::from_element(matrix.ncols(), 1.0);
    let mut largest = 0.0;
    for _ in 0..100 {
        direction = matrix.tr_mul(&(matrix * direction.normalize()));
        largest = direction.norm().sqrt();
    }
    largest
}

/// The columns that are combinations of columns before them.
fn dependences(r: &DMatrix<f64>) -> Vec<Dependence> {
    let lengths: Vec<f64> = r.column_iter().map(|c| c.norm()).collect();
    let mut independent: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    for column in 0..r.ncols() {
        // With dependent columns left out the rest of R is no triangle: its columns are orthogonalised
        // again, which costs nothing while there is none.
        let rest = if found.is_empty() {
            r[(column, column)].abs()
        } else {
            remainder(r, &independent, column).1
        };
        if rest > DEPENDENT * lengths[column] {
            independent.push(column);
            continue;
        }
        let terms = if lengths[column] == 0.0 {
            Vec::new()
        } else {
            let factors = remainder(r, &independent, column).0;
            let matters =
                |&(j, f): &(usize, f64)| f.abs() * lengths[j] > NEGLIGIBLE * lengths[column];
            independent.iter().copied().zip(factors).filter(matters).collect()
        };
        found.push(Dependence { column, terms });
    }
    found
}

/// The factors of `columns` that come closest to `column`, and the length of what they leave.
fn remainder(r: &DMatrix<f64>, columns: &[usize], column: usize) -> (Vec<f64>, f64) {
    let target: DVector<f64> = r.column(column).clone_owned();
    if columns.is_empty() {
        return (Vec::new(), target.norm());
    }
    let basis = r.select_columns(columns);
    let qr = basis.qr();
    let factors = qr.r().solve_upper_triangular(&(qr.q().transpose() * &target));
    let factors: Vec<f64> = factors.map_or_else(Vec::new, |f| f.iter().copied().collect());
    let fitted = columns.iter().zip(&factors).map(|(&j, &f)| r.column(j) * f);
    let left = fitted.fold(target, |left, part| left - part);
    (factors, left.norm())
}

impl Dependence {
    /// `wt_kg = 0.4536 × wt`.
    pub(crate) fn text(&self, names: &[String]) -> String {
        let name = &names[self.column];
        let mut text = format!("{name} =");
        for (k, (j, factor)) in self.terms.iter().enumerate() {
            text += match (k, *factor < 0.0) {
                (0, true) => " −",
                (0, false) => " ",
                (_, true) => " − ",
                (_, false) => " + ",
            };
            let size = short(factor.abs());
            text += &match (size.as_str(), names[*j].as_str()) {
                (_, "intercept") => size,
                ("1", other) => other.to_owned(),
                (_, other) => format!("{size} × {other}"),
            };
        }
        if self.terms.is_empty() { text + " 0" } else { text }
    }
}

/// Six significant digits, without zeros at the end.
pub(crate) fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    if rounded != 0.0 && !(1e-4..1e7).contains(&rounded.abs()) {
        format!("{rounded:e}")
    } else {
        rounded.to_string()
    }
}
