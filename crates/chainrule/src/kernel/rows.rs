//! Columns copied to where the machine reads them fastest.

use super::rows_of;
use crate::error::{Error, ErrorKind};

/// Numbers of a cache line.
const LINE: usize = 8;

/// Numbers of a page: columns that begin at the same place of one disturb each other in the cache.
const PAGE: usize = 512;

/// A copy of columns that begins each at a cache line, and not all at the same place of a page.
/// Worth its time where many calls use the same rows, and there are many columns, or they begin at
/// different places of a cache line; results keep every bit.
///
/// ```
/// use chainrule::kernel::{Kernel, Rows};
/// let loss = Kernel::sum_over(&["w"], &["x", "y"], |p, row| (p[0] * row[0] - row[1]).square())?;
/// let rows = Rows::new(&[&[1.0, 2.0], &[2.0, 5.0]])?;
/// for w in [1.0, 2.0, 3.0] {
///     loss.value_and_gradient(&[w], &rows.columns())?;
/// }
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Rows {
    memory: Vec<f64>,
    /// Where the first column begins, and how far it is to the next one.
    first: usize,
    stride: usize,
    columns: usize,
    len: usize,
}

impl Rows {
    /// Copies the columns.
    ///
    /// # Errors
    ///
    /// If there is no column, or they have different lengths.
    pub fn new(columns: &[&[f64]]) -> Result<Self, Error> {
        let names: Vec<String> = (0..columns.len()).map(|i| i.to_string()).collect();
        let rows = rows_of(&names, columns)?;
        let mut stride = rows.next_multiple_of(LINE);
        if stride.is_multiple_of(PAGE / LINE) {
            stride += 5 * LINE;
        }
        let too_large = || Error::new(ErrorKind::Length, "the rows do not fit into memory");
        let size = stride.checked_mul(columns.len()).and_then(|n| n.checked_add(LINE));
        let mut memory = vec![0.0; size.ok_or_else(too_large)?];
        let first = memory.as_ptr().align_offset(LINE * size_of::<f64>()).min(LINE);
        for (i, column) in columns.iter().enumerate() {
            memory[first + i * stride..][..rows].copy_from_slice(column);
        }
        Ok(Rows { memory, first, stride, columns: columns.len(), len: rows })
    }

    /// The columns, in their order.
    #[must_use]
    pub fn columns(&self) -> Vec<&[f64]> {
        let column = |i| &self.memory[self.first + i * self.stride..][..self.len];
        (0..self.columns).map(column).collect()
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
