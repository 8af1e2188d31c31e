//! Coordinate descent for a penalty with a kink at 0, finished exactly.
//!
//! Friedman, Hastie, Tibshirani, *Regularization paths for generalized linear models via coordinate
//! descent* (2010), on the triangle in place of the rows: a sweep costs p², for any number of rows.

use super::standard::Standard;

/// Coefficients of standardised columns.
pub(super) struct Solved {
    pub(super) coefficients: Vec<f64>,
    /// Sweeps over the coefficients.
    pub(super) sweeps: usize,
    /// Whether the conditions of Karush, Kuhn and Tucker hold to rounding.
    pub(super) is_exact: bool,
}

/// A slope is as it must be when it is off by less than this share of the largest that the data have.
const EXACT: f64 = 1e-11;
/// Sweeps after which the best so far is given.
const LIMIT: usize = 20_000;

/// The minimum of RSS / (2n) + `sizes` ‖w‖₁ + `squares`/2 ‖w‖², begun at `start`.
pub(super) fn descend(standard: &Standard, sizes: f64, squares: f64, start: &[f64]) -> Solved {
    let (columns, n) = (&standard.columns, standard.n);
    let p = start.len();
    let mut w = start.to_vec();
    let weight: Vec<f64> = columns.column_iter().map(|c| c.norm_squared() / n).collect();
    let mut left = &standard.response - columns * nalgebra::DVector::from_column_slice(&w);
    let close = EXACT * standard.largest().max(sizes);
    let mut pause = 4;
    for sweep in 1..=LIMIT {
        for j in 0..p {
            if weight[j] == 0.0 {
                continue;
            }
            let column = columns.column(j);
            let pull = column.dot(&left) / n + weight[j] * w[j];
            let next = soft(pull, sizes) / (weight[j] + squares);
            if next != w[j] {
                left.axpy(w[j] - next, &column, 1.0);
                w[j] = next;
            }
        }
        if sweep % pause != 0 && sweep != LIMIT {
            continue;
        }
        // The signs that the descent found, and the exact solution for them.
        let active: Vec<usize> = (0..p).filter(|&j| w[j] != 0.0).collect();
        let slopes: Vec<f64> = w.iter().map(|w| sizes * w.signum()).collect();
        let exact = standard.solve(&active, squares, Some(&slopes));
        let same_signs = active.iter().all(|&j| exact[j] * w[j] > 0.0);
        if same_signs && is_minimum(standard, sizes, squares, &exact, close) {
            return Solved { coefficients: exact, sweeps: sweep, is_exact: true };
        }
        if is_minimum(standard, sizes, squares, &w, close) {
            return Solved { coefficients: w, sweeps: sweep, is_exact: true };
        }
        // Trying costs as much as some sweeps: less often the longer it takes.
        pause = (pause * 2).min(256);
    }
    Solved { coefficients: w, sweeps: LIMIT, is_exact: false }
}

/// Towards 0 by `by`, and 0 where that would pass it.
fn soft(x: f64, by: f64) -> f64 {
    (x.abs() - by).max(0.0).copysign(x)
}

/// The conditions of Karush, Kuhn and Tucker: the slope of what is smooth balances that of ‖w‖₁.
fn is_minimum(standard: &Standard, sizes: f64, squares: f64, w: &[f64], close: f64) -> bool {
    let fitted = &standard.columns * nalgebra::DVector::from_column_slice(w);
    let pull = standard.columns.tr_mul(&(&standard.response - fitted)) / standard.n;
    w.iter().zip(pull.iter()).all(|(&w, &pull)| {
        let pull = pull - squares * w;
        if w == 0.0 {
            pull.abs() <= sizes + close
        } else {
            (pull - sizes * w.signum()).abs() <= close
        }
    })
}
