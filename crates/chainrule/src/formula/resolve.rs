//! From definitions in postfix order to a program: names find what they stand for.

use super::names::constant;
use super::parser::{ItemKind, Parsed, Statement};
use super::{Formula, at, place};
use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::program::NodeId;
use std::ops::Range;

/// What a name stands for.
#[derive(Clone, Copy)]
enum Meaning {
    Unused,
    Variable(NodeId),
    Definition(usize),
    Constant(f64),
}

/// At most so many names of a circle are listed.
const LISTED: usize = 12;

/// The formula of `parsed`; `variables` are names that stand for a variable even where they could
/// be a constant.
pub(super) fn resolve(
    source: &str,
    parsed: &Parsed<'_>,
    variables: &[&str],
) -> Result<Formula, Error> {
    let Some(last) = parsed.statements.last() else {
        return Err(Error::new(ErrorKind::Formula, "the formula is empty")
            .hint("write one, for example `a^2 - 10a + 28`"));
    };
    let mut builder = Builder {
        parsed,
        meanings: vec![Meaning::Unused; parsed.names.len()],
        nodes: vec![None; parsed.statements.len()],
        formula: Formula { source: source.into(), ..Formula::default() },
    };
    builder.define(source)?;
    builder.inputs(variables);
    let order = builder.order()?;
    for &statement in &order {
        builder.statement(statement)?;
    }
    let Builder { mut formula, nodes, .. } = builder;
    let nodes: Vec<NodeId> =
        nodes.into_iter().map(|n| n.expect("every statement was built")).collect();
    for (statement, &node) in parsed.statements.iter().zip(&nodes) {
        if let Some((name, _)) = &statement.name {
            formula.definitions.push((parsed.names[*name].into(), node));
        }
    }
    let result = nodes[nodes.len() - 1];
    formula.program.set_outputs(vec![result]);
    formula.named_result = last.name.is_some();
    Ok(formula)
}

struct Builder<'p, 's> {
    parsed: &'p Parsed<'s>,
    meanings: Vec<Meaning>,
    /// The node of each statement that was built.
    nodes: Vec<Option<NodeId>>,
    formula: Formula,
}

impl Builder<'_, '_> {
    fn statement_at(&self, i: usize) -> &Statement {
        &self.parsed.statements[i]
    }

    /// Notes which names are defined.
    fn define(&mut self, source: &str) -> Result<(), Error> {
        for (i, statement) in self.parsed.statements.iter().enumerate() {
            let Some((name, span)) = &statement.name else { continue };
            if let Meaning::Definition(first) = self.meanings[*name] {
                let (_, earlier) =
                    self.statement_at(first).name.as_ref().expect("a definition has a name");
                let message = format!(
                    "`{}` is defined twice: at {} and at {}",
                    self.parsed.names[*name],
                    place(source, earlier.start),
                    place(source, span.start)
                );
                return Err(Error::new(ErrorKind::Name, message)
                    .at(span.clone())
                    .hint("give one of them another name"));
            }
            self.meanings[*name] = Meaning::Definition(i);
        }
        Ok(())
    }

    /// Makes an input of every free name, in order of first appearance.
    fn inputs(&mut self, variables: &[&str]) {
        for item in &self.parsed.items {
            let ItemKind::Name(i) = item.kind else { continue };
            if !matches!(self.meanings[i], Meaning::Unused) {
                continue;
            }
            let name = self.parsed.names[i];
            self.meanings[i] = match constant(name) {
                Some(value) if !variables.contains(&name) => {
                    self.formula.constants.push(name.into());
                    Meaning::Constant(value)
                }
                _ => {
                    let node = self.formula.program.push_input();
                    self.formula.program.set_label(node, name);
                    self.formula.spans.push(item.span.clone());
                    self.formula.variables.push(name.into());
                    Meaning::Variable(node)
                }
            };
        }
    }

    /// The statements, each after those that it uses, otherwise as they are written.
    fn order(&self) -> Result<Vec<usize>, Error> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut state = vec![Visit::Not; self.nodes.len()];
        for first in 0..self.nodes.len() {
            // A statement and how many of its items were looked at.
            let mut path: Vec<(usize, usize)> = Vec::new();
            if let Visit::Not = state[first] {
                state[first] = Visit::OnPath;
                path.push((first, self.statement_at(first).items.start));
            }
            while let Some((i, next)) = path.last_mut() {
                let items = &self.statement_at(*i).items;
                let Some(item) = self.parsed.items[*next..items.end].first() else {
                    state[*i] = Visit::Done;
                    order.push(*i);
                    path.pop();
                    continue;
                };
                *next += 1;
                let ItemKind::Name(name) = item.kind else { continue };
                let Meaning::Definition(used) = self.meanings[name] else { continue };
                match state[used] {
                    Visit::Done => {}
                    Visit::OnPath => return Err(self.circular(&path, used)),
                    Visit::Not => {
                        state[used] = Visit::OnPath;
                        path.push((used, self.statement_at(used).items.start));
                    }
                }
            }
        }
        Ok(order)
    }

    fn circular(&self, path: &[(usize, usize)], back_to: usize) -> Error {
        let start = path.iter().position(|&(i, _)| i == back_to).unwrap_or(0);
        let name = |i: usize| match &self.statement_at(i).name {
            Some((name, _)) => self.parsed.names[*name],
            None => "…",
        };
        let mut names: Vec<&str> = path[start..].iter().map(|&(i, _)| name(i)).collect();
        if names.len() > LISTED {
            names.truncate(LISTED);
            names.push("…");
        }
        names.push(name(back_to));
        let span = self.statement_at(back_to).name.as_ref().map_or(0..0, |(_, span)| span.clone());
        Error::new(ErrorKind::Name, format!("circular: {}", names.join(" → ")))
            .at(span)
            .hint("a value cannot be computed from itself; use another name")
    }

    fn statement(&mut self, i: usize) -> Result<(), Error> {
        let parsed = self.parsed;
        let statement = &parsed.statements[i];
        // The nodes waiting for their operation, and whether each is a number written in place.
        let mut stack: Vec<(NodeId, bool)> = Vec::new();
        for item in &parsed.items[statement.items.clone()] {
            let entry = match item.kind {
                ItemKind::Number(x) => (self.constant(x, &item.span), true),
                ItemKind::Name(name) => match self.meanings[name] {
                    Meaning::Variable(node) => (node, false),
                    Meaning::Definition(used) => {
                        (self.nodes[used].expect("what is used was built before"), false)
                    }
                    Meaning::Constant(x) => (self.constant(x, &item.span), true),
                    Meaning::Unused => unreachable!("`inputs` gave every name a meaning"),
                },
                ItemKind::Apply(op, count) => {
                    let arguments = stack.split_off(stack.len() - count);
                    (self.operation(op, &arguments, &item.span)?, false)
                }
            };
            stack.push(entry);
        }
        let (node, _) = stack.pop().expect("a statement has a value");
        self.nodes[i] = Some(node);
        if let Some((name, _)) = &statement.name {
            // What already has a name keeps it: `b = a` makes no node.
            if self.formula.program.label(node).is_none() {
                self.formula.program.set_label(node, parsed.names[*name]);
            }
        }
        Ok(())
    }

    fn constant(&mut self, x: f64, span: &Range<usize>) -> NodeId {
        self.formula.spans.push(span.clone());
        self.formula.program.push_constant(x)
    }

    fn operation(
        &mut self,
        op: Op,
        arguments: &[(NodeId, bool)],
        span: &Range<usize>,
    ) -> Result<NodeId, Error> {
        let op = match (op, arguments) {
            (Op::Pow, &[_, (_, true)]) => Op::Powc,
            _ => op,
        };
        for (i, &(node, written)) in arguments.iter().enumerate() {
            if op.info().is_constant(i) && !written {
                let info = op.info();
                let message =
                    format!("argument `{}` of `{}` must be a number", info.arguments[i], info.name);
                let span = self.formula.spans[node.index()].clone();
                return Err(at(message, span).hint("a power of two variables is written `x^n`"));
            }
        }
        self.formula.spans.push(span.clone());
        let nodes = arguments.iter().map(|&(node, _)| node);
        Ok(self.formula.program.push_operation(op, nodes))
    }
}

#[derive(Clone, Copy)]
enum Visit {
    Not,
    OnPath,
    Done,
}
