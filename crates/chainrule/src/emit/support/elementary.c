/* 1 where a condition holds, otherwise 0. */
static double truth(int condition)
{
    return condition ? 1.0 : 0.0;
}

/* x^n; products and a quotient where they stay within 2 ulp. */
static double power(double x, double n)
{
    return n == 2.0 ? x * x : n == 3.0 ? x * x * x : n == -1.0 ? 1.0 / x : pow(x, n);
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
