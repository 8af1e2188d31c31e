//! Pictures: graphs laid out as SVG and PNG, and the plots of an optimisation, without Graphviz.
//!
//! A [`Picture`] is a list of boxes, lines and texts, made from a [`Diagram`] or by a function of
//! [`plot`]. SVG and PNG are written from the same list, with text measured in the same font, so
//! that they agree. The same input gives the same bytes.
//!
//! ```
//! use chainrule::{Graph, draw::Options};
//! use chainrule_draw::{PngOptions, SvgOptions, png, svg};
//!
//! let graph = Graph::new();
//! let x = graph.value(2.0).label("x");
//! let diagram = Options::default().diagram(&(x * x).trace_with_gradient());
//! assert!(svg(&diagram, &SvgOptions::default()).starts_with("<svg "));
//! assert!(png(&diagram, &PngOptions::default())?.starts_with(b"\x89PNG\r\n\x1a\n"));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod font;
mod graph;
mod layout;
mod picture;
pub mod plot;
mod png;
mod svg;

use chainrule::Error;
use chainrule::draw::Diagram;

pub use picture::Picture;
pub use png::PngOptions;
pub use svg::{SvgOptions, escaped};

/// A laid out diagram as an SVG document.
#[must_use]
pub fn svg(diagram: &Diagram, options: &SvgOptions) -> String {
    Picture::from(diagram).svg(options)
}

/// A laid out diagram as a PNG file.
///
/// # Errors
/// When the picture is larger than [`PngOptions::max_pixels`].
pub fn png(diagram: &Diagram, options: &PngOptions) -> Result<Vec<u8>, Error> {
    Picture::from(diagram).png(options)
}
