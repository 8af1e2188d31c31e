//! Cells and records in bytes: delimiters, quotes, line ends (RFC 4180, with the usual liberties).
//!
//! A quote opens only at the start of a cell and is doubled within; a quote elsewhere is a letter. What follows the
//! closing quote belongs to the cell. A record ends with `\n`, `\r\n` or `\r`; empty lines are no records. Spaces
//! around a cell are not part of it.

use memchr::{memchr, memrchr};
use std::borrow::Cow;

/// Whether `byte` ends a record.
#[inline]
pub(super) fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// The cell that starts at `start`, and where the delimiter or line end after it stands. `None` if its quote is not
/// closed within `bytes`.
pub(super) fn cell(bytes: &[u8], start: usize, delimiter: u8) -> Option<(Cow<'_, [u8]>, usize)> {
    if bytes.get(start) != Some(&b'"') {
        let end = plain_end(bytes, start, delimiter);
        return Some((Cow::Borrowed(bytes[start..end].trim_ascii()), end));
    }
    let close = closing_quote(bytes, start)?;
    let end = plain_end(bytes, close + 1, delimiter);
    let (quoted, rest) = (&bytes[start + 1..close], &bytes[close + 1..end]);
    if rest.is_empty() && memchr(b'"', quoted).is_none() {
        return Some((Cow::Borrowed(quoted.trim_ascii()), end));
    }
    let mut text = Vec::with_capacity(end - start);
    let mut escaped = false;
    for &byte in quoted {
        escaped = byte == b'"' && !escaped;
        if !escaped {
            text.push(byte);
        }
    }
    text.extend_from_slice(rest);
    Some((Cow::Owned(text.trim_ascii().to_vec()), end))
}

fn plain_end(bytes: &[u8], start: usize, delimiter: u8) -> usize {
    let ends = |&b: &u8| b == delimiter || is_line_end(b);
    bytes[start..].iter().position(ends).map_or(bytes.len(), |i| start + i)
}

/// The quote that closes the one at `open`.
fn closing_quote(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the next record starts if one ends at `end`.
#[inline]
pub(super) fn next_record(bytes: &[u8], end: usize) -> usize {
    let is_pair = bytes.get(end) == Some(&b'\r') && bytes.get(end + 1) == Some(&b'\n');
    end + 1 + usize::from(is_pair)
}

/// The first byte from `start` on that belongs to a record: past empty lines.
#[inline]
pub(super) fn skip_blank(bytes: &[u8], mut start: usize) -> usize {
    while bytes.get(start).copied().is_some_and(is_line_end) {
        start += 1;
    }
    start
}

/// The cells of the record at `start` and where the next one starts; `None` past the last, or in an open quote.
pub(super) fn record(
    bytes: &[u8],
    start: usize,
    delimiter: u8,
) -> Option<(Vec<Cow<'_, [u8]>>, usize)> {
    let mut at = skip_blank(bytes, start);
    if at >= bytes.len() {
        return None;
    }
    let mut cells = Vec::new();
    loop {
        let (text, end) = cell(bytes, at, delimiter)?;
        cells.push(text);
        if bytes.get(end) != Some(&delimiter) {
            return Some((cells, next_record(bytes, end)));
        }
        at = end + 1;
    }
}

/// Number of records that end before the end of `bytes`.
pub(super) fn count_records(bytes: &[u8], delimiter: u8) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some((_, next)) = record(bytes, at, delimiter) {
        if next > bytes.len() {
            break;
        }
        count += 1;
        at = next;
    }
    count
}

/// Length of the complete records at the start of `bytes`. A carriage return or a quote as the last byte may go on
/// in what comes next, so nothing ends there.
pub(super) fn complete(bytes: &[u8], delimiter: u8) -> usize {
    let (mut complete, mut at) = (0, 0);
    loop {
        let quote = memchr(b'"', &bytes[at..]).map(|i| at + i);
        let stretch = &bytes[at..quote.unwrap_or(bytes.len())];
        complete = last_line_end(stretch, quote.is_none()).map_or(complete, |i| at + i + 1);
        let Some(quote) = quote else { return complete };
        let opens = quote == 0 || bytes[quote - 1] == delimiter || is_line_end(bytes[quote - 1]);
        at = match opens.then(|| closing_quote(bytes, quote)) {
            None => quote,
            Some(Some(close)) if close + 1 < bytes.len() => close,
            Some(_) => return complete,
        } + 1;
    }
}

fn last_line_end(bytes: &[u8], is_last: bool) -> Option<usize> {
    memrchr(b'\n', bytes).or_else(|| {
        let known = bytes.len() - usize::from(is_last && !bytes.is_empty());
        memrchr(b'\r', &bytes[..known])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &str) -> Vec<Vec<String>> {
        let (mut at, mut records) = (0, Vec::new());
        while let Some((cells, next)) = record(bytes.as_bytes(), at, b',') {
            records.push(cells.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect());
            at = next;
        }
        records
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        let read = texts("\"a,b\",\"c\nd\",\"e \"\"f\"\"\"\r\n1\"2,\"3\"4,\r\r\n5,6,7");
        let expected = [["a,b", "c\nd", "e \"f\""], ["1\"2", "34", ""], ["5", "6", "7"]];
        assert_eq!(read, expected);
    }

    #[test]
    fn complete_records_are_cut_outside_of_quotes() {
        let text = b"a,\"b\nc\"\nd,e\nf,\"g\n";
        assert_eq!(complete(text, b','), 12);
        for end in 0..=text.len() {
            let cut = complete(&text[..end], b',');
            assert!([0, 8, 12].contains(&cut), "{end}: {cut}");
        }
        assert_eq!(complete(b"a\r", b','), 0, "a line feed may follow");
        assert_eq!(complete(b"a\rb", b','), 2);
        assert_eq!(complete(b"a,b\" c\n\"d", b','), 7, "a quote within a cell is a letter");
    }
}
