//! Quantiles of positive variables, by Newton's method on the logarithm of the smaller tail.

/// P(X > x), P(X ≤ x), and the density times x.
pub(super) struct Tail {
    pub(super) upper: f64,
    pub(super) lower: f64,
    pub(super) slope: f64,
}

/// The x > 0 with P(X > x) = `upper` and P(X ≤ x) = `lower`, which add up to 1.
///
/// In s = ln x the logarithm of a tail is nearly straight wherever it is small, so that Newton's
/// method needs few steps; a bracket catches the rest.
pub(super) fn invert(upper: f64, lower: f64, tails: impl Fn(f64) -> Tail) -> f64 {
    if !(upper >= 0.0 && lower >= 0.0) {
        return f64::NAN;
    } else if upper == 0.0 {
        return f64::INFINITY;
    } else if lower == 0.0 {
        return 0.0;
    }
    let by_upper = upper < lower;
    let target = if by_upper { upper.ln() } else { lower.ln() };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut s = 0.0_f64;
    for _ in 0..500 {
        let tail = tails(s.exp());
        // How far the tail is above its target; falls with s for the upper, rises for the lower.
        let (excess, slope) = if by_upper {
            (tail.upper.ln() - target, -tail.slope / tail.upper)
        } else {
            (tail.lower.ln() - target, tail.slope / tail.lower)
        };
        if excess == 0.0 {
            break;
        }
        if (excess > 0.0) == by_upper {
            low = s;
        } else {
            high = s;
        }
        let newton = s - excess / slope;
        let next = if newton > low && newton < high && (newton - s).abs() < 8.0 {
            newton
        } else if low == f64::NEG_INFINITY {
            high - 4.0
        } else if high == f64::INFINITY {
            low + 4.0
        } else {
            0.5 * (low + high)
        };
        let moved = (next - s).abs();
        s = next;
        if moved <= f64::EPSILON * s.abs().max(0.5) {
            break;
        }
    }
    s.exp()
}
