//! A picture as a list of marks, which the SVG and the PNG writer both follow.

use chainrule::Error;

use crate::{PngOptions, SvgOptions};

/// A drawing of a graph or a plot, ready to be written as SVG or PNG.
#[derive(Clone, Debug)]
pub struct Picture {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// What screen readers and window titles say.
    pub(crate) title: String,
    pub(crate) marks: Vec<Mark>,
}

impl Picture {
    /// The picture as an SVG document.
    #[must_use]
    pub fn svg(&self, options: &SvgOptions) -> String {
        crate::svg::write(self, options)
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// When the picture is larger than [`PngOptions::max_pixels`].
    pub fn png(&self, options: &PngOptions) -> Result<Vec<u8>, Error> {
        crate::png::write(self, options)
    }

    /// Width and height, in the units of the SVG document.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Point {
    pub(crate) const fn new(x: f64, y: f64) -> Self {
        Point { x, y }
    }
}

/// Red, green, blue, opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Color(pub(crate) [u8; 4]);

impl Color {
    pub(crate) const fn hex(rgb: u32) -> Self {
        let [_, r, g, b] = rgb.to_be_bytes();
        Color([r, g, b, 255])
    }

    pub(crate) const fn faded(self, opacity: u8) -> Self {
        let [r, g, b, _] = self.0;
        Color([r, g, b, opacity])
    }

    pub(crate) const WHITE: Color = Color::hex(0xffffff);
    pub(crate) const INK: Color = Color::hex(0x1a1d21);
    /// Readable on white and on black.
    pub(crate) const GREY: Color = Color::hex(0x74808c);
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) color: Color,
    pub(crate) width: f64,
    pub(crate) dashed: bool,
}

impl Stroke {
    pub(crate) const fn new(color: Color, width: f64) -> Self {
        Stroke { color, width, dashed: false }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Move(Point),
    Line(Point),
    Curve(Point, Point, Point),
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// Where the baseline starts, is halved or ends.
    pub(crate) at: Point,
    pub(crate) anchor: Anchor,
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) color: Color,
    /// Reads from bottom to top.
    pub(crate) upwards: bool,
    pub(crate) line: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Mark {
    Box {
        corner: Point,
        width: f64,
        height: f64,
        radius: f64,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    Dot {
        center: Point,
        radius: f64,
        fill: Color,
        stroke: Option<Stroke>,
    },
    Path {
        steps: Vec<Step>,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    Text(Text),
}
