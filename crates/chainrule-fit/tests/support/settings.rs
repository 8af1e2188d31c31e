//! Tables and starting points in a line.

use chainrule_fit::{Column, NonlinearOptions, Table};

/// A table of columns of numbers.
pub(crate) fn table(columns: &[(&str, &[f64])]) -> Table {
    let columns = columns.iter().map(|(name, c)| Column::numbers(*name, c.to_vec())).collect();
    Table::new(columns).expect("columns of one length")
}

/// Options that begin at these values.
pub(crate) fn start(values: &[(&str, f64)]) -> NonlinearOptions {
    let start = values.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect();
    NonlinearOptions { start, ..NonlinearOptions::default() }
}
