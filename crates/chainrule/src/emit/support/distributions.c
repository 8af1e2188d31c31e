static const Double HALF_ROOT = {0.7071067811865476, -4.833646656726457e-17};

static const Double INVERSE_ROOT_TWO_PI = {0.3989422804014327, -2.49232720227773e-17};

/* e^-square. */
static Scaled gauss_parts(Double square_)
{
    if (square_.hi < 680.0) {
        double e = exp(-square_.hi);
        Double value = {e, -e * square_.lo};
        return scaled(value, 0);
    }
    return double_exp(double_neg(square_));
}

/* e^(t^2) erfc(t) for t between 0 and 28, by the polynomial of its eighth of an octave of 1 + t. */
static Double scaled_erfc(Double t)
{
    uint64_t piece = bits_of(1.0 + t.hi) >> 49;
    double middle = from_bits((piece << 49) | ((uint64_t)1 << 48)) - 1.0;
    uint64_t index = piece - ((uint64_t)1023 << 3);
    uint64_t last = sizeof PIECES / sizeof PIECES[0] - 1;
    const double *c = PIECES[index < last ? index : last];
    double u = (t.hi - middle) + t.lo;
    double slope = polynomial(12, c + 2, u);
    return double_plus(double_new(c[0]), c[1] + u * slope);
}

/* erfc t, given t between 0 and 28 and its square. */
static Scaled erfc_tail(Double t, Double square_)
{
    Double slow = scaled_erfc(t);
    Scaled g = gauss_parts(square_);
    return scaled(double_mul(g.value, slow), g.power);
}

/* Error function. */
static double special_erf(double x)
{
    return erf(x);
}

/* 1 - erf x. */
static double special_erfc(double x)
{
    if (isnan(x)) {
        return x;
    }
    double a = fabs(x);
    if (a > 6.0 && x < 0.0) {
        return 2.0;
    }
    if (a > 27.3) {
        return 0.0;
    }
    Scaled t = erfc_tail(double_new(a), exact_product(a, a));
    return x < 0.0 ? double_round(double_plus(double_neg(t.value), 2.0)) : scaled_round(t);
}

static Scaled normal_parts(double x)
{
    if (isnan(x)) {
        return scaled(double_new(x), 0);
    }
    if (fabs(x) > 39.0) {
        return scaled(double_new(x < 0.0 ? 0.0 : 1.0), 0);
    }
    Double t = double_times(HALF_ROOT, fabs(x));
    Scaled half = erfc_tail(t, double_scale(exact_product(x, x), 0.5));
    half.value = double_scale(half.value, 0.5);
    if (x < 0.0) {
        return half;
    }
    if (x > 9.0) {
        return scaled(DOUBLE_ONE, 0);
    }
    return scaled(double_sub(DOUBLE_ONE, half.value), half.power);
}

/* The probability that a standard normal variable is at most x. */
static double special_normal_cdf(double x)
{
    return scaled_round(normal_parts(x));
}

/* The density of the standard normal distribution. */
static double special_normal_pdf(double x)
{
    if (isnan(x) || fabs(x) > 39.0) {
        return isnan(x) ? x : 0.0;
    }
    Scaled g = gauss_parts(double_scale(exact_product(x, x), 0.5));
    return scaled_round(scaled(double_mul(g.value, INVERSE_ROOT_TWO_PI), g.power));
}

/* x times the normal distribution function. */
static double special_gelu(double x)
{
    if (x == 0.0 || x < -39.0 || x == INFINITY) {
        return x < 0.0 ? -0.0 : x;
    }
    Scaled p = normal_parts(x);
    return scaled_round(scaled(double_times(p.value, x), p.power));
}

/* 1 - a^2/(k(k+1)) (1 - a^2/((k+2)(k+3)) (...)): cosine for k = 1, sine over a for k = 2. */
static Double circle_series(Double angle, double first)
{
    Double s = double_mul(angle, angle);
    Double all = DOUBLE_ONE;
    for (int term = 15; term >= 0; term--) {
        double k = first + 2.0 * (double)term;
        all = double_sub(DOUBLE_ONE, double_div(double_mul(s, all), double_new(k * (k + 1.0))));
    }
    return all;
}

/* sin(pi r) for |r| at most a half, by the sine's series alone. */
static Double quarter_turn(double r)
{
    Double angle = double_times(DOUBLE_PI, r);
    return double_mul(angle, circle_series(angle, 2.0));
}

/* sin(pi r) for |r| at most a half. */
static Double half_turn(double r)
{
    if (fabs(r) <= 0.25) {
        return quarter_turn(r);
    }
    Double sine = circle_series(double_times(DOUBLE_PI, 0.5 - fabs(r)), 1.0);
    return r < 0.0 ? double_neg(sine) : sine;
}

/* sin(pi x), relative accuracy also near its zeros. */
static Double sin_pi(double x)
{
    double nearest = round(x);
    Double sine = half_turn(x - nearest);
    return fmod(nearest, 2.0) == 0.0 ? sine : double_neg(sine);
}

/* cot(pi x), relative accuracy also near its zeros and poles. */
static Double cot_pi(double x)
{
    double rest = x - round(x);
    return double_div(quarter_turn(0.5 - fabs(rest)), half_turn(rest));
}

/* c[0] + c[1] t^2 + c[2] t^4 + ..., the small terms in single doubles. */
static Double even_series(Double t, const Double *c)
{
    Double s = double_mul(t, t);
    double rest = 0.0;
    for (int k = 15; k >= 6; k--) {
        rest = rest * s.hi + c[k].hi;
    }
    Double all = double_new(rest);
    for (int k = 5; k >= 0; k--) {
        all = double_add(double_mul(all, s), c[k]);
    }
    return all;
}

/* ln of the gamma function by Stirling's series (DLMF 5.11.1). */
static Double stirling(Double x)
{
    static const Double half_log_two_pi = {0.9189385332046728, -3.8782941580672414e-17};
    Double inverse = double_recip(x);
    Double main_ = double_mul(double_plus(x, -0.5), double_log(x));
    main_ = double_add(double_sub(main_, x), half_log_two_pi);
    return double_add(main_, double_mul(inverse, even_series(inverse, STIRLING)));
}

/* x (x + 1) ... (x + n - 1). */
static Double rising_factors(double x, double n)
{
    Double all = DOUBLE_ONE;
    for (double k = 0.0; k < n; k += 1.0) {
        all = double_mul(all, exact_sum(x, k));
    }
    return all;
}

static double steps_to_series(double x)
{
    return fmax(ceil(25.0 - x), 0.0);
}

/* ln of the gamma function to 2^-100 absolute, for positive x. */
static Double double_lgamma(double x)
{
    double steps = steps_to_series(x);
    Double all = stirling(exact_sum(x, steps));
    return x >= 25.0 ? all : double_sub(all, double_log(rising_factors(x, steps)));
}

/* The polynomial of a table at u. */
static Double near_zero(const double *table, double u)
{
    return double_plus(exact_sum(table[0], u * polynomial(24, table + 2, u)), table[1]);
}

/* Gamma function; infinite with the sign of x at 0, NaN at the negative integers. */
static double special_gamma(double x)
{
    if (x == 0.0 || fabs(x) < 1e-17) {
        return 1.0 / x;
    }
    if (isnan(x) || x > 172.0) {
        return x + INFINITY;
    }
    int is_whole = x == floor(x);
    if (is_whole && x < 0.0) {
        return NAN;
    }
    if (x < -190.0) {
        return fmod(floor(x), 2.0) != 0.0 ? -0.0 : 0.0;
    }
    if (is_whole && x < 24.0) {
        return double_round(rising_factors(1.0, x - 1.0));
    }
    double steps = steps_to_series(fabs(x));
    Double all = stirling(exact_sum(fabs(x), steps));
    Double divisor = rising_factors(fabs(x), steps);
    if (x > 0.0) {
        Scaled g = double_exp(all);
        return scaled_round(scaled(double_div(g.value, divisor), g.power));
    }
    Double below = double_times(sin_pi(x), -x);
    Scaled g = double_exp(double_neg(all));
    Double value = double_div(double_mul(DOUBLE_PI, double_mul(g.value, divisor)), below);
    return scaled_round(scaled(value, g.power));
}

/* ln |gamma(x)|; infinite at zero and the negative integers. */
static double special_lgamma(double x)
{
    if (isnan(x)) {
        return x;
    }
    if (isinf(x) || (x <= 0.0 && x == floor(x))) {
        return INFINITY;
    }
    if (fabs(x) < 1e-20) {
        return -log(fabs(x));
    }
    if (x > 1e17) {
        return x * (log(x) - 1.0);
    }
    if (x >= 0.5 && x < 1.0) {
        return double_round(double_times(near_zero(LN_GAMMA, x - 0.75), x - 1.0));
    }
    if (x >= 1.0 && x < 1.5) {
        Double w = double_new(x - 1.0);
        return double_round(double_sub(double_times(near_zero(LN_GAMMA_AT_TWO, w.hi), w.hi), double_log1p(w)));
    }
    if (x >= 1.5 && x < 2.5) {
        return double_round(double_times(near_zero(LN_GAMMA_AT_TWO, x - 2.0), x - 2.0));
    }
    if (x > 0.0) {
        return double_round(double_lgamma(x));
    }
    Double below = double_log(double_times(double_abs(sin_pi(x)), -x));
    return double_round(double_sub(double_sub(double_log(DOUBLE_PI), below), double_lgamma(-x)));
}

static Double digamma_shifted(Double x)
{
    Double steps = double_new(0.0);
    while (x.hi < 25.0) {
        steps = double_add(steps, double_recip(x));
        x = double_plus(x, 1.0);
    }
    Double inverse = double_recip(x);
    Double tail = double_mul(double_mul(inverse, inverse), even_series(inverse, DIGAMMA_SERIES));
    Double all = double_sub(double_log(x), double_scale(inverse, 0.5));
    return double_sub(double_sub(all, tail), steps);
}

/* The digamma function of a positive number. */
static double digamma_positive(double x)
{
    if (isinf(x)) {
        return x;
    }
    if (x >= 10.0) {
        double inverse = 1.0 / x;
        double s = inverse * inverse;
        double series = 0.0;
        for (int k = 9; k >= 0; k--) {
            series = series * s + DIGAMMA_SERIES[k].hi;
        }
        return log(x) - (0.5 * inverse + s * series);
    }
    Double steps = double_new(0.0);
    Double y = double_new(x);
    if (x < 1.0) {
        steps = double_quotient(-1.0, x);
        y = double_plus(y, 1.0);
    }
    while (y.hi > 2.0) {
        y = double_plus(y, -1.0);
        steps = double_add(steps, double_quotient(1.0, y.hi));
    }
    Double slope = near_zero(DIGAMMA, y.hi - 1.5);
    Double distance = double_plus(double_new(y.hi - 1.4616321449683622), y.lo - 9.549995429965697e-17);
    return double_round(double_add(steps, double_mul(slope, distance)));
}

/* Logarithmic derivative of the gamma function; NaN at zero and the negative integers. */
static double special_digamma(double x)
{
    if (x > 0.0) {
        return digamma_positive(x);
    }
    if (isnan(x) || x == floor(x)) {
        return NAN;
    }
    if (x > -1e-20) {
        return -1.0 / x;
    }
    if (x > -12.0) {
        return double_round(digamma_shifted(double_new(x)));
    }
    Double turned = double_mul(DOUBLE_PI, cot_pi(x));
    return double_round(double_sub(digamma_shifted(exact_sum(1.0, -x)), turned));
}

/* (x / y)^exponent, for x at most y. */
static double power_ratio(Double x, Double y, double exponent)
{
    Double q = double_div(x, y);
    double p = pow(q.hi, exponent);
    return p + p * (exponent * q.lo / q.hi);
}

/* The sum of (1 + k/y)^-(n+1) over all k from 0, by the series in 1/y (DLMF 5.15.8). */
static Double polygamma_tail(double n, Double y)
{
    double inverse = 1.0 / y.hi;
    double weight = 0.5 * (n + 1.0) * inverse;
    double terms[15];
    double k = 2.0;
    for (int j = 0; j < 15; j++) {
        terms[j] = BERNOULLI[j] * weight;
        weight *= (n + k) * inverse / (k + 1.0) * ((n + k + 1.0) * inverse / (k + 2.0));
        k += 2.0;
    }
    double rest = -0.0;
    for (int j = 14; j >= 0; j--) {
        rest += terms[j];
    }
    return double_plus(double_plus(double_div(y, double_new(n)), 0.5), rest);
}

/* n! times the sum of (x + k)^-(n+1) over all k from 0, for positive x. */
static Scaled polygamma_magnitude(double n, Double x)
{
    if (isinf(x.hi)) {
        return scaled(double_new(0.0), 0);
    }
    double steps = fmax(ceil(13.0 + n - x.hi), 0.0);
    Double end = double_plus(x, steps);
    Double all = double_times(polygamma_tail(n, end), power_ratio(x, end, n + 1.0));
    for (double k = steps - 1.0; k >= 0.0; k -= 1.0) {
        all = double_plus(all, power_ratio(x, double_plus(x, k), n + 1.0));
    }
    Scaled first = double_exp(double_sub(double_lgamma(n + 1.0), double_times(double_log(x), n + 1.0)));
    return scaled(double_mul(first.value, all), first.power);
}

/* pi times the n-th derivative of cot(pi x), for n up to 1000. */
static Double cotangent_derivative(double n, double x)
{
    /* The k-th derivative is (-pi)^k p_k(cot(pi x)) with p_0(c) = c and p_(k+1) = (1 + c^2) p_k'. */
    double now[1002] = {0.0, 1.0};
    double next[1002];
    int degree = 1;
    Double factor = DOUBLE_PI;
    for (double k = 0.0; k < n; k += 1.0) {
        for (int i = 0; i <= degree + 1; i++) {
            next[i] = 0.0;
        }
        for (int i = 1; i <= degree; i++) {
            next[i - 1] += (double)i * now[i];
            next[i + 1] += (double)i * now[i];
        }
        degree++;
        memcpy(now, next, sizeof(double) * (size_t)(degree + 1));
        factor = double_neg(double_mul(factor, DOUBLE_PI));
    }
    Double c = cot_pi(x);
    Double value = double_new(0.0);
    for (int i = degree; i >= 0; i--) {
        value = double_plus(double_mul(value, c), now[i]);
    }
    return double_mul(value, factor);
}

/* n-th derivative of the digamma function, for a whole n from 0 to 1000. */
static double special_polygamma(double n, double x)
{
    if (n == 0.0) {
        return special_digamma(x);
    }
    if (!(n >= 1.0 && n <= 1000.0) || n != floor(n) || isnan(x) || x == -INFINITY) {
        return NAN;
    }
    int is_odd = fmod(n, 2.0) == 1.0;
    if (x > 0.0) {
        double size = scaled_round(polygamma_magnitude(n, double_new(x)));
        return is_odd ? size : -size;
    }
    if (x == floor(x)) {
        return is_odd ? INFINITY : NAN;
    }
    Double turned = cotangent_derivative(n, x);
    if (!isfinite(turned.hi)) {
        return -turned.hi;
    }
    Scaled m = polygamma_magnitude(n, exact_sum(1.0, -x));
    Double far = {times_power_of_two(m.value.hi, m.power), times_power_of_two(m.value.lo, m.power)};
    return double_round(double_neg(double_add(turned, far)));
}
