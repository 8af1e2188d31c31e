//! Loops over the rows of a block: simple enough to become vector instructions.

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

/// With two results, from what stands in their places.
#[inline(always)]
pub(super) fn map_to_two(
    first: &mut [f64],
    second: &mut [f64],
    x: &[f64],
    f: impl Fn(f64, [f64; 2]) -> [f64; 2],
) {
    for ((y, z), &x) in first.iter_mut().zip(second).zip(x) {
        [*y, *z] = f(x, [*y, *z]);
    }
}

/// Rows between whose steps numbers are kept.
pub(super) const PIECE: usize = 64;

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
pub(super) fn two_steps<A, const N: usize>(
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
pub(super) fn three_steps<A, const N: usize, const M: usize>(
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
pub(super) fn unless_rare<A: Copy>(
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
