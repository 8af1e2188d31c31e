//! Elements whose arguments stand next to each other, as they do themselves, or are the same for all.

use super::lanes::{self, LANES};
use super::run::Loops;

/// A run of `count` such elements; `MIXED` where an argument is the same for all. There may be more results than elements, from whatever stands
/// behind the arguments.
pub(super) struct Dense<'v, const MIXED: bool> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    /// Of each argument where that of the first element stands, and whether it moves on, 1 or 0.
    pub(super) arguments: &'v [[u32; 2]],
    pub(super) count: usize,
}

impl<const MIXED: bool> Dense<'_, MIXED> {
    /// A register of argument `k`, of the elements from `i` on.
    #[inline(always)]
    fn register(x: &[f64], [start, step]: [u32; 2], i: usize) -> [f64; LANES] {
        if MIXED && step == 0 {
            [x[start as usize]; LANES]
        } else {
            *x[start as usize + i..].first_chunk().expect("computed before")
        }
    }

    /// That of element `i`.
    #[inline(always)]
    fn number(x: &[f64], [start, step]: [u32; 2], i: usize) -> f64 {
        x[start as usize + i * step as usize]
    }
}

impl<const MIXED: bool> Loops for Dense<'_, MIXED> {
    /// Registers of results, then what is left over where there is no room for a whole one.
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let arguments = self.arguments.first_chunk::<N>().expect("as many as it takes");
        // Slices as long as `out`, so that nothing is looked at twice.
        let mut lists: [&[f64]; N] = [&[]; N];
        for (list, &[start, _]) in lists.iter_mut().zip(arguments).filter(|_| !MIXED) {
            *list = &self.x[start as usize..][..self.out.len()];
        }
        let (whole, rest) = self.out.as_chunks_mut::<LANES>();
        let done = whole.len() * LANES;
        for (i, y) in whole.iter_mut().enumerate() {
            // Read before anything is written: the compiler does not see that they do not overlap.
            let mut x = [[0.0; N]; LANES];
            for (k, (list, &argument)) in lists.iter().zip(arguments).enumerate() {
                let register = if MIXED {
                    Self::register(self.x, argument, i * LANES)
                } else {
                    list.as_chunks().0[i]
                };
                for (x, a) in x.iter_mut().zip(register) {
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
            *y = f(arguments.map(|argument| Self::number(self.x, argument, done + i)));
        }
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) {
        let arguments = &self.arguments[..arity];
        let (pairs, _) = arguments[1..].as_chunks::<2>();
        let (whole, rest) = self.out.as_chunks_mut::<LANES>();
        let done = whole.len() * LANES;
        // The sums of a register stay in it.
        for (i, y) in whole.iter_mut().enumerate() {
            let of = |argument| Self::register(self.x, argument, i * LANES);
            let mut sums = of(arguments[0]);
            for &[a, b] in pairs {
                for ((sum, a), b) in sums.iter_mut().zip(of(a)).zip(of(b)) {
                    *sum += f(a, b);
                }
            }
            *y = sums;
        }
        for (i, y) in rest.iter_mut().enumerate() {
            let of = |argument| Self::number(self.x, argument, done + i);
            *y = pairs.iter().fold(of(arguments[0]), |sum, &[a, b]| sum + f(of(a), of(b)));
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
        let start = self.arguments[0][0] as usize;
        let x = &self.x[start..][..self.out.len()];
        lanes::map(x, self.out, self.count, common, is_rare, whole);
    }
}
