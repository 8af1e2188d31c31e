//! Marching squares: the regions of a sampled field between two levels, and lines of one level.

use std::collections::HashMap;

/// Values on a grid, row by row; `x` and `y` are the coordinates of columns and rows.
pub(super) struct Grid {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) values: Vec<f64>,
}

impl Grid {
    pub(super) fn sample(
        f: impl Fn(f64, f64) -> f64,
        x: (f64, f64),
        y: (f64, f64),
        cells: u32,
    ) -> Self {
        let axis = |(low, high): (f64, f64)| -> Vec<f64> {
            let at = |i| low + (high - low) * f64::from(i) / f64::from(cells);
            (0..=cells).map(at).collect()
        };
        let (x, y) = (axis(x), axis(y));
        let values = y.iter().flat_map(|&y| x.iter().map(move |&x| (x, y))).map(|(x, y)| f(x, y));
        let values = values.collect();
        Grid { x, y, values }
    }

    /// Where the field is at least `level`: in each row, runs of full cells as one rectangle, and
    /// the polygons of cells that the level cuts. A cell with a corner that is not a number is empty.
    pub(super) fn above(&self, level: f64) -> Vec<Vec<(f64, f64)>> {
        let columns = self.x.len();
        let mut polygons = Vec::new();
        for row in 1..self.y.len() {
            let mut run: Option<usize> = None;
            for column in 1..=columns {
                let corners = (column < columns).then(|| self.corners(column, row));
                let full = corners.is_some_and(|c| c.iter().all(|&(_, _, v)| v >= level));
                match (full, run) {
                    (true, None) => run = Some(column - 1),
                    (false, Some(start)) => {
                        let (left, right) = (self.x[start], self.x[column - 1]);
                        let (low, high) = (self.y[row - 1], self.y[row]);
                        polygons.push(vec![(left, low), (right, low), (right, high), (left, high)]);
                        run = None;
                    }
                    _ => {}
                }
                if let Some(corners) = corners.filter(|c| !full && c.iter().all(|c| !c.2.is_nan()))
                {
                    let polygon = cut(corners, level);
                    if polygon.len() > 2 {
                        polygons.push(polygon);
                    }
                }
            }
        }
        polygons
    }

    /// Lines where the field is `level`, joined end to end.
    pub(super) fn lines(&self, level: f64) -> Vec<Vec<(f64, f64)>> {
        let mut segments = Vec::new();
        for row in 1..self.y.len() {
            for column in 1..self.x.len() {
                let corners = self.corners(column, row);
                if corners.iter().any(|c| c.2.is_nan()) {
                    continue;
                }
                // Every side has a name, so that lines join without comparing coordinates.
                let sides = [
                    (0, column, row - 1),
                    (1, column, row),
                    (0, column, row),
                    (1, column - 1, row),
                ];
                let mut ends = sides.into_iter().enumerate().filter_map(|(i, side)| {
                    let at = crossing(corners[i], corners[(i + 1) % 4], level)?;
                    Some((side, at))
                });
                while let (Some(a), Some(b)) = (ends.next(), ends.next()) {
                    segments.push((a, b));
                }
            }
        }
        join(&segments)
    }

    fn corners(&self, column: usize, row: usize) -> [(f64, f64, f64); 4] {
        let at = |c: usize, r: usize| (self.x[c], self.y[r], self.values[r * self.x.len() + c]);
        [at(column - 1, row - 1), at(column, row - 1), at(column, row), at(column - 1, row)]
    }
}

/// Where the level crosses the side between two corners. Neighbouring cells see the same point.
fn crossing(a: (f64, f64, f64), b: (f64, f64, f64), level: f64) -> Option<(f64, f64)> {
    if (a.2 >= level) == (b.2 >= level) {
        return None;
    }
    let (a, b) = if (a.0, a.1) <= (b.0, b.1) { (a, b) } else { (b, a) };
    let t = ((level - a.2) / (b.2 - a.2)).clamp(0.0, 1.0);
    // An infinite corner lies beyond any level.
    let t = if t.is_nan() { 0.5 } else { t };
    Some((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)))
}

/// The part of a cell where the field is at least `level`.
fn cut(corners: [(f64, f64, f64); 4], level: f64) -> Vec<(f64, f64)> {
    let mut polygon = Vec::new();
    for i in 0..4 {
        let (here, next) = (corners[i], corners[(i + 1) % 4]);
        if here.2 >= level {
            polygon.push((here.0, here.1));
        }
        polygon.extend(crossing(here, next, level));
    }
    polygon
}

/// A side of a cell, and where a line crosses it.
type End = ((u8, usize, usize), (f64, f64));

/// Segments that meet in a side, as long lines.
fn join(segments: &[(End, End)]) -> Vec<Vec<(f64, f64)>> {
    let mut meeting: HashMap<_, Vec<usize>> = HashMap::new();
    for (i, (a, b)) in segments.iter().enumerate() {
        meeting.entry(a.0).or_default().push(i);
        meeting.entry(b.0).or_default().push(i);
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    for (start, &(a, b)) in segments.iter().enumerate() {
        if std::mem::replace(&mut used[start], true) {
            continue;
        }
        let mut extend = |mut tip: End| {
            let mut points = Vec::new();
            while let Some(&next) =
                meeting.get(&tip.0).and_then(|at| at.iter().find(|&&segment| !used[segment]))
            {
                used[next] = true;
                let (c, d) = segments[next];
                tip = if c.0 == tip.0 { d } else { c };
                points.push(tip.1);
            }
            points
        };
        let after = extend(b);
        let mut line = extend(a);
        line.reverse();
        line.extend([a.1, b.1]);
        line.extend(after);
        lines.push(line);
    }
    lines
}
