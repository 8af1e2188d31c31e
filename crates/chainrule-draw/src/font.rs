//! The shipped font: widths and outlines of text.

use std::sync::LazyLock;

use ttf_parser::{Face, OutlineBuilder};

use crate::picture::{Point, Step};

static REGULAR: LazyLock<Face> =
    LazyLock::new(|| parse(include_bytes!("../fonts/DejaVuSans-subset.ttf")));
static BOLD: LazyLock<Face> =
    LazyLock::new(|| parse(include_bytes!("../fonts/DejaVuSans-Bold-subset.ttf")));

fn parse(data: &'static [u8]) -> Face<'static> {
    Face::parse(data, 0).expect("the shipped font is a TrueType font")
}

fn face(bold: bool) -> &'static Face<'static> {
    if bold { &BOLD } else { &REGULAR }
}

/// Width of the box that stands for a character without a glyph, in parts of the font size.
fn box_width(c: char) -> f64 {
    // From Hangul on most scripts are as wide as high.
    if u32::from(c) >= 0x1100 { 1.0 } else { 0.65 }
}

fn advance(c: char, bold: bool) -> f64 {
    let face = face(bold);
    let units = face.glyph_index(c).and_then(|glyph| face.glyph_hor_advance(glyph));
    units.map_or_else(|| box_width(c), |units| f64::from(units) / f64::from(face.units_per_em()))
}

/// Width of a line of text.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    text.chars().map(|c| advance(c, bold)).sum::<f64>() * size
}

/// Outline of a line of text whose baseline starts at the origin, and `y` points down. A character
/// that the font does not have is a box.
pub(crate) fn outline(text: &str, size: f64, bold: bool) -> Vec<Step> {
    let face = face(bold);
    let scale = size / f64::from(face.units_per_em());
    let mut pen = Pen { steps: Vec::new(), last: Point::new(0.0, 0.0), scale, x: 0.0 };
    for c in text.chars() {
        match face.glyph_index(c) {
            Some(glyph) => {
                // A glyph without an outline is a space.
                let _ = face.outline_glyph(glyph, &mut pen);
            }
            None => pen.missing(box_width(c) * size, size),
        }
        pen.x += advance(c, bold) * size;
    }
    pen.steps
}

struct Pen {
    steps: Vec<Step>,
    last: Point,
    scale: f64,
    x: f64,
}

impl Pen {
    fn point(&mut self, x: f32, y: f32) -> Point {
        self.last = Point::new(self.x + f64::from(x) * self.scale, -f64::from(y) * self.scale);
        self.last
    }

    /// A frame: the inner outline runs the other way round.
    fn missing(&mut self, width: f64, size: f64) {
        let line = size / 14.0;
        for (inset, backwards) in [(line, false), (2.0 * line, true)] {
            let (left, right) = (self.x + inset, self.x + width - inset);
            let (top, bottom) = (-0.73 * size + inset, -inset + line);
            let mut corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            if backwards {
                corners.reverse();
            }
            let [first, rest @ ..] = corners.map(|(x, y)| Point::new(x, y));
            self.steps.push(Step::Move(first));
            self.steps.extend(rest.map(Step::Line));
            self.steps.push(Step::Close);
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.steps.push(Step::Move(to));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.steps.push(Step::Line(to));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let from = self.last;
        let middle = self.point(x1, y1);
        let to = self.point(x, y);
        let near = |end: Point| {
            Point::new(
                end.x + (middle.x - end.x) * 2.0 / 3.0,
                end.y + (middle.y - end.y) * 2.0 / 3.0,
            )
        };
        self.steps.push(Step::Curve(near(from), near(to), to));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let [a, b, to] = [(x1, y1), (x2, y2), (x, y)].map(|(x, y)| self.point(x, y));
        self.steps.push(Step::Curve(a, b, to));
    }

    fn close(&mut self) {
        self.steps.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use chainrule::algebra::Op;

    use super::*;

    #[test]
    fn the_font_has_every_symbol_of_the_table_and_of_the_field() {
        let symbols = Op::ALL.iter().map(|op| op.info().symbol).collect::<String>();
        let letters = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ∂∇∑∏∫√∞±−×÷·≤≥≠≈≡→←↑↓↔⇒∈ℝ½⅓¼¾²³⁻⁰¹ⁱₙ₀₁₉…—–‘’“”°čšžćđäöüßéñøåÆŁЖя█";
        for bold in [false, true] {
            let missing: String = symbols
                .chars()
                .chain(letters.chars())
                .chain(' '..='~')
                .filter(|&c| face(bold).glyph_index(c).is_none())
                .collect();
            // The last letter is not in the subset, so the test can fail.
            assert_eq!(missing, "█");
        }
    }

    #[test]
    fn a_character_without_a_glyph_is_a_box_of_its_own_width() {
        assert!(!outline("漢", 12.0, false).is_empty());
        assert_eq!(width("漢", 12.0, false), 12.0);
        assert!(outline(" ", 12.0, false).is_empty());
    }
}
