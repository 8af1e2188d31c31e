//! Where predictions go as they come: a file, stdout, or the JSON document.

use super::Args;
use super::predictor::{Answer, Cells};
use crate::fit::quoted;
use crate::output::{Output, Result, cannot_write};
use crate::whole::WholeFile;
use chainrule::expression::number;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

/// A table of predictions under way.
pub(super) struct Sink<'a> {
    path: Option<(&'a Path, WholeFile)>,
    header: Vec<String>,
    /// For the JSON document.
    rows: Vec<Value>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(args: &'a Args, header: Vec<String>, output: &mut Output) -> Result<Self> {
        let path = match args.output.as_deref().filter(|path| *path != Path::new("-")) {
            Some(path) => {
                Some((path, WholeFile::create(path).map_err(|e| cannot_write(path, &e))?))
            }
            None => None,
        };
        let mut sink = Sink { path, header, rows: Vec::new() };
        let names: Vec<String> = sink.header.iter().map(|name| quoted(name)).collect();
        sink.write(&format!("row,{}\n", names.join(",")), output)?;
        Ok(sink)
    }

    /// Adds the rows of a block.
    pub(super) fn add(&mut self, answer: &Answer, output: &mut Output) -> Result<()> {
        if output.is_json() {
            let rows = answer.rows.iter().enumerate();
            self.rows.extend(rows.map(|(i, row)| object(&self.header, answer, i, *row)));
        }
        let mut text = String::new();
        for (i, row) in answer.rows.iter().enumerate() {
            text += &(row + 1).to_string();
            for column in &answer.columns {
                text.push(',');
                match column {
                    Cells::Numbers(numbers) => text += &number(numbers[i]),
                    Cells::Names(names) => text += &quoted(&names[i]),
                }
            }
            text.push('\n');
        }
        self.write(&text, output)
    }

    fn write(&mut self, text: &str, output: &mut Output) -> Result<()> {
        match &mut self.path {
            Some((path, file)) => {
                file.write_all(text.as_bytes()).map_err(|e| cannot_write(path, &e))
            }
            None if output.is_json() => Ok(()),
            None => output.raw(text.as_bytes()),
        }
    }

    /// Puts the file in its place, or the rows into the document.
    pub(super) fn finish(self, output: &mut Output) -> Result<()> {
        output.set("predictions", self.rows);
        match self.path {
            Some((path, file)) => file.finish().map_err(|e| cannot_write(path, &e)),
            None => Ok(()),
        }
    }
}

fn object(header: &[String], answer: &Answer, i: usize, row: usize) -> Value {
    let mut object = Map::from_iter([("row".to_owned(), json!(row + 1))]);
    for (name, column) in header.iter().zip(&answer.columns) {
        let cell = match column {
            Cells::Numbers(numbers) => json!(numbers[i]),
            Cells::Names(names) => json!(names[i]),
        };
        object.insert(name.clone(), cell);
    }
    object.into()
}
