//! Kinks and jumps near a point, with the gradient on either side.
//!
//! No operation is named: where an argument is moved a little down and up, a partial derivative
//! that changes by more than its own trend explains, or a value that changes by more than its slopes
//! explain, is a kink or a jump. What it means for the result is found by letting only that
//! operation see the moved argument.

use super::view::View;
use crate::algebra::{Num, Op, Term};
use crate::expression::{Nodes, significant};
use std::fmt;

/// At most so many kinks are followed to the inputs: each costs two passes.
const FOLLOWED: usize = 20;
/// A change of a slope, or of a value, below this part of its size is none.
const CHANGE: f64 = 1e-4;

/// A place near the point where the function has no derivative, or a jump.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// Number of the node.
    pub node: usize,
    /// The operation as a formula.
    pub expression: String,
    /// The argument that is near the kink: name or formula.
    pub argument: String,
    /// Its value.
    pub at: f64,
    /// How far the result jumps: 0 for a kink.
    pub jump: f64,
    /// The derivatives of the result in each input with the argument below: name and number.
    pub below: Vec<(String, f64)>,
    /// The same with the argument above.
    pub above: Vec<(String, f64)>,
}

/// An operation that sees one argument moved by `by`.
#[derive(Clone, Copy)]
struct Moved {
    node: usize,
    argument: usize,
    by: f64,
}

impl<N: Nodes> View<'_, N> {
    /// Kinks and jumps of operations whose argument is within `tolerance` (relative, and absolute
    /// below 1) of them, where the result has different slopes, or values, on the two sides.
    pub(super) fn kinks(&self, tolerance: f64) -> Vec<Kink> {
        let mut kinks = Vec::new();
        for node in 0..=self.root {
            let Some((op, arguments)) = self.operation(node) else { continue };
            let numbers = self.numbers(&arguments);
            let found = (0..arguments.len()).find(|&k| {
                let h = tolerance * numbers[k].abs().max(1.0);
                !op.info().is_constant(k)
                    && self.varies(arguments[k])
                    && is_kink(op, &numbers, k, h)
            });
            let Some(argument) = found else { continue };
            let by = tolerance * numbers[argument].abs().max(1.0);
            kinks.extend(self.sides(Moved { node, argument, by }, arguments[argument]));
            if kinks.len() == FOLLOWED {
                break;
            }
        }
        kinks
    }

    /// Whether the node is no plain number.
    fn varies(&self, node: usize) -> bool {
        self.is_input(node) || !self.arguments(node).is_empty()
    }

    /// The result on both sides, if they differ.
    fn sides(&self, moved: Moved, argument: usize) -> Option<Kink> {
        let (low, below) = self.with(Moved { by: -moved.by, ..moved });
        let (high, above) = self.with(moved);
        let slope = below.iter().chain(&above).fold(0.0_f64, |m, g| m.max(g.abs()));
        let differ = |a: f64, b: f64| (a - b).abs() > CHANGE * slope || (a - b).is_nan();
        let bends = below.iter().zip(&above).any(|(&a, &b)| differ(a, b));
        let step = high - low;
        // Smooth, the result moves by no more than its slopes allow in so small a step.
        let allowed = 8.0 * moved.by * slope.max(1.0) + CHANGE * high.abs().max(low.abs());
        let jump = if step.abs() > allowed { step } else { 0.0 };
        if !bends && jump == 0.0 {
            return None;
        }
        let inputs = (0..=self.root).filter(|&i| self.is_input(i));
        let named = |gradient: Vec<f64>| -> Vec<(String, f64)> {
            inputs.clone().map(|i| self.text(i)).zip(gradient).collect()
        };
        Some(Kink {
            node: moved.node,
            expression: self.expression(moved.node),
            argument: self.text(argument),
            at: self.values[argument],
            jump,
            below: named(below),
            above: named(above),
        })
    }

    /// The result and its derivatives in the inputs when one operation sees an argument moved.
    fn with(&self, moved: Moved) -> (f64, Vec<f64>) {
        let mut values = self.values[..=self.root].to_vec();
        let numbers = |i: usize, arguments: &[usize], values: &[f64]| -> Vec<f64> {
            let seen = arguments.iter().enumerate().map(|(k, &a)| {
                let is_moved = i == moved.node && k == moved.argument;
                values[a] + if is_moved { moved.by } else { 0.0 }
            });
            seen.collect()
        };
        for i in moved.node..=self.root {
            let arguments = self.arguments(i);
            if !arguments.is_empty() {
                values[i] = self.value_with(i, &numbers(i, &arguments, &values));
            }
        }
        let mut adjoints = vec![0.0; self.root + 1];
        adjoints[self.root] = 1.0;
        for i in (0..=self.root).rev() {
            let adjoint = adjoints[i];
            if adjoint == 0.0 {
                continue;
            }
            let arguments = self.arguments(i);
            let seen = numbers(i, &arguments, &values);
            for (k, slope) in self.slopes_with(i, &seen, values[i]) {
                adjoints[arguments[k]] += slope * adjoint;
            }
        }
        let inputs = (0..=self.root).filter(|&i| self.is_input(i));
        (values[self.root], inputs.map(|i| adjoints[i]).collect())
    }
}

/// Whether `op` has a kink or a jump in argument `k` within `h` of its value.
fn is_kink(op: Op, numbers: &[f64], k: usize, h: f64) -> bool {
    let at = |steps: f64| {
        let mut moved = numbers.to_vec();
        moved[k] += steps * h;
        let y = op.value(&moved);
        let terms: Vec<_> = moved.iter().map(|&x| Term::new(&Num, x)).collect();
        let mut slope = 0.0;
        op.partials(&terms, Term::new(&Num, y), |i, partial| {
            if i == k {
                slope = partial.raw();
            }
        });
        (y, slope)
    };
    let [far_below, below, above, far_above] = [-2.0, -1.0, 1.0, 2.0].map(at);
    let all = [far_below, below, above, far_above];
    if all.iter().any(|(y, slope)| !y.is_finite() || !slope.is_finite()) {
        return false;
    }
    let steepest = all.iter().fold(0.0_f64, |m, (_, slope)| m.max(slope.abs()));
    let highest = all.iter().fold(0.0_f64, |m, (y, _)| m.max(y.abs()));
    let trend = (below.1 - far_below.1).abs() + (far_above.1 - above.1).abs();
    let bend = (above.1 - below.1).abs();
    let outer = (below.0 - far_below.0).abs() + (far_above.0 - above.0).abs();
    let jump = (above.0 - below.0).abs();
    bend > 4.0 * trend + CHANGE * steepest
        || jump > 4.0 * outer + 4.0 * h * steepest + CHANGE * highest
}

/// One line.
impl fmt::Display for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, argument) = (&self.expression, &self.argument);
        let at = significant(self.at, 6);
        if self.jump == 0.0 {
            write!(f, "kink of `{what}` near {argument} = {at}")?;
        } else {
            let jump = significant(self.jump, 6);
            write!(f, "jump of `{what}` near {argument} = {at}: the result moves by {jump}")?;
        }
        for ((name, below), (_, above)) in self.below.iter().zip(&self.above) {
            if (below - above).abs() > CHANGE * below.abs().max(above.abs()) {
                let (below, above) = (significant(*below, 6), significant(*above, 6));
                write!(f, "; slope in {name} {below} below, {above} above")?;
            }
        }
        Ok(())
    }
}
