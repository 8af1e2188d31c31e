//! Columns of data in memory, numbers or text kept as levels and codes, and where they come from.

mod blocks;
mod cells;
mod collect;
#[cfg(feature = "parquet")]
mod columnar;
mod detect;
mod number;
mod open;
mod options;
mod parse;
mod progress;
mod reader;
mod source;
mod text;

use chainrule::error::{Error, ErrorKind, closest};
pub use options::{Encoding, MISSING_MARKERS, ReadOptions};
pub use progress::{Estimate, Progress};
pub use reader::{Reader, TableBlocks};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// Named columns of equal length.
///
/// ```
/// use chainrule_fit::{Column, Table};
/// let table = Table::new(vec![Column::numbers("x", vec![1.0, 2.0]), Column::text("city", ["Oslo", "Rome"])])?;
/// assert_eq!(table.rows(), 2);
/// assert_eq!(table.numbers("x")?, [1.0, 2.0]);
/// assert!(table.numbers("city").is_err());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    /// Number of the first row in the file, for a block of it.
    first_row: usize,
    /// The decimal sign that its numbers were written with.
    decimal: u8,
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub data: Data,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Numbers; a missing one is NaN (a file cannot give NaN otherwise).
    Numbers(Vec<f64>),
    /// Text: each row holds the position of its level, in order of first appearance.
    Text {
        /// The distinct texts.
        levels: Vec<String>,
        /// One a row; [`Data::MISSING`] where there is none.
        codes: Vec<u32>,
    },
}

impl Data {
    /// The code of a missing text.
    pub const MISSING: u32 = u32::MAX;

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Data::Numbers(numbers) => numbers.len(),
            Data::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cell of a row is missing.
    #[must_use]
    pub fn is_gap(&self, row: usize) -> bool {
        match self {
            Data::Numbers(numbers) => numbers[row].is_nan(),
            Data::Text { codes, .. } => codes[row] == Data::MISSING,
        }
    }

    /// Number of missing cells.
    #[must_use]
    pub fn gaps(&self) -> usize {
        match self {
            Data::Numbers(numbers) => numbers.iter().filter(|x| x.is_nan()).count(),
            Data::Text { codes, .. } => codes.iter().filter(|&&c| c == Data::MISSING).count(),
        }
    }
}

impl Column {
    /// A column of numbers.
    #[must_use]
    pub fn numbers(name: impl Into<String>, numbers: Vec<f64>) -> Self {
        Column { name: name.into(), data: Data::Numbers(numbers) }
    }

    /// A column of text.
    #[must_use]
    pub fn text<'t>(name: impl Into<String>, cells: impl IntoIterator<Item = &'t str>) -> Self {
        let mut levels: Vec<String> = Vec::new();
        let mut place = std::collections::HashMap::new();
        let codes = cells.into_iter().map(|cell| {
            *place.entry(cell).or_insert_with(|| {
                levels.push(cell.to_owned());
                u32::try_from(levels.len() - 1).expect("fewer than 2^32 levels")
            })
        });
        let codes = codes.collect();
        Column { name: name.into(), data: Data::Text { levels, codes } }
    }
}

impl Table {
    /// A table of these columns.
    ///
    /// # Errors
    ///
    /// If two have one name or their lengths differ.
    pub fn new(columns: Vec<Column>) -> Result<Self, Error> {
        let rows = columns.first().map_or(0, |c| c.data.len());
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        check_names(&names)?;
        for column in &columns {
            if column.data.len() != rows {
                let (name, length) = (&column.name, column.data.len());
                let first = &columns[0].name;
                return Err(wrong(format!(
                    "column `{name}` has {length} rows, `{first}` has {rows}"
                )));
            }
        }
        Ok(Table { columns, rows, first_row: 0, decimal: b'.' })
    }

    /// Reads a file, or standard input for `-`. [`Reader`] also says what was detected, reads some columns only, and
    /// reads block by block.
    ///
    /// # Errors
    ///
    /// As for [`Reader::open`] and [`Reader::table`].
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, Error> {
        Reader::open(path, options)?.table()
    }

    /// Reads rows from anything.
    ///
    /// # Errors
    ///
    /// As for [`Reader::new`] and [`Reader::table`].
    pub fn from_reader(
        input: impl Read + Send + 'static,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        Reader::new(input, options)?.table()
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn into_columns(self) -> impl Iterator<Item = Column> {
        self.columns.into_iter()
    }

    /// The column of that name.
    ///
    /// # Errors
    ///
    /// If there is none; a close spelling is suggested.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        Ok(&self.columns[position(&names, name)?])
    }

    /// The numbers of the column of that name.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it holds text.
    pub fn numbers(&self, name: &str) -> Result<&[f64], Error> {
        match &self.column(name)?.data {
            Data::Numbers(numbers) => Ok(numbers),
            Data::Text { levels, codes } => Err(self.text_as_number(name, levels, codes)),
        }
    }

    fn text_as_number(&self, name: &str, levels: &[String], codes: &[u32]) -> Error {
        let is_text = |code: u32| {
            let text = levels.get(code as usize)?;
            number::whole(text.as_bytes(), self.decimal).is_none().then_some(text)
        };
        match codes.iter().enumerate().find_map(|(row, &code)| Some((row, is_text(code)?))) {
            Some((row, text)) => {
                parse::not_a_number(self.first_row + row, name, &printed(text), self.decimal)
            }
            None => wrong(format!("column `{name}` was read as text"))
                .hint(format!("leave out `--categorical {name}`")),
        }
    }

    /// Number of the first row in the file, from 0: not 0 for later blocks of [`TableBlocks`].
    #[must_use]
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// The table in words: `16 rows, 6 numeric columns, no missing values`. `response` is not counted as a column.
    ///
    /// ```
    /// use chainrule_fit::{Column, Table};
    /// let table = Table::new(vec![Column::numbers("y", vec![1.0, f64::NAN]), Column::text("city", ["Oslo", "Rome"])])?;
    /// assert_eq!(table.summary(Some("y")), "2 rows, 1 text column, 1 missing value");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self, response: Option<&str>) -> String {
        let counted = |is_text: bool| {
            let of_kind =
                self.columns.iter().filter(|c| matches!(c.data, Data::Text { .. }) == is_text);
            of_kind.filter(|c| Some(c.name.as_str()) != response).count()
        };
        let mut parts = vec![counted_as(self.rows, "row", "rows")];
        for (is_text, one, many) in
            [(false, "numeric column", "numeric columns"), (true, "text column", "text columns")]
        {
            match counted(is_text) {
                0 => {}
                count => parts.push(counted_as(count, one, many)),
            }
        }
        parts.push(match self.columns.iter().map(|c| c.data.gaps()).sum() {
            0 => "no missing values".into(),
            gaps => counted_as(gaps, "missing value", "missing values"),
        });
        parts.join(", ")
    }
}

fn counted_as(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", chainrule::expression::grouped(count), if count == 1 { one } else { many })
}

/// An error about data.
pub(crate) fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Data, message)
}

/// Refuses a name that stands twice.
fn check_names(names: &[impl AsRef<str>]) -> Result<(), Error> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        if let Some(earlier) = first.insert(name.as_ref(), i) {
            let (name, earlier, later) = (name.as_ref(), earlier + 1, i + 1);
            let error = wrong(format!("two columns are named `{name}`: {earlier} and {later}"));
            return Err(error.hint(format!("rename one; the columns are {}", listed(names))));
        }
    }
    Ok(())
}

/// Where the column of that name stands.
pub(crate) fn position(names: &[impl AsRef<str>], name: &str) -> Result<usize, Error> {
    names.iter().position(|n| n.as_ref() == name).ok_or_else(|| {
        let error = wrong(format!("no column `{name}`; there are {}", listed(names)));
        match closest(name, names.iter().map(AsRef::as_ref)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}

/// At most so many names are listed in a message.
const LISTED: usize = 12;

/// Names for people, the first ones of many.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    let mut shown: Vec<&str> = names.iter().take(LISTED).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    let rest = format!("{more} more");
    if more > 0 {
        shown.push(&rest);
    }
    shown.join(", ")
}

/// A text from data for people, cut where it is long, on one line.
pub(crate) fn printed(text: &str) -> String {
    const SHOWN: usize = 40;
    let shown: String =
        text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() { shown + "…" } else { shown }
}
