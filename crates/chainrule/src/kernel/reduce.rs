//! Many rows: chunks of a fixed length, and threads that take the next chunk.
//!
//! The result does not depend on how many threads there are or which of them took which chunk.

use super::block::{self, Frame, Group, LANES, Results};
use super::options::Options;
use super::plan::Plan;
use super::pool;
use super::prepared::{Call, Prepared};
use super::tally::{Chunk, Tally};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Rows of a chunk, the unit of work of a thread.
pub(super) const CHUNK: usize = 4096;

/// Operations that are worth a further thread: some 70 µs, as waking one takes 5 to 50.
const WORTH_A_THREAD: usize = 1 << 20;

/// What a run over rows needs to know.
#[derive(Clone, Copy)]
pub(super) struct Run<'r> {
    pub(super) prepared: &'r Prepared,
    pub(super) call: &'r Call,
    pub(super) columns: &'r [&'r [f64]],
    pub(super) rows: usize,
    pub(super) options: Options,
}

/// What one thread works in.
struct Worker<'r> {
    plan: &'r Plan,
    uniforms: &'r [f64],
    frame: Frame,
}

impl<'r> Worker<'r> {
    fn new(run: Run<'_>, plan: &'r Plan, uniforms: &'r [f64]) -> Self {
        let frame = Frame::take(plan, run.options.block_for(plan, run.rows));
        Worker { plan, uniforms, frame }
    }

    /// Leaves its memory to the next call.
    fn put_back(self) {
        self.plan.spare.put_back(self.frame);
    }

    fn sums(&mut self, run: Run<'_>, rows: Range<usize>) -> Vec<f64> {
        let mut lanes = std::mem::take(&mut self.frame.lanes);
        lanes.clear();
        lanes.resize(self.plan.sums, Group([0.0; LANES]));
        let mut results = Results { sums: &mut lanes, stores: &mut [], has_nan: false };
        let (frame, i) = (&mut self.frame, run.options.instructions);
        block::run(i, self.plan, frame, run.columns, rows, self.uniforms, &mut results);
        let sums = lanes.iter().map(fold).collect();
        self.frame.lanes = lanes;
        sums
    }
}

impl Run<'_> {
    fn chunk(self, number: usize) -> Range<usize> {
        number * CHUNK..self.rows.min((number + 1) * CHUNK)
    }

    /// Adds the sums over all rows, chunk by chunk. A chunk that is not full must be the last one.
    pub(super) fn sums(self, tally: &mut Tally) {
        let chunks = self.rows.div_ceil(CHUNK);
        let (first, plan) = (tally.next(), &self.prepared.fast);
        let next = AtomicUsize::new(0);
        let tally = Mutex::new(tally);
        self.on_threads(chunks, || {
            let mut fast = Worker::new(self, plan, &self.call.fast);
            let mut strict: Option<Worker<'_>> = None;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= chunks {
                    fast.put_back();
                    return strict.into_iter().for_each(Worker::put_back);
                }
                let rows = self.chunk(number);
                let sums = fast.sums(self, rows.clone());
                let is_spoilt = plan.is_weak
                    && plan.totals(&sums, &self.call.fast, rows.len()).any(f64::is_nan);
                let chunk = if is_spoilt {
                    let worker = strict.get_or_insert_with(|| {
                        let (plan, uniforms) = self.prepared.strict(self.call);
                        Worker::new(self, plan, uniforms)
                    });
                    let sums = worker.sums(self, rows.clone());
                    Chunk::Strict(worker.plan.totals(&sums, worker.uniforms, rows.len()).collect())
                } else {
                    Chunk::Fast(rows.len(), sums)
                };
                tally.lock().unwrap_or_else(PoisonError::into_inner).add(first + number, chunk);
            }
        });
    }

    /// The plan's output columns, each as long as there are rows; whether there is a NaN in them.
    pub(super) fn columns(self, plan: &Plan, uniforms: &[f64], outputs: &mut [&mut [f64]]) -> bool {
        let has_nan = AtomicBool::new(false);
        let chunks = self.rows.div_ceil(CHUNK);
        let mut parts: Vec<Vec<&mut [f64]>> = (0..chunks).map(|_| Vec::new()).collect();
        for output in outputs {
            for (part, rows) in parts.iter_mut().zip(output.chunks_mut(CHUNK)) {
                part.push(rows);
            }
        }
        let work = Mutex::new(parts.into_iter().enumerate());
        self.on_threads(chunks, || {
            let mut frame = Frame::take(plan, self.options.block_for(plan, self.rows));
            loop {
                let next = work.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((number, mut stores)) = next else {
                    return plan.spare.put_back(frame);
                };
                let mut results = Results { sums: &mut [], stores: &mut stores, has_nan: false };
                let (i, rows) = (self.options.instructions, self.chunk(number));
                block::run(i, plan, &mut frame, self.columns, rows, uniforms, &mut results);
                has_nan.fetch_or(results.has_nan, Ordering::Relaxed);
            }
        });
        has_nan.into_inner()
    }

    /// Runs `worker` on as many threads as asked for, or as the work is worth.
    fn on_threads(self, chunks: usize, worker: impl Fn() + Sync) {
        let threads = self.options.threads.unwrap_or_else(|| {
            let work = self.prepared.fast.work;
            let worth = 1 + self.rows.saturating_mul(work) / WORTH_A_THREAD;
            if worth == 1 {
                return 1;
            }
            std::thread::available_parallelism().map_or(1, usize::from).min(worth)
        });
        pool::run(threads.min(chunks).saturating_sub(1), &worker);
    }
}

/// The sum of the lanes: the same, to the last bit, however they are turned.
fn fold(Group(s): &Group) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}
