//! Decimal numbers from bytes, each the double nearest to what is written.

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Reads the number at the start of `bytes`: its value and its length. `None` if none stands there, also for `inf`
/// and `nan`; a number that is too large is infinite.
///
/// Where the digits fit into 53 bits and the power of ten is exact, one multiplication or division rounds correctly
/// (Clinger 1990, "How to read floating point numbers accurately", section 3); all others go to the standard library.
#[inline]
pub(super) fn leading(bytes: &[u8], decimal: u8) -> Option<(f64, usize)> {
    let mut i = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let is_negative = i == 1 && bytes[0] == b'-';
    let mut mantissa: u64 = 0;
    let start = i;
    while let Some(digit) = digit(bytes, i) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        i += 1;
    }
    let mut digits = i - start;
    let mut exponent = 0;
    if bytes.get(i) == Some(&decimal) {
        let point = i + 1;
        i = point;
        while let Some(digit) = digit(bytes, i) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            i += 1;
        }
        digits += i - point;
        exponent = -i64::try_from(i - point).unwrap_or(i64::MAX);
    }
    if digits == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(i) {
        let sign = i + 1;
        let first = sign + usize::from(matches!(bytes.get(sign), Some(b'-' | b'+')));
        let mut power: i64 = 0;
        let mut j = first;
        while let Some(digit) = digit(bytes, j) {
            power = power.saturating_mul(10).saturating_add_unsigned(digit);
            j += 1;
        }
        if j == first {
            return None;
        }
        exponent = exponent.saturating_add(if bytes[sign] == b'-' { -power } else { power });
        i = j;
    }
    if digits > 19 || mantissa > 1 << 53 || !(-22..=22).contains(&exponent) {
        return Some((rounded(&bytes[..i], decimal)?, i));
    }
    let scale = TENS[exponent.unsigned_abs() as usize];
    let x = if exponent < 0 { mantissa as f64 / scale } else { mantissa as f64 * scale };
    Some((if is_negative { -x } else { x }, i))
}

#[inline]
fn digit(bytes: &[u8], i: usize) -> Option<u64> {
    let digit = bytes.get(i)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

#[cold]
#[inline(never)]
fn pointed(bytes: &[u8], decimal: u8) -> Vec<u8> {
    bytes.iter().map(|&b| if b == decimal { b'.' } else { b }).collect()
}

fn rounded(bytes: &[u8], decimal: u8) -> Option<f64> {
    if decimal == b'.' {
        str::from_utf8(bytes).ok()?.parse().ok()
    } else {
        str::from_utf8(&pointed(bytes, decimal)).ok()?.parse().ok()
    }
}

/// The number that the whole of a trimmed cell is, also `inf` and `nan` in the usual spellings.
pub(super) fn whole(cell: &[u8], decimal: u8) -> Option<f64> {
    match leading(cell, decimal) {
        Some((x, length)) if length == cell.len() => Some(x),
        Some(_) => None,
        // What the standard library reads beyond digits are the words for infinity and NaN.
        None => str::from_utf8(cell).ok()?.parse().ok().filter(|x: &f64| !x.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_where_its_text_ends() {
        assert_eq!(leading(b"12,5", b'.'), Some((12.0, 2)));
        assert_eq!(leading(b"12,5", b','), Some((12.5, 4)));
        assert_eq!(leading(b"-.5e+2;", b'.'), Some((-50.0, 6)));
        assert_eq!(leading(b"5.", b'.'), Some((5.0, 2)));
        for none in ["", "-", ".", "e5", "1e", "1e+", "nan", "inf"] {
            assert_eq!(leading(none.as_bytes(), b'.'), None, "{none}");
        }
    }

    #[test]
    fn a_cell_is_a_number_as_a_whole() {
        assert_eq!(whole(b"1e999", b'.'), Some(f64::INFINITY));
        assert_eq!(whole(b"-Infinity", b'.'), Some(f64::NEG_INFINITY));
        assert!(whole(b"NaN", b'.').is_some_and(f64::is_nan));
        for none in ["1.5x", "1 2", "0x10", "1_000", "Oslo", "2020-01-01", "1,234"] {
            assert_eq!(whole(none.as_bytes(), b'.'), None, "{none}");
        }
    }

    #[test]
    fn every_number_is_the_nearest_double() {
        // The standard library's parser is the reference: correctly rounded for every input.
        let mut state = 0x9e3779b97f4a7c15_u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state >> 11
        };
        for _ in 0..200_000 {
            let (a, b, style) = (next(), next(), next() % 6);
            let text = match style {
                0 => format!("{a}"),
                1 => format!("-{}.{:03}", a % 100_000, b % 1000),
                2 => format!("{}e{}", a % 1_000_000, (b % 700).cast_signed() - 350),
                3 => format!("{:e}", f64::from_bits((a << 11) | (b % 2048))),
                4 => format!("{a}.{b}"),
                _ => format!("{:?}", f64::from_bits((a << 11) | (b % 2048))),
            };
            let expected: f64 = text.parse().expect("the text of a number");
            let read = whole(text.as_bytes(), b'.').expect("the text of a number");
            assert!(
                read.to_bits() == expected.to_bits() || read.is_nan() && expected.is_nan(),
                "{text}"
            );
        }
    }
}
