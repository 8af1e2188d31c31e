//! Derivatives of a function that are functions themselves: they print, draw, simplify and
//! differentiate again.

use super::Function;
use super::path::{Kind, Path};
use crate::error::{Error, ErrorKind};

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
    /// If a call has no derivative.
    pub fn jacobian_function(&self) -> Result<Self, Error> {
        let names = self.pairs(&self.names.outputs);
        let (count, single) = (names.len(), self.names.outputs.len() == 1);
        self.derive(self.names.inputs.clone(), names, move |path| {
            if single {
                path.part(path.derived(Kind::Gradient), 1..=path.inputs)
            } else {
                path.part(&path.jacobian(), 0..count)
            }
        })
    }

    /// The outputs and their directional derivatives as a function of the point and a direction:
    /// inputs `x, …, dx, …`, outputs `y, …, dy, …` (`ddx` where `dx` is taken). Forward mode as a
    /// function; parameters stay.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| x.sin())?.jvp_function()?;
    /// assert_eq!(f.inputs(), ["x", "dx"]);
    /// assert_eq!(f.eval(&[0.0, 2.0])?, [0.0, 2.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a call has no derivative.
    pub fn jvp_function(&self) -> Result<Self, Error> {
        let inputs = super::record::with_directions(&self.names.inputs, &self.names.parameters);
        let outputs = super::record::with_directions(&self.names.outputs, &[]);
        self.derive(inputs, outputs, Path::forward)
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
        let names = keep.iter().map(|&i| self.names.outputs[i].clone()).collect();
        let keep = keep.to_vec();
        let part = move |path: &Path| path.part(&path.program, keep.iter().copied());
        self.derive(self.names.inputs.clone(), names, part)
            .expect("a part of a program needs no more than the whole")
    }

    /// The outputs minus the leading inputs, as many.
    ///
    /// # Errors
    ///
    /// If there are more outputs than inputs.
    pub(crate) fn minus_leading_inputs(&self) -> Result<Self, Error> {
        let (n, m) = (self.names.inputs.len(), self.names.outputs.len());
        if m > n {
            let message = format!("{m} outputs are no new values of {n} inputs");
            return Err(Error::new(ErrorKind::Length, message));
        }
        self.derive(self.names.inputs.clone(), self.names.outputs.clone(), Path::minus_inputs)
    }

    fn pairs(&self, outputs: &[String]) -> Vec<String> {
        let inputs = &self.names.inputs;
        outputs.iter().flat_map(|y| inputs.iter().map(move |x| format!("d{y}/d{x}"))).collect()
    }
}
