//! Graphviz DOT, with the record boxes of the chapter.

use std::fmt::Write;

use super::diagram::{Diagram, Role, Shape};

/// The picture in Graphviz's DOT language.
#[must_use]
pub fn dot(diagram: &Diagram) -> String {
    let mut out = String::from("digraph {\n");
    out += "  graph [rankdir=";
    out += diagram.direction().name();
    if !diagram.notes().is_empty() {
        out += ", labelloc=b, label=\"";
        out += &plain(&diagram.notes().join("\n"));
        out += "\"";
    }
    out.push_str("]\n  node [fontname=\"DejaVu Sans, Verdana, sans-serif\", fontsize=12]\n");
    for (i, shape) in diagram.nodes().iter().enumerate() {
        let attributes = match shape {
            Shape::Record(record) => {
                let cells: Vec<_> = record.cells.iter().map(|cell| field(&cell.line())).collect();
                let fill = match record.role {
                    Role::Input => "#e3eefb",
                    Role::Constant => "#f1f1f1",
                    Role::Result => "#ffffff",
                    Role::Root => "#fdf0d5",
                };
                format!(
                    "label=\"{{ {} }}\", shape=record, style=filled, fillcolor=\"{fill}\"",
                    cells.join(" | ")
                )
            }
            Shape::Operation(symbol) => format!("label=\"{}\"", plain(symbol)),
            Shape::Collapsed(hidden) => {
                format!("label=\"{}\", shape=box, style=dashed", super::collapsed_text(*hidden))
            }
        };
        writeln!(out, "  n{i} [{attributes}]").expect("writing to a String cannot fail");
    }
    for (from, to) in diagram.edges() {
        writeln!(out, "  n{from} -> n{to}").expect("writing to a String cannot fail");
    }
    out.push_str("}\n");
    out
}

/// Text of a quoted label. Graphviz reads `&amp;` entities and backslash escapes in it.
fn plain(text: &str) -> String {
    escaped(text, &[])
}

/// Text of a field of a record, where `{ } | < >` would divide the record, and spaces at the ends or
/// in a row would be dropped.
fn field(text: &str) -> String {
    escaped(text, &['{', '}', '|', '<', '>'])
}

fn escaped(text: &str, also: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_space = true;
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("\\n"),
            '"' | '\\' => out.extend(['\\', c]),
            c if also.contains(&c) => out.extend(['\\', c]),
            ' ' if !also.is_empty() && (after_space || at + 1 == text.len()) => {
                out.push_str("\\ ");
            }
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
        after_space = c == ' ';
    }
    out
}
