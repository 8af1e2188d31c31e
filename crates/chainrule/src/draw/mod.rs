//! Pictures of computational graphs: one neutral [`Diagram`], and its renderers.
//!
//! [`Options::diagram`] turns the trace of a graph into a [`Diagram`]; [`dot`], [`mermaid`], [`text`]
//! and [`json`] write it. The crate `chainrule-draw` lays it out and writes SVG and PNG.

mod build;
mod diagram;
mod dot;
mod expression;
mod json;
mod mermaid;
mod number;
mod seed;
mod select;
mod style;
mod text;

pub use build::Options;
pub use diagram::{Cell, Diagram, Direction, Part, Record, Role, Shape};
pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use style::{Structure, Style};
pub use text::text;

use crate::error::{Error, ErrorKind};

/// The error for an option that is none of its `choices`.
fn unknown(option: &str, text: &str, choices: &[&str]) -> Error {
    Error::new(ErrorKind::Option, format!("unknown {option} `{text}`"))
        .hint(format!("choose one of {}", choices.join(", ")))
}

/// What every renderer writes in a collapsed part.
#[must_use]
pub fn collapsed_text(hidden: usize) -> String {
    let noun = if hidden == 1 { "node" } else { "nodes" };
    format!("… {} {noun}", crate::expression::grouped(hidden))
}
