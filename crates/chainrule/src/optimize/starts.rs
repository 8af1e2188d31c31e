//! Points to begin from, spread evenly and the same for the same seed.
//!
//! Source: Kronecker sequences with the powers of the generalised golden ratio (Roberts, "The unreasonable
//! effectiveness of quasirandom sequences", 2018): point k has the fractional parts of s + k·φᵈ⁻ʲ, which
//! leave no gap as independent random numbers do.

use super::Bounds;

/// `count` points to begin from: `start` itself, then points spread over the box. A variable with a limit on one side or
/// none is spread from a hundredth to a hundred times its start, with either sign if the start is 0, on a
/// scale of powers, and kept inside the limit that it has.
///
/// ```
/// use chainrule::optimize::starts;
/// let points = starts(&[3.0, -0.5], None, 4, 0);
/// assert_eq!((points.len(), points[0].as_slice()), (4, [3.0, -0.5].as_slice()));
/// ```
#[must_use]
pub fn starts(start: &[f64], bounds: Option<&Bounds>, count: usize, seed: u64) -> Vec<Vec<f64>> {
    let n = start.len();
    let ratio = golden_ratio(n);
    let place = |k: usize, j: usize| {
        let step = ratio.powf(-(j as f64 + 1.0));
        let shift = scramble(seed ^ (j as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (shift + k as f64 * step).fract()
    };
    let point = |k: usize| {
        let mut x: Vec<f64> = (0..n).map(|j| spread(place(k, j), start[j], bounds, j)).collect();
        if let Some(bounds) = bounds {
            bounds.project(&mut x);
        }
        x
    };
    std::iter::once(start.to_vec()).chain((1..count).map(point)).collect()
}

fn spread(place: f64, start: f64, bounds: Option<&Bounds>, j: usize) -> f64 {
    let limits = bounds.map(|b| (b.lower()[j], b.upper()[j]));
    if let Some((low, high)) = limits.filter(|(low, high)| (high - low).is_finite()) {
        return low + place * (high - low);
    }
    let factor = 100_f64.powf(2.0 * place - 1.0);
    if start == 0.0 {
        if (place * 32.0).fract() < 0.5 { factor } else { -factor }
    } else {
        start * factor
    }
}

/// The root above 1 of xⁿ⁺¹ = x + 1.
fn golden_ratio(n: usize) -> f64 {
    let mut x = 2.0_f64;
    for _ in 0..40 {
        x = (1.0 + x).powf(1.0 / (n as f64 + 1.0));
    }
    x
}

/// A number in [0, 1) from a seed: the finaliser of `SplitMix64` (Steele, Lea, Flood, 2014).
fn scramble(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_fill_the_box_and_repeat() {
        let bounds = Bounds::new([(0.0, 1.0), (-2.0, 2.0)]).expect("a box");
        let points = starts(&[0.5, 0.0], Some(&bounds), 65, 7);
        assert_eq!(points[0], [0.5, 0.0]);
        assert_eq!(points, starts(&[0.5, 0.0], Some(&bounds), 65, 7));
        assert_ne!(points[1], starts(&[0.5, 0.0], Some(&bounds), 2, 8)[1]);
        // Sixteen cells of equal size hold four of the other 64 points on average; none is empty.
        let mut cells = [0; 16];
        let place = |x: f64| (1..4).filter(|&edge| x >= f64::from(edge)).count();
        for p in &points[1..] {
            assert!((0.0..=1.0).contains(&p[0]) && (-2.0..=2.0).contains(&p[1]));
            cells[4 * place(p[0] * 4.0) + place(p[1] + 2.0)] += 1;
        }
        assert!(cells.iter().all(|&c| c > 0), "{cells:?}");
    }

    #[test]
    fn starts_without_a_box_keep_sign_and_span_powers() {
        let points = starts(&[500.0, -1e-4], None, 40, 1);
        assert!(points.iter().all(|p| p[0] > 0.0 && p[1] < 0.0));
        assert!(points.iter().any(|p| p[0] < 50.0) && points.iter().any(|p| p[0] > 5000.0));
    }
}
