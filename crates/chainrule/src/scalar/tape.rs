//! The recordings of a thread: a stack, so that one may be made within another.

use crate::graph::Graph;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

thread_local! {
    static TAPES: RefCell<Vec<(u32, Graph)>> = const { RefCell::new(Vec::new()) };
}

/// The number of the next recording, whatever the thread.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A recording that goes on; it ends where this is dropped, also in a panic.
pub(super) struct Tape {
    id: u32,
}

impl Tape {
    /// Begins a recording on this thread.
    pub(super) fn open() -> Self {
        // 0 stands for no recording. After 2³² of them a number comes again.
        let next = || NEXT.fetch_add(1, Ordering::Relaxed);
        let id = Some(next()).filter(|&id| id != 0).unwrap_or_else(next);
        TAPES.with_borrow_mut(|tapes| tapes.push((id, Graph::new())));
        Tape { id }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        TAPES.with_borrow_mut(|tapes| tapes.retain(|(id, _)| *id != self.id));
    }
}

/// Ends the recording and gives its graph.
pub(super) fn finish(tape: &Tape) -> Graph {
    let taken = TAPES.with_borrow_mut(|tapes| {
        let place = tapes.iter().position(|(id, _)| *id == tape.id);
        place.map(|place| tapes.remove(place).1)
    });
    taken.expect("a recording is there until it ends")
}

/// Runs `f` on the graph of a recording.
///
/// # Panics
///
/// If the recording has ended, or is another thread's.
#[inline]
pub(super) fn with<T>(id: u32, f: impl FnOnce(&Graph) -> T) -> T {
    TAPES.with_borrow(|tapes| match tapes.iter().rev().find(|(tape, _)| *tape == id) {
        Some((_, graph)) => f(graph),
        None => ended(),
    })
}

#[cold]
fn ended() -> ! {
    panic!("a value was used after its recording had ended, or on another thread")
}
