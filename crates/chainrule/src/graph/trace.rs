//! What led to a value: the nodes below it with numbers, labels and gradients, ready to be drawn,
//! explained or searched for the first NaN.

use super::record::{Argument, Code, Index};
use super::{Gradient, Point, Value};
use crate::algebra::Op;
use crate::expression::{self, Nodes, Part};
use crate::program::Operation;
use std::borrow::Cow;

/// The part of a graph that leads to one node: the chapter's `trace`, in topological order.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Inputs before results; the last one is the value that was asked for.
    pub nodes: Vec<TraceNode>,
}

/// One node of a [`Trace`].
#[derive(Clone, Debug, PartialEq)]
pub struct TraceNode {
    /// Where the value comes from.
    pub kind: Kind,
    /// Positions in the trace of the operation's arguments, in their order, each smaller than the
    /// node's own. A constant has a node for each use.
    pub inputs: Vec<usize>,
    /// The user's name for it.
    pub label: Option<String>,
    /// The number computed.
    pub value: f64,
    /// Derivative of the last node with respect to this one, once it was asked for.
    pub gradient: Option<f64>,
    /// The node's identity in its graph; constants share 0.
    pub id: u32,
    /// What was called, and which of its outputs this is, where the kind is [`Kind::Call`].
    pub call: Option<(Operation, usize)>,
}

/// Where a node's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Given from outside.
    Input,
    /// A number in the program.
    Constant,
    /// Computed.
    Operation(Op),
    /// An output of an operation beside the table.
    Call,
}

impl<'g> Value<'g> {
    /// The nodes that this value was computed from, inputs before results, itself last.
    ///
    /// ```
    /// let graph = chainrule::Graph::new();
    /// let a = graph.value(3.0);
    /// assert_eq!((a + a).trace().edges().len(), 2);
    /// ```
    #[must_use]
    pub fn trace(self) -> Trace {
        let graph = self.algebra();
        let root = self.raw().node;
        if root == 0 {
            return Trace { nodes: vec![constant(self.value())] };
        }
        let numbers = graph.numbers(root);
        let store = &graph.store;
        let labels = graph.labels.borrow();
        let mut reached = vec![false; root as usize + 1];
        reached[root as usize] = true;
        let all = store.nodes(root);
        for &i in all.iter().rev() {
            match store.record(i).code() {
                _ if !reached[i as usize] => {}
                Code::Operation(op) => {
                    store.arguments(op, i).for_each(|a| reached[a.node as usize] = true);
                }
                Code::Output { site, .. } => {
                    graph.called(site).1.iter().for_each(|a| reached[a.node as usize] = true);
                }
                Code::Input => {}
            }
        }
        let mut place = vec![0; root as usize + 1];
        let mut nodes = Vec::new();
        for i in all.into_iter().filter(|&i| reached[i as usize]) {
            let mut call = None;
            let (kind, arguments) = match store.record(i).code() {
                Code::Operation(op) => (Kind::Operation(op), store.arguments(op, i).collect()),
                Code::Output { site, output } => {
                    let (operation, points) = graph.called(site);
                    call = Some((operation, output as usize));
                    let argument = |p: Point| Argument { node: p.node, number: p.value };
                    (Kind::Call, points.into_iter().map(argument).collect())
                }
                Code::Input => (Kind::Input, Vec::new()),
            };
            let mut inputs = Vec::with_capacity(arguments.len());
            for argument in arguments {
                if argument.node == 0 {
                    nodes.push(constant(argument.number));
                    inputs.push(nodes.len() - 1);
                } else {
                    inputs.push(place[argument.node as usize]);
                }
            }
            place[i as usize] = nodes.len();
            let (label, value) = (labels.get(&i).cloned(), numbers[i as usize]);
            nodes.push(TraceNode { kind, inputs, label, value, gradient: None, id: i, call });
        }
        Trace { nodes }
    }

    /// The same with the derivative of this value at every node.
    #[must_use]
    pub fn trace_with_gradient(self) -> Trace {
        self.trace().with_gradient(&self.backward())
    }
}

fn constant(value: f64) -> TraceNode {
    let (kind, inputs) = (Kind::Constant, vec![]);
    TraceNode { kind, inputs, label: None, value, gradient: None, id: 0, call: None }
}

impl Trace {
    /// Notes the derivatives of a backward call at every node but the constants.
    #[must_use]
    pub fn with_gradient(mut self, gradient: &Gradient) -> Self {
        for node in self.nodes.iter_mut().filter(|n| n.kind != Kind::Constant) {
            node.gradient = Some(gradient.at(node.id as Index));
        }
        self
    }

    /// The node that was asked for.
    ///
    /// # Panics
    ///
    /// If the trace was built without a node.
    #[must_use]
    pub fn root(&self) -> &TraceNode {
        self.nodes.last().expect("a trace holds at least its root")
    }

    /// The formula of node `i` in the labels of the trace; past `limit` bytes it breaks off
    /// with `…`.
    ///
    /// ```
    /// let graph = chainrule::Graph::new();
    /// let x = graph.value(3.0).label("x");
    /// let trace = ((x + 1) * x.sin()).trace();
    /// assert_eq!(trace.formula(trace.nodes.len() - 1, 80), "(x + 1)*sin(x)");
    /// ```
    #[must_use]
    pub fn formula(&self, i: usize, limit: usize) -> String {
        expression::formula(self, i, limit)
    }

    /// Arrows from an input to the result it is used in, as positions in the trace; one for each
    /// use. Numbers that are part of an operation, such as a constant exponent, have none.
    #[must_use]
    pub fn edges(&self) -> Vec<(usize, usize)> {
        let uses = |(to, node): (usize, &TraceNode)| {
            node.arguments().map(move |from| (from, to)).collect::<Vec<_>>()
        };
        self.nodes.iter().enumerate().flat_map(uses).collect()
    }
}

impl TraceNode {
    /// The inputs that are nodes of a drawing: all but numbers that are part of the operation.
    pub fn arguments(&self) -> impl Iterator<Item = usize> + '_ {
        self.inputs.iter().enumerate().filter(|&(i, _)| !self.holds(i)).map(|(_, &input)| input)
    }

    /// The inputs that are part of the operation itself, such as a constant exponent.
    pub fn held(&self) -> impl Iterator<Item = usize> + '_ {
        self.inputs.iter().enumerate().filter(|&(i, _)| self.holds(i)).map(|(_, &input)| input)
    }

    fn holds(&self, i: usize) -> bool {
        matches!(self.kind, Kind::Operation(op) if op.info().is_constant(i))
    }
}

impl Nodes for Trace {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        let node = &self.nodes[i];
        let unnamed = || (node.kind == Kind::Input).then(|| expression::number(node.value));
        node.label.as_deref().map(Cow::from).or_else(|| unnamed().map(Cow::from))
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        let node = &self.nodes[i];
        match node.kind {
            Kind::Input => Part::Unknown,
            Kind::Constant => Part::Number(node.value),
            Kind::Operation(op) => Part::Apply(op, node.inputs.iter().copied()),
            Kind::Call => {
                let word = node.call.as_ref().map(|(operation, output)| operation.word(*output));
                Part::Call(word.unwrap_or_default(), node.inputs.iter().copied())
            }
        }
    }
}
