//! Everything that can be wrong with a result that is a number: all of it in one report.

use super::kinks::Kink;
use super::rounding::Rounding;
use super::view::View;
use super::{Diagnosis, Value};
use crate::error::Error;
use crate::expression::Nodes;
use crate::formula::Formula;
use crate::function::Function;
use crate::graph::Trace;
use std::fmt;

/// Kinks within this of a point are told: relative, and absolute for arguments below 1.
pub const NEAR: f64 = 1e-6;

/// What is to be known of a result at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The first node that made the value or the gradient NaN or infinite.
    pub trouble: Option<Diagnosis>,
    /// Kinks and jumps near the point, in the order of the nodes; at most twenty.
    pub kinks: Vec<Kink>,
    /// What rounding does to the value; none if it is not finite.
    pub rounding: Option<Rounding>,
}

impl Inspection {
    fn of<N: Nodes>(view: &View<'_, N>, near: f64) -> Self {
        let trouble = view.of_value().or_else(|| view.of_gradient());
        let is_finite = view.values[view.root].is_finite();
        let kinks = if is_finite { view.kinks(near) } else { Vec::new() };
        Inspection { trouble, kinks, rounding: view.rounding() }
    }
}

/// What was found, a line each.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trouble = self.trouble.iter().map(ToString::to_string);
        let kinks = self.kinks.iter().map(ToString::to_string);
        let rounding = self.rounding.iter().map(ToString::to_string);
        f.write_str(&trouble.chain(kinks).chain(rounding).collect::<Vec<_>>().join("\n"))
    }
}

impl Formula {
    /// What is to be known of the result at `x`: the first bad node, kinks within `near` with the
    /// slopes on both sides, and the digits that rounding leaves.
    ///
    /// ```
    /// use chainrule::diagnose::NEAR;
    /// use chainrule::formula::Formula;
    /// let formula = Formula::parse("(1 - cos(x))/x^2")?;
    /// let rounding = formula.inspect(&[1e-7], NEAR).rounding.expect("a finite number");
    /// assert!(rounding.digits < 3.0);
    /// assert_eq!(rounding.losses[0].expression, "1 - cos(x)");
    /// let kinks = Formula::parse("abs(x - 1) + x")?.inspect(&[1.0], NEAR).kinks;
    /// assert_eq!((kinks[0].below[0].1, kinks[0].above[0].1), (0.0, 2.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables.
    #[must_use]
    pub fn inspect(&self, x: &[f64], near: f64) -> Inspection {
        let values = self.values(x);
        let root = self.result().0 as usize;
        let called = |i: usize| self.called(i);
        let view = View { nodes: self, values: &values, root, command: true, called: &called };
        let found = Inspection::of(&view, near);
        let trouble = found.trouble.map(|trouble| self.placed(trouble));
        Inspection { trouble, ..found }
    }
}

impl Trace {
    /// What is to be known of the root of this trace: the first bad node, kinks within `near`, and
    /// the digits that rounding leaves. Cost: about five passes, and two more for each kink.
    ///
    /// # Panics
    ///
    /// If the trace is empty.
    #[must_use]
    pub fn inspect(&self, near: f64) -> Inspection {
        let values: Vec<f64> = self.nodes.iter().map(|n| n.value).collect();
        let root = values.len().checked_sub(1).expect("a trace has its root");
        let called = |i: usize| self.nodes[i].call.as_ref().map(|(called, k)| (called, *k));
        let view = View { nodes: self, values: &values, root, command: false, called: &called };
        Inspection::of(&view, near)
    }
}

impl Value<'_> {
    /// What is to be known of this value: [`Trace::inspect`].
    #[must_use]
    pub fn inspect(self, near: f64) -> Inspection {
        self.trace().inspect(near)
    }
}

impl Function {
    /// What is to be known of an output at `x`: the first bad node, kinks within `near` with the
    /// slopes on both sides, and the adjoint-weighted rounding error of each node.
    ///
    /// ```
    /// use chainrule::Function;
    /// use chainrule::diagnose::NEAR;
    /// let f = Function::record(["x"], |[x]| (x + 1e8).powi(2) - (x - 1e8).powi(2))?;
    /// let rounding = f.inspect(&[0.1], 0, NEAR)?.rounding.expect("a finite number");
    /// // Exact: 4e8·x. The squares are rounded at 1e16, and their difference is 4e7.
    /// assert!((f.value(&[0.1])? - 4e7).abs() <= rounding.error);
    /// assert!(rounding.digits < 8.0);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if there is no such output.
    pub fn inspect(&self, x: &[f64], output: usize, near: f64) -> Result<Inspection, Error> {
        Ok(self.trace(x, output)?.inspect(near))
    }
}
