//! Elements whose arguments stand next to each other, as they do themselves.

use super::lanes::{self, LANES};
use super::run::Loops;

/// A run of `count` such elements. Of each argument, `starts` has where that of the first element
/// stands. There may be more results than elements, from whatever stands behind the arguments.
pub(super) struct Dense<'v> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    pub(super) starts: &'v [u32],
    pub(super) count: usize,
}

impl<'v> Dense<'v> {
    /// Argument `k` of all elements.
    #[inline(always)]
    fn argument(&self, k: usize) -> &'v [f64] {
        &self.x[self.starts[k] as usize..][..self.out.len()]
    }
}

impl Loops for Dense<'_> {
    /// Registers of results, then what is left over where there is no room for a whole one.
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let mut from: [&[f64]; N] = [&[]; N];
        for (k, a) in from.iter_mut().enumerate() {
            *a = self.argument(k);
        }
        let (whole, rest) = self.out.as_chunks_mut::<LANES>();
        let done = whole.len() * LANES;
        for (i, y) in whole.iter_mut().enumerate() {
            // Read before anything is written: the compiler does not see that they do not overlap.
            let mut x = [[0.0; N]; LANES];
            for (k, a) in from.iter().enumerate() {
                for (x, &a) in x.iter_mut().zip(&a.as_chunks::<LANES>().0[i]) {
                    x[k] = a;
                }
            }
            let mut results = [0.0; LANES];
            for (y, x) in results.iter_mut().zip(x) {
                *y = f(x);
            }
            *y = results;
        }
        for (i, y) in rest.iter_mut().enumerate() {
            let mut x = [0.0; N];
            for (x, a) in x.iter_mut().zip(from) {
                *x = a[done + i];
            }
            *y = f(x);
        }
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) {
        let at = |k: usize, i: usize| &self.x[self.starts[k] as usize + i..];
        let (whole, rest) = self.out.as_chunks_mut::<LANES>();
        let done = whole.len() * LANES;
        // The sums of a register stay in it.
        for (i, y) in whole.iter_mut().enumerate() {
            let of = |k: usize| at(k, i * LANES).first_chunk::<LANES>().expect("computed before");
            let mut sums = *of(0);
            for k in (1..arity).step_by(2) {
                for ((sum, &a), &b) in sums.iter_mut().zip(of(k)).zip(of(k + 1)) {
                    *sum += f(a, b);
                }
            }
            *y = sums;
        }
        for (i, y) in rest.iter_mut().enumerate() {
            let of = |k: usize| at(k, done + i)[0];
            *y = (1..arity).step_by(2).fold(of(0), |sum, k| sum + f(of(k), of(k + 1)));
        }
    }

    #[inline(always)]
    fn many(
        self,
        _: &mut [f64],
        common: impl Fn(f64) -> f64 + Copy,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) {
        lanes::map(self.argument(0), self.out, self.count, common, is_rare, whole);
    }
}
