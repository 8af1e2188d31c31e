//! Threads that wait between calls, so that a call need not start them.
//!
//! A call offers its work to the waiting threads and begins with it itself. When it finds nothing
//! left to do it withdraws the offer and waits only for threads that accepted it: one that a busy
//! machine never woke costs nothing.
//!
//! To wake a sleeping thread takes some 40 µs, which is half of many a call. So a thread that has
//! nothing to do looks out for work for a moment before it sleeps, as does the caller for the end.

#![expect(unsafe_code, reason = "threads that outlive a call run work that borrows from it")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// No more threads are started than this.
const MOST: usize = 256;

/// How long a thread looks out before it sleeps: the time to wake it. An optimiser's next call comes sooner.
const LOOKOUT: Duration = Duration::from_micros(50);

type Work<'w> = dyn Fn() + Sync + 'w;

#[derive(Default)]
struct State {
    /// The work of the call that has the pool now.
    work: Option<&'static Work<'static>>,
    /// Threads that may still accept it.
    places: usize,
    /// Whether the work panicked on one of them.
    panicked: bool,
    threads: usize,
}

static STATE: Mutex<State> =
    Mutex::new(State { work: None, places: 0, panicked: false, threads: 0 });
static OFFERED: Condvar = Condvar::new();
static FINISHED: Condvar = Condvar::new();

/// Offers made so far, and threads that are at work: changed under the lock, looked at without it too.
static OFFERS: AtomicUsize = AtomicUsize::new(0);
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Threads that the machine runs at once.
static PROCESSORS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// Looks out until `is_over`, for a moment at most. Where there are more `threads` than processors, one that looks
/// would keep another from its work.
fn look_out(threads: usize, is_over: impl Fn() -> bool) {
    if threads >= *PROCESSORS {
        return;
    }
    let begun = Instant::now();
    while !is_over() && begun.elapsed() < LOOKOUT {
        std::hint::spin_loop();
    }
}

fn is_active() -> bool {
    ACTIVE.load(Ordering::Acquire) > 0
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on this thread, and at the same time on up to `helpers` others; every run of it must
/// return when nothing is left to do. While another call has the threads, on this one alone.
///
/// # Panics
///
/// If `work` panics on any thread.
pub(super) fn run(helpers: usize, work: &Work<'_>) {
    let offer = if helpers == 0 { None } else { Offer::new(helpers, work) };
    work();
    drop(offer);
}

/// The pool's threads may run the work for as long as this lives.
struct Offer;

impl Offer {
    fn new(helpers: usize, work: &Work<'_>) -> Option<Self> {
        let mut state = state();
        if state.work.is_some() {
            return None;
        }
        while state.threads < helpers.min(MOST) {
            let name = "chainrule kernel".to_owned();
            if std::thread::Builder::new().name(name).spawn(wait_for_work).is_err() {
                break;
            }
            state.threads += 1;
        }
        // SAFETY: the reference is handed to threads that are counted as active while they use it,
        // and `drop` withdraws it and waits until none is. `Offer` is dropped before `run` returns
        // or unwinds, so before `work` ends.
        let work = unsafe { std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
        (state.work, state.places) = (Some(work), helpers);
        OFFERS.fetch_add(1, Ordering::Release);
        drop(state);
        if helpers == 1 {
            OFFERED.notify_one();
        } else {
            OFFERED.notify_all();
        }
        Some(Offer)
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let mut state = state();
        state.places = 0;
        if is_active() {
            let threads = state.threads;
            drop(state);
            look_out(threads, || !is_active());
            state = self::state();
        }
        while is_active() {
            state = FINISHED.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.work = None;
        let panicked = std::mem::take(&mut state.panicked);
        drop(state);
        assert!(!panicked || std::thread::panicking(), "a thread of the kernel panicked");
    }
}

fn wait_for_work() {
    let mut now = state();
    let mut has_looked = false;
    loop {
        let Some(work) = now.work.filter(|_| now.places > 0) else {
            if has_looked {
                now = OFFERED.wait(now).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (threads, seen) = (now.threads, OFFERS.load(Ordering::Acquire));
                drop(now);
                look_out(threads, || OFFERS.load(Ordering::Acquire) != seen);
                now = state();
                has_looked = true;
            }
            continue;
        };
        has_looked = false;
        now.places -= 1;
        ACTIVE.fetch_add(1, Ordering::Relaxed);
        drop(now);
        let is_fine = catch_unwind(AssertUnwindSafe(work)).is_ok();
        now = state();
        now.panicked |= !is_fine;
        if ACTIVE.fetch_sub(1, Ordering::Release) == 1 {
            FINISHED.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_piece_of_work_is_done_once_whoever_does_it() {
        for helpers in [0, 1, 3] {
            for pieces in [0, 1, 50] {
                let (next, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
                run(helpers, &|| {
                    while let Some(piece) =
                        Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&i| i < pieces)
                    {
                        // A call inside a call finds the threads taken.
                        run(2, &|| ());
                        sum.fetch_add(piece, Ordering::Relaxed);
                    }
                });
                assert_eq!(sum.into_inner(), (0..pieces).sum::<usize>());
            }
        }
    }

    #[test]
    fn a_panic_of_a_thread_reaches_the_caller_and_the_pool_goes_on() {
        let found = std::panic::catch_unwind(|| {
            let entered = AtomicUsize::new(0);
            run(1, &|| {
                let first = entered.fetch_add(1, Ordering::SeqCst) == 0;
                assert!(first, "the second to enter");
                while entered.load(Ordering::SeqCst) < 2 {
                    std::thread::yield_now();
                }
            });
        });
        assert!(found.is_err());
        run(1, &|| ());
    }
}
