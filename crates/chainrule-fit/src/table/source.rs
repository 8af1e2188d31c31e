//! Bytes of a file in blocks of whole records, in UTF-8.

use super::cells::complete;
use super::options::Encoding;
use super::wrong;
use chainrule::Error;
use chainrule::error::closest;
use std::fs::File;
use std::io::{self, ErrorKind as IoError, Read};
use std::path::Path;

/// Where bytes come from, and how many there are if that is known.
pub(super) struct Input {
    pub(super) read: Box<dyn Read + Send>,
    pub(super) size: Option<u64>,
}

/// Names of neighbours that a message lists at most.
const LISTED: usize = 5;

/// Opens a file, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Input, Error> {
    if path == Path::new("-") {
        return Ok(Input { read: Box::new(io::stdin()), size: None });
    }
    let shown = path.display();
    let file = File::open(path).map_err(|error| match error.kind() {
        IoError::NotFound => not_found(path),
        IoError::PermissionDenied => {
            wrong(format!("no permission to read {shown}")).hint(format!("try `chmod +r {shown}`"))
        }
        _ => wrong(format!("cannot read {shown}: {error}")),
    })?;
    let about = file.metadata().map_err(|error| wrong(format!("cannot read {shown}: {error}")))?;
    if about.is_dir() {
        return Err(is_folder(path));
    }
    let size = about.is_file().then_some(about.len());
    Ok(Input { read: Box::new(file), size })
}

fn not_found(path: &Path) -> Error {
    let error = wrong(format!("no file {}", path.display()));
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return error.hint(format!("there is no folder {}", folder.display()));
    }
    let neighbours = file_names(folder);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match closest(&name, neighbours.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {}?", path.with_file_name(near).display())),
        None => error,
    }
}

fn is_folder(path: &Path) -> Error {
    let error = wrong(format!("{} is a directory", path.display()));
    let mut names = file_names(path);
    names.truncate(LISTED);
    if names.is_empty() {
        return error.hint("give a file");
    }
    let names: Vec<String> = names.iter().map(|n| path.join(n).display().to_string()).collect();
    error.hint(format!("give a file in it, such as {}", names.join(", ")))
}

/// Names of the files in a folder, sorted.
fn file_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Blocks of whole records.
pub(super) struct Blocks {
    input: Input,
    encoding: Encoding,
    delimiter: u8,
    /// Bytes of a block, unless a record is longer.
    size: usize,
    /// Read, but not handed out: the start of a record.
    rest: Vec<u8>,
    /// Bytes of the file that were handed out.
    position: u64,
    is_at_end: bool,
}

/// A block of whole records, the last one ended by a line end.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// Where it starts in the file.
    pub(super) offset: u64,
}

/// A record may be so many bytes long; a longer one is a quote that is never closed.
const LONGEST_RECORD: usize = 1 << 28;

impl Blocks {
    /// Blocks of about `size` bytes; the first one is given with the delimiter still to be found in it.
    pub(super) fn new(input: Input, encoding: Encoding, size: usize) -> Self {
        Blocks {
            input,
            encoding,
            delimiter: b',',
            size: size.max(16),
            rest: Vec::new(),
            position: 0,
            is_at_end: false,
        }
    }

    /// Size of the file, if it is known.
    pub(super) fn file_size(&self) -> Option<u64> {
        self.input.size
    }

    /// Bytes handed out.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The first bytes, up to a block, without taking them; at the end of the file followed by a line end.
    pub(super) fn peek(&mut self) -> Result<&[u8], Error> {
        self.fill(self.size)?;
        Ok(&self.rest)
    }

    /// Takes `count` bytes away from the front.
    pub(super) fn skip(&mut self, count: usize) {
        self.rest.drain(..count);
        self.position += count as u64;
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Puts a block back that [`next`](Blocks::next) gave last.
    pub(super) fn put_back(&mut self, block: Block) {
        let later = std::mem::replace(&mut self.rest, block.bytes);
        self.rest.extend_from_slice(&later);
        self.position = block.offset;
    }

    /// Reads until `size` bytes are there or the file ends.
    fn fill(&mut self, size: usize) -> Result<(), Error> {
        let wanted = size.saturating_sub(self.rest.len());
        if self.is_at_end || wanted == 0 {
            return Ok(());
        }
        let start = self.rest.len();
        self.rest.reserve(wanted + 1);
        let read = self.input.read.by_ref().take(wanted as u64).read_to_end(&mut self.rest);
        let read = read.map_err(|error| wrong(format!("cannot read on: {error}")))?;
        if self.encoding == Encoding::Latin1 && !self.rest[start..].is_ascii() {
            let letters = self.rest.split_off(start);
            self.rest.extend_from_slice(from_latin1(&letters).as_bytes());
        }
        if read < wanted {
            self.is_at_end = true;
            if self.rest.last().is_some_and(|&b| b != b'\n') {
                self.rest.push(b'\n');
            }
        }
        Ok(())
    }

    /// The next whole records; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Block>, Fault> {
        let mut size = self.size;
        loop {
            self.fill(size).map_err(Fault::Read)?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            let length = complete(&self.rest, self.delimiter);
            if length > 0 {
                let rest = self.rest.split_off(length);
                let bytes = std::mem::replace(&mut self.rest, rest);
                let offset = self.position;
                self.position += length as u64;
                return Ok(Some(Block { bytes, offset }));
            }
            if self.is_at_end || size > LONGEST_RECORD {
                return Err(Fault::OpenQuote);
            }
            size = 2 * self.rest.len().max(size);
        }
    }
}

/// Why there is no next block.
pub(super) enum Fault {
    /// The file cannot be read on.
    Read(Error),
    /// A quote is not closed in the record that comes next.
    OpenQuote,
}

/// Code page 1252 from 0x80 on, as the WHATWG encoding standard has it; unassigned bytes keep their number.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn from_latin1(bytes: &[u8]) -> String {
    let letter = |&byte: &u8| match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    };
    bytes.iter().map(letter).collect()
}
