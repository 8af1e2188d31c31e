//! A file of rows: what it looks like is found first, then it is read as a whole or block by block.

use super::options::ReadOptions;
use super::progress::{Estimate, Progress, Show};
use super::text::TextReader;
use super::{Table, position, wrong};
use chainrule::Error;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

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
    rows: Box<dyn Rows>,
    drop: Vec<String>,
}

/// Rows in some format.
pub(super) trait Rows: Send {
    fn names(&self) -> &[String];
    fn notes(&self) -> &[String];
    /// Leaves out the columns whose flag is not set.
    fn keep(&mut self, keep: &[bool]);
    fn estimate(&self) -> Option<Estimate>;
    fn on_progress(&mut self, show: Show);
    fn table(self: Box<Self>) -> Result<Table, Error>;
    fn blocks(self: Box<Self>) -> Box<dyn Iterator<Item = Result<Table, Error>> + Send>;
}

impl Reader {
    /// Opens a file, or standard input for `-`, and looks at its first block. With the feature `parquet` that may be
    /// a Parquet or an Arrow file too.
    ///
    /// # Errors
    ///
    /// If it cannot be opened (a near name is suggested), is no text, has no rows, a column without distinct name,
    /// or names that look like data; if an option names a column that there is not.
    pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        #[cfg(feature = "parquet")]
        if let Some(rows) = super::columnar::open(path, options)? {
            return Ok(Reader { rows: Box::new(rows), drop: options.drop.clone() });
        }
        Ok(Reader { rows: Box::new(TextReader::open(path, options)?), drop: options.drop.clone() })
    }

    /// Looks at the first block of any text that can be read once.
    ///
    /// # Errors
    ///
    /// As for [`open`](Reader::open).
    pub fn new(input: impl Read + Send + 'static, options: &ReadOptions) -> Result<Self, Error> {
        Ok(Reader { rows: Box::new(TextReader::new(input, options)?), drop: options.drop.clone() })
    }

    /// Names of all columns of the file.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.rows.names()
    }

    /// What was detected and what is unusual, a sentence each, for people.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.rows.notes()
    }

    /// Reads these columns only. What is not read costs neither memory nor complaints about its cells.
    ///
    /// # Errors
    ///
    /// If a column is not there or was dropped; a near name is suggested.
    pub fn select(&mut self, names: &[impl AsRef<str>]) -> Result<(), Error> {
        let all = self.rows.names();
        let places: HashMap<&str, usize> =
            all.iter().zip(0..).map(|(name, i)| (name.as_str(), i)).collect();
        let mut keep = vec![false; all.len()];
        for name in names.iter().map(AsRef::as_ref) {
            let place = match places.get(name) {
                Some(&place) => place,
                None => position(all, name)?,
            };
            if self.drop.iter().any(|d| d == name) {
                let error = wrong(format!("column `{name}` is needed and dropped"));
                return Err(error.hint(format!("leave out `--drop {name}`")));
            }
            keep[place] = true;
        }
        self.rows.keep(&keep);
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
        self.rows.estimate()
    }

    /// Calls `show` after every few blocks.
    pub fn on_progress(&mut self, show: impl FnMut(Progress) + Send + 'static) {
        self.rows.on_progress(Box::new(show));
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
    pub fn table(self) -> Result<Table, Error> {
        self.rows.table()
    }

    /// Reads the rows block by block, in memory for a few blocks. Texts keep their codes from block to block.
    ///
    /// A text in a column that looked like numbers in the first block is an error here.
    #[must_use]
    pub fn blocks(self) -> TableBlocks {
        TableBlocks(self.rows.blocks())
    }
}

/// The rows of a file in blocks, each a [`Table`] of about the bytes that [`ReadOptions::block_bytes`] says.
///
/// A text has the same code in every block: the levels of a block are those of all blocks up to it.
///
/// ```
/// use chainrule_fit::{ReadOptions, Reader};
/// let text = String::from("x\n1\n2\n3\n") + &"4\n".repeat(100_000);
/// let reader = Reader::new(std::io::Cursor::new(text), &ReadOptions { block_bytes: 1000, ..Default::default() })?;
/// let mut sum = 0.0;
/// for block in reader.blocks() {
///     sum += block?.numbers("x")?.iter().sum::<f64>();
/// }
/// assert_eq!(sum, 400_006.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct TableBlocks(Box<dyn Iterator<Item = Result<Table, Error>> + Send>);

impl Iterator for TableBlocks {
    type Item = Result<Table, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}
