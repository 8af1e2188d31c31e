//! What a file looks like: its delimiter, its decimal sign, whether names stand first.

use super::cells::record;
use super::number;
use super::options::ReadOptions;
use std::borrow::Cow;

/// The signs that a file is read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) decimal: u8,
}

/// Where two delimiters cut all records alike, the first of these: a comma may also be a decimal sign.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// Records that are looked at.
const SAMPLE: usize = 500;

impl Dialect {
    /// The given signs, or those that `bytes` are most probably written with.
    pub(super) fn detect(bytes: &[u8], options: &ReadOptions) -> Self {
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter(bytes));
        let decimal = options.decimal.unwrap_or_else(|| decimal(bytes, delimiter));
        if options.delimiter.is_none() && delimiter == b',' && is_one_column_of_comma_numbers(bytes)
        {
            return Dialect { delimiter: b';', decimal: options.decimal.unwrap_or(b',') };
        }
        Dialect { delimiter, decimal }
    }

    /// Whether a trimmed cell is a finite number.
    pub(super) fn is_number(self, cell: &[u8]) -> bool {
        number::whole(cell, self.decimal).is_some_and(f64::is_finite)
    }
}

fn records(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = Vec<Cow<'_, [u8]>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (cells, next) = record(bytes, at, delimiter)?;
        at = next;
        Some(cells)
    })
    .take(SAMPLE)
}

/// The delimiter that cuts the largest share of records into as many cells as the first.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut best = (0.0, b',');
    for candidate in DELIMITERS {
        let counts: Vec<usize> = records(bytes, candidate).map(|cells| cells.len()).collect();
        let Some(&first) = counts.first().filter(|&&n| n > 1) else { continue };
        let alike = counts.iter().filter(|&&n| n == first).count();
        let share = alike as f64 / counts.len() as f64;
        if share > best.0 {
            best = (share, candidate);
        }
    }
    best.1
}

/// A comma where cells have the form `3,5` and none has the form `3.5`. Between commas it must be clear that it does
/// not group thousands.
fn decimal(bytes: &[u8], delimiter: u8) -> u8 {
    let (mut with_comma, mut with_point, mut is_clear) = (false, false, delimiter != b',');
    for cell in records(bytes, delimiter).flatten() {
        if cell.contains(&b',') && is_comma_number(&cell) {
            with_comma = true;
            is_clear |= !groups_thousands(&cell);
        } else if cell.contains(&b'.') && number::whole(&cell, b'.').is_some() {
            with_point = true;
        }
    }
    if with_comma && !with_point && is_clear { b',' } else { b'.' }
}

fn is_comma_number(cell: &[u8]) -> bool {
    number::whole(cell, b',').is_some()
}

fn groups_thousands(cell: &[u8]) -> bool {
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    match digits.split(|&b| b == b',').collect::<Vec<_>>()[..] {
        [first, rest] => (1..=3).contains(&first.len()) && rest.len() == 3 && first != b"0",
        _ => false,
    }
}

/// Whether a name stands first and every line after it is a number with a decimal comma.
fn is_one_column_of_comma_numbers(bytes: &[u8]) -> bool {
    let mut lines = records(bytes, b';');
    let first_has_comma = lines.next().is_none_or(|cells| cells.iter().any(|c| c.contains(&b',')));
    let mut count = 0;
    !first_has_comma
        && lines.all(|cells| {
            count += 1;
            matches!(&cells[..], [cell] if cell.contains(&b',') && is_comma_number(cell))
        })
        && count > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Delimiter and decimal sign that are found in a text.
    fn found(text: &str) -> (char, char) {
        let dialect = Dialect::detect(text.as_bytes(), &ReadOptions::default());
        (dialect.delimiter.into(), dialect.decimal.into())
    }

    #[test]
    fn signs_are_found() {
        for (text, expected) in [
            ("a,b\n1,2\n3,4\n", (',', '.')),
            ("a;b\n1,5;2\n3;4\n", (';', ',')),
            ("a;b\n1.5;2\n3;4\n", (';', '.')),
            ("a\tb\n1,5\t2\n", ('\t', ',')),
            ("a|b\n1|2\n", ('|', '.')),
            ("1,5;2,5\n3,5;4,5\n", (';', ',')),
            ("a,b\n\"1,5\",\"2,25\"\n", (',', ',')),
            ("a,b\n\"1,234\",\"2,250\"\n", (',', '.')),
            ("name;place\nOslo;\"Norway, north\"\nRome;\"Italy\"\n", (';', '.')),
            ("a,b;c\n1,x\n2,y;z\n", (',', '.')),
            ("x\n1\n2\n", (',', '.')),
            ("x\n1,5\n2,5\n", (';', ',')),
            ("a,b,c\n1,2\n3,4,5\n6,7,8\n", (',', '.')),
            ("a;b\n1,5;2.5\n", (';', '.')),
            ("", (',', '.')),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }
}
