//! What chainrule takes from the crate `libm`, without the crate: `hypot` to the same bits, the
//! others rounded from double-double arithmetic, within 2 ulp of it.

use super::double::{Double, ONE, product};
use super::exponential::{exp, ln, ln_1p};
use super::gamma::{ln_gamma, near_zero};

/// `√(x² + y²)`: the squares in two halves each, scaled where they would leave the range.
pub(crate) fn hypot(x: f64, y: f64) -> f64 {
    let (large, small) = (x.abs().max(y.abs()), x.abs().min(y.abs()));
    if x.is_infinite() || y.is_infinite() {
        return f64::INFINITY;
    }
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    let exponent = |v: f64| v.to_bits() >> 52;
    if small == 0.0 || exponent(large) - exponent(small) > 64 {
        return large + small;
    }
    let far = 2f64.powi(700);
    let scale = if exponent(large) > 1023 + 510 {
        1.0 / far
    } else if exponent(small) < 1023 - 450 {
        far
    } else {
        1.0
    };
    let a = product(large * scale, large * scale);
    let b = product(small * scale, small * scale);
    (b.lo + a.lo + b.hi + a.hi).sqrt() / scale
}

/// The logarithm to base 10.
pub(crate) fn log10(x: f64) -> f64 {
    const LOG10_E: Double =
        Double { hi: std::f64::consts::LOG10_E, lo: 1.098319650216765e-17 };
    if !(x > 0.0 && x < f64::INFINITY) {
        return x.log10();
    }
    ln(Double::new(x)).mul(LOG10_E).round()
}

/// The error function: its series at 0 below 1, `1 - e^(-x²) s(x)` by a continued fraction above.
pub(crate) fn erf(x: f64) -> f64 {
    const TWO_OVER_ROOT_PI: Double =
        Double { hi: std::f64::consts::FRAC_2_SQRT_PI, lo: 1.533545961316588e-17 };
    let a = x.abs();
    if x.is_nan() || a < 1e-9 {
        return x * TWO_OVER_ROOT_PI.hi;
    }
    if a > 6.0 {
        return 1f64.copysign(x);
    }
    // 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·5…(2n+1)): all terms positive, so nothing cancels
    // (Abramowitz and Stegun 7.1.6).
    let square = product(a, a);
    let mut term = Double::new(a);
    let mut all = term;
    let mut n = 0.0;
    while term.hi > 1e-20 * all.hi {
        n += 1.0;
        term = term.mul(square).scale(2.0).div(Double::new(2.0 * n + 1.0));
        all = all.add(term);
    }
    let y = exp(square.neg()).map(|e| e.mul(all).mul(TWO_OVER_ROOT_PI)).round();
    y.min(ONE.hi).copysign(x)
}

/// `ln Γ(2 + w) / w` in powers of `w`: the constant term `1 - γ` in two halves, then
/// `(-1)ⁿ (ζ(n) - 1) / n` for n from 2 (DLMF 5.7.3).
const LN_GAMMA_AT_TWO: [f64; 26] = [
    0.42278433509846713,
    4.942915152430645e-18,
    0.3224670334241132,
    -0.0673523010531981,
    0.020580808427784546,
    -0.007385551028673986,
    0.0028905103307415234,
    -0.001192753911703261,
    0.0005096695247430425,
    -0.00022315475845357939,
    9.945751278180853e-05,
    -4.492623673813314e-05,
    2.050721277567069e-05,
    -9.439488275268397e-06,
    4.374866789907488e-06,
    -2.039215753801366e-06,
    9.55141213040742e-07,
    -4.492469198764566e-07,
    2.1207184805554665e-07,
    -1.0043224823968099e-07,
    4.7698101693639804e-08,
    -2.2711094608943164e-08,
    1.0838659214896955e-08,
    -5.183475041970047e-09,
    2.4836745438024785e-09,
    -1.1921401405860912e-09,
];

/// The logarithm of the gamma function of a positive number; relative accuracy at its zeros too.
pub(crate) fn lgamma(x: f64) -> f64 {
    if x > 1e17 {
        return x * (x.ln() - 1.0);
    }
    if x > 0.5 && x <= 1.5 {
        let w = x - 1.0;
        return near_zero(&LN_GAMMA_AT_TWO, w).times(w).sub(ln_1p(Double::new(w))).round();
    }
    if x > 1.5 && x < 2.5 {
        return near_zero(&LN_GAMMA_AT_TWO, x - 2.0).times(x - 2.0).round();
    }
    ln_gamma(x).round()
}
