//! Sums of products: over a list within each row, and over the rows into the lanes of sums.
//!
//! Several groups of rows are kept in registers at once, so that what is read from a list serves
//! all of them.

use super::block::{Block, LANES};
use super::code::{NOTHING, UNIFORM};
use super::lanes::Lanes;

/// Groups that are kept in registers at once.
const WIDE: usize = 8;

impl Block<'_> {
    /// `start + Σ x·y` over `count` pairs (`x`, place `y`) listed from `list` on.
    #[inline(always)]
    pub(super) fn dot<L: Lanes>(
        self,
        dst: u32,
        start: u32,
        list: u32,
        count: u32,
        x: impl Fn(u32, usize, usize) -> L,
    ) {
        let pairs = self.list(list, 2 * count as usize);
        let mut at = 0;
        while at + WIDE <= self.groups() {
            self.dots::<L, WIDE>(dst, start, pairs, &x, at);
            at += WIDE;
        }
        if at + WIDE / 2 <= self.groups() {
            self.dots::<L, { WIDE / 2 }>(dst, start, pairs, &x, at);
            at += WIDE / 2;
        }
        for at in at..self.groups() {
            self.dots::<L, 1>(dst, start, pairs, &x, at);
        }
    }

    /// The same for `W` groups from `at` on.
    #[inline(always)]
    fn dots<L: Lanes, const W: usize>(
        self,
        dst: u32,
        start: u32,
        pairs: &[u32],
        x: impl Fn(u32, usize, usize) -> L,
        at: usize,
    ) {
        let (first, rest) = pairs.split_at(if start == NOTHING { 2 } else { 0 });
        let mut sum = [L::splat(0.0); W];
        for (k, s) in sum.iter_mut().enumerate() {
            *s = if start == NOTHING {
                x(first[0], at, k).mul(self.load(first[1], at, k))
            } else if start & UNIFORM != 0 {
                L::splat(self.number(start & !UNIFORM))
            } else {
                self.load(start, at, k)
            };
        }
        for p in rest.chunks_exact(2) {
            for (k, s) in sum.iter_mut().enumerate() {
                *s = x(p[0], at, k).mul_add(self.load(p[1], at, k), *s);
            }
        }
        for (k, &s) in sum.iter().enumerate() {
            self.store(dst, at, k, s);
        }
    }

    /// Adds place `x` to a sum, each row to its lane, in order of the rows.
    #[inline(always)]
    pub(super) fn accumulate<L: Lanes>(self, sum: &mut [f64; LANES], x: u32) {
        let mut s = L::load(sum);
        for k in 0..self.rows().len() / LANES {
            s = s.add(self.load(x, k, 0));
        }
        s.store(sum);
        self.add_rest(sum, |s: L, k| s.add(self.load(x, k, 0)));
    }

    /// Adds `factor` to sum `own`, if it is one, and `factor·(y − u)` to the sum of each triple
    /// (sum, place `y`, number `u` or nothing), each row to its lane, in order of the rows.
    #[inline(always)]
    pub(super) fn accumulate_products<L: Lanes>(
        self,
        sums: &mut [[f64; LANES]],
        own: u32,
        factor: impl Fn(usize, usize) -> L,
        triples: &[u32],
    ) {
        let (mut at, whole) = (0, self.rows().len() / LANES);
        while at + WIDE <= whole {
            self.accumulate_groups::<L, WIDE>(sums, own, &factor, triples, at);
            at += WIDE;
        }
        if at + WIDE / 2 <= whole {
            self.accumulate_groups::<L, { WIDE / 2 }>(sums, own, &factor, triples, at);
            at += WIDE / 2;
        }
        for at in at..whole {
            self.accumulate_groups::<L, 1>(sums, own, &factor, triples, at);
        }
        if whole == self.groups() {
            return;
        }
        if own != NOTHING {
            self.add_rest(&mut sums[own as usize], |s: L, k| s.add(factor(k, 0)));
        }
        for t in triples.chunks_exact(3) {
            let y = |k| self.shifted(t, k, 0);
            self.add_rest(&mut sums[t[0] as usize], |s: L, k| factor(k, 0).mul_add(y(k), s));
        }
    }

    /// The same for `W` whole groups from `at` on.
    #[inline(always)]
    fn accumulate_groups<L: Lanes, const W: usize>(
        self,
        sums: &mut [[f64; LANES]],
        own: u32,
        factor: impl Fn(usize, usize) -> L,
        triples: &[u32],
        at: usize,
    ) {
        let factors: [L; W] = std::array::from_fn(|k| factor(at, k));
        if own != NOTHING {
            let sum = &mut sums[own as usize];
            factors.iter().fold(L::load(sum), |s, &f| s.add(f)).store(sum);
        }
        for t in triples.chunks_exact(3) {
            let sum = &mut sums[t[0] as usize];
            let mut s = L::load(sum);
            for (k, f) in factors.iter().enumerate() {
                s = f.mul_add(self.shifted(t, at, k), s);
            }
            s.store(sum);
        }
    }

    /// `y − u` of a triple.
    #[inline(always)]
    fn shifted<L: Lanes>(self, t: &[u32], at: usize, k: usize) -> L {
        let y: L = self.load(t[1], at, k);
        if t[2] == NOTHING { y } else { y.sub(L::splat(self.number(t[2]))) }
    }

    /// Adds the last group, if it is not full, to the lanes that have a row.
    #[inline(always)]
    fn add_rest<L: Lanes>(self, sum: &mut [f64; LANES], add: impl Fn(L, usize) -> L) {
        let (whole, rest) = (self.rows().len() / LANES, self.rows().len() % LANES);
        if rest > 0 {
            let mut all = [0.0; LANES];
            add(L::load(sum), whole).store(&mut all);
            sum[..rest].copy_from_slice(&all[..rest]);
        }
    }
}
