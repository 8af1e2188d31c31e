//! What each instruction does to the rows of a block.

use super::block::{Block, Results};
use super::code::{Code, Instruction};
use super::dispatch::{Body, Instructions, Step};
use super::functions::{binary, ternary, unary, with_slope};
use super::lanes::Lanes;
use super::loops::{map1, map2, map3};

/// The function of an instruction for an instruction set, from what it does with its block, itself and
/// what a run gives.
macro_rules! step {
    ($set:expr, |$b:ident, $i:ident| $body:expr) => {
        step!($set, |$b, $i, _| $body)
    };
    ($set:expr, |$b:ident, $i:ident, $results:pat_param| $body:expr) => {{
        struct This;
        impl Body for This {
            #[inline(always)]
            fn run<L: Lanes>($b: Block<'_>, $i: Instruction, $results: &mut Results<'_, '_>) {
                $body
            }
        }
        Step::of::<This>($set)
    }};
}
pub(super) use step;

/// The function of the instructions with that code.
pub(super) fn step_of(code: Code, set: Instructions) -> Step {
    // A loop over places, with numbers that are the same for all rows.
    macro_rules! rows {
        ($map:ident($($place:ident),+ $(; $($w:ident = $u:ident),+)?), $f:expr) => {
            step!(set, |b, i| {
                $($(let $w = b.number(i.$u);)+)?
                $map(b.set(i.dst), $(b.get(i.$place)),+, $f);
            })
        };
    }
    match code {
        Code::AddVV => rows!(map2(a, b), |x, y| x + y),
        Code::AddVU => rows!(map1(a; w = b), |x| x + w),
        Code::SubVV => rows!(map2(a, b), |x, y| x - y),
        Code::SubVU => rows!(map1(a; w = b), |x| x - w),
        Code::SubUV => rows!(map1(b; w = a), |x| w - x),
        Code::MulVV => rows!(map2(a, b), |x, y| x * y),
        Code::MulVU => rows!(map1(a; w = b), |x| x * w),
        Code::DivVV => rows!(map2(a, b), |x, y| x / y),
        Code::DivVU => rows!(map1(a; w = b), |x| x / w),
        Code::DivUV => rows!(map1(b; w = a), |x| w / x),
        Code::FmaVVV => rows!(map3(a, b, c), f64::mul_add),
        Code::FmaUVV => rows!(map2(b, c; w = a), |x, z| w.mul_add(x, z)),
        Code::FmaVVU => rows!(map2(a, b; z = c), |x, y| x.mul_add(y, z)),
        Code::FmaUVU => rows!(map1(b; w = a, z = c), |x| w.mul_add(x, z)),
        Code::FnmaVVV => rows!(map3(a, b, c), |x, y, z| (-x).mul_add(y, z)),
        Code::FnmaUVV => rows!(map2(b, c; w = a), |x, z| (-w).mul_add(x, z)),
        Code::FnmaVVU => rows!(map2(a, b; z = c), |x, y| (-x).mul_add(y, z)),
        Code::FnmaUVU => rows!(map1(b; w = a, z = c), |x| (-w).mul_add(x, z)),
        Code::FmsVVV => rows!(map3(a, b, c), |x, y, z| x.mul_add(y, -z)),
        Code::FmsUVV => rows!(map2(b, c; w = a), |x, z| w.mul_add(x, -z)),
        Code::FmsVVU => rows!(map2(a, b; z = c), |x, y| x.mul_add(y, -z)),
        Code::FmsUVU => rows!(map1(b; w = a, z = c), |x| w.mul_add(x, -z)),
        Code::ShiftScaleVUU => rows!(map1(a; shift = b, scale = c), |x| (x - shift) * scale),
        Code::Unary(op) => unary(op, set),
        Code::Binary(op) => binary(op, set),
        Code::Ternary(op) => ternary(op, set),
        Code::Any(_) => step!(set, |b, i| b.any(i)),
        Code::Formula(formula) => formula.step(set),
        Code::WithSlope(op) => with_slope(op, set),
        Code::DotUV => step!(set, |b, i| {
            b.dot::<L>(i.dst, i.c, i.a, i.b, |p, _, _| L::splat(b.number(p)));
        }),
        Code::TwoDotsUV => step!(set, |b, i| b.two_dots::<L>(i.dst, i.c, i.a, i.b)),
        Code::DotVV => step!(set, |b, i| {
            b.dot::<L>(i.dst, i.c, i.a, i.b, |p, at, group| b.load(p, at, group));
        }),
        Code::Accumulate => step!(set, |b, i, results| {
            b.accumulate_products::<L>(results.sums, i.a, i.dst, &[]);
        }),
        Code::ScaledSquares => step!(set, |b, i| b.scaled_squares::<L>(i.dst, i.c, i.a, i.b)),
        Code::AccumulateProducts => step!(set, |b, i, results| {
            let triples = b.list(i.b, 3 * i.c as usize);
            b.accumulate_products::<L>(results.sums, i.a, i.dst, triples);
        }),
        Code::AccumulateTwo => step!(set, |b, i, results| {
            b.accumulate_two::<L>(results.sums, (i.a, i.dst), i.b, i.c);
        }),
        Code::AccumulateScaled => step!(set, |b, i, results| {
            b.accumulate_scaled::<L>(results.sums, i.a, i.b, i.c);
        }),
        Code::Copy => rows!(map1(a), |x| x),
        Code::Watch => step!(set, |b, i, results| {
            results.has_nan |= b.has_nan(b.list(i.a, i.b as usize));
        }),
    }
}

impl Block<'_> {
    /// Whether there is NaN in the rows of the places. Infinite numbers of both signs make a sum NaN too.
    #[inline(always)]
    fn has_nan(self, places: &[u32]) -> bool {
        let mut count = 0_u64;
        for six in places.chunks(6) {
            // The last once more, where there are fewer.
            let [a, b, c, d, e, f] = std::array::from_fn(|n| self.get(six[n.min(six.len() - 1)]));
            for (((((a, b), c), d), e), f) in a.iter().zip(b).zip(c).zip(d).zip(e).zip(f) {
                count += u64::from((a + b + c + d + e + f).is_nan());
            }
        }
        count > 0 && places.iter().any(|&place| self.get(place).iter().any(|x| x.is_nan()))
    }

    /// An operation of any number of places, row by row.
    fn any(self, i: Instruction) {
        let Code::Any(op) = i.code else { unreachable!("another instruction's function") };
        let places = self.list(i.a, i.b as usize);
        let mut args = vec![0.0; places.len()];
        for (k, y) in self.set(i.dst).iter_mut().enumerate() {
            for (arg, &p) in args.iter_mut().zip(places) {
                *arg = self.get(p)[k];
            }
            *y = op.value(&args);
        }
    }
}
