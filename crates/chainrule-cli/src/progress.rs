//! A line on a terminal's stderr that says how far a long run is.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// The line. It is taken away when it is dropped.
pub(crate) struct Progress {
    is_wanted: bool,
    shown: bool,
    next: Instant,
}

impl Progress {
    /// A line for a run that begins now; nothing is shown if `is_quiet` or stderr is no terminal.
    pub(crate) fn new(is_quiet: bool) -> Self {
        Progress {
            is_wanted: !is_quiet && io::stderr().is_terminal(),
            shown: false,
            // Shorter runs need no progress.
            next: Instant::now() + Duration::from_millis(500),
        }
    }

    /// Shows the text, if the last one was not shown just now.
    pub(crate) fn show(&mut self, text: impl FnOnce() -> String) {
        if self.is_wanted && Instant::now() >= self.next {
            self.next = Instant::now() + Duration::from_millis(100);
            self.shown = true;
            let _ = write!(io::stderr(), "\r\x1b[K{}", text());
        }
    }

    /// Takes the line away.
    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
