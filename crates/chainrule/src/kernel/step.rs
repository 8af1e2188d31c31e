//! What each instruction does to the rows of a block.

use super::block::{Block, Results};
use super::code::{Code, Instruction};
use super::lanes::Lanes;
use super::loops::{binary, map1, map2, map3, ternary, unary, with_slope};
use crate::algebra::Op;

impl Block<'_> {
    /// Runs one instruction.
    #[inline(always)]
    pub(super) fn step<L: Lanes>(self, i: Instruction, results: &mut Results<'_, '_>) {
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
            Code::WithSlope(op) => with_slope(op, self.set(dst), self.set(b), v(a)),
            Code::DotUV => self.dot::<L>(dst, c, a, b, |p, _, _| L::splat(u(p))),
            Code::TwoDotsUV => self.two_dots::<L>(dst, c, a, b),
            Code::DotVV => self.dot::<L>(dst, c, a, b, |p, at, k| self.load(p, at, k)),
            Code::Accumulate => self.accumulate::<L>(&mut results.sums[dst as usize].0, a),
            Code::ScaledSquares => self.scaled_squares::<L>(dst, c, a, b),
            Code::AccumulateProducts => {
                let triples = self.list(b, 3 * c as usize);
                self.accumulate_products::<L>(results.sums, a, dst, triples);
            }
            Code::AccumulateTwo => self.accumulate_two::<L>(results.sums, (a, dst), b, c),
            Code::AccumulateScaled => self.accumulate_scaled::<L>(results.sums, a, b, c),
            Code::Store => {
                let x = v(a);
                results.stores[dst as usize][self.rows()].copy_from_slice(&x[..self.rows().len()]);
                let count: u64 = x.iter().map(|x| u64::from(x.is_nan())).sum();
                results.has_nan |= count > 0;
            }
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
