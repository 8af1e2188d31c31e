//! What models have in common: they are fitted to a design, and tried on rows that they have not seen.

use crate::{Design, Fit, Glm, LeastSquares, Link, Penalised, Plan, PlanOptions, Table, Terms};
use chainrule::error::{Error, ErrorKind};
use chainrule::nn::MersenneTwister;

/// A model that is fitted to a design.
pub trait Model {
    /// Fits it.
    ///
    /// # Errors
    ///
    /// As the model says.
    fn fit(&self, design: &Design) -> Result<Fit, Error>;

    /// Fits it to the columns of a table that a formula names, such as `y ~ x + C(region)`.
    ///
    /// ```
    /// use chainrule_fit::{Column, LeastSquares, Model, Table};
    /// let x = Column::numbers("x", vec![1.0, 2.0, 3.0, 4.0]);
    /// let y = Column::numbers("y", vec![2.0, 5.0, 10.0, 17.0]);
    /// let fit = LeastSquares::default().fit_formula("y ~ I(x^2)", &Table::new(vec![x, y])?)?;
    /// assert!((fit.coefficients[1].estimate - 1.0).abs() < 1e-12);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`design`] and [`fit`](Model::fit).
    fn fit_formula(&self, formula: &str, table: &Table) -> Result<Fit, Error> {
        self.fit(&design(formula, table)?)
    }
}

/// The design of a formula for a table; rows with gaps are refused.
///
/// # Errors
///
/// If the formula cannot be read or does not go with the table: see [`Plan::new`].
pub fn design(formula: &str, table: &Table) -> Result<Design, Error> {
    Plan::new(&Terms::parse(formula)?, table, &PlanOptions::default())?.design(table)
}

impl Model for LeastSquares {
    fn fit(&self, design: &Design) -> Result<Fit, Error> {
        LeastSquares::fit(self, design)
    }
}

impl Model for Glm {
    fn fit(&self, design: &Design) -> Result<Fit, Error> {
        Glm::fit(self, design)
    }
}

impl Model for Penalised {
    fn fit(&self, design: &Design) -> Result<Fit, Error> {
        Penalised::fit(self, design)
    }
}

/// The numbers below `rows` in `count` shares of equal size, up to one; rising in each.
///
/// The same seed gives the same shares on every machine.
///
/// ```
/// let folds = chainrule_fit::folds(7, 3, 1)?;
/// assert_eq!(folds.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 2]);
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// # Errors
///
/// If there are fewer than two shares, or fewer rows than shares.
pub fn folds(rows: usize, count: usize, seed: u64) -> Result<Vec<Vec<usize>>, Error> {
    if count < 2 {
        let message = format!("cross-validation takes 2 folds or more, not {count}");
        return Err(Error::new(ErrorKind::Option, message));
    }
    if rows < count {
        let message = format!("{rows} rows cannot be cut into {count} folds");
        return Err(Error::new(ErrorKind::Data, message).hint("ask for fewer folds"));
    }
    let order = shuffled(rows, seed);
    let fold = |k: usize| sorted(order.iter().copied().skip(k).step_by(count));
    Ok((0..count).map(fold).collect())
}

/// The numbers below `rows` in two parts, those to fit and those to test, rising in each.
///
/// # Errors
///
/// If a part would be empty.
pub fn split(rows: usize, test: f64, seed: u64) -> Result<(Vec<usize>, Vec<usize>), Error> {
    #[expect(clippy::cast_sign_loss, reason = "a share of a count; a negative one becomes 0")]
    let held = (rows as f64 * test).round() as usize;
    if held == 0 || held >= rows {
        let message = format!("a test share of {test} of {rows} rows leaves none on one side");
        return Err(Error::new(ErrorKind::Option, message));
    }
    let order = shuffled(rows, seed);
    let (held, used) = order.split_at(held);
    Ok((sorted(used.iter().copied()), sorted(held.iter().copied())))
}

fn sorted(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

fn shuffled(rows: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    shuffle(&mut order, &mut MersenneTwister::new(seed));
    order
}

/// Fisher and Yates.
pub(crate) fn shuffle(order: &mut [usize], random: &mut MersenneTwister) {
    for i in (1..order.len()).rev() {
        #[expect(clippy::cast_sign_loss, reason = "at least 0")]
        let j = (random.random() * (i + 1) as f64) as usize;
        order.swap(i, j);
    }
}

/// How well a model predicts rows that it was not fitted to.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossValidation {
    /// For each fold the mean loss of its rows: the squared error, or −ln of the probability of the
    /// class that was observed.
    pub losses: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub spread: f64,
}

/// Fits `model` to all folds but one and predicts that one, for each fold.
///
/// ```
/// use chainrule_fit::{Design, LeastSquares, cross_validate};
/// let x: Vec<f64> = (0..20).map(f64::from).collect();
/// let design = Design {
///     response: x.iter().map(|x| 3.0 * x + if x % 2.0 == 0.0 { 1.0 } else { -1.0 }).collect(),
///     names: vec!["intercept".to_owned(), "x".to_owned()],
///     columns: vec![vec![1.0; 20], x],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let result = cross_validate(&LeastSquares::default(), &design, 5, 0)?;
/// assert_eq!(result.losses.len(), 5);
/// assert!(0.9 < result.mean && result.mean < 2.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// # Errors
///
/// As for [`folds`], and if the model cannot be fitted without one of them.
pub fn cross_validate(
    model: &dyn Model,
    design: &Design,
    count: usize,
    seed: u64,
) -> Result<CrossValidation, Error> {
    let parts = folds(design.len(), count, seed)?;
    let loss = |held: &Vec<usize>| {
        let mut is_held = vec![false; design.len()];
        for &i in held {
            is_held[i] = true;
        }
        let used: Vec<usize> = (0..design.len()).filter(|&i| !is_held[i]).collect();
        mean_loss(&model.fit(&design.select(&used))?, &design.select(held))
    };
    let losses: Vec<f64> = parts.iter().map(loss).collect::<Result<_, Error>>()?;
    let folds = count as f64;
    let mean = losses.iter().sum::<f64>() / folds;
    let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
    Ok(CrossValidation { losses, mean, spread: (squares / (folds - 1.0) / folds).sqrt() })
}

/// The mean over rows, by weight, of the squared error, or of −ln of the probability of the observed
/// class.
///
/// # Errors
///
/// If the columns are not those of the fit.
pub fn mean_loss(fit: &Fit, design: &Design) -> Result<f64, Error> {
    let is_class = matches!(fit.link, Link::Logit | Link::Softmax);
    let losses: Vec<f64> = if is_class {
        let probabilities = fit.predict_classes(design)?;
        let each = probabilities.iter().zip(&design.response);
        each.map(|(p, &y)| {
            let observed = p.iter().enumerate().find(|(k, _)| *k as f64 == y);
            -observed.map_or(f64::NAN, |(_, p)| *p).ln()
        })
        .collect()
    } else {
        let each = fit.predict(design)?;
        each.iter().zip(&design.response).map(|(value, y)| (value - y).powi(2)).collect()
    };
    let weight = |i: usize| design.weights.as_ref().map_or(1.0, |w| w[i]);
    let total: f64 = (0..losses.len()).map(weight).sum();
    Ok(losses.iter().enumerate().map(|(i, loss)| weight(i) * loss).sum::<f64>() / total)
}
