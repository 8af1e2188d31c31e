//! The block interpreter: each instruction runs over the rows of a block, whose slots stay in the
//! cache.

#![expect(unsafe_code, reason = "places are columns of the caller and slots, read side by side")]

use super::code::{Code, Instruction, NOTHING, UNIFORM};
use super::lanes::Lanes;
use super::loops::{binary, map_to_two, map1, map2, map3, ternary, unary};
use super::math;
use super::plan::Plan;
use crate::algebra::Op;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Lanes of each sum; row `i` of a chunk goes to lane `i mod 8`.
pub(super) const LANES: usize = 8;

/// Groups of lanes that are kept in registers at once.
const WIDE: usize = 8;

/// The rows of one slot.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Slot<const B: usize>([f64; B]);

/// Memory of one worker: slots, and room for the columns of a block that is not full.
#[derive(Debug)]
pub(super) struct Frame<const B: usize> {
    slots: Vec<Slot<B>>,
    last: Vec<Slot<B>>,
}

/// Frames that wait for the next call.
#[derive(Debug, Default)]
pub(super) struct Spare {
    narrow: Mutex<Vec<Frame<16>>>,
    wide: Mutex<Vec<Frame<64>>>,
}

/// A frame that has a place among the spare ones.
pub(super) trait Kept: Sized {
    fn shelf(spare: &Spare) -> &Mutex<Vec<Self>>;
}

impl Kept for Frame<16> {
    fn shelf(spare: &Spare) -> &Mutex<Vec<Self>> {
        &spare.narrow
    }
}

impl Kept for Frame<64> {
    fn shelf(spare: &Spare) -> &Mutex<Vec<Self>> {
        &spare.wide
    }
}

impl<const B: usize> Frame<B>
where
    Frame<B>: Kept,
{
    /// A frame of an earlier call or a new one, with the plan's numbers filled in.
    pub(super) fn take(plan: &Plan, uniforms: &[f64]) -> Self {
        let spare = Self::shelf(&plan.spare).lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut frame = spare.unwrap_or_else(|| Frame {
            slots: vec![Slot([0.0; B]); plan.slots],
            last: vec![Slot([0.0; B]); plan.columns],
        });
        for &(slot, u) in &plan.filled {
            frame.slots[slot as usize].0.fill(uniforms[u as usize]);
        }
        frame
    }

    pub(super) fn put_back(self, plan: &Plan) {
        Self::shelf(&plan.spare).lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }
}

impl<const B: usize> Frame<B> {
    /// Points the places at rows `from` to `from + len` of the columns.
    fn seek(&mut self, places: &mut Vec<*mut f64>, columns: &[&[f64]], from: usize, len: usize) {
        places.clear();
        if len == B {
            places.extend(columns.iter().map(|c| c[from..from + B].as_ptr().cast_mut()));
        } else {
            for (column, room) in columns.iter().zip(&mut self.last) {
                // Rows behind the end repeat the last one, so that they take no rare way of
                // their own.
                let rows = &column[from..from + len];
                room.0[..len].copy_from_slice(rows);
                room.0[len..].fill(rows[len - 1]);
            }
            places.extend(self.last.iter_mut().map(|room| room.0.as_mut_ptr()));
        }
        places.extend(self.slots.iter_mut().map(|slot| slot.0.as_mut_ptr()));
    }
}

/// What a run over rows gives: sums of lanes, or output columns.
pub(super) struct Results<'r, 'c> {
    pub(super) sums: &'r mut [[f64; LANES]],
    pub(super) stores: &'r mut [&'c mut [f64]],
    /// Whether a NaN was stored.
    pub(super) has_nan: bool,
}

/// Runs `plan` over `rows` of the columns. Sums are added to; output columns begin at the first of
/// the rows.
#[inline(always)]
pub(super) fn run<L: Lanes, const B: usize>(
    plan: &Plan,
    frame: &mut Frame<B>,
    columns: &[&[f64]],
    rows: Range<usize>,
    uniforms: &[f64],
    results: &mut Results<'_, '_>,
) {
    assert!(columns.len() == plan.columns && frame.slots.len() == plan.slots);
    assert!(results.sums.len() == plan.sums && results.stores.len() == plan.stores);
    let mut places = Vec::with_capacity(plan.columns + plan.slots);
    let mut from = rows.start;
    while from < rows.end {
        let len = B.min(rows.end - from);
        frame.seek(&mut places, columns, from, len);
        let block: Block<'_, B> = Block { plan, places: &places, uniforms };
        for &instruction in &plan.code {
            block.step::<L>(instruction, len, from - rows.start, results);
        }
        from += len;
    }
}

/// One block of rows.
#[derive(Clone, Copy)]
struct Block<'r, const B: usize> {
    plan: &'r Plan,
    places: &'r [*mut f64],
    uniforms: &'r [f64],
}

impl<'r, const B: usize> Block<'r, B> {
    #[inline(always)]
    fn get(self, place: u32) -> &'r [f64; B] {
        debug_assert!((place as usize) < self.places.len());
        // SAFETY: `Plan::check` made sure that the place exists and that no instruction writes what
        // it reads. `Frame::seek` pointed each place at `B` numbers that outlive the block: a slot,
        // or rows of a column.
        unsafe {
            let at: *const f64 = *self.places.get_unchecked(place as usize);
            &*at.cast::<[f64; B]>()
        }
    }

    #[inline(always)]
    fn set(self, place: u32) -> &'r mut [f64; B] {
        debug_assert!((place as usize) < self.places.len());
        // SAFETY: as for `get`; `Plan::check` made sure that only slots are written, which the
        // frame lends to this block alone, and that the two of one instruction differ.
        unsafe {
            let at: *mut f64 = *self.places.get_unchecked(place as usize);
            &mut *at.cast::<[f64; B]>()
        }
    }

    #[inline(always)]
    fn number(self, u: u32) -> f64 {
        self.uniforms[u as usize]
    }

    #[inline(always)]
    fn list(self, from: u32, len: usize) -> &'r [u32] {
        &self.plan.lists[from as usize..][..len]
    }

    #[inline(always)]
    #[expect(clippy::too_many_lines, reason = "an arm for each code")]
    fn step<L: Lanes>(self, i: Instruction, len: usize, at: usize, results: &mut Results<'_, '_>) {
        let Instruction { code, dst, a, b, c } = i;
        let (v, u) = (|p| self.get(p), |p| self.number(p));
        match code {
            Code::AddVV => map2(self.set(dst), v(a), v(b), |x, y| x + y),
            Code::AddVU => map1(self.set(dst), v(a), {
                let w = u(b);
                move |x| x + w
            }),
            Code::SubVV => map2(self.set(dst), v(a), v(b), |x, y| x - y),
            Code::SubVU => map1(self.set(dst), v(a), {
                let w = u(b);
                move |x| x - w
            }),
            Code::SubUV => map1(self.set(dst), v(b), {
                let w = u(a);
                move |x| w - x
            }),
            Code::MulVV => map2(self.set(dst), v(a), v(b), |x, y| x * y),
            Code::MulVU => map1(self.set(dst), v(a), {
                let w = u(b);
                move |x| x * w
            }),
            Code::DivVV => map2(self.set(dst), v(a), v(b), |x, y| x / y),
            Code::DivVU => map1(self.set(dst), v(a), {
                let w = u(b);
                move |x| x / w
            }),
            Code::DivUV => map1(self.set(dst), v(b), {
                let w = u(a);
                move |x| w / x
            }),
            Code::FmaVVV => map3(self.set(dst), v(a), v(b), v(c), f64::mul_add),
            Code::FmaUVV => map2(self.set(dst), v(b), v(c), {
                let w = u(a);
                move |x, z| w.mul_add(x, z)
            }),
            Code::FmaVVU => map2(self.set(dst), v(a), v(b), {
                let z = u(c);
                move |x, y| x.mul_add(y, z)
            }),
            Code::FmaUVU => map1(self.set(dst), v(b), {
                let (w, z) = (u(a), u(c));
                move |x| w.mul_add(x, z)
            }),
            Code::FnmaVVV => map3(self.set(dst), v(a), v(b), v(c), |x, y, z| (-x).mul_add(y, z)),
            Code::FnmaUVV => map2(self.set(dst), v(b), v(c), {
                let w = -u(a);
                move |x, z| w.mul_add(x, z)
            }),
            Code::FnmaVVU => map2(self.set(dst), v(a), v(b), {
                let z = u(c);
                move |x, y| (-x).mul_add(y, z)
            }),
            Code::FnmaUVU => map1(self.set(dst), v(b), {
                let (w, z) = (-u(a), u(c));
                move |x| w.mul_add(x, z)
            }),
            Code::FmsVVV => map3(self.set(dst), v(a), v(b), v(c), |x, y, z| x.mul_add(y, -z)),
            Code::FmsUVV => map2(self.set(dst), v(b), v(c), {
                let w = u(a);
                move |x, z| w.mul_add(x, -z)
            }),
            Code::FmsVVU => map2(self.set(dst), v(a), v(b), {
                let z = -u(c);
                move |x, y| x.mul_add(y, z)
            }),
            Code::FmsUVU => map1(self.set(dst), v(b), {
                let (w, z) = (u(a), -u(c));
                move |x| w.mul_add(x, z)
            }),
            Code::ShiftScaleVUU => map1(self.set(dst), v(a), {
                let (shift, scale) = (u(b), u(c));
                move |x| (x - shift) * scale
            }),
            Code::Unary(op) => unary(op, self.set(dst), v(a)),
            Code::Binary(op) => binary(op, self.set(dst), v(a), v(b)),
            Code::Ternary(op) => ternary(op, self.set(dst), v(a), v(b), v(c)),
            Code::Any(op) => self.any(op, dst, a, b),
            Code::WithSlope(Op::NormalCdf) => {
                map_to_two(self.set(dst), self.set(b), v(a), math::normal_cdf_and_pdf);
            }
            Code::WithSlope(_) => {
                map_to_two(self.set(dst), self.set(b), v(a), math::tanh_and_slope);
            }
            Code::DotUV => {
                let pairs = self.list(a, 2 * b as usize);
                self.dot::<L>(
                    dst,
                    c,
                    pairs,
                    |p, k| L::load(eight(self.get(p[1]), k)),
                    |p, _| L::splat(u(p[0])),
                );
            }
            Code::DotVV => {
                let pairs = self.list(a, 2 * b as usize);
                self.dot::<L>(
                    dst,
                    c,
                    pairs,
                    |p, k| L::load(eight(self.get(p[1]), k)),
                    |p, k| L::load(eight(self.get(p[0]), k)),
                );
            }
            Code::Accumulate => accumulate::<L, B>(&mut results.sums[dst as usize], v(a), len),
            Code::AccumulateProducts => {
                let triples = self.list(b, 3 * c as usize);
                let x = v(a);
                let factor = |k| L::load(eight(x, k));
                self.accumulate_products(results.sums, dst, factor, |i| x[i], triples, len);
            }
            Code::AccumulateScaled => {
                let (x, y) = (v(a), v(self.list(b, 1)[0]));
                let triples = self.list(b + 1, 3 * c as usize);
                let factor = |k| L::load(eight(x, k)).mul(L::load(eight(y, k)));
                self.accumulate_products(results.sums, dst, factor, |i| x[i] * y[i], triples, len);
            }
            Code::Store => {
                let x = v(a);
                results.stores[dst as usize][at..at + len].copy_from_slice(&x[..len]);
                let count: u64 = x.iter().map(|x| u64::from(x.is_nan())).sum();
                results.has_nan |= count > 0;
            }
        }
    }

    /// `start + Σ x·y` over the pairs, with as many sums in registers as there are.
    #[inline(always)]
    fn dot<L: Lanes>(
        self,
        dst: u32,
        start: u32,
        pairs: &[u32],
        x: impl Fn(&[u32], usize) -> L,
        y: impl Fn(&[u32], usize) -> L,
    ) {
        let out = self.set(dst);
        let width = WIDE.min(B / LANES);
        let mut at = 0;
        while at < B / LANES {
            let (first, rest) =
                if start == NOTHING { pairs.split_at(2) } else { pairs.split_at(0) };
            let mut sum = [L::splat(0.0); WIDE];
            for (k, s) in sum.iter_mut().enumerate().take(width) {
                *s = if start == NOTHING {
                    y(first, at + k).mul(x(first, at + k))
                } else if start & UNIFORM != 0 {
                    L::splat(self.number(start & !UNIFORM))
                } else {
                    L::load(eight(self.get(start), at + k))
                };
            }
            for p in rest.chunks_exact(2) {
                for (k, s) in sum.iter_mut().enumerate().take(width) {
                    *s = y(p, at + k).mul_add(x(p, at + k), *s);
                }
            }
            for (k, s) in sum.iter().enumerate().take(width) {
                s.store(eight_mut(out, at + k));
            }
            at += width;
        }
    }

    /// Adds `factor` to sum `own`, if it is one, and `factor·(y − u)` to the sum of each triple
    /// (sum, place `y`, number `u` or nothing), each row to its lane, in order of the rows.
    #[inline(always)]
    fn accumulate_products<L: Lanes>(
        self,
        sums: &mut [[f64; LANES]],
        own: u32,
        factor: impl Fn(usize) -> L,
        single: impl Fn(usize) -> f64,
        triples: &[u32],
        len: usize,
    ) {
        let (mut at, whole) = (0, len / LANES);
        while at + WIDE.min(B / LANES) <= whole {
            self.accumulate_eights::<L, WIDE>(sums, own, &factor, triples, at);
            at += WIDE.min(B / LANES);
        }
        for at in at..whole {
            self.accumulate_eights::<L, 1>(sums, own, &factor, triples, at);
        }
        let rest = whole * LANES..len;
        if rest.is_empty() {
            return;
        }
        if own != NOTHING {
            let sum = &mut sums[own as usize];
            rest.clone().for_each(|i| sum[i % LANES] += single(i));
        }
        for t in triples.chunks_exact(3) {
            let (sum, y) = (&mut sums[t[0] as usize], self.get(t[1]));
            for i in rest.clone() {
                let y = if t[2] == NOTHING { y[i] } else { y[i] - self.number(t[2]) };
                sum[i % LANES] = single(i).mul_add(y, sum[i % LANES]);
            }
        }
    }

    /// The same for `W` whole groups of lanes, or as many as a block has, from group `at` on.
    #[inline(always)]
    fn accumulate_eights<L: Lanes, const W: usize>(
        self,
        sums: &mut [[f64; LANES]],
        own: u32,
        factor: impl Fn(usize) -> L,
        triples: &[u32],
        at: usize,
    ) {
        let width = W.min(B / LANES);
        let mut factors = [L::splat(0.0); W];
        for (k, f) in factors.iter_mut().enumerate().take(width) {
            *f = factor(at + k);
        }
        if own != NOTHING {
            let mut s = L::load(&sums[own as usize]);
            for f in factors.iter().take(width) {
                s = s.add(*f);
            }
            s.store(&mut sums[own as usize]);
        }
        for t in triples.chunks_exact(3) {
            let (sum, y) = (&mut sums[t[0] as usize], self.get(t[1]));
            let mut s = L::load(sum);
            if t[2] == NOTHING {
                for (k, f) in factors.iter().enumerate().take(width) {
                    s = f.mul_add(L::load(eight(y, at + k)), s);
                }
            } else {
                let u = L::splat(self.number(t[2]));
                for (k, f) in factors.iter().enumerate().take(width) {
                    s = f.mul_add(L::load(eight(y, at + k)).sub(u), s);
                }
            }
            s.store(sum);
        }
    }

    /// An operation of any number of places, row by row.
    fn any(self, op: Op, dst: u32, from: u32, count: u32) {
        let places = self.list(from, count as usize);
        let mut args = vec![0.0; places.len()];
        for (i, y) in self.set(dst).iter_mut().enumerate() {
            for (arg, &p) in args.iter_mut().zip(places) {
                *arg = self.get(p)[i];
            }
            *y = op.value(&args);
        }
    }
}

#[inline(always)]
fn eight<const B: usize>(rows: &[f64; B], k: usize) -> &[f64; LANES] {
    rows[k * LANES..][..LANES].try_into().expect("a block is whole eights of rows")
}

#[inline(always)]
fn eight_mut<const B: usize>(rows: &mut [f64; B], k: usize) -> &mut [f64; LANES] {
    (&mut rows[k * LANES..][..LANES]).try_into().expect("a block is whole eights of rows")
}

/// Adds the first `len` rows, each to its lane, in order of the rows.
#[inline(always)]
fn accumulate<L: Lanes, const B: usize>(sum: &mut [f64; LANES], x: &[f64; B], len: usize) {
    if len == B {
        let mut s = L::load(sum);
        for k in 0..B / LANES {
            s = s.add(L::load(eight(x, k)));
        }
        s.store(sum);
    } else {
        for (i, x) in x.iter().enumerate().take(len) {
            sum[i % LANES] += x;
        }
    }
}
