//! Many rows: chunks of a fixed length, threads that take the next chunk, and a fixed tree of sums.
//!
//! The result does not depend on how many threads there are or which of them took which chunk.

use super::block::{Frame, LANES, Results};
use super::dispatch;
use super::options::Options;
use super::plan::Plan;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of a chunk, the unit of work of a thread.
const CHUNK: usize = 4096;

/// Operations that are worth a further thread: some 300 µs, as starting one on a busy
/// machine takes long.
const WORTH_A_THREAD: usize = 1 << 22;

/// What a run over rows needs to know.
#[derive(Clone, Copy)]
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan,
    pub(super) uniforms: &'r [f64],
    pub(super) columns: &'r [&'r [f64]],
    pub(super) rows: usize,
    pub(super) options: Options,
}

impl Run<'_> {
    /// The plan's sums over all rows.
    pub(super) fn sums(self) -> Vec<f64> {
        if self.options.block_for(self.plan) == 16 {
            self.sums_by::<16>()
        } else {
            self.sums_by::<64>()
        }
    }

    /// The plan's output columns, each as long as there are rows.
    pub(super) fn columns(self, outputs: &mut [&mut [f64]]) {
        if self.options.block_for(self.plan) == 16 {
            self.columns_by::<16>(outputs);
        } else {
            self.columns_by::<64>(outputs);
        }
    }

    fn chunk(self, number: usize) -> std::ops::Range<usize> {
        number * CHUNK..self.rows.min((number + 1) * CHUNK)
    }

    fn sums_by<const B: usize>(self) -> Vec<f64> {
        let chunks = self.rows.div_ceil(CHUNK);
        let next = AtomicUsize::new(0);
        let done = Mutex::new(vec![Vec::new(); chunks]);
        self.on_threads(chunks, || {
            let mut frame = Frame::<B>::new(self.plan, self.uniforms);
            let mut lanes = vec![[0.0; LANES]; self.plan.sums];
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= chunks {
                    return;
                }
                lanes.fill([0.0; LANES]);
                let mut results = Results { sums: &mut lanes, stores: &mut [] };
                self.step(&mut frame, number, &mut results);
                let sums: Vec<f64> = lanes.iter().map(fold).collect();
                let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                done[number] = sums;
            }
        });
        tree(done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn columns_by<const B: usize>(self, outputs: &mut [&mut [f64]]) {
        let chunks = self.rows.div_ceil(CHUNK);
        let mut parts: Vec<Vec<&mut [f64]>> = (0..chunks).map(|_| Vec::new()).collect();
        for output in outputs {
            for (part, rows) in parts.iter_mut().zip(output.chunks_mut(CHUNK)) {
                part.push(rows);
            }
        }
        let work = Mutex::new(parts.into_iter().enumerate());
        self.on_threads(chunks, || {
            let mut frame = Frame::<B>::new(self.plan, self.uniforms);
            loop {
                let next = work.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some((number, mut stores)) = next else { return };
                let mut results = Results { sums: &mut [], stores: &mut stores };
                self.step(&mut frame, number, &mut results);
            }
        });
    }

    fn step<const B: usize>(
        self,
        frame: &mut Frame<B>,
        number: usize,
        results: &mut Results<'_, '_>,
    ) {
        let instructions = self.options.instructions;
        let rows = self.chunk(number);
        dispatch::run(instructions, self.plan, frame, self.columns, rows, self.uniforms, results);
    }

    /// Runs `worker` on as many threads as asked for, or as the work is worth.
    fn on_threads(self, chunks: usize, worker: impl Fn() + Sync) {
        let threads = self.options.threads.unwrap_or_else(|| {
            let worth = 1 + self.rows.saturating_mul(self.plan.work()) / WORTH_A_THREAD;
            if worth == 1 {
                return 1;
            }
            std::thread::available_parallelism().map_or(1, usize::from).min(worth)
        });
        let threads = threads.min(chunks);
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(&worker);
            }
            worker();
        });
    }
}

/// The sum of the lanes.
fn fold(s: &[f64; LANES]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// Adds neighbours until one is left; an odd last one moves up as it is.
fn tree(mut level: Vec<Vec<f64>>) -> Vec<f64> {
    while level.len() > 1 {
        let mut upper = Vec::with_capacity(level.len().div_ceil(2));
        let mut pairs = level.into_iter();
        while let Some(mut left) = pairs.next() {
            if let Some(right) = pairs.next() {
                left.iter_mut().zip(right).for_each(|(l, r)| *l += r);
            }
            upper.push(left);
        }
        level = upper;
    }
    level.pop().unwrap_or_default()
}
