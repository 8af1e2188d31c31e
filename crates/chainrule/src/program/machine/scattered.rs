//! Elements whose arguments stand anywhere.

use super::lanes;
use super::run::Loops;

/// A run of `count` elements of `arity` arguments each. More may stand in `out` and `arguments`.
pub(super) struct Scattered<'v> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    pub(super) arguments: &'v [u32],
    pub(super) count: usize,
}

impl Loops for Scattered<'_> {
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) -> usize {
        let (arguments, _) = self.arguments[..N * self.count].as_chunks::<N>();
        for (y, arguments) in self.out.iter_mut().zip(arguments) {
            let mut from = [0.0; N];
            for (slot, &i) in from.iter_mut().zip(arguments) {
                *slot = self.x[i as usize];
            }
            *y = f(from);
        }
        N * self.count
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) -> usize {
        let arguments = &self.arguments[..arity * self.count];
        for (y, list) in self.out.iter_mut().zip(arguments.chunks_exact(arity)) {
            let mut sum = self.x[list[0] as usize];
            for &[a, b] in list[1..].as_chunks::<2>().0 {
                sum += f(self.x[a as usize], self.x[b as usize]);
            }
            *y = sum;
        }
        arguments.len()
    }

    #[inline(always)]
    fn many(
        self,
        scratch: &mut [f64],
        common: impl Fn(f64) -> f64 + Copy,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) -> usize {
        if self.count < lanes::LANES {
            return self.map(|[x]| whole(x));
        }
        let x = &mut scratch[..self.count];
        for (slot, &i) in x.iter_mut().zip(&self.arguments[..self.count]) {
            *slot = self.x[i as usize];
        }
        lanes::map(x, &mut self.out[..self.count], self.count, common, is_rare, whole);
        self.count
    }
}
