//! Memory of earlier calls, kept for the next one: what a call allocates may take longer than its work.

use std::sync::{Mutex, PoisonError};

/// What waits for the next call, one piece for each thread that was at work at the same time.
#[derive(Debug, Default)]
pub(crate) struct Spare<T>(Mutex<Vec<T>>);

impl<T: Default> Spare<T> {
    /// What an earlier call left, or a new one.
    pub(crate) fn take(&self) -> T {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_default()
    }

    pub(crate) fn put_back(&self, used: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }

    /// Runs `f` with a piece that no other thread has.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let mut piece = self.take();
        let result = f(&mut piece);
        self.put_back(piece);
        result
    }
}
