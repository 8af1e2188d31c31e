//! Generalised linear models: the response depends on a linear predictor through a family.

mod family;
mod newton;
mod separation;

pub use family::Family;
pub(crate) use family::row_loss;

use crate::linear::check::{check, collinear, enough, informative};
use crate::linear::inference::{Reference, check_level, coefficients, rows};
use crate::linear::robust::leverage_of;
use crate::linear::triangle::threads;
use crate::{Design, Fit, LeastSquares, Link, Status};
use chainrule::algebra::Op;
use chainrule::error::{Error, ErrorKind};
use family::{Likelihood, check_counts, class, classes};
use nalgebra::DMatrix;
use newton::{Failure, Minimum, Problem};

/// A generalised linear model, fitted by maximum likelihood.
///
/// The coefficients minimise Σ wᵢ ℓ(xᵢ·β + offsetᵢ, yᵢ) with
///
/// | family | ℓ(η, y) |
/// |---|---|
/// | gaussian | (η − y)² / 2, solved as [`LeastSquares`] |
/// | logistic, two classes | ln(1 + e^η) − y η |
/// | logistic, several classes | ln(1 + Σ e^ηₖ) − η of the observed class, 0 for the first |
/// | Poisson | e^η − y η + ln y! |
///
/// and, with a ridge, minimise twice that plus ridge · ‖w‖², where w are the coefficients of columns
/// divided by their population standard deviation, without the intercept: the deviance takes the place
/// that the residual sum of squares has in ridge regression.
///
/// Slopes and curvatures of ℓ come from the engine; steps are Newton's, solved by QR, halved where they
/// would go up. Standard errors come from the curvature at the end; statistics are z.
///
/// ```
/// use chainrule_fit::{Design, Family, Glm};
/// let design = Design {
///     response_name: "n".to_owned(),
///     response: vec![1.0, 3.0, 2.0, 6.0],
///     names: vec!["intercept".to_owned(), "late".to_owned()],
///     columns: vec![vec![1.0; 4], vec![0.0, 0.0, 1.0, 1.0]],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let fit = Glm::new(Family::Poisson).fit(&design)?;
/// // Means 2 and 4.
/// assert!((fit.coefficients[0].estimate - 2f64.ln()).abs() < 1e-12);
/// assert!((fit.coefficients[1].estimate - 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Glm {
    /// The distribution of the response.
    pub family: Family,
    /// Confidence of the intervals.
    pub level: f64,
    /// Penalty on the squares of standardised coefficients. Above 0 there are no standard errors.
    pub ridge: f64,
    /// Most steps of Newton's method.
    pub steps: usize,
    /// Threads that share the rows; `None` takes as many as the machine offers. The result has the same
    /// bits for any number.
    pub threads: Option<usize>,
}

impl Default for Glm {
    fn default() -> Self {
        Glm { family: Family::Gaussian, level: 0.95, ridge: 0.0, steps: 50, threads: None }
    }
}

impl Glm {
    /// A model of that family with the usual settings.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Glm { family, ..Glm::default() }
    }

    /// Fits `design`. Its response is 0 or 1, or the number of a class, for the logistic family.
    ///
    /// `fitted` is the expected response; for several classes it is the probability of the class that
    /// was observed, and `residuals` are what it lacks to 1.
    ///
    /// # Errors
    ///
    /// As for [`LeastSquares::fit`]; if a response is outside the family's domain; if a column or a
    /// combination separates the classes, so that the likelihood has no maximum: then they are named.
    pub fn fit(&self, design: &Design) -> Result<Fit, Error> {
        check_level(self.level)?;
        if !(self.ridge >= 0.0 && self.ridge.is_finite()) {
            let message = format!("a ridge is 0 or more, not {}", self.ridge);
            return Err(Error::new(ErrorKind::Option, message));
        }
        if self.family == Family::Gaussian && self.ridge == 0.0 {
            let (level, threads) = (self.level, self.threads);
            return LeastSquares { level, threads, ..LeastSquares::default() }.fit(design);
        }
        check(design)?;
        let (names, response) = responses(design, self.family)?;
        if self.ridge == 0.0 {
            enough(informative(design), design.columns.len() * response.len())?;
        } else {
            enough(informative(design), design.columns.len().min(1))?;
        }
        let likelihood = Likelihood::new(self.family, response.len())?;
        let problem = Problem {
            design,
            likelihood: &likelihood,
            response: &response,
            penalty: &self.penalty(design),
            threads: threads(self.threads),
        };
        let recedes = |step: &[f64]| self.ridge == 0.0 && separation::recedes(&problem, step);
        let minimum =
            problem.minimize(self.steps.max(1), recedes).map_err(|failure| match failure {
                Failure::Dependent(dependent) => collinear(design, &dependent),
                Failure::Recedes(step) => separation::error(&problem, &names, &step),
                Failure::Error(error) => error,
            })?;
        self.summary(&problem, names, &minimum)
    }

    /// What is known of the model at coefficients that were found otherwise; errors are those of the
    /// curvature there.
    pub(crate) fn at(
        &self,
        design: &Design,
        coefficients: &[f64],
        status: Status,
        steps: usize,
    ) -> Result<Fit, Error> {
        let (names, response) = responses(design, self.family)?;
        let likelihood = Likelihood::new(self.family, response.len())?;
        let threads = threads(self.threads);
        let problem =
            Problem { design, likelihood: &likelihood, response: &response, penalty: &[], threads };
        let minimum =
            problem.at(coefficients.to_vec(), status, steps).map_err(|failure| match failure {
                Failure::Error(error) => error,
                Failure::Dependent(dependent) => collinear(design, &dependent),
                Failure::Recedes(step) => separation::error(&problem, &names, &step),
            })?;
        self.summary(&problem, names, &minimum)
    }

    /// √ridge times the standard deviation of each column, 0 for the intercept; empty without a ridge.
    fn penalty(&self, design: &Design) -> Vec<f64> {
        if self.ridge == 0.0 {
            return Vec::new();
        }
        let root = self.ridge.sqrt();
        crate::linear::scale::deviations(design).into_iter().map(|s| root * s).collect()
    }

    fn summary(
        &self,
        problem: &Problem<'_>,
        classes: Vec<String>,
        minimum: &Minimum,
    ) -> Result<Fit, Error> {
        let (design, link) = (problem.design, problem.likelihood.link());
        let n = informative(design);
        let parameters = minimum.coefficients.len();
        let names: Vec<String> = match link {
            Link::Softmax => {
                let pairs =
                    classes[1..].iter().flat_map(|c| design.names.iter().map(move |n| (c, n)));
                pairs.map(|(class, name)| format!("{class}: {name}")).collect()
            }
            _ => design.names.clone(),
        };
        let shrunk = self.ridge > 0.0;
        let covariance = if shrunk {
            DMatrix::from_element(parameters, parameters, f64::NAN)
        } else {
            minimum.solution.unscaled_covariance()
        };
        let (estimates, level) = (&minimum.coefficients, self.level);
        let likelihood = -minimum.loss - constant(design, self.family);
        let expected = expected(design, link, &minimum.predictors);
        let criterion =
            |each: f64| (!shrunk).then_some(each * parameters as f64 - 2.0 * likelihood);
        let mut fit = Fit {
            model: design.model(),
            method: self.method(minimum.steps),
            level,
            link,
            classes,
            rows_used: n,
            rows_dropped: design.dropped.rows,
            coefficients: coefficients(&names, estimates, &covariance, Reference::Z, level),
            covariance: if shrunk { Vec::new() } else { rows(&covariance) },
            residual_df: n as f64 - parameters as f64,
            log_likelihood: Some(likelihood),
            deviance: Some(deviance(design, self.family, minimum.loss, &expected)),
            null_deviance: self.null_deviance(problem)?,
            aic: criterion(2.0),
            bic: criterion((n as f64).ln()),
            condition: Some(minimum.solution.condition()),
            scaled_condition: Some(minimum.solution.scaled_condition()),
            residuals: match link {
                Link::Softmax => expected.iter().map(|p| 1.0 - p).collect(),
                _ => design.response.iter().zip(&expected).map(|(y, e)| y - e).collect(),
            },
            fitted: expected,
            status: minimum.status,
            steps: minimum.steps,
            ..Fit::default()
        };
        if problem.likelihood.predictors == 1 && !shrunk {
            let derivatives = |range: std::ops::Range<usize>| {
                let columns = [&minimum.predictors[0][range.clone()], &problem.response[0][range]];
                problem.likelihood.derivatives(&columns).map(|mut d| d.swap_remove(1))
            };
            fit.leverage = leverage_of(design, &minimum.solution, |range| {
                // The same call succeeded in every step before.
                derivatives(range).unwrap_or_default()
            });
        }
        if let Some(text) = fit.lost_digits() {
            fit.issues.push(text);
        }
        if self.family == Family::Poisson && design.response.iter().any(|y| y.fract() != 0.0) {
            fit.issues
                .push(format!("`{}` holds fractions, which no count is", design.response_name));
        }
        Ok(fit)
    }

    fn method(&self, steps: usize) -> String {
        let penalty = match self.ridge {
            0.0 => String::new(),
            ridge => format!(", ridge {ridge}"),
        };
        format!("{}{penalty}, maximum likelihood ({steps} Newton steps)", self.family.word())
    }

    /// The deviance of the intercept alone, or of nothing if there is no intercept.
    fn null_deviance(&self, problem: &Problem<'_>) -> Result<Option<f64>, Error> {
        let design = problem.design;
        let n = design.len();
        let intercept = Design {
            names: vec!["intercept".to_owned()],
            columns: vec![vec![1.0; n]],
            response_name: design.response_name.clone(),
            response: design.response.clone(),
            weights: design.weights.clone(),
            offset: design.offset.clone(),
            has_intercept: true,
            ..Design::default()
        };
        let null = Problem { design: &intercept, penalty: &[], ..*problem };
        let m = problem.likelihood.predictors;
        let predictors = if design.has_intercept && (design.offset.is_some() || m > 1) {
            match null.minimize(self.steps.max(1), |_| false) {
                Ok(minimum) => minimum.predictors,
                Err(Failure::Error(error)) => return Err(error),
                Err(_) => return Ok(None),
            }
        } else if design.has_intercept {
            let mean = weighted_mean(&design.response, design.weights.as_deref());
            let eta = match self.family {
                Family::Gaussian => mean,
                Family::Logistic => (mean / (1.0 - mean)).ln(),
                Family::Poisson => mean.ln(),
            };
            vec![vec![eta; n]]
        } else {
            vec![design.offset.clone().unwrap_or_else(|| vec![0.0; n]); m]
        };
        let loss = null.loss(&predictors)?;
        let link = problem.likelihood.link();
        let expected = expected(design, link, &predictors);
        Ok(Some(deviance(design, self.family, loss, &expected)))
    }
}

/// Names of the classes, if the response is a class, and the response as the likelihood wants it: an
/// indicator for each class but the first, or itself.
///
/// # Errors
///
/// If a response is outside the family's domain, or an offset goes with several classes.
pub(crate) fn responses(
    design: &Design,
    family: Family,
) -> Result<(Vec<String>, Vec<Vec<f64>>), Error> {
    if family == Family::Poisson {
        check_counts(design)?;
    }
    if family != Family::Logistic {
        return Ok((Vec::new(), vec![design.response.clone()]));
    }
    let names = classes(design)?;
    if names.len() > 2 && design.offset.is_some() {
        let message = "an offset says nothing about several classes";
        return Err(Error::new(ErrorKind::Option, message));
    }
    let indicator = |class: usize| {
        design.response.iter().map(|&y| f64::from(u8::from(y == class as f64))).collect()
    };
    let response = (1..names.len()).map(indicator).collect();
    Ok((names, response))
}

/// The expected response of each row; of several classes, the probability of the observed one.
fn expected(design: &Design, link: Link, predictors: &[Vec<f64>]) -> Vec<f64> {
    if link != Link::Softmax {
        return predictors[0].iter().map(|&eta| link.inverse(eta)).collect();
    }
    let each = design.response.iter().enumerate();
    each.map(|(i, &y)| {
        let etas: Vec<f64> = predictors.iter().map(|eta| eta[i]).collect();
        crate::linear::predict::probabilities(&etas)[class(y)]
    })
    .collect()
}

/// What the loss leaves out of the negative log-likelihood: Σ wᵢ ln yᵢ! for counts.
fn constant(design: &Design, family: Family) -> f64 {
    if family != Family::Poisson {
        return 0.0;
    }
    // Counts repeat; the logarithm of the gamma function is dear.
    let mut known = std::collections::HashMap::new();
    let each = design.response.iter().enumerate().map(|(i, &y)| {
        let value = *known.entry(y.to_bits()).or_insert_with(|| Op::Lgamma.value(&[y + 1.0]));
        design.weights.as_ref().map_or(1.0, |w| w[i]) * value
    });
    each.sum()
}

/// Twice the distance of the log-likelihood to that of a model with a parameter for each row.
fn deviance(design: &Design, family: Family, loss: f64, expected: &[f64]) -> f64 {
    match family {
        Family::Logistic => 2.0 * loss,
        Family::Gaussian | Family::Poisson => {
            let each = design.response.iter().zip(expected).enumerate().map(|(i, (&y, &mean))| {
                let weight = design.weights.as_ref().map_or(1.0, |w| w[i]);
                let distance = match family {
                    Family::Poisson if y > 0.0 => 2.0 * (y * (y / mean).ln() - (y - mean)),
                    Family::Poisson => 2.0 * mean,
                    _ => (y - mean).powi(2),
                };
                weight * distance
            });
            each.sum()
        }
    }
}

fn weighted_mean(numbers: &[f64], weights: Option<&[f64]>) -> f64 {
    match weights {
        None => numbers.iter().sum::<f64>() / numbers.len() as f64,
        Some(weights) => {
            let sum: f64 = numbers.iter().zip(weights).map(|(x, w)| x * w).sum();
            sum / weights.iter().sum::<f64>()
        }
    }
}
