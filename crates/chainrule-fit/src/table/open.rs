//! The first look at a file: its signs, its names, what its columns hold.

use super::cells::{record, skip_blank};
use super::detect::Dialect;
use super::options::ReadOptions;
use super::parse::{Kind, Layout, boolean, shown};
use super::progress::Estimate;
use super::source::{Blocks, Input};
use super::text::TextReader;
use super::{check_names, listed, number, wrong};
use chainrule::Error;

impl TextReader {
    pub(super) fn start(input: Input, options: &ReadOptions) -> Result<Self, Error> {
        let mut blocks = Blocks::new(input, options.encoding, options.block_bytes);
        let mut found = Vec::new();
        let start = blocks.peek()?;
        refuse_other_formats(start)?;
        let has_mark = start.starts_with(b"\xef\xbb\xbf");
        let start = &start[3 * usize::from(has_mark)..];
        let dialect = Dialect::detect(start, options);
        if options.delimiter.is_none() && dialect.delimiter != b',' {
            found.push(format!("delimiter `{}`", shown(dialect.delimiter)));
        }
        if options.decimal.is_none() && dialect.decimal == b',' {
            found.push("decimal comma".into());
        }
        if has_mark {
            found.push("byte order mark".into());
        }
        if start.windows(2).any(|pair| pair == b"\r\n") {
            found.push("CRLF line ends".into());
        }
        blocks.skip(3 * usize::from(has_mark));
        blocks.set_delimiter(dialect.delimiter);
        let mut notes = Vec::new();
        if !found.is_empty() {
            notes.push(format!("read with {}", found.join(", ")));
        }
        let gaps = options.missing_markers.iter();
        let gaps = gaps.filter_map(|m| number::whole(m.trim().as_bytes(), dialect.decimal));
        let layout = Layout {
            dialect,
            names: Vec::new(),
            kinds: Vec::new(),
            gaps: gaps.collect(),
            options: options.clone(),
        };
        let mut reader = TextReader {
            blocks,
            layout,
            path: None,
            notes,
            estimate: None,
            rows: 0,
            expected_rows: 0,
            fault: None,
            progress: None,
        };
        reader.header()?;
        reader.kinds()?;
        Ok(reader)
    }

    /// Takes the names from the first record, or gives names.
    fn header(&mut self) -> Result<(), Error> {
        let delimiter = self.layout.dialect.delimiter;
        let Some(mut block) = self.next_block()? else {
            return Err(wrong("no data rows").hint("the file is empty"));
        };
        let Some((cells, end)) = record(&block.bytes, 0, delimiter) else {
            return Err(wrong("no data rows").hint("there is nothing but empty lines"));
        };
        if self.layout.options.has_header == Some(false) {
            self.layout.names = (1..=cells.len()).map(|i| format!("x{i}")).collect();
            self.blocks.put_back(block);
        } else {
            if let Err(error) = str::from_utf8(&block.bytes[..end]) {
                let at = block.offset + error.valid_up_to() as u64;
                let error = wrong(format!("byte {at} in the header is not UTF-8"));
                return Err(error.hint("`--encoding latin1`"));
            }
            let numbers = cells.iter().filter(|c| self.layout.dialect.is_number(c)).count();
            if self.layout.options.has_header.is_none() && numbers > 0 {
                if numbers == cells.len() {
                    let error = wrong("first row looks like data");
                    return Err(error.hint("`--no-header` names the columns x1, x2, …"));
                }
                let count = cells.len();
                self.notes.push(format!(
                    "{numbers} of {count} column names look like numbers; if the first row is data: `--no-header`"
                ));
            }
            let names = cells.iter().map(|c| String::from_utf8_lossy(c).into_owned());
            self.layout.names = names.collect();
            self.name_unnamed();
            block.offset += end.min(block.bytes.len()) as u64;
            block.bytes.drain(..end.min(block.bytes.len()));
            self.blocks.put_back(block);
        }
        check_names(&self.layout.names)?;
        self.layout.options.check(&self.layout.names)
    }

    /// Row numbers that other programs write stand in a column without name.
    fn name_unnamed(&mut self) {
        for i in 0..self.layout.names.len() {
            if self.layout.names[i].is_empty() {
                self.layout.names[i] = format!("column{}", i + 1);
                self.notes.push(format!("column {0} has no name; it is called column{0}", i + 1));
            }
        }
    }

    /// Finds what the columns hold, from the first block of rows.
    fn kinds(&mut self) -> Result<(), Error> {
        let Some(block) = self.next_block()? else {
            return Err(wrong("no data rows").hint("the file has only a header"));
        };
        let delimiter = self.layout.dialect.delimiter;
        let mut seen = vec![Seen::default(); self.layout.names.len()];
        let (mut rows, mut at) = (0_u64, 0);
        while let Some((cells, next)) = record(&block.bytes, at, delimiter) {
            for (seen, cell) in seen.iter_mut().zip(&cells) {
                seen.look_at(cell, &self.layout);
            }
            rows += 1;
            at = next;
        }
        if skip_blank(&block.bytes, 0) == block.bytes.len() {
            return Err(wrong("no data rows").hint("the file has only a header"));
        }
        let options = &self.layout.options;
        let kind = |(name, seen): (&String, &Seen)| {
            if options.drop.contains(name) {
                Kind::Skip
            } else if options.categorical.contains(name) {
                Kind::Text
            } else {
                seen.kind()
            }
        };
        self.layout.kinds = self.layout.names.iter().zip(&seen).map(kind).collect();
        let booleans: Vec<String> =
            self.named(Kind::Boolean).map(|name| format!("`{name}`")).collect();
        if !booleans.is_empty() {
            self.notes.push(format!("true and false are read as 1 and 0 in {}", listed(&booleans)));
        }
        self.expected_rows = rows as usize;
        self.estimate = self.blocks.file_size().map(|size| {
            let data = size.saturating_sub(block.offset);
            let length = (block.bytes.len() as u64).max(1);
            // The whole file in one block: a last line without end was counted one byte longer.
            let rows = if data <= length {
                rows
            } else {
                (u128::from(data) * u128::from(rows) / u128::from(length)) as u64
            };
            Estimate { rows, bytes: 0 }
        });
        self.blocks.put_back(block);
        Ok(())
    }

    fn named(&self, kind: Kind) -> impl Iterator<Item = &String> {
        self.layout
            .names
            .iter()
            .zip(&self.layout.kinds)
            .filter(move |(_, k)| **k == kind)
            .map(|(n, _)| n)
    }
}

/// What was seen in a column.
#[derive(Clone, Copy, Default)]
struct Seen {
    number: bool,
    boolean: bool,
    text: bool,
}

impl Seen {
    fn look_at(&mut self, cell: &[u8], layout: &Layout) {
        if layout.options.is_missing(cell) {
        } else if number::whole(cell, layout.dialect.decimal).is_some() {
            self.number = true;
        } else if boolean(cell).is_some() {
            self.boolean = true;
        } else {
            self.text = true;
        }
    }

    fn kind(self) -> Kind {
        match self {
            Seen { text: true, .. } | Seen { number: true, boolean: true, .. } => Kind::Text,
            Seen { boolean: true, .. } => Kind::Boolean,
            _ => Kind::Number,
        }
    }
}

/// Files that are no text have a word of their own.
fn refuse_other_formats(start: &[u8]) -> Result<(), Error> {
    const BINARY: &str = if cfg!(feature = "parquet") {
        "give it as a file: it cannot be read from standard input"
    } else {
        "a build with the feature `parquet` reads it"
    };
    const FORMATS: [(&[u8], &str, &str); 6] = [
        (b"PAR1", "a Parquet file", BINARY),
        (b"ARROW1", "an Arrow file", BINARY),
        (b"\x1f\x8b", "compressed with gzip", "`gunzip -c FILE | chainrule … -` reads it"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet", "save the sheet as CSV"),
        (b"\xff\xfe", "UTF-16", "`iconv -f UTF-16 -t UTF-8 FILE` converts it"),
        (b"\xfe\xff", "UTF-16", "`iconv -f UTF-16 -t UTF-8 FILE` converts it"),
    ];
    match FORMATS.iter().find(|(mark, _, _)| start.starts_with(mark)) {
        Some((_, what, remedy)) => Err(wrong(format!("the file is {what}")).hint(*remedy)),
        None => Ok(()),
    }
}
