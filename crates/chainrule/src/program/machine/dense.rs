//! Elements whose arguments stand next to each other, as they do themselves.

use super::lanes;
use super::run::Loops;

/// A run of such elements. Of each argument, `starts` has where that of the first element stands.
pub(super) struct Dense<'v> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    pub(super) starts: &'v [u32],
}

impl<'v> Dense<'v> {
    /// Argument `k` of all elements.
    #[inline(always)]
    fn argument(&self, k: usize) -> &'v [f64] {
        &self.x[self.starts[k] as usize..][..self.out.len()]
    }
}

impl Loops for Dense<'_> {
    #[inline(always)]
    fn one(self, f: impl Fn(f64) -> f64) -> usize {
        let a = self.argument(0);
        for (y, &a) in self.out.iter_mut().zip(a) {
            *y = f(a);
        }
        1
    }

    #[inline(always)]
    fn two(self, f: impl Fn(f64, f64) -> f64) -> usize {
        let (a, b) = (self.argument(0), self.argument(1));
        for ((y, &a), &b) in self.out.iter_mut().zip(a).zip(b) {
            *y = f(a, b);
        }
        2
    }

    #[inline(always)]
    fn three(self, f: impl Fn(f64, f64, f64) -> f64) -> usize {
        let (a, b, c) = (self.argument(0), self.argument(1), self.argument(2));
        for (((y, &a), &b), &c) in self.out.iter_mut().zip(a).zip(b).zip(c) {
            *y = f(a, b, c);
        }
        3
    }

    #[inline(always)]
    fn four(self, f: impl Fn(f64, f64, f64, f64) -> f64) -> usize {
        let (a, b, c, d) = (self.argument(0), self.argument(1), self.argument(2), self.argument(3));
        for ((((y, &a), &b), &c), &d) in self.out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *y = f(a, b, c, d);
        }
        4
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) -> usize {
        let (first, a, b) = (self.argument(0), self.argument(1), self.argument(2));
        for (((y, &c), &a), &b) in self.out.iter_mut().zip(first).zip(a).zip(b) {
            *y = c + f(a, b);
        }
        for k in (3..arity).step_by(2) {
            let [a, b] = [self.argument(k), self.argument(k + 1)];
            for ((y, &a), &b) in self.out.iter_mut().zip(a).zip(b) {
                *y += f(a, b);
            }
        }
        arity
    }

    #[inline(always)]
    fn many(
        self,
        _: &mut [f64],
        common: impl Fn(f64) -> f64 + Copy,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) -> usize {
        lanes::map(self.argument(0), self.out, common, is_rare, whole);
        1
    }
}
