//! From the trace of a graph to its picture.

use std::collections::{BTreeMap, BTreeSet};

use super::diagram::{Diagram, Direction, Record, Role, Shape};
use super::expression::name;
use super::number::constant;
use super::seed::{Step, rewrite};
use super::select::Selection;
use super::style::{Content, Structure, Style, cells};
use crate::expression::grouped;
use crate::graph::{Kind, Trace, TraceNode};

/// How a graph is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The form of the boxes.
    pub style: Style,
    /// Which operations are one node; the style's own if none.
    pub structure: Option<Structure>,
    /// Which way the edges run.
    pub direction: Direction,
    /// Significant digits in style `modern` (4 if none); digits after the point in the others (1 in
    /// `chapter`, 4 in `lecture` and `micrograd`).
    pub precision: Option<usize>,
    /// Whether boxes have a field for the gradient; before a backward pass it says `grad —`.
    pub gradients: bool,
    /// Steps from the root that are shown; all of them if none, unless the graph is too large.
    pub depth: Option<usize>,
    /// A graph with more values than this is collapsed to the 60 nearest to its root.
    pub max_nodes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            style: Style::Modern,
            structure: None,
            direction: Direction::LeftToRight,
            precision: None,
            gradients: true,
            depth: None,
            max_nodes: 150,
        }
    }
}

impl Options {
    /// The picture of a trace: inputs → operation → result, operands in order.
    ///
    /// Cost: proportional to the trace, whatever is shown of it.
    ///
    /// ```
    /// use chainrule::{Graph, draw::{Options, text}};
    ///
    /// let graph = Graph::new();
    /// let x = graph.value(2.0).label("x");
    /// let picture = Options::default().diagram(&(x + 1.0).trace_with_gradient());
    /// assert_eq!(text(&picture), "x + 1 = 3   grad 1   +\n├─ x = 2   grad 1\n└─ 1\n");
    /// ```
    #[must_use]
    pub fn diagram(&self, trace: &Trace) -> Diagram {
        let selection = Selection::new(trace, self.depth, self.max_nodes);
        let mut diagram = Diagram::new(self.direction);
        if selection.count < selection.total {
            diagram.note(format!(
                "{} nodes; showing {}; `--depth` shows more",
                grouped(selection.total),
                grouped(selection.count)
            ));
        }
        Builder {
            options: self,
            trace,
            selection,
            place: vec![0; trace.nodes.len()],
            parts: BTreeMap::new(),
            diagram,
        }
        .build()
    }
}

struct Builder<'a> {
    options: &'a Options,
    trace: &'a Trace,
    selection: Selection,
    /// Number in the picture of every shown node of the trace.
    place: Vec<usize>,
    /// Number in the picture of every hidden part.
    parts: BTreeMap<usize, usize>,
    diagram: Diagram,
}

/// The number and the derivative that a record shows.
#[derive(Clone, Copy)]
struct Numbers {
    value: f64,
    gradient: Option<f64>,
}

impl Builder<'_> {
    fn build(mut self) -> Diagram {
        let trace = self.trace;
        for (i, node) in trace.nodes.iter().enumerate() {
            if !self.selection.shown[i] {
                continue;
            }
            let root = i + 1 == trace.nodes.len();
            self.place[i] = match node.kind {
                Kind::Input => self.record(Role::Input, node.label.as_deref(), numbers(node)),
                Kind::Constant => self.record(Role::Constant, None, numbers(node)),
                Kind::Operation(_) | Kind::Call => {
                    let role = if root { Role::Root } else { Role::Result };
                    let name = name(trace, i);
                    self.operation(node, role, name.as_deref())
                }
            };
        }
        self.inputs_of_hidden();
        self.diagram
    }

    fn record(&mut self, role: Role, label: Option<&str>, of: Numbers) -> usize {
        let bare = (role == Role::Constant).then(|| constant(of.value));
        let Options { style, precision, gradients, .. } = *self.options;
        let Numbers { value, gradient } = of;
        let content = Content { label, constant: bare.as_deref(), value, gradient };
        let cells = cells(style, precision, gradients, &content);
        let gradient = gradient.filter(|_| gradients);
        let label = label.or(bare.as_deref()).map(str::to_owned);
        self.diagram.node(Shape::Record(Record {
            role,
            label,
            value: Some(value),
            gradient,
            cells,
        }))
    }

    /// Draws the operation that made `node`, and `node`; as several steps in the seed structure.
    fn operation(&mut self, node: &TraceNode, role: Role, name: Option<&str>) -> usize {
        let structure = self.options.structure.unwrap_or(self.options.style.structure());
        let symbol = symbol(self.trace, node);
        let operands: Vec<usize> = node.arguments().collect();
        let steps = match structure {
            Structure::Native => None,
            Structure::Seed => rewrite(self.trace, node),
        };
        let mut made = Vec::new();
        for step in steps.unwrap_or_default() {
            made.push(match step {
                Step::Operand(k) => self.operand(operands[k]),
                Step::Constant { value, gradient } => {
                    self.record(Role::Constant, None, Numbers { value, gradient })
                }
                Step::Result { symbol, inputs, value, gradient } => {
                    let inputs: Vec<usize> = inputs.iter().map(|&k| made[k]).collect();
                    self.result(symbol, &inputs, Role::Result, None, Numbers { value, gradient })
                }
                Step::Last { symbol, inputs } => {
                    let inputs: Vec<usize> = inputs.iter().map(|&k| made[k]).collect();
                    return self.result(symbol, &inputs, role, name, numbers(node));
                }
            });
        }
        let mut inputs = Vec::with_capacity(operands.len());
        let mut parts = BTreeSet::new();
        for operand in operands {
            let input = self.operand(operand);
            // Several operands in one hidden part are one edge: the part is a summary.
            if self.selection.shown[operand] || parts.insert(input) {
                inputs.push(input);
            }
        }
        self.result(&symbol, &inputs, role, name, numbers(node))
    }

    fn result(
        &mut self,
        symbol: &str,
        inputs: &[usize],
        role: Role,
        label: Option<&str>,
        of: Numbers,
    ) -> usize {
        let operation = self.diagram.operation(symbol);
        let record = self.record(role, label, of);
        for &input in inputs {
            self.edge(input, operation);
        }
        self.edge(operation, record);
        record
    }

    /// Where an operand stands in the picture: its record, or the hidden part with it.
    fn operand(&mut self, i: usize) -> usize {
        if self.selection.shown[i] {
            return self.place[i];
        }
        let (part, hidden) = self.selection.part(i);
        *self.parts.entry(part).or_insert_with(|| self.diagram.node(Shape::Collapsed(hidden)))
    }

    /// Shown inputs that hidden parts use too.
    fn inputs_of_hidden(&mut self) {
        if self.parts.is_empty() {
            return;
        }
        let mut edges = BTreeSet::new();
        for (i, node) in self.trace.nodes.iter().enumerate() {
            if self.selection.shown[i] {
                continue;
            }
            let Some(&to) = self.parts.get(&self.selection.part(i).0) else { continue };
            let shown = node.arguments().filter(|&input| self.selection.shown[input]);
            edges.extend(shown.map(|input| (self.place[input], to)));
        }
        for (from, to) in edges {
            self.edge(from, to);
        }
    }

    fn edge(&mut self, from: usize, to: usize) {
        self.diagram.edge(from, to).expect("both ends were added before");
    }
}

fn numbers(node: &TraceNode) -> Numbers {
    Numbers { value: node.value, gradient: node.gradient }
}

/// The text of an operation node: its symbol and the numbers that are part of it, as in `**3`.
fn symbol(trace: &Trace, node: &TraceNode) -> String {
    if let Some((operation, output)) = &node.call {
        return operation.word(*output);
    }
    let Kind::Operation(op) = node.kind else { return String::new() };
    let held: Vec<_> = node.held().map(|i| constant(trace.nodes[i].value)).collect();
    format!("{}{}", op.info().symbol, held.join(", "))
}
