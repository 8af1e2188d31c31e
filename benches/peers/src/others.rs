//! Peers that are no Rust crates: shared objects, and a Python process.

use crate::native::Library;
use crate::python::Python;
use crate::timing::Entry;

/// Those that were asked for on the command line.
#[derive(Default)]
pub struct Others {
    libraries: Vec<Library>,
    python: Option<Python>,
}

impl Others {
    pub fn new(
        libraries: &[String],
        python: Option<&str>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let libraries = libraries.iter().map(|l| Library::open(l)).collect::<Result<_, _>>()?;
        Ok(Others { libraries, python: python.map(Python::start).transpose()? })
    }

    /// All of them on a workload with this data, at a point.
    pub fn entries<'a>(
        &self,
        workload: &str,
        data: &[f64],
        at: &'a [f64],
    ) -> Result<Vec<Entry<'a>>, Box<dyn std::error::Error>> {
        let native = self.libraries.iter().flat_map(|l| l.entries(workload, data, at));
        let mut entries: Vec<Entry<'a>> = native.collect();
        if let Some(python) = &self.python {
            entries.extend(python.entries(workload, data, at)?);
        }
        Ok(entries)
    }
}
