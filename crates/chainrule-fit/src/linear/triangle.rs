//! Rows folded into a triangle: the R of a QR decomposition, block by block, in bounded memory.
//!
//! Rows are taken in segments of a fixed number of rows. Within a segment each block is stacked below
//! the triangle of the rows before it and decomposed again (Householder); the triangles of the
//! segments are joined in their order. The result has the same bits for any number of threads.
//! After Demmel, Grigori, Hoemmen, Langou, *Communication-optimal parallel and sequential QR* (2012).

use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of a block when there are few columns: 1024 rows of 12 numbers stay in the second-level cache.
const BLOCK: usize = 1024;
/// Blocks of a segment.
const BLOCKS: usize = 16;

/// The upper triangle R with Rᵀ R = Aᵀ A for all rows A folded into it.
#[derive(Clone, Debug)]
pub(crate) struct Triangle {
    /// `width` × `width`, zero below the diagonal.
    pub(crate) r: DMatrix<f64>,
}

/// A block of rows, column by column.
pub(crate) struct Block<'b> {
    numbers: &'b mut [f64],
    above: usize,
    height: usize,
}

impl Block<'_> {
    /// The numbers of column `j`: the first line of each row, then the second of each, and so on.
    pub(crate) fn column(&mut self, j: usize) -> &mut [f64] {
        &mut self.numbers[j * self.height + self.above..(j + 1) * self.height]
    }
}

/// Rows of a segment of `width` columns, when each row is so many lines of the matrix.
pub(crate) fn segment(width: usize, lines: usize) -> usize {
    block(width, lines) * BLOCKS
}

/// A block is no flatter than its triangle, else most of the work would go into the triangle.
fn block(width: usize, lines: usize) -> usize {
    BLOCK.max(width).div_ceil(lines)
}

impl Triangle {
    /// The triangle of no rows.
    pub(crate) fn new(width: usize) -> Self {
        Triangle { r: DMatrix::zeros(width, width) }
    }

    fn width(&self) -> usize {
        self.r.ncols()
    }

    /// Folds `rows` rows in, each of them `lines` lines of the matrix; `fill` writes the lines of a range
    /// of rows into a block, from up to `threads` threads.
    pub(crate) fn fold(
        &mut self,
        rows: usize,
        lines: usize,
        threads: usize,
        fill: impl Fn(Range<usize>, &mut Block<'_>) + Sync,
    ) {
        let width = self.width();
        let length = segment(width, lines);
        let segments = rows.div_ceil(length);
        let range = |k: usize| k * length..((k + 1) * length).min(rows);
        let threads = threads.clamp(1, segments.max(1));
        // Waves of a few segments bound the memory of the triangles that wait to be joined.
        let wave = threads * 4;
        for first in (0..segments).step_by(wave) {
            let last = (first + wave).min(segments);
            let next = AtomicUsize::new(first);
            let work = || {
                let mut done = Vec::new();
                loop {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    if k >= last {
                        return done;
                    }
                    done.push((k, fold_segment(width, lines, range(k), &fill)));
                }
            };
            let mut triangles = if threads == 1 {
                work()
            } else {
                std::thread::scope(|scope| {
                    let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                    let join = |worker: std::thread::ScopedJoinHandle<'_, Vec<_>>| {
                        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                    };
                    workers.into_iter().flat_map(join).collect()
                })
            };
            triangles.sort_by_key(|(k, _)| *k);
            for (_, r) in triangles {
                self.join(&r);
            }
        }
    }

    /// Folds the rows of another triangle in.
    pub(crate) fn join(&mut self, other: &DMatrix<f64>) {
        let width = self.width();
        let stacked = DMatrix::from_fn(2 * width, width, |i, j| {
            if i < width { self.r[(i, j)] } else { other[(i - width, j)] }
        });
        self.r = stacked.qr().unpack_r();
    }
}

fn fold_segment(
    width: usize,
    lines: usize,
    rows: Range<usize>,
    fill: &impl Fn(Range<usize>, &mut Block<'_>),
) -> DMatrix<f64> {
    let mut r = DMatrix::zeros(width, width);
    for start in rows.clone().step_by(block(width, lines)) {
        let end = (start + block(width, lines)).min(rows.end);
        let height = width + (end - start) * lines;
        let mut stacked = DMatrix::zeros(height, width);
        stacked.rows_mut(0, width).copy_from(&r);
        fill(start..end, &mut Block { numbers: stacked.as_mut_slice(), above: width, height });
        r = stacked.qr().unpack_r();
    }
    r
}

/// Threads worth starting for so many rows.
pub(crate) fn threads(chosen: Option<usize>) -> usize {
    chosen.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}
