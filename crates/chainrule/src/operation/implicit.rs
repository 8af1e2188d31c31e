//! Implicit functions: what a solver finds, differentiated without looking into the solver.
//!
//! Where `g(x, p) = 0` defines `x(p)`, `g_x·x' + g_p = 0` gives its derivative (the implicit function
//! theorem). Reverse mode solves one transposed system, forward mode one system for each direction,
//! with the Jacobian of `g` that the engine makes. Source: Griewank and Walther, *Evaluating
//! Derivatives*, 2nd ed., section 15.2.

use super::closed::{self, Body};
use super::lu::Lu;
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use crate::program::Operation;
use std::sync::Arc;

/// From the given inputs to the unknowns.
type Solver = dyn Fn(&[f64], &mut [f64]) -> Result<(), Error> + Send + Sync;

impl Operation {
    /// The root `x(p)` of `g(x, p) = 0` that `solver` finds, as one node with derivatives of every
    /// order.
    ///
    /// The first inputs of `g` are the unknowns, as many as it has outputs; the others are what they
    /// depend on, and the operation's inputs. `solver(p, x)` sets the unknowns, which are zeros
    /// before; NaN says that it found none. The derivative does not look into the solver: any code
    /// that finds the root will do, as exactly as it can, because an error in `x` is one in the
    /// derivative.
    ///
    /// Where `g_x` is singular to working precision, or Newton's step from the solver's answer is
    /// not small beside it, the derivative is NaN, and [`diagnose`](crate::Function::diagnose) says
    /// why: `x` is no root, or not a differentiable function of `p` there.
    ///
    /// Cost of a derivative: the Jacobian of `g`, and `k³/3` multiplications for `k` unknowns.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// // Kepler's equation: the eccentric anomaly E of a mean anomaly M.
    /// let g = Function::record(["E", "M", "e"], |[big_e, m, e]| big_e - e * big_e.sin() - m)?;
    /// let kepler = Operation::root("kepler", &g, |p, x| {
    ///     x[0] = p[0];
    ///     for _ in 0..50 {
    ///         x[0] -= (x[0] - p[1] * x[0].sin() - p[0]) / (1.0 - p[1] * x[0].cos());
    ///     }
    /// })?;
    /// let f = Function::record(["M", "e"], move |[m, e]| kepler.apply([m, e]))?;
    /// let anomaly = f.value(&[0.8, 0.3])?;
    /// let slope = f.gradient(&[0.8, 0.3])?[0];
    /// assert!((slope - 1.0 / (1.0 - 0.3 * anomaly.cos())).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is empty, or `g` has no output or not more inputs than outputs.
    pub fn root(
        name: &str,
        g: &Function,
        solver: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let (n, k) = (g.inputs().len(), g.outputs().len());
        if name.is_empty() || k == 0 || n <= k {
            let message = format!("`{name}` has {k} equations for {n} inputs");
            let hint = "the first inputs are the unknowns, as many as outputs; others must follow";
            return Err(Error::new(ErrorKind::Length, message).hint(hint));
        }
        let solver = move |p: &[f64], x: &mut [f64]| {
            solver(p, x);
            Ok(())
        };
        let unknowns = (0..k).collect();
        Ok(closed::operation(name, Implicit::new(name, g.clone(), unknowns, Arc::new(solver))))
    }

    /// The fixed point `x = h(x, p)` that `solver` finds: the [`root`](Operation::root) of
    /// `h(x, p) − x`.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// let h = Function::record(["x", "p"], |[x, p]| (x * p).cos())?;
    /// let point = Operation::fixed_point("point", &h, |p, x| {
    ///     (0..500).for_each(|_| x[0] = (x[0] * p[0]).cos());
    /// })?;
    /// let f = Function::record(["p"], move |[p]| point.apply([p]))?;
    /// let (x, slope) = (f.value(&[0.5])?, f.gradient(&[0.5])?[0]);
    /// let sine = (0.5 * x).sin();
    /// assert!((slope + x * sine / (1.0 + 0.5 * sine)).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`root`](Operation::root).
    pub fn fixed_point(
        name: &str,
        h: &Function,
        solver: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Self::root(name, &h.minus_leading_inputs()?, solver)
    }

    /// The solution `x` of `A·x = b` for `n` unknowns: inputs are the entries of `A` row by row,
    /// then `b`. With derivatives of every order; NaN where `A` is singular to working precision.
    ///
    /// # Errors
    ///
    /// If `n` is 0.
    pub fn linear_solve(n: usize) -> Result<Self, Error> {
        let name = |letter: char| (0..n).map(move |i| format!("{letter}{i}"));
        let entries = (0..n * n).map(|k| format!("a{}_{}", k / n, k % n));
        let names: Vec<String> = name('x').chain(entries).chain(name('b')).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let g = Function::record_slices(&names, &vec![0.0; names.len()], move |z| {
            let (x, rest) = z.split_at(n);
            let (a, b) = rest.split_at(n * n);
            (0..n).map(|i| crate::dot(&a[i * n..][..n], x) - b[i]).collect()
        })?;
        Self::root("solve", &g, move |p, x| {
            let (a, b) = p.split_at(n * n);
            match Lu::new(a.to_vec(), n) {
                Some(lu) => x.copy_from_slice(&lu.solve(b)),
                None => x.fill(f64::NAN),
            }
        })
    }
}

/// An implicit function.
#[derive(Clone)]
struct Implicit {
    name: String,
    g: Function,
    /// Which inputs of `g` are unknown, and which are given.
    unknowns: Vec<usize>,
    given: Vec<usize>,
    solver: Arc<Solver>,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

/// Newton's step from a root is at most so long, beside the largest unknown, and so long in any case.
const STEP: f64 = 1e-6;
const SHORTEST: f64 = 1e-9;

/// Systems worse conditioned than this leave fewer than four digits.
const CONDITION: f64 = 1e-12;

/// The equations near a root: `g_x·dx + g_p·dp = 0`.
struct Linear {
    system: Lu,
    /// A row for each equation, over all inputs of `g`.
    jacobian: Vec<Vec<f64>>,
}

impl Implicit {
    fn new(name: &str, g: Function, unknowns: Vec<usize>, solver: Arc<Solver>) -> Self {
        let given: Vec<usize> = (0..g.inputs().len()).filter(|i| !unknowns.contains(i)).collect();
        let names = |of: &[usize]| of.iter().map(|&i| g.inputs()[i].clone()).collect();
        let (inputs, outputs) = (names(&given), names(&unknowns));
        Implicit { name: name.to_owned(), inputs, outputs, g, unknowns, given, solver }
    }

    fn solve(&self, p: &[f64], x: &mut [f64]) -> Result<(), Error> {
        x.fill(0.0);
        (self.solver)(p, x)?;
        if x.iter().all(|x| x.is_finite()) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Value, format!("the solver of `{}` found no root", self.name)))
    }

    /// The equations at the root `x`, if it is one and they can be solved.
    fn linear(&self, p: &[f64], x: &[f64]) -> Result<Linear, Error> {
        let name = &self.name;
        let mut z = vec![0.0; self.inputs.len() + self.outputs.len()];
        self.given.iter().zip(p).for_each(|(&i, &p)| z[i] = p);
        self.unknowns.iter().zip(x).for_each(|(&i, &x)| z[i] = x);
        let jacobian = self.g.jacobian(&z)?;
        let square = jacobian.iter().flat_map(|row| self.unknowns.iter().map(|&i| row[i]));
        let singular = || {
            let message = format!(
                "the equations of `{name}` are singular in {}, so that it has no derivative",
                self.outputs.join(", ")
            );
            Error::new(ErrorKind::Value, message)
                .hint("roots meet or are not isolated there; move away from that point")
        };
        let system = Lu::new(square.collect(), x.len()).ok_or_else(singular)?;
        let is_solvable = system.condition() >= CONDITION;
        if !is_solvable {
            return Err(singular());
        }
        let step = system.solve(&self.g.eval(&z)?);
        let larger = |m: f64, x: &f64| if x.is_nan() { *x } else { m.max(x.abs()) };
        let size = |v: &[f64]| v.iter().fold(0.0, larger);
        let is_root = size(&step) <= STEP * size(x) + SHORTEST;
        if !is_root {
            let message = format!(
                "the solver of `{name}` stopped {} away from a root, by Newton's step",
                crate::expression::significant(size(&step), 3)
            );
            let hint = "solve more exactly; near a point where roots meet there is no derivative";
            return Err(Error::new(ErrorKind::Value, message).hint(hint));
        }
        Ok(Linear { system, jacobian })
    }
}

impl Body for Implicit {
    fn inputs(&self) -> &[String] {
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.outputs
    }

    fn eval(&self, p: &[f64], x: &mut [f64]) -> Result<(), Error> {
        self.solve(p, x)
    }

    /// `−g_pᵀ λ` with `g_xᵀ λ = w`.
    fn reverse(&self, p: &[f64], x: &[f64], w: &[f64], slopes: &mut [f64]) -> Result<(), Error> {
        let linear = self.linear(p, x)?;
        let lambda = linear.system.solve_transposed(w);
        for (slope, &i) in slopes.iter_mut().zip(&self.given) {
            let parts = linear.jacobian.iter().zip(&lambda);
            *slope = -parts.map(|(row, l)| row[i] * l).sum::<f64>();
        }
        Ok(())
    }

    /// Root and tangent are the root of `g` and its directional derivative: `g_x·t + g_p·s = 0`.
    fn forward(&self) -> Result<Box<dyn Body>, Error> {
        let n = self.g.inputs().len();
        let tangents = self.unknowns.iter().map(|i| i + n);
        let unknowns = self.unknowns.iter().copied().chain(tangents).collect();
        let base = self.clone();
        let solver = move |p: &[f64], x: &mut [f64]| {
            let (p, direction) = p.split_at(base.inputs.len());
            let (x, tangent) = x.split_at_mut(base.outputs.len());
            base.solve(p, x)?;
            let linear = base.linear(p, x)?;
            let along = |row: &Vec<f64>| {
                let parts = base.given.iter().zip(direction);
                -parts.map(|(&i, s)| row[i] * s).sum::<f64>()
            };
            let right: Vec<f64> = linear.jacobian.iter().map(along).collect();
            tangent.copy_from_slice(&linear.system.solve(&right));
            Ok(())
        };
        let g = self.g.jvp_function()?;
        Ok(Box::new(Implicit::new(&self.name, g, unknowns, Arc::new(solver))))
    }

    fn depends(&self, _: usize, _: usize) -> bool {
        true
    }

    fn operations(&self) -> usize {
        1
    }
}
