//! A file of rows: what it looks like is found first, then it is read as a whole or block by block.

use super::blocks::TableBlocks;
use super::collect::{Collected, Levels};
use super::options::ReadOptions;
use super::parse::{Kind, Layout, Parsed, parse};
use super::progress::{Estimate, Progress};
use super::source::{self, Block, Blocks, Input};
use super::{Column, Table, position, wrong};
use chainrule::Error;
use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file of rows whose first block was looked at: its columns are known, its rows are still to be read.
///
/// ```
/// use chainrule_fit::{ReadOptions, Reader};
/// let text = "city;t\nOslo;3,5\nRome;12,5\n";
/// let mut reader = Reader::new(text.as_bytes(), &ReadOptions::default())?;
/// assert_eq!(reader.names(), ["city", "t"]);
/// assert_eq!(reader.notes(), ["read with delimiter `;`, decimal comma"]);
/// reader.select(&["t"])?;
/// assert_eq!(reader.table()?.numbers("t")?, [3.5, 12.5]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Reader {
    pub(super) blocks: Blocks,
    pub(super) layout: Layout,
    /// The file, if it can be read once more.
    pub(super) path: Option<PathBuf>,
    pub(super) notes: Vec<String>,
    pub(super) estimate: Option<Estimate>,
    pub(super) rows: usize,
    pub(super) expected_rows: usize,
    pub(super) fault: Option<source::Fault>,
    pub(super) progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

impl Reader {
    /// Opens a file, or standard input for `-`, and looks at its first block.
    ///
    /// # Errors
    ///
    /// If it cannot be opened (a near name is suggested), is no text, has no rows, a column without distinct name,
    /// or names that look like data; if an option names a column that there is not.
    pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        let input = source::open(path)?;
        let can_repeat = input.size.is_some();
        let mut reader = Reader::start(input, options)?;
        reader.path = can_repeat.then(|| path.to_owned());
        Ok(reader)
    }

    /// Looks at the first block of anything that can be read once.
    ///
    /// # Errors
    ///
    /// As for [`open`](Reader::open).
    pub fn new(input: impl Read + Send + 'static, options: &ReadOptions) -> Result<Self, Error> {
        Reader::start(Input { read: Box::new(input), size: None }, options)
    }

    /// Names of all columns of the file.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.layout.names
    }

    /// What was detected and what is unusual, a sentence each, for people.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Reads these columns only. What is not read costs neither memory nor complaints about its cells.
    ///
    /// # Errors
    ///
    /// If a column is not there or was dropped; a near name is suggested.
    pub fn select(&mut self, names: &[impl AsRef<str>]) -> Result<(), Error> {
        let mut keep = vec![false; self.layout.names.len()];
        for name in names {
            let i = position(&self.layout.names, name.as_ref())?;
            if self.layout.options.drop.iter().any(|d| d == name.as_ref()) {
                let error = wrong(format!("column `{}` is needed and dropped", name.as_ref()));
                return Err(error.hint(format!("leave out `--drop {}`", name.as_ref())));
            }
            keep[i] = true;
        }
        for (kind, keep) in self.layout.kinds.iter_mut().zip(keep) {
            if !keep {
                *kind = Kind::Skip;
            }
        }
        Ok(())
    }

    /// How many rows there are and how much memory [`table`](Reader::table) will take. `None` where the size is not
    /// known: for standard input and pipes.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join("chainrule-estimate.csv");
    /// # std::fs::write(&path, "x,y\n1,2\n3,4\n").expect("the temporary folder takes files");
    /// let reader = chainrule_fit::Reader::open(&path, &Default::default())?;
    /// let estimate = reader.estimate().expect("a file has a size");
    /// assert_eq!((estimate.rows, estimate.bytes), (2, 32));
    /// assert_eq!(estimate.to_string(), "about 2 rows, 32 bytes of memory");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        let width: u64 = self
            .layout
            .kinds
            .iter()
            .map(|kind| match kind {
                Kind::Skip => 0,
                Kind::Number | Kind::Boolean => 8,
                Kind::Text => 4,
            })
            .sum();
        self.estimate.map(|e| Estimate { bytes: e.rows.saturating_mul(width), ..e })
    }

    /// Calls `show` after every few blocks.
    pub fn on_progress(&mut self, show: impl FnMut(Progress) + Send + 'static) {
        self.progress = Some(Box::new(show));
    }

    /// Reads all rows.
    ///
    /// A column that looked like numbers in the first block and holds text later is text: a file is read a second
    /// time for it.
    ///
    /// # Errors
    ///
    /// If a row has another number of cells than the header, a number is infinite or NaN, a quote is not closed, or
    /// the bytes are not in the encoding. If such a late text comes from what can be read only once.
    pub fn table(mut self) -> Result<Table, Error> {
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

    /// Reads the file once more with the columns of `misfits` as text.
    fn again(mut self, path: &Path, misfits: &[(usize, usize, String)]) -> Result<Table, Error> {
        let kinds = std::mem::take(&mut self.layout.kinds);
        let mut reader = Reader::open(path, &self.layout.options)?;
        if reader.layout.names != self.layout.names {
            return Err(wrong(format!("{} changed while it was read", path.display())));
        }
        reader.layout.kinds = kinds;
        reader.progress = self.progress;
        for (_, column, _) in misfits {
            reader.layout.kinds[*column] = Kind::Text;
        }
        reader.table()
    }

    /// Reads the rows block by block, in memory for a few blocks. Texts keep their codes from block to block.
    #[must_use]
    pub fn blocks(self) -> TableBlocks {
        let levels = self.layout.kinds.iter().map(|_| Levels::default()).collect();
        TableBlocks { reader: self, levels, ready: VecDeque::new(), is_over: false }
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
