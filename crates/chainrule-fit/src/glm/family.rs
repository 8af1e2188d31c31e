//! Families of responses: the loss of a row as a function of its linear predictors.
//!
//! The loss is recorded once; slope and curvature come from the engine and run over blocks of rows.

use crate::linear::check::row;
use crate::{Design, Link};
use chainrule::Value;
use chainrule::error::{Error, ErrorKind};
use chainrule::function::Function;
use chainrule::kernel::{Kernel, Options};

/// How the response is distributed around what the linear predictor η says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Normal with one variance, mean η: least squares.
    #[default]
    Gaussian,
    /// One of two classes, with log-odds η of the second; or one of several, each but the first with an
    /// η of its own for the log-odds against the first.
    Logistic,
    /// A count with mean e^η.
    Poisson,
}

impl Family {
    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Family::Gaussian => "gaussian",
            Family::Logistic => "logistic",
            Family::Poisson => "poisson",
        }
    }
}

/// The negative log-likelihood of a row, without what does not depend on the predictors.
///
/// Columns are the predictors and then, for the classes, an indicator for each but the first; for
/// counts, the count.
pub(super) struct Likelihood {
    pub(super) family: Family,
    /// Number of linear predictors.
    pub(super) predictors: usize,
    /// Names of the predictors.
    names: Vec<String>,
    loss: Kernel,
    /// The slopes along the predictors.
    slopes: Kernel,
}

impl Likelihood {
    pub(super) fn new(family: Family, predictors: usize) -> Result<Self, Error> {
        let names: Vec<String> = (1..=predictors).map(|k| format!("eta{k}")).collect();
        let columns: Vec<String> =
            names.iter().cloned().chain((1..=predictors).map(|k| format!("y{k}"))).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let loss = Function::record_slices(&columns, &vec![0.5; columns.len()], move |x| {
            let (eta, y) = x.split_at(predictors);
            vec![row_loss(family, eta, y)]
        })?;
        let of_predictors: Vec<usize> = (0..predictors).collect();
        let slopes = loss.gradient_function()?.with_outputs(&of_predictors);
        let one_thread = Options { threads: Some(1), ..Options::default() };
        Ok(Likelihood {
            family,
            predictors,
            names,
            loss: Kernel::of(&loss, &columns)?,
            slopes: Kernel::of(&slopes, &columns)?.with_options(one_thread),
        })
    }

    /// Σ wᵢ · loss of row i.
    pub(super) fn total(&self, columns: &[&[f64]], weights: Option<&[f64]>) -> Result<f64, Error> {
        match weights {
            None => self.loss.value(&[], columns),
            Some(weights) => {
                let columns: Vec<&[f64]> = columns.iter().copied().chain([weights]).collect();
                self.loss.weighted("weight")?.value(&[], &columns)
            }
        }
    }

    /// The slopes of each row along its m predictors and, behind them, their m × m derivatives.
    pub(super) fn derivatives(&self, columns: &[&[f64]]) -> Result<Vec<Vec<f64>>, Error> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.slopes.jacobian_batch(&[], columns, &names)
    }

    pub(super) fn link(&self) -> Link {
        match (self.family, self.predictors) {
            (Family::Gaussian, _) => Link::Identity,
            (Family::Poisson, _) => Link::Log,
            (Family::Logistic, 1) => Link::Logit,
            (Family::Logistic, _) => Link::Softmax,
        }
    }
}

/// The loss of a row with predictors `eta` and response `y` as the likelihood wants it.
pub(crate) fn row_loss<'g>(family: Family, eta: &[Value<'g>], y: &[Value<'g>]) -> Value<'g> {
    let observed = chainrule::dot(eta, y);
    match family {
        Family::Gaussian => (eta[0] - y[0]).square() * 0.5,
        Family::Logistic => match *eta {
            [one] => one.softplus() - observed,
            _ => chainrule::logsumexp(eta).softplus() - observed,
        },
        Family::Poisson => eta[0].exp() - observed,
    }
}

/// The number of a class that [`classes`] has checked.
#[expect(clippy::cast_sign_loss, reason = "the position of a level")]
pub(super) fn class(response: f64) -> usize {
    response as usize
}

/// Names of the classes of a logistic response.
///
/// # Errors
///
/// If a number is neither 0 nor 1, or all rows have one class.
pub(super) fn classes(design: &Design) -> Result<Vec<String>, Error> {
    let name = &design.response_name;
    let names = if design.response_levels.is_empty() {
        if let Some(i) = design.response.iter().position(|y| *y != 0.0 && *y != 1.0) {
            let message = format!(
                "row {}: `{name}` is {}; a logistic response is 0 or 1, or a class",
                row(design, i),
                design.response[i]
            );
            let hint = format!("for classes that are numbers: --categorical {name}");
            return Err(Error::new(ErrorKind::Data, message).hint(hint));
        }
        vec!["0".to_owned(), "1".to_owned()]
    } else {
        let levels = design.response_levels.len() as f64;
        let is_level = |y: &f64| y.fract() == 0.0 && (0.0..levels).contains(y);
        if let Some(i) = design.response.iter().position(|y| !is_level(y)) {
            let message =
                format!("row {}: `{name}` has no class {}", row(design, i), design.response[i]);
            return Err(Error::new(ErrorKind::Data, message));
        }
        design.response_levels.clone()
    };
    for (k, class) in names.iter().enumerate() {
        if !design.response.contains(&(k as f64)) {
            let message =
                format!("no row has `{name}` = {class}: there is nothing to tell it from");
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    if names.len() < 2 {
        let message =
            format!("all rows have `{name}` = {}: there is nothing to tell apart", names[0]);
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(names)
}

/// Refuses counts below zero, and none above.
pub(super) fn check_counts(design: &Design) -> Result<(), Error> {
    let name = &design.response_name;
    if let Some(i) = design.response.iter().position(|y| *y < 0.0) {
        let y = design.response[i];
        let message =
            format!("row {}: the count `{name}` is {y}; Poisson needs 0 or more", row(design, i));
        return Err(Error::new(ErrorKind::Data, message));
    }
    if design.response.iter().all(|y| *y == 0.0) {
        let message = format!("all counts `{name}` are 0: their logarithm has no estimate");
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(())
}
