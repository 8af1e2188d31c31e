//! Nodes with their numbers, and the words for them.

use super::{Diagnosis, Trouble};
use crate::algebra::{Num, Op, Term};
use crate::expression::{self, Nodes, Part, number, significant};
use crate::program::{Operation, eval_or_nan};
use std::borrow::Cow;

/// A formula of a message is cut past so many bytes.
const LONG: usize = 60;
/// At most so many values are listed in a message.
const LISTED: usize = 4;
/// At most so many nodes are searched for names to list.
const SEARCHED: usize = 1000;

/// Nodes, their values, and the one that is asked about.
pub(super) struct View<'n, N> {
    pub(super) nodes: &'n N,
    pub(super) values: &'n [f64],
    pub(super) root: usize,
    /// Whether hints may name the command's options.
    pub(super) command: bool,
    /// What was called at a node, and which output it is.
    pub(super) called: &'n dyn Fn(usize) -> Option<(&'n Operation, usize)>,
}

impl<N: Nodes> View<'_, N> {
    /// The operation at node `i` and its arguments.
    pub(super) fn operation(&self, i: usize) -> Option<(Op, Vec<usize>)> {
        match self.nodes.part(i) {
            Part::Apply(op, arguments) => Some((op, arguments.collect())),
            _ => None,
        }
    }

    /// The nodes that node `i` is computed from, by whatever operation.
    pub(super) fn arguments(&self, i: usize) -> Vec<usize> {
        match self.nodes.part(i) {
            Part::Apply(_, arguments) | Part::Call(_, arguments) => arguments.collect(),
            Part::Unknown | Part::Number(_) => Vec::new(),
        }
    }

    /// The value of node `i` with `numbers` as its arguments; its own if it has none.
    pub(super) fn value_with(&self, i: usize, numbers: &[f64]) -> f64 {
        if let Some((operation, output)) = (self.called)(i) {
            let mut values = vec![f64::NAN; operation.outputs().len()];
            eval_or_nan(operation, numbers, &mut values);
            return values[output];
        }
        self.operation(i).map_or(self.values[i], |(op, _)| op.value(numbers))
    }

    /// The number and the partial derivative of each argument that has one by structure, at
    /// `numbers`, where the value is `y`.
    pub(super) fn slopes_with(&self, i: usize, numbers: &[f64], y: f64) -> Vec<(usize, f64)> {
        if let Some((operation, output)) = (self.called)(i) {
            let slopes = operation.slopes(numbers, output);
            let slopes = slopes.unwrap_or_else(|_| vec![f64::NAN; numbers.len()]);
            return slopes.into_iter().enumerate().collect();
        }
        let Some((op, _)) = self.operation(i) else { return Vec::new() };
        let terms: Vec<_> = numbers.iter().map(|&x| Term::new(&Num, x)).collect();
        let mut slopes = Vec::with_capacity(numbers.len());
        op.partials(&terms, Term::new(&Num, y), |k, partial| slopes.push((k, partial.raw())));
        slopes
    }

    pub(super) fn is_input(&self, i: usize) -> bool {
        matches!(self.nodes.part(i), Part::Unknown)
    }

    pub(super) fn numbers(&self, arguments: &[usize]) -> Vec<f64> {
        arguments.iter().map(|&a| self.values[a]).collect()
    }

    /// The node as a formula, expanded even if it has a name.
    pub(super) fn expression(&self, i: usize) -> String {
        expression::formula(self.nodes, i, LONG)
    }

    /// The node by its name, or as a formula.
    pub(super) fn text(&self, i: usize) -> String {
        self.nodes.name(i).map_or_else(|| self.expression(i), Cow::into_owned)
    }

    /// The operation with numbers in place of its arguments: `exp(1000)`, `inf - inf`.
    pub(super) fn applied(&self, i: usize) -> String {
        let Some((op, arguments)) = self.operation(i) else { return shown(self.values[i]) };
        let word = self.nodes.word(i, op);
        let applied = Applied { op, word, numbers: self.numbers(&arguments) };
        expression::formula(&applied, arguments.len(), LONG)
    }

    /// `x = 3` of a node, unless it is a number itself.
    pub(super) fn equation(&self, i: usize) -> Option<String> {
        let text = self.text(i);
        (text != number(self.values[i])).then(|| format!("{text} = {}", shown(self.values[i])))
    }

    /// The named values that node `i` is computed from: `x = 3, a = 2`.
    pub(super) fn beneath(&self, i: usize) -> Option<String> {
        let mut list = Vec::new();
        let mut seen = Vec::new();
        let mut stack = self.arguments(i);
        stack.reverse();
        while let Some(node) = stack.pop() {
            if seen.contains(&node) {
                continue;
            }
            if seen.len() >= SEARCHED {
                break;
            }
            seen.push(node);
            if self.nodes.name(node).is_some() {
                list.extend(self.equation(node));
            } else {
                stack.extend(self.arguments(node).iter().rev().take(SEARCHED));
            }
        }
        if list.len() > LISTED {
            list.truncate(LISTED);
            list.push("…".into());
        }
        (!list.is_empty()).then(|| list.join(", "))
    }

    pub(super) fn diagnosis(
        &self,
        kind: Trouble,
        node: usize,
        message: String,
        hint: Option<String>,
    ) -> Diagnosis {
        Diagnosis {
            kind,
            node,
            label: self.nodes.name(node).map(Cow::into_owned),
            op: self.operation(node).map(|(op, _)| op),
            expression: self.expression(node),
            inputs: self
                .arguments(node)
                .into_iter()
                .map(|a| (self.text(a), self.values[a]))
                .collect(),
            value: self.values[node],
            span: None,
            message,
            hint,
        }
    }
}

/// A number in a sentence, with a true minus sign.
pub(super) fn shown(x: f64) -> String {
    let text = significant(x, 6);
    match text.strip_prefix('-') {
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// One operation of numbers, to be written as a formula; the operation comes last.
struct Applied<'w> {
    op: Op,
    word: Cow<'w, str>,
    numbers: Vec<f64>,
}

impl Nodes for Applied<'_> {
    fn name(&self, _: usize) -> Option<Cow<'_, str>> {
        None
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        match self.numbers.get(i) {
            Some(&x) => Part::Number(x),
            None => Part::Apply(self.op, 0..self.numbers.len()),
        }
    }

    fn word(&self, _: usize, _: Op) -> Cow<'_, str> {
        Cow::Borrowed(&self.word)
    }
}
