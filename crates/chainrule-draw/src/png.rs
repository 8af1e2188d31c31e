//! The PNG writer.

use chainrule::Error;
use chainrule::error::ErrorKind;
use tiny_skia::{
    Color as Ink, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, StrokeDash,
    Transform,
};

use crate::font;
use crate::picture::{Anchor, Color, Mark, Picture, Point, Step, Stroke};

/// How a PNG file is written.
#[derive(Clone, Debug, PartialEq)]
pub struct PngOptions {
    /// Pixels for each unit of the picture, which is 1/96 inch: 2 (the default) is 192 dpi.
    pub scale: f64,
    /// Leaves the ground transparent instead of white.
    pub transparent: bool,
    /// Larger pictures are refused. The default of 50 million needs 200 MB of memory.
    pub max_pixels: u64,
}

impl Default for PngOptions {
    fn default() -> Self {
        PngOptions { scale: 2.0, transparent: false, max_pixels: 50_000_000 }
    }
}

pub(crate) fn write(picture: &Picture, options: &PngOptions) -> Result<Vec<u8>, Error> {
    let mut canvas = Canvas::new(picture, options)?;
    for mark in &picture.marks {
        canvas.mark(mark);
    }
    let encoded = canvas.pixmap.encode_png();
    encoded.map_err(|error| Error::new(ErrorKind::Format, format!("cannot encode PNG: {error}")))
}

struct Canvas {
    pixmap: Pixmap,
    transform: Transform,
}

impl Canvas {
    fn new(picture: &Picture, options: &PngOptions) -> Result<Self, Error> {
        let scale = options.scale;
        if !(scale.is_finite() && scale > 0.0) {
            let error = Error::new(ErrorKind::Option, format!("scale {scale} is not positive"));
            return Err(error.hint("2 draws 192 pixels an inch"));
        }
        let [width, height] =
            [picture.width, picture.height].map(|side| (side * scale).ceil().max(1.0));
        let pixels = width * height;
        let too_large = || {
            let limit = options.max_pixels;
            Error::new(
                ErrorKind::Limit,
                format!(
                    "a picture of {width} × {height} pixels is above the limit of {limit} pixels"
                ),
            )
            .hint("collapse the graph (`--depth`), lower the scale, or draw SVG")
        };
        if pixels > options.max_pixels as f64 || width.max(height) > f64::from(u32::MAX) {
            return Err(too_large());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above"
        )]
        let size = (width as u32, height as u32);
        let mut pixmap = Pixmap::new(size.0, size.1).ok_or_else(too_large)?;
        if !options.transparent {
            pixmap.fill(Ink::WHITE);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a factor of a few units")]
        let scale = scale as f32;
        Ok(Canvas { pixmap, transform: Transform::from_scale(scale, scale) })
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Box { corner, width, height, radius, fill, stroke } => {
                let path = rounded(*corner, *width, *height, *radius);
                self.paint(path, *fill, *stroke, self.transform);
            }
            Mark::Dot { center, radius, fill, stroke } => {
                let path =
                    PathBuilder::from_circle(single(center.x), single(center.y), single(*radius));
                self.paint(path, Some(*fill), *stroke, self.transform);
            }
            Mark::Path { steps, fill, stroke } => {
                self.paint(path(steps), *fill, *stroke, self.transform);
            }
            Mark::Text(text) => {
                let width = font::width(&text.line, text.size, text.bold);
                let before = match text.anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => width / 2.0,
                    Anchor::End => width,
                };
                let turn = if text.upwards { -90.0 } else { 0.0 };
                let place = self
                    .transform
                    .pre_translate(single(text.at.x), single(text.at.y))
                    .pre_rotate(turn)
                    .pre_translate(single(-before), 0.0);
                let outline = path(&font::outline(&text.line, text.size, text.bold));
                self.paint(outline, Some(text.color), None, place);
            }
        }
    }

    fn paint(
        &mut self,
        path: Option<Path>,
        fill: Option<Color>,
        stroke: Option<Stroke>,
        place: Transform,
    ) {
        // No path: nothing to see, as for a space.
        let Some(path) = path else { return };
        if let Some(color) = fill {
            self.pixmap.fill_path(&path, &paint(color), FillRule::Winding, place, None);
        }
        if let Some(Stroke { color, width, dashed }) = stroke {
            let stroke = tiny_skia::Stroke {
                width: single(width),
                dash: dashed.then(|| StrokeDash::new(vec![4.0, 3.0], 0.0)).flatten(),
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                ..tiny_skia::Stroke::default()
            };
            self.pixmap.stroke_path(&path, &paint(color), &stroke, place, None);
        }
    }
}

fn paint(Color([r, g, b, opacity]): Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(r, g, b, opacity);
    paint
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move(to) => path.move_to(single(to.x), single(to.y)),
            Step::Line(to) => path.line_to(single(to.x), single(to.y)),
            Step::Curve(a, b, to) => {
                let [a, b, to] = [a, b, to].map(|p| (single(p.x), single(p.y)));
                path.cubic_to(a.0, a.1, b.0, b.1, to.0, to.1);
            }
            Step::Close => path.close(),
        }
    }
    path.finish()
}

fn rounded(corner: Point, width: f64, height: f64, radius: f64) -> Option<Path> {
    let radius = radius.min(width / 2.0).min(height / 2.0);
    if radius <= 0.0 {
        let rect =
            Rect::from_xywh(single(corner.x), single(corner.y), single(width), single(height));
        return rect.map(PathBuilder::from_rect);
    }
    // Distance of the control points that makes a cubic curve a quarter of a circle.
    let bend = radius * 0.552_285;
    let (left, top, right, bottom) = (corner.x, corner.y, corner.x + width, corner.y + height);
    let at = Point::new;
    path(&[
        Step::Move(at(left + radius, top)),
        Step::Line(at(right - radius, top)),
        Step::Curve(
            at(right - radius + bend, top),
            at(right, top + radius - bend),
            at(right, top + radius),
        ),
        Step::Line(at(right, bottom - radius)),
        Step::Curve(
            at(right, bottom - radius + bend),
            at(right - radius + bend, bottom),
            at(right - radius, bottom),
        ),
        Step::Line(at(left + radius, bottom)),
        Step::Curve(
            at(left + radius - bend, bottom),
            at(left, bottom - radius + bend),
            at(left, bottom - radius),
        ),
        Step::Line(at(left, top + radius)),
        Step::Curve(
            at(left, top + radius - bend),
            at(left + radius - bend, top),
            at(left + radius, top),
        ),
        Step::Close,
    ])
}

#[expect(clippy::cast_possible_truncation, reason = "the rasteriser works in single precision")]
fn single(x: f64) -> f32 {
    x as f32
}
