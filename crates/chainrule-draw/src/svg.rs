//! The SVG writer.

use std::fmt::Write;

use crate::font;
use crate::picture::{Anchor, Color, Mark, Picture, Point, Step, Stroke, Text};

/// How an SVG document is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SvgOptions {
    /// Title for windows and screen readers; one that says what the picture shows if none.
    pub title: Option<String>,
    /// Paints a white ground. Without it the picture can stand on a light or a dark page.
    pub opaque: bool,
}

/// Fonts of about the same width as the one that text was measured with; `textLength` does the rest.
const FONTS: &str = "'DejaVu Sans',Verdana,'Bitstream Vera Sans',Geneva,sans-serif";

pub(crate) fn write(picture: &Picture, options: &SvgOptions) -> String {
    let (width, height) = (number(picture.width), number(picture.height));
    let title = options.title.as_deref().unwrap_or(&picture.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FONTS}\">\n<title>{}</title>\n",
        escaped(title)
    );
    if options.opaque {
        let white = paint("fill", Color::WHITE);
        line(&mut out, format_args!("<rect width=\"{width}\" height=\"{height}\"{white}/>"));
    }
    for mark in &picture.marks {
        match mark {
            Mark::Box { corner, width, height, radius, fill, stroke } => line(
                &mut out,
                format_args!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}{}/>",
                    number(corner.x),
                    number(corner.y),
                    number(*width),
                    number(*height),
                    if *radius > 0.0 {
                        format!(" rx=\"{}\"", number(*radius))
                    } else {
                        String::new()
                    },
                    look(*fill, *stroke)
                ),
            ),
            Mark::Dot { center, radius, fill, stroke } => line(
                &mut out,
                format_args!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
                    number(center.x),
                    number(center.y),
                    number(*radius),
                    look(Some(*fill), *stroke)
                ),
            ),
            Mark::Path { steps, fill, stroke } => line(
                &mut out,
                format_args!("<path d=\"{}\"{}/>", path(steps), look(*fill, *stroke)),
            ),
            Mark::Text(mark) => text(&mut out, mark),
        }
    }
    out.push_str("</svg>\n");
    out
}

fn line(out: &mut String, text: std::fmt::Arguments) {
    writeln!(out, "{text}").expect("writing to a String cannot fail");
}

fn text(out: &mut String, mark: &Text) {
    if mark.line.is_empty() {
        return;
    }
    let (x, y) = (number(mark.at.x), number(mark.at.y));
    let anchor = match mark.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let turn =
        if mark.upwards { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    line(
        out,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{}{anchor}{turn}{} textLength=\"{}\" \
             lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
            number(mark.size),
            if mark.bold { " font-weight=\"bold\"" } else { "" },
            paint("fill", mark.color),
            number(font::width(&mark.line, mark.size, mark.bold)),
            escaped(&mark.line)
        ),
    );
}

fn look(fill: Option<Color>, stroke: Option<Stroke>) -> String {
    let mut out = fill.map_or_else(|| " fill=\"none\"".to_owned(), |color| paint("fill", color));
    if let Some(Stroke { color, width, dashed }) = stroke {
        out += &paint("stroke", color);
        if width != 1.0 {
            out += " stroke-width=\"";
            out += &number(width);
            out += "\"";
        }
        if dashed {
            out += " stroke-dasharray=\"4 3\"";
        }
    }
    out
}

fn paint(what: &str, Color([r, g, b, opacity]): Color) -> String {
    let mut out = format!(" {what}=\"#{r:02x}{g:02x}{b:02x}\"");
    if opacity < 255 {
        let opacity = number(f64::from(opacity) / 255.0);
        write!(out, " {what}-opacity=\"{opacity}\"").expect("writing to a String cannot fail");
    }
    out
}

fn path(steps: &[Step]) -> String {
    let mut out = String::new();
    let mut last = ' ';
    let mut add = |letter: char, points: &[Point]| {
        // A letter that repeats may be left out, and L after M too.
        if letter != last || letter == 'M' {
            out.push(letter);
        } else {
            out.push(' ');
        }
        last = if letter == 'M' { 'L' } else { letter };
        for (i, point) in points.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            out += &number(point.x);
            out.push(' ');
            out += &number(point.y);
        }
    };
    for step in steps {
        match *step {
            Step::Move(to) => add('M', &[to]),
            Step::Line(to) => add('L', &[to]),
            Step::Curve(a, b, to) => add('C', &[a, b, to]),
            Step::Close => add('Z', &[]),
        }
    }
    out
}

/// Hundredths are below what a screen or a printer shows.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as an element or an attribute of XML or HTML holds it. XML has no way to write most control
/// characters: they become `U+FFFD`, and line ends become spaces.
///
/// ```
/// assert_eq!(chainrule_draw::escaped("<b>{x|y}</b> & \"q\""), "&lt;b&gt;{x|y}&lt;/b&gt; &amp; &quot;q&quot;");
/// ```
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    out
}
