//! Loops over the rows of a block: simple enough to become vector instructions.
//!
//! The table's own rows stand in them where they have no branch; elsewhere `math` does, and what
//! neither names runs number by number.

use super::math;
use crate::algebra::ops::row;
use crate::algebra::{Op, Row};

#[inline(always)]
pub(super) fn map1(out: &mut [f64], x: &[f64], f: impl Fn(f64) -> f64) {
    for (y, &x) in out.iter_mut().zip(x) {
        *y = f(x);
    }
}

#[inline(always)]
pub(super) fn map_to_two(
    out: &mut [f64],
    second: &mut [f64],
    x: &[f64],
    f: impl Fn(f64) -> (f64, f64),
) {
    for ((y, z), &x) in out.iter_mut().zip(second).zip(x) {
        (*y, *z) = f(x);
    }
}

#[inline(always)]
pub(super) fn map2(out: &mut [f64], x: &[f64], y: &[f64], f: impl Fn(f64, f64) -> f64) {
    for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
        *out = f(x, y);
    }
}

#[inline(always)]
pub(super) fn map3(
    out: &mut [f64],
    x: &[f64],
    y: &[f64],
    z: &[f64],
    f: impl Fn(f64, f64, f64) -> f64,
) {
    for (((out, &x), &y), &z) in out.iter_mut().zip(x).zip(y).zip(z) {
        *out = f(x, y, z);
    }
}

/// `f`, and what the table says for its rare arguments.
#[inline(always)]
fn unless_rare(
    out: &mut [f64],
    x: &[f64],
    op: Op,
    is_rare: impl Fn(f64) -> bool,
    f: impl Fn(f64) -> f64,
) {
    map1(out, x, f);
    // Counted, not asked one by one: the count is a vector instruction, the questions are jumps.
    let mut count = 0_u64;
    for &x in x {
        count += u64::from(is_rare(x));
    }
    if count > 0 {
        by_table(out, x, op, is_rare);
    }
}

#[cold]
fn by_table(out: &mut [f64], x: &[f64], op: Op, is_rare: impl Fn(f64) -> bool) {
    for (y, &x) in out.iter_mut().zip(x) {
        if is_rare(x) {
            *y = op.value(&[x]);
        }
    }
}

/// The table's rows of one argument as loops; what is not named here runs number by number.
#[inline(always)]
pub(super) fn unary(op: Op, out: &mut [f64], x: &[f64]) {
    macro_rules! rows {
        ($($row:ident)+; $($Op:ident $rare:ident $f:ident)+) => {
            match op {
                $(Op::$row => map1(out, x, |x| row::$row::value(&[x])),)+
                $(Op::$Op => unless_rare(out, x, op, math::$rare, math::$f),)+
                _ => scalar1(op, out, x),
            }
        };
    }
    rows! {
        Neg Recip Square Sqrt Abs Relu Signum Floor Ceil Trunc;
        Exp never exp
        Ln ln_is_rare ln
        Sin angle_is_rare sin
        Cos angle_is_rare cos
        Tan angle_is_rare tan
        Tanh never tanh
        Sech never sech
        Sigmoid never sigmoid
        Silu silu_is_rare silu
        Softplus never softplus
        LogSigmoid never log_sigmoid
        Erf never erf
        Erfc never erfc
        NormalCdf never normal_cdf
        NormalPdf never normal_pdf
        Gauss never gauss
    }
}

fn scalar1(op: Op, out: &mut [f64], x: &[f64]) {
    map1(out, x, |x| op.value(&[x]));
}

/// As for one argument.
#[inline(always)]
pub(super) fn binary(op: Op, out: &mut [f64], x: &[f64], y: &[f64]) {
    macro_rules! rows {
        ($($row:ident)+) => {
            match op {
                $(Op::$row => map2(out, x, y, |x, y| row::$row::value(&[x, y])),)+
                _ => scalar2(op, out, x, y),
            }
        };
    }
    rows! { StrongMul Min Max Minimum Maximum Lt Le Gt Ge Eq Ne And LeakyRelu Copysign }
}

fn scalar2(op: Op, out: &mut [f64], x: &[f64], y: &[f64]) {
    map2(out, x, y, |x, y| op.value(&[x, y]));
}

/// As for one argument.
#[inline(always)]
pub(super) fn ternary(op: Op, out: &mut [f64], x: &[f64], y: &[f64], z: &[f64]) {
    match op {
        Op::Select => map3(out, x, y, z, |x, y, z| row::Select::value(&[x, y, z])),
        Op::Clamp => map3(out, x, y, z, |x, y, z| row::Clamp::value(&[x, y, z])),
        _ => map3(out, x, y, z, |x, y, z| op.value(&[x, y, z])),
    }
}
