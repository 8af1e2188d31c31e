//! Euclidean lengths without overflow or underflow on the way.

use super::double::{Double, product};
use super::exponential::times_power_of_two;

/// `√(x² + y²)`.
pub(crate) fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// `√Σ x²`; zero for no argument. An infinite argument wins over a NaN, as in `hypot`.
pub(crate) fn norm2(xs: &[f64]) -> f64 {
    let largest = xs.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    if largest == 0.0 || largest == f64::INFINITY {
        return if largest == 0.0 && xs.iter().any(|x| x.is_nan()) { f64::NAN } else { largest };
    }
    let exponent = i32::try_from(largest.to_bits() >> 52).expect("an exponent has 11 bits") - 1023;
    let squares = xs.iter().fold(Double::new(0.0), |s, x| {
        let scaled = times_power_of_two(*x, -exponent);
        s.add(product(scaled, scaled))
    });
    times_power_of_two(squares.sqrt().round(), exponent)
}
