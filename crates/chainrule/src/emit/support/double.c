/* An unevaluated sum of two doubles (Dekker 1971; Joldes, Muller, Popescu 2017). */
typedef struct { double hi, lo; } Double;

/* A double-double times a power of two. */
typedef struct { Double value; int power; } Scaled;

static const Double DOUBLE_ONE = {1.0, 0.0};

static const Double DOUBLE_LN_2 = {0.6931471805599453, 2.3190468138462996e-17};

static const Double DOUBLE_PI = {3.141592653589793, 1.2246467991473532e-16};

static Double double_new(double hi)
{
    Double x = {hi, 0.0};
    return x;
}

static double double_round(Double x)
{
    return x.hi + x.lo;
}

/* The exact sum of two doubles. */
static Double exact_sum(double a, double b)
{
    double hi = a + b;
    double v = hi - a;
    Double s = {hi, (a - (hi - v)) + (b - v)};
    return s;
}

/* The exact sum of two doubles, the first being the larger. */
static Double ordered_sum(double a, double b)
{
    double hi = a + b;
    Double s = {hi, b - (hi - a)};
    return s;
}

/* The exact product of two doubles, unless its low half underflows. */
static Double exact_product(double a, double b)
{
    double hi = a * b;
    Double p = {hi, fma(a, b, -hi)};
    return p;
}

static Double double_quotient(double a, double b)
{
    double hi = a / b;
    Double q = {hi, fma(hi, -b, a) / b};
    return q;
}

static Double double_neg(Double a)
{
    Double x = {-a.hi, -a.lo};
    return x;
}

static Double double_abs(Double a)
{
    return a.hi < 0.0 ? double_neg(a) : a;
}

static Double double_add(Double a, Double b)
{
    Double s = exact_sum(a.hi, b.hi);
    Double t = exact_sum(a.lo, b.lo);
    Double v = ordered_sum(s.hi, s.lo + t.hi);
    return ordered_sum(v.hi, t.lo + v.lo);
}

static Double double_sub(Double a, Double b)
{
    return double_add(a, double_neg(b));
}

static Double double_plus(Double a, double b)
{
    Double s = exact_sum(a.hi, b);
    return ordered_sum(s.hi, a.lo + s.lo);
}

static Double double_mul(Double a, Double b)
{
    Double p = exact_product(a.hi, b.hi);
    double t = fma(a.lo, b.hi, fma(a.hi, b.lo, a.lo * b.lo));
    return ordered_sum(p.hi, p.lo + t);
}

static Double double_times(Double a, double b)
{
    Double p = exact_product(a.hi, b);
    return ordered_sum(p.hi, fma(a.lo, b, p.lo));
}

static Double double_div(Double a, Double b)
{
    double q = a.hi / b.hi;
    Double r = double_sub(a, double_times(b, q));
    double q2 = r.hi / b.hi;
    double q3 = double_sub(r, double_times(b, q2)).hi / b.hi;
    return double_plus(ordered_sum(q, q2), q3);
}

static Double double_recip(Double a)
{
    return double_div(DOUBLE_ONE, a);
}

static Double double_sqrt(Double a)
{
    double hi = sqrt(a.hi);
    if (hi == 0.0) {
        return double_new(hi);
    }
    return ordered_sum(hi, (fma(hi, -hi, a.hi) + a.lo) / (2.0 * hi));
}

static Double double_scale(Double a, double power)
{
    Double x = {a.hi * power, a.lo * power};
    return x;
}

/* c[0] + c[1] x + c[2] x^2 + ... */
static double polynomial(int count, const double *c, double x)
{
    double p = 0.0;
    for (int k = count - 1; k >= 0; k--) {
        p = p * x + c[k];
    }
    return p;
}
