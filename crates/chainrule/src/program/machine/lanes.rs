//! A function in straight-line code of many numbers, so many at once as registers hold.

/// Numbers taken at once; with narrower registers the compiler takes parts of them.
pub(super) const LANES: usize = 8;

/// `out = whole(x)`, by `common`, which is the same but where an argument is rare. Only the first
/// `count` results are used.
#[inline(always)]
pub(super) fn map(
    x: &[f64],
    out: &mut [f64],
    count: usize,
    common: impl Fn(f64) -> f64 + Copy,
    is_rare: impl Fn(f64) -> bool,
    whole: impl Fn(f64) -> f64,
) {
    // Whole registers are looked at first; what no result is made from may be rare.
    let has_rare =
        x.iter().fold(false, |any, &x| any | is_rare(x)) && x[..count].iter().any(|&x| is_rare(x));
    let (Some(last_x), false) = (x.last_chunk::<LANES>(), has_rare) else {
        for (y, &x) in out.iter_mut().zip(x).take(count) {
            *y = whole(x);
        }
        return;
    };
    for (y, x) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(x.as_chunks::<LANES>().0) {
        *y = lanes(*x, common);
    }
    // What is left overlaps with what is done, and gives the same again.
    if let Some(last) = out.last_chunk_mut::<LANES>().filter(|_| !x.len().is_multiple_of(LANES)) {
        *last = lanes(*last_x, common);
    }
}

/// By value, so that the compiler sees that arguments and results do not overlap; and no closure,
/// which would be compiled for registers of the usual width where it is not inlined.
#[inline(always)]
fn lanes(x: [f64; LANES], f: impl Fn(f64) -> f64) -> [f64; LANES] {
    let mut y = [0.0; LANES];
    for (y, x) in y.iter_mut().zip(x) {
        *y = f(x);
    }
    y
}
