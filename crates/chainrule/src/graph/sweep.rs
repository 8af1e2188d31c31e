//! The backward loop: from the newest record to the oldest, each adjoint times the partials to the arguments.

#![allow(unsafe_code, reason = "bounds checks are a fifth of the loop's instructions")]

use super::record::{Code, Index, List, NUMBERS, Record};
use super::store::Store;
use crate::algebra::{Num, Op, Term};
use std::mem::MaybeUninit;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A graph of so many records is walked without a call and without a register saved.
const FEW: usize = 32;

impl Store {
    /// Carries adjoints, `seed` for the last and those given for the others, through the records above `end`.
    #[inline(always)]
    pub(super) fn sweep(&self, end: usize, seed: f64, adjoints: &mut [f64]) {
        let Some(last) = adjoints.len().checked_sub(1) else { return };
        // SAFETY: the loop records nothing.
        let first = self.first_not_input().min(adjoints.len());
        let records = unsafe { self.records(first, adjoints.len()) };
        // Node 1 is an input, or holds what belongs to one above it.
        let end = end.max(adjoints.len() - records.len() - 1).max(1);
        adjoints[last] = seed;
        let mut i = last;
        while i > end {
            i = regular::<false>(records, i, end, adjoints);
            if i > end {
                i -= irregular(records, i, adjoints);
            }
        }
    }

    /// The adjoints of a result, if it is one of few records, all of them regular, and `first` is the first that is
    /// no leading input's; the constants' is 0.
    #[inline(always)]
    pub(super) fn sweep_few<'m>(
        &self,
        root: Index,
        first: usize,
        memory: &'m mut Few,
    ) -> Option<&'m mut [f64]> {
        let last = root as usize;
        let is_first = first == self.first_not_input();
        if last >= FEW || last >= self.len() || first < 2 || first > last {
            return None;
        }
        if !is_first || !self.is_plain() {
            return None;
        }
        let adjoints = memory.zero(last + 1);
        // SAFETY: the loop records nothing.
        let records = unsafe { self.records(first, last + 1) };
        adjoints[last] = 1.0;
        regular::<true>(records, last, first - 1, adjoints);
        adjoints[0] = 0.0;
        Some(adjoints)
    }
}

/// Memory for the adjoints of a graph of few records, which needs no call and is at hand.
pub(super) struct Few([MaybeUninit<f64>; FEW]);

impl Few {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Few([MaybeUninit::uninit(); FEW])
    }

    /// The first `count` numbers, of which there are as many or more, all of them 0.
    #[inline(always)]
    fn zero(&mut self, count: usize) -> &mut [f64] {
        assert!(count <= FEW, "few");
        let zero = MaybeUninit::new(0.0);
        self.0[..8].fill(zero);
        if count > 8 {
            self.0[8..16].fill(zero);
            if count > 16 {
                self.0[16..].fill(zero);
            }
        }
        // SAFETY: these were written right now.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), count) }
    }
}

/// The adjoint of a node; 0 if it came after those that there are.
///
/// Numbers that were written one by one are not to be read in pairs, as a compiler likes to do: a processor waits
/// for both until they have reached the cache. Atomic reads stay single, yet are left out where the number is known.
#[inline(always)]
pub(super) fn adjoint(adjoints: &mut [f64], node: Index) -> f64 {
    let Some(x) = adjoints.get_mut(node as usize) else { return 0.0 };
    if align_of::<f64>() < align_of::<AtomicU64>() {
        return *x;
    }
    // SAFETY: nobody else has this reference, and its place is aligned.
    let bits = unsafe { AtomicU64::from_ptr(std::ptr::from_mut(x).cast()) };
    f64::from_bits(bits.load(Relaxed))
}

/// Carries adjoints down from record `i` as long as the records are regular, or `ALL` of them are, and above `end`;
/// returns the number of the first that is not. The records given are the last of those that the adjoints are for.
///
/// The adjoints of the current record and of the two below it stay at hand: what an operation passes to a
/// neighbour would otherwise wait for its way through memory.
#[inline(always)]
fn regular<const ALL: bool>(
    records: &[Record],
    mut i: usize,
    end: usize,
    adjoints: &mut [f64],
) -> usize {
    let count = adjoints.len();
    let first = count.checked_sub(records.len()).expect("an adjoint for each record");
    assert!(i < count && first <= end + 1, "the records above `end` are there");
    // An operation has an input below it, so its number is at least 2.
    let end = end.max(1);
    if i <= end {
        return i;
    }
    let place = adjoints.as_mut_ptr();
    let at = |i: usize| {
        debug_assert!(i < count);
        // SAFETY: all calls below pass a number that is not above the first `i`, which is below the length.
        unsafe { &mut *place.add(i) }
    };
    let (mut adjoint, mut below) = (*at(i), *at(i - 1));
    while i > end {
        *at(i) = adjoint;
        // SAFETY: `i` began below the length and only falls, and is above `end`.
        let record = unsafe { records.get_unchecked(i - first) };
        if !ALL && record.is_irregular() {
            break;
        }
        let mut third = *at(i - 2);
        if adjoint != 0.0 {
            for (node, number) in record.nodes().into_iter().zip(record.numbers) {
                let (node, part) = (node as usize, number * adjoint);
                if node < i - 2 {
                    if node != 0 {
                        *at(node) += part;
                    }
                } else if node == i - 1 {
                    below += part;
                } else {
                    third += part;
                }
            }
        }
        i -= 1;
        (adjoint, below) = (below, third);
    }
    *at(i) = adjoint;
    *at(i - 1) = below;
    i
}

/// Passes on the adjoint of a record that is not an operation of one or two arguments which all carry a
/// derivative; returns how many records are done with.
#[inline(never)]
fn irregular(records: &[Record], i: usize, adjoints: &mut [f64]) -> usize {
    let unwritten = adjoints.len() - records.len();
    let record = &records[i - unwritten];
    let below = record.below();
    if let Some(lists) = record.as_runs((i - below) as Index) {
        if adjoints[i] != 0.0 {
            through_runs(records, lists, adjoints[i], adjoints);
        }
        return 1 + below;
    }
    let Code::Operation(op) = record.code() else { return 1 };
    let adjoint = adjoints[i];
    let carries = CARRIES[op as usize];
    let pairs = match carries {
        Carries::Two(_) => 0,
        Carries::Three(_) => 2,
        Carries::All => (record.nodes()[0] as usize).div_ceil(2),
    };
    if adjoint == 0.0 {
        return 1 + pairs;
    }
    let first = i - pairs;
    let place = adjoints[..first].as_mut_ptr();
    let pass = |record: &Record, k: usize| {
        let node = record.nodes()[k] as usize;
        // Arguments come before their operation, as long as nobody smuggles in values of another graph.
        if node < first {
            // SAFETY: `place` is the start of `first` adjoints.
            unsafe { *place.add(node) += record.numbers[k] * adjoint };
        }
    };
    match carries {
        Carries::All => {
            for pair in &records[first - unwritten..i - unwritten] {
                pass(pair, 0);
                pass(pair, 1);
            }
        }
        Carries::Two(carries) => {
            (0..2).filter(|&k| carries[k]).for_each(|k| pass(record, k));
        }
        Carries::Three(carries) => {
            (0..3)
                .filter(|&k| carries[k])
                .for_each(|k| pass(&records[first - unwritten + k / 2], k % 2));
        }
    }
    1 + pairs
}

/// Passes the adjoint of an inner product to the nodes of each run, times the numbers of the other.
fn through_runs(records: &[Record], lists: [List; 2], adjoint: f64, adjoints: &mut [f64]) {
    let unwritten = adjoints.len() - records.len();
    for (list, other) in [(lists[0], lists[1]), (lists[1], lists[0])] {
        // Nodes come before their operation, as long as nobody smuggles in values of another graph.
        let Some(adjoints) = adjoints.get_mut(list.run.start as usize..) else { continue };
        let partials = &numbers(&records[other.records(unwritten)])[..list.count as usize];
        match list.run.stride as usize {
            0 => {}
            1 => {
                for (slot, partial) in adjoints.iter_mut().zip(partials) {
                    *slot += partial * adjoint;
                }
            }
            stride => {
                let mut at = 0;
                for partial in partials {
                    let Some(slot) = adjoints.get_mut(at) else { break };
                    *slot += partial * adjoint;
                    at += stride;
                }
            }
        }
    }
}

/// What stands in records that hold numbers and nothing else.
fn numbers(records: &[Record]) -> &[f64] {
    // SAFETY: a record is three fields of eight bytes in the order of their declaration, and any bits are a number.
    unsafe { std::slice::from_raw_parts(records.as_ptr().cast(), NUMBERS * records.len()) }
}

/// To which of its arguments an operation passes its adjoint.
#[derive(Clone, Copy)]
enum Carries {
    /// To those of one or two.
    Two([bool; 2]),
    /// To those of three.
    Three([bool; 3]),
    /// To all of any number.
    All,
}

/// By operation; asked of the rules themselves, once.
static CARRIES: LazyLock<Vec<Carries>> = LazyLock::new(|| {
    let carries = |&op: &Op| {
        let Some(count) = op.info().arity() else { return Carries::All };
        let mut carries = [false; 3];
        let args = [Term::new(&Num, 0.5); 3];
        op.partials(&args[..count], args[0], |i, _| carries[i] = true);
        if count > 2 { Carries::Three(carries) } else { Carries::Two([carries[0], carries[1]]) }
    };
    Op::ALL.iter().map(carries).collect()
});
