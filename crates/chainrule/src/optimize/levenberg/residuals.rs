//! What is fitted: residuals and their Jacobian at a point.

use super::Triangle;

/// Residuals rᵢ(x) whose sum of squares is to be small, with their exact Jacobian J: ∂rᵢ/∂xⱼ.
///
/// J is handed over as the [`Triangle`] of its QR factorisation, which takes it in block by block, so that a
/// million rows need not stand in memory with all their derivatives at once. What cannot be computed is NaN
/// or infinite, never a panic: the method backs off from it.
pub trait Residuals {
    /// The number of variables n.
    fn dimension(&self) -> usize;

    /// The number of residuals m.
    fn count(&self) -> usize;

    /// Σ rᵢ² at `x`.
    fn sum_of_squares(&mut self, x: &[f64]) -> f64;

    /// The triangle of J and r at `x`.
    fn triangle(&mut self, x: &[f64]) -> Triangle;

    /// Writes Jᵀk into `out`, with kᵢ = vᵀ∇²rᵢv the second derivative of each residual along `v`, and
    /// returns true; or returns false, which is the default. With it a step bends along the surface that
    /// the residuals draw.
    fn bend(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> bool {
        let _ = (x, v, out);
        false
    }
}

/// Residuals of `dimension` variables from closures: one writes the `count` residuals, the other their
/// Jacobian row by row (m·n numbers).
///
/// ```
/// use chainrule::optimize::{LeastSquares, residuals_from_fn};
///
/// let mut valley = residuals_from_fn(
///     2,
///     2,
///     |x, r| r.copy_from_slice(&[10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]),
///     |x, jacobian| jacobian.copy_from_slice(&[-20.0 * x[0], 10.0, -1.0, 0.0]),
/// );
/// let outcome = LeastSquares::new().solve(&mut valley, &[-1.2, 1.0])?;
/// assert!(outcome.stop.is_converged());
/// assert!(outcome.x.iter().all(|x| (x - 1.0).abs() < 1e-12));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn residuals_from_fn(
    dimension: usize,
    count: usize,
    residuals: impl FnMut(&[f64], &mut [f64]),
    jacobian: impl FnMut(&[f64], &mut [f64]),
) -> impl Residuals {
    Pair {
        values: vec![0.0; count],
        rows: vec![0.0; count * dimension],
        dimension,
        residuals,
        jacobian,
    }
}

struct Pair<R, J> {
    dimension: usize,
    values: Vec<f64>,
    rows: Vec<f64>,
    residuals: R,
    jacobian: J,
}

impl<R: FnMut(&[f64], &mut [f64]), J: FnMut(&[f64], &mut [f64])> Residuals for Pair<R, J> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn count(&self) -> usize {
        self.values.len()
    }

    fn sum_of_squares(&mut self, x: &[f64]) -> f64 {
        (self.residuals)(x, &mut self.values);
        self.values.iter().map(|r| r * r).sum()
    }

    fn triangle(&mut self, x: &[f64]) -> Triangle {
        (self.residuals)(x, &mut self.values);
        (self.jacobian)(x, &mut self.rows);
        Triangle::of_rows(&self.rows, &self.values)
    }
}
