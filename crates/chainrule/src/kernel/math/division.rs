//! Division by a number whose reciprocal is there already.
//!
//! Two steps of Newton's method with exact remainders give the bits of a division (P. Markstein, "Computation of
//! elementary functions on the IBM RISC System/6000 processor", theorem 8): the first makes the quotient one of
//! the two neighbours of `x/c`, the second then rounds correctly, as the reciprocal is correctly rounded.

/// `x/c` from the reciprocal `r` of `c`, for numbers that are ordinary.
#[inline(always)]
pub(in super::super) fn quotient_by(x: f64, c: f64, r: f64) -> f64 {
    let q = x * r;
    let q = (-q).mul_add(c, x).mul_add(r, q);
    (-q).mul_add(c, x).mul_add(r, q)
}

/// Whether `x` is in `[2⁻²⁵⁵, 2²⁵⁷)` and `c` in `[2⁻⁵¹¹, 2⁵¹³)`, by their sizes: then neither a
/// remainder nor the reciprocal or the quotient leaves the range of normal numbers. The answer is one bit
/// of a number, so that those of many rows can be joined by `&` and asked for at the end.
#[inline(always)]
pub(in super::super) fn are_ordinary(x: f64, c: f64) -> u64 {
    let (x, c) = (x.to_bits(), c.to_bits());
    // Where neighbouring bits differ. The first bit of the exponent and the second: below 2⁵¹³, not below
    // 2⁻⁵¹¹. The second and the third do not: half of that range.
    let (x_differs, c_differs) = (x ^ (x << 1), c ^ (c << 1));
    x_differs & !(x_differs << 1) & c_differs
}

/// What the joined answers say.
#[inline(always)]
pub(in super::super) fn is_ordinary(answers: u64) -> bool {
    answers >> 62 & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::{are_ordinary, is_ordinary, quotient_by};

    /// Numbers with these biased exponents whose last or first bits are special, and pseudo-random ones.
    fn numbers(exponents: std::ops::Range<u64>) -> impl Iterator<Item = f64> + Clone {
        let mut state = 1_u64;
        exponents.cycle().step_by(7).take(3000).enumerate().map(move |(k, exponent)| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let mantissa = match k % 6 {
                0 => 0,
                1 => (1 << 52) - 1,
                2 => state >> 60,
                3 => (1 << 52) - 1 - (state >> 60),
                _ => state >> 12,
            };
            let sign = state << 63;
            f64::from_bits(sign | exponent << 52 | mantissa)
        })
    }

    #[test]
    fn quotients_are_those_of_a_division() {
        for x in numbers(1023 - 255..1023 + 257) {
            for c in numbers(1023 - 511..1023 + 513) {
                assert!(is_ordinary(are_ordinary(x, c)), "{x:e} / {c:e}");
                assert_eq!(
                    quotient_by(x, c, 1.0 / c).to_bits(),
                    (x / c).to_bits(),
                    "{x:e} / {c:e}"
                );
            }
        }
    }

    #[test]
    fn other_numbers_are_not_ordinary() {
        let x = [0.0, -0.0, 1e-77, 1e78, 1e-310, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        assert!(x.iter().all(|&x| !is_ordinary(are_ordinary(x, 3.0))));
        let c = [0.0, -0.0, 1e-154, 1e155, 1e-310, f64::INFINITY, f64::NAN, -f64::NAN];
        assert!(c.iter().all(|&c| !is_ordinary(are_ordinary(3.0, c))));
        assert!(is_ordinary(are_ordinary(-3.0, 1e-153) & are_ordinary(3.0, -1e154)));
        assert!(!is_ordinary(are_ordinary(-3.0, 1e-153) & are_ordinary(0.0, 1.0)));
    }
}
