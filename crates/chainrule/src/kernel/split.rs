//! How the rows of a run are split into blocks.
//!
//! A load of eight rows that crosses from one cache line to the next counts twice, and memory begins rarely at a line:
//! the system's allocator lets a large column begin 16 bytes behind one. So the rows before the first line are a short
//! block of their own, where that pays, and all other blocks begin at lines. Which rows a lane of the sums gets, and in
//! which order, stays the same: the lanes are turned meanwhile.

use super::block::{Group, LANES};
use super::plan::{Plan, WORTH_A_COPY};
use std::ops::Range;

/// Fewer rows are never worth a look at where their columns begin.
const WORTH_A_LOOK: usize = 512;

/// The blocks of a run, in order of the rows.
pub(super) struct Split {
    rows: Range<usize>,
    /// The first row behind the short block at the front.
    pub(super) aligned: usize,
    block: usize,
    /// Whether rows that do not fill a group are a block of their own.
    is_rest_alone: bool,
}

impl Split {
    /// Blocks of `block` rows at most, a multiple of eight.
    pub(super) fn new(plan: &Plan, columns: &[&[f64]], rows: Range<usize>, block: usize) -> Self {
        let before = if rows.len() < WORTH_A_LOOK { 0 } else { rows_before(plan, columns, &rows) };
        // Where the columns end within a group, its block is copied, the whole groups with it: each in a third of the
        // time that an operation takes in a short block.
        let copies = plan.in_place * rows.len().min(block) / LANES;
        let is_rest_alone = columns[0].len() == rows.end && copies > 3 * plan.short_block();
        Split { aligned: rows.start + before, rows, block, is_rest_alone }
    }
}

impl Iterator for Split {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let from = self.rows.start;
        let mut to = self.rows.end.min(from + self.block);
        if from < self.aligned {
            to = self.aligned;
        } else if self.is_rest_alone && to - from > LANES {
            to -= (to - from) % LANES;
        }
        self.rows.start = to;
        (to > from).then_some(from..to)
    }
}

/// The rows before those at which most of what is read begins at a cache line, if a short block of them pays.
fn rows_before(plan: &Plan, columns: &[&[f64]], rows: &Range<usize>) -> usize {
    let mut reads = [0; LANES];
    for (column, &count) in columns.iter().zip(&plan.reads) {
        // As far as whole numbers reach a line; any number of rows is right.
        let before = column[rows.start..].as_ptr().align_offset(size_of::<Group>()) % LANES;
        reads[before] += count.min(WORTH_A_COPY);
    }
    let most = (0..LANES).rev().max_by_key(|&before| reads[before]).unwrap_or(0);
    let gain = (reads[most] - reads[0]) * (rows.len() / LANES);
    // A read across lines costs half a cycle more, an operation in the short blocks, of which there may be two, some 30.
    if gain > 64 * plan.short_block() { most } else { 0 }
}

/// Lets the first lanes, of so many rows, follow behind the others.
pub(super) fn turn(sums: &mut [Group], rows: usize) {
    for step in [1, 2, 4] {
        if rows & step > 0 {
            for Group(lanes) in &mut *sums {
                *lanes = std::array::from_fn(|lane| lanes[(lane + step) % LANES]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Split;
    use crate::Value;
    use crate::kernel::{Kernel, Sums};
    use std::ops::Range;

    /// Where blocks of the sum of so many columns begin, which begin so many numbers behind a cache line, and the end.
    fn limits(width: usize, rows: Range<usize>, len: usize, places: [usize; 3]) -> Vec<usize> {
        let names: Vec<String> = (0..width).map(|i| format!("x{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let kernel = Kernel::sum_over(&["w"], &names, |p, row| {
            p[0] * row.iter().copied().sum::<Value<'_>>()
        });
        let kernel = kernel.expect("distinct names");
        let derived = kernel.derived(Sums::Gradient, &[1.0]);
        let plan = &derived.expect("one parameter").prepared.fast;
        let memory = vec![0.0; len + 16];
        let line = memory.as_ptr().align_offset(64);
        let columns: Vec<&[f64]> =
            (0..width).map(|i| &memory[line + places[i % 3]..][..len]).collect();
        let blocks: Vec<_> = Split::new(plan, &columns, rows.clone(), 128).collect();
        assert!(blocks.windows(2).all(|two| two[0].end == two[1].start), "{blocks:?}");
        assert_eq!(blocks.last().map_or(rows.start, |last| last.end), rows.end);
        blocks.iter().map(|block| block.start).chain([rows.end]).collect()
    }

    #[test]
    fn blocks_begin_where_most_columns_begin_a_cache_line() {
        let second = |places| limits(50, 4096..8192, 9000, places)[1] - 4096;
        assert_eq!([0, 1, 2, 7].map(|place| second([place; 3])), [128, 7, 6, 1]);
        assert_eq!(second([2, 5, 2]), 6);
        assert_eq!(second([2, 0, 0]), 128);
    }

    #[test]
    fn few_rows_and_few_reads_are_not_worth_a_short_block() {
        assert_eq!(limits(50, 0..300, 300, [2; 3]), [0, 128, 256, 296, 300]);
        assert_eq!(limits(2, 0..4096, 4096, [2; 3])[..2], [0, 128]);
    }

    #[test]
    fn rows_that_fill_no_group_are_alone_where_many_columns_end() {
        assert_eq!(limits(50, 0..100, 100, [0; 3]), [0, 96, 100]);
        assert_eq!(limits(50, 0..100, 101, [0; 3]), [0, 100]);
        assert_eq!(limits(2, 0..100, 100, [0; 3]), [0, 100]);
        assert_eq!(limits(50, 0..5, 5, [0; 3]), [0, 5]);
        assert_eq!(limits(50, 7..7, 7, [0; 3]), [7]);
    }
}
