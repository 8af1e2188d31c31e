//! Parquet and Arrow files: typed columns in batches.

use super::collect::Levels;
use super::options::ReadOptions;
use super::parse::Kind;
use super::progress::{Estimate, Progress, Show};
use super::reader::Rows;
use super::{Column, Data, Table, check_names, printed, wrong};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Schema};
use chainrule::Error;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Rows of a batch of a Parquet file.
const BATCH: usize = 1 << 14;

/// A file of typed columns.
pub(super) struct ColumnReader {
    file: Format,
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// The types that are neither numbers nor text, by column.
    unreadable: Vec<Option<String>>,
    size: u64,
    rows: Option<u64>,
    progress: Option<Show>,
}

enum Format {
    Parquet(ParquetRecordBatchReaderBuilder<File>),
    Arrow(File),
}

/// The file at `path`, if it is a Parquet or an Arrow file.
pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Option<ColumnReader>, Error> {
    let Ok(mut file) = File::open(path) else { return Ok(None) };
    let mut mark = [0; 6];
    let is_file = file.metadata().is_ok_and(|about| about.is_file());
    if !is_file || file.read_exact(&mut mark).is_err() || file.rewind().is_err() {
        return Ok(None);
    }
    let size = file.metadata().map_or(0, |about| about.len());
    if mark.starts_with(b"PAR1") {
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(&e.to_string()))?;
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).ok();
        let schema = builder.schema().clone();
        return ColumnReader::new(Format::Parquet(builder), &schema, size, rows, options).map(Some);
    }
    if mark == *b"ARROW1" {
        let reader = arrow_ipc::reader::FileReader::try_new(file, None)
            .map_err(|e| damaged(&e.to_string()))?;
        let schema = reader.schema();
        let file =
            File::open(path).map_err(|e| wrong(format!("cannot read {}: {e}", path.display())))?;
        return ColumnReader::new(Format::Arrow(file), &schema, size, None, options).map(Some);
    }
    Ok(None)
}

fn damaged(what: &str) -> Error {
    wrong(format!("the file is damaged: {}", printed(what)))
}

impl ColumnReader {
    fn new(
        file: Format,
        schema: &Schema,
        size: u64,
        rows: Option<u64>,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let fields = schema.fields();
        let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
        check_names(&names)?;
        options.check(&names)?;
        if rows == Some(0) {
            return Err(wrong("no data rows").hint("the file has only names"));
        }
        let found = fields.iter().map(|field| kind(field.data_type()));
        let unreadable = fields.iter().zip(found.clone());
        let unreadable =
            unreadable.map(|(f, kind)| kind.is_none().then(|| f.data_type().to_string()));
        let kinds = found.zip(&names).map(|(kind, name)| match kind {
            _ if options.drop.contains(name) => Kind::Skip,
            Some(_) if options.categorical.contains(name) => Kind::Text,
            Some(kind) => kind,
            None => Kind::Text,
        });
        Ok(ColumnReader {
            file,
            kinds: kinds.collect(),
            unreadable: unreadable.collect(),
            names,
            size,
            rows,
            progress: None,
        })
    }

    /// The batches of the columns that are read.
    fn start(self) -> Result<Batches, Error> {
        let chosen: Vec<usize> =
            (0..self.kinds.len()).filter(|&i| self.kinds[i] != Kind::Skip).collect();
        for &i in &chosen {
            if let Some(what) = &self.unreadable[i] {
                let name = &self.names[i];
                let error = wrong(format!("column `{name}` is {what}: neither numbers nor text"));
                return Err(error.hint(format!("`--drop {name}`")));
            }
        }
        let batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send> = match self
            .file
        {
            Format::Parquet(builder) => {
                let mask = ProjectionMask::roots(builder.parquet_schema(), chosen.iter().copied());
                let reader = builder.with_projection(mask).with_batch_size(BATCH).build();
                Box::new(reader.map_err(|e| damaged(&e.to_string()))?)
            }
            Format::Arrow(file) => {
                let reader = arrow_ipc::reader::FileReader::try_new(file, Some(chosen.clone()));
                Box::new(reader.map_err(|e| damaged(&e.to_string()))?)
            }
        };
        Ok(Batches {
            batches,
            levels: chosen.iter().map(|_| Levels::default()).collect(),
            names: chosen.iter().map(|&i| self.names[i].clone()).collect(),
            kinds: chosen.iter().map(|&i| self.kinds[i]).collect(),
            row: 0,
            size: self.size,
            rows: self.rows,
            progress: self.progress,
        })
    }
}

/// What a column of that type is read as; `None` if it is neither numbers nor text. Dates are text.
fn kind(of: &DataType) -> Option<Kind> {
    match of {
        DataType::Boolean => Some(Kind::Boolean),
        DataType::Dictionary(_, values) => kind(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Kind::Text),
        // A column of nulls.
        DataType::Null => Some(Kind::Number),
        _ if of.is_numeric() => Some(Kind::Number),
        _ if of.is_temporal() => Some(Kind::Text),
        _ => None,
    }
}

impl Rows for ColumnReader {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn notes(&self) -> &[String] {
        &[]
    }

    fn keep(&mut self, keep: &[bool]) {
        for (kind, _) in self.kinds.iter_mut().zip(keep).filter(|(_, keep)| !**keep) {
            *kind = Kind::Skip;
        }
    }

    fn estimate(&self) -> Option<Estimate> {
        self.rows.map(|rows| Estimate { rows, bytes: 0 }.of(&self.kinds))
    }

    fn on_progress(&mut self, show: Show) {
        self.progress = Some(show);
    }

    fn table(self: Box<Self>) -> Result<Table, Error> {
        let mut batches = self.start()?;
        let mut columns: Vec<Cells> = batches.kinds.iter().map(|&kind| Cells::new(kind)).collect();
        while let Some(more) = batches.next_cells() {
            for (all, more) in columns.iter_mut().zip(more?) {
                all.append(more);
            }
        }
        if batches.row == 0 {
            return Err(wrong("no data rows").hint("the file has only names"));
        }
        Ok(batches.table(columns, 0))
    }

    fn blocks(self: Box<Self>) -> Box<dyn Iterator<Item = Result<Table, Error>> + Send> {
        match self.start() {
            Ok(mut batches) => Box::new(std::iter::from_fn(move || {
                let first = batches.row;
                let cells = batches.next_cells()?;
                Some(cells.map(|cells| batches.table(cells, first)))
            })),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

/// A file that is being read.
struct Batches {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    names: Vec<String>,
    kinds: Vec<Kind>,
    levels: Vec<Levels>,
    /// Rows that were read.
    row: usize,
    size: u64,
    rows: Option<u64>,
    progress: Option<Show>,
}

/// Cells of a column; texts as the codes of its levels.
enum Cells {
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
}

impl Cells {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Cells::Codes(Vec::new()),
            _ => Cells::Numbers(Vec::new()),
        }
    }

    fn append(&mut self, more: Cells) {
        match (self, more) {
            (Cells::Numbers(all), Cells::Numbers(more)) => all.extend_from_slice(&more),
            (Cells::Codes(all), Cells::Codes(more)) => all.extend_from_slice(&more),
            _ => unreachable!("a column has one kind"),
        }
    }
}

impl Batches {
    fn next_cells(&mut self) -> Option<Result<Vec<Cells>, Error>> {
        let batch = match self.batches.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(damaged(&error.to_string()))),
        };
        let mut cells = Vec::with_capacity(self.names.len());
        for i in 0..self.names.len() {
            match self.cells(i, batch.column(i)) {
                Ok(column) => cells.push(column),
                Err(error) => return Some(Err(error)),
            }
        }
        self.row += batch.num_rows();
        if let Some(show) = &mut self.progress {
            let part = self.rows.map_or(0.0, |rows| self.row as f64 / rows.max(1) as f64);
            #[expect(clippy::cast_sign_loss, reason = "a part of a size is not negative")]
            let bytes = (part * self.size as f64) as u64;
            show(Progress { rows: self.row, bytes, of: self.rows.map(|_| self.size) });
        }
        Some(Ok(cells))
    }

    fn cells(&mut self, column: usize, array: &ArrayRef) -> Result<Cells, Error> {
        let convert = |to| arrow_cast::cast(array, to).map_err(|e| damaged(&e.to_string()));
        if self.kinds[column] == Kind::Text {
            let texts = convert(&DataType::LargeUtf8)?;
            let levels = &mut self.levels[column];
            let code = |text: Option<&str>| text.map_or(Data::MISSING, |text| levels.code(text));
            return Ok(Cells::Codes(texts.as_string::<i64>().iter().map(code).collect()));
        }
        let numbers = convert(&DataType::Float64)?;
        let numbers = numbers.as_primitive::<Float64Type>();
        let mut cells = Vec::with_capacity(numbers.len());
        for (i, x) in numbers.iter().enumerate() {
            if x.is_some_and(|x| !x.is_finite()) {
                let (row, name, x) = (self.row + i + 1, &self.names[column], x.unwrap_or_default());
                let error =
                    wrong(format!("row {row}, column `{name}`: '{x}' is not a finite number"));
                return Err(error.hint("a gap is a null"));
            }
            cells.push(x.unwrap_or(f64::NAN));
        }
        Ok(Cells::Numbers(cells))
    }

    fn table(&self, columns: Vec<Cells>, first_row: usize) -> Table {
        let rows = self.row - first_row;
        let named = self.names.iter().zip(&self.levels).zip(columns);
        let columns = named.map(|((name, levels), cells)| {
            let data = match cells {
                Cells::Numbers(numbers) => Data::Numbers(numbers),
                Cells::Codes(codes) => Data::Text { levels: levels.texts.clone(), codes },
            };
            Column { name: name.clone(), data }
        });
        Table { columns: columns.collect(), rows, first_row, decimal: b'.' }
    }
}
