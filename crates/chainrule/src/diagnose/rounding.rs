//! How much of a result is rounding, and which operation loses the digits.
//!
//! Every operation rounds its value. By the chain rule, a rounding error `δᵢ` of node `i` moves the
//! result by `adjointᵢ · δᵢ`; the sum of their sizes bounds the error of the result to first order. For
//! sums, products and quotients `δᵢ` is known exactly (the error of a floating-point sum is itself
//! a number); for other operations it is what the table promises, 2 ulp.
//!
//! Sources: Linnainmaa, *Taylor expansion of the accumulated rounding error*, BIT 16 (1976);
//! Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 2.3; Ogita, Rump and Oishi,
//! *Accurate sum and dot product*, SIAM J. Sci. Comput. 26 (2005), algorithms 3.1 and 3.3.

use super::view::View;
use crate::algebra::{Num, Op, Term};
use crate::expression::{Nodes, significant};
use std::fmt;

/// Decimal digits of a number that is right to half an ulp.
const ALL_DIGITS: f64 = 15.95;
/// The accuracy of the table's operations, in ulp.
const PROMISED: f64 = 2.0;
/// So many nodes are named in each list.
const NAMED: usize = 5;
/// A node that passes on less than this part of the error is no culprit.
const MATTERS: f64 = 0.1;

/// What rounding does to a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Rounding {
    /// The result.
    pub value: f64,
    /// A bound of its error to first order, if the inputs are exact: `Σ |adjoint|·|rounding|`.
    pub error: f64,
    /// Decimal digits of the result that remain, between 0 and 15.95.
    pub digits: f64,
    /// Every node in order, inputs and constants too.
    pub nodes: Vec<NodeRounding>,
    /// The operations where digits are lost on the way to this result, the worst first: at least
    /// one digit each.
    pub losses: Vec<Loss>,
    /// The operations whose rounding makes most of the error, the largest first.
    pub sources: Vec<Origin>,
}

/// Rounding at one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeRounding {
    /// How far its own rounding may move its value.
    pub own: f64,
    /// How far that moves the result: `|adjoint|·own`.
    pub in_result: f64,
    /// Decimal digits of its value that are right, by the errors of all nodes before it.
    pub digits: f64,
    /// Digits fewer than those of the worst argument.
    pub lost: f64,
}

/// An operation that loses digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// Number of the node.
    pub node: usize,
    /// The node as a formula.
    pub expression: String,
    /// The same with numbers.
    pub applied: String,
    /// Right digits of its worst argument.
    pub before: f64,
    /// Right digits of its value.
    pub after: f64,
}

/// An operation whose rounding reaches the result.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Number of the node.
    pub node: usize,
    /// The node as a formula.
    pub expression: String,
    /// Its part of the result's error, from 0 to 1.
    pub share: f64,
}

impl<N: Nodes> View<'_, N> {
    /// Rounding errors on the way to the root; none if a number on the way is not finite.
    pub(super) fn rounding(&self) -> Option<Rounding> {
        let value = self.values[self.root];
        if !value.is_finite() {
            return None;
        }
        let (adjoints, _) = self.walk_back();
        let mut nodes = Vec::with_capacity(self.root + 1);
        // Bounds of the errors of the nodes' values, and what of them came with the arguments.
        let (mut errors, mut passed) = (vec![0.0; self.root + 1], vec![0.0; self.root + 1]);
        for i in 0..=self.root {
            let (own, inherited, worst) = self.errors_at(i, &errors, &nodes);
            (errors[i], passed[i]) = (own + inherited, inherited);
            let digits = digits(errors[i], self.values[i]);
            let in_result = if own == 0.0 { 0.0 } else { own * adjoints[i].abs() };
            nodes.push(NodeRounding { own, in_result, digits, lost: (worst - digits).max(0.0) });
        }
        let error: f64 = nodes.iter().map(|n| n.in_result).sum();
        if !error.is_finite() {
            return None;
        }
        let matters = |i: usize| passed[i] * adjoints[i].abs() >= MATTERS * error && error > 0.0;
        let mut losses: Vec<usize> =
            (0..=self.root).filter(|&i| nodes[i].lost >= 1.0 && matters(i)).collect();
        losses.sort_by(|&a, &b| nodes[b].lost.total_cmp(&nodes[a].lost));
        let mut sources: Vec<usize> =
            (0..=self.root).filter(|&i| nodes[i].in_result > 0.01 * error).collect();
        sources.sort_by(|&a, &b| nodes[b].in_result.total_cmp(&nodes[a].in_result));
        let loss = |&node: &usize| Loss {
            node,
            expression: self.expression(node),
            applied: self.applied(node),
            before: nodes[node].digits + nodes[node].lost,
            after: nodes[node].digits,
        };
        let origin = |&node: &usize| Origin {
            node,
            expression: self.expression(node),
            share: nodes[node].in_result / error,
        };
        Some(Rounding {
            value,
            error,
            digits: digits(error, value),
            losses: losses.iter().take(NAMED).map(loss).collect(),
            sources: sources.iter().take(NAMED).map(origin).collect(),
            nodes,
        })
    }

    /// Own rounding of node `i`, the errors that its arguments bring, and the right digits of the
    /// worst argument that matters to it.
    fn errors_at(&self, i: usize, errors: &[f64], nodes: &[NodeRounding]) -> (f64, f64, f64) {
        let (arguments, y) = (self.arguments(i), self.values[i]);
        let numbers = self.numbers(&arguments);
        let (mut inherited, mut worst) = (0.0, ALL_DIGITS);
        for (k, slope) in self.slopes_with(i, &numbers, y) {
            let error = errors[arguments[k]];
            if slope != 0.0 && error != 0.0 {
                inherited += slope.abs() * error;
                worst = worst.min(nodes[arguments[k]].digits);
            }
        }
        let own = match self.operation(i) {
            Some((op, _)) => own_rounding(op, &numbers, y),
            // What is called is taken to be as accurate as the table.
            None if (self.called)(i).is_some() => 2.0 * PROMISED * half_ulp(y),
            None => 0.0,
        };
        (own, inherited, worst)
    }
}

/// Right decimal digits of `value` if it may be off by `error`.
fn digits(error: f64, value: f64) -> f64 {
    if error == 0.0 {
        return ALL_DIGITS;
    }
    let relative = error / value.abs();
    if relative.is_nan() { 0.0 } else { (-relative.log10()).clamp(0.0, ALL_DIGITS) }
}

/// How far rounding moved `y`, the value of `op`.
fn own_rounding(op: Op, x: &[f64], y: f64) -> f64 {
    let error = match (op, x) {
        (Op::Add, &[a, b]) => sum_error(a, b, y),
        (Op::Sub, &[a, b]) => sum_error(a, -b, y),
        (Op::Mul | Op::StrongMul, &[a, b]) => a.mul_add(b, -y),
        (Op::Square, &[a]) | (Op::Powc, &[a, 2.0]) => a.mul_add(a, -y),
        (Op::Div, &[a, b]) => (-y).mul_add(b, a) / b,
        (Op::Recip, &[a]) => (-y).mul_add(a, 1.0) / a,
        (Op::Sqrt, &[a]) => (-y).mul_add(y, a) / (2.0 * y),
        (Op::Sum | Op::Mean, terms) => {
            let errors = sum_of_errors(terms.iter().map(|&t| (t, 0.0)));
            if op == Op::Sum { errors } else { errors / terms.len() as f64 + half_ulp(y) }
        }
        (Op::Dot, terms) => sum_of_errors(terms.as_chunks::<2>().0.iter().map(|&[a, b]| {
            let product = a * b;
            (product, a.mul_add(b, -product))
        })),
        (Op::Product, factors) => factors.len() as f64 * half_ulp(y),
        (Op::MulAdd, _) => half_ulp(y),
        _ if is_exact(op, x, y) => 0.0,
        _ => 2.0 * PROMISED * half_ulp(y),
    };
    if error.is_finite() { error.abs() } else { half_ulp(y) }
}

/// Whether the operation chooses among its arguments, changes a sign, or counts: nothing is rounded.
fn is_exact(op: Op, x: &[f64], y: f64) -> bool {
    use Op::{
        Abs, Clamp, Copysign, LeakyRelu, Max, MaxOf, Maximum, Min, MinOf, Minimum, Neg, Relu,
        Select,
    };
    let chooses = matches!(
        op,
        Abs | Clamp
            | Copysign
            | LeakyRelu
            | Max
            | MaxOf
            | Maximum
            | Min
            | MinOf
            | Minimum
            | Neg
            | Relu
            | Select
    );
    chooses && (y == 0.0 || x.iter().any(|a| a.abs() == y.abs())) || is_flat(op, x, y)
}

/// Whether the operation has no derivative by structure, as comparisons have none.
fn is_flat(op: Op, x: &[f64], y: f64) -> bool {
    let terms: Vec<_> = x.iter().map(|&x| Term::new(&Num, x)).collect();
    let mut flat = true;
    op.partials(&terms, Term::new(&Num, y), |_, _| flat = false);
    flat
}

/// The exact error of the rounded sum `y` of two numbers.
fn sum_error(a: f64, b: f64, y: f64) -> f64 {
    let virtual_b = y - a;
    (a - (y - virtual_b)) + (b - virtual_b)
}

/// The sizes of all errors of a sum from left to right; each term comes with an error of its own.
fn sum_of_errors(terms: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut errors) = (0.0, 0.0);
    for (term, own) in terms {
        let next = sum + term;
        errors += sum_error(sum, term, next).abs() + own.abs();
        sum = next;
    }
    errors
}

/// Half the distance from `y` to the next number.
fn half_ulp(y: f64) -> f64 {
    0.5 * (y.abs().next_up() - y.abs())
}

/// In sentences, a line each.
impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "about {:.1} of 16 digits are right", self.digits)?;
        if self.error > 0.0 {
            write!(f, ": rounding moves the value by up to {}", significant(self.error, 2))?;
        }
        for loss in &self.losses {
            let (before, after) = (loss.before, loss.after);
            write!(
                f,
                "\n  `{}` = `{}` loses {:.1} digits: {before:.1} before, {after:.1} after",
                loss.expression,
                loss.applied,
                before - after
            )?;
        }
        for source in &self.sources {
            let percent = 100.0 * source.share;
            write!(
                f,
                "\n  {percent:.0} % of the error is the rounding of `{}`",
                source.expression
            )?;
        }
        Ok(())
    }
}
