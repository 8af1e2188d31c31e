//! Elements whose arguments stand anywhere.

use super::lanes;
use super::run::Loops;

/// As many elements as `out` holds. More may stand in `arguments`.
pub(super) struct Scattered<'v> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut [f64],
    pub(super) arguments: &'v [u32],
}

impl Loops for Scattered<'_> {
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let (arguments, _) = self.arguments[..N * self.out.len()].as_chunks::<N>();
        for (y, arguments) in self.out.iter_mut().zip(arguments) {
            *y = f(arguments.map(|i| self.x[i as usize]));
        }
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) {
        let arguments = &self.arguments[..arity * self.out.len()];
        for (y, list) in self.out.iter_mut().zip(arguments.chunks_exact(arity)) {
            *y = chain(self.x, list, &f);
        }
    }

    #[inline(always)]
    fn many(
        self,
        scratch: &mut [f64],
        common: impl Fn(f64) -> f64 + Copy,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) {
        let count = self.out.len();
        if count < lanes::LANES {
            return self.map(|[x]| whole(x));
        }
        let x = &mut scratch[..count];
        for (slot, &i) in x.iter_mut().zip(&self.arguments[..count]) {
            *slot = self.x[i as usize];
        }
        lanes::map(x, self.out, count, common, is_rare, whole);
    }
}

/// One element.
pub(super) struct Single<'v> {
    pub(super) x: &'v [f64],
    pub(super) out: &'v mut f64,
    pub(super) arguments: &'v [u32],
}

impl Loops for Single<'_> {
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let arguments = self.arguments.first_chunk::<N>().expect("as many as it takes");
        *self.out = f(arguments.map(|i| self.x[i as usize]));
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) {
        *self.out = chain(self.x, &self.arguments[..arity], f);
    }

    #[inline(always)]
    fn many(
        self,
        _: &mut [f64],
        _: impl Fn(f64) -> f64 + Copy,
        _: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) {
        self.map(|[x]| whole(x));
    }
}

#[inline(always)]
fn chain(x: &[f64], list: &[u32], f: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sum = x[list[0] as usize];
    for &[a, b] in list[1..].as_chunks::<2>().0 {
        sum += f(x[a as usize], x[b as usize]);
    }
    sum
}
