//! Elements that stand next to each other, and so do their arguments, or are the same for all, or stand
//! equally far apart.

use super::lanes::{self, LANES, Straight};
use super::run::Loops;

/// How the arguments stand: next to each other; or some are the same for all; or some are farther apart.
pub(super) const NEXT: u8 = 0;
pub(super) const SAME: u8 = 1;
pub(super) const APART: u8 = 2;

/// A run of `count` such elements. There may be more results than elements, from whatever stands
/// behind the arguments.
pub(super) struct Dense<'v, const STANDING: u8> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    /// Of each argument where that of the first element stands, and how far it is to the next.
    pub(super) arguments: &'v [[u32; 2]],
    pub(super) count: usize,
}

impl<const STANDING: u8> Dense<'_, STANDING> {
    /// A register of an argument, of the elements from `i` on.
    #[inline(always)]
    fn register(x: &[f64], [start, step]: [u32; 2], i: usize) -> [f64; LANES] {
        if STANDING >= SAME && step == 0 {
            [x[start as usize]; LANES]
        } else if STANDING >= APART && step > 1 {
            let step = step as usize;
            let from = &x[start as usize + i * step..];
            let at = |k: usize| from[k * step];
            [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)]
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

impl<const STANDING: u8> Loops for Dense<'_, STANDING> {
    /// Registers of results, then what is left over where there is no room for a whole one.
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let arguments = self.arguments.first_chunk::<N>().expect("as many as it takes");
        // Slices as long as `out`, so that nothing is looked at twice.
        let mut lists: [&[f64]; N] = [&[]; N];
        for (list, &[start, _]) in lists.iter_mut().zip(arguments).filter(|_| STANDING == NEXT) {
            *list = &self.x[start as usize..][..self.out.len()];
        }
        let (whole, rest) = self.out.as_chunks_mut::<LANES>();
        let done = whole.len() * LANES;
        for (i, y) in whole.iter_mut().enumerate() {
            // Read before anything is written: the compiler does not see that they do not overlap.
            let mut x = [[0.0; N]; LANES];
            for (k, (list, &argument)) in lists.iter().zip(arguments).enumerate() {
                let register = if STANDING == NEXT {
                    list.as_chunks().0[i]
                } else {
                    Self::register(self.x, argument, i * LANES)
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
    fn many<S: Straight<R>, const R: usize>(self, _: &mut [f64]) {
        let start = self.arguments[0][0] as usize;
        let x = &self.x[start..][..self.out.len() / R];
        lanes::map::<S, R>(x, self.out, self.count);
    }
}
