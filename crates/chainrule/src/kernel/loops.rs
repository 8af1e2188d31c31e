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

/// Rows between whose steps numbers are kept.
const PIECE: usize = 64;

/// Leaves up to three numbers to the next step.
#[inline(always)]
fn put<const N: usize>(places: [&mut f64; 3], numbers: [f64; N]) {
    for (place, x) in places.into_iter().zip(numbers) {
        *place = x;
    }
}

/// What the last step left.
#[inline(always)]
fn get<const N: usize>(places: [f64; 3]) -> [f64; N] {
    std::array::from_fn(|n| places[n])
}

/// A function of each row's arguments, at most a piece of rows, in two steps, which leave up to
/// three numbers to each other. A loop of few instructions leaves a processor room to begin many of
/// its turns at once; a long one waits for the chain of its own results.
#[inline(always)]
fn two_steps<A, const N: usize>(
    out: &mut [f64],
    rows: impl Iterator<Item = A> + Clone,
    first: impl Fn(A) -> [f64; N],
    last: impl Fn(A, [f64; N]) -> f64,
) {
    let (mut y, mut z) = ([0.0; PIECE], [0.0; PIECE]);
    for (((row, x), y), z) in rows.clone().zip(&mut *out).zip(&mut y).zip(&mut z) {
        put([x, y, z], first(row));
    }
    for (((row, x), &y), &z) in rows.zip(out).zip(&y).zip(&z) {
        *x = last(row, get([*x, y, z]));
    }
}

/// The same in three.
#[inline(always)]
fn three_steps<A, const N: usize, const M: usize>(
    out: &mut [f64],
    rows: impl Iterator<Item = A> + Clone,
    first: impl Fn(A) -> [f64; N],
    second: impl Fn(A, [f64; N]) -> [f64; M],
    last: impl Fn(A, [f64; M]) -> f64,
) {
    let (mut y, mut z) = ([0.0; PIECE], [0.0; PIECE]);
    for (((row, x), y), z) in rows.clone().zip(&mut *out).zip(&mut y).zip(&mut z) {
        put([x, y, z], first(row));
    }
    for (((row, x), y), z) in rows.clone().zip(&mut *out).zip(&mut y).zip(&mut z) {
        let numbers = get([*x, *y, *z]);
        put([x, y, z], second(row, numbers));
    }
    for (((row, x), &y), &z) in rows.zip(out).zip(&y).zip(&z) {
        *x = last(row, get([*x, y, z]));
    }
}

/// Asks the table about rows whose arguments are rare. They are counted, not asked for one by one:
/// the count is a vector instruction, the questions are jumps.
#[inline(always)]
fn unless_rare<A: Copy>(
    out: &mut [f64],
    rows: impl Iterator<Item = A> + Clone,
    is_rare: impl Fn(A, f64) -> bool,
    by_table: impl Fn(A, f64) -> f64,
) {
    let mut count = 0_u64;
    for (row, &y) in rows.clone().zip(&*out) {
        count += u64::from(is_rare(row, y));
    }
    if count > 0 {
        rare_rows(out, rows, is_rare, by_table);
    }
}

#[cold]
fn rare_rows<A: Copy>(
    out: &mut [f64],
    rows: impl Iterator<Item = A>,
    is_rare: impl Fn(A, f64) -> bool,
    by_table: impl Fn(A, f64) -> f64,
) {
    for (row, y) in rows.zip(out) {
        if is_rare(row, *y) {
            *y = by_table(row, *y);
        }
    }
}

/// The table's rows of one argument as loops; what is not named here runs number by number.
#[inline(always)]
pub(super) fn unary(op: Op, out: &mut [f64], x: &[f64]) {
    macro_rules! steps {
        ($f:ident) => {
            map1(out, x, math::$f)
        };
        ($f:ident $g:ident) => {
            for (out, x) in out.chunks_mut(PIECE).zip(x.chunks(PIECE)) {
                two_steps(out, x.iter().copied(), math::$f, math::$g);
            }
        };
        ($f:ident $g:ident $h:ident) => {
            for (out, x) in out.chunks_mut(PIECE).zip(x.chunks(PIECE)) {
                three_steps(out, x.iter().copied(), math::$f, math::$g, math::$h);
            }
        };
    }
    macro_rules! rows {
        ($($row:ident)+; $($Op:ident $rare:ident ($($f:ident)+))+) => {
            match op {
                $(Op::$row => map1(out, x, |x| row::$row::value(&[x])),)+
                $(Op::$Op => {
                    steps!($($f)+);
                    let is_rare = |x, _| math::$rare(x);
                    unless_rare(out, x.iter().copied(), is_rare, |x, _| op.value(&[x]));
                })+
                _ => map1(out, x, |x| op.value(&[x])),
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
        Sin angle_is_rare (reduced_angle sin)
        Cos angle_is_rare (reduced_angle cos)
        Tan angle_is_rare (reduced_angle tan)
        Atan never (atan)
        Sinh hyperbolic_is_rare (scale_and_rest_of_size sinh)
        Cosh hyperbolic_is_rare (scale_and_rest_of_size cosh)
        Tanh never (quarter_and_rest tanh)
        Sech sech_is_rare (scale_and_rest_of_minus_size sech)
        Sigmoid never (exp_of_minus_size sigmoid)
        Silu silu_is_rare (scale_and_rest_of_minus_size silu)
        Softplus never (exp_of_minus_size softplus_parts softplus)
        LogSigmoid never (exp_of_minus_size softplus_parts log_sigmoid)
        Erf never (erfc_ratios erfc_ratio erf)
        Erfc never (erfc_ratios erfc_ratio erfc)
        NormalCdf never (normal_ratios normal_ratio normal_cdf)
        NormalPdf never (normal_pdf)
        Gauss never (gauss)
    }
}

/// `tanh`, the normal distribution function, `softplus` or the rectifier, and its derivative.
#[inline(always)]
pub(super) fn with_slope(op: Op, out: &mut [f64], slope: &mut [f64], x: &[f64]) {
    // Their steps leave two numbers to each other.
    let pieces = out.chunks_mut(PIECE).zip(slope.chunks_mut(PIECE)).zip(x.chunks(PIECE));
    for ((out, slope), x) in pieces {
        match op {
            Op::Relu => map_to_two(out, slope, x, |x, _| {
                let step = if x > 0.0 { 1.0 } else { 0.0 };
                [row::Relu::value(&[x]), if x.is_nan() { f64::NAN } else { step }]
            }),
            Op::NormalCdf => {
                map_to_two(out, slope, x, |x, _| math::normal_ratios(x));
                map_to_two(out, slope, x, math::normal_ratio);
                map_to_two(out, slope, x, math::normal_cdf_and_pdf);
            }
            Op::Softplus => {
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
            }
            _ => {
                map_to_two(out, slope, x, |x, _| math::quarter_and_rest(x));
                map_to_two(out, slope, x, math::tanh_and_slope);
            }
        }
    }
}

#[inline(always)]
fn map_to_two(
    first: &mut [f64],
    second: &mut [f64],
    x: &[f64],
    f: impl Fn(f64, [f64; 2]) -> [f64; 2],
) {
    for ((y, z), &x) in first.iter_mut().zip(second).zip(x) {
        [*y, *z] = f(x, [*y, *z]);
    }
}

/// As for one argument.
#[inline(always)]
pub(super) fn binary(op: Op, out: &mut [f64], x: &[f64], y: &[f64]) {
    let rows = x.iter().copied().zip(y.iter().copied());
    macro_rules! rows {
        ($($row:ident)+) => {
            match op {
                $(Op::$row => map2(out, x, y, |x, y| row::$row::value(&[x, y])),)+
                Op::Pow | Op::Powc => {
                    power(out, x, y);
                    unless_rare(out, rows, |(a, b), _| math::pow_is_rare(a, b), |(a, b), power| {
                        // A negative base with a whole exponent is a power of its size.
                        match (math::is_mirrored(a, b), math::is_odd(b)) {
                            (true, true) => -power,
                            (true, false) => power,
                            _ => op.value(&[a, b]),
                        }
                    });
                }
                Op::Hypot => {
                    map2(out, x, y, math::hypot);
                    let is_rare = |(x, y), _| math::hypot_is_rare(x, y);
                    unless_rare(out, rows, is_rare, |(x, y), _| op.value(&[x, y]));
                }
                Op::Logaddexp => {
                    logaddexp(out, x, y);
                    let is_rare = |(x, y), sum| math::logaddexp_is_rare(x, y, sum);
                    unless_rare(out, rows, is_rare, |(x, y), _| op.value(&[x, y]));
                }
                _ => map2(out, x, y, |x, y| op.value(&[x, y])),
            }
        };
    }
    rows! { StrongMul Min Max Minimum Maximum Lt Le Gt Ge Eq Ne And LeakyRelu Copysign }
}

#[inline(always)]
fn power(out: &mut [f64], a: &[f64], b: &[f64]) {
    for ((out, a), b) in out.chunks_mut(PIECE).zip(a.chunks(PIECE)).zip(b.chunks(PIECE)) {
        let rows = a.iter().copied().zip(b.iter().copied());
        three_steps(
            out,
            rows,
            |(a, _)| math::quotient(a),
            |_, n| math::long_ln(n),
            |(_, b), n| math::pow(b, n),
        );
    }
}

#[inline(always)]
fn logaddexp(out: &mut [f64], x: &[f64], y: &[f64]) {
    for ((out, x), y) in out.chunks_mut(PIECE).zip(x.chunks(PIECE)).zip(y.chunks(PIECE)) {
        let rows = x.iter().copied().zip(y.iter().copied());
        three_steps(
            out,
            rows,
            |(x, y)| math::exp_of_minus_distance(x, y),
            |(x, _), n| math::softplus_parts(x, n),
            |(x, y), n| math::logaddexp(x, y, n),
        );
    }
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
