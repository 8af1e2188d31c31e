//! The picture as an indented tree for a terminal: a result above its inputs.

use std::fmt::Write;

use super::diagram::{Diagram, Part, Record, Role, Shape};

/// Past this many levels a terminal shows nothing but indentation.
const DEEPEST: usize = 200;

/// The picture as indented text.
///
/// Every value stands above its inputs, with the operation that made it at the end of its line. A
/// value that is used twice is shown in full once; afterwards its name refers back to it. Levels
/// beyond the 200th are left out and counted.
#[must_use]
pub fn text(diagram: &Diagram) -> String {
    Writer::new(diagram).write()
}

struct Writer<'a> {
    diagram: &'a Diagram,
    inputs: Vec<Vec<usize>>,
    uses: Vec<usize>,
    value_width: usize,
    gradient_width: usize,
}

struct Row {
    node: usize,
    indent: String,
    level: usize,
    branch: &'static str,
}

impl<'a> Writer<'a> {
    fn new(diagram: &'a Diagram) -> Self {
        let mut uses = vec![0; diagram.nodes().len()];
        for &(from, _) in diagram.edges() {
            uses[from] += 1;
        }
        let width = |part| {
            let records = diagram.nodes().iter().filter_map(|shape| match shape {
                Shape::Record(record) => Some(record),
                _ => None,
            });
            records.map(|record| cell(record, part).chars().count()).max().unwrap_or(0)
        };
        Writer {
            diagram,
            inputs: diagram.inputs(),
            uses,
            value_width: width(Part::Value),
            gradient_width: width(Part::Gradient),
        }
    }

    fn write(&self) -> String {
        let mut out = String::new();
        let mut seen = vec![false; self.inputs.len()];
        let mut cut = 0;
        // The last node comes first: it is the root. A second pass finds what only a circle reaches.
        let roots = (0..self.inputs.len()).rev().filter(|&node| self.uses[node] == 0);
        for root in roots.chain((0..self.inputs.len()).rev()) {
            if seen[root] {
                continue;
            }
            let mut rows = vec![Row { node: root, indent: String::new(), level: 0, branch: "" }];
            while let Some(row) = rows.pop() {
                let Row { node, indent, level, branch } = row;
                out.push_str(&indent);
                out.push_str(branch);
                if seen[node] && !self.is_constant(node) {
                    out.push_str(&self.reference(node));
                    out.push('\n');
                    continue;
                }
                seen[node] = true;
                let (line, inputs) = self.line(node, &mut seen);
                out.push_str(line.trim_end());
                out.push('\n');
                if level == DEEPEST {
                    cut += inputs.len();
                    for &input in inputs {
                        seen[input] = true;
                    }
                    continue;
                }
                let below = match branch {
                    "" => "",
                    "├─ " => "│  ",
                    _ => "   ",
                };
                let indent = indent + below;
                for (i, &input) in inputs.iter().enumerate().rev() {
                    let branch = if i + 1 == inputs.len() { "└─ " } else { "├─ " };
                    rows.push(Row {
                        node: input,
                        indent: indent.clone(),
                        level: level + 1,
                        branch,
                    });
                }
            }
            if cut > 0 {
                break;
            }
        }
        if cut > 0 {
            writeln!(out, "deeper than {DEEPEST} levels: the rest is not shown")
                .expect("writing to a String cannot fail");
        }
        for note in self.diagram.notes() {
            out.push_str(note);
            out.push('\n');
        }
        out
    }

    /// The text of a node and the nodes to show below it.
    fn line(&self, node: usize, seen: &mut [bool]) -> (String, &[usize]) {
        match &self.diagram.nodes()[node] {
            Shape::Operation(symbol) => (symbol.clone(), &self.inputs[node]),
            Shape::Collapsed(hidden) => (super::collapsed_text(*hidden), &[]),
            Shape::Record(record) => {
                let mut line = self.head(node, record);
                let gradient = cell(record, Part::Gradient);
                if !gradient.is_empty() {
                    write!(line, "   grad {gradient:<0$}", self.gradient_width)
                        .expect("writing to a String cannot fail");
                }
                match *self.inputs[node] {
                    [made] => match &self.diagram.nodes()[made] {
                        Shape::Operation(symbol) => {
                            seen[made] = true;
                            line.push_str("   ");
                            line.push_str(symbol);
                            (line, &self.inputs[made])
                        }
                        _ => (line, &self.inputs[node]),
                    },
                    _ => (line, &self.inputs[node]),
                }
            }
        }
    }

    fn head(&self, node: usize, record: &Record) -> String {
        let value = format!("{:<1$}", cell(record, Part::Value), self.value_width);
        match &record.label {
            Some(label) if value.trim_end().is_empty() => label.clone(),
            Some(label) if record.role != Role::Constant => format!("{label} = {value}"),
            None if self.uses[node] > 1 => format!("#{node} = {value}"),
            _ => value,
        }
    }

    fn reference(&self, node: usize) -> String {
        let name = match &self.diagram.nodes()[node] {
            Shape::Record(Record { label: Some(label), .. }) => label.clone(),
            Shape::Operation(symbol) => symbol.clone(),
            Shape::Collapsed(hidden) => super::collapsed_text(*hidden),
            Shape::Record(_) => format!("#{node}"),
        };
        name + " (above)"
    }

    fn is_constant(&self, node: usize) -> bool {
        matches!(&self.diagram.nodes()[node], Shape::Record(record) if record.role == Role::Constant)
    }
}

fn cell(record: &Record, part: Part) -> &str {
    record.cells.iter().find(|cell| cell.part == part).map_or("", |cell| &cell.text)
}
