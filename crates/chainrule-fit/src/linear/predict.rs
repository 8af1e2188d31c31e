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

    /// Refuses a design with other columns than the fit's.
    fn same_columns(&self, design: &Design) -> Result<(), Error> {
        let (want, got) = (self.coefficients.len(), design.names.len());
        if want != got {
            let message = format!("the fit has {want} coefficients, the rows have {got} columns");
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut pairs = self.coefficients.iter().zip(&design.names);
        if let Some((c, name)) = pairs.find(|(c, name)| c.name != **name) {
            let message =
                format!("the fit has the column `{}` where the rows have `{name}`", c.name);
            return Err(Error::new(ErrorKind::Data, message));
        }
        let rows = design.columns.first().map_or(0, Vec::len);
        check(&Design { response: vec![0.0; rows], ..design.clone() })
    }
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
