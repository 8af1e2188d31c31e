"""Writes crates/chainrule/tests/data/ops_reference.csv: every operation at chosen points, exactly.

Usage: python3 tools/reference/make_reference.py   (needs mpmath; takes about a minute)

A line is `operation,arguments,value,partials`, the lists separated by spaces. The arguments are
doubles; value and partials are computed from them with 800 digits, then rounded once, to nearest.
Rows at kinks, jumps and edges of domains follow the conventions of docs/design.md and stand in
EDGES, not in a formula.
"""

import math
import random
from fractions import Fraction
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 800
random.seed(20240229)

OUT = Path(__file__).resolve().parents[2] / "crates/chainrule/tests/data/ops_reference.csv"
INF, NAN = math.inf, math.nan


def to_double(x):
    """Rounds to the nearest double, subnormals included."""
    if isinstance(x, float):
        return x
    if isinstance(x, int):
        return float(x)
    if mp.isnan(x):
        return NAN
    if mp.isinf(x):
        return INF if x > 0 else -INF
    sign, mantissa, exponent, bits = x._mpf_
    if mantissa == 0:
        return 0.0
    if exponent + bits > 1030:
        return -INF if sign else INF
    if exponent + bits < -1080:
        return -0.0 if sign else 0.0
    exact = Fraction(int(mantissa)) * Fraction(2) ** exponent
    try:
        rounded = float(exact)
    except OverflowError:
        rounded = INF
    return -rounded if sign else rounded


def both(magnitudes):
    return [s * m for m in magnitudes for s in (1.0, -1.0)]


def spread(low, high, n):
    """Points spaced evenly in the logarithm, with random digits."""
    a, b = math.log(low), math.log(high)
    return [math.exp(a + (b - a) * (i + random.random()) / n) for i in range(n)]


def between(low, high, n):
    return [low + (high - low) * (i + random.random()) / n for i in range(n)]


def around(centre, n, widest=1e-2, narrowest=1e-13):
    return [centre + s for s in both(spread(narrowest, widest, n))]


PLAIN = both([0.5, 1.0, 1.5, 2.0, 3.0, 0.1])
TINY = both([1e-310, 1e-300, 1e-20, 1e-8])
REALS = [0.0] + PLAIN + TINY + both(spread(1e-6, 30.0, 20)) + both([1e3, 1e10, 1e100])
POSITIVE = [0.5, 1.0, 1.5, 2.0, 3.0, 10.0] + spread(1e-308, 1e308, 24) + spread(1e-3, 1e3, 24) + around(1.0, 4)
UNIT = [0.0, 0.5, -0.5, 0.1, -0.1] + both(spread(1e-300, 1e-3, 6)) + both(between(0.0, 1.0, 16)) + both(
    [1 - t for t in spread(1e-15, 1e-2, 6)]
)

one, half = mpf(1), mpf(1) / 2


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def pdf(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def sign(x):
    return mpf((x > 0) - (x < 0))


# name: (points, value, partial)
UNARY = {
    "neg": (REALS, lambda x: -x, lambda x: -one),
    "recip": ([x for x in REALS if x], lambda x: 1 / x, lambda x: -1 / x**2),
    "square": (REALS + both(spread(1e-150, 1e150, 6)), lambda x: x * x, lambda x: 2 * x),
    "sqrt": (POSITIVE, mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "cbrt": (
        [x for x in REALS if x] + both(spread(1e-300, 1e300, 8)),
        lambda x: sign(x) * mp.cbrt(abs(x)),
        lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2),
    ),
    "exp": (REALS + both(between(30, 745, 8)), mp.exp, mp.exp),
    "exp2": (REALS + both(between(30, 1074, 8)), lambda x: mpf(2) ** x, lambda x: mp.ln(2) * mpf(2) ** x),
    "exp_m1": (REALS + both(between(30, 709, 8)), mp.expm1, mp.exp),
    "ln": (POSITIVE, mp.ln, lambda x: 1 / x),
    "log2": (POSITIVE, lambda x: mp.ln(x) / mp.ln(2), lambda x: 1 / (x * mp.ln(2))),
    "log10": (POSITIVE, lambda x: mp.ln(x) / mp.ln(10), lambda x: 1 / (x * mp.ln(10))),
    "ln_1p": (
        [x for x in REALS if x > -1] + between(-1, 1, 10) + [t - 1 for t in spread(1e-15, 1e-2, 6)],
        mp.log1p,
        lambda x: 1 / (1 + x),
    ),
    "sin": (REALS + [math.pi, 1e22], mp.sin, mp.cos),
    "cos": (REALS + [math.pi / 2, 1e22], mp.cos, lambda x: -mp.sin(x)),
    "tan": (REALS + [math.pi / 2, math.pi, 1e22] + around(math.pi / 2, 3), mp.tan, lambda x: 1 / mp.cos(x) ** 2),
    "asin": (UNIT, mp.asin, lambda x: 1 / mp.sqrt(1 - x * x)),
    "acos": (UNIT, mp.acos, lambda x: -1 / mp.sqrt(1 - x * x)),
    "atan": (REALS + both([1e155, 1e300]), mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (REALS + both(between(30, 711, 8)), mp.sinh, mp.cosh),
    "cosh": (REALS + both(between(30, 711, 8)), mp.cosh, mp.sinh),
    "sech": (REALS + both(between(30, 740, 10)), mp.sech, lambda x: -mp.sech(x) * mp.tanh(x)),
    "tanh": (REALS + both(between(1, 370, 10)), mp.tanh, lambda x: 1 / mp.cosh(x) ** 2),
    "asinh": (REALS + both([1e155, 1e300]), mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh": (
        [1 + t for t in spread(1e-15, 1.0, 24)] + between(1, 5, 16) + spread(5, 1e308, 20),
        mp.acosh,
        lambda x: 1 / mp.sqrt(x * x - 1),
    ),
    "atanh": (UNIT, mp.atanh, lambda x: 1 / (1 - x * x)),
    "abs": ([x for x in REALS if x], abs, sign),
    "signum": (REALS, sign, lambda x: mpf(0)),
    "floor": (REALS, mp.floor, lambda x: mpf(0)),
    "ceil": (REALS, mp.ceil, lambda x: mpf(0)),
    "round": (REALS + [2.5, -2.5, 0.49999999999999994], lambda x: sign(x) * mp.floor(abs(x) + half), lambda x: mpf(0)),
    "trunc": (REALS, lambda x: sign(x) * mp.floor(abs(x)), lambda x: mpf(0)),
    "sigmoid": (
        REALS + both(between(30, 700, 8)),
        sigmoid,
        lambda x: sigmoid(x) * sigmoid(-x),
    ),
    "logit": (
        [0.5, 0.25, 0.75] + spread(1e-300, 0.1, 16) + between(0, 1, 24) + around(0.5, 6) + [1 - t for t in spread(1e-15, 1e-2, 8)],
        lambda x: mp.ln(x / (1 - x)),
        lambda x: 1 / (x * (1 - x)),
    ),
    "softplus": (REALS + both(between(30, 700, 8)), lambda x: mp.log1p(mp.exp(x)), sigmoid),
    "log_sigmoid": (REALS + both(between(30, 700, 8)), lambda x: -mp.log1p(mp.exp(-x)), lambda x: sigmoid(-x)),
    "relu": ([x for x in REALS if x], lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
    "gelu": (
        REALS + between(-38, -1, 16),
        lambda x: x * cdf(x),
        lambda x: cdf(x) + x * pdf(x),
    ),
    "silu": (
        REALS + both(between(30, 700, 8)),
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    ),
    "erf": (REALS + both(between(0, 6, 8)), mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "erfc": (REALS + between(0, 26.5, 16), mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "normal_cdf": (REALS + between(-37.5, 0, 16), cdf, pdf),
    "normal_pdf": (REALS + both(between(0, 37.5, 8)), pdf, lambda x: -x * pdf(x)),
    "gauss": (REALS + both(between(0, 26.5, 10)), lambda x: mp.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x)),
    "lgamma": (
        spread(1e-300, 1e300, 14) + between(0, 5, 14) + around(1.0, 5) + around(2.0, 5) + between(-9.9, 0, 14) + [-20.3, -100.7, -1000.5, 0.5, 1.0, 2.0],
        lambda x: mp.re(mp.loggamma(x)),
        lambda x: mp.digamma(x),
    ),
    "gamma": (
        spread(1e-300, 1.0, 10) + between(0, 10, 16) + between(10, 171, 10) + between(-9.9, 0, 14) + [-20.3, -100.7, 0.5, 1.0, 2.0, 5.0, 171.5],
        mp.gamma,
        lambda x: mp.gamma(x) * mp.digamma(x),
    ),
    "digamma": (
        spread(1e-150, 1e150, 14) + between(0, 5, 14) + around(1.4616321449683622, 5) + between(-9.9, 0, 14) + [-20.3, -100.7, 1.4616321449683622, 0.5, 1.0, 2.0],
        mp.digamma,
        lambda x: mp.psi(1, x),
    ),
}


def pow_partials(x, y):
    return [y * x ** (y - 1), x**y * mp.ln(x)]


def pairs(xs, ys):
    xs, ys = list(xs), list(ys)
    random.shuffle(xs)
    return [(x, ys[i % len(ys)]) for i, x in enumerate(xs)]


WIDE = both(spread(1e-100, 1e100, 12)) + both(spread(1e-2, 1e2, 12)) + PLAIN


def logaddexp(a, b):
    return max(a, b) + mp.log1p(mp.exp(-abs(a - b)))


def compare(test):
    return (pairs(WIDE, WIDE) + [(1.0, 1.0), (0.0, -0.0)], lambda a, b: mpf(test(a, b)), lambda a, b: [mpf(0), mpf(0)])


# name: (points, value, partials)
BINARY = {
    "add": (pairs(WIDE, WIDE), lambda a, b: a + b, lambda a, b: [one, one]),
    "sub": (pairs(WIDE, WIDE), lambda a, b: a - b, lambda a, b: [one, -one]),
    "mul": (pairs(WIDE, WIDE), lambda a, b: a * b, lambda a, b: [b, a]),
    "strong_mul": (pairs(WIDE, WIDE) + [(0.0, 3.0), (3.0, 0.0)], lambda a, b: a * b, lambda a, b: [b, a]),
    "div": (pairs(WIDE, WIDE), lambda a, b: a / b, lambda a, b: [1 / b, -a / b**2]),
    "pow": (
        pairs(spread(1e-3, 1e3, 20) + spread(1e-300, 1e300, 10), between(-5, 5, 11)) + pairs(spread(0.5, 2, 10), between(-500, 500, 10))
        + [(1e-300, 1.03), (1e300, 1.02), (1e300, 0.01), (1e-300, 0.1), (2.0, 0.5), (2.0, 3.0), (3.0, 0.0), (0.5, -2.0)],
        lambda x, y: x**y,
        pow_partials,
    ),
    "powc": (
        pairs(spread(1e-3, 1e3, 20) + spread(1e-300, 1e300, 10), [2.0, 3.0, -1.0, -2.0, 0.5, 1.5, -0.5, 0.1, 7.25, 1 / 3])
        + [(-2.0, 2.0), (-2.0, 3.0), (-2.0, -3.0), (-2.0, 0.0), (-1e-5, 5.0), (-3.5, 1.0), (7.0, 0.0), (1e300, 1.02), (1e-300, 1.03)],
        lambda x, y: x ** int(y) if y == int(y) else x**y,
        lambda x, y: [y * (x ** (int(y) - 1) if y == int(y) else x ** (y - 1))],
    ),
    "atan2": (
        pairs(WIDE, WIDE) + [(0.0, 1.0), (1.0, 0.0), (-1.0, 0.0), (1e-300, 1e-300), (1e300, 1e300)],
        mp.atan2,
        lambda y, x: [x / (x * x + y * y), -y / (x * x + y * y)],
    ),
    "hypot": (
        pairs(WIDE, WIDE) + [(0.0, 1.0), (1.0, 0.0), (3e-300, 4e-300), (3e300, 4e300), (-3.0, 4.0)],
        lambda x, y: mp.sqrt(x * x + y * y),
        lambda x, y: [x / mp.sqrt(x * x + y * y), y / mp.sqrt(x * x + y * y)],
    ),
    "copysign": (
        [p for p in pairs(WIDE, WIDE) if p[0]],
        lambda a, b: abs(a) * sign(b),
        lambda a, b: [sign(a) * sign(b), mpf(0)],
    ),
    "rem": (
        pairs(both(between(0, 100, 24)), both(between(0.1, 10, 7))) + [(5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (6.0, 3.0)],
        lambda a, b: a - b * sign(a / b) * mp.floor(abs(a / b)),
        lambda a, b: [one, -sign(a / b) * mp.floor(abs(a / b))],
    ),
    "leaky_relu": (
        pairs(WIDE, [0.01, 0.2, 0.5]),
        lambda x, s: x if x > 0 else s * x,
        lambda x, s: [one, mpf(0)] if x > 0 else [s, x],
    ),
    "polygamma": (
        [(n, x) for n in (1.0, 2.0, 3.0, 6.0) for x in spread(1e-20, 1e20, 6) + between(0, 20, 6) + between(-4.9, 0, 4)],
        lambda n, x: mp.psi(int(n), x),
        lambda n, x: [mpf(0), mp.psi(int(n) + 1, x)],
    ),
    "xlogy": (
        pairs(WIDE, spread(1e-100, 1e100, 12) + around(1.0, 5)) + [(0.0, 2.0), (0.0, 0.5), (2.0, 1.0)],
        lambda x, y: x * mp.ln(y),
        lambda x, y: [mp.ln(y), x / y],
    ),
    "logaddexp": (
        pairs(both(between(0, 30, 16)), both(between(0, 30, 7))) + pairs(both(between(0, 700, 8)), both(between(0, 700, 7)))
        + [(0.0, 0.0), (-0.6931471805599453, -0.6931471805599453), (-1e-5, -11.512925464970229), (1000.0, 1000.0), (-1000.0, -1000.5)],
        logaddexp,
        lambda a, b: [sigmoid(a - b), sigmoid(b - a)],
    ),
    "lt": compare(lambda a, b: a < b),
    "le": compare(lambda a, b: a <= b),
    "gt": compare(lambda a, b: a > b),
    "ge": compare(lambda a, b: a >= b),
    "eq": compare(lambda a, b: a == b),
    "ne": compare(lambda a, b: a != b),
    "and": ([(a, b) for a in (0.0, -0.0, 1.0, -2.0, 1e-300, 0.5) for b in (0.0, 1.0, 0.25, -3.0, 1e300)], lambda a, b: mpf(a != 0 and b != 0), lambda a, b: [mpf(0), mpf(0)]),
}
for name, larger in [("max", True), ("maximum", True), ("min", False), ("minimum", False)]:
    pick = max if larger else min
    BINARY[name] = (
        pairs(WIDE, WIDE) + [(1.0, 1.0), (0.0, 2.0)],
        lambda a, b, pick=pick: pick(a, b),
        lambda a, b, pick=pick: [half, half] if a == b else [mpf(pick(a, b) == a), mpf(pick(a, b) == b)],
    )

THIN = [x for x in WIDE if 1e-3 < abs(x) < 1e3]


def triples(n):
    return [tuple(random.choice(THIN) for _ in range(3)) for _ in range(n)]


def clamp_partials(x, lo, hi):
    return [mpf(lo < x < hi), mpf(x <= lo), mpf(x >= hi)]


TERNARY = {
    "mul_add": (triples(60), lambda a, b, c: a * b + c, lambda a, b, c: [b, a, one]),
    "clamp": (
        [(x, -1.5, 2.0) for x in THIN + [-1.5, 2.0]] + [(x, 0.0, 1.0) for x in (0.0, 0.5, 1.0)],
        lambda x, lo, hi: min(max(x, lo), hi),
        clamp_partials,
    ),
    "select": (
        [(float(i % 2), a, b) for i, (_, a, b) in enumerate(triples(30))],
        lambda c, a, b: a if c else b,
        lambda c, a, b: [mpf(0), mpf(c != 0), mpf(c == 0)],
    ),
}


def product(xs):
    result = one
    for x in xs:
        result *= x
    return result


def lists(xs, n=40, multiple=1):
    return [tuple(random.choice(xs) for _ in range(multiple * (2 + i % 5))) for i in range(n)]


def norm(xs):
    return mp.sqrt(sum(x * x for x in xs))


def log_sum(xs):
    top = max(xs)
    return top + mp.ln(sum(mp.exp(x - top) for x in xs))


def extreme(pick):
    def partials(*xs):
        best = pick(xs)
        ties = sum(x == best for x in xs)
        return [one / ties if x == best else mpf(0) for x in xs]

    return (lists(THIN) + [(2.0, 2.0, 1.0), (1.0, 3.0, 3.0), (-1.0, -1.0)], lambda *xs: pick(xs), partials)


NARY = {
    "sum": (lists(THIN), lambda *xs: sum(xs), lambda *xs: [one for _ in xs]),
    "product": (
        lists(THIN) + [(0.0, 2.0, 3.0), (0.0, 0.0, 3.0)],
        lambda *xs: product(xs),
        lambda *xs: [product(xs[:i] + xs[i + 1 :]) for i in range(len(xs))],
    ),
    "dot": (
        lists(THIN, multiple=2),
        lambda *xs: sum(xs[i] * xs[i + 1] for i in range(0, len(xs), 2)),
        lambda *xs: [xs[i ^ 1] for i in range(len(xs))],
    ),
    "mean": (lists(THIN), lambda *xs: sum(xs) / len(xs), lambda *xs: [one / len(xs) for _ in xs]),
    "norm2": (
        lists(THIN) + lists([x for x in WIDE if x]) + [(3e-300, 4e-300), (3e300, 4e300, 0.0)],
        lambda *xs: norm(xs),
        lambda *xs: [x / norm(xs) for x in xs],
    ),
    "logsumexp": (
        lists(both(between(0, 30, 16))) + lists(both(between(0, 700, 16)), 10) + [(1000.0, 1000.0, 1000.0), (0.0, 0.0)],
        lambda *xs: log_sum(xs),
        lambda *xs: [mp.exp(x - log_sum(xs)) for x in xs],
    ),
    "max_of": extreme(max),
    "min_of": extreme(min),
}

# Conventions at kinks, jumps, edges and outside the domain: (name, arguments, value, partials).
EDGES = [
    ("neg", [-0.0], 0.0, [-1.0]),
    ("sqrt", [0.0], 0.0, [INF]),
    ("sqrt", [-1.0], NAN, [NAN]),
    ("sqrt", [INF], INF, [0.0]),
    ("cbrt", [0.0], 0.0, [INF]),
    ("recip", [0.0], INF, [-INF]),
    ("recip", [INF], 0.0, [-0.0]),
    ("strong_mul", [0.0, INF], 0.0, [0.0, 0.0]),
    ("strong_mul", [0.0, NAN], 0.0, [0.0, 0.0]),
    ("strong_mul", [2.0, INF], INF, [INF, 2.0]),
    ("div", [1.0, 0.0], INF, [INF, -INF]),
    ("div", [0.0, 0.0], NAN, [INF, NAN]),
    ("exp", [INF], INF, [INF]),
    ("exp", [-INF], 0.0, [0.0]),
    ("exp_m1", [-INF], -1.0, [0.0]),
    ("exp2", [-INF], 0.0, [0.0]),
    ("ln", [0.0], -INF, [INF]),
    ("ln", [-1.0], NAN, [NAN]),
    ("log2", [0.0], -INF, [INF]),
    ("log2", [-1.0], NAN, [NAN]),
    ("log10", [0.0], -INF, [INF]),
    ("log10", [-1.0], NAN, [NAN]),
    ("ln_1p", [-1.0], -INF, [INF]),
    ("ln_1p", [-2.0], NAN, [NAN]),
    ("asin", [1.0], math.pi / 2, [INF]),
    ("asin", [-1.0], -math.pi / 2, [INF]),
    ("asin", [1.5], NAN, [NAN]),
    ("acos", [1.0], 0.0, [-INF]),
    ("acos", [-1.0], math.pi, [-INF]),
    ("acos", [-1.5], NAN, [NAN]),
    ("atan", [INF], math.pi / 2, [0.0]),
    ("tanh", [INF], 1.0, [0.0]),
    ("tanh", [-1000.0], -1.0, [0.0]),
    ("tanh", [1000.0], 1.0, [0.0]),
    ("acosh", [1.0], 0.0, [INF]),
    ("acosh", [0.5], NAN, [NAN]),
    ("acosh", [-2.0], NAN, [NAN]),
    ("atanh", [1.0], INF, [INF]),
    ("atanh", [-1.0], -INF, [INF]),
    ("atanh", [1.5], NAN, [NAN]),
    ("abs", [0.0], 0.0, [0.0]),
    ("relu", [0.0], 0.0, [0.0]),
    ("relu", [NAN], NAN, [NAN]),
    ("leaky_relu", [0.0, 0.01], 0.0, [0.01, 0.0]),
    ("leaky_relu", [0.0, 2.0], 0.0, [1.0, 0.0]),
    ("leaky_relu", [0.0, -1.0], 0.0, [0.0, 0.0]),
    ("hypot", [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("norm2", [0.0, 0.0, 0.0], 0.0, [0.0, 0.0, 0.0]),
    ("pow", [0.0, 0.0], 1.0, [0.0, 0.0]),
    ("pow", [0.0, 1.0], 0.0, [1.0, 0.0]),
    ("pow", [0.0, 2.0], 0.0, [0.0, 0.0]),
    ("pow", [0.0, 0.5], 0.0, [INF, 0.0]),
    ("pow", [-2.0, 3.0], -8.0, [12.0, NAN]),
    ("pow", [-2.0, -2.0], 0.25, [0.25, NAN]),
    ("pow", [-2.0, 0.5], NAN, [NAN, NAN]),
    ("powc", [0.0, 0.0], 1.0, [0.0]),
    ("powc", [0.0, 1.0], 0.0, [1.0]),
    ("powc", [0.0, 2.0], 0.0, [0.0]),
    ("powc", [0.0, 3.0], 0.0, [0.0]),
    ("powc", [0.0, 0.5], 0.0, [INF]),
    ("powc", [-2.0, 0.5], NAN, [NAN]),
    ("max", [NAN, 1.0], 1.0, [0.0, 1.0]),
    ("max", [1.0, NAN], 1.0, [1.0, 0.0]),
    ("min", [NAN, 1.0], 1.0, [0.0, 1.0]),
    ("min", [1.0, NAN], 1.0, [1.0, 0.0]),
    ("sigmoid", [-1000.0], 0.0, [0.0]),
    ("sigmoid", [INF], 1.0, [0.0]),
    ("softplus", [1000.0], 1000.0, [1.0]),
    ("logit", [0.0], -INF, [INF]),
    ("logit", [1.0], INF, [INF]),
    ("logit", [-0.5], NAN, [NAN]),
    ("logit", [1.5], NAN, [NAN]),
    ("xlogy", [0.0, 0.0], 0.0, [-INF, 0.0]),
    ("xlogy", [2.0, 0.0], -INF, [-INF, INF]),
    ("xlogy", [2.0, -1.0], NAN, [NAN, NAN]),
    ("lgamma", [0.0], INF, [NAN]),
    ("lgamma", [-3.0], INF, [NAN]),
    ("gamma", [-3.0], NAN, [NAN]),
    ("digamma", [0.0], NAN, [NAN]),
    ("digamma", [-2.0], NAN, [NAN]),
    ("polygamma", [1.5, 2.0], NAN, [0.0, NAN]),
    ("logaddexp", [-INF, 2.0], 2.0, [0.0, 1.0]),
    ("logsumexp", [-INF, 2.0, -INF], 2.0, [0.0, 1.0, 0.0]),
    ("sinh", [INF], INF, [INF]),
    ("sinh", [-INF], -INF, [INF]),
    ("cosh", [-INF], INF, [-INF]),
    ("asinh", [-INF], -INF, [0.0]),
    ("acosh", [INF], INF, [0.0]),
    ("erf", [-INF], -1.0, [0.0]),
    ("erfc", [INF], 0.0, [-0.0]),
    ("erfc", [-INF], 2.0, [-0.0]),
    ("normal_cdf", [-INF], 0.0, [0.0]),
    ("normal_cdf", [INF], 1.0, [0.0]),
    ("sech", [INF], 0.0, [-0.0]),
    ("sigmoid", [-INF], 0.0, [0.0]),
    ("softplus", [-INF], 0.0, [0.0]),
    ("softplus", [INF], INF, [1.0]),
    ("log_sigmoid", [INF], -0.0, [0.0]),
    ("log_sigmoid", [-INF], -INF, [1.0]),
    ("lgamma", [INF], INF, [INF]),
    ("gamma", [INF], INF, [INF]),
    ("ln_1p", [INF], INF, [0.0]),
    ("max_of", [NAN, 1.0, 3.0], 3.0, [0.0, 0.0, 1.0]),
    ("min_of", [2.0, NAN], 2.0, [1.0, 0.0]),
    ("maximum", [NAN, 1.0], NAN, [NAN, NAN]),
    ("minimum", [1.0, NAN], NAN, [NAN, NAN]),
    ("product", [0.0, 2.0, 3.0], 0.0, [6.0, 0.0, 0.0]),
    ("sin", [-0.0], -0.0, [1.0]),
    ("tan", [-0.0], -0.0, [1.0]),
    ("asin", [-0.0], -0.0, [1.0]),
    ("atan", [-0.0], -0.0, [1.0]),
    ("sinh", [-0.0], -0.0, [1.0]),
    ("tanh", [-0.0], -0.0, [1.0]),
    ("asinh", [-0.0], -0.0, [1.0]),
    ("atanh", [-0.0], -0.0, [1.0]),
    ("exp_m1", [-0.0], -0.0, [1.0]),
    ("ln_1p", [-0.0], -0.0, [1.0]),
    ("erf", [-0.0], -0.0, [1.1283791670955126]),
    ("cbrt", [-0.0], -0.0, [INF]),
    ("silu", [-0.0], -0.0, [0.5]),
    ("gelu", [-0.0], -0.0, [0.5]),
    ("gamma", [-0.0], -INF, [NAN]),
    ("round", [0.5], 1.0, [0.0]),
    ("round", [-0.5], -1.0, [0.0]),
    ("floor", [2.0], 2.0, [0.0]),
    ("ceil", [2.0], 2.0, [0.0]),
    ("rem", [5.0, 0.0], NAN, [NAN, NAN]),
    ("select", [0.0, NAN, 2.0], 2.0, [0.0, 0.0, 1.0]),
    ("select", [1.0, 2.0, NAN], 2.0, [0.0, 1.0, 0.0]),
    ("lt", [NAN, 1.0], 0.0, [0.0, 0.0]),
    ("ne", [NAN, 1.0], 1.0, [0.0, 0.0]),
]


def line(name, arguments, value, partials):
    def join(xs):
        return " ".join(repr(x) for x in xs)

    return f"{name},{join(arguments)},{value!r},{join(partials)}"


def rows():
    for name, (points, value, partial) in UNARY.items():
        for x in points:
            v = mpf(x)
            yield line(name, [x], to_double(value(v)), [to_double(partial(v))])
    for table in (BINARY, TERNARY, NARY):
        for name, (points, value, partials) in table.items():
            for xs in points:
                vs = tuple(map(mpf, xs))
                yield line(name, xs, to_double(value(*vs)), [to_double(p) for p in partials(*vs)])
    for edge in EDGES:
        yield line(*edge)


def main():
    seen = dict.fromkeys(rows())
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("operation,arguments,value,partials\n" + "\n".join(sorted(seen, key=lambda r: r.split(",")[0])) + "\n")
    print(f"{len(seen)} rows in {OUT}")


if __name__ == "__main__":
    main()
