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

/* k with x = k ln 2 + r, and e^r - 1, for |x| up to 1000. */
static Double exp_reduced(double x, double *k)
{
    const double shift = 6755399441055744.0;
    *k = (x * 1.4426950408889634 + shift) - shift;
    double head = x - *k * 0.6931471805598903;
    double rest = *k * 5.497923018708371e-14;
    double r = head - rest;
    double lost = (head - r) - rest;
    double s = r * r;
    const double *c = EXP_TAIL;
    double even = (((c[8] * s + c[6]) * s + c[4]) * s + c[2]) * s + c[0];
    double odd = (((c[9] * s + c[7]) * s + c[5]) * s + c[3]) * s + c[1];
    Double p = ordered_sum(r, 0.5 * s + (s * r) * (odd * r + even));
    p.lo += lost;
    return p;
}

/* e^x for x from -700 to 709. */
static Double exp_in_two(double x)
{
    double k;
    Double p = exp_reduced(x, &k);
    Double one = ordered_sum(1.0, p.hi);
    one.lo += p.lo;
    return double_scale(one, ldexp(1.0, (int)k));
}

/* above / below for below from 1 to 2, but for the rounding of the quotient that is corrected last. */
static double corrected_quotient(Double above, Double below)
{
    double q = above.hi / below.hi;
    /* What is added is an ulp or so: its divisor's reciprocal need not be right to more than 1/17. */
    double reciprocal = 24.0 / 17.0 - 8.0 / 17.0 * below.hi;
    return q + (above.lo - q * below.lo) * reciprocal;
}

/* -m / (2 + m) with m = e^(-2|x|) - 1. */
static double special_tanh(double x)
{
    if (isnan(x)) {
        return x;
    }
    double k;
    Double p = exp_reduced(-2.0 * fmin(fabs(x), 22.0), &k);
    double s = ldexp(1.0, (int)k);
    Double m = ordered_sum(s - 1.0, s * p.hi);
    m.lo += s * p.lo;
    Double d = ordered_sum(2.0, m.hi);
    d.lo += m.lo;
    return copysign(corrected_quotient(m, d), x);
}

/* 1 / cosh x, without overflow: 2e / (1 + e^2) with e = e^-|x|. */
static double special_sech(double x)
{
    double a = fabs(x);
    if (a > 700.0) {
        Scaled s = double_exp(double_new(-a));
        return isinf(x) ? 0.0 : scaled_round(scaled(double_scale(s.value, 2.0), s.power));
    }
    if (isnan(x)) {
        return x;
    }
    Double e = exp_in_two(-a);
    Double d = ordered_sum(1.0, e.hi * e.hi);
    d.lo += 2.0 * e.hi * e.lo;
    return corrected_quotient(double_scale(e, 2.0), d);
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
    if (isnan(x) || x < -700.0) {
        return scaled_round(logistic_parts(x));
    }
    Double e = exp_in_two(-fmin(fabs(x), 700.0));
    Double d = ordered_sum(1.0, e.hi);
    d.lo += e.lo;
    return corrected_quotient(x < 0.0 ? e : double_new(1.0), d);
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
