//! Newton's method for a sum of row losses, each step a least-squares problem solved by QR.
//!
//! With slopes gᵢ and curvature Hᵢ = Lᵢ Lᵢᵀ of row i in its predictors ηᵢ = xᵢ·β, the step δ minimises
//! Σ wᵢ ‖Lᵢᵀ xᵢ·δ + Lᵢ⁻¹ gᵢ‖²: the digits lost go with the condition number of the weighted columns, not
//! with that of the Hessian, which is its square.

use super::family::{Family, Likelihood};
use crate::linear::solution::{Dependence, Solution};
use crate::linear::triangle::{Block, Triangle};
use crate::{Design, Status};
use chainrule::error::Error;
use std::ops::Range;

/// Converged when a step is below this share of the standard errors: one more would be below its square.
const SMALL: f64 = 1e-8;

/// The sum to be minimised over the coefficients: predictor by predictor, column by column.
pub(super) struct Problem<'d> {
    pub(super) design: &'d Design,
    pub(super) likelihood: &'d Likelihood,
    /// The response as the likelihood wants it.
    pub(super) response: &'d [Vec<f64>],
    /// Half the penalty is the sum of the squares of these times the coefficients of a predictor.
    pub(super) penalty: &'d [f64],
    pub(super) threads: usize,
}

/// Where Newton's method ended.
pub(super) struct Minimum {
    pub(super) coefficients: Vec<f64>,
    /// The predictors of each row.
    pub(super) predictors: Vec<Vec<f64>>,
    /// Penalty left out.
    pub(super) loss: f64,
    /// The last step's system.
    pub(super) solution: Solution,
    pub(super) status: Status,
    pub(super) steps: usize,
}

/// Why there is no minimum.
pub(super) enum Failure {
    /// Columns that others contain.
    Dependent(Vec<Dependence>),
    /// The loss falls along this direction for ever.
    Recedes(Vec<f64>),
    /// The engine refused.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl Problem<'_> {
    /// Minimises in at most `limit` steps. `recedes` is asked about the step when the method does not
    /// settle.
    pub(super) fn minimize(
        &self,
        limit: usize,
        recedes: impl Fn(&[f64]) -> bool,
    ) -> Result<Minimum, Failure> {
        /// By now Newton's method converges quadratically if it converges at all.
        const EARLY: usize = 6;
        let start = self.system(&self.start(), None)?;
        let solution = Solution::of(&start).map_err(Failure::Dependent)?;
        let mut at = self.point(solution.estimates)?;
        let mut last_step = Vec::new();
        for steps in 1..=limit {
            let system = self.system(&at.predictors, Some(&at.coefficients))?;
            let solution = match Solution::of(&system) {
                Ok(solution) => solution,
                Err(_) if !last_step.is_empty() => return Err(Failure::Recedes(last_step)),
                Err(dependent) => return Err(Failure::Dependent(dependent)),
            };
            let step = solution.estimates.clone();
            let length = solution.z.norm();
            let finish = |at: Point, solution, status| {
                let Point { coefficients, predictors, loss, .. } = at;
                Minimum { coefficients, predictors, loss, solution, status, steps }
            };
            if length < SMALL {
                let at = self.along(&at, &step, 1.0)?;
                return Ok(finish(at, solution, Status::Converged));
            }
            if steps > EARLY && recedes(&step) {
                return Err(Failure::Recedes(step));
            }
            match self.search(&at, &step)? {
                Some(lower) => at = lower,
                None => return Ok(finish(at, solution, Status::Stalled)),
            }
            if steps == limit {
                return Ok(finish(at, solution, Status::Steps));
            }
            last_step = step;
        }
        unreachable!("the last step returns")
    }

    /// What a minimum would be at these coefficients.
    pub(super) fn at(
        &self,
        coefficients: Vec<f64>,
        status: Status,
        steps: usize,
    ) -> Result<Minimum, Failure> {
        let Point { coefficients, predictors, loss, .. } = self.point(coefficients)?;
        let system = self.system(&predictors, Some(&coefficients))?;
        let solution = Solution::of(&system).map_err(Failure::Dependent)?;
        Ok(Minimum { coefficients, predictors, loss, solution, status, steps })
    }

    /// The first of the full step, its half, its quarter, … that is not higher.
    fn search(&self, at: &Point, step: &[f64]) -> Result<Option<Point>, Error> {
        /// The sum of the losses is rounded.
        const ROUNDING: f64 = 1e-12;
        const HALVINGS: i32 = 40;
        for k in 0..HALVINGS {
            let next = self.along(at, step, 0.5_f64.powi(k))?;
            if next.objective <= at.objective + ROUNDING * at.objective.abs() {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    fn along(&self, at: &Point, step: &[f64], rate: f64) -> Result<Point, Error> {
        self.point(at.coefficients.iter().zip(step).map(|(b, d)| b + rate * d).collect())
    }

    fn point(&self, coefficients: Vec<f64>) -> Result<Point, Error> {
        let p = self.design.columns.len();
        let predictors: Vec<Vec<f64>> =
            coefficients.chunks(p).map(|b| self.design.predictor(b)).collect();
        let loss = self.loss(&predictors)?;
        let penalty: f64 = coefficients
            .chunks(p)
            .flat_map(|b| b.iter().zip(self.penalty))
            .map(|(b, s)| (b * s).powi(2))
            .sum();
        Ok(Point { coefficients, predictors, loss, objective: loss + 0.5 * penalty })
    }

    /// The negative log-likelihood at these predictors.
    pub(super) fn loss(&self, predictors: &[Vec<f64>]) -> Result<f64, Error> {
        let columns: Vec<&[f64]> =
            predictors.iter().chain(self.response).map(Vec::as_slice).collect();
        self.likelihood.total(&columns, self.design.weights.as_deref())
    }

    /// Predictors near the response, as far as they are finite.
    fn start(&self) -> Vec<Vec<f64>> {
        let each = |y: &Vec<f64>| match self.likelihood.family {
            Family::Gaussian => y.clone(),
            Family::Poisson => y.iter().map(|y| (y + 0.5).ln()).collect(),
            Family::Logistic => y.iter().map(|y| if *y > 0.5 { 1.0 } else { -1.0 }).collect(),
        };
        self.response.iter().map(each).collect()
    }

    /// The least-squares problem of the step from `coefficients`, whose predictors are given; without
    /// them, of the coefficients themselves from predictors that are no combination of columns yet.
    fn system(
        &self,
        predictors: &[Vec<f64>],
        coefficients: Option<&[f64]>,
    ) -> Result<Triangle, Error> {
        let m = self.likelihood.predictors;
        let width = self.design.columns.len() * m;
        let mut triangle = Triangle::new(width + 1);
        // One call outside of the threads, so that an error of the engine has a way out.
        self.likelihood.derivatives(&vec![&[0.0][..]; 2 * m])?;
        triangle.fold(self.design.len(), m, self.threads, |rows, block| {
            self.fill(predictors, coefficients.is_none(), rows, block);
        });
        if !self.penalty.is_empty() {
            triangle.fold(width, 1, 1, |range, block| {
                for (line, j) in range.enumerate() {
                    let root = self.penalty[j % self.penalty.len()];
                    block.column(j)[line] = root;
                    block.column(width)[line] = coefficients.map_or(0.0, |b| -root * b[j]);
                }
            });
        }
        Ok(triangle)
    }

    fn fill(
        &self,
        predictors: &[Vec<f64>],
        whole: bool,
        rows: Range<usize>,
        block: &mut Block<'_>,
    ) {
        let (m, p) = (self.likelihood.predictors, self.design.columns.len());
        let count = rows.len();
        let columns: Vec<&[f64]> =
            predictors.iter().chain(self.response).map(|c| &c[rows.clone()]).collect();
        let derivatives =
            self.likelihood.derivatives(&columns).expect("the same columns as before");
        let mut factor = vec![0.0; m * m];
        let mut slope = vec![0.0; m];
        let mut factors = vec![vec![0.0; count]; m * m];
        for i in 0..count {
            let weight = self.design.weights.as_ref().map_or(1.0, |w| w[rows.start + i]);
            for k in 0..m {
                slope[k] = derivatives[k][i];
                for l in 0..m {
                    factor[k * m + l] = derivatives[m + k * m + l][i];
                }
            }
            decompose(&mut factor, &mut slope, m);
            let root = weight.sqrt();
            for line in 0..m {
                let mut right = -slope[line];
                for k in line..m {
                    let entry = factor[k * m + line];
                    factors[line * m + k][i] = root * entry;
                    if whole {
                        let offset = self.design.offset.as_ref().map_or(0.0, |o| o[rows.start + i]);
                        right += entry * (predictors[k][rows.start + i] - offset);
                    }
                }
                block.column(m * p)[line * count + i] = root * right;
            }
        }
        for line in 0..m {
            for k in line..m {
                let factor = &factors[line * m + k];
                for (j, column) in self.design.columns.iter().enumerate() {
                    let target = &mut block.column(k * p + j)[line * count..(line + 1) * count];
                    let source = column[rows.clone()].iter().zip(factor);
                    target.iter_mut().zip(source).for_each(|(t, (x, f))| *t = x * f);
                }
            }
        }
    }
}

/// Coefficients and what follows from them.
struct Point {
    coefficients: Vec<f64>,
    predictors: Vec<Vec<f64>>,
    loss: f64,
    /// The loss with the penalty.
    objective: f64,
}

/// H = L Lᵀ in the lower triangle of `h`, and L⁻¹ g in `g`.
///
/// Far out the curvature of a row vanishes before its slope does; it is kept above a small share of the
/// slope, which bounds the step and does not move the minimum.
fn decompose(h: &mut [f64], g: &mut [f64], m: usize) {
    const SHARE: f64 = 1e-10;
    for j in 0..m {
        let floor = (SHARE * g[j].abs()).max(1e-300);
        let pivot = (h[j * m + j] - (0..j).map(|k| h[j * m + k].powi(2)).sum::<f64>()).max(floor);
        let root = pivot.sqrt();
        h[j * m + j] = root;
        for i in j + 1..m {
            let inner: f64 = (0..j).map(|k| h[i * m + k] * h[j * m + k]).sum();
            h[i * m + j] = (h[i * m + j] - inner) / root;
        }
        let inner: f64 = (0..j).map(|k| h[j * m + k] * g[k]).sum();
        g[j] = (g[j] - inner) / root;
    }
}
