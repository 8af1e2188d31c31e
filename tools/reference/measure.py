"""Measures the largest error of the operations table, in units in the last place.

Usage: python3 tools/reference/measure.py [POINTS] [OPERATION ...]     (needs numpy, python-flint)

Evaluates `crates/chainrule/examples/evaluate.rs` at POINTS random points of each range below
(default 100000), the ranges being chosen where an operation is hard, and compares with ball
arithmetic of 260 bits. Prints a Markdown table: operation, largest error of the value and of the
first partial derivative, nanoseconds of one value. The errors of partial derivatives leave out
results below 64 times the smallest normal double. The figures of docs/decisions/002 come from here.
"""

import math
import subprocess
import sys

import numpy as np
from flint import arb, ctx

ctx.prec = 260
rng = np.random.default_rng(20240229)
UNDERFLOW = 64 * 2.0**-1022


def uniform(low, high):
    return lambda n: rng.uniform(low, high, n)


def logarithmic(low, high, signed=False):
    def draw(n):
        x = np.exp(rng.uniform(math.log(low), math.log(high), n))
        return x * rng.choice([-1.0, 1.0], n) if signed else x

    return draw


def near(centre, narrowest=1e-16, widest=0.1):
    return lambda n: centre + logarithmic(narrowest, widest, signed=True)(n)


def below_one(n):
    return 1 - logarithmic(1e-16, 1)(n)


def pair(first, second):
    return lambda n: np.stack([first(n), second(n)], 1).ravel()


def constant(c):
    return lambda n: np.full(n, c)


def cancelling(n):
    """Pairs a, b with e^a + e^b near 1."""
    a = rng.uniform(-30, 0, n)
    b = np.log(-np.expm1(a)) * (1 + logarithmic(1e-12, 1e-1, signed=True)(n))
    return np.stack([a, b], 1).ravel()


one, two = arb(1), arb(2)
tau = 2 * arb.pi()


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def cdf(x):
    return (-x / two.sqrt()).erfc() / 2


def pdf(x):
    return (-x * x / 2).exp() / tau.sqrt()


def polygamma(n, x):
    n = int(float(n))
    if n == 0:
        return x.digamma()
    if not x > 0:
        raise ValueError("the zeta function here is for positive arguments")
    return (-1) ** (n + 1) * arb(n + 1).gamma() * arb.zeta(arb(n + 1), x)


def cbrt(x):
    return x.root(3) if x > 0 else -((-x).root(3))


def length(x, y):
    return (x * x + y * y).sqrt()


def power(x, y):
    return (y * x.log()).exp()


def log_sum(a, b):
    return (a if a > b else b) + (-abs(a - b)).exp().log1p()


def lgamma(x):
    return x.lgamma() if x > 1e6 else abs(x.gamma()).log()


REAL = [uniform(-4, 4), logarithmic(1e-300, 1e300, True)]
UNIT = [uniform(-1, 1), logarithmic(1e-310, 1, True), below_one]
POSITIVE = [logarithmic(1e-310, 1e308), near(1.0)]
NEGATIVE_ZEROS = [near(-2.457024738220801, 1e-9), near(-2.7476826467274127, 1e-9), near(-10.0, 1e-13)]

# name: ranges, value, first partial derivative.
TABLE = {
    "recip": (REAL, lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": (POSITIVE, lambda x: x.sqrt(), lambda x: 1 / (2 * x.sqrt())),
    "cbrt": (REAL, cbrt, lambda x: 1 / (3 * cbrt(x) ** 2)),
    "exp": ([uniform(-745, 710), uniform(-1, 1)], arb.exp, arb.exp),
    "exp2": ([uniform(-1074, 1024), uniform(-1, 1)], lambda x: (x * two.log()).exp(), lambda x: two.log() * (x * two.log()).exp()),
    "exp_m1": ([uniform(-40, 709), uniform(-1, 1), logarithmic(1e-310, 1, True)], arb.expm1, arb.exp),
    "ln": (POSITIVE, arb.log, lambda x: 1 / x),
    "log2": (POSITIVE, lambda x: x.log() / two.log(), lambda x: 1 / (x * two.log())),
    "log10": (POSITIVE, lambda x: x.log() / arb(10).log(), lambda x: 1 / (x * arb(10).log())),
    "ln_1p": ([logarithmic(1e-310, 1e308), uniform(-1, 1), logarithmic(1e-18, 0.99, True)], arb.log1p, lambda x: 1 / (1 + x)),
    "sin": ([uniform(-10, 10), logarithmic(1e-10, 1e300, True)], arb.sin, arb.cos),
    "cos": ([uniform(-10, 10), logarithmic(1e-10, 1e300, True)], arb.cos, lambda x: -x.sin()),
    "tan": ([uniform(-10, 10), logarithmic(1e-10, 1e300, True)], arb.tan, lambda x: 1 / x.cos() ** 2),
    "asin": (UNIT, arb.asin, lambda x: 1 / (1 - x * x).sqrt()),
    "acos": (UNIT, arb.acos, lambda x: -1 / (1 - x * x).sqrt()),
    "atan": (REAL, arb.atan, lambda x: 1 / (1 + x * x)),
    "sinh": ([uniform(-711, 711), uniform(-2, 2), uniform(-24, 24), logarithmic(1e-310, 1, True)], arb.sinh, arb.cosh),
    "cosh": ([uniform(-711, 711), uniform(-2, 2), uniform(-24, 24)], arb.cosh, arb.sinh),
    "tanh": ([uniform(-25, 25), uniform(-1, 1), uniform(-354, 354), logarithmic(1e-310, 1, True)], arb.tanh, lambda x: 1 / x.cosh() ** 2),
    "sech": ([uniform(-745, 745), uniform(-2, 2), uniform(-24, 24)], lambda x: 1 / x.cosh(), lambda x: -x.tanh() / x.cosh()),
    "asinh": ([uniform(-4, 4), logarithmic(1e-310, 1.7e308, True)], arb.asinh, lambda x: 1 / (1 + x * x).sqrt()),
    "acosh": ([lambda n: 1 + logarithmic(1e-16, 10)(n), uniform(1, 4), logarithmic(1, 1.7e308)], arb.acosh, lambda x: 1 / (x * x - 1).sqrt()),
    "atanh": (UNIT, arb.atanh, lambda x: 1 / (1 - x * x)),
    "sigmoid": ([uniform(-745, 40), uniform(-5, 5)], sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "logit": ([uniform(0, 1), logarithmic(1e-310, 1), near(0.5), below_one], lambda x: (x / (1 - x)).log(), lambda x: 1 / (x * (1 - x))),
    "softplus": ([uniform(-745, 50), uniform(-5, 5)], lambda x: x.exp().log1p(), sigmoid),
    "log_sigmoid": ([uniform(-50, 745), uniform(-5, 5)], lambda x: -((-x).exp().log1p()), lambda x: sigmoid(-x)),
    "silu": ([uniform(-750, 50), uniform(-5, 5), uniform(-1, 5)], lambda x: x * sigmoid(x), None),
    "gelu": ([uniform(-38.5, 9), uniform(-3, 3)], lambda x: x * cdf(x), None),
    "erf": ([uniform(-6, 6), logarithmic(1e-307, 1, True)], arb.erf, lambda x: 2 / arb.pi().sqrt() * (-x * x).exp()),
    "erfc": ([uniform(-6, 27.3), uniform(0, 4), uniform(26, 27.3)], arb.erfc, lambda x: -2 / arb.pi().sqrt() * (-x * x).exp()),
    "normal_cdf": ([uniform(-38.5, 9), uniform(-3, 3)], cdf, pdf),
    "normal_pdf": ([uniform(-38.5, 38.5), uniform(-3, 3)], pdf, lambda x: -x * pdf(x)),
    "gauss": ([uniform(-27.3, 27.3), uniform(-2, 2)], lambda x: (-x * x).exp(), lambda x: -2 * x * (-x * x).exp()),
    "lgamma": ([uniform(0, 5), logarithmic(1e-307, 1e305), near(1.0), near(2.0), uniform(-200, 0), uniform(-5, 0), *NEGATIVE_ZEROS], lgamma, arb.digamma),
    "gamma": ([uniform(-20, 171.7), uniform(-180, -10), logarithmic(1e-307, 1), uniform(0, 5)], arb.gamma, lambda x: x.gamma() * x.digamma()),
    "digamma": ([uniform(0, 5), uniform(-10, 30), uniform(-200, 0), logarithmic(1e-300, 1e300), near(1.4616321449683622), near(-0.5040830082644554)], arb.digamma, lambda x: polygamma(1, x)),
    "polygamma 1": ([uniform(0, 5), uniform(0, 40), logarithmic(1e-150, 1e300)], lambda n, x: polygamma(n, x), None),
    "polygamma 2": ([uniform(0, 5), uniform(0, 40), logarithmic(1e-100, 1e150)], lambda n, x: polygamma(n, x), None),
    "polygamma 3": ([uniform(0, 5), uniform(0, 40), logarithmic(1e-70, 1e100)], lambda n, x: polygamma(n, x), None),
    "polygamma 10": ([uniform(0, 5), uniform(0, 40)], lambda n, x: polygamma(n, x), None),
    "div": ([pair(logarithmic(1e-100, 1e100, True), logarithmic(1e-100, 1e100, True))], lambda a, b: a / b, lambda a, b: 1 / b),
    "pow": ([pair(logarithmic(1e-10, 1e10), uniform(-30, 30)), pair(uniform(0.5, 2), uniform(-700, 700)), pair(logarithmic(1e-300, 1e300), uniform(-1, 1))], power, lambda x, y: y * power(x, y - 1)),
    "atan2": ([pair(uniform(-2, 2), uniform(-2, 2)), pair(logarithmic(1e-150, 1e150, True), logarithmic(1e-150, 1e150, True))], arb.atan2, lambda y, x: x / (x * x + y * y)),
    "hypot": ([pair(uniform(-2, 2), uniform(-2, 2)), pair(logarithmic(1e-307, 1e307, True), logarithmic(1e-307, 1e307, True))], length, lambda x, y: x / length(x, y)),
    "xlogy": ([pair(uniform(-2, 2), uniform(0, 2)), pair(logarithmic(1e-20, 1e20), logarithmic(1e-300, 1e300)), pair(uniform(-2, 2), near(1.0))], lambda x, y: x * y.log(), lambda x, y: y.log()),
    "logaddexp": ([pair(uniform(-5, 5), uniform(-5, 5)), pair(uniform(-700, 700), uniform(-700, 700)), cancelling], log_sum, None),
    "logsumexp": ([pair(uniform(-5, 5), uniform(-5, 5)), cancelling], log_sum, None),
    "norm2": ([pair(uniform(-2, 2), uniform(-2, 2)), pair(logarithmic(1e-307, 1e307, True), logarithmic(1e-307, 1e307, True))], length, lambda x, y: x / length(x, y)),
}



def evaluate(words, numbers):
    ran = subprocess.run([BINARY, *words], input=numbers.astype("<f8").tobytes(), capture_output=True, check=True)
    return np.frombuffer(ran.stdout, "<f8"), int(ran.stderr)


def error_in_ulps(found, exact):
    nearest = abs(float(exact.mid()))
    if math.isinf(nearest):
        return 0.0 if abs(found) >= sys.float_info.max else math.inf
    if not math.isfinite(found):
        # Within an ulp of the largest double, rounding up to infinity is an error of one ulp.
        return 1.0 if nearest >= sys.float_info.max * (1 - 2**-52) else math.inf
    unit = math.ulp(nearest)
    return abs(float(((arb(found) - exact) / arb(unit)).mid()))


def worst(name, ranges, exact, n, direction):
    words = name.split()
    lead = [float(w) for w in words[1:]]
    arity = exact.__code__.co_argcount if hasattr(exact, "__code__") else (2 if words[0] == "atan2" else 1)
    largest, time = 0.0, 0
    for draw in ranges:
        numbers = np.ascontiguousarray(draw(n))
        if lead:
            numbers = np.stack([np.full(n, lead[0]), numbers], 1).ravel()
        points = numbers.reshape(-1, arity)
        found, each = evaluate([words[0]] + ([str(direction)] if direction is not None else []), numbers)
        time = max(time, each)
        for x, y in zip(points.tolist(), found.tolist()):
            try:
                true = exact(*map(arb, x))
            except ValueError:
                continue
            if not true.is_finite() or (direction is not None and abs(true) < UNDERFLOW):
                continue
            if true != 0 and true.rel_accuracy_bits() < 70:
                continue
            largest = max(largest, error_in_ulps(y, true))
    return largest, time


def main():
    words = sys.argv[1:]
    n = int(words.pop(0)) if words and words[0].isdigit() else 100_000
    print("| operation | value, ulp | partial, ulp | ns |\n|---|---|---|---|")
    for name, (ranges, value, partial) in TABLE.items():
        if words and name not in words:
            continue
        value_error, time = worst(name, ranges, value, n, None)
        partial_error = "" if partial is None else f"{worst(name, ranges, partial, n, 0)[0]:.2f}"
        print(f"| {name} | {value_error:.2f} | {partial_error} | {time} |", flush=True)


if __name__ == "__main__":
    built = subprocess.run(
        ["cargo", "build", "--release", "--example", "evaluate", "--message-format", "json", "-q"],
        capture_output=True, text=True, check=True,
    )
    BINARY = next(part for part in built.stdout.split('"executable":"')[1:]).split('"')[0]
    main()
