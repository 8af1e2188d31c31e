//! The path of coefficients over penalties, and the choice of one by cross-validation.

use super::standard::{Standard, residual_squares};
use super::{Penalised, Penalty};
use crate::linear::check::check;
use crate::linear::least_squares::Totals;
use crate::linear::triangle::{Triangle, threads};
use crate::validate::folds;
use crate::{Design, Fit};
use chainrule::error::Error;

/// Coefficients for penalties from the largest to the smallest, and how well they predict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PenaltyPath {
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// The penalties λ, falling.
    pub penalties: Vec<f64>,
    /// For each penalty the coefficients per unit of the columns as they are.
    pub coefficients: Vec<Vec<f64>>,
    /// For each penalty the mean over the folds of the mean squared error of their rows, predicted by a
    /// fit to the others; empty without folds.
    pub errors: Vec<f64>,
    /// Standard errors of these means.
    pub error_spread: Vec<f64>,
    /// The penalty with the smallest error, by its position.
    pub best: Option<usize>,
    /// The largest penalty whose error is within one standard error of the smallest.
    pub simplest: Option<usize>,
}

/// Which penalty of a path to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The one with the smallest error.
    #[default]
    Smallest,
    /// The largest one whose error is within one standard error of the smallest: Breiman, Friedman,
    /// Olshen, Stone (1984).
    OneStandardError,
}

impl Penalised {
    /// The coefficients for 100 penalties, in equal ratios from the smallest that leaves nothing down to
    /// a thousandth of it; of a ridge, from 10³ n to 10⁻⁵ n. The own strength of the penalty does not
    /// matter, the ratio of an elastic net does.
    ///
    /// # Errors
    ///
    /// As for [`fit`](Penalised::fit).
    pub fn path(&self, design: &Design) -> Result<PenaltyPath, Error> {
        let standard = self.standard(design)?;
        Ok(path_of(design, &standard, &self.grid(&standard)))
    }

    /// Chooses the penalty by cross-validation in `count` folds, seeded, and fits all rows with it.
    ///
    /// Each row is read once: the folds are triangles, joined in turn without one, and the errors are read
    /// off the one left out.
    ///
    /// # Errors
    ///
    /// As for [`fit`](Penalised::fit), and if there are not at least two folds of at least one row.
    pub fn cross_validate(
        &self,
        design: &Design,
        count: usize,
        seed: u64,
        choice: Choice,
    ) -> Result<(Fit, PenaltyPath), Error> {
        let standard = self.standard(design)?;
        let penalties = self.grid(&standard);
        let mut path = path_of(design, &standard, &penalties);
        let errors = self.errors(design, &penalties, count, seed)?;
        let folds = errors.len() as f64;
        for k in 0..penalties.len() {
            let mean = errors.iter().map(|fold| fold[k]).sum::<f64>() / folds;
            let squares: f64 = errors.iter().map(|fold| (fold[k] - mean).powi(2)).sum();
            path.errors.push(mean);
            path.error_spread.push((squares / (folds - 1.0) / folds).sqrt());
        }
        let best = (0..penalties.len()).min_by(|&a, &b| path.errors[a].total_cmp(&path.errors[b]));
        let limit = best.map_or(f64::NAN, |best| path.errors[best] + path.error_spread[best]);
        path.best = best;
        path.simplest = path.errors.iter().position(|error| *error <= limit);
        let chosen = match choice {
            Choice::Smallest => path.best,
            Choice::OneStandardError => path.simplest,
        };
        let strength = path.penalties[chosen.unwrap_or(0)];
        let model = Penalised { penalty: self.penalty.with_strength(strength), ..self.clone() };
        let mut fit = model.fit_to(design, &standard)?;
        fit.method += &format!(", chosen in {count} folds");
        Ok((fit, path))
    }

    /// The penalties of a path, falling.
    fn grid(&self, standard: &Standard) -> Vec<Penalty> {
        const COUNT: usize = 100;
        // Nearly a ridge: the largest penalty of the lasso's part would be out of reach.
        const LEAST_RATIO: f64 = 1e-3;
        let (largest, decades) = match self.penalty {
            Penalty::Ridge(_) => (1e3 * standard.n, 8.0),
            Penalty::Lasso(_) => (standard.largest(), 3.0),
            Penalty::ElasticNet { ratio, .. } => (standard.largest() / ratio.max(LEAST_RATIO), 3.0),
        };
        let largest = if largest > 0.0 { largest } else { 1.0 };
        let strength = |k: usize| largest * 10f64.powf(-decades * k as f64 / (COUNT - 1) as f64);
        (0..COUNT).map(|k| self.penalty.with_strength(strength(k))).collect()
    }

    /// For each fold and penalty the mean squared error of the fold's rows.
    fn errors(
        &self,
        design: &Design,
        penalties: &[Penalty],
        count: usize,
        seed: u64,
    ) -> Result<Vec<Vec<f64>>, Error> {
        check(design)?;
        let folds: Vec<(Triangle, f64)> = folds(design.len(), count, seed)?
            .iter()
            .map(|rows| {
                let part = design.select(rows);
                let mut totals = Totals::new(design.columns.len());
                totals.fold(&part, threads(self.threads));
                let n = part.weights.as_ref().map_or(part.len() as f64, |w| w.iter().sum());
                (totals.triangle, n)
            })
            .collect();
        let each = (0..folds.len()).map(|held| {
            let mut others = Triangle::new(design.columns.len() + 1);
            let mut n = 0.0;
            for (k, (triangle, weight)) in folds.iter().enumerate() {
                if k != held {
                    others.join(&triangle.r);
                    n += weight;
                }
            }
            let standard = Standard::new(others.r, n, design.has_intercept)?;
            let (triangle, weight) = &folds[held];
            let error = |solved: super::coordinate::Solved| {
                residual_squares(&triangle.r, &standard.per_unit(&solved.coefficients)) / weight
            };
            Ok(standard.path(penalties).into_iter().map(error).collect())
        });
        each.collect()
    }
}

fn path_of(design: &Design, standard: &Standard, penalties: &[Penalty]) -> PenaltyPath {
    let solved = standard.path(penalties);
    PenaltyPath {
        names: design.names.clone(),
        penalties: penalties.iter().map(|p| p.strength()).collect(),
        coefficients: solved.iter().map(|s| standard.per_unit(&s.coefficients)).collect(),
        ..PenaltyPath::default()
    }
}
