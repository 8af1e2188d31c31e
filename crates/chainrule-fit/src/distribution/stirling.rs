//! What keeps the digits of densities with large parameters: the remainder of Stirling's formula and
//! the deviance of a Poisson mean. After Loader, *Fast and accurate computation of binomial
//! probabilities* (2000), generalised to real arguments.

/// δ(a) = ln Γ(a) − (a − ½) ln a + a − ½ ln 2π, for a > 0.
pub(super) fn remainder(a: f64) -> f64 {
    /// From here the series is exact to rounding.
    const LARGE: f64 = 12.0;
    let mut shifted = a;
    let mut sum = 0.0;
    while shifted < LARGE {
        sum += (shifted + 0.5) * (1.0 / shifted).ln_1p() - 1.0;
        shifted += 1.0;
    }
    // The coefficients are B₂ₖ / (2k (2k − 1)) with the Bernoulli numbers.
    let u = 1.0 / (shifted * shifted);
    let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0]
        .into_iter()
        .chain([-691.0 / 360360.0, 1.0 / 156.0])
        .rev()
        .fold(0.0, |sum, c| sum * u + c);
    sum + series / shifted
}

/// k ln(k/m) + m − k ≥ 0 for k > 0, m ≥ 0, given `difference` = m − k.
pub(super) fn deviance(k: f64, m: f64, difference: f64) -> f64 {
    let u = difference / k;
    if u.abs() > 0.2 {
        return difference - k * (m / k).ln();
    }
    // u − ln(1 + u) with v = u / (2 + u): ln(1 + u) = 2 (v + v³/3 + v⁵/5 + …).
    let v = u / (2.0 + u);
    let w = v * v;
    let odd = (1..12).rev().fold(0.0, |sum, j| sum * w + 1.0 / f64::from(2 * j + 1)) * w;
    k * v * (u - 2.0 * odd)
}
