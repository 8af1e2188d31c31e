//! The neutral picture that every renderer reads: boxes, operations, edges and notes.

use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// Which way the edges of a picture run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Inputs on the left, the result on the right (`LR`).
    #[default]
    LeftToRight,
    /// Inputs on top, the result at the bottom (`TB`).
    TopToBottom,
}

impl Direction {
    /// The two-letter name that DOT, Mermaid and the command use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Direction::LeftToRight => "LR",
            Direction::TopToBottom => "TB",
        }
    }
}

impl FromStr for Direction {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "LR" => Ok(Direction::LeftToRight),
            "TB" => Ok(Direction::TopToBottom),
            _ => Err(super::unknown("direction", text, &["LR", "TB"])),
        }
    }
}

/// What a record stands for; renderers choose its colours by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A value that the user gave.
    Input,
    /// A plain number of the formula.
    Constant,
    /// A computed value.
    Result,
    /// The computed value that the picture is about.
    Root,
}

impl Role {
    /// The name used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Input => "input",
            Role::Constant => "constant",
            Role::Result => "result",
            Role::Root => "root",
        }
    }
}

/// What a cell of a record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name of the value.
    Label,
    /// The value.
    Value,
    /// The derivative of the root by this value.
    Gradient,
}

/// One field of a record: `grad -2` is the name `grad` and the text `-2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What the text says.
    pub part: Part,
    /// The word before the text; may be empty.
    pub name: String,
    /// The label or the formatted number.
    pub text: String,
}

impl Cell {
    /// The cell as one piece of text.
    #[must_use]
    pub fn line(&self) -> String {
        match (self.name.is_empty(), self.text.is_empty()) {
            (true, _) => self.text.clone(),
            (false, true) => self.name.clone(),
            (false, false) => format!("{} {}", self.name, self.text),
        }
    }
}

/// A box with the label, the value and the derivative of one value of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What the box stands for.
    pub role: Role,
    /// The name of the value, also where a style does not write it in the box.
    pub label: Option<String>,
    /// The value in full precision.
    pub value: Option<f64>,
    /// The derivative of the root by this value, once a backward pass has run.
    pub gradient: Option<f64>,
    /// What is written in the box, in order.
    pub cells: Vec<Cell>,
}

/// A node of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A value.
    Record(Record),
    /// An operation, by its symbol.
    Operation(String),
    /// This many values that are not shown.
    Collapsed(usize),
}

/// A picture of a graph, ready for any renderer.
///
/// Edges run from inputs to results. A computed value is drawn as an operation node followed by a
/// record, so that `e = a*b` has the edges a → `*`, b → `*`, `*` → e; `a + a` has two edges from a.
///
/// ```
/// use chainrule::draw::{Diagram, Direction, dot};
///
/// let mut diagram = Diagram::new(Direction::TopToBottom);
/// let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| diagram.named(name));
/// for (from, to) in [(a, b), (c, b), (b, d)] {
///     diagram.edge(from, to)?;
/// }
/// assert!(dot(&diagram).contains("n0 -> n1"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    nodes: Vec<Shape>,
    edges: Vec<(usize, usize)>,
    direction: Direction,
    notes: Vec<String>,
}

impl Diagram {
    /// A picture without nodes.
    #[must_use]
    pub fn new(direction: Direction) -> Self {
        Diagram { direction, ..Diagram::default() }
    }

    /// Adds a node and returns its number.
    pub fn node(&mut self, shape: Shape) -> usize {
        self.nodes.push(shape);
        self.nodes.len() - 1
    }

    /// Adds a box that shows only a name, and returns its number.
    pub fn named(&mut self, name: impl Into<String>) -> usize {
        let text = name.into();
        self.node(Shape::Record(Record {
            role: Role::Input,
            label: Some(text.clone()),
            value: None,
            gradient: None,
            cells: vec![Cell { part: Part::Label, name: String::new(), text }],
        }))
    }

    /// Adds an operation node and returns its number.
    pub fn operation(&mut self, symbol: impl Into<String>) -> usize {
        self.node(Shape::Operation(symbol.into()))
    }

    /// Adds an edge. Two equal edges are both drawn.
    ///
    /// # Errors
    /// When a node is not in the picture, or both ends are the same node.
    pub fn edge(&mut self, from: usize, to: usize) -> Result<(), Error> {
        let nodes = self.nodes.len();
        for end in [from, to] {
            if end >= nodes {
                let message = format!("edge {from} -> {to}: the picture has no node {end}");
                let error = Error::new(ErrorKind::Name, message);
                return Err(error.hint(format!("its {nodes} nodes are numbered from 0")));
            }
        }
        if from == to {
            let message = format!("edge {from} -> {to}: a node cannot be its own input");
            return Err(Error::new(ErrorKind::Name, message));
        }
        self.edges.push((from, to));
        Ok(())
    }

    /// Adds a line of text under the picture.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The nodes, by number.
    #[must_use]
    pub fn nodes(&self) -> &[Shape] {
        &self.nodes
    }

    /// The edges, input first; the edges into one node are in operand order.
    #[must_use]
    pub fn edges(&self) -> &[(usize, usize)] {
        &self.edges
    }

    /// Which way the edges run.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// What should be said beside the picture, such as how many nodes are hidden.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// For every node its inputs, in operand order.
    #[must_use]
    pub fn inputs(&self) -> Vec<Vec<usize>> {
        let mut inputs = vec![Vec::new(); self.nodes.len()];
        for &(from, to) in &self.edges {
            inputs[to].push(from);
        }
        inputs
    }
}
