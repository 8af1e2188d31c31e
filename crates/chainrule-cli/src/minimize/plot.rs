//! The picture of a run: the curve or the contours with the path on them, or the values.

use crate::output::{Output, Result, USAGE, failure, library_failure};
use crate::problem::Problem;
use chainrule::Error;
use chainrule::optimize::{Outcome, TraceRow};
use chainrule_draw::{Picture, PngOptions, SvgOptions, plot};
use std::path::Path;

/// A file to draw into.
pub(crate) struct Target<'a> {
    path: &'a Path,
    is_png: bool,
}

impl<'a> Target<'a> {
    /// The file at `path`, whose name says which format it is in.
    pub(crate) fn new(path: &'a Path) -> Result<Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Target { path, is_png: false }),
            Some("png") => Ok(Target { path, is_png: true }),
            _ => {
                let message = format!("--plot {}: name a file .svg or .png", path.display());
                Err(failure(USAGE, message))
            }
        }
    }

    /// Draws a run and writes it.
    pub(super) fn draw(
        &self,
        problem: &Problem,
        outcome: &Outcome,
        rows: &[TraceRow],
        force: bool,
        output: &mut Output,
    ) -> Result<()> {
        let picture = picture(problem, outcome, rows).map_err(|e| library_failure(&e, ""))?;
        self.write(&picture, force, output)
    }

    /// Writes a picture.
    pub(crate) fn write(&self, picture: &Picture, force: bool, output: &mut Output) -> Result<()> {
        let bytes = if self.is_png {
            picture.png(&PngOptions::default()).map_err(|e| library_failure(&e, ""))?
        } else {
            picture.svg(&SvgOptions { opaque: true, ..SvgOptions::default() }).into_bytes()
        };
        output.file(self.path, &bytes, force)
    }
}

fn picture(
    problem: &Problem,
    outcome: &Outcome,
    rows: &[TraceRow],
) -> std::result::Result<Picture, Error> {
    let count = outcome.steps;
    let title =
        format!("{}: {count} step{}", outcome.method.title(), if count == 1 { "" } else { "s" });
    let start = rows.first().map_or(&outcome.x, |row| &row.x);
    let path = || std::iter::once(start).chain(rows.iter().map(|row| &row.x_after));
    match problem.names.as_slice() {
        [x] => {
            let path: Vec<f64> = path().map(|x| x[0]).collect();
            plot::descent_path_1d(|x| problem.value(&[x]), &path, x, &title)
        }
        [x, y] => {
            let path: Vec<(f64, f64)> = path().map(|x| (x[0], x[1])).collect();
            plot::contour_path_2d(|x, y| problem.value(&[x, y]), &path, (x, y), &title)
        }
        _ => {
            let first = rows.first().map_or(outcome.value, |row| row.value);
            let values: Vec<f64> =
                std::iter::once(first).chain(rows.iter().map(|row| row.value_after)).collect();
            plot::loss_curve(&[(outcome.method.name(), &values)], &title)
        }
    }
}
