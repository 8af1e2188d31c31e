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
        let [a, b] = [0, 1].map(|k| self.argument(k));
        for ((y, &a), &b) in self.out.iter_mut().zip(a).zip(b) {
            *y = f(a, b);
        }
        2
    }

    #[inline(always)]
    fn three(self, f: impl Fn(f64, f64, f64) -> f64) -> usize {
        let [a, b, c] = [0, 1, 2].map(|k| self.argument(k));
        for (((y, &a), &b), &c) in self.out.iter_mut().zip(a).zip(b).zip(c) {
            *y = f(a, b, c);
        }
        3
    }

    #[inline(always)]
    fn four(self, f: impl Fn(f64, f64, f64, f64) -> f64) -> usize {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| self.argument(k));
        for ((((y, &a), &b), &c), &d) in self.out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *y = f(a, b, c, d);
        }
        4
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) -> usize {
        self.out.copy_from_slice(self.argument(0));
        for k in (1..arity).step_by(2) {
            let [a, b] = [k, k + 1].map(|k| self.argument(k));
            for ((y, &a), &b) in self.out.iter_mut().zip(a).zip(b) {
                *y += f(a, b);
            }
        }
        arity
    }

    #[inline(always)]
    fn many(
        self,
        scratch: &mut [f64],
        common: impl Fn(f64) -> f64,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) -> usize {
        let x = &mut scratch[..self.out.len().next_multiple_of(lanes::LANES)];
        x[..self.out.len()].copy_from_slice(self.argument(0));
        lanes::map(x, self.out, common, is_rare, whole);
        1
    }
}
