//! Penalised least squares: ridge, lasso, elastic net.

mod choose;
mod coordinate;
mod standard;

pub use choose::{Choice, PenaltyPath};

use crate::linear::check::{check, enough, informative};
use crate::linear::solution::short;
use crate::linear::triangle::threads;
use crate::{Design, Fit, Status};
use chainrule::error::{Error, ErrorKind};
use standard::Standard;

/// What is added to the sum of squares.
///
/// w are the coefficients of columns divided by their population standard deviation; the intercept is
/// free. n is the number of rows, or the sum of their weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// RSS + λ ‖w‖².
    Ridge(f64),
    /// RSS / (2n) + λ ‖w‖₁.
    Lasso(f64),
    /// RSS / (2n) + λ (ρ ‖w‖₁ + (1 − ρ)/2 ‖w‖²).
    ElasticNet {
        /// λ.
        penalty: f64,
        /// ρ, from 0 to 1: the lasso's share.
        ratio: f64,
    },
}

impl Penalty {
    /// λ.
    #[must_use]
    pub fn strength(self) -> f64 {
        match self {
            Penalty::Ridge(strength) | Penalty::Lasso(strength) => strength,
            Penalty::ElasticNet { penalty, .. } => penalty,
        }
    }

    /// The same with another λ.
    #[must_use]
    pub fn with_strength(self, strength: f64) -> Self {
        match self {
            Penalty::Ridge(_) => Penalty::Ridge(strength),
            Penalty::Lasso(_) => Penalty::Lasso(strength),
            Penalty::ElasticNet { ratio, .. } => Penalty::ElasticNet { penalty: strength, ratio },
        }
    }

    /// The factors a and b of RSS / (2n) + a ‖w‖₁ + b/2 ‖w‖², for `n` rows.
    fn factors(self, n: f64) -> (f64, f64) {
        match self {
            Penalty::Ridge(strength) => (0.0, strength / n),
            Penalty::Lasso(strength) => (strength, 0.0),
            Penalty::ElasticNet { penalty, ratio } => (penalty * ratio, penalty * (1.0 - ratio)),
        }
    }

    fn check(self) -> Result<(), Error> {
        let strength = self.strength();
        if !(strength >= 0.0 && strength.is_finite()) {
            let message = format!("a penalty is 0 or more, not {strength}");
            return Err(Error::new(ErrorKind::Option, message));
        }
        if let Penalty::ElasticNet { ratio, .. } = self
            && !(0.0..=1.0).contains(&ratio)
        {
            let message =
                format!("the lasso's share of an elastic net is from 0 to 1, not {ratio}");
            return Err(Error::new(ErrorKind::Option, message));
        }
        Ok(())
    }
}

impl std::fmt::Display for Penalty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let strength = short(self.strength());
        match self {
            Penalty::Ridge(_) => write!(f, "ridge {strength}"),
            Penalty::Lasso(_) => write!(f, "lasso {strength}"),
            Penalty::ElasticNet { ratio, .. } => write!(f, "elastic net {strength}, ratio {ratio}"),
        }
    }
}

/// Least squares with a penalty on the coefficients of standardised columns.
///
/// The rows are folded into a triangle as in [`LeastSquares`](crate::LeastSquares), so that everything
/// after is independent of their number. Ridge is solved by QR of the triangle with the penalty below it;
/// lasso and elastic net by coordinate descent, from the largest penalty down, and then exactly for the
/// signs that were found. Coefficients that the penalty drops are exactly 0. Estimates are given per unit
/// of the column as it is; they have no standard errors, because the penalty biases them.
///
/// ```
/// use chainrule_fit::{Design, Penalised, Penalty};
/// let design = Design {
///     response_name: "y".to_owned(),
///     response: vec![1.1, 1.9, 3.2, 3.8],
///     names: ["intercept", "x", "noise"].map(str::to_owned).to_vec(),
///     columns: vec![vec![1.0; 4], vec![1.0, 2.0, 3.0, 4.0], vec![1.0, -1.0, -1.0, 1.0]],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let fit = Penalised::new(Penalty::Lasso(0.2)).fit(&design)?;
/// assert!(fit.coefficients[1].estimate > 0.5);
/// assert_eq!(fit.coefficients[2].estimate, 0.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Penalised {
    /// The penalty.
    pub penalty: Penalty,
    /// Threads that share the rows; `None` takes as many as the machine offers. The result has the same
    /// bits for any number.
    pub threads: Option<usize>,
}

impl Penalised {
    /// Least squares with that penalty.
    #[must_use]
    pub fn new(penalty: Penalty) -> Self {
        Penalised { penalty, threads: None }
    }

    /// Fits `design`. More columns than rows and collinear columns are allowed.
    ///
    /// The degrees of freedom that the model takes are the trace of the matrix from responses to fitted
    /// values; for the lasso the number of coefficients that are not 0 (Zou, Hastie, Tibshirani 2007).
    ///
    /// # Errors
    ///
    /// If lengths differ, a number is not finite, a weight is negative, there is no row, or the penalty is
    /// negative; where it is 0, as for [`LeastSquares::fit`](crate::LeastSquares::fit).
    pub fn fit(&self, design: &Design) -> Result<Fit, Error> {
        if self.penalty.strength() == 0.0 {
            // Whatever leaves least squares open leaves this open.
            crate::LeastSquares { threads: self.threads, ..Default::default() }.fit(design)?;
        }
        let standard = self.standard(design)?;
        self.fit_to(design, &standard)
    }

    fn standard(&self, design: &Design) -> Result<Standard, Error> {
        self.penalty.check()?;
        check(design)?;
        enough(informative(design), design.columns.len().min(1))?;
        Standard::of(design, threads(self.threads))
    }

    fn fit_to(&self, design: &Design, standard: &Standard) -> Result<Fit, Error> {
        let solved = standard.path(&[self.penalty]).pop();
        let solved = solved.ok_or_else(|| Error::new(ErrorKind::Option, "no penalty"))?;
        let estimates = standard.per_unit(&solved.coefficients);
        let rss = standard.rss(&estimates);
        let first = usize::from(design.has_intercept);
        let n = informative(design) as f64;
        let taken = standard.freedom(&solved.coefficients, self.penalty) + first as f64;
        let residual_df = n - taken;
        let mut fit = Fit {
            model: design.model(),
            method: format!("least squares, {}, columns standardised", self.penalty),
            rows_used: informative(design),
            rows_dropped: design.dropped.rows,
            residual_df,
            rss: Some(rss),
            residual_sd: (residual_df > 0.0).then(|| (rss / residual_df).sqrt()),
            r_squared: (standard.total() > 0.0).then(|| 1.0 - rss / standard.total()),
            status: if solved.is_exact { Status::Converged } else { Status::Stalled },
            steps: solved.sweeps,
            fitted: design.predictor(&estimates),
            ..Fit::default()
        };
        fit.residuals = design.response.iter().zip(&fit.fitted).map(|(y, f)| y - f).collect();
        let coefficient = |(name, &estimate): (&String, &f64)| crate::Coefficient {
            name: name.clone(),
            estimate,
            std_error: f64::NAN,
            statistic: f64::NAN,
            p_value: f64::NAN,
            interval: (f64::NAN, f64::NAN),
        };
        fit.coefficients = design.names.iter().zip(&estimates).map(coefficient).collect();
        for &j in standard.constant() {
            fit.issues.push(format!("`{}` is constant: its coefficient is 0", design.names[j]));
        }
        Ok(fit)
    }
}
