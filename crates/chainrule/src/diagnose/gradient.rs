//! The first edge at which a gradient became NaN or infinite, though the value is a number.

use super::view::{View, shown};
use super::{Diagnosis, Trouble, patterns};
use crate::expression::Nodes;

/// A contribution that is not a number, of an adjoint that was one.
pub(super) struct Edge {
    node: usize,
    argument: usize,
}

impl<N: Nodes> View<'_, N> {
    pub(super) fn of_gradient(&self) -> Option<Diagnosis> {
        if !self.values[self.root].is_finite() {
            return None;
        }
        let (adjoints, edges) = self.walk_back();
        let bad_input = |i: usize| self.is_input(i) && !adjoints[i].is_finite();
        let worst = (0..=self.root).filter(|&i| bad_input(i)).map(|i| adjoints[i]);
        let worst = worst.reduce(|a, b| if a.is_nan() { a } else { b })?;
        // Only what leads to a bad input is to blame: no constant exponent, for example.
        let mut leads = vec![false; self.root + 1];
        for i in 0..=self.root {
            leads[i] = bad_input(i) || self.arguments(i).iter().any(|&a| leads[a]);
        }
        let (kind, what) = if worst.is_nan() {
            (Trouble::UndefinedSlope, "NaN".to_owned())
        } else {
            (Trouble::InfiniteSlope, shown(worst))
        };
        let Some(edge) = edges.into_iter().find(|e| leads[e.argument]) else {
            // No single contribution is too large: their sum is.
            let node = (0..=self.root).rev().find(|&i| leads[i] && !adjoints[i].is_finite())?;
            let message = format!("value fine, gradient {what} at `{}`", self.text(node));
            return Some(self.diagnosis(kind, node, message, None));
        };
        let at = self.equation(edge.argument).map(|e| format!(", {e}")).unwrap_or_default();
        let message =
            format!("value fine, gradient {what} at `{}`{at}", self.expression(edge.node));
        if let Some((operation, output)) = (self.called)(edge.node) {
            let args = self.numbers(&self.arguments(edge.node));
            let why = operation.slopes(&args, output).err();
            let reason = why.as_ref().map(|e| format!(": {}", e.message())).unwrap_or_default();
            let hint = why.as_ref().and_then(|e| e.remedy()).map(str::to_owned);
            return Some(self.diagnosis(kind, edge.node, message + &reason, hint));
        }
        let hint = match patterns::length(self, edge.node) {
            Some(length) => Some(format!("`{length}` has slope 0 there")),
            None => self.edge_of_domain(edge.node),
        };
        Some(self.diagnosis(kind, edge.node, message, hint))
    }

    /// All adjoints of the root, and the edges where one stopped being a number, in the order of
    /// the walk. As everywhere, an adjoint that is exactly zero is not carried on.
    pub(super) fn walk_back(&self) -> (Vec<f64>, Vec<Edge>) {
        let mut adjoints = vec![0.0; self.root + 1];
        let mut edges = Vec::new();
        adjoints[self.root] = 1.0;
        for i in (0..=self.root).rev() {
            let adjoint = adjoints[i];
            if adjoint == 0.0 {
                continue;
            }
            let arguments = self.arguments(i);
            let numbers = self.numbers(&arguments);
            for (k, slope) in self.slopes_with(i, &numbers, self.values[i]) {
                let part = slope * adjoint;
                if adjoint.is_finite() && !part.is_finite() {
                    edges.push(Edge { node: i, argument: arguments[k] });
                }
                adjoints[arguments[k]] += part;
            }
        }
        (adjoints, edges)
    }

    /// What the operation's manual says of the edges of its domain.
    fn edge_of_domain(&self, node: usize) -> Option<String> {
        let (op, _) = self.operation(node)?;
        let manual = op.info().doc.first()?.trim();
        let (_, edges) = manual.split_once(". ")?;
        Some(format!("{}: {}", self.nodes.word(node, op), edges.trim_end_matches('.')))
    }
}
