//! Elements whose arguments stand anywhere.

use super::lanes::{self, Straight};
use super::run::Loops;

/// As many elements as `out` holds results of. More may stand in `arguments`.
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
    fn many<S: Straight<R>, const R: usize>(self, scratch: &mut [f64]) {
        let count = self.out.len() / R;
        if count < lanes::LANES {
            for (i, &at) in self.arguments[..count].iter().enumerate() {
                for (k, y) in S::value(self.x[at as usize]).into_iter().enumerate() {
                    self.out[k * count + i] = y;
                }
            }
            return;
        }
        let x = &mut scratch[..count];
        for (slot, &i) in x.iter_mut().zip(&self.arguments[..count]) {
            *slot = self.x[i as usize];
        }
        lanes::map::<S, R>(x, self.out, count);
    }
}

/// One element.
pub(super) struct Single<'v> {
    pub(super) x: &'v [f64],
    /// Its results.
    pub(super) out: &'v mut [f64],
    pub(super) arguments: &'v [u32],
}

impl Loops for Single<'_> {
    #[inline(always)]
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let arguments = self.arguments.first_chunk::<N>().expect("as many as it takes");
        self.out[0] = f(arguments.map(|i| self.x[i as usize]));
    }

    #[inline(always)]
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) {
        self.out[0] = chain(self.x, &self.arguments[..arity], f);
    }

    #[inline(always)]
    fn many<S: Straight<R>, const R: usize>(self, _: &mut [f64]) {
        self.out.copy_from_slice(&S::value(self.x[self.arguments[0] as usize]));
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
