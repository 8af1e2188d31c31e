//! A text file of rows: blocks are parsed on all threads and joined in their order.

use super::blocks::TextBlocks;
use super::collect::{Collected, Levels};
use super::options::ReadOptions;
use super::parse::{Kind, Layout, Parsed, parse};
use super::progress::{Estimate, Progress, Show};
use super::reader::Rows;
use super::source::{self, Block, Blocks, Input};
use super::{Column, Table, wrong};
use chainrule::Error;
use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A text file whose first block was looked at.
pub(super) struct TextReader {
    pub(super) blocks: Blocks,
    pub(super) layout: Layout,
    /// The file, if it can be read once more.
    pub(super) path: Option<PathBuf>,
    pub(super) notes: Vec<String>,
    pub(super) estimate: Option<Estimate>,
    pub(super) rows: usize,
    pub(super) expected_rows: usize,
    pub(super) fault: Option<source::Fault>,
    pub(super) progress: Option<Show>,
}

impl TextReader {
    pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        let input = source::open(path)?;
        let can_repeat = input.size.is_some();
        let mut reader = TextReader::start(input, options)?;
        reader.path = can_repeat.then(|| path.to_owned());
        Ok(reader)
    }

    pub(super) fn new(
        input: impl Read + Send + 'static,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        TextReader::start(Input { read: Box::new(input), size: None }, options)
    }

    /// Reads the file once more with the columns of `misfits` as text.
    fn again(
        mut self: Box<Self>,
        path: &Path,
        misfits: &[(usize, usize, String)],
    ) -> Result<Table, Error> {
        let kinds = std::mem::take(&mut self.layout.kinds);
        let mut reader = TextReader::open(path, &self.layout.options)?;
        if reader.layout.names != self.layout.names {
            return Err(wrong(format!("{} changed while it was read", path.display())));
        }
        reader.layout.kinds = kinds;
        reader.progress = self.progress;
        for (_, column, _) in misfits {
            reader.layout.kinds[*column] = Kind::Text;
        }
        Box::new(reader).table()
    }

    /// Parses as many blocks as there are threads; `None` at the end.
    pub(super) fn batch(&mut self) -> Result<Option<Vec<Parsed>>, Error> {
        if let Some(fault) = self.fault.take() {
            return Err(self.source_error(fault));
        }
        let threads = self.layout.options.thread_count();
        let mut blocks = Vec::with_capacity(threads);
        while blocks.len() < threads {
            match self.blocks.next() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(fault) => {
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        if blocks.is_empty() {
            return match self.fault.take() {
                Some(fault) => Err(self.source_error(fault)),
                None => Ok(None),
            };
        }
        let (layout, expected) = (&self.layout, self.expected_rows);
        let read = |block: Block| parse(&block, layout, expected);
        let parsed: Vec<Parsed> = if let [_] = blocks[..] {
            blocks.into_iter().map(read).collect()
        } else {
            std::thread::scope(|scope| {
                let running: Vec<_> =
                    blocks.into_iter().map(|block| scope.spawn(move || read(block))).collect();
                let finished = running.into_iter().map(std::thread::ScopedJoinHandle::join);
                finished.map(|p| p.expect("parsing does not panic")).collect()
            })
        };
        self.expected_rows = parsed.iter().map(|p| p.rows).max().unwrap_or(0) + 1;
        Ok(Some(parsed))
    }

    /// Counts the rows of a block; its error if it has one.
    pub(super) fn take(&mut self, parsed: &Parsed) -> Option<Error> {
        let base = self.rows;
        self.rows += parsed.rows;
        let (row, fault) = parsed.fault.as_ref()?;
        Some(self.layout.error(base + row, fault, parsed.offset))
    }

    fn source_error(&self, fault: source::Fault) -> Error {
        match fault {
            source::Fault::Read(error) => error,
            source::Fault::OpenQuote => {
                wrong(format!("the quote that opens in row {} is never closed", self.rows + 1))
                    .hint("a quote within a cell is doubled, and the cell stands in quotes")
            }
        }
    }

    pub(super) fn next_block(&mut self) -> Result<Option<Block>, Error> {
        self.blocks.next().map_err(|fault| self.source_error(fault))
    }

    pub(super) fn show_progress(&mut self) {
        if let Some(show) = &mut self.progress {
            show(Progress {
                rows: self.rows,
                bytes: self.blocks.position(),
                of: self.blocks.file_size(),
            });
        }
    }
}

impl Rows for TextReader {
    fn names(&self) -> &[String] {
        &self.layout.names
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn keep(&mut self, keep: &[bool]) {
        for (kind, _) in self.layout.kinds.iter_mut().zip(keep).filter(|(_, keep)| !**keep) {
            *kind = Kind::Skip;
        }
    }

    fn estimate(&self) -> Option<Estimate> {
        self.estimate.map(|estimate| estimate.of(&self.layout.kinds))
    }

    fn on_progress(&mut self, show: Show) {
        self.progress = Some(show);
    }

    fn table(mut self: Box<Self>) -> Result<Table, Error> {
        let mut columns: Vec<Collected> =
            self.layout.kinds.iter().map(|k| Collected::new(*k)).collect();
        let mut misfits: Vec<(usize, usize, String)> = Vec::new();
        while let Some(batch) = self.batch()? {
            for parsed in batch {
                let base = self.rows;
                if let Some(error) = self.take(&parsed) {
                    return Err(error);
                }
                for (row, column, text) in parsed.misfits {
                    if misfits.iter().all(|m| m.1 != column) {
                        misfits.push((base + row, column, text));
                    }
                }
                for (column, data) in columns.iter_mut().zip(parsed.columns) {
                    column.append(data);
                }
            }
            self.show_progress();
        }
        if let Some((row, column, text)) = misfits.first() {
            return match self.path.take() {
                Some(path) => self.again(&path, &misfits),
                None => Err(self.layout.misfit(*row, *column, text)),
            };
        }
        let named = std::mem::take(&mut self.layout.names).into_iter().zip(columns);
        let columns =
            named.filter_map(|(name, column)| Some(Column { name, data: column.data()? }));
        Ok(Table {
            columns: columns.collect(),
            rows: self.rows,
            first_row: 0,
            decimal: self.layout.dialect.decimal,
        })
    }

    fn blocks(self: Box<Self>) -> Box<dyn Iterator<Item = Result<Table, Error>> + Send> {
        let levels = self.layout.kinds.iter().map(|_| Levels::default()).collect();
        Box::new(TextBlocks { reader: *self, levels, ready: VecDeque::new(), is_over: false })
    }
}
