/* 1 where a condition holds, otherwise 0. */
static double truth(int condition)
{
    return condition ? 1.0 : 0.0;
}

/* x^n; the square is one product, which rounds once. */
static double power(double x, double n)
{
    return n == 2.0 ? x * x : pow(x, n);
}

static double sign_or_nan(double x)
{
    return isnan(x) ? x : copysign(1.0, x);
}

/* Cube root, the C library's with its last bits corrected by one step of Newton's method. */
static double cube_root(double x)
{
    int shift = fabs(x) < 1e-250 ? 100 : fabs(x) > 1e250 ? -100 : 0;
    if (x == 0.0 || !isfinite(x)) {
        return x;
    }
    double near = ldexp(x, 3 * shift);
    double y = cbrt(near);
    Double cube = double_times(exact_product(y, y), y);
    y -= double_round(double_plus(cube, -near)) / (3.0 * y * y);
    return ldexp(y, -shift);
}

/* Sum, from left to right. */
static double sum(size_t n, const double *x)
{
    double all = -0.0;
    for (size_t i = 0; i < n; i++) {
        all += x[i];
    }
    return all;
}

/* Product, from left to right. */
static double product(size_t n, const double *x)
{
    double all = 1.0;
    for (size_t i = 0; i < n; i++) {
        all *= x[i];
    }
    return all;
}

/* Sum of the products of neighbours. */
static double dot(size_t n, const double *x)
{
    double all = -0.0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        all += x[i] * x[i + 1];
    }
    return all;
}

/* Arithmetic mean. */
static double mean(size_t n, const double *x)
{
    return sum(n, x) / (double)n;
}

/* Largest of several; a NaN loses. */
static double max_of(size_t n, const double *x)
{
    double most = NAN;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, x[i]);
    }
    return most;
}

/* Smallest of several; a NaN loses. */
static double min_of(size_t n, const double *x)
{
    double least = NAN;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, x[i]);
    }
    return least;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double power_of_two(int power_)
{
    return from_bits((uint64_t)(1023 + power_) << 52);
}

/* x 2^p, rounded once. */
static double times_power_of_two(double x, int p)
{
    p = p < -2200 ? -2200 : p > 2200 ? 2200 : p;
    int third = p / 3;
    return x * power_of_two(third) * power_of_two(third) * power_of_two(p - 2 * third);
}

static Scaled scaled(Double value, int p)
{
    Scaled s = {value, p};
    return s;
}

static double scaled_round(Scaled x)
{
    return times_power_of_two(double_round(x.value), x.power);
}

/* e^x - 1 to 2^-100 relative, for |x| at most 0.4. */
static Double double_expm1(Double x)
{
    Double r = double_scale(x, 1.0 / 64.0);
    double h = r.hi;
    Double q = double_new(h * (1.0 / 40320.0 + h * (1.0 / 362880.0 + h * (1.0 / 3628800.0))));
    for (int k = 5; k >= 0; k--) {
        q = double_mul(double_add(q, INVERSE_FACTORIALS[k]), r);
    }
    Double m = double_add(double_mul(q, r), r);
    for (int k = 0; k < 6; k++) {
        m = double_add(double_scale(m, 2.0), double_mul(m, m));
    }
    return m;
}

/* e^x for any finite x. */
static Scaled double_exp(Double x)
{
    if (fabs(x.hi) > 1500.0) {
        return scaled(DOUBLE_ONE, x.hi > 0.0 ? 2200 : -2200);
    }
    double k = round(x.hi * 1.4426950408889634);
    Double r = double_sub(x, double_times(DOUBLE_LN_2, k));
    return scaled(double_plus(double_expm1(r), 1.0), (int)k);
}

/* e^(hi + lo) rounded, with the tail exact where e^hi is subnormal. */
static double exp_rounded(Double x)
{
    if (x.hi > -707.0 && x.hi < 709.0) {
        double e = exp(x.hi);
        return fma(e, x.lo, e);
    }
    return isfinite(x.hi) ? scaled_round(double_exp(x)) : exp(x.hi);
}

/* ln(1 + x) for x between -0.4 and 0.6, to 2^-100 relative. */
static Double double_log1p_small(Double x)
{
    double y = log1p(x.hi);
    Double m = double_expm1(double_new(-y));
    Double e = double_add(double_add(x, m), double_mul(x, m));
    return double_plus(double_plus(e, -0.5 * e.hi * e.hi), y);
}

/* ln x for a positive finite x, to 2^-100 relative. */
static Double double_log(Double x)
{
    int shift = 0;
    if (x.hi < 2.2250738585072014e-308) {
        x = double_scale(x, 18014398509481984.0);
        shift = -54;
    }
    uint64_t bits = bits_of(x.hi);
    int exponent = (int)(bits >> 52) - 1023;
    double mantissa = from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    int p = mantissa > 1.4142135623730951 ? exponent + 1 : exponent;
    Double small = {times_power_of_two(x.hi, -p), times_power_of_two(x.lo, -p)};
    Double y = double_log1p_small(double_plus(small, -1.0));
    int k = p + shift;
    return k == 0 ? y : double_add(double_times(DOUBLE_LN_2, (double)k), y);
}

/* ln(1 + x) for x above -1, to 2^-100 relative. */
static Double double_log1p(Double x)
{
    return x.hi > -0.3 && x.hi < 0.4 ? double_log1p_small(x) : double_log(double_plus(x, 1.0));
}

static double log1p_rounded(Double x)
{
    return log1p(x.hi) + x.lo / (1.0 + x.hi);
}

static double log_rounded(Double x)
{
    return log(x.hi) + x.lo / x.hi;
}

/* e^(-x^2), the square being kept in two halves. */
static double special_gauss(double x)
{
    return fabs(x) > 30.0 ? 0.0 : exp_rounded(double_neg(exact_product(x, x)));
}

/* x ln y with 0 for x = 0, whatever y is, unless it is NaN. */
static double special_xlogy(double x, double y)
{
    return x == 0.0 && !isnan(y) ? 0.0 : x * log(y);
}

/* ln of the sum of e^x, without overflow. */
static double logsumexp(size_t n, const double *x)
{
    size_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            return NAN;
        }
        if (x[i] > x[largest]) {
            largest = i;
        }
    }
    double top = x[largest];
    if (isinf(top)) {
        return top;
    }
    Double rest = double_new(0.0);
    for (size_t i = 0; i < n; i++) {
        Double d = exact_sum(x[i], -top);
        if (i != largest) {
            rest = double_plus(rest, d.hi < -750.0 ? 0.0 : exp_rounded(d));
        }
    }
    double tail = log1p_rounded(rest);
    double result = top + tail;
    if (top >= 0.0 || fabs(result) > tail) {
        return result;
    }
    /* The two parts cancel, so both are needed in full. */
    rest = double_new(0.0);
    for (size_t i = 0; i < n; i++) {
        Double d = exact_sum(x[i], -top);
        if (i != largest && d.hi > -750.0) {
            Scaled e = double_exp(d);
            Double part = {times_power_of_two(e.value.hi, e.power), times_power_of_two(e.value.lo, e.power)};
            rest = double_add(rest, part);
        }
    }
    return double_round(double_plus(double_log1p(rest), top));
}

static double special_logaddexp(double a, double b)
{
    const double x[2] = {a, b};
    return logsumexp(2, x);
}

/* (sinh x - x) / x^3 for |x| at most 1, as a polynomial in x^2. */
static double sinh_tail(double square_)
{
    static const double c[9] = {
        1.0 / 6.0, 1.0 / 120.0, 1.0 / 5040.0, 1.0 / 362880.0, 1.0 / 39916800.0, 1.0 / 6227020800.0,
        1.0 / 1307674368000.0, 1.0 / 355687428096000.0, 1.0 / 121645100408832000.0,
    };
    return polynomial(9, c, square_);
}

/* (cosh x - 1) / x^2 for |x| at most 1, as a polynomial in x^2. */
static double cosh_tail(double square_)
{
    static const double c[9] = {
        1.0 / 2.0, 1.0 / 24.0, 1.0 / 720.0, 1.0 / 40320.0, 1.0 / 3628800.0, 1.0 / 479001600.0,
        1.0 / 87178291200.0, 1.0 / 20922789888000.0, 1.0 / 6402373705728000.0,
    };
    return polynomial(9, c, square_);
}

/* Half of e^x where it may overflow before the halving. */
static double half_exp(double x)
{
    return x < 709.0 || isinf(x) ? 0.5 * exp(x) : scaled_round(double_exp(double_sub(double_new(x), DOUBLE_LN_2)));
}

static double special_sinh(double x)
{
    double a = fabs(x);
    if (a <= 1.0) {
        double s = x * x;
        return x + x * (s * sinh_tail(s));
    }
    double half = half_exp(a);
    return copysign(half - 0.25 / half, x);
}

static double special_cosh(double x)
{
    double a = fabs(x);
    if (a <= 1.0) {
        double s = x * x;
        return 1.0 + s * cosh_tail(s);
    }
    double half = half_exp(a);
    return half + 0.25 / half;
}

static double special_tanh(double x)
{
    double a = fabs(x);
    if (a <= 1.0) {
        double s = x * x;
        Double above = exact_sum(a, a * (s * sinh_tail(s)));
        Double below = exact_sum(1.0, s * cosh_tail(s));
        double q = above.hi / below.hi;
        double rest = fma(-q, below.hi, above.hi) + (above.lo - q * below.lo);
        return copysign(q + rest / below.hi, x);
    }
    if (a > 20.0) {
        return copysign(1.0, x);
    }
    double e = exp(-2.0 * a);
    return copysign(1.0 - 2.0 * e / (1.0 + e), x);
}

/* 1 / cosh x, without overflow. */
static double special_sech(double x)
{
    double a = fabs(x);
    if (a > 707.0 && isfinite(a)) {
        Scaled s = double_exp(double_new(-a));
        return scaled_round(scaled(double_scale(s.value, 2.0), s.power));
    }
    double e = exp(-a);
    Double below = double_plus(exact_product(e, e), 1.0);
    double q = 2.0 * e / below.hi;
    return q + (fma(-q, below.hi, 2.0 * e) - q * below.lo) / below.hi;
}

static double special_asinh(double x)
{
    double a = fabs(x);
    double y;
    if (a < 1e-5) {
        y = a - a * a * a / 6.0;
    } else if (a < 1.0) {
        Double s = exact_product(a, a);
        Double root = double_sqrt(double_plus(s, 1.0));
        y = log1p_rounded(double_plus(double_div(s, double_plus(root, 1.0)), a));
    } else if (a < 1e8) {
        y = log_rounded(double_plus(double_sqrt(double_plus(exact_product(a, a), 1.0)), a));
    } else {
        y = log(a) + DOUBLE_LN_2.hi;
    }
    return copysign(y, x);
}

static double special_acosh(double x)
{
    if (x < 1.0) {
        return NAN;
    }
    if (x < 2.0) {
        double t = x - 1.0;
        Double root = double_sqrt(double_plus(exact_product(t, t), 2.0 * t));
        return log1p_rounded(double_plus(root, t));
    }
    if (x < 1e8) {
        return log_rounded(double_plus(double_sqrt(double_plus(exact_product(x, x), -1.0)), x));
    }
    return log(x) + DOUBLE_LN_2.hi;
}

static double special_atanh(double x)
{
    double a = fabs(x);
    if (a < 1e-5) {
        return x + x * x * x / 3.0;
    }
    if (a == 1.0) {
        return copysign(INFINITY, x);
    }
    Double ratio = double_div(double_new(2.0 * a), exact_sum(1.0, -a));
    return copysign(0.5 * log1p_rounded(ratio), x);
}

/* ln(x / (1 - x)). */
static double special_logit(double x)
{
    if (isnan(x) || x < 0.0 || x > 1.0) {
        return NAN;
    }
    if (x == 0.0 || x == 1.0) {
        return x == 0.0 ? -INFINITY : INFINITY;
    }
    Double below = exact_sum(1.0, -x);
    if (x > 0.25 && x < 0.75) {
        return log1p_rounded(double_div(double_new(2.0 * x - 1.0), below));
    }
    return x < 1e-17 ? log(x) : log_rounded(double_div(double_new(x), below));
}

/* above / (1 + e). */
static Double logistic_share(double above, double e)
{
    Double below = exact_sum(1.0, e);
    Double q = double_quotient(above, below.hi);
    q.lo = q.lo - q.hi * (below.lo / below.hi);
    return q;
}

/* The logistic function before its last rounding. */
static Scaled logistic_parts(double x)
{
    if (isnan(x)) {
        return scaled(double_new(x), 0);
    }
    if (x >= 0.0) {
        return scaled(logistic_share(1.0, exp(-x)), 0);
    }
    if (x > -707.0) {
        double e = exp(x);
        return scaled(logistic_share(e, e), 0);
    }
    return double_exp(double_new(x));
}

/* 1 / (1 + e^-x). */
static double special_sigmoid(double x)
{
    return scaled_round(logistic_parts(x));
}

/* x / (1 + e^-x). */
static double special_silu(double x)
{
    if (x == 0.0 || x == -INFINITY) {
        return x == 0.0 ? x : -0.0;
    }
    Scaled y = logistic_parts(x);
    return scaled_round(scaled(double_times(y.value, x), y.power));
}

/* ln(1 + e^x). */
static double special_softplus(double x)
{
    if (x > 0.0) {
        return x + log1p(exp(-x));
    }
    return x > -36.0 ? log1p(exp(x)) : exp_rounded(double_new(x));
}

/* -ln(1 + e^-x). */
static double special_log_sigmoid(double x)
{
    return -special_softplus(-x);
}

/* Length of (x, y): the squares in two halves each, scaled where they would leave the range. */
static double special_hypot(double x, double y)
{
    double large = fmax(fabs(x), fabs(y));
    double small = fmin(fabs(x), fabs(y));
    if (isinf(x) || isinf(y)) {
        return INFINITY;
    }
    if (isnan(x) || isnan(y)) {
        return NAN;
    }
    int high = (int)(bits_of(large) >> 52);
    int low = (int)(bits_of(small) >> 52);
    if (small == 0.0 || high - low > 64) {
        return large + small;
    }
    int shift = high > 1023 + 510 ? -700 : low < 1023 - 450 ? 700 : 0;
    double scale = power_of_two(shift);
    Double a = exact_product(large * scale, large * scale);
    Double b = exact_product(small * scale, small * scale);
    return sqrt(b.lo + a.lo + b.hi + a.hi) * power_of_two(-shift);
}

/* Euclidean length, without overflow on the way. */
static double norm2(size_t n, const double *x)
{
    double largest = 0.0;
    int has_nan = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(x[i]));
        has_nan = has_nan || isnan(x[i]);
    }
    if (largest == 0.0 || isinf(largest)) {
        return largest == 0.0 && has_nan ? NAN : largest;
    }
    int exponent = (int)(bits_of(largest) >> 52) - 1023;
    Double squares = double_new(0.0);
    for (size_t i = 0; i < n; i++) {
        double v = times_power_of_two(x[i], -exponent);
        squares = double_add(squares, exact_product(v, v));
    }
    return times_power_of_two(double_round(double_sqrt(squares)), exponent);
}
