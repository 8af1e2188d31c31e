//! The data file: how it is read, what is said of it, how far it is.

use crate::output::{Output, Result, library_failure};
use chainrule::expression::grouped;
use chainrule_fit::{Encoding, Missing, Progress, ReadOptions, Reader};
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Tables above this are announced before they are read.
const ANNOUNCED: u64 = 1_000_000_000;

/// A file of rows, and how it is read
#[derive(ClapArgs)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataArgs {
    /// Rows with a name for each column; `-` is stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Columns that are not read; may be repeated
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub(crate) drop: Vec<String>,
    /// Columns of numbers that are categories; may be repeated
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub(crate) categorical: Vec<String>,
    /// What a gap does: error, drop (the row is left out) or mean (filled with the column's mean)
    #[arg(long, value_name = "error|drop|mean", value_parser = missing)]
    pub(crate) missing: Option<Missing>,
    /// Cells that are gaps, beside empty ones and NA
    #[arg(long, value_name = "TEXT,…", value_delimiter = ',')]
    pub(crate) na: Vec<String>,
    /// Between cells: a character, or tab; detected
    #[arg(long, value_name = "CHAR", value_parser = delimiter, allow_hyphen_values = true)]
    pub(crate) delimiter: Option<u8>,
    /// Decimal sign, `.` or `,`; detected
    #[arg(long, value_name = "CHAR", value_parser = decimal)]
    pub(crate) decimal: Option<u8>,
    /// utf-8 or latin1
    #[arg(long, value_name = "NAME", default_value = "utf-8", value_parser = encoding)]
    pub(crate) encoding: Encoding,
    /// The first row is data; columns are called x1, x2 …
    #[arg(long)]
    pub(crate) no_header: bool,
}

impl DataArgs {
    /// How the file is read.
    pub(crate) fn options(&self, threads: Option<usize>) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            decimal: self.decimal,
            has_header: self.no_header.then_some(false),
            encoding: self.encoding,
            missing_markers: self.na.clone(),
            categorical: self.categorical.clone(),
            drop: self.drop.clone(),
            threads,
            ..ReadOptions::default()
        }
    }

    /// The name of the file for people.
    pub(crate) fn name(&self) -> String {
        match self.file.file_name() {
            Some(name) if self.file.as_os_str() != "-" => name.to_string_lossy().into_owned(),
            _ => "stdin".to_owned(),
        }
    }

    /// Opens the file and says what was detected.
    pub(crate) fn open(&self, options: &ReadOptions, output: &mut Output) -> Result<Reader> {
        let reader = Reader::open(&self.file, options);
        let mut reader = reader.map_err(|e| library_failure(&e, ""))?;
        for note in reader.notes() {
            output.note(&format!("{}: {note}", self.name()));
        }
        let mut line = output.progress_line();
        reader.on_progress(move |progress| line.show(|| far(progress)));
        Ok(reader)
    }
}

/// How far the reading is, for a line of progress.
fn far(progress: Progress) -> String {
    let rows = grouped(progress.rows);
    match progress.of {
        Some(of) if of > 0 => {
            let part = 100.0 * progress.bytes as f64 / of as f64;
            format!("reading: {rows} rows, {part:.0} %")
        }
        _ => format!("reading: {rows} rows"),
    }
}

/// Says how much memory the rows will take, where that is much.
pub(crate) fn announce(reader: &Reader, output: &mut Output) {
    if let Some(estimate) = reader.estimate().filter(|e| e.bytes > ANNOUNCED) {
        output.note(&format!("this model needs all rows at once: {estimate}"));
    }
}

fn delimiter(text: &str) -> std::result::Result<u8, String> {
    ReadOptions::parse_delimiter(text).map_err(|e| e.to_string())
}

fn decimal(text: &str) -> std::result::Result<u8, String> {
    ReadOptions::parse_decimal(text).map_err(|e| e.to_string())
}

fn encoding(text: &str) -> std::result::Result<Encoding, String> {
    text.parse().map_err(|e: chainrule::Error| e.to_string())
}

fn missing(text: &str) -> std::result::Result<Missing, String> {
    text.parse().map_err(|e: chainrule::Error| e.to_string())
}
