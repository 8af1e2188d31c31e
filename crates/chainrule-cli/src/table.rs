//! Columns of text, as wide as their widest cell.

use std::fmt;

/// Rows of cells under a header. The first column stands left, the others right.
pub(crate) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
    left: [bool; N],
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(header: [&str; N]) -> Self {
        let mut left = [false; N];
        left[0] = true;
        Table { rows: vec![header.map(str::to_owned)], left }
    }

    /// Lets column `i` stand left.
    pub(crate) fn left(&mut self, i: usize) {
        self.left[i] = true;
    }

    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |i: usize| self.rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0);
        let widths: [usize; N] = std::array::from_fn(width);
        for row in &self.rows {
            let mut line = String::new();
            for (i, cell) in row.iter().enumerate() {
                let gap = if i == 0 { "" } else { "  " };
                let width = widths[i];
                line += &if self.left[i] {
                    format!("{gap}{cell:<width$}")
                } else {
                    format!("{gap}{cell:>width$}")
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
