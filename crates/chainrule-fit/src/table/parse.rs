//! From a block of records to cells of columns.

use super::cells::{cell, count_records, is_line_end, next_record, skip_blank};
use super::collect::Levels;
use super::detect::Dialect;
use super::number;
use super::options::ReadOptions;
use super::source::Block;
use super::{Data, wrong};
use chainrule::Error;

/// What the cells of a column are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: the column is not needed.
    Skip,
    Number,
    /// `true` and `false` as 1 and 0.
    Boolean,
    Text,
}

/// What all blocks of a file are read with.
pub(super) struct Layout {
    pub(super) dialect: Dialect,
    pub(super) names: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    /// Numbers that mean a gap, such as -999.
    pub(super) gaps: Vec<f64>,
    pub(super) options: ReadOptions,
}

/// The cells of a block.
pub(super) struct Parsed {
    pub(super) rows: usize,
    /// One a column; empty numbers for a column that is skipped.
    pub(super) columns: Vec<Data>,
    /// The first cell of each column that is no number where numbers are read: row, column, text.
    pub(super) misfits: Vec<(usize, usize, String)>,
    /// Where the block starts in the file.
    pub(super) offset: u64,
    /// What ends the reading, and in which row.
    pub(super) fault: Option<(usize, Fault)>,
}

/// What is wrong with a row.
pub(super) enum Fault {
    Cells(usize),
    NotFinite { column: usize, text: String },
    Encoding { at: usize },
}

enum Cells {
    None,
    Numbers(Vec<f64>),
    Text(Levels),
}

/// The cells of a block.
pub(super) fn parse(source: &Block, layout: &Layout, expected_rows: usize) -> Parsed {
    let bytes = source.bytes.as_slice();
    let valid = match str::from_utf8(bytes) {
        Ok(_) => bytes,
        Err(error) => &bytes[..error.valid_up_to()],
    };
    let columns = layout.kinds.iter().map(|kind| match kind {
        Kind::Skip => Cells::None,
        Kind::Number | Kind::Boolean => Cells::Numbers(Vec::with_capacity(expected_rows)),
        Kind::Text => Cells::Text(Levels::default()),
    });
    let mut block = BlockParser { bytes, layout, columns: columns.collect(), misfits: Vec::new() };
    let (rows, mut fault) = block.rows();
    if valid.len() < bytes.len() {
        let row = count_records(valid, layout.dialect.delimiter);
        // A record that cannot be read is a consequence.
        if fault.as_ref().is_none_or(|(faulty, _)| *faulty >= row) {
            fault = Some((row, Fault::Encoding { at: valid.len() }));
        }
    }
    let finished = block.columns.into_iter().map(|cells| match cells {
        Cells::None => Data::Numbers(Vec::new()),
        Cells::Numbers(numbers) => Data::Numbers(numbers),
        Cells::Text(Levels { texts, codes, .. }) => Data::Text { levels: texts, codes },
    });
    Parsed {
        rows,
        columns: finished.collect(),
        misfits: block.misfits,
        offset: source.offset,
        fault,
    }
}

struct BlockParser<'b> {
    bytes: &'b [u8],
    layout: &'b Layout,
    columns: Vec<Cells>,
    misfits: Vec<(usize, usize, String)>,
}

impl BlockParser<'_> {
    fn rows(&mut self) -> (usize, Option<(usize, Fault)>) {
        let (bytes, width) = (self.bytes, self.layout.kinds.len());
        let Dialect { delimiter, decimal } = self.layout.dialect;
        // A decimal comma between commas stands in quotes, and those cells are read elsewhere: no UTF-8 has this byte.
        let decimal = if decimal == delimiter { 0xff } else { decimal };
        let mut row = 0;
        let mut at = skip_blank(bytes, 0);
        while at < bytes.len() {
            for column in 0..width {
                let end = match (self.layout.kinds[column], &mut self.columns[column]) {
                    (Kind::Number, Cells::Numbers(numbers)) => {
                        match number::leading(&bytes[at..], decimal) {
                            Some((x, length))
                                if x.is_finite()
                                    && ends(bytes, at + length, delimiter)
                                    && !self.layout.gaps.contains(&x) =>
                            {
                                numbers.push(x);
                                at + length
                            }
                            _ => match self.other(row, column, at) {
                                Ok(end) => end,
                                Err(fault) => return (row, Some((row, fault))),
                            },
                        }
                    }
                    _ => match self.other(row, column, at) {
                        Ok(end) => end,
                        Err(fault) => return (row, Some((row, fault))),
                    },
                };
                let is_last = column + 1 == width;
                if is_last != (bytes.get(end) != Some(&delimiter)) {
                    return (row, Some((row, Fault::Cells(column + 1 + self.more(end)))));
                }
                at = if is_last { next_record(bytes, end) } else { end + 1 };
            }
            row += 1;
            at = skip_blank(bytes, at);
        }
        (row, None)
    }

    /// Cells of the record behind the one that ends at `end`.
    fn more(&self, mut end: usize) -> usize {
        let mut count = 0;
        while self.bytes.get(end) == Some(&self.layout.dialect.delimiter) {
            count += 1;
            end = cell(self.bytes, end + 1, self.layout.dialect.delimiter)
                .map_or(self.bytes.len(), |(_, end)| end);
        }
        count
    }

    /// A cell that is not just digits: its end.
    fn other(&mut self, row: usize, column: usize, at: usize) -> Result<usize, Fault> {
        let Dialect { delimiter, decimal } = self.layout.dialect;
        let (text, end) =
            cell(self.bytes, at, delimiter).expect("blocks of whole records close their quotes");
        let kind = self.layout.kinds[column];
        let missing = kind != Kind::Skip && self.layout.options.is_missing(&text);
        match &mut self.columns[column] {
            Cells::None => {}
            Cells::Text(levels) => {
                let code = if missing {
                    Data::MISSING
                } else {
                    levels.code(&String::from_utf8_lossy(&text))
                };
                levels.codes.push(code);
            }
            Cells::Numbers(numbers) => {
                let value = match kind {
                    _ if missing => Some(f64::NAN),
                    Kind::Boolean => boolean(&text),
                    _ => number::whole(&text, decimal),
                };
                match value {
                    Some(x) if self.layout.gaps.contains(&x) => numbers.push(f64::NAN),
                    Some(x) if x.is_finite() || missing => numbers.push(x),
                    Some(_) => return Err(Fault::NotFinite { column, text: printed(&text) }),
                    None => {
                        if self.misfits.iter().all(|m| m.1 != column) {
                            self.misfits.push((row, column, printed(&text)));
                        }
                        numbers.push(f64::NAN);
                    }
                }
            }
        }
        Ok(end)
    }
}

#[inline]
fn ends(bytes: &[u8], at: usize, delimiter: u8) -> bool {
    bytes.get(at).is_none_or(|&b| b == delimiter || is_line_end(b))
}

/// 1 for `true` and 0 for `false`, in any case.
pub(super) fn boolean(cell: &[u8]) -> Option<f64> {
    if cell.eq_ignore_ascii_case(b"true") {
        Some(1.0)
    } else {
        cell.eq_ignore_ascii_case(b"false").then_some(0.0)
    }
}

/// A cell for people, cut where it is long.
fn printed(cell: &[u8]) -> String {
    super::printed(&String::from_utf8_lossy(cell))
}

impl Layout {
    /// The error of a fault in `row` of the data, from 0; the block starts at byte `offset` of the file.
    pub(super) fn error(&self, row: usize, fault: &Fault, offset: u64) -> Error {
        let row = row + 1;
        match fault {
            Fault::Cells(count) => self.ragged(row, *count),
            Fault::NotFinite { column, text } => {
                let name = &self.names[*column];
                wrong(format!("row {row}, column `{name}`: '{text}' is not a finite number"))
                    .hint("a gap is an empty cell or NA; `--na WORD` names another word for it")
            }
            Fault::Encoding { at } => {
                wrong(format!("byte {} in row {row} is not UTF-8", offset + *at as u64))
                    .hint("`--encoding latin1`")
            }
        }
    }

    fn ragged(&self, row: usize, count: usize) -> Error {
        let expected = self.names.len();
        let fields = if count == 1 { "field" } else { "fields" };
        let first = if self.options.has_header == Some(false) { "the first row" } else { "header" };
        let error = wrong(format!("row {row} has {count} {fields}, {first} has {expected}"));
        let Dialect { delimiter, decimal } = self.dialect;
        if row == 1 && count == expected + 1 {
            error.hint("the first column seems to have no name: add one to the header")
        } else if count > expected && delimiter == decimal {
            error.hint("a number with a decimal comma has to stand in quotes")
        } else if count > expected {
            error
                .hint(format!("a cell that contains `{}` has to stand in quotes", shown(delimiter)))
        } else {
            error.hint(format!(
                "cells are cut at `{}`; `--delimiter` gives another one, and a gap keeps its delimiter",
                shown(delimiter)
            ))
        }
    }

    /// The error of a cell that is no number in a column of numbers.
    pub(super) fn misfit(&self, row: usize, column: usize, text: &str) -> Error {
        not_a_number(row, &self.names[column], text, self.dialect.decimal)
    }
}

/// A delimiter for people.
pub(super) fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' { "tab".into() } else { char::from(delimiter).into() }
}

/// The error of a text in `row`, from 0, where a number is wanted, and what may be done about it.
pub(super) fn not_a_number(row: usize, column: &str, text: &str, decimal: u8) -> Error {
    let error = wrong(format!("row {}, column `{column}`: '{text}' is not a number", row + 1));
    let other = if decimal == b'.' { b',' } else { b'.' };
    if number::whole(text.as_bytes(), other).is_some_and(f64::is_finite) {
        return error.hint(format!("`--decimal {}` reads it as one", char::from(other)));
    }
    let grouped: Vec<u8> = text.bytes().filter(|&b| b != b',' || decimal == b',').collect();
    if grouped.len() < text.len() && number::whole(&grouped, decimal).is_some() {
        return error.hint("write numbers without signs between thousands");
    }
    error.hint(format!("`--drop {column}` or `--categorical {column}`"))
}
