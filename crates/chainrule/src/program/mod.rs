//! A computation as data: a list of nodes in which arguments come before their uses.
//!
//! Two loops over it, generic over the [`Algebra`](crate::algebra::Algebra), do the work of every engine: [`Program::eval`]
//! here, and [`Program::adjoints`](crate::program::Program::adjoints) backward.

mod call;
mod check;
mod difference;
mod machine;
mod recorder;
mod seen;

use crate::algebra::Op;
use crate::expression::{Nodes, Part};
pub(crate) use call::{Callee, adjoints, eval_or_nan, tangents};
pub use call::{Calls, Operation};
pub use difference::{Change, Difference};
pub(crate) use machine::{Machine, Places, Slots};
pub use recorder::Recorder;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A recorded computation. `Send + Sync`, and plain data: a graph without the numbers.
///
/// ```
/// use chainrule::algebra::Num;
/// use chainrule::program::Recorder;
/// let recorder = Recorder::new();
/// let x = recorder.input();
/// let y = x * x + 1.0;
/// let program = recorder.finish(&[y]);
/// let values = program.eval(&Num, &[3.0]);
/// assert_eq!(values[program.outputs()[0].0 as usize], 10.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    nodes: Vec<Node>,
    arguments: Vec<NodeId>,
    calls: Vec<Site>,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
    labels: BTreeMap<NodeId, String>,
}

/// Position of a node in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One step of a program.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Input(u32),
    Constant(f64),
    Operation(Op, Range<u32>),
    /// An output of a call. All outputs of one call stand next to each other, in order.
    Call {
        site: u32,
        output: u32,
    },
}

/// A call: the operation and its arguments.
#[derive(Clone, Debug, PartialEq)]
struct Site {
    operation: Operation,
    args: Range<u32>,
}

/// One step of a program, as it is seen from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'p> {
    /// The input of that number.
    Input(usize),
    /// A number.
    Constant(f64),
    /// An operation of earlier steps.
    Operation(Op, &'p [NodeId]),
    /// An output, by its number, of a call of earlier steps. The outputs of one call are steps next
    /// to each other.
    Call(&'p Operation, &'p [NodeId], usize),
}

impl<'p> Step<'p> {
    /// The steps that it is computed from.
    #[must_use]
    pub fn arguments(self) -> &'p [NodeId] {
        match self {
            Step::Input(_) | Step::Constant(_) => &[],
            Step::Operation(_, args) | Step::Call(_, args, _) => args,
        }
    }

    /// Whether it is computed: neither an input nor a constant.
    #[must_use]
    pub fn is_computed(self) -> bool {
        matches!(self, Step::Operation(..) | Step::Call(..))
    }
}

impl Program {
    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The inputs, in the order in which their values are given.
    #[must_use]
    pub fn inputs(&self) -> &[NodeId] {
        &self.inputs
    }

    /// The results.
    #[must_use]
    pub fn outputs(&self) -> &[NodeId] {
        &self.outputs
    }

    /// The step at `id`.
    ///
    /// # Panics
    ///
    /// If the program has no such node.
    #[must_use]
    pub fn step(&self, id: NodeId) -> Step<'_> {
        match &self.nodes[id.index()] {
            Node::Input(i) => Step::Input(*i as usize),
            Node::Constant(c) => Step::Constant(*c),
            Node::Operation(op, range) => Step::Operation(*op, self.slice(range)),
            Node::Call { site, output } => {
                let site = &self.calls[*site as usize];
                Step::Call(&site.operation, self.slice(&site.args), *output as usize)
            }
        }
    }

    /// Every step, arguments before uses.
    #[must_use]
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (NodeId, Step<'_>)> + ExactSizeIterator {
        (0..self.nodes.len()).map(|i| {
            let id = NodeId(u32::try_from(i).expect("a program has fewer than 2^32 nodes"));
            (id, self.step(id))
        })
    }

    /// The name of a node.
    #[must_use]
    pub fn label(&self, id: NodeId) -> Option<&str> {
        self.labels.get(&id).map(String::as_str)
    }

    /// The values of all nodes in `algebra`: with numbers this evaluates, with dual numbers it
    /// differentiates forward, with a graph or a recorder it copies.
    ///
    /// # Panics
    ///
    /// If there are fewer `inputs` than the program has.
    pub fn eval<A: Calls>(&self, algebra: &A, inputs: &[A::Value]) -> Vec<A::Value> {
        let mut values: Vec<A::Value> = Vec::with_capacity(self.nodes.len());
        let mut args = Vec::new();
        for node in &self.nodes {
            let value = match node {
                Node::Input(i) => inputs[*i as usize],
                Node::Constant(c) => algebra.constant(*c),
                Node::Operation(op, range) => {
                    args.clear();
                    args.extend(self.slice(range).iter().map(|a| values[a.index()]));
                    algebra.apply(*op, &args)
                }
                Node::Call { site, output: 0 } => {
                    let site = &self.calls[*site as usize];
                    args.clear();
                    args.extend(self.slice(&site.args).iter().map(|a| values[a.index()]));
                    values.extend(algebra.call(&site.operation, &args));
                    continue;
                }
                Node::Call { .. } => continue,
            };
            values.push(value);
        }
        values
    }

    /// The values of all nodes at `inputs`, into `values`; `arguments` is scratch. Bit for bit what
    /// [`eval`](Program::eval) gives in [`Num`](crate::algebra::Num).
    pub(crate) fn eval_numbers(
        &self,
        inputs: &[f64],
        values: &mut Vec<f64>,
        arguments: &mut Vec<f64>,
    ) {
        values.clear();
        for node in &self.nodes {
            let value = match node {
                Node::Input(i) => inputs[*i as usize],
                Node::Constant(c) => *c,
                Node::Operation(op, range) => match self.slice(range) {
                    &[a] => op.value(&[values[a.index()]]),
                    &[a, b] => op.value(&[values[a.index()], values[b.index()]]),
                    args => {
                        arguments.clear();
                        arguments.extend(args.iter().map(|a| values[a.index()]));
                        op.value(arguments)
                    }
                },
                Node::Call { site, output } => {
                    if *output == 0 {
                        self.call_numbers(&self.calls[*site as usize], values, arguments);
                    }
                    continue;
                }
            };
            values.push(value);
        }
    }

    /// Bytes that the nodes and their arguments take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.arguments)
    }

    /// The outputs of a call, behind the values known so far.
    #[cold]
    fn call_numbers(&self, site: &Site, values: &mut Vec<f64>, arguments: &mut Vec<f64>) {
        arguments.clear();
        arguments.extend(self.slice(&site.args).iter().map(|a| values[a.index()]));
        let first = values.len();
        values.resize(first + site.operation.outputs().len(), f64::NAN);
        eval_or_nan(&site.operation, arguments, &mut values[first..]);
    }

    /// Number of operations: neither inputs nor constants. A call is one.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.table_operations() + self.calls.len()
    }

    fn table_operations(&self) -> usize {
        self.nodes.iter().filter(|n| matches!(n, Node::Operation(..))).count()
    }

    /// For every node, whether it is one of `roots` or one of them is computed from it. A node that
    /// is not `opened` stands for itself: its arguments are not needed for its sake.
    pub(crate) fn needed(&self, roots: &[NodeId], opened: impl Fn(NodeId) -> bool) -> Vec<bool> {
        let mut wanted = vec![false; self.nodes.len()];
        for root in roots {
            wanted[root.index()] = true;
        }
        for (id, step) in self.steps().rev() {
            if wanted[id.index()] && opened(id) {
                for arg in step.arguments() {
                    wanted[arg.index()] = true;
                }
            }
        }
        wanted
    }

    /// The same program without the nodes that no output depends on; inputs stay, and so do all
    /// outputs of a call of which one is needed.
    #[must_use]
    pub fn without_dead_code(&self) -> Program {
        let mut wanted = self.needed(&self.outputs, |_| true);
        for (id, step) in self.steps() {
            if let Step::Call(operation, _, 0) = step {
                let group = &mut wanted[id.index()..id.index() + operation.outputs().len()];
                let any = group.contains(&true);
                group.fill(any);
            }
        }
        let mut program = Program::default();
        let mut place = vec![NodeId(0); self.nodes.len()];
        for &input in &self.inputs {
            place[input.index()] = program.push_input();
            wanted[input.index()] = false;
        }
        for (id, step) in self.steps().filter(|(id, _)| wanted[id.index()]) {
            place[id.index()] = match step {
                Step::Input(_) => continue,
                Step::Constant(c) => program.push_constant(c),
                Step::Operation(op, args) => {
                    program.push_operation(op, args.iter().map(|a| place[a.index()]))
                }
                Step::Call(operation, args, 0) => {
                    program.push_call(operation, args.iter().map(|a| place[a.index()]))
                }
                Step::Call(..) => program.next_output(place[id.index() - 1]),
            };
        }
        for (&id, label) in &self.labels {
            if wanted[id.index()] || matches!(self.step(id), Step::Input(_)) {
                program.set_label(place[id.index()], label.clone());
            }
        }
        program.set_outputs(self.outputs.iter().map(|y| place[y.index()]).collect());
        program
    }

    /// The node's formula in the names of the program.
    #[must_use]
    pub fn formula(&self, id: NodeId) -> String {
        crate::expression::formula(self, id.index(), usize::MAX)
    }

    fn slice(&self, range: &Range<u32>) -> &[NodeId] {
        &self.arguments[range.start as usize..range.end as usize]
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("a program has fewer than 2^32 nodes");
        self.nodes.push(node);
        NodeId(id)
    }

    pub(crate) fn push_input(&mut self) -> NodeId {
        let number = u32::try_from(self.inputs.len()).expect("fewer inputs than nodes");
        let id = self.push(Node::Input(number));
        self.inputs.push(id);
        id
    }

    pub(crate) fn push_constant(&mut self, c: f64) -> NodeId {
        self.push(Node::Constant(c))
    }

    pub(crate) fn push_operation(
        &mut self,
        op: Op,
        args: impl IntoIterator<Item = NodeId>,
    ) -> NodeId {
        let start = self.arguments.len();
        self.arguments.extend(args);
        let range = |i: usize| u32::try_from(i).expect("fewer than 2^32 arguments");
        self.push(Node::Operation(op, range(start)..range(self.arguments.len())))
    }

    /// The first output of a call; the others follow it.
    pub(crate) fn push_call(
        &mut self,
        operation: &Operation,
        args: impl IntoIterator<Item = NodeId>,
    ) -> NodeId {
        let start = self.arguments.len();
        self.arguments.extend(args);
        let small = |i: usize| u32::try_from(i).expect("fewer than 2^32 arguments");
        let args = small(start)..small(self.arguments.len());
        let site = small(self.calls.len());
        self.calls.push(Site { operation: operation.clone(), args });
        let first = self.push(Node::Call { site, output: 0 });
        for output in 1..small(operation.outputs().len()) {
            self.push(Node::Call { site, output });
        }
        first
    }

    /// The output of a call behind `output`, in a copy that is made node by node.
    pub(crate) fn next_output(&self, output: NodeId) -> NodeId {
        debug_assert!(matches!(self.step(output), Step::Call(..)));
        NodeId(output.0 + 1)
    }

    pub(crate) fn set_outputs(&mut self, outputs: Vec<NodeId>) {
        self.outputs = outputs;
    }

    pub(crate) fn set_label(&mut self, id: NodeId, label: impl Into<String>) {
        self.labels.insert(id, label.into());
    }
}

impl Nodes for Program {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        let id = NodeId(u32::try_from(i).ok()?);
        match (self.label(id), &self.nodes[i]) {
            (Some(label), _) => Some(label.into()),
            (None, Node::Input(number)) => Some(format!("x{number}").into()),
            _ => None,
        }
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        match &self.nodes[i] {
            Node::Input(_) => Part::Unknown,
            Node::Constant(c) => Part::Number(*c),
            Node::Operation(op, range) => Part::Apply(*op, indices(self.slice(range))),
            Node::Call { site, output } => {
                let site = &self.calls[*site as usize];
                let word = site.operation.word(*output as usize);
                Part::Call(word, indices(self.slice(&site.args)))
            }
        }
    }
}

fn indices(ids: &[NodeId]) -> impl Iterator<Item = usize> + '_ {
    ids.iter().map(|id| id.index())
}
