//! Sums of products: over a list within each row, and over the rows into the lanes of sums.
//!
//! Several groups of rows are kept in registers at once, so that what is read from a list serves
//! all of them.

use super::block::{Block, Group, LANES};
use super::code::{NOTHING, UNIFORM};
use super::lanes::Lanes;

/// Runs `$body` over `$count` groups: over `$W` of them at a time, from group `$at` on, `$W` being at
/// most `$most`. The last ones are not left to turns of one or two, which wait for their own sums.
macro_rules! over_groups {
    ($most:expr, $count:expr, |$at:ident, $W:ident| $body:expr) => {{
        let (mut $at, count) = (0, $count);
        while $at < count {
            over_groups!(@ [16 8 7 6 5 4 3 2 1], $most, $at, count - $at, $W, $body);
        }
    }};
    (@ [$($width:literal)+], $most:expr, $at:ident, $left:expr, $W:ident, $body:expr) => {
        match width($left, $most) {
            $($width if $width <= $most => {
                const $W: usize = $width;
                $body;
                $at += $W;
            })+
            other => unreachable!("{other} groups at a time"),
        }
    };
}

/// Runs `$body` over the rows of `$block`: with `$PART` false over the groups whose lanes all have a row,
/// then with `$PART` true over the last one, if it is not full.
macro_rules! over_rows {
    ($block:expr, $most:expr, |$at:ident, $W:ident, $PART:ident| $body:expr) => {{
        let whole = $block.count() / LANES;
        {
            const $PART: bool = false;
            over_groups!($most, whole, |$at, $W| $body);
        }
        if whole < $block.groups() {
            const $PART: bool = true;
            const $W: usize = 1;
            let $at = whole;
            $body;
        }
    }};
}

/// How many of the groups that are left come next.
#[inline(always)]
fn width(left: usize, most: usize) -> usize {
    match left {
        _ if left >= most => most,
        // Not eight and then one.
        9.. => left.div_ceil(2),
        _ => left,
    }
}

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
        let (first, rest) = pairs.split_at(if start == NOTHING { 2 } else { 0 });
        over_groups!(L::AT_ONCE, self.groups(), |at, W| {
            let mut sum: [L; W] = self.start(start, at);
            if let &[p, q] = first {
                for (k, s) in sum.iter_mut().enumerate() {
                    *s = x(p, at, k).mul(self.load(q, at, k));
                }
            }
            for p in rest.chunks_exact(2) {
                for (k, s) in sum.iter_mut().enumerate() {
                    *s = x(p[0], at, k).mul_add(self.load(p[1], at, k), *s);
                }
            }
            self.store_all(dst, at, sum);
        });
    }

    /// Two sums `start + Σ u·x` over the same places, of `count` threes (two numbers and place `x`)
    /// behind where the second goes and what it begins with, listed from `list` on.
    #[inline(always)]
    pub(super) fn two_dots<L: Lanes>(self, dst: u32, start: u32, list: u32, count: u32) {
        let &[other, second, ref threes @ ..] = self.list(list, 2 + 3 * count as usize) else {
            unreachable!("two were listed first")
        };
        // Both begin with their first product or with a number.
        let (first, rest) = threes.split_at(if start == NOTHING { 3 } else { 0 });
        over_groups!(L::PAIRS_AT_ONCE, self.groups(), |at, W| {
            let (mut s, mut t): ([L; W], [L; W]) = (self.start(start, at), self.start(second, at));
            if let &[u, w, p] = first {
                let (u, w) = (L::splat(self.number(u)), L::splat(self.number(w)));
                for (k, (s, t)) in s.iter_mut().zip(&mut t).enumerate() {
                    let x = self.load::<L>(p, at, k);
                    (*s, *t) = (u.mul(x), w.mul(x));
                }
            }
            for three in rest.chunks_exact(3) {
                let (u, w) = (L::splat(self.number(three[0])), L::splat(self.number(three[1])));
                for (k, (s, t)) in s.iter_mut().zip(&mut t).enumerate() {
                    let x = self.load::<L>(three[2], at, k);
                    (*s, *t) = (u.mul_add(x, *s), w.mul_add(x, *t));
                }
            }
            self.store_all(dst, at, s);
            self.store_all(other, at, t);
        });
    }

    /// `start + Σ v²` with `v = (x − u)·w` over `count` fours (place `v`, place `x`, numbers `u` and
    /// `w`) listed from `list` on.
    #[inline(always)]
    pub(super) fn scaled_squares<L: Lanes>(self, dst: u32, start: u32, list: u32, count: u32) {
        let fours = self.list(list, 4 * count as usize);
        let (first, rest) = fours.split_at(if start == NOTHING { 4 } else { 0 });
        // What is squared needs a register beside each sum.
        over_groups!(2 * L::PAIRS_AT_ONCE, self.groups(), |at, W| {
            let mut sum: [L; W] = self.start(start, at);
            if !first.is_empty() {
                self.scaled(first, at, &mut sum, |v, _| v.mul(v));
            }
            for four in rest.chunks_exact(4) {
                self.scaled(four, at, &mut sum, |v, s| v.mul_add(v, s));
            }
            self.store_all(dst, at, sum);
        });
    }

    /// Writes `v` of a four, and changes the sums by it.
    #[inline(always)]
    fn scaled<L: Lanes, const W: usize>(
        self,
        four: &[u32],
        at: usize,
        sum: &mut [L; W],
        add: impl Fn(L, L) -> L,
    ) {
        // What is read through a pointer is read once: it might be what is written.
        let (u, w) = (L::splat(self.number(four[2])), L::splat(self.number(four[3])));
        let (v, x) = (self.window_mut::<W>(four[0], at), self.window::<W>(four[1], at));
        for (s, (v, x)) in sum.iter_mut().zip(v.iter_mut().zip(x)) {
            let y = L::load(x).sub(u).mul(w);
            y.store(v);
            *s = add(y, *s);
        }
    }

    /// What a chain begins with: a number, a place, or nothing.
    #[inline(always)]
    fn start<L: Lanes, const W: usize>(self, start: u32, at: usize) -> [L; W] {
        if start == NOTHING {
            [L::splat(0.0); W]
        } else if start & UNIFORM == 0 {
            self.load_all(start, at)
        } else {
            [L::splat(self.number(start & !UNIFORM)); W]
        }
    }

    /// Adds place `a` to sum `own`, if it is one, and `a·(y − u)` to the sum of each triple (sum,
    /// place `y`, number `u` or nothing), each row to its lane, in order of the rows.
    #[inline(always)]
    pub(super) fn accumulate_products<L: Lanes>(
        self,
        sums: &mut [Group],
        a: u32,
        own: u32,
        triples: &[u32],
    ) {
        over_rows!(self, L::AT_ONCE, |at, W, PART| {
            let factors: [L; W] = self.load_all(a, at);
            self.add_products::<L, W, PART>(sums, own, factors, triples, at);
        });
    }

    /// The same for two factors, places and sums of themselves, and threes (two sums, place `y`).
    #[inline(always)]
    pub(super) fn accumulate_two<L: Lanes>(
        self,
        sums: &mut [Group],
        (a, own): (u32, u32),
        list: u32,
        count: u32,
    ) {
        let &[b, other, ref threes @ ..] = self.list(list, 2 + 3 * count as usize) else {
            unreachable!("two were listed first")
        };
        let owns = [own, other];
        over_rows!(self, L::PAIRS_AT_ONCE, |at, W, PART| {
            let factors: [[L; W]; 2] = [self.load_all(a, at), self.load_all(b, at)];
            self.add_two::<L, W, PART>(sums, owns, factors, threes, at);
        });
    }

    /// Adds the factors of `W` groups from `at` on, and their products, to sums; `PART` of the
    /// only group if it is the last and not full.
    #[inline(always)]
    fn add_two<L: Lanes, const W: usize, const PART: bool>(
        self,
        sums: &mut [Group],
        owns: [u32; 2],
        factors: [[L; W]; 2],
        threes: &[u32],
        at: usize,
    ) {
        for (own, factors) in owns.into_iter().zip(factors) {
            self.add_products::<L, W, PART>(sums, own, factors, &[], at);
        }
        let [f, g] = factors;
        for three in threes.chunks_exact(3) {
            let [i, j] = [three[0] as usize, three[1] as usize];
            let (mut s, mut t) = (L::load(&sums[i].0), L::load(&sums[j].0));
            for (k, (f, g)) in f.iter().zip(g).enumerate() {
                let x = self.load(three[2], at, k);
                (s, t) = (f.mul_add(x, s), g.mul_add(x, t));
            }
            self.put::<L, PART>(s, &mut sums[i].0);
            self.put::<L, PART>(t, &mut sums[j].0);
        }
    }

    /// As `accumulate_products` with the product of place `a` and another place instead of place
    /// `a`, for `count` of these listed from `list` on.
    #[inline(always)]
    pub(super) fn accumulate_scaled<L: Lanes>(
        self,
        sums: &mut [Group],
        a: u32,
        list: u32,
        count: u32,
    ) {
        over_rows!(self, L::AT_ONCE, |at, W, PART| {
            let x: [L; W] = self.load_all(a, at);
            let mut list = list;
            for _ in 0..count {
                let &[own, y, count] = self.list(list, 3) else { unreachable!("three were taken") };
                let triples = self.list(list + 3, 3 * count as usize);
                let mut factors: [L; W] = self.load_all(y, at);
                for (f, x) in factors.iter_mut().zip(x) {
                    *f = x.mul(*f);
                }
                self.add_products::<L, W, PART>(sums, own, factors, triples, at);
                list += 3 + 3 * count;
            }
        });
    }

    /// Adds the factors of `W` groups from `at` on, and their products, to sums; `PART` of the
    /// only group if it is the last and not full.
    #[inline(always)]
    fn add_products<L: Lanes, const W: usize, const PART: bool>(
        self,
        sums: &mut [Group],
        own: u32,
        factors: [L; W],
        triples: &[u32],
        at: usize,
    ) {
        if own != NOTHING {
            let sum = &mut sums[own as usize].0;
            self.put::<L, PART>(factors.iter().fold(L::load(sum), |s, &f| s.add(f)), sum);
        }
        for t in triples.chunks_exact(3) {
            let sum = &mut sums[t[0] as usize].0;
            let mut s = L::load(sum);
            if t[2] == NOTHING {
                for (k, f) in factors.iter().enumerate() {
                    s = f.mul_add(self.load(t[1], at, k), s);
                }
            } else {
                let u = L::splat(self.number(t[2]));
                for (k, f) in factors.iter().enumerate() {
                    s = f.mul_add(self.load::<L>(t[1], at, k).sub(u), s);
                }
            }
            self.put::<L, PART>(s, sum);
        }
    }

    /// `W` groups of a place. A loop, as `array::from_fn` may stay a call.
    #[inline(always)]
    fn load_all<L: Lanes, const W: usize>(self, place: u32, at: usize) -> [L; W] {
        let mut all = [L::splat(0.0); W];
        for (x, group) in all.iter_mut().zip(self.window::<W>(place, at)) {
            *x = L::load(group);
        }
        all
    }

    /// Writes `W` groups of a slot.
    #[inline(always)]
    fn store_all<L: Lanes, const W: usize>(self, place: u32, at: usize, all: [L; W]) {
        for (&x, group) in all.iter().zip(self.window_mut::<W>(place, at)) {
            x.store(group);
        }
    }

    /// Writes a sum, or `PART` of it: the lanes that have a row in the last group.
    #[inline(always)]
    fn put<L: Lanes, const PART: bool>(self, s: L, sum: &mut [f64; LANES]) {
        let all = if PART { s.instead_of(L::load(sum), self.count() % LANES) } else { s };
        all.store(sum);
    }
}
