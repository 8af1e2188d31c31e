//! From a diagram to a picture: sizes of boxes, layout, colours.

use chainrule::draw::{Cell, Diagram, Direction, Part, Record, Role, Shape, collapsed_text};

use crate::font;
use crate::layout::{Layout, Route, Size, layout};
use crate::picture::{Anchor, Color, Mark, Picture, Point, Step, Stroke, Text};

const TEXT: f64 = 12.0;
/// Between a text and the border of its cell.
const PAD: f64 = 8.0;
const CELL_HEIGHT: f64 = 24.0;
const OPERATION: f64 = 26.0;
const MARGIN: f64 = 12.0;
const NOTE_LINE: f64 = 18.0;
const ARROW: f64 = 6.5;
/// From the middle of a line of text to its baseline, in parts of the size.
const BASELINE: f64 = 0.36;

impl From<&Diagram> for Picture {
    fn from(diagram: &Diagram) -> Picture {
        let down = diagram.direction() == Direction::TopToBottom;
        let boxes: Vec<(f64, f64)> =
            diagram.nodes().iter().map(|shape| measure(shape, down)).collect();
        let sizes: Vec<Size> = diagram
            .nodes()
            .iter()
            .zip(&boxes)
            .map(|(shape, &(width, height))| {
                let (along, across) = if down { (height, width) } else { (width, height) };
                // The side of a wide operation in a picture from top to bottom is flat.
                let round = matches!(shape, Shape::Operation(_)) && along >= across;
                Size { along, across, round }
            })
            .collect();
        let mut placed = layout(&sizes, diagram.edges(), diagram.direction());
        shift(&mut placed);
        let mut marks = Vec::new();
        for route in &placed.routes {
            edge(route, &mut marks);
        }
        for ((shape, &size), &center) in diagram.nodes().iter().zip(&boxes).zip(&placed.centers) {
            node(shape, center, size, down, &mut marks);
        }
        let mut width = placed.width + 2.0 * MARGIN;
        let mut height = placed.height + 2.0 * MARGIN;
        for note in diagram.notes() {
            let text = clean(note);
            height += NOTE_LINE;
            width = width.max(font::width(&text, TEXT, false) + 2.0 * MARGIN);
            let at = Point::new(MARGIN, height - MARGIN);
            marks.push(label(at, Anchor::Start, false, Color::GREY, text));
        }
        Picture { width, height, title: title(diagram), marks }
    }
}

fn title(diagram: &Diagram) -> String {
    let root = diagram.nodes().iter().find_map(|shape| match shape {
        Shape::Record(Record { role: Role::Root, label: Some(label), .. }) => Some(label),
        _ => None,
    });
    root.map_or_else(
        || "computational graph".to_owned(),
        |label| format!("computational graph of {}", clean(label)),
    )
}

fn shift(layout: &mut Layout) {
    let points = layout
        .routes
        .iter_mut()
        .flat_map(|route| route.start.iter_mut().chain(route.curves.iter_mut().flatten()));
    for point in points.chain(&mut layout.centers) {
        *point = Point::new(point.x + MARGIN, point.y + MARGIN);
    }
}

/// Text of one line.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

/// Width and height of a node.
fn measure(shape: &Shape, down: bool) -> (f64, f64) {
    match shape {
        Shape::Record(record) if down => {
            let widest = record.cells.iter().map(cell_width).fold(CELL_HEIGHT, f64::max);
            (widest, CELL_HEIGHT * record.cells.len().max(1) as f64)
        }
        Shape::Record(record) => {
            (record.cells.iter().map(cell_width).sum::<f64>().max(CELL_HEIGHT), CELL_HEIGHT)
        }
        Shape::Operation(symbol) => {
            let width = font::width(&clean(symbol), TEXT, true) + 14.0;
            (width.max(OPERATION), OPERATION)
        }
        Shape::Collapsed(hidden) => {
            (font::width(&collapsed_text(*hidden), TEXT, false) + 2.0 * PAD, CELL_HEIGHT)
        }
    }
}

fn cell_width(cell: &Cell) -> f64 {
    let text = font::width(&clean(&cell.line()), TEXT, is_bold(cell));
    (text + 2.0 * PAD).max(CELL_HEIGHT)
}

fn is_bold(cell: &Cell) -> bool {
    cell.part == Part::Label
}

fn label(at: Point, anchor: Anchor, bold: bool, color: Color, line: String) -> Mark {
    Mark::Text(Text { at, anchor, size: TEXT, bold, color, upwards: false, line })
}

fn node(shape: &Shape, center: Point, size: (f64, f64), down: bool, marks: &mut Vec<Mark>) {
    let (width, height) = size;
    let corner = Point::new(center.x - width / 2.0, center.y - height / 2.0);
    let middle = Point::new(center.x, center.y + BASELINE * TEXT);
    match shape {
        Shape::Operation(symbol) => {
            let fill = Some(Color::hex(0x41525f));
            marks.push(Mark::Box {
                corner,
                width,
                height,
                radius: height / 2.0,
                fill,
                stroke: None,
            });
            marks.push(label(middle, Anchor::Middle, true, Color::WHITE, clean(symbol)));
        }
        Shape::Collapsed(hidden) => {
            let stroke = Some(Stroke { dashed: true, ..Stroke::new(Color::GREY, 1.0) });
            let fill = Some(Color::WHITE);
            marks.push(Mark::Box { corner, width, height, radius: 4.0, fill, stroke });
            marks.push(label(middle, Anchor::Middle, false, Color::INK, collapsed_text(*hidden)));
        }
        Shape::Record(record) => {
            let (fill, border) = match record.role {
                Role::Input => (0xe4eefa, 0x3b6ea5),
                Role::Constant => (0xf1f2f3, 0x8a929a),
                Role::Result => (0xffffff, 0x5f6b76),
                Role::Root => (0xfff1d0, 0xb5761b),
            };
            let (fill, border) = (Some(Color::hex(fill)), Color::hex(border));
            let weight = if record.role == Role::Root { 1.6 } else { 1.0 };
            let stroke = Some(Stroke::new(border, weight));
            marks.push(Mark::Box { corner, width, height, radius: 3.0, fill, stroke });
            cells(record, corner, size, down, border, marks);
        }
    }
}

fn cells(
    record: &Record,
    corner: Point,
    (width, height): (f64, f64),
    down: bool,
    border: Color,
    marks: &mut Vec<Mark>,
) {
    let mut at = corner;
    for (i, cell) in record.cells.iter().enumerate() {
        let (across, high) = match (down, record.cells.len()) {
            (true, _) => (width, CELL_HEIGHT),
            (false, 1) => (width, height),
            (false, _) => (cell_width(cell), height),
        };
        if i > 0 {
            let end =
                if down { Point::new(at.x + across, at.y) } else { Point::new(at.x, at.y + high) };
            marks.push(Mark::Path {
                steps: vec![Step::Move(at), Step::Line(end)],
                fill: None,
                stroke: Some(Stroke::new(border.faded(130), 0.8)),
            });
        }
        let middle = Point::new(at.x + across / 2.0, at.y + high / 2.0 + BASELINE * TEXT);
        let color = if cell.part == Part::Gradient { Color::hex(0x9a3412) } else { Color::INK };
        marks.push(label(middle, Anchor::Middle, is_bold(cell), color, clean(&cell.line())));
        if down {
            at.y += high;
        } else {
            at.x += across;
        }
    }
}

/// A line with an arrowhead whose tip touches the node.
fn edge(route: &Route, marks: &mut Vec<Mark>) {
    let (Some(start), Some(&[_, before, tip])) = (route.start, route.curves.last()) else { return };
    let (dx, dy) = (tip.x - before.x, tip.y - before.y);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return;
    }
    let (ux, uy) = (dx / length, dy / length);
    let back = |along: f64, beside: f64| {
        Point::new(tip.x - ux * along - uy * beside, tip.y - uy * along + ux * beside)
    };
    let mut steps = vec![Step::Move(start)];
    steps.extend(route.curves.iter().map(|&[a, b, to]| Step::Curve(a, b, to)));
    if let Some(Step::Curve(_, _, to)) = steps.last_mut() {
        *to = back(ARROW - 1.0, 0.0);
    }
    marks.push(Mark::Path { steps, fill: None, stroke: Some(Stroke::new(Color::GREY, 1.1)) });
    marks.push(Mark::Path {
        steps: vec![
            Step::Move(tip),
            Step::Line(back(ARROW, 2.8)),
            Step::Line(back(ARROW, -2.8)),
            Step::Close,
        ],
        fill: Some(Color::GREY),
        stroke: None,
    });
}
