//! Names and signs of a model formula. Column names may hold dots, or any character between backquotes.

use chainrule::error::{Error, ErrorKind};
use std::collections::HashMap;
use std::ops::Range;

/// A model formula's text in which every column name is one name of the formula language.
///
/// Names with dots and names in backquotes are replaced by names of the same length in bytes, so that places in the
/// one text are places in the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Masked {
    pub(super) text: String,
    /// The columns behind the names that were replaced.
    columns: HashMap<String, String>,
}

impl Masked {
    /// Replaces the names of `source` that are not names of the formula language.
    pub(super) fn new(source: &str) -> Result<Self, Error> {
        let mut masked = Masked { text: source.to_owned(), columns: HashMap::new() };
        let mut at = 0;
        while let Some(piece) = next_piece(source, at)? {
            at = piece.span.end;
            let Some(column) = piece.column(source) else { continue };
            let length = piece.span.len();
            let known = masked.columns.iter().find(|(_, c)| **c == column).map(|(name, _)| name);
            let name = match known.filter(|name| name.len() == length) {
                Some(name) => name.clone(),
                None => masked.unused_name(source, length),
            };
            masked.text.replace_range(piece.span, &name);
            masked.columns.insert(name, column);
        }
        Ok(masked)
    }

    /// A name of `length` bytes that stands nowhere in the formula.
    fn unused_name(&self, source: &str, length: usize) -> String {
        // Letters outside of ASCII keep short names plentiful; the rest is filled with lines.
        let candidates = (0_u32..).map(|i| {
            let name = format!("_{i}");
            if name.len() > length {
                char::from_u32(0x4e00 + i).map(String::from).unwrap_or(name)
            } else {
                name
            }
        });
        candidates
            .filter(|name| name.len() <= length)
            .map(|name| name.clone() + &"_".repeat(length - name.len()))
            .find(|name| !source.contains(name.as_str()) && !self.columns.contains_key(name))
            .expect("there are more names than places for them")
    }

    /// The column that a name in the masked text stands for.
    pub(super) fn column<'n>(&'n self, name: &'n str) -> &'n str {
        self.columns.get(name).map_or(name, String::as_str)
    }

    /// A text made of masked names as it would be written, names in backquotes where they need it.
    pub(super) fn unmask(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        while let Ok(Some(piece)) = next_piece(text, at) {
            shown += &text[at..piece.span.start];
            let name = &text[piece.span.clone()];
            match self.columns.get(name) {
                Some(column) => shown += &quoted(column),
                None => shown += name,
            }
            at = piece.span.end;
        }
        shown + &text[at..]
    }
}

/// A column name as it stands in a formula: in backquotes unless it is a name, also one with dots.
pub(super) fn quoted(column: &str) -> String {
    match next_piece(column, 0) {
        Ok(Some(piece))
            if piece.span == (0..column.len()) && !column.starts_with(['`', '"', '\'']) =>
        {
            column.into()
        }
        _ => format!("`{column}`"),
    }
}

/// A name or a quoted text in a formula.
pub(super) struct Piece {
    pub(super) span: Range<usize>,
}

impl Piece {
    /// The column name, if it is not a name of the formula language by itself.
    fn column(&self, source: &str) -> Option<String> {
        let text = &source[self.span.clone()];
        match text.strip_prefix('`') {
            Some(rest) => Some(rest.trim_end_matches('`').into()),
            None => (text.contains('.') && !text.starts_with(['"', '\''])).then(|| text.into()),
        }
    }
}

/// The next name or quoted text from byte `at` on; numbers are stepped over.
fn next_piece(source: &str, mut at: usize) -> Result<Option<Piece>, Error> {
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if matches!(first, '`' | '"' | '\'') {
            let Some(length) = rest[1..].find(first) else {
                let error =
                    Error::new(ErrorKind::Formula, format!("this `{first}` is never closed"));
                return Err(error.at(at..at + 1));
            };
            return Ok(Some(Piece { span: at..at + length + 2 }));
        }
        if first.is_ascii_digit()
            || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())
        {
            at += number_length(rest);
        } else if first == '_' || first.is_alphabetic() {
            return Ok(Some(Piece { span: at..at + name_length(rest) }));
        } else {
            at += first.len_utf8();
        }
    }
    Ok(None)
}

/// Length of the name at the start: letters, digits, lines, and dots between them.
pub(super) fn name_length(text: &str) -> usize {
    let is_letter = |c: char| c == '_' || c.is_alphanumeric();
    let mut length = 0;
    loop {
        length += text[length..].find(|c| !is_letter(c)).unwrap_or(text.len() - length);
        let after_dot = text[length..].strip_prefix('.');
        if !after_dot.is_some_and(|rest| rest.starts_with(is_letter)) {
            return length;
        }
        length += 1;
    }
}

/// Length of the number at the start, with its exponent.
pub(super) fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_texts_have_their_length_and_come_back() {
        for source in [
            "y ~ x",
            "Sepal.Length ~ `Petal Width` + log(Sepal.Length*2.5e3) + `a`",
            "`é` ~ `é` + `ab` + `ac`",
        ] {
            let masked = Masked::new(source).expect("it is well formed");
            assert_eq!(masked.text.len(), source.len());
            assert!(!masked.text.contains('`'), "{}", masked.text);
            let plain = source
                .replace("`a`", "a")
                .replace("`é`", "é")
                .replace("`ab`", "ab")
                .replace("`ac`", "ac");
            assert_eq!(masked.unmask(&masked.text), plain);
        }
        assert!(Masked::new("y ~ `a").is_err());
    }
}
