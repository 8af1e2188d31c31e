//! The frame of a plot: scales, ticks with round numbers, titles, legend.

use std::collections::HashSet;

use crate::font;
use crate::picture::{Anchor, Color, Mark, Picture, Point, Step, Stroke, Text};

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 400.0;
const TOP: f64 = 38.0;
const RIGHT: f64 = 20.0;
const BOTTOM: f64 = 50.0;
const TICK_TEXT: f64 = 11.0;
const TEXT: f64 = 12.0;
const TITLE: f64 = 14.0;
/// Height of a named row.
const ROW: f64 = 22.0;
/// Points of a cloud in the same square of this side hide each other.
const CLOUD_CELL: f64 = 2.0;
/// Longer names of rows are cut.
const NAME: usize = 32;

/// A scale: linear, or of decades.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    pub(super) fn linear((low, high): (f64, f64)) -> Self {
        Axis { low, high, log: false }
    }

    /// From positive numbers, to the decades around them where these are several.
    pub(super) fn logarithmic((low, high): (f64, f64)) -> Self {
        let (low, high) = (low.log10(), high.log10());
        let (low, high) =
            if high - low > 2.0 { (low.floor(), high.ceil()) } else { (low - 0.1, high + 0.1) };
        Axis { low, high, log: true }
    }

    /// Position in the axis, 0 to 1 within it.
    pub(super) fn position(&self, x: f64) -> f64 {
        let x = if self.log { x.log10() } else { x };
        (x - self.low) / (self.high - self.low)
    }

    fn ticks(&self, wanted: f64) -> Vec<(f64, String)> {
        if !self.log {
            return linear_ticks(self.low, self.high, wanted);
        }
        let (first, last) = (self.low.ceil(), self.high.floor());
        if last - first < 2.0 {
            let ticks = linear_ticks(10f64.powf(self.low), 10f64.powf(self.high), wanted);
            return ticks.into_iter().filter(|tick| tick.0 > 0.0).collect();
        }
        let step = ((last - first) / wanted).ceil().max(1.0);
        let first = (first / step).ceil() * step;
        let count = ((last - first) / step).floor();
        sequence(count).map(|i| first + i * step).map(|e| (10f64.powf(e), power(e))).collect()
    }
}

/// 0, 1, 2 … `last`.
fn sequence(last: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(0.0), |i| Some(i + 1.0)).take_while(move |&i| i <= last)
}

/// Multiples of 1, 2 or 5 times a power of ten, and their texts with as many digits as they need.
fn linear_ticks(low: f64, high: f64, wanted: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / wanted;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let greatest = low.abs().max(high.abs());
    sequence(last - first)
        .map(|i| (first + i) * step)
        .map(|x| {
            let text = if (1e-3..1e6).contains(&greatest) {
                minus(&format!("{x:.*}", decimals(step)))
            } else {
                // As many digits as tell neighbouring ticks apart.
                scientific(x, (greatest / step).log10().ceil().clamp(0.0, 15.0))
            };
            (x, text)
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 15")]
fn decimals(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).clamp(0.0, 15.0) as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 15")]
fn scientific(x: f64, digits: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{x:.*e}", digits as usize);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    format!("{}·10{}", minus(mantissa), raised(exponent))
}

fn power(exponent: f64) -> String {
    match exponent {
        0.0 => "1".to_owned(),
        1.0 => "10".to_owned(),
        _ => format!("10{}", raised(&format!("{exponent:.0}"))),
    }
}

fn raised(digits: &str) -> String {
    let raise = |c: char| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    };
    digits.chars().map(raise).collect()
}

/// The typographic sign; and no negative zero.
fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text.to_owned(),
    }
}

/// A frame with its scales, to which curves and points are added.
pub(super) struct Plot {
    x: Axis,
    y: Axis,
    /// Names beside the rows 0, 1 …, which take the place of the numbers of y.
    rows: Vec<String>,
    left: f64,
    height: f64,
    marks: Vec<Mark>,
    title: String,
    labels: [String; 2],
}

impl Plot {
    pub(super) fn new(title: &str, x: (Axis, &str), y: (Axis, &str)) -> Self {
        Self::framed(title, x, y, Vec::new(), HEIGHT)
    }

    /// A plot whose rows have names, the first on top, and a height that gives each its room.
    pub(super) fn of_rows(title: &str, x: (Axis, &str), names: &[&str]) -> Self {
        let count = names.len() as f64;
        let y = Axis::linear((count - 0.5, -0.5));
        let rows = names.iter().map(|name| shortened(name)).collect();
        Self::framed(title, x, (y, ""), rows, TOP + BOTTOM + ROW * count + 12.0)
    }

    fn framed(
        title: &str,
        x: (Axis, &str),
        y: (Axis, &str),
        rows: Vec<String>,
        height: f64,
    ) -> Self {
        let (labels, title) = ([x.1.to_owned(), y.1.to_owned()], title.to_owned());
        let (x, y, marks) = (x.0, y.0, Vec::new());
        let mut plot = Plot { x, y, rows, left: 0.0, height, marks, title, labels };
        let ticks = plot.ticks_beside();
        let widest = ticks.iter().map(|tick| font::width(&tick.1, TICK_TEXT, false));
        let room = if plot.labels[1].is_empty() { 22.0 } else { 44.0 };
        plot.left = widest.fold(0.0, f64::max) + room;
        plot
    }

    fn ticks_beside(&self) -> Vec<(f64, String)> {
        if self.rows.is_empty() {
            return self.y.ticks(6.0);
        }
        self.rows.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect()
    }

    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        let across = self.left + self.x.position(x) * (WIDTH - RIGHT - self.left);
        let up = self.height - BOTTOM - self.y.position(y) * (self.height - TOP - BOTTOM);
        Point::new(across, up)
    }

    pub(super) fn add(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Lines through the points that have finite numbers, cut at the frame.
    pub(super) fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        let mut steps = Vec::new();
        let mut last: Option<Point> = None;
        for (x, y) in points {
            let to = self.at(x, y);
            if !(to.x.is_finite() && to.y.is_finite()) {
                last = None;
                continue;
            }
            if let Some((a, b)) = last.and_then(|from| self.cut(from, to)) {
                let goes_on = match steps.last() {
                    Some(&(Step::Line(end) | Step::Move(end))) => end == a,
                    _ => false,
                };
                if !goes_on {
                    steps.push(Step::Move(a));
                }
                steps.push(Step::Line(b));
            }
            last = Some(to);
        }
        if !steps.is_empty() {
            self.add(Mark::Path { steps, fill: None, stroke: Some(stroke) });
        }
    }

    /// A point, if it is within the frame.
    pub(super) fn dot(&mut self, (x, y): (f64, f64), radius: f64, fill: Color) {
        let center = self.at(x, y);
        let inside = |low: f64, at: f64, high: f64| low - 0.5 <= at && at <= high + 0.5;
        if inside(self.left, center.x, WIDTH - RIGHT) && inside(TOP, center.y, self.height - BOTTOM)
        {
            let stroke = Some(Stroke::new(Color::WHITE, 0.8));
            self.add(Mark::Dot { center, radius, fill, stroke });
        }
    }

    /// Many points: of those that would lie on each other one is drawn.
    pub(super) fn cloud(&mut self, points: impl IntoIterator<Item = (f64, f64)>, fill: Color) {
        let mut taken = HashSet::new();
        for point in points {
            let at = self.at(point.0, point.1);
            if at.x.is_finite() && at.y.is_finite() {
                let cell = |x: f64| (x / CLOUD_CELL).round().to_bits();
                if taken.insert((cell(at.x), cell(at.y))) {
                    self.dot(point, 2.8, fill);
                }
            }
        }
    }

    /// A short text right of and above a point, or left of it where the frame ends; nothing where
    /// another one stands already.
    pub(super) fn note(&mut self, (x, y): (f64, f64), note: &str) {
        let point = self.at(x, y);
        let width = font::width(note, TICK_TEXT, false);
        let is_right = point.x + 6.0 + width > WIDTH - RIGHT;
        let (anchor, x) =
            if is_right { (Anchor::End, point.x - 6.0) } else { (Anchor::Start, point.x + 6.0) };
        let y = (point.y - 3.0).max(TOP + TICK_TEXT);
        let is_near = |mark: &Mark| match mark {
            Mark::Text(other) => {
                (other.at.x - x).abs() < 2.0 * width && (other.at.y - y).abs() < TICK_TEXT + 2.0
            }
            _ => false,
        };
        if self.marks.iter().any(is_near) {
            return;
        }
        self.add(text(Point::new(x, y), anchor, TICK_TEXT, note));
    }

    /// The part of a line within the frame (Liang and Barsky 1984).
    fn cut(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (p, q) in [
            (-dx, from.x - self.left),
            (dx, WIDTH - RIGHT - from.x),
            (-dy, from.y - TOP),
            (dy, self.height - BOTTOM - from.y),
        ] {
            if p < 0.0 {
                enter = enter.max(q / p);
            } else if p > 0.0 {
                leave = leave.min(q / p);
            } else if q < 0.0 {
                return None;
            }
        }
        let along = |t: f64| match t {
            0.0 => from,
            1.0 => to,
            _ => Point::new(from.x + t * dx, from.y + t * dy),
        };
        (enter <= leave).then(|| (along(enter), along(leave)))
    }

    /// Names of curves or classes, in the upper right corner.
    pub(super) fn legend(&mut self, names: &[(&str, Color)]) {
        let widest = names.iter().map(|(name, _)| font::width(name, TICK_TEXT, false));
        let width = widest.fold(0.0, f64::max) + 32.0;
        let corner = Point::new(WIDTH - RIGHT - width - 8.0, TOP + 8.0);
        self.add(Mark::Box {
            corner,
            width,
            height: 17.0 * names.len() as f64 + 6.0,
            radius: 3.0,
            fill: Some(Color::WHITE.faded(225)),
            stroke: Some(Stroke::new(Color::hex(0xc9ced3), 0.8)),
        });
        for (i, &(name, color)) in names.iter().enumerate() {
            let middle = corner.y + 3.0 + 17.0 * (i as f64 + 0.5);
            let center = Point::new(corner.x + 13.0, middle);
            self.add(Mark::Dot { center, radius: 4.5, fill: color, stroke: None });
            let at = Point::new(corner.x + 24.0, middle + 0.36 * TICK_TEXT);
            self.add(text(at, Anchor::Start, TICK_TEXT, name));
        }
    }

    /// The finished plot: grid under, frame and numbers over the marks.
    pub(super) fn finish(self, grid: bool) -> Picture {
        let (right, bottom) = (WIDTH - RIGHT, self.height - BOTTOM);
        let ticks_beside = self.ticks_beside();
        let ground = Mark::Box {
            corner: Point::new(0.0, 0.0),
            width: WIDTH,
            height: self.height,
            radius: 0.0,
            fill: Some(Color::WHITE),
            stroke: None,
        };
        let mut marks = vec![ground];
        let mut numbers = Vec::new();
        let rule = |from: Point, to: Point, stroke: Stroke| Mark::Path {
            steps: vec![Step::Move(from), Step::Line(to)],
            fill: None,
            stroke: Some(stroke),
        };
        let (light, dark) =
            (Stroke::new(Color::hex(0xe3e6e9), 1.0), Stroke::new(Color::hex(0x5f6b76), 1.0));
        let across = self.left;
        for (x, label) in self.x.ticks(8.0) {
            let at = self.left + self.x.position(x) * (right - self.left);
            if grid {
                marks.push(rule(Point::new(at, TOP), Point::new(at, bottom), light));
            }
            numbers.push(rule(Point::new(at, bottom), Point::new(at, bottom + 4.0), dark));
            numbers.push(text(Point::new(at, bottom + 17.0), Anchor::Middle, TICK_TEXT, &label));
        }
        for (y, label) in ticks_beside {
            let at = bottom - self.y.position(y) * (bottom - TOP);
            if grid {
                marks.push(rule(Point::new(across, at), Point::new(right, at), light));
            }
            numbers.push(rule(Point::new(across - 4.0, at), Point::new(across, at), dark));
            let place = Point::new(across - 7.0, at + 0.36 * TICK_TEXT);
            numbers.push(text(place, Anchor::End, TICK_TEXT, &label));
        }
        marks.extend(self.marks);
        marks.push(Mark::Box {
            corner: Point::new(across, TOP),
            width: right - across,
            height: bottom - TOP,
            radius: 0.0,
            fill: None,
            stroke: Some(dark),
        });
        marks.extend(numbers);
        let middle = f64::midpoint(across, right);
        let [below, beside] = &self.labels;
        marks.push(text(Point::new(middle, self.height - 12.0), Anchor::Middle, TEXT, below));
        marks.push(Mark::Text(Text {
            at: Point::new(18.0, f64::midpoint(TOP, bottom)),
            anchor: Anchor::Middle,
            size: TEXT,
            bold: false,
            color: Color::INK,
            upwards: true,
            line: beside.clone(),
        }));
        marks.push(Mark::Text(Text {
            at: Point::new(across, 24.0),
            anchor: Anchor::Start,
            size: TITLE,
            bold: true,
            color: Color::INK,
            upwards: false,
            line: self.title.clone(),
        }));
        // A title is never cut off.
        let width = WIDTH.max(across + font::width(&self.title, TITLE, true) + RIGHT);
        if let Some(Mark::Box { width: ground, .. }) = marks.first_mut() {
            *ground = width;
        }
        Picture { width, height: self.height, title: self.title, marks }
    }
}

/// The name, with its end left out where it is long.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

fn text(at: Point, anchor: Anchor, size: f64, text: &str) -> Mark {
    let line = text.to_owned();
    Mark::Text(Text { at, anchor, size, bold: false, color: Color::INK, upwards: false, line })
}
