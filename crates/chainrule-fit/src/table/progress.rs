//! How far a reading is, and how large its result will be.

use super::parse::Kind;

/// What shows how far a reading is.
pub(super) type Show = Box<dyn FnMut(Progress) + Send>;

/// How far a file was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: usize,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of the file, where they are known: not for standard input.
    pub of: Option<u64>,
}

/// How large a table will be, judged by the first block of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Rows of the file.
    pub rows: u64,
    /// Bytes of memory that the selected columns take: 8 a number and 4 a text, without the texts themselves.
    pub bytes: u64,
}

impl Estimate {
    /// The same rows with columns of these kinds.
    pub(super) fn of(self, kinds: &[Kind]) -> Self {
        let width = |kind: &Kind| match kind {
            Kind::Skip => 0,
            Kind::Number | Kind::Boolean => 8,
            Kind::Text => 4,
        };
        let width: u64 = kinds.iter().map(width).sum();
        Estimate { bytes: self.rows.saturating_mul(width), ..self }
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = chainrule::expression::grouped(usize::try_from(self.rows).unwrap_or(usize::MAX));
        let mut bytes = self.bytes as f64;
        let mut unit = "bytes";
        for next in ["kB", "MB", "GB", "TB"] {
            if bytes >= 1000.0 {
                bytes /= 1000.0;
                unit = next;
            }
        }
        let digits = usize::from(bytes < 10.0 && unit != "bytes");
        write!(f, "about {rows} rows, {bytes:.digits$} {unit} of memory")
    }
}
