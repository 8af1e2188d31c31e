//! The table's operations over the rows of a block.
//!
//! The table's own rows stand in the loops where they have no branch; elsewhere `math` does, and what
//! neither names runs number by number.

use super::block::{Block, Results};
use super::code::{Code, Instruction};
use super::dispatch::{Body, Instructions, Step};
use super::lanes::Lanes;
use super::loops::{PIECE, map_to_two, map1, map2, map3, three_steps, two_steps, unless_rare};
use super::math;
use super::step::step;
use crate::algebra::ops::row;
use crate::algebra::{Op, Row};

/// The operation of an instruction by the table.
#[inline(always)]
fn operation(i: Instruction) -> Op {
    match i.code {
        Code::Unary(op) | Code::Binary(op) | Code::Ternary(op) => op,
        _ => unreachable!("another instruction's function"),
    }
}

/// The table's rows of one argument as loops; what is not named here runs number by number.
pub(super) fn unary(op: Op, set: Instructions) -> Step {
    macro_rules! steps {
        ($out:ident $x:ident $f:ident) => {
            map1($out, $x, math::$f)
        };
        ($out:ident $x:ident $f:ident $g:ident) => {
            for (out, x) in $out.chunks_mut(PIECE).zip($x.chunks(PIECE)) {
                two_steps(out, x.iter().copied(), math::$f, math::$g);
            }
        };
        ($out:ident $x:ident $f:ident $g:ident $h:ident) => {
            for (out, x) in $out.chunks_mut(PIECE).zip($x.chunks(PIECE)) {
                three_steps(out, x.iter().copied(), math::$f, math::$g, math::$h);
            }
        };
    }
    macro_rules! rows {
        ($($row:ident)+; $($Op:ident $rare:ident ($($f:ident)+))+) => {
            match op {
                $(Op::$row => step!(set, |b, i| {
                    map1(b.set(i.dst), b.get(i.a), |x| row::$row::value(&[x]));
                }),)+
                $(Op::$Op => step!(set, |b, i| {
                    let (out, x) = (b.set(i.dst), b.get(i.a));
                    steps!(out x $($f)+);
                    let is_rare = |x, _| math::$rare(x);
                    unless_rare(out, x.iter().copied(), is_rare, |x, _| Op::$Op.value(&[x]));
                }),)+
                _ => step!(set, |b, i| {
                    let op = operation(i);
                    map1(b.set(i.dst), b.get(i.a), |x| op.value(&[x]));
                }),
            }
        };
    }
    rows! {
        Neg Recip Square Sqrt Abs Relu Signum Floor Ceil Trunc Softsign;
        Exp never (exp)
        Exp2 never (exp2)
        ExpM1 exp_m1_is_rare (exp_m1)
        Ln ln_is_rare (ln)
        Log2 ln_is_rare (log2)
        Log10 ln_is_rare (log10)
        Ln1p ln_1p_is_rare (ln_1p)
        Cbrt cbrt_is_rare (cbrt_parts cbrt)
        Sin angle_is_rare (reduced_angle sin)
        Cos angle_is_rare (reduced_angle cos)
        Tan angle_is_rare (reduced_angle tan)
        Asin never (asin)
        Acos never (acos)
        Atan never (atan)
        Sinh hyperbolic_is_rare (scale_and_rest_of_size sinh)
        Cosh hyperbolic_is_rare (scale_and_rest_of_size cosh)
        Tanh never (quarter_and_rest tanh)
        Asinh asinh_is_rare (asinh_parts asinh)
        Acosh acosh_is_rare (acosh_parts acosh)
        Atanh atanh_is_rare (atanh_parts atanh)
        Sech sech_is_rare (scale_and_rest_of_minus_size sech)
        Sigmoid never (exp_of_minus_size sigmoid)
        Silu silu_is_rare (scale_and_rest_of_minus_size silu)
        Softplus never (exp_of_minus_size softplus_parts softplus)
        LogSigmoid never (exp_of_minus_size softplus_parts log_sigmoid)
        Erf never (erf)
        Erfc never (erfc)
        NormalCdf never (normal_cdf)
        NormalPdf never (normal_pdf)
        Gauss never (gauss)
    }
}

/// `tanh`, the normal distribution function, `softplus`, `ln`, the rectifier or a division, and its
/// derivative, which goes to place `b`. Their steps leave two numbers to each other.
pub(super) fn with_slope(op: Op, set: Instructions) -> Step {
    macro_rules! pieces {
        (|$out:ident, $slope:ident, $x:ident| $body:expr) => {
            step!(set, |b, i| {
                let (out, slope, x) = (b.set(i.dst), b.set(i.b), b.get(i.a));
                let pieces =
                    out.chunks_mut(PIECE).zip(slope.chunks_mut(PIECE)).zip(x.chunks(PIECE));
                for (($out, $slope), $x) in pieces {
                    $body;
                }
            })
        };
    }
    match op {
        Op::Relu => pieces!(|out, slope, x| map_to_two(out, slope, x, |x, _| {
            let step = if x > 0.0 { 1.0 } else { 0.0 };
            [row::Relu::value(&[x]), if x.is_nan() { f64::NAN } else { step }]
        })),
        Op::NormalCdf => step!(set, |b, i| {
            let f = |x, _| math::normal_cdf_and_pdf(x);
            map_to_two(b.set(i.dst), b.set(i.b), b.get(i.a), f);
        }),
        Op::Ln => step!(set, |b, i| {
            let (out, slope, x) = (b.set(i.dst), b.set(i.b), b.get(i.a));
            map_to_two(out, slope, x, |x, _| {
                [math::ln(x), if x >= 0.0 { 1.0 / x } else { f64::NAN }]
            });
            let is_rare = |x, _| math::ln_is_rare(x);
            unless_rare(out, x.iter().copied(), is_rare, |x, _| Op::Ln.value(&[x]));
        }),
        Op::Div => step!(set, |b, i| {
            divide(b.set(i.dst), b.set(i.b), b.get(i.a), b.get(i.c));
        }),
        Op::Softplus => pieces!(|out, slope, x| {
            map1(slope, x, |x| math::exp_of_minus_size(x)[0]);
            let rows = x.iter().copied().zip(slope.iter().copied());
            two_steps(
                out,
                rows,
                |(x, e)| math::softplus_parts(x, [e]),
                |(x, _), parts| math::softplus(x, parts),
            );
            for (slope, &x) in slope.iter_mut().zip(x) {
                *slope = math::sigmoid(x, [*slope]);
            }
        }),
        _ => pieces!(|out, slope, x| {
            map_to_two(out, slope, x, |x, _| math::quarter_and_rest(x));
            map_to_two(out, slope, x, math::tanh_and_slope);
        }),
    }
}

/// Quotients and the reciprocals of the divisors.
#[inline(always)]
fn divide(out: &mut [f64], reciprocals: &mut [f64], x: &[f64], c: &[f64]) {
    let mut ordinary = u64::MAX;
    for (((y, r), &x), &c) in out.iter_mut().zip(&mut *reciprocals).zip(x).zip(c) {
        *r = 1.0 / c;
        *y = math::quotient_by(x, c, *r);
        ordinary &= math::are_ordinary(x, c);
    }
    if !math::is_ordinary(ordinary) {
        map2(out, x, c, |x, c| x / c);
    }
}

/// As for one argument.
pub(super) fn binary(op: Op, set: Instructions) -> Step {
    macro_rules! rows {
        ($($row:ident)+) => {
            match op {
                $(Op::$row => step!(set, |b, i| {
                    map2(b.set(i.dst), b.get(i.a), b.get(i.b), |x, y| row::$row::value(&[x, y]));
                }),)+
                Op::Pow | Op::Powc => step!(set, |b, i| {
                    power(operation(i), b.set(i.dst), b.get(i.a), b.get(i.b));
                }),
                Op::Hypot => step!(set, |b, i| {
                    let (out, x, y) = (b.set(i.dst), b.get(i.a), b.get(i.b));
                    map2(out, x, y, math::hypot);
                    let is_rare = |(x, y), _| math::hypot_is_rare(x, y);
                    unless_rare(out, pairs(x, y), is_rare, |(x, y), _| Op::Hypot.value(&[x, y]));
                }),
                Op::Atan2 => step!(set, |b, i| {
                    atan2(b.set(i.dst), b.get(i.a), b.get(i.b));
                }),
                Op::Logaddexp => step!(set, |b, i| {
                    logaddexp(b.set(i.dst), b.get(i.a), b.get(i.b));
                }),
                _ => step!(set, |b, i| {
                    let op = operation(i);
                    map2(b.set(i.dst), b.get(i.a), b.get(i.b), |x, y| op.value(&[x, y]));
                }),
            }
        };
    }
    rows! { StrongMul Min Max Minimum Maximum Lt Le Gt Ge Eq Ne And LeakyRelu Copysign }
}

#[inline(always)]
fn pairs(x: &[f64], y: &[f64]) -> impl Iterator<Item = (f64, f64)> + Clone {
    x.iter().copied().zip(y.iter().copied())
}

#[inline(always)]
fn power(op: Op, out: &mut [f64], a: &[f64], b: &[f64]) {
    for ((out, a), b) in out.chunks_mut(PIECE).zip(a.chunks(PIECE)).zip(b.chunks(PIECE)) {
        three_steps(
            out,
            pairs(a, b),
            |(a, _)| math::quotient(a),
            |_, n| math::long_ln(n),
            |(_, b), n| math::pow(b, n),
        );
    }
    unless_rare(
        out,
        pairs(a, b),
        |(a, b), _| math::pow_is_rare(a, b),
        |(a, b), power| {
            // A negative base with a whole exponent is a power of its size.
            match (math::is_mirrored(a, b), math::is_odd(b)) {
                (true, true) => -power,
                (true, false) => power,
                _ => op.value(&[a, b]),
            }
        },
    );
}

#[inline(always)]
fn atan2(out: &mut [f64], y: &[f64], x: &[f64]) {
    for ((out, y), x) in out.chunks_mut(PIECE).zip(y.chunks(PIECE)).zip(x.chunks(PIECE)) {
        let tangent = |(y, x)| math::eighth_of_turn(y, x);
        two_steps(out, pairs(y, x), tangent, |(y, x), n| math::atan2(y, x, n));
    }
    let is_rare = |(y, x), _| math::atan2_is_rare(y, x);
    unless_rare(out, pairs(y, x), is_rare, |(y, x), _| Op::Atan2.value(&[y, x]));
}

#[inline(always)]
fn logaddexp(out: &mut [f64], x: &[f64], y: &[f64]) {
    for ((out, x), y) in out.chunks_mut(PIECE).zip(x.chunks(PIECE)).zip(y.chunks(PIECE)) {
        three_steps(
            out,
            pairs(x, y),
            |(x, y)| math::exp_of_minus_distance(x, y),
            |(x, _), n| math::softplus_parts(x, n),
            |(x, y), n| math::logaddexp(x, y, n),
        );
    }
    let is_rare = |(x, y), sum| math::logaddexp_is_rare(x, y, sum);
    unless_rare(out, pairs(x, y), is_rare, |(x, y), _| Op::Logaddexp.value(&[x, y]));
}

/// As for one argument.
pub(super) fn ternary(op: Op, set: Instructions) -> Step {
    macro_rules! rows {
        ($($row:ident)+) => {
            match op {
                $(Op::$row => step!(set, |b, i| {
                    let (out, x, y, z) = (b.set(i.dst), b.get(i.a), b.get(i.b), b.get(i.c));
                    map3(out, x, y, z, |x, y, z| row::$row::value(&[x, y, z]));
                }),)+
                _ => step!(set, |b, i| {
                    let op = operation(i);
                    let (out, x, y, z) = (b.set(i.dst), b.get(i.a), b.get(i.b), b.get(i.c));
                    map3(out, x, y, z, |x, y, z| op.value(&[x, y, z]));
                }),
            }
        };
    }
    rows! { Select Clamp }
}
