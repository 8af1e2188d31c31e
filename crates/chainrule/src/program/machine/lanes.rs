//! A function in straight-line code of many numbers, so many at once as registers hold.

/// Numbers taken at once; with narrower registers the compiler takes parts of them.
pub(super) const LANES: usize = 8;

/// Fewer are computed one by one.
pub(super) const FEW: usize = 4;

/// `out = whole(x)`, by `common`, which is the same but where an argument is rare. What `x` has
/// more than `out`, to the next multiple of [`LANES`], is overwritten.
#[inline(always)]
pub(super) fn map(
    x: &mut [f64],
    out: &mut [f64],
    common: impl Fn(f64) -> f64,
    is_rare: impl Fn(f64) -> bool,
    whole: impl Fn(f64) -> f64,
) {
    x[out.len()..].fill(0.0);
    if x.iter().fold(false, |any, &x| any | is_rare(x)) {
        for (y, &x) in out.iter_mut().zip(&*x) {
            *y = whole(x);
        }
        return;
    }
    let lanes = |x: &[f64; LANES]| {
        let mut y = [0.0; LANES];
        for (y, &x) in y.iter_mut().zip(x) {
            *y = common(x);
        }
        y
    };
    let (out, last) = out.as_chunks_mut::<LANES>();
    let (x, _) = x.as_chunks::<LANES>();
    for (y, x) in out.iter_mut().zip(x) {
        *y = lanes(x);
    }
    if let Some(x) = x.get(out.len()) {
        last.copy_from_slice(&lanes(x)[..last.len()]);
    }
}
