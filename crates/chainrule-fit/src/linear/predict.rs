//! Predictions of a fitted model for other rows, with intervals.

use super::check::check;
use super::inference::{Reference, check_level};
use crate::{Design, Fit, Link};
use chainrule::algebra::Op;
use chainrule::error::{Error, ErrorKind};

/// The expected response of a row, and how far it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The expected response.
    pub value: f64,
    /// Standard error of the linear predictor.
    pub std_error: f64,
    /// Interval of the expected response.
    pub confidence: (f64, f64),
    /// Interval of a single new response; NaN for families other than the normal. A row's weight
    /// divides its variance.
    pub prediction: (f64, f64),
}

impl Fit {
    /// The expected response of each row of `design`; its response is not used and may be absent.
    ///
    /// For two classes this is the probability of the second. For several classes see
    /// [`predict_classes`](Fit::predict_classes).
    ///
    /// # Errors
    ///
    /// If the columns are not those of the fit, or a number is not finite.
    pub fn predict(&self, design: &Design) -> Result<Vec<f64>, Error> {
        self.one_predictor()?;
        self.same_columns(design)?;
        let estimates: Vec<f64> = self.coefficients.iter().map(|c| c.estimate).collect();
        let mut values = design.predictor(&estimates);
        for eta in &mut values {
            *eta = self.link.inverse(*eta);
        }
        Ok(values)
    }

    /// The expected response of each row with its standard error and intervals of confidence `level`.
    ///
    /// With covariance V and row x the standard error of η = x·β is √(x V xᵀ); a single response adds the
    /// residual variance. Intervals are those of η, carried through the link.
    ///
    /// # Errors
    ///
    /// As for [`predict`](Fit::predict), if the level is outside (0, 1), or the fit has no covariance.
    pub fn predict_intervals(&self, design: &Design, level: f64) -> Result<Vec<Prediction>, Error> {
        check_level(level)?;
        self.one_predictor()?;
        self.same_columns(design)?;
        let p = self.coefficients.len();
        if self.covariance.len() != p {
            let message =
                format!("{} has no covariance, so predictions have no intervals", self.method);
            return Err(Error::new(ErrorKind::Option, message));
        }
        let normal = self.link == Link::Identity;
        let reference = if normal { Reference::T(self.residual_df) } else { Reference::Z };
        let reach = reference.reach(level);
        let noise = self.residual_sd.unwrap_or(f64::NAN).powi(2);
        let estimates: Vec<f64> = self.coefficients.iter().map(|c| c.estimate).collect();
        let predictor = design.predictor(&estimates);
        let each = predictor.iter().enumerate().map(|(i, &eta)| {
            let x: Vec<f64> = design.columns.iter().map(|c| c[i]).collect();
            let row = |v: &Vec<f64>| v.iter().zip(&x).map(|(v, x)| v * x).sum::<f64>();
            let variance: f64 = self.covariance.iter().zip(&x).map(|(v, x)| x * row(v)).sum();
            let std_error = variance.max(0.0).sqrt();
            let weight = design.weights.as_ref().map_or(1.0, |w| w[i]);
            let single = reach * (std_error * std_error + noise / weight).sqrt();
            let around =
                |reach: f64| (self.link.inverse(eta - reach), self.link.inverse(eta + reach));
            Prediction {
                value: self.link.inverse(eta),
                std_error,
                confidence: around(reach * std_error),
                prediction: if normal { around(single) } else { (f64::NAN, f64::NAN) },
            }
        });
        Ok(each.collect())
    }

    /// The probability of each class in each row of `design`: a list for each row, in the order of
    /// [`Fit::classes`].
    ///
    /// # Errors
    ///
    /// As for [`predict`](Fit::predict), or if the response is not a class.
    pub fn predict_classes(&self, design: &Design) -> Result<Vec<Vec<f64>>, Error> {
        if self.classes.is_empty() {
            return Err(Error::new(ErrorKind::Option, "the response of this model is not a class"));
        }
        self.same_columns(design)?;
        let estimates: Vec<f64> = self.coefficients.iter().map(|c| c.estimate).collect();
        let predictors: Vec<Vec<f64>> =
            estimates.chunks(design.names.len().max(1)).map(|b| design.predictor(b)).collect();
        let rows = predictors.first().map_or(0, Vec::len);
        let of_row = |i: usize| predictors.iter().map(|eta| eta[i]).collect::<Vec<f64>>();
        Ok((0..rows).map(|i| probabilities(&of_row(i))).collect())
    }

    /// Names of the columns that a design needs.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let predictors = self.classes.len().saturating_sub(1).max(1);
        let first = self.coefficients.iter().take(self.coefficients.len() / predictors);
        let prefix = match self.link {
            Link::Softmax => self.classes.get(1).map_or(0, |class| class.len() + ": ".len()),
            _ => 0,
        };
        first.map(|c| c.name.get(prefix..).unwrap_or(&c.name)).collect()
    }

    /// Refuses a design with other columns than the fit's.
    fn same_columns(&self, design: &Design) -> Result<(), Error> {
        let names = self.columns();
        let (want, got) = (names.len(), design.names.len());
        if want != got {
            let message = format!("the model has {want} columns, the rows have {got}");
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut pairs = names.iter().zip(&design.names);
        if let Some((want, name)) = pairs.find(|(want, name)| *want != name) {
            let message = format!("the model has the column `{want}` where the rows have `{name}`");
            return Err(Error::new(ErrorKind::Data, message));
        }
        let rows = design.columns.first().map_or(0, Vec::len);
        check(&Design { response: vec![0.0; rows], ..design.clone() })
    }
}

impl Fit {
    fn one_predictor(&self) -> Result<(), Error> {
        if self.link == Link::Softmax {
            let message = "a response of several classes has no single value";
            return Err(Error::new(ErrorKind::Option, message).hint("ask for `predict_classes`"));
        }
        Ok(())
    }
}

/// 1 and e^η of each further class, divided by their sum.
pub(crate) fn probabilities(predictors: &[f64]) -> Vec<f64> {
    let largest = predictors.iter().fold(0.0_f64, |a, &b| a.max(b));
    let parts = std::iter::once(0.0).chain(predictors.iter().copied());
    let parts: Vec<f64> = parts.map(|eta| (eta - largest).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}

impl Link {
    /// The expected response for a linear predictor; of several classes, e^η.
    #[must_use]
    pub fn inverse(self, eta: f64) -> f64 {
        match self {
            Link::Identity => eta,
            Link::Logit => Op::Sigmoid.value(&[eta]),
            Link::Log | Link::Softmax => eta.exp(),
        }
    }
}
