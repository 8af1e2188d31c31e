//! The rows of a file as tables of a few thousand rows each.

use super::collect::{Levels, translated};
use super::parse::{Kind, Parsed};
use super::text::TextReader;
use super::{Column, Data, Table};
use chainrule::Error;
use std::collections::VecDeque;

/// The rows of a text file in blocks.
pub(super) struct TextBlocks {
    pub(super) reader: TextReader,
    pub(super) levels: Vec<Levels>,
    pub(super) ready: VecDeque<Parsed>,
    pub(super) is_over: bool,
}

impl Iterator for TextBlocks {
    type Item = Result<Table, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        if self.ready.is_empty() {
            match self.reader.batch() {
                Ok(Some(batch)) => self.ready.extend(batch),
                Ok(None) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        let table = self.ready.pop_front().map(|parsed| self.table(parsed));
        self.is_over |= matches!(table, Some(Err(_)));
        self.reader.show_progress();
        table
    }
}

impl TextBlocks {
    fn table(&mut self, parsed: Parsed) -> Result<Table, Error> {
        let first_row = self.reader.rows;
        let layout = &self.reader.layout;
        if let Some((row, column, text)) = parsed.misfits.iter().min()
            && parsed.fault.as_ref().is_none_or(|(faulty, _)| row <= faulty)
        {
            return Err(layout.misfit(first_row + row, *column, text));
        }
        if let Some(error) = self.reader.take(&parsed) {
            return Err(error);
        }
        let layout = &self.reader.layout;
        let mut columns = Vec::new();
        for (i, data) in parsed.columns.into_iter().enumerate() {
            let data = match (layout.kinds[i], data) {
                (Kind::Skip, _) => continue,
                (_, Data::Text { levels, codes }) => {
                    let codes = translated(&mut self.levels[i], &levels, codes);
                    Data::Text { levels: self.levels[i].texts.clone(), codes }
                }
                (_, numbers) => numbers,
            };
            columns.push(Column { name: layout.names[i].clone(), data });
        }
        Ok(Table { columns, rows: parsed.rows, first_row, decimal: layout.dialect.decimal })
    }
}
