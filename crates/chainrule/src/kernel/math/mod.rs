//! Elementary functions without branches, which a compiler can turn into vector instructions.
//!
//! Each is made of ordinary functions of a number or two, so a result depends on the argument
//! alone: not on the lane, the length of the block or the instruction set, all of which run the
//! same additions and fused products. The longer ones come in steps, for loops of their own. What a
//! function cannot do without a branch (subnormal arguments of `ln`, huge ones of `sin`) it leaves
//! to the table: its `rare` says which arguments those are.
//!
//! The coefficients are Chebyshev fits made with `mpmath` in 50 digits. The errors stated with each
//! function are checked in `tests/kernel_vector.rs`; decision 013 tells how they were kept low.

mod division;
mod exponential;
mod inverse;
mod inverse_hyperbolic;
mod logarithm;
mod normal;
mod power;
mod trigonometric;

pub(super) use division::{are_ordinary, is_ordinary, quotient_by};
pub(super) use exponential::{
    cosh, exp, exp_m1, exp_m1_is_rare, exp_of_minus_size, exp2, hyperbolic_is_rare, never,
    quarter_and_rest, scale_and_rest_of_minus_size, scale_and_rest_of_size, sech, sech_is_rare,
    sigmoid, silu, silu_is_rare, sinh, tanh, tanh_and_slope,
};
pub(super) use inverse::{acos, asin, atan, atan2, atan2_is_rare, eighth_of_turn};
pub(super) use inverse_hyperbolic::{
    acosh, acosh_is_rare, acosh_parts, asinh, asinh_is_rare, asinh_parts, atanh, atanh_is_rare,
    atanh_parts,
};
pub(super) use logarithm::{
    exp_of_minus_distance, ln, ln_1p, ln_1p_is_rare, ln_is_rare, log_sigmoid, log2, log10,
    logaddexp, logaddexp_is_rare, softplus, softplus_parts,
};
pub(super) use normal::{erf, erfc, gauss, normal_cdf, normal_cdf_and_pdf, normal_pdf};
pub(super) use power::{
    cbrt, cbrt_is_rare, cbrt_parts, hypot, hypot_is_rare, is_mirrored, is_odd, long_ln, pow,
    pow_is_rare, quotient,
};
pub(super) use trigonometric::{angle_is_rare, cos, reduced_angle, sin, tan};

/// Adding it rounds a number below 2^51 to a whole one, which then stands in the low bits.
const SHIFT: f64 = 6755399441055744.0;

/// `Σ cᵢ·xⁱ`, as the sum of an even and an odd polynomial that run side by side.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let square = x * x;
    let top = N - 1;
    let (mut even, mut odd) = (c[top - top % 2], c[top - 1 + top % 2]);
    let mut i = top - top % 2;
    while i >= 2 {
        i -= 2;
        even = even.mul_add(square, c[i]);
    }
    let mut i = top - 1 + top % 2;
    while i >= 3 {
        i -= 2;
        odd = odd.mul_add(square, c[i]);
    }
    odd.mul_add(x, even)
}

/// `2^k` from `k` plus [`SHIFT`] plus 1023, for whole `k` from −1022 to 1023.
#[inline(always)]
fn power_of_two(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits() << 52)
}

/// `x` kept between two bounds; NaN stays NaN.
#[inline(always)]
fn within(x: f64, lower: f64, upper: f64) -> f64 {
    below(if x < lower { lower } else { x }, upper)
}

/// `x`, or the bound if that is smaller; NaN stays NaN.
#[inline(always)]
fn below(x: f64, upper: f64) -> f64 {
    if x > upper { upper } else { x }
}

/// `x` where the condition holds, otherwise `y`, without a jump however long they take.
#[inline(always)]
fn choose(condition: bool, x: f64, y: f64) -> f64 {
    let mask = u64::from(condition).wrapping_neg();
    f64::from_bits(x.to_bits() & mask | y.to_bits() & !mask)
}
