//! Numbers as people read them in a small box.

/// `digits` significant digits, without trailing zeros; whole numbers below a million in full.
pub(super) fn significant(x: f64, digits: usize) -> String {
    if let Some(name) = not_finite(x) {
        return name.to_owned();
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.clamp(1, 17);
    if x == x.trunc() && x.abs() < 1e6 {
        return format!("{x:.0}");
    }
    let scientific = format!("{:.*e}", digits - 1, x);
    let (mantissa, exponent) =
        scientific.split_once('e').expect("the e format always writes an exponent");
    match exponent.parse::<usize>() {
        Ok(power) if power < 6 => trimmed(&format!("{:.*}", (digits - 1).saturating_sub(power), x)),
        Err(_) if x.abs() >= 1e-4 => {
            let below: usize = exponent[1..].parse().expect("a negative exponent is -digits");
            trimmed(&format!("{:.*}", digits - 1 + below, x))
        }
        _ => format!("{}e{exponent}", trimmed(mantissa)),
    }
}

/// `decimals` digits after the point, as C's `%.4f`.
pub(super) fn fixed(x: f64, decimals: usize) -> String {
    match not_finite(x) {
        Some(name) => name.to_owned(),
        None => format!("{:.*}", decimals.min(17), x),
    }
}

/// A constant as it stands in a formula: all its digits, unless they are many.
pub(super) fn constant(x: f64) -> String {
    let exact = format!("{x}");
    if x.is_finite() && exact.len() <= 8 { exact } else { significant(x, 6) }
}

fn not_finite(x: f64) -> Option<&'static str> {
    match x {
        _ if x.is_nan() => Some("NaN"),
        f64::INFINITY => Some("inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // B-09
    #[test]
    fn four_digits_keep_small_values_visible_b09() {
        for (x, text) in [
            (0.04, "0.04"),
            (-8.0, "-8"),
            (2.0 / 3.0, "0.6667"),
            (0.000123456, "0.0001235"),
            (0.0000123456, "1.235e-5"),
            (9.99996, "10"),
            (0.99996, "1"),
            (12345.678, "12346"),
            (123456.0, "123456"),
            (12345678.0, "1.235e7"),
            (-0.0, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
            (5e-324, "4.941e-324"),
        ] {
            assert_eq!(significant(x, 4), text, "{x:e}");
        }
    }

    // B-11
    #[test]
    fn constants_are_bare_b11() {
        for (x, text) in [(10.0, "10"), (-1.0, "-1"), (0.1, "0.1"), (1e300, "1e300")] {
            assert_eq!(constant(x), text);
        }
    }
}
