//! The table of operations: the only place where an operation is defined and differentiated.
//!
//! A row gives name, drawing symbol, arguments with their domains, the value of plain numbers, and
//! the partial derivatives as terms (`y` is the value), so that a rule runs in every algebra and
//! can be differentiated again. `Flat` marks an argument without a derivative. From a row come the
//! [`Op`] variant, the method of [`Term`], the word of the formula language, the engines' rules,
//! the drawings and `docs/ops.md`.

use super::table::{Flat, Partial, arity, ops};
use super::{Algebra, Domain, Info, Operand, Row, Term, special};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E};

const INF: f64 = f64::INFINITY;
const REALS: Domain = Domain::new(-INF, INF, true, "");
const NONNEGATIVE: Domain = Domain::new(0.0, INF, true, "_ ≥ 0");
const NONZERO: Domain = Domain::new(-INF, INF, true, "_ ≠ 0");
const UNIT: Domain = Domain::new(-1.0, 1.0, true, "−1 ≤ _ ≤ 1");
const OPEN_UNIT: Domain = Domain::new(-1.0, 1.0, false, "−1 < _ < 1");
const PROBABILITY: Domain = Domain::new(0.0, 1.0, true, "0 ≤ _ ≤ 1");
const FROM_ONE: Domain = Domain::new(1.0, INF, true, "_ ≥ 1");
const ABOVE_MINUS_ONE: Domain = Domain::new(-1.0, INF, true, "_ ≥ −1");
const CONSTANT: Domain = Domain { constant: true, text: "constant", ..REALS };

#[rustfmt::skip]
ops! { fixed {
    /// Negation.
    Neg neg "-" (x in REALS) y = -x; d = [-1.0];
    /// Sum of two.
    Add add "+" (a in REALS, b in REALS) y = a + b; d = [1.0, 1.0];
    /// Difference.
    Sub sub "-" (a in REALS, b in REALS) y = a - b; d = [1.0, -1.0];
    /// Product of two.
    Mul mul "*" (a in REALS, b in REALS) y = a * b; d = [b, a];
    /// Quotient.
    Div div "/" (a in REALS, b in NONZERO) y = a / b; d = [b.recip(), -y / b];
    /// Product plus a third, `a·b + c`, rounded once.
    MulAdd mul_add "mul_add" (a in REALS, b in REALS, c in REALS) y = a.mul_add(b, c); d = [b, a, 1.0];
    /// Product in which a first factor of exactly 0 wins over an infinity or NaN: an adjoint times a partial.
    StrongMul strong_mul "*" (a in REALS, b in REALS) y = if a == 0.0 { 0.0 } else { a * b }; d = [a.eq(0.0).and((0.0 * b).ne(0.0)).select(0.0, b), a];
    /// Remainder with the sign of the dividend. At its jumps: as if there were none.
    Rem rem "%" (a in REALS, b in NONZERO) y = a % b; d = [valid(b.ne(0.0), b.constant(1.0)), -((a - y) / b).round()];
    /// Power of two variables. `x^0` is 1 with derivative 0, `0^0` too; `∂/∂b` is NaN for `a < 0`, and 0 for `a = 0`, `b ≥ 0`.
    Pow pow "**" (a in REALS, b in REALS) y = a.powf(b); d = [power_slope(a, b, y, a.pow(b - 1.0)), a.eq(0.0).and(b.ge(0.0)).select(0.0, y * a.ln())];
    /// Power with a constant exponent. `x^0` is 1 with derivative 0.
    Powc powc "**" (x in REALS, n in CONSTANT) y = power(x, n); d = [power_slope(x, n, y, x.powc(n - 1.0)), Flat];
    /// Reciprocal.
    Recip recip "recip" (x in NONZERO) y = 1.0 / x; d = [-y * y];
    /// Square.
    Square square "square" (x in REALS) y = x * x; d = [2.0 * x];
    /// Square root. At 0: slope +∞.
    Sqrt sqrt "sqrt" (x in NONNEGATIVE) y = x.sqrt(); d = [0.5 / y];
    /// Cube root, of negative numbers too. At 0: slope +∞.
    Cbrt cbrt "cbrt" (x in REALS) y = x.cbrt(); d = [1.0 / (3.0 * y * y)];
    /// Natural exponential.
    Exp exp "exp" (x in REALS) y = x.exp(); d = [y];
    /// Two to the power `x`.
    Exp2 exp2 "exp2" (x in REALS) y = x.exp2(); d = [LN_2 * y];
    /// `exp(x) − 1`, accurate near 0.
    ExpM1 exp_m1 "exp_m1" (x in REALS) y = x.exp_m1(); d = [x.exp()];
    /// Natural logarithm. At 0: −∞.
    Ln ln "ln" (x in NONNEGATIVE) y = x.ln(); d = [valid(x.ge(0.0), x.recip())];
    /// Logarithm to base 2. At 0: −∞.
    Log2 log2 "log2" (x in NONNEGATIVE) y = x.log2(); d = [valid(x.ge(0.0), LOG2_E / x)];
    /// Logarithm to base 10. At 0: −∞.
    Log10 log10 "log10" (x in NONNEGATIVE) y = libm::log10(x); d = [valid(x.ge(0.0), LOG10_E / x)];
    /// `ln(1 + x)`, accurate near 0.
    Ln1p ln_1p "ln_1p" (x in ABOVE_MINUS_ONE) y = x.ln_1p(); d = [valid(x.ge(-1.0), 1.0 / (1.0 + x))];
    /// Sine of an angle in radians.
    Sin sin "sin" (x in REALS) y = x.sin(); d = [x.cos()];
    /// Cosine of an angle in radians.
    Cos cos "cos" (x in REALS) y = x.cos(); d = [-x.sin()];
    /// Tangent of an angle in radians.
    Tan tan "tan" (x in REALS) y = x.tan(); d = [1.0 + y * y];
    /// Inverse sine, in radians. At ±1: slope +∞.
    Asin asin "asin" (x in UNIT) y = x.asin(); d = [1.0 / ((1.0 - x) * (1.0 + x)).sqrt()];
    /// Inverse cosine, in radians. At ±1: slope −∞.
    Acos acos "acos" (x in UNIT) y = x.acos(); d = [-1.0 / ((1.0 - x) * (1.0 + x)).sqrt()];
    /// Inverse tangent, in radians.
    Atan atan "atan" (x in REALS) y = x.atan(); d = [1.0 / (1.0 + x * x)];
    /// Angle of the point `(b, a)`, in radians: `atan(a/b)` in the right quadrant.
    Atan2 atan2 "atan2" (a in REALS, b in REALS) y = a.atan2(b); d = [b / a.hypot(b) / a.hypot(b), -a / a.hypot(b) / a.hypot(b)];
    /// Hyperbolic sine.
    Sinh sinh "sinh" (x in REALS) y = special::sinh(x); d = [x.cosh()];
    /// Hyperbolic cosine.
    Cosh cosh "cosh" (x in REALS) y = special::cosh(x); d = [x.sinh()];
    /// Hyperbolic tangent.
    Tanh tanh "tanh" (x in REALS) y = special::tanh(x); d = [x.sech().square()];
    /// Hyperbolic secant, `1 / cosh(x)`.
    Sech sech "sech" (x in REALS) y = special::sech(x); d = [-y * x.tanh()];
    /// Inverse hyperbolic sine.
    Asinh asinh "asinh" (x in REALS) y = special::asinh(x); d = [x.hypot(1.0).recip()];
    /// Inverse hyperbolic cosine. At 1: slope +∞.
    Acosh acosh "acosh" (x in FROM_ONE) y = special::acosh(x); d = [1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt())];
    /// Inverse hyperbolic tangent.
    Atanh atanh "atanh" (x in OPEN_UNIT) y = special::atanh(x); d = [valid(x.abs().le(1.0), 1.0 / ((1.0 - x) * (1.0 + x)))];
    /// Length of the vector `(a, b)`, without overflow on the way. At the origin: 0, 0.
    Hypot hypot "hypot" (a in REALS, b in REALS) y = special::hypot(a, b); d = [y.eq(0.0).select(0.0, a / y), y.eq(0.0).select(0.0, b / y)];
    /// Absolute value. At 0: 0.
    Abs abs "abs" (x in REALS) y = x.abs(); d = [x.signum()];
    /// Sign: −1, 0 or 1; unlike `f64::signum` it is 0 at ±0. Derivative 0.
    Signum signum "signum" (x in REALS) y = if x == 0.0 { x } else { x.signum() }; d = [Flat];
    /// Smaller of two; a NaN argument loses. At a tie: ½, ½.
    Min min "min" (a in REALS, b in REALS) y = a.min(b); d = [a.eq(y) / (a.eq(y) + b.eq(y)), b.eq(y) / (a.eq(y) + b.eq(y))];
    /// Larger of two; a NaN argument loses. At a tie: ½, ½.
    Max max "max" (a in REALS, b in REALS) y = a.max(b); d = [a.eq(y) / (a.eq(y) + b.eq(y)), b.eq(y) / (a.eq(y) + b.eq(y))];
    /// Smaller of two; NaN if either is. At a tie: ½, ½.
    Minimum minimum "minimum" (a in REALS, b in REALS) y = if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }; d = [a.eq(y) / (a.eq(y) + b.eq(y)), b.eq(y) / (a.eq(y) + b.eq(y))];
    /// Larger of two; NaN if either is. At a tie: ½, ½.
    Maximum maximum "maximum" (a in REALS, b in REALS) y = if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }; d = [a.eq(y) / (a.eq(y) + b.eq(y)), b.eq(y) / (a.eq(y) + b.eq(y))];
    /// `x` kept between `lo` and `hi`. At a bound: 0 for `x`, 1 for the bound.
    Clamp clamp "clamp" (x in REALS, lo in REALS, hi in REALS) y = if x <= lo { lo } else if x >= hi { hi } else { x }; d = [lo.lt(x) * x.lt(hi), x.le(lo), x.ge(hi) * lo.lt(x)];
    /// Greatest whole number that is not above `x`. Derivative 0.
    Floor floor "floor" (x in REALS) y = x.floor(); d = [Flat];
    /// Smallest whole number that is not below `x`. Derivative 0.
    Ceil ceil "ceil" (x in REALS) y = x.ceil(); d = [Flat];
    /// Nearest whole number, halves away from 0. Derivative 0.
    Round round "round" (x in REALS) y = x.round(); d = [Flat];
    /// Whole part, towards 0. Derivative 0.
    Trunc trunc "trunc" (x in REALS) y = x.trunc(); d = [Flat];
    /// Magnitude of `x` with the sign of `s`. At 0: 0; no derivative in `s`.
    Copysign copysign "copysign" (x in REALS, s in REALS) y = x.copysign(s); d = [x.signum() * (1.0 + 0.0 * x).copysign(s), Flat];
    /// `a` where `c` is not 0, otherwise `b`; nothing flows into the branch that was not taken.
    Select select "if" (c in REALS, a in REALS, b in REALS) y = if c.is_nan() { c } else if c != 0.0 { a } else { b }; d = [Flat, c.ne(0.0), c.eq(0.0)];
    /// 1 where `a < b`, otherwise 0.
    Lt lt "<" (a in REALS, b in REALS) y = truth(a < b); d = [Flat, Flat];
    /// 1 where `a ≤ b`, otherwise 0.
    Le le "<=" (a in REALS, b in REALS) y = truth(a <= b); d = [Flat, Flat];
    /// 1 where `a > b`, otherwise 0.
    Gt gt ">" (a in REALS, b in REALS) y = truth(a > b); d = [Flat, Flat];
    /// 1 where `a ≥ b`, otherwise 0.
    Ge ge ">=" (a in REALS, b in REALS) y = truth(a >= b); d = [Flat, Flat];
    /// 1 where `a = b`, otherwise 0.
    Eq eq "==" (a in REALS, b in REALS) y = truth(a == b); d = [Flat, Flat];
    /// 1 where `a ≠ b`, otherwise 0.
    Ne ne "!=" (a in REALS, b in REALS) y = truth(a != b); d = [Flat, Flat];
    /// 1 where neither is 0, otherwise 0.
    And and "and" (a in REALS, b in REALS) y = truth(a != 0.0 && b != 0.0); d = [Flat, Flat];
    /// Logistic function `1 / (1 + exp(−x))`.
    Sigmoid sigmoid "sigmoid" (x in REALS) y = special::sigmoid(x); d = [y * (-x).sigmoid()];
    /// Log-odds `ln(x / (1 − x))`, the inverse of the logistic function.
    Logit logit "logit" (x in PROBABILITY) y = special::logit(x); d = [valid(x.ge(0.0).and(x.le(1.0)), 1.0 / (x * (1.0 - x)))];
    /// `ln(1 + exp(x))`, without overflow.
    Softplus softplus "softplus" (x in REALS) y = special::softplus(x); d = [x.sigmoid()];
    /// Logarithm of the logistic function, without underflow.
    LogSigmoid log_sigmoid "log_sigmoid" (x in REALS) y = special::log_sigmoid(x); d = [(-x).sigmoid()];
    /// `max(x, 0)`; NaN stays NaN. At 0: 0.
    Relu relu "relu" (x in REALS) y = if x <= 0.0 { 0.0 } else { x }; d = [valid(x.eq(x), x.gt(0.0))];
    /// `x` above 0, `slope·x` below. At 0: the smallest slope between the two sides'.
    LeakyRelu leaky_relu "leaky_relu" (x in REALS, slope in REALS) y = if x > 0.0 { x } else { slope * x }; d = [valid(x.eq(x), x.gt(0.0).select(1.0, x.eq(0.0).select(slope.clamp(0.0, 1.0), slope))), x.gt(0.0).select(0.0, x)];
    /// `x·σ(x)`, with the logistic function σ.
    Silu silu "silu" (x in REALS) y = special::silu(x); d = [x.sigmoid() * (1.0 + x * (-x).sigmoid())];
    /// Softsign, `x / (1 + |x|)`.
    Softsign softsign "softsign" (x in REALS) y = x / (1.0 + x.abs()); d = [(1.0 + x.abs()).square().recip()];
    /// `x·ln y`, and 0 where `x` is 0.
    Xlogy xlogy "xlogy" (x in REALS, z in NONNEGATIVE) y = special::xlogy(x, z); d = [z.ln(), x.eq(0.0).select(0.0, valid(z.ge(0.0), x / z))];
    /// `ln(exp(a) + exp(b))`, without overflow.
    Logaddexp logaddexp "logaddexp" (a in REALS, b in REALS) y = special::logaddexp(a, b); d = [(a - b).sigmoid(), (b - a).sigmoid()];
    /// Gaussian linear unit `x·Φ(x)`, with the normal distribution function Φ; exact, not the form with `tanh`.
    Gelu gelu "gelu" (x in REALS) y = special::gelu(x); d = [x.normal_cdf() + x * x.normal_pdf()];
    /// Error function `2/√π ∫₀ˣ exp(−t²) dt`.
    Erf erf "erf" (x in REALS) y = special::erf(x); d = [FRAC_2_SQRT_PI * x.gauss()];
    /// `1 − erf(x)`, accurate in the right tail.
    Erfc erfc "erfc" (x in REALS) y = special::erfc(x); d = [-FRAC_2_SQRT_PI * x.gauss()];
    /// Distribution function of the standard normal distribution, accurate in the left tail.
    NormalCdf normal_cdf "normal_cdf" (x in REALS) y = special::normal_cdf(x); d = [x.normal_pdf()];
    /// Density of the standard normal distribution, `exp(−x²/2) / √(2π)`.
    NormalPdf normal_pdf "normal_pdf" (x in REALS) y = special::normal_pdf(x); d = [-x * y];
    /// `exp(−x²)`, accurate in the tails.
    Gauss gauss "gauss" (x in REALS) y = special::gauss(x); d = [-2.0 * x * y];
    /// Logarithm of the absolute value of the gamma function. At 0, −1, −2, …: +∞, derivative NaN.
    Lgamma lgamma "lgamma" (x in REALS) y = special::lgamma(x); d = [x.digamma()];
    /// Gamma function. At −1, −2, …: NaN.
    Gamma gamma "gamma" (x in REALS) y = special::gamma(x); d = [y * x.digamma()];
    /// Logarithmic derivative of the gamma function. At 0, −1, −2, …: NaN.
    Digamma digamma "digamma" (x in REALS) y = special::digamma(x); d = [valid(y.eq(y), x.constant(1.0).polygamma(x))];
    /// `n`-th derivative of the digamma function, for a constant whole `n` from 0 to 1000. At 0, −1, −2, …: +∞ for odd `n`, NaN for even.
    Polygamma polygamma "polygamma" (n in CONSTANT, x in REALS) y = special::polygamma(n, x); d = [Flat, (n + 1.0).polygamma(x)];
} any {
    /// Sum, from left to right.
    Sum sum "sum" (x in REALS) y = x.iter().sum::<f64>(); d = x.iter().map(|_| 1.0);
    /// Product, from left to right.
    Product product "product" (x in REALS) y = x.iter().product::<f64>(); d = products_of_others(x);
    /// Sum of the products of neighbours, `x₀·x₁ + x₂·x₃ + …`; a last one without a partner does not count.
    Dot dot "dot" (x in REALS) y = x.chunks_exact(2).map(|p| p[0] * p[1]).sum::<f64>(); d = (0..x.len()).map(|i| x.get(i ^ 1).map_or(y.constant(0.0), |&partner| partner));
    /// Arithmetic mean.
    Mean mean "mean" (x in REALS) y = x.iter().sum::<f64>() / x.len() as f64; d = x.iter().map(|_| 1.0 / x.len() as f64);
    /// Euclidean length, without overflow on the way. At the origin: 0.
    Norm2 norm2 "norm2" (x in REALS) y = special::norm2(x); d = x.iter().map(|&v| y.eq(0.0).select(0.0, v / y));
    /// `ln Σ exp(xᵢ)`, without overflow.
    Logsumexp logsumexp "logsumexp" (x in REALS) y = special::logsumexp(x); d = x.iter().map(|&v| (v - y).exp());
    /// Largest of several; a NaN argument loses. At a tie: equal shares.
    MaxOf max_of "max_of" (x in REALS) y = x.iter().fold(f64::NAN, |m, &v| m.max(v)); d = shares(x, y);
    /// Smallest of several; a NaN argument loses. At a tie: equal shares.
    MinOf min_of "min_of" (x in REALS) y = x.iter().fold(f64::NAN, |m, &v| m.min(v)); d = shares(x, y);
} }

/// A condition as a number.
fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// `slope` where the condition holds, NaN elsewhere: outside a domain no slope may look finite.
fn valid<'a, A: Algebra>(holds: Term<'a, A>, slope: Term<'a, A>) -> Term<'a, A> {
    holds.select(slope, f64::NAN)
}

/// `x^n`; where products or a quotient stay within 2 ulp they are several times faster.
fn power(x: f64, n: f64) -> f64 {
    if n == 2.0 {
        x * x
    } else if n == 3.0 {
        x * x * x
    } else if n == -1.0 {
        1.0 / x
    } else {
        x.powf(n)
    }
}

/// `∂(a^b)/∂a`, given `y = a^b` and `lower = a^(b − 1)`.
fn power_slope<'a, A: Algebra>(
    a: Term<'a, A>,
    b: Term<'a, A>,
    y: Term<'a, A>,
    lower: Term<'a, A>,
) -> Term<'a, A> {
    // Where b − 1 is rounded, ln a magnifies that; for b from −1 to ½, `lower` may overflow although
    // the slope does not. y / a has neither fault, but no value at 0.
    let exact = (b - 1.0 + 1.0).eq(b).and((b + 0.25).abs().ge(0.75));
    let slope = exact.select(b * lower, a.eq(0.0).select(b * lower, b * y / a));
    b.eq(0.0).select(0.0, slope)
}

/// For each term the product of all the others, right also where some are zero.
fn products_of_others<'a, A: Algebra>(x: &[Term<'a, A>]) -> Vec<Term<'a, A>> {
    let Some(first) = x.first() else { return Vec::new() };
    let mut before = vec![first.constant(1.0)];
    for &v in &x[..x.len() - 1] {
        before.push(before[before.len() - 1] * v);
    }
    let mut after = first.constant(1.0);
    for i in (0..x.len()).rev() {
        before[i] *= after;
        after *= x[i];
    }
    before
}

/// The share of each argument in the winner's gradient: all to one, or equal parts at a tie.
fn shares<'a, A: Algebra>(x: &[Term<'a, A>], y: Term<'a, A>) -> Vec<Term<'a, A>> {
    let wins: Vec<_> = x.iter().map(|v| v.eq(y)).collect();
    let count = sum(&wins);
    wins.iter().map(|&w| w / count).collect()
}

impl Op {
    /// The operation of that name in the formula language and in saved programs.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.info().name == name)
    }
}
