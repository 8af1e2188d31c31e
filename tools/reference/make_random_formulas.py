"""Random formulas with gradients and Hessians from 60-digit arithmetic.

Each operation is written here once more, as a value only; derivatives are difference quotients of
mpmath at raised precision, so nothing is shared with the rules under test. A formula is kept
only where it is well conditioned: relative noise in the result of every node must not be magnified
more than GRADIENT_NOISE and HESSIAN_NOISE times in any derivative.

Usage: python3 make_random_formulas.py path/to/ops.rs > random_formulas.csv

Columns: the formula in prefix notation, the point, the value, the gradient, the Hessian's upper
triangle row by row; lists are separated by blanks. In a formula `x0` is a variable, a number a
constant, and a name is followed by its arguments; one that takes any number of them says how many,
as in `sum/3`.
"""

import random
import re
import sys
from itertools import combinations_with_replacement

from mpmath import mp, mpf

mp.dps = 60
COUNT = 500
DEPTH = 5
GRADIENT_NOISE = 300
HESSIAN_NOISE = 3000
# Distance that is kept from a kink, a jump or the edge of a domain.
MARGIN = mpf("0.05")


class Unsuitable(Exception):
    """The formula has no smooth, moderate value here."""


def apart(*gaps):
    return all(abs(g) > MARGIN for g in gaps)


def clear_of_whole_numbers(x, shift=0):
    return abs((x + shift) - mp.nint(x + shift)) > MARGIN


def truth(condition):
    return mpf(1) if condition else mpf(0)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def away_from_zero(x):
    return mp.sign(x) * mp.floor(abs(x) + mpf("0.5"))


def whole(x):
    return mp.sign(x) * mp.floor(abs(x))


def lead(values):
    """The gap between the extreme value and the next, at either end."""
    values = sorted(values)
    return apart(values[-1] - values[-2], values[1] - values[0])


def positive(x, *_):
    return x > MARGIN


def inside(low, high):
    return lambda x: low + MARGIN < x < high - MARGIN


def anywhere(*_):
    return True


def distinct(a, b):
    return apart(a - b)


def gauss_cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


# Name: number of arguments (None: any), value, where it is smooth.
# A '#' in the number of arguments marks one that is held constant.
OPERATIONS = {
    "neg": ("x", lambda x: -x, anywhere),
    "add": ("xx", lambda a, b: a + b, anywhere),
    "sub": ("xx", lambda a, b: a - b, anywhere),
    "mul": ("xx", lambda a, b: a * b, anywhere),
    "strong_mul": ("xx", lambda a, b: a * b, apart),
    "div": ("xx", lambda a, b: a / b, lambda a, b: apart(b)),
    "mul_add": ("xxx", lambda a, b, c: a * b + c, anywhere),
    "rem": ("xx", lambda a, b: a - b * whole(a / b), lambda a, b: apart(b) and clear_of_whole_numbers(a / b)),
    "pow": ("xx", lambda a, b: a**b, lambda a, b: a > MARGIN and apart(b)),
    "powc": ("x#", lambda x, n: x**n, lambda x, n: x > MARGIN or (n == whole(n) and apart(x))),
    "recip": ("x", lambda x: 1 / x, apart),
    "square": ("x", lambda x: x * x, anywhere),
    "sqrt": ("x", mp.sqrt, positive),
    "cbrt": ("x", lambda x: mp.sign(x) * mp.cbrt(abs(x)), apart),
    "exp": ("x", mp.exp, anywhere),
    "exp2": ("x", lambda x: mpf(2) ** x, anywhere),
    "exp_m1": ("x", mp.expm1, anywhere),
    "ln": ("x", mp.log, positive),
    "log2": ("x", lambda x: mp.log(x) / mp.log(2), positive),
    "log10": ("x", lambda x: mp.log(x) / mp.log(10), positive),
    "ln_1p": ("x", mp.log1p, lambda x: x > MARGIN - 1),
    "sin": ("x", mp.sin, anywhere),
    "cos": ("x", mp.cos, anywhere),
    "tan": ("x", mp.tan, lambda x: apart(mp.cos(x))),
    "asin": ("x", mp.asin, inside(-1, 1)),
    "acos": ("x", mp.acos, inside(-1, 1)),
    "atan": ("x", mp.atan, anywhere),
    "atan2": ("xx", mp.atan2, lambda a, b: apart(a) and apart(b)),
    "sinh": ("x", mp.sinh, anywhere),
    "cosh": ("x", mp.cosh, anywhere),
    "tanh": ("x", mp.tanh, anywhere),
    "sech": ("x", mp.sech, anywhere),
    "asinh": ("x", mp.asinh, anywhere),
    "acosh": ("x", mp.acosh, lambda x: x > 1 + MARGIN),
    "atanh": ("x", mp.atanh, inside(-1, 1)),
    "hypot": ("xx", lambda a, b: mp.sqrt(a * a + b * b), lambda a, b: apart(a, b)),
    "abs": ("x", abs, apart),
    "signum": ("x", mp.sign, apart),
    "min": ("xx", min, distinct),
    "max": ("xx", max, distinct),
    "minimum": ("xx", min, distinct),
    "maximum": ("xx", max, distinct),
    "clamp": ("xxx", lambda x, lo, hi: min(max(x, lo), hi), lambda x, lo, hi: lo < hi and apart(x - lo, x - hi)),
    "floor": ("x", mp.floor, clear_of_whole_numbers),
    "ceil": ("x", mp.ceil, clear_of_whole_numbers),
    "round": ("x", away_from_zero, lambda x: clear_of_whole_numbers(x, mpf("0.5"))),
    "trunc": ("x", whole, clear_of_whole_numbers),
    "copysign": ("xx", lambda x, s: abs(x) * mp.sign(s), apart),
    "select": ("xxx", lambda c, a, b: a if c != 0 else b, lambda c, a, b: apart(c)),
    "lt": ("xx", lambda a, b: truth(a < b), distinct),
    "le": ("xx", lambda a, b: truth(a <= b), distinct),
    "gt": ("xx", lambda a, b: truth(a > b), distinct),
    "ge": ("xx", lambda a, b: truth(a >= b), distinct),
    "eq": ("xx", lambda a, b: truth(a == b), distinct),
    "ne": ("xx", lambda a, b: truth(a != b), distinct),
    "and": ("xx", lambda a, b: truth(a != 0 and b != 0), apart),
    "sigmoid": ("x", sigmoid, anywhere),
    "logit": ("x", lambda x: mp.log(x / (1 - x)), inside(0, 1)),
    "softplus": ("x", lambda x: mp.log1p(mp.exp(x)), anywhere),
    "log_sigmoid": ("x", lambda x: -mp.log1p(mp.exp(-x)), anywhere),
    "relu": ("x", lambda x: max(x, mpf(0)), apart),
    "leaky_relu": ("xx", lambda x, s: x if x > 0 else s * x, lambda x, s: apart(x)),
    "silu": ("x", lambda x: x * sigmoid(x), anywhere),
    "gelu": ("x", lambda x: x * gauss_cdf(x), anywhere),
    "erf": ("x", mp.erf, anywhere),
    "erfc": ("x", mp.erfc, anywhere),
    "normal_cdf": ("x", gauss_cdf, anywhere),
    "normal_pdf": ("x", lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi), anywhere),
    "gauss": ("x", lambda x: mp.exp(-x * x), anywhere),
    "lgamma": ("x", lambda x: mp.log(mp.gamma(x)), positive),
    "gamma": ("x", mp.gamma, positive),
    "digamma": ("x", lambda x: mp.psi(0, x), positive),
    "polygamma": ("#x", lambda n, x: mp.psi(int(n), x), lambda n, x: x > MARGIN),
    "xlogy": ("xx", lambda x, y: x * mp.log(y), lambda x, y: apart(x) and y > MARGIN),
    "logaddexp": ("xx", lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), anywhere),
    "sum": (None, lambda *x: mp.fsum(x), anywhere),
    "product": (None, lambda *x: mp.fprod(x), anywhere),
    "dot": (None, lambda *x: mp.fsum(a * b for a, b in zip(x[::2], x[1::2])), anywhere),
    "mean": (None, lambda *x: mp.fsum(x) / len(x), anywhere),
    "norm2": (None, lambda *x: mp.sqrt(mp.fsum(v * v for v in x)), lambda *x: apart(max(map(abs, x)))),
    "logsumexp": (None, lambda *x: mp.log(mp.fsum(map(mp.exp, x))), anywhere),
    "max_of": (None, max, lambda *x: lead(x)),
    "min_of": (None, min, lambda *x: lead(x)),
}
WHOLE = {"polygamma"}


def table_names(path):
    """Names of the operations in the library's table, in its order."""
    row = re.compile(r'^    [A-Z]\w* (\w+) "[^"]+" \(')
    with open(path) as f:
        return [m[1] for m in map(row.match, f) if m]


# A formula is ("x", i), ("c", number) or (name, [formulas]).


def leaf(rng, variables):
    if rng.random() < 0.8:
        return ("x", rng.randrange(variables))
    return ("c", rng.choice([0.5, 1.5, 2.0, -1.25, 3.0, 0.1]))


def tree(rng, names, variables, depth, root=None):
    if root is None and (depth <= 0 or rng.random() < 0.12):
        return leaf(rng, variables)
    name = root or rng.choice(names)
    shape = OPERATIONS[name][0]
    if shape is None:
        shape = "x" * (rng.choice([2, 4]) if name == "dot" else rng.randint(2, 4))
    args = []
    for kind in shape:
        if kind == "#" and name in WHOLE:
            args.append(("c", float(rng.randint(1, 3))))
        elif kind == "#":
            args.append(("c", rng.choice([2.0, 3.0, -1.0, 0.5, 1.5, -2.0, 4.0, -0.5])))
        else:
            args.append(tree(rng, names, variables, depth - 1))
    return (name, args)


def evaluate(formula, point, noise=None):
    """The value at `point`; each node's result is multiplied by its 1 + noise, in order."""
    kind, rest = formula
    if kind == "x":
        return point[rest]
    if kind == "c":
        return mpf(rest)
    args = [evaluate(f, point, noise) for f in rest]
    _, value, smooth = OPERATIONS[kind]
    if not smooth(*args):
        raise Unsuitable
    y = mpf(value(*args))
    if abs(y) > 1000 or (y != 0 and abs(y) < mpf("1e-4")):
        raise Unsuitable
    return y * (1 + next(noise)) if noise else y


def noises(rng, scale):
    """The same factors for every evaluation."""
    factors = [scale * mpf(rng.uniform(-1, 1)) for _ in range(400)]
    return lambda: iter(factors)


def derivatives(formula, point, noise=None):
    n = len(point)

    def f(*x):
        return evaluate(formula, x, noise() if noise else None)

    def d(orders):
        slope = mp.diff(f, tuple(point), tuple(orders))
        return mpf(0) if abs(slope) < mpf("1e-30") else slope

    units = [[int(i == j) for j in range(n)] for i in range(n)]
    gradient = [d(units[i]) for i in range(n)]
    pairs = combinations_with_replacement(range(n), 2)
    hessian = [d([a + b for a, b in zip(units[i], units[j])]) for i, j in pairs]
    return gradient, hessian


def steady(exact, noisy, scale, limit):
    """Whether noise of the given scale changes each entry by at most limit times its size."""
    return all(abs(a - b) <= limit * scale * abs(a) and abs(a) < 1e6 for a, b in zip(exact, noisy))


def used(formula):
    kind, rest = formula
    return set() if kind in "xc" else {kind}.union(*map(used, rest))


def text(formula):
    kind, rest = formula
    if kind == "x":
        return f"x{rest}"
    if kind == "c":
        return repr(rest)
    count = f"/{len(rest)}" if OPERATIONS[kind][0] is None else ""
    return " ".join([kind + count, *map(text, rest)])


def numbers(list_):
    return " ".join(repr(float(v)) for v in list_)


def attempt(rng, names, target):
    variables = rng.randint(1, 4)
    depth = rng.randint(2, DEPTH)
    formula = tree(rng, names, variables, depth, root=target if rng.random() < 0.5 else None)
    if target not in used(formula):
        return None
    point = [mpf(round(rng.uniform(-2.5, 2.5), 3)) for _ in range(variables)]
    try:
        value = evaluate(formula, point)
        gradient, hessian = derivatives(formula, point)
        if not any(gradient):
            return None
        scale = mpf("1e-20")
        for _ in range(3):
            noise = noises(rng, scale)
            noisy_gradient, noisy_hessian = derivatives(formula, point, noise)
            if not steady(gradient, noisy_gradient, scale, GRADIENT_NOISE):
                return None
            if not steady(hessian, noisy_hessian, scale, HESSIAN_NOISE):
                return None
    except (Unsuitable, ValueError, ZeroDivisionError, OverflowError, TypeError):
        return None
    return formula, point, value, gradient, hessian


def main(path):
    names = table_names(path)
    missing = [n for n in names if n not in OPERATIONS]
    if missing:
        sys.exit(f"no definition here for {missing}; add them to OPERATIONS")
    rng = random.Random(20261123)
    print("formula,point,value,gradient,hessian")
    for k in range(COUNT):
        target = names[k % len(names)]
        found = None
        for _ in range(3000):
            found = attempt(rng, names, target)
            if found:
                break
        if not found:
            print(f"no formula found for {target}", file=sys.stderr)
            continue
        formula, point, value, gradient, hessian = found
        columns = [text(formula), numbers(point), numbers([value]), numbers(gradient), numbers(hessian)]
        print(",".join(columns), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
