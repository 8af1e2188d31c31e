//! What is written in a box: our own form and those of the book, the lecture and micrograd.

use std::str::FromStr;

use super::diagram::{Cell, Part};
use super::number::{fixed, significant};
use crate::error::Error;

/// The form of the boxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Label, value and gradient in cells of their own; minus, negation and division as such.
    #[default]
    Modern,
    /// The book chapter's `{ L: -8.0 }`, with a second cell once there are gradients.
    Chapter,
    /// The lecture notebook's `{ L | data -8.0000 | grad 1.0000 }`.
    Lecture,
    /// micrograd's `{ data -8.0000 | grad 1.0000 }`.
    Micrograd,
}

/// Which operations are drawn as one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// Every operation of the graph as it was computed.
    Native,
    /// As the chapter's classes compute them: `a - b` is `a + b*-1`, `-a` is `a*-1`, and, as in
    /// micrograd, `a / b` is `a * b**-1`.
    Seed,
}

const NAMES: [(&str, Style); 5] = [
    ("modern", Style::Modern),
    ("chapter", Style::Chapter),
    ("lecture", Style::Lecture),
    ("micrograd", Style::Micrograd),
    ("seed", Style::Chapter),
];

impl FromStr for Style {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|&(_, style)| style)
            .ok_or_else(|| super::unknown("style", text, &NAMES.map(|(name, _)| name)))
    }
}

impl Style {
    /// The structure that belongs to the form.
    #[must_use]
    pub fn structure(self) -> Structure {
        match self {
            Style::Modern => Structure::Native,
            Style::Chapter | Style::Lecture | Style::Micrograd => Structure::Seed,
        }
    }
}

/// What a box says, before it is put into words.
pub(super) struct Content<'a> {
    pub(super) label: Option<&'a str>,
    /// A constant's own text: it is shown bare where the form allows it.
    pub(super) constant: Option<&'a str>,
    pub(super) value: f64,
    pub(super) gradient: Option<f64>,
}

pub(super) fn cells(
    style: Style,
    precision: Option<usize>,
    gradients: bool,
    of: &Content,
) -> Vec<Cell> {
    let cell = |part, name: &str, text: String| Cell { part, name: name.to_owned(), text };
    let number = |x: f64| match style {
        Style::Modern => significant(x, precision.unwrap_or(4)),
        Style::Chapter => fixed(x, precision.unwrap_or(1)),
        Style::Lecture | Style::Micrograd => fixed(x, precision.unwrap_or(4)),
    };
    let gradient =
        |name: &str| cell(Part::Gradient, name, of.gradient.map_or_else(|| "—".to_owned(), number));
    let mut cells = Vec::new();
    match style {
        Style::Modern | Style::Chapter if of.constant.is_some() => {
            cells.push(cell(Part::Value, "", of.constant.unwrap_or_default().to_owned()));
        }
        Style::Modern => {
            cells.extend(of.label.map(|label| cell(Part::Label, "", label.to_owned())));
            cells.push(cell(Part::Value, "", number(of.value)));
            cells.extend(gradients.then(|| gradient("grad")));
        }
        Style::Chapter => {
            let name = of.label.map(|label| format!("{label}:")).unwrap_or_default();
            cells.push(cell(Part::Value, &name, number(of.value)));
            // The chapter's first drawing has no gradients; before a backward pass it has one cell.
            cells.extend((gradients && of.gradient.is_some()).then(|| gradient("grad:")));
        }
        Style::Lecture | Style::Micrograd => {
            if style == Style::Lecture {
                cells.push(cell(Part::Label, "", of.label.unwrap_or_default().to_owned()));
            }
            cells.push(cell(Part::Value, "data", number(of.value)));
            cells.extend(gradients.then(|| gradient("grad")));
        }
    }
    cells
}
