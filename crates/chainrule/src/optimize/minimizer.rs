//! The front door: a method, its settings, a run.

use std::ops::ControlFlow;

use crate::Error;

use super::bfgs::Bfgs;
use super::lbfgs::Lbfgs;
use super::run::Run;
use super::{
    Bounds, Method, Objective, Options, Outcome, Rate, Step, first_order, newton, quasi_newton,
};

/// Minimises functions by one method with one group of settings; it keeps nothing between runs.
///
/// ```
/// use chainrule::optimize::{Method, Minimizer, Stop, from_fn};
///
/// let mut f = from_fn(1, |a| a[0] * a[0] - 10.0 * a[0] + 28.0, |a, g| g[0] = 2.0 * a[0] - 10.0);
/// let outcome = Minimizer::new(Method::Gd).learning_rate(0.1).steps(20).minimize(&mut f, &[6.0])?;
/// assert_eq!(outcome.stop, Stop::Steps);
/// assert_eq!(format!("{:.6}", outcome.x[0]), "5.011529");
///
/// let outcome = Minimizer::new(Method::Gd).learning_rate(1.1).minimize(&mut f, &[6.0])?;
/// assert_eq!(
///     outcome.stop.to_string(),
///     "gradient descent diverges: each step multiplies the distance to the minimum by 1.2; \
///      any learning rate below 1 converges here; 0.5 gets there in one step"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Minimizer {
    method: Method,
    options: Options,
}

impl Minimizer {
    /// A method with the default settings.
    #[must_use]
    pub fn new(method: Method) -> Self {
        Self { method, options: Options::default() }
    }

    /// The same with other settings.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Sets [`Options::rate`].
    #[must_use]
    pub fn learning_rate(mut self, rate: impl Into<Rate>) -> Self {
        self.options.rate = Some(rate.into());
        self
    }

    /// Sets [`Options::steps`].
    #[must_use]
    pub fn steps(mut self, steps: usize) -> Self {
        self.options.steps = Some(steps);
        self
    }

    /// Sets [`Options::tolerance`].
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.options.tolerance = Some(tolerance);
        self
    }

    /// Sets [`Options::bounds`].
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.options.bounds = Some(bounds);
        self
    }

    /// Sets [`Options::trace`].
    #[must_use]
    pub fn trace(mut self, trace: bool) -> Self {
        self.options.trace = trace;
        self
    }

    /// Minimises `objective` from `start`, which is moved into the bounds first.
    ///
    /// # Errors
    /// The start has the wrong length or is not finite, or a setting has no meaning. Failing to find a
    /// minimum is not an error: see [`Outcome::stop`].
    pub fn minimize(&self, objective: &mut dyn Objective, start: &[f64]) -> Result<Outcome, Error> {
        self.minimize_with(objective, start, |_| ControlFlow::Continue(()))
    }

    /// Does the same, and shows each step to `each`, which may end the run.
    ///
    /// # Errors
    /// As for [`minimize`](Minimizer::minimize).
    pub fn minimize_with(
        &self,
        objective: &mut dyn Objective,
        start: &[f64],
        mut each: impl FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome, Error> {
        let n = objective.dimension();
        let method = match self.method {
            Method::Auto if start.len() == n => choose(objective, start),
            method => method,
        };
        let (mut run, mut point) = Run::start(objective, &self.options, method, &mut each, start)?;
        let stop = match method {
            Method::Bfgs => quasi_newton::minimize(&mut run, &mut Bfgs::new(n), &mut point),
            Method::Lbfgs => quasi_newton::minimize(
                &mut run,
                &mut Lbfgs::new(n, self.options.memory),
                &mut point,
            ),
            Method::Newton => newton::minimize(&mut run, &mut point),
            _ => first_order::minimize(&mut run, &mut point),
        };
        Ok(run.finish(point, stop))
    }
}

/// Runs several methods, or one with several settings, on one problem. Each outcome is a row of a table:
/// method, steps, evaluations, value, norm of the gradient, why it ended.
///
/// # Errors
/// As for [`Minimizer::minimize`].
pub fn compare(
    minimizers: &[Minimizer],
    objective: &mut dyn Objective,
    start: &[f64],
) -> Result<Vec<Outcome>, Error> {
    minimizers.iter().map(|minimizer| minimizer.minimize(objective, start)).collect()
}

/// What `auto` stands for.
fn choose(objective: &mut dyn Objective, start: &[f64]) -> Method {
    const NEWTON: usize = 200;
    const BFGS: usize = 50;
    let n = start.len();
    if n <= NEWTON && objective.hessian(start, &mut vec![0.0; n * n]) {
        Method::Newton
    } else if n <= BFGS {
        Method::Bfgs
    } else {
        Method::Lbfgs
    }
}
