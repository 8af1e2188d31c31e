//! Derivatives of a function that are functions themselves: they print, draw, simplify and
//! differentiate again.

use super::path::{Kind, Path};
use super::{Function, Names};
use crate::error::{Error, ErrorKind};
use std::sync::Arc;

impl Function {
    /// The gradient as a function of the same inputs, with an output `d{output}/d{input}` for
    /// each.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| x.sin() * x)?;
    /// let second = f.gradient_function()?.gradient_function()?;
    /// assert!((second.value(&[0.5])? - (2.0 * 0.5_f64.cos() - 0.5 * 0.5_f64.sin())).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are several outputs.
    pub fn gradient_function(&self) -> Result<Self, Error> {
        if self.names.outputs.len() != 1 {
            return Err(Error::new(ErrorKind::Length, "the gradient of several outputs")
                .hint("ask for `jacobian_function`"));
        }
        self.jacobian_function()
    }

    /// The Jacobian as a function: output by output, input by input.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn jacobian_function(&self) -> Result<Self, Error> {
        let path = self.first_path();
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        let names = self.pairs(&self.names.outputs);
        if m == 1 {
            return Ok(self.part(&path, Kind::Gradient, 1..=n, names));
        }
        Ok(self.rows(&path, names))
    }

    /// The Hessian of one output as a function: row by row.
    ///
    /// # Errors
    ///
    /// If there are several outputs.
    pub fn hessian_function(&self) -> Result<Self, Error> {
        self.gradient_function()?.jacobian_function()
    }

    /// The derivative of every output with respect to one input.
    ///
    /// # Errors
    ///
    /// If there is no input of that name.
    pub fn partial(&self, name: &str) -> Result<Self, Error> {
        let Some(k) = self.names.inputs.iter().position(|n| n == name) else {
            let known = self.names.inputs.join(", ");
            let error = Error::new(ErrorKind::Name, format!("`{name}` is not an input"));
            return Err(error.hint(format!("the inputs are {known}")));
        };
        let all = self.jacobian_function()?;
        let n = self.names.inputs.len();
        let keep: Vec<usize> = (0..self.names.outputs.len()).map(|i| i * n + k).collect();
        Ok(all.with_outputs(&keep))
    }

    /// The function with only those outputs, in that order.
    ///
    /// # Panics
    ///
    /// If there is no output of that number.
    #[must_use]
    pub fn with_outputs(&self, keep: &[usize]) -> Self {
        let path = self.first_path();
        let names = keep.iter().map(|&i| self.names.outputs[i].clone()).collect();
        self.selection(&path, &path.program, keep, names)
    }

    fn pairs(&self, outputs: &[String]) -> Vec<String> {
        let inputs = &self.names.inputs;
        outputs.iter().flat_map(|y| inputs.iter().map(move |x| format!("d{y}/d{x}"))).collect()
    }

    /// Outputs `range` of the derived program of that kind.
    fn part(
        &self,
        path: &Arc<Path>,
        kind: Kind,
        range: std::ops::RangeInclusive<usize>,
        names: Vec<String>,
    ) -> Self {
        let program = path.derived(kind);
        self.selection(path, program, &range.collect::<Vec<_>>(), names)
    }

    fn selection(
        &self,
        path: &Path,
        program: &crate::program::Program,
        keep: &[usize],
        names: Vec<String>,
    ) -> Self {
        let all = program.outputs();
        let guards = all.len() - 2 * path.guards.len();
        let mut outputs: Vec<_> = keep.iter().map(|&i| all[i]).collect();
        outputs.extend(&all[guards..]);
        let mut program = program.clone();
        program.set_outputs(outputs);
        let program = program.without_dead_code();
        let names = Names { outputs: names, ..(*self.names).clone() };
        let path = Path::new(program, path.guards.clone(), path.inputs);
        Self::from_path(names, None, path, Arc::clone(&self.parameters))
    }

    fn rows(&self, path: &Arc<Path>, names: Vec<String>) -> Self {
        let program = path.jacobian();
        let keep: Vec<usize> = (0..names.len()).collect();
        self.selection(path, &program, &keep, names)
    }
}
