//! A recorded function as something to minimise.

use super::{Function, Workspace};
use crate::error::Error;
use crate::optimize::Objective;

/// A [`Function`] with one output and the memory to evaluate it again and again, for
/// [`Minimizer`](crate::optimize::Minimizer).
#[derive(Debug)]
pub struct FunctionObjective {
    function: Function,
    work: Workspace,
    gradient: Vec<f64>,
    failure: Option<Error>,
}

impl Function {
    /// This function as an objective: value, gradient and Hessian from the recorded programs.
    ///
    /// ```
    /// use chainrule::Function;
    /// use chainrule::optimize::{Method, Minimizer};
    /// let f = Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))?;
    /// let outcome = Minimizer::new(Method::Auto).minimize(&mut f.objective()?, &[-1.2, 1.0])?;
    /// assert!(outcome.x.iter().all(|x| (x - 1.0).abs() < 1e-8));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the function has several outputs.
    pub fn objective(&self) -> Result<FunctionObjective, Error> {
        self.single()?;
        let n = self.names.inputs.len();
        Ok(FunctionObjective {
            function: self.clone(),
            work: Workspace::new(),
            gradient: vec![0.0; n],
            failure: None,
        })
    }
}

impl FunctionObjective {
    /// Why the last evaluation gave NaN although nothing was computed: a branch that could not be
    /// followed.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    fn keep<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }
}

impl Objective for FunctionObjective {
    fn dimension(&self) -> usize {
        self.gradient.len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        let mut out = [0.0];
        let result = self.function.eval_into(x, &mut out, &mut self.work);
        self.keep(result).map_or(f64::NAN, |()| out[0])
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let result = self.function.value_and_gradient_into(x, gradient, &mut self.work);
        self.keep(result).unwrap_or(f64::NAN)
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let (gradient, work) = (&mut self.gradient, &mut self.work);
        let result = self.function.value_gradient_and_hessian_into(x, gradient, hessian, work);
        self.keep(result).is_some()
    }
}
