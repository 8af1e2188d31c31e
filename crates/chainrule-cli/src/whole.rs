//! Files that are written whole or not at all: a temporary file beside the old one, then a rename.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way. Dropped before [`WholeFile::finish`], it leaves what was there before.
pub(crate) struct WholeFile {
    out: BufWriter<File>,
    /// The temporary file and the one that it becomes; none for a device or a pipe.
    rename: Option<(PathBuf, PathBuf)>,
}

impl WholeFile {
    /// Begins a file at `path`; a device or a pipe is written to as it is.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        if is_special(path) {
            let file = File::options().write(true).open(path)?;
            return Ok(WholeFile { out: BufWriter::new(file), rename: None });
        }
        // A link stays a link to the new file.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut temporary = path.clone().into_os_string();
        temporary.push(format!(".{}.part", std::process::id()));
        let temporary = PathBuf::from(temporary);
        let file = File::create_new(&temporary)?;
        Ok(WholeFile { out: BufWriter::new(file), rename: Some((temporary, path)) })
    }

    /// Puts the file in its place.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        if let Some((temporary, path)) = &self.rename {
            // A full disk may show only here.
            self.out.get_ref().sync_all()?;
            std::fs::rename(temporary, path)?;
        }
        self.rename = None;
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.rename {
            // What was there before is untouched; a half-written file helps nobody.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Whether the path is a device or a pipe, which is written to and never replaced.
pub(crate) fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}
