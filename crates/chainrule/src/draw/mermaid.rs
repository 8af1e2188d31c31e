//! Mermaid flowcharts, for pages that render them from text.

use std::fmt::Write;

use super::diagram::{Diagram, Shape};

/// The picture as a Mermaid flowchart.
#[must_use]
pub fn mermaid(diagram: &Diagram) -> String {
    let mut out = format!("flowchart {}\n", diagram.direction().name());
    let mut line = |text: std::fmt::Arguments| {
        writeln!(out, "  {text}").expect("writing to a String cannot fail");
    };
    for (i, shape) in diagram.nodes().iter().enumerate() {
        match shape {
            Shape::Record(record) => {
                let cells: Vec<_> = record.cells.iter().map(|cell| escaped(&cell.line())).collect();
                let role = record.role.name();
                line(format_args!("n{i}[\"{}\"]:::{role}", cells.join(" | ")));
            }
            Shape::Operation(symbol) => line(format_args!("n{i}((\"{}\"))", escaped(symbol))),
            Shape::Collapsed(hidden) => {
                line(format_args!("n{i}[\"{}\"]:::collapsed", super::collapsed_text(*hidden)));
            }
        }
    }
    for (from, to) in diagram.edges() {
        line(format_args!("n{from} --> n{to}"));
    }
    for (i, note) in diagram.notes().iter().enumerate() {
        line(format_args!("note{i}[\"{}\"]:::note", escaped(note)));
    }
    for (class, look) in [
        ("input", "fill:#e3eefb,stroke:#3b6ea5,color:#111"),
        ("constant", "fill:#f1f1f1,stroke:#8a8a8a,color:#111"),
        ("result", "fill:#ffffff,stroke:#666666,color:#111"),
        ("root", "fill:#fdf0d5,stroke:#b7791f,color:#111"),
        ("collapsed", "fill:#ffffff,stroke:#8a8a8a,color:#111,stroke-dasharray:4"),
        ("note", "fill:none,stroke:none"),
    ] {
        line(format_args!("classDef {class} {look}"));
    }
    out
}

/// Entity codes for everything that Mermaid, its Markdown or HTML could read as markup. A sign or a
/// point before a space, or alone, could begin a list.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let literal = c.is_alphanumeric()
            || (!c.is_ascii() && !c.is_control())
            || matches!(c, ' ' | ',' | ':' | '=' | '(' | ')' | '/')
            || (matches!(c, '+' | '-' | '.')
                && text[at + 1..].starts_with(|next: char| !next.is_whitespace()));
        if literal {
            out.push(c);
        } else {
            write!(out, "#{};", u32::from(c)).expect("writing to a String cannot fail");
        }
    }
    out
}
