//! Columns of data in memory: numbers, or text kept as levels and codes.

use chainrule::error::{Error, ErrorKind, closest};

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
        for (i, column) in columns.iter().enumerate() {
            if columns[..i].iter().any(|c| c.name == column.name) {
                let message = format!("two columns are named `{}`", column.name);
                return Err(Error::new(ErrorKind::Data, message));
            }
            if column.data.len() != rows {
                let message = format!(
                    "column `{}` has {} rows, `{}` has {rows}",
                    column.name,
                    column.data.len(),
                    columns[0].name
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
        }
        Ok(Table { columns, rows })
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

    /// The column of that name.
    ///
    /// # Errors
    ///
    /// If there is none; a close spelling is suggested.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        self.columns.iter().find(|c| c.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
            let error = Error::new(
                ErrorKind::Data,
                format!("no column `{name}`; there are {}", names.join(", ")),
            );
            match closest(name, names) {
                Some(close) => error.hint(format!("did you mean `{close}`?")),
                None => error,
            }
        })
    }

    /// The numbers of the column of that name.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it holds text.
    pub fn numbers(&self, name: &str) -> Result<&[f64], Error> {
        match &self.column(name)?.data {
            Data::Numbers(numbers) => Ok(numbers),
            Data::Text { .. } => {
                let message = format!("column `{name}` holds text, not numbers");
                Err(Error::new(ErrorKind::Data, message))
            }
        }
    }
}
