//! The instructions of the block interpreter.

use super::formula::Formula;
use crate::algebra::Op;

/// What one instruction does to the rows of a block. `V` operands are places (columns, output
/// columns, slots), `U` operands numbers that are the same for all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    AddVV,
    AddVU,
    SubVV,
    SubVU,
    SubUV,
    MulVV,
    MulVU,
    DivVV,
    DivVU,
    DivUV,
    /// `a·b + c`.
    FmaVVV,
    FmaUVV,
    FmaVVU,
    FmaUVU,
    /// `c − a·b`.
    FnmaVVV,
    FnmaUVV,
    FnmaVVU,
    FnmaUVU,
    /// `a·b − c`.
    FmsVVV,
    FmsUVV,
    FmsVVU,
    FmsUVU,
    /// `(a − b)·c`, rounded twice.
    ShiftScaleVUU,
    /// Operations of one, two and three places by the table.
    Unary(Op),
    Binary(Op),
    Ternary(Op),
    /// An operation of `b` places listed from `a` on.
    Any(Op),
    /// A formula of `b` places listed from `a` on.
    Formula(Formula),
    /// An operation of place `a`, a division by place `c`, and its derivative by `a` into place `b`.
    WithSlope(Op),
    /// `c + Σ u·x` over `b` pairs (number, place) listed from `a` on.
    DotUV,
    /// Two such sums over the same places: `c + Σ u·x` and a second one into another place, which
    /// are listed from `a` on: that place, what the second sum begins with, then `b` threes (number
    /// of the first, of the second, place).
    TwoDotsUV,
    /// `c + Σ x·y` over `b` pairs of places listed from `a` on.
    DotVV,
    /// `c + Σ v²` with `v = (x − u)·w`, for `b` fours (place `v`, place `x`, numbers `u` and `w`)
    /// listed from `a` on. Writes each `v` too.
    ScaledSquares,
    /// Adds place `a` to sum `dst`.
    Accumulate,
    /// Adds place `a` times `x − u` to a sum, for `c` triples (sum, place `x`, number `u`) listed
    /// from `b` on, `x` alone where `u` is `NOTHING`; and place `a` to sum `dst`, unless that is
    /// `NOTHING`.
    AccumulateProducts,
    /// The same for two factors and the same places `x`: place `a` and a second one. Listed from `b`
    /// on: that place, the sum of itself or `NOTHING`, then `c` threes (sum of the first factor's
    /// product, of the second's, place `x`).
    AccumulateTwo,
    /// As `AccumulateProducts` with place `a` times another place instead of place `a`, for `c` of these listed
    /// from `b` on: the sum of the product itself or `NOTHING`, the place, how many triples, they.
    AccumulateScaled,
    /// Place `a` as it is.
    Copy,
    /// Looks for NaN in `b` places listed from `a` on.
    Watch,
}

/// One step of the interpreter. What the fields mean depends on the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    pub(super) code: Code,
    pub(super) dst: u32,
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) c: u32,
}

/// In `c` of a dot: the sum begins with its first product. In `dst`: no sum.
pub(super) const NOTHING: u32 = u32::MAX;
/// In `c` of a dot: the rest is the number of a uniform, not a place.
pub(super) const UNIFORM: u32 = 1 << 31;
