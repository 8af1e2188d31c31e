//! Maximum likelihood of any model whose negative log-likelihood of a row is a formula.

use std::ops::ControlFlow;

use chainrule::error::{Error, ErrorKind, closest};
use chainrule::kernel::{Kernel, Sums};
use chainrule::optimize::{
    Information, Method, Minimizer, Objective, Options, Outcome, Stop, starts,
};

use crate::linear::inference::Reference;
use crate::nonlinear::formula::RowFormula;
use crate::nonlinear::predict::predict;
use crate::nonlinear::setup::Setup;
use crate::nonlinear::status;
use crate::{Fit, FitStep, Missing, NonlinearOptions, Prediction, Table};

/// A family given by the negative log-likelihood of a row: `mu = exp(a + b*x); mu - y*log(mu)`.
///
/// The formula is in the language of [`chainrule::formula`]; its result is the loss of a row. Its names are
/// columns of the table, or else parameters.
///
/// ```
/// use chainrule_fit::{Column, LikelihoodModel, NonlinearOptions, Table};
/// // Counts with mean exp(a + b·x): a Poisson regression on two groups, whose means are 2 and 6.
/// let x = vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
/// let y = vec![1.0, 2.0, 3.0, 5.0, 6.0, 7.0];
/// let table = Table::new(vec![Column::numbers("x", x), Column::numbers("y", y)])?;
/// let poisson = LikelihoodModel::parse("mu = exp(a + b*x); mu - y*log(mu)", &table)?;
/// let start = vec![("a".into(), 0.0), ("b".into(), 0.0)];
/// let fit = poisson.fit(&table, &NonlinearOptions { start, ..Default::default() })?;
/// let [a, b] = [&fit.coefficients[0], &fit.coefficients[1]];
/// assert!((a.estimate - 2_f64.ln()).abs() < 1e-9 && (b.estimate - 3_f64.ln()).abs() < 1e-9);
/// // Sums of counts are 6 and 18: variances 1/6, and 1/6 + 1/18 of the difference.
/// assert!((a.std_error.powi(2) - 1.0 / 6.0).abs() < 1e-9);
/// assert!((b.std_error.powi(2) - 2.0 / 9.0).abs() < 1e-9);
/// let mean = poisson.predict(&fit, &table, "mu", 0.95)?[5];
/// assert!((mean.value - 6.0).abs() < 1e-8 && (mean.std_error - 2_f64.sqrt()).abs() < 1e-8);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LikelihoodModel {
    rows: RowFormula,
    /// The loss of a row, over parameters, columns and a column without meaning.
    loss: Kernel,
}

/// Up to so many parameters the Hessian of a row is worth its operations.
const NEWTON: usize = 40;
/// Points are the same for the data if the loss differs by less than this, relatively.
const SAME: f64 = 1e-9;

impl LikelihoodModel {
    /// Reads the loss of a row of `table`.
    ///
    /// # Errors
    ///
    /// If the formula cannot be read, uses a column of text, or has no parameter.
    pub fn parse(text: &str, table: &Table) -> Result<Self, Error> {
        let rows = RowFormula::parse(text, table)?;
        let loss = rows.value_of(rows.formula.result())?;
        Ok(LikelihoodModel { rows, loss })
    }

    /// Names of the parameters in order of appearance.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.rows.parameters
    }

    /// The columns that the loss uses.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.rows.columns
    }

    /// Minimises Σ wᵢ·loss(rowᵢ, b) over the parameters b: by Newton's method with the exact Hessian for up to
    /// 40 parameters, by L-BFGS for more.
    ///
    /// The covariance of the estimates is the inverse of the observed information, the exact Hessian at the
    /// end; statistics are compared with the normal distribution. Constants that the loss leaves out are
    /// missing from the log-likelihood.
    ///
    /// # Errors
    ///
    /// If a start is missing, a setting names what is not a parameter, a used column is text or has gaps
    /// (unless they are dropped), there are fewer rows than parameters, or the loss is not finite at any
    /// start.
    pub fn fit(&self, table: &Table, options: &NonlinearOptions) -> Result<Fit, Error> {
        self.fit_with(table, options, |_| ControlFlow::Continue(()))
    }

    /// Does the same, and shows each step to `each`, which may end the run; the best point is kept.
    ///
    /// # Errors
    ///
    /// As for [`fit`](LikelihoodModel::fit).
    pub fn fit_with(
        &self,
        table: &Table,
        options: &NonlinearOptions,
        mut each: impl FnMut(&FitStep<'_>) -> ControlFlow<()>,
    ) -> Result<Fit, Error> {
        if options.missing == Missing::Mean {
            let message =
                "a loss does not say which column is the response, so gaps cannot be filled";
            return Err(Error::new(ErrorKind::Option, message).hint("choose `--missing drop`"));
        }
        let setup = Setup::new(&self.rows, &[], table, options)?;
        let filler = vec![0.0; setup.rows().len()];
        let mut columns = setup.columns();
        columns.push(&filler);
        let mut kernel = self.loss.with_options(setup.running);
        let mut with_weights = columns.clone();
        if let Some(weights) = setup.weights() {
            kernel = kernel.weighted("the weight")?;
            with_weights.push(weights);
        }
        let mut objective = Loss { kernel, columns: with_weights };
        let outcome = minimize(&mut objective, &setup, options, &mut each)?;
        let x = outcome.x;
        if let Stop::NotFinite { step: 0, .. } = outcome.stop {
            let row = |i| table.first_row() + setup.rows().number(i);
            return Err(self.rows.not_finite(&self.loss, &columns, &x, &row));
        }
        let mut hessian = vec![0.0; x.len() * x.len()];
        objective.hessian(&x, &mut hessian);
        let information = Information::of_hessian(&hessian, x.len());
        let method = format!("maximum likelihood, {}", outcome.method.title());
        let mut fit = Fit {
            residual_df: (setup.observed - information.rank()) as f64,
            status: status(&outcome.stop),
            steps: outcome.steps,
            ..setup.fit(&self.rows, &method, options.level)
        };
        fit.issues.extend(problem(&outcome.stop, &information));
        let value = outcome.value;
        fit.criteria(-value, information.rank() as f64, setup.observed as f64);
        let mut same = |x: &[f64]| (objective.value(x) - value).abs() <= SAME * value.abs();
        fit.infer(self.parameters(), &x, &information, (1.0, Reference::Z), &mut same);
        Ok(fit)
    }

    /// A quantity that the formula defines, such as `mu`, at the rows of a table, with its standard error by
    /// the delta method and its interval of confidence `level`. There is no interval of single responses.
    ///
    /// # Errors
    ///
    /// If the formula does not define the quantity, a column is missing, is text or has gaps, `fit` is of
    /// another model, or `level` is not between 0 and 1.
    pub fn predict(
        &self,
        fit: &Fit,
        table: &Table,
        quantity: &str,
        level: f64,
    ) -> Result<Vec<Prediction>, Error> {
        let definitions = self.rows.formula.definitions();
        let Some((_, node)) = definitions.iter().find(|(name, _)| name == quantity) else {
            let names: Vec<&str> = definitions.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!("the formula does not define `{quantity}`");
            let error = Error::new(ErrorKind::Name, message);
            return Err(match closest(quantity, names.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None if names.is_empty() => error.hint("write for example `mu = …; …`"),
                None => error.hint(format!("it defines {}", names.join(", "))),
            });
        };
        let rows = self.rows.part(*node);
        predict(&rows, &rows.value_of(*node)?, fit, table, level)
    }
}

/// What is wrong with an end that is no maximum.
fn problem(stop: &Stop, information: &Information) -> Option<String> {
    match stop {
        Stop::Unbounded { .. } => Some(
            "the likelihood has no maximum: it grows as parameters run off to infinity, as where a column \
             separates two classes; keep them in bounds or add a penalty to the loss"
                .to_owned(),
        ),
        stop if !stop.is_converged() => Some(stop.to_string()),
        _ if information.is_saddle => {
            Some("the curvature is negative in some direction: this is no maximum".to_owned())
        }
        _ => None,
    }
}

/// The best end of runs from several points.
fn minimize(
    objective: &mut Loss<'_>,
    setup: &Setup<'_>,
    options: &NonlinearOptions,
    each: &mut impl FnMut(&FitStep<'_>) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let method = if setup.start.len() <= NEWTON { Method::Newton } else { Method::Lbfgs };
    let minimizer = Minimizer::new(method).options(Options {
        steps: Some(options.steps),
        bounds: setup.bounds.clone(),
        ..Options::default()
    });
    let points = starts(&setup.start, setup.bounds.as_ref(), options.starts.max(1), options.seed);
    let mut best: Option<Outcome> = None;
    for (start, point) in points.iter().enumerate() {
        let outcome = minimizer.minimize_with(objective, point, |step| {
            let (number, parameters, value) = (step.number, step.x_after, step.value_after);
            each(&FitStep { number, start, parameters, value })
        })?;
        let is_interrupted = matches!(outcome.stop, Stop::Interrupted { .. });
        let is_better = |best: &Outcome| {
            outcome.value < best.value || (best.value.is_nan() && !outcome.value.is_nan())
        };
        if best.as_ref().is_none_or(is_better) {
            best = Some(outcome);
        }
        if is_interrupted {
            break;
        }
    }
    Ok(best.expect("there is at least one start"))
}

/// The sum of the loss over rows.
struct Loss<'c> {
    kernel: Kernel,
    columns: Vec<&'c [f64]>,
}

const CHECKED: &str = "the shapes were checked before the run";

impl Objective for Loss<'_> {
    fn dimension(&self) -> usize {
        self.kernel.parameters().len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        self.kernel.value(x, &self.columns).expect(CHECKED)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.kernel.value_and_gradient_into(x, &self.columns, gradient).expect(CHECKED)
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let n = x.len();
        if n <= NEWTON {
            let mut gradient = vec![0.0; n];
            let sums = Sums::Hessian;
            self.kernel.sums_into(sums, x, &self.columns, &mut gradient, hessian).expect(CHECKED);
            return true;
        }
        let mut direction = vec![0.0; n];
        for (j, row) in hessian.chunks_exact_mut(n).enumerate() {
            direction[j] = 1.0;
            let (_, product) =
                self.kernel.gradient_and_hvp(x, &self.columns, &direction).expect(CHECKED);
            row.copy_from_slice(&product);
            direction[j] = 0.0;
        }
        true
    }
}
