//! How a file is read: what is given is taken, the rest is detected.

use super::wrong;
use chainrule::Error;
use chainrule::error::ErrorKind;
use std::str::FromStr;

/// How a file is read. What is `None` is detected; [`Reader::notes`](super::Reader::notes) says what was found.
///
/// ```
/// use chainrule_fit::{ReadOptions, Table};
/// let text = "t;v\n0,5;12,25\n1,5;11,75\n";
/// let table = Table::from_reader(text.as_bytes(), &ReadOptions::default())?;
/// assert_eq!(table.numbers("v")?, [12.25, 11.75]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Byte between two cells (`--delimiter`); detected among comma, semicolon, tab and bar.
    pub delimiter: Option<u8>,
    /// Decimal sign, `.` or `,` (`--decimal`).
    pub decimal: Option<u8>,
    /// Whether the first row holds the names (`--no-header`: `Some(false)`). `None` takes them from the first
    /// row and fails where all of them are numbers.
    pub has_header: Option<bool>,
    /// How bytes stand for letters (`--encoding`).
    pub encoding: Encoding,
    /// Cells that mean a gap (`--na`), beside the empty cell and [`MISSING_MARKERS`].
    pub missing_markers: Vec<String>,
    /// Columns that hold categories although they may look like numbers (`--categorical`): read as text.
    pub categorical: Vec<String>,
    /// Columns that are not read (`--drop`).
    pub drop: Vec<String>,
    /// Threads that read numbers; `None` takes as many as the machine offers, eight at most. Changes no result.
    pub threads: Option<usize>,
    /// Bytes that a thread reads at a time. The types of columns are taken from the first block of so many bytes.
    pub block_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            delimiter: None,
            decimal: None,
            has_header: None,
            encoding: Encoding::default(),
            missing_markers: Vec::new(),
            categorical: Vec::new(),
            drop: Vec::new(),
            threads: None,
            block_bytes: 1 << 20,
        }
    }
}

/// Cells that mean a gap in every column, beside the empty cell. `NaN` is none of them: in a column of numbers it
/// is a calculation that failed, and an error.
pub const MISSING_MARKERS: [&str; 6] = ["NA", "N/A", "n/a", "#N/A", "null", "NULL"];

/// How the bytes of a file stand for letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// One byte a letter, as Windows writes western languages: ISO 8859-1 with code page 1252 in the place of
    /// its control characters, which is what browsers mean by the name.
    Latin1,
}

impl FromStr for Encoding {
    type Err = Error;

    /// Reads `utf-8` or `latin1`, in the usual spellings.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "latin1" | "latin-1" | "iso-8859-1" | "windows-1252" | "cp1252" => Ok(Encoding::Latin1),
            _ => {
                let message = format!("no encoding `{text}`");
                Err(Error::new(ErrorKind::Option, message).hint("there are utf-8 and latin1"))
            }
        }
    }
}

impl ReadOptions {
    /// The delimiter that a user writes: a character, `\t` or a word.
    ///
    /// # Errors
    ///
    /// If it is not one ASCII character, or one that stands in numbers, quotes or line ends.
    pub fn parse_delimiter(text: &str) -> Result<u8, Error> {
        let byte = match text {
            "tab" | "\\t" => b'\t',
            "comma" => b',',
            "semicolon" => b';',
            "bar" | "pipe" => b'|',
            "space" => b' ',
            _ => match text.as_bytes() {
                [byte] => *byte,
                _ => 0,
            },
        };
        if byte == 0
            || !byte.is_ascii()
            || byte.is_ascii_alphanumeric()
            || b"\"\r\n.+-".contains(&byte)
        {
            let error = Error::new(ErrorKind::Option, format!("`{text}` cannot be a delimiter"));
            return Err(error.hint("give one character, such as `;`, or the word tab"));
        }
        Ok(byte)
    }

    /// The decimal sign that a user writes: `.` or `,`.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn parse_decimal(text: &str) -> Result<u8, Error> {
        match text {
            "." | "point" => Ok(b'.'),
            "," | "comma" => Ok(b','),
            _ => {
                let error =
                    Error::new(ErrorKind::Option, format!("`{text}` cannot be a decimal sign"));
                Err(error.hint("choose `.` or `,`"))
            }
        }
    }

    pub(super) fn thread_count(&self) -> usize {
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(|| available().min(8)).max(1)
    }

    /// Whether a trimmed cell means a gap.
    pub(super) fn is_missing(&self, cell: &[u8]) -> bool {
        cell.is_empty()
            || MISSING_MARKERS.iter().any(|m| m.as_bytes() == cell)
            || self.missing_markers.iter().any(|m| m.as_bytes() == cell)
    }

    /// Refuses names that are not columns.
    pub(super) fn check(&self, names: &[String]) -> Result<(), Error> {
        for name in self.categorical.iter().chain(&self.drop) {
            super::position(names, name)?;
        }
        if self.decimal.is_some_and(|d| !b".,".contains(&d)) {
            return Err(wrong("the decimal sign is neither `.` nor `,`"));
        }
        Ok(())
    }
}
