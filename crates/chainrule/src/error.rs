//! The one error type, and every message that the library writes.

use std::fmt;
use std::ops::Range;

/// What went wrong, where, and how to mend it.
///
/// Errors are for wrong input: a file, a formula, a length, a name. A caller's bug panics, and a
/// value outside a domain is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    span: Option<Range<usize>>,
    hint: Option<String>,
}

/// The sort of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A formula that cannot be read.
    Formula,
    /// A name that is not known, given twice, or given where it must not be.
    Name,
    /// A list whose length does not fit.
    Length,
    /// An option outside its choices or range.
    Option,
    /// A value or a derivative that is NaN or infinite.
    Value,
    /// A derivative that was not given for an operation of the user's.
    Derivative,
    /// A comparison that goes another way than when the function was recorded.
    BranchChanged,
    /// Something too large for the stated limit.
    Limit,
    /// A text or a file that is not in the expected format.
    Format,
    /// Data that a model cannot use: cells, columns or rows that are missing, wrong or too few.
    Data,
    /// A problem that its data leave open: columns that others contain, classes that a column separates.
    Undetermined,
}

impl Error {
    /// An error of `kind`; messages are lower case, without a full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), span: None, hint: None }
    }

    /// The same error, pointing at bytes `span` of the source text.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The same error with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The sort of error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What went wrong, without place and remedy.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where in the source text, in bytes.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// How to mend it.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The message with the line of `source` that it is about and a caret under the place.
    ///
    /// ```
    /// use chainrule::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Formula, "expected a value").at(4..5);
    /// assert_eq!(error.render("a + * b"), "expected a value\n  a + * b\n      ^");
    /// ```
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        let mut text = self.message.clone();
        if let Some(span) = &self.span {
            text += &caret(source, span);
        }
        if let Some(hint) = &self.hint {
            text += &format!("\n  hint: {hint}");
        }
        text
    }
}

/// Longest part of a source line that is shown around a caret, in characters.
const SHOWN: usize = 76;

/// The line of `source` around `span`, and a line of carets.
fn caret(source: &str, span: &Range<usize>) -> String {
    let floor = |mut i: usize| {
        i = i.min(source.len());
        while !source.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let (start, end) = (floor(span.start), floor(span.end));
    let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |i| start + i);
    let line: Vec<char> = source[line_start..line_end].chars().collect();
    let column = source[line_start..start].chars().count();
    let width = source[start..end.clamp(start, line_end)].chars().count().max(1);
    let first = if line.len() > SHOWN { column.saturating_sub(SHOWN / 2) } else { 0 };
    let shown: String = line.iter().skip(first).take(SHOWN).collect();
    let shown = shown.replace('\t', " ");
    let room = SHOWN.saturating_sub(column - first).max(1);
    let number = source[..line_start].matches('\n').count() + 1;
    let place = if number > 1 {
        format!("line {number}, column {}\n  ", column + 1)
    } else {
        String::new()
    };
    format!("\n  {place}{shown}\n  {}{}", " ".repeat(column - first), "^".repeat(width.min(room)))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Edit distance below which a misspelt name is worth a suggestion.
///
/// ```
/// assert_eq!(chainrule::error::closest("sen", ["sin", "cos"]), Some("sin"));
/// assert_eq!(chainrule::error::closest("zzz", ["sin", "cos"]), None);
/// ```
#[must_use]
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|k| (distance(name, k), k))
        .filter(|&(d, _)| d <= limit)
        .min()
        .map(|(_, k)| k)
}

/// Levenshtein distance in characters, with a swap of neighbours counted once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}
