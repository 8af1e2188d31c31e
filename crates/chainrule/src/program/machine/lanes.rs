//! Functions in straight-line code of many numbers, so many at once as registers hold.

/// Numbers taken at once; with narrower registers the compiler takes parts of them.
pub(super) const LANES: usize = 8;

/// A function of one argument with `R` results, in straight-line code but for rare arguments.
pub(super) trait Straight<const R: usize> {
    fn common(x: f64) -> [f64; R];

    #[inline(always)]
    fn is_rare(_: f64) -> bool {
        false
    }

    #[inline(always)]
    fn rare(x: f64) -> [f64; R] {
        Self::common(x)
    }

    #[inline(always)]
    fn value(x: f64) -> [f64; R] {
        if Self::is_rare(x) { Self::rare(x) } else { Self::common(x) }
    }
}

/// `S` of each `x`: in `out` the first results of all, then the second ones. Only the first `count` of each are
/// used.
#[inline(always)]
pub(super) fn map<S: Straight<R>, const R: usize>(x: &[f64], out: &mut [f64], count: usize) {
    let mut lists = out.chunks_exact_mut(x.len());
    let mut out: [&mut [f64]; R] =
        std::array::from_fn(|_| lists.next().expect("room for every result"));
    // Whole registers are looked at first; what no result is made from may be rare.
    let has_rare = x.iter().fold(false, |any, &x| any | S::is_rare(x))
        && x[..count].iter().any(|&x| S::is_rare(x));
    let (Some(last_x), false) = (x.last_chunk::<LANES>(), has_rare) else {
        for (i, &x) in x[..count].iter().enumerate() {
            for (out, y) in out.iter_mut().zip(S::value(x)) {
                out[i] = y;
            }
        }
        return;
    };
    for (i, x) in x.as_chunks::<LANES>().0.iter().enumerate() {
        for (out, y) in out.iter_mut().zip(lanes::<S, R>(*x)) {
            out.as_chunks_mut::<LANES>().0[i] = y;
        }
    }
    // What is left overlaps with what is done, and gives the same again.
    if !x.len().is_multiple_of(LANES) {
        for (out, y) in out.iter_mut().zip(lanes::<S, R>(*last_x)) {
            *out.last_chunk_mut::<LANES>().expect("as long as the arguments") = y;
        }
    }
}

/// By value, so that the compiler sees that arguments and results do not overlap.
#[inline(always)]
fn lanes<S: Straight<R>, const R: usize>(x: [f64; LANES]) -> [[f64; LANES]; R] {
    let mut results = [[0.0; LANES]; R];
    for (i, x) in x.into_iter().enumerate() {
        for (list, y) in results.iter_mut().zip(S::common(x)) {
            list[i] = y;
        }
    }
    results
}
