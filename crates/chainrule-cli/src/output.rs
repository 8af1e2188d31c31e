//! Where the answer goes and where everything else goes: stdout, stderr, files, exit codes.

use crate::arguments::{Color, OutputArgs};
use crate::progress::Progress;
use crate::whole::{WholeFile, is_special};
use chainrule::expression;
use chainrule::{Error, ErrorKind};
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::Path;

/// Ran, but the answer is bad: not converged, diverged, a check failed.
pub(crate) const BAD_ANSWER: u8 = 1;
/// Wrong usage or formula.
pub(crate) const USAGE: u8 = 2;
/// Input data that cannot be read.
pub(crate) const DATA: u8 = 3;
/// NaN or infinity.
pub(crate) const VALUE: u8 = 4;
/// A file cannot be written.
pub(crate) const WRITE: u8 = 5;
/// Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// First entry of every JSON document.
pub(crate) const SCHEMA: &str = "chainrule/1";

/// Why a run ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of stdout went away: nothing to say.
    ClosedPipe,
    /// An error message and the exit code that goes with it; an empty message was said already.
    Reported { code: u8, message: String },
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A failure with exit code `code`.
pub(crate) fn failure(code: u8, message: impl Into<String>) -> Failure {
    Failure::Reported { code, message: message.into() }
}

/// An error of the library, with the caret under the place in `source`.
pub(crate) fn library_failure(error: &Error, source: &str) -> Failure {
    failure(exit_code(error), error.render(source))
}

/// The only map from the library's kinds of error to exit codes.
fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Value | ErrorKind::BranchChanged => VALUE,
        ErrorKind::Undetermined => BAD_ANSWER,
        ErrorKind::Format | ErrorKind::Data => DATA,
        _ => USAGE,
    }
}

/// The answer under way: text to stdout as it comes, or one JSON document at the end.
pub(crate) struct Output {
    out: BufWriter<Stdout>,
    json: Option<Map<String, Value>>,
    issues: Vec<Value>,
    digits: Option<usize>,
    exact: bool,
    quiet: bool,
    color: bool,
    progress: Progress,
}

/// Significant digits for people when nobody says how many.
const DIGITS: usize = 6;

impl Output {
    pub(crate) fn new(args: &OutputArgs) -> Self {
        let color = match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
                io::stderr().is_terminal() && !plain
            }
        };
        Output {
            out: BufWriter::new(io::stdout()),
            json: args.json.then(document),
            issues: Vec::new(),
            digits: args.digits,
            exact: args.exact,
            quiet: args.quiet,
            color,
            progress: Progress::new(args.quiet),
        }
    }

    /// Whether the answer is a JSON document, so that nothing else may go to stdout.
    pub(crate) fn is_json(&self) -> bool {
        self.json.is_some()
    }

    /// A number for people: six digits, or as many as were asked for.
    pub(crate) fn number(&self, x: f64) -> String {
        self.number_in(x, DIGITS)
    }

    /// A number for people in `digits` digits, unless the user asked for another precision.
    pub(crate) fn number_in(&self, x: f64, digits: usize) -> String {
        if self.exact {
            expression::number(x)
        } else {
            expression::significant(x, self.digits.unwrap_or(digits))
        }
    }

    /// A number with a fixed count of decimals, unless the user asked for another precision.
    pub(crate) fn fixed(&self, x: f64, decimals: usize) -> String {
        if self.exact || self.digits.is_some() { self.number(x) } else { format!("{x:.decimals$}") }
    }

    /// Significant digits of numbers for people; 17 tell any two numbers apart.
    pub(crate) fn digits(&self) -> usize {
        if self.exact { 17 } else { self.digits.unwrap_or(DIGITS) }
    }

    /// A line of the answer, for people.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<()> {
        if self.is_json() { Ok(()) } else { self.raw(format!("{text}\n").as_bytes()) }
    }

    /// Lines of the answer, for people, as they are.
    pub(crate) fn text(&mut self, text: &str) -> Result<()> {
        let text = text.trim_end_matches('\n');
        if text.is_empty() { Ok(()) } else { self.line(text) }
    }

    /// Bytes of the answer that are neither text for people nor the JSON document.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|e| stdout_failure(&e))
    }

    /// One line of JSON, written at once so that a reader can follow the run.
    pub(crate) fn json_line(&mut self, entries: Map<String, Value>) -> Result<()> {
        let mut line = document();
        line.extend(entries);
        self.raw(format!("{}\n", Value::from(line)).as_bytes())?;
        self.flush()
    }

    /// An entry of the answer, for programs.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        if let Some(document) = &mut self.json {
            document.insert(key.into(), value.into());
        }
    }

    /// A number of the answer, for programs: one that is not finite is `null`, and an entry in
    /// `issues` says which.
    pub(crate) fn set_number(&mut self, key: &str, x: f64) {
        let x = self.json_number(key, x);
        self.set(key, x);
    }

    /// Numbers by name, for programs.
    pub(crate) fn set_numbers(&mut self, key: &str, what: &str, entries: &[(String, f64)]) {
        let entries = self.json_numbers(what, entries);
        self.set(key, entries);
    }

    /// A number as JSON; `what` names it in `issues` if it is not finite.
    pub(crate) fn json_number(&mut self, what: &str, x: f64) -> Value {
        if self.is_json() && !x.is_finite() {
            let text = expression::significant(x, DIGITS);
            self.issue("not finite", &format!("{what} is {text}"));
        }
        json!(x)
    }

    /// Numbers by name as JSON.
    pub(crate) fn json_numbers(&mut self, what: &str, entries: &[(String, f64)]) -> Value {
        let mut map = Map::new();
        for (name, x) in entries {
            map.insert(name.clone(), self.json_number(&format!("{what} {name}"), *x));
        }
        map.into()
    }

    /// An entry of `issues`: the first line is the message, what follows it a hint.
    fn issue(&mut self, kind: &str, text: &str) {
        let (message, hint) = text.split_once('\n').map_or((text, None), |(m, h)| (m, Some(h)));
        let mut issue = json!({ "kind": kind, "message": message });
        if let Some(hint) = hint {
            issue["hint"] = hint.split('\n').map(str::trim).collect::<Vec<_>>().join("; ").into();
        }
        self.issues.push(issue);
    }

    /// An entry of `issues` about a place in a formula.
    fn issue_at(&mut self, kind: &str, error: &Error) {
        let mut issue = json!({ "kind": kind, "message": error.message() });
        if let Some(span) = error.span() {
            issue["span"] = json!([span.start, span.end]);
        }
        if let Some(hint) = error.remedy() {
            issue["hint"] = hint.into();
        }
        self.issues.push(issue);
    }

    /// Something to know beside the answer: stderr, and `issues` of the JSON document.
    pub(crate) fn warn(&mut self, message: &str) {
        self.issue("warning", message);
        if !self.quiet {
            self.say("warning", "33", message);
        }
    }

    /// Something that people were told already: `issues` of the JSON document only.
    pub(crate) fn record(&mut self, message: &str) {
        self.issue("warning", message);
    }

    /// A warning about a place in a formula.
    pub(crate) fn warn_at(&mut self, error: &Error, source: &str) {
        self.issue_at("warning", error);
        if !self.quiet {
            self.say("warning", "33", &error.render(source));
        }
    }

    /// Something to know that is no problem: stderr only.
    pub(crate) fn note(&mut self, message: &str) {
        if !self.quiet {
            self.print_to_stderr(&format!("{message}\n"));
        }
    }

    /// The reason for a failure; `--quiet` leaves it.
    pub(crate) fn error(&mut self, message: &str) {
        if !message.is_empty() {
            self.say("error", "31", message);
        }
    }

    fn say(&mut self, word: &str, color: &str, message: &str) {
        if self.color {
            self.print_to_stderr(&format!("\x1b[1;{color}m{word}\x1b[0m: {message}\n"));
        } else {
            self.print_to_stderr(&format!("{word}: {message}\n"));
        }
    }

    /// How far a long run is, on one line of a terminal's stderr.
    pub(crate) fn progress(&mut self, text: impl FnOnce() -> String) {
        self.progress.show(text);
    }

    /// Takes the progress line away.
    pub(crate) fn end_progress(&mut self) {
        self.progress.end();
    }

    /// A line of progress of its own, for a part of the run that cannot see this output.
    pub(crate) fn progress_line(&self) -> Progress {
        Progress::new(self.quiet)
    }

    /// Digits that the user asked for: `--exact` means 17.
    pub(crate) fn chosen_digits(&self) -> Option<usize> {
        if self.exact { Some(17) } else { self.digits }
    }

    /// Text to stderr, after what was written to stdout before it. Whoever closed stderr does not
    /// want to hear of it.
    fn print_to_stderr(&mut self, text: &str) {
        let _ = self.out.flush();
        let _ = io::stderr().write_all(text.as_bytes());
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out.flush().map_err(|e| stdout_failure(&e))
    }

    /// Writes the JSON document, if that is the answer and there is one.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if let Some(mut document) = self.json.take() {
            let has_answer = document.len() > 1;
            document.insert("issues".into(), std::mem::take(&mut self.issues).into());
            if has_answer {
                self.raw(format!("{:#}\n", Value::from(document)).as_bytes())?;
            }
        }
        self.flush()
    }

    /// Gives the answer so far, then fails with `code`: the message goes to stderr and `issues`.
    pub(crate) fn finish_with(&mut self, code: u8, message: impl Into<String>) -> Result<()> {
        let message = message.into();
        self.issue("error", &message);
        self.finish()?;
        Err(failure(code, message))
    }

    /// Gives the answer so far, then fails with an error about a place in a formula, and what more
    /// there is to say of it.
    pub(crate) fn finish_with_error(
        &mut self,
        error: &Error,
        source: &str,
        more: &str,
    ) -> Result<()> {
        self.issue_at("error", error);
        self.finish()?;
        Err(failure(exit_code(error), error.render(source) + more))
    }

    /// Writes a file whole or not at all: a temporary file beside it, then a rename. `-` is stdout.
    pub(crate) fn file(&mut self, path: &Path, bytes: &[u8], force: bool) -> Result<()> {
        if path == Path::new("-") {
            return self.raw(bytes);
        }
        check_free(path, force)?;
        let written = WholeFile::create(path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.finish()
        });
        written.map_err(|e| cannot_write(path, &e))
    }
}

/// Refuses what [`Output::file`] would refuse: better before a long run than after it.
pub(crate) fn check_free(path: &Path, force: bool) -> Result<()> {
    if path == Path::new("-") || is_special(path) {
        return Ok(());
    }
    if !force && path.symlink_metadata().is_ok() {
        let message = format!("{} exists; give --force to replace it", path.display());
        return Err(failure(WRITE, message));
    }
    match path.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            let message = format!("cannot write {}: no such folder", path.display());
            Err(failure(WRITE, message))
        }
        _ if path.is_dir() => {
            Err(failure(WRITE, format!("cannot write {}: it is a folder", path.display())))
        }
        _ => Ok(()),
    }
}

/// A file that cannot be written.
pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    failure(WRITE, format!("cannot write {}: {error}", path.display()))
}

fn stdout_failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::ClosedPipe
    } else {
        failure(WRITE, format!("cannot write the answer: {error}"))
    }
}

fn document() -> Map<String, Value> {
    Map::from_iter([("schema".to_owned(), SCHEMA.into())])
}
