//! A recorded function as a problem of `argmin`.

use crate::error::Error;
use crate::function::{Function, Workspace};
use crate::spare::Spare;
use argmin::core::{CostFunction, Gradient, Hessian, Jacobian, Operator};

/// A function that every solver of `argmin` takes: cost, gradient and Hessian of one output, or value
/// and Jacobian of several, for parameters in a `Vec<f64>`.
///
/// ```
/// use argmin::core::Executor;
/// use argmin::solver::linesearch::MoreThuenteLineSearch;
/// use argmin::solver::quasinewton::LBFGS;
/// use chainrule::Function;
/// let f = Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))?;
/// let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
/// let run = Executor::new(f.problem(), solver).configure(|s| s.param(vec![-1.2, 1.0]).max_iters(100));
/// let best = run.run().unwrap().state.best_param.unwrap();
/// assert!(best.iter().all(|x| (x - 1.0).abs() < 1e-6));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Problem {
    function: Function,
    /// Scratch memory that is not in use.
    spare: Spare<Workspace>,
}

impl Function {
    /// This function as a problem of `argmin`.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem { function: self.clone(), spare: Spare::default() }
    }
}

impl Clone for Problem {
    fn clone(&self) -> Self {
        self.function.problem()
    }
}

impl Problem {
    /// The function itself.
    #[must_use]
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Runs `f` with a workspace that no other thread has.
    fn with<T>(
        &self,
        f: impl FnOnce(&Function, &mut Workspace) -> Result<T, Error>,
    ) -> Result<T, argmin::core::Error> {
        Ok(self.spare.with(|work| f(&self.function, work))?)
    }
}

impl CostFunction for Problem {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        let mut value = [0.0];
        self.with(|f, work| f.eval_into(x, &mut value, work))?;
        Ok(value[0])
    }
}

impl Gradient for Problem {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let mut gradient = vec![0.0; self.function.inputs().len()];
        self.with(|f, work| f.gradient_into(x, &mut gradient, work))?;
        Ok(gradient)
    }
}

impl Hessian for Problem {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, argmin::core::Error> {
        let n = self.function.inputs().len();
        let (mut gradient, mut flat) = (vec![0.0; n], vec![0.0; n * n]);
        self.with(|f, work| f.value_gradient_and_hessian_into(x, &mut gradient, &mut flat, work))?;
        Ok(flat.chunks(n.max(1)).map(<[f64]>::to_vec).collect())
    }
}

impl Operator for Problem {
    type Param = Vec<f64>;
    type Output = Vec<f64>;

    fn apply(&self, x: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let mut values = vec![0.0; self.function.outputs().len()];
        self.with(|f, work| f.eval_into(x, &mut values, work))?;
        Ok(values)
    }
}

impl Jacobian for Problem {
    type Param = Vec<f64>;
    type Jacobian = Vec<Vec<f64>>;

    fn jacobian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, argmin::core::Error> {
        let (n, m) = (self.function.inputs().len(), self.function.outputs().len());
        let mut flat = vec![0.0; m * n];
        self.with(|f, work| f.jacobian_into(x, &mut flat, work))?;
        Ok(flat.chunks(n.max(1)).map(<[f64]>::to_vec).collect())
    }
}
