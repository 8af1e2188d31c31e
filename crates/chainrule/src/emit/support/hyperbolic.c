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
    if (x == 0.0 || isinf(x)) {
        return x == -INFINITY ? -0.0 : x;
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
