//! Sums of chunks, joined in a fixed tree that grows with them.
//!
//! Neighbours are added, then neighbours of these sums, and so on; an odd last one moves up as it
//! is. Only the left edge of the tree is kept: as many lists of sums as the number of chunks has
//! binary digits, however many rows there are.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The sums of some chunks. An empty list is a chunk that adds nothing here.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// Complete parts from left to right, with the logarithm of their number of chunks.
    parts: Vec<(u32, Vec<f64>)>,
}

impl Tree {
    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The next chunk.
    fn push(&mut self, sums: Vec<f64>) {
        let (mut level, mut sums) = (0, sums);
        while let Some(part) = self.parts.pop_if(|part| part.0 == level) {
            (level, sums) = (level + 1, join(part.1, &sums));
        }
        self.parts.push((level, sums));
    }

    /// The sums of all chunks so far; empty if there is none.
    pub(super) fn total(&self) -> Cow<'_, [f64]> {
        let mut parts = self.parts.iter().rev().map(|part| Cow::Borrowed(&part.1[..]));
        let last = parts.next().unwrap_or_default();
        parts.fold(last, |right, left| Cow::Owned(join(left.into_owned(), &right)))
    }
}

fn join(mut left: Vec<f64>, right: &[f64]) -> Vec<f64> {
    if left.is_empty() {
        return right.to_vec();
    }
    left.iter_mut().zip(right).for_each(|(l, r)| *l += r);
    left
}

/// What a chunk gave.
#[derive(Clone, Debug)]
pub(super) enum Chunk {
    /// Sums of the fast plan over so many rows.
    Fast(usize, Vec<f64>),
    /// Results by the strict plan.
    Strict(Vec<f64>),
}

/// The chunks so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) fast: Tree,
    /// Without anything as long as there is nothing strict.
    pub(super) strict: Tree,
    /// Rows of the chunks that the fast plan ran.
    pub(super) fast_rows: usize,
    chunks: usize,
    /// Chunks that were ready before one on their left.
    early: BTreeMap<usize, Chunk>,
}

impl Tally {
    /// The number of the chunk that comes next from the left.
    pub(super) fn next(&self) -> usize {
        self.chunks
    }

    /// Adds chunk `number`, once everything on its left was added.
    pub(super) fn add(&mut self, number: usize, chunk: Chunk) {
        if number != self.chunks {
            self.early.insert(number, chunk);
            return;
        }
        let mut next = Some(chunk);
        while let Some(chunk) = next {
            let (fast, strict) = match chunk {
                Chunk::Fast(rows, sums) => {
                    self.fast_rows += rows;
                    (sums, Vec::new())
                }
                Chunk::Strict(results) => (Vec::new(), results),
            };
            self.fast.push(fast);
            let is_first = !strict.is_empty() && self.strict.is_empty();
            if is_first {
                (0..self.chunks).for_each(|_| self.strict.push(Vec::new()));
            }
            if is_first || !self.strict.is_empty() {
                self.strict.push(strict);
            }
            self.chunks += 1;
            next = self.early.remove(&self.chunks);
        }
    }
}
