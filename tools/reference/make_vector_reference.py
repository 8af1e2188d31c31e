"""Writes crates/chainrule/tests/data/vector_reference.csv: the batch engine's own functions, exactly.

Usage: python3 tools/reference/make_vector_reference.py   (needs mpmath; takes some seconds)

A line is `operation,arguments,value,rest`: the arguments are doubles, separated by spaces, the value is
the nearest double of the exact one, and `rest` what the exact one has beyond it, so that errors
below half a unit in the last place can be told apart. Points are drawn where a method is hard: both
sides of a reduction's boundary, cancellation, tails. HARD holds the worst of some ten million points that
were compared with 113-bit arithmetic.
"""

import math
import random
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60

OUT = Path(__file__).resolve().parents[2] / "crates/chainrule/tests/data/vector_reference.csv"


def uniform(low, high):
    return lambda: random.uniform(low, high)


def logarithmic(low, high, signed=False):
    def draw():
        x = math.exp(random.uniform(math.log(low), math.log(high)))
        return -x if signed and random.random() < 0.5 else x

    return draw


def exponent(base):
    """One for which the power of `base` is anywhere between the smallest and the largest."""
    return random.uniform(-700.0, 700.0) / math.log(base)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def log_sum(a, b):
    return max(a, b) + mp.log1p(mp.exp(-abs(a - b)))


EXPONENTS = [uniform(-3, 3), uniform(-0.4, 0.4), uniform(-707, 709)]
POSITIVE = [uniform(0.5, 2), uniform(0.99, 1.01), logarithmic(1e-300, 1e300), uniform(0, 10)]
ANGLES = [uniform(-4, 4), uniform(-100, 100), uniform(-1e6, 1e6), logarithmic(1e-20, 1, True)]
UNIT = [uniform(-1, 1), uniform(0.4, 0.6), logarithmic(1e-20, 0.1, True), uniform(0.9, 1)]
ONE = {
    "exp": (mp.exp, EXPONENTS),
    "exp2": (lambda x: mp.power(2, x), [uniform(-3, 3), uniform(-1021, 1023)]),
    "exp_m1": (mp.expm1, EXPONENTS + [logarithmic(1e-20, 0.1, True), uniform(-40, 0)]),
    "ln": (mp.log, POSITIVE),
    "log2": (lambda x: mp.log(x) / mp.log(2), POSITIVE),
    "log10": (lambda x: mp.log(x) / mp.log(10), POSITIVE),
    "ln_1p": (mp.log1p, [uniform(-1, 1), uniform(-0.4, 0.5), logarithmic(1e-20, 0.1, True), logarithmic(1, 1e299)]),
    "sin": (mp.sin, ANGLES),
    "cos": (mp.cos, ANGLES),
    "tan": (mp.tan, ANGLES),
    "atan": (mp.atan, [uniform(-3, 3), uniform(-0.5, 0.5), logarithmic(1e-20, 1e20, True)]),
    "sinh": (mp.sinh, EXPONENTS + [logarithmic(1e-20, 0.1, True)]),
    "cosh": (mp.cosh, EXPONENTS),
    "tanh": (mp.tanh, [uniform(-3, 3), uniform(-0.4, 0.4), uniform(-20, 20), logarithmic(1e-20, 0.1, True)]),
    "sech": (mp.sech, [uniform(-3, 3), uniform(-30, 30), uniform(-700, 700)]),
    "sigmoid": (sigmoid, [uniform(-3, 3), uniform(-40, 40), uniform(-700, 0)]),
    "silu": (lambda x: x * sigmoid(x), [uniform(-3, 3), uniform(-40, 40), uniform(-700, 0)]),
    "softplus": (softplus, [uniform(-3, 3), uniform(-40, 40), uniform(-700, 0)]),
    "log_sigmoid": (lambda x: -softplus(-x), [uniform(-3, 3), uniform(-40, 40), uniform(0, 700)]),
    "erf": (mp.erf, [uniform(-3, 3), uniform(0.9, 1.1), logarithmic(1e-20, 0.1, True)]),
    "erfc": (mp.erfc, [uniform(-3, 3), uniform(0, 1), uniform(3, 26.5)]),
    "normal_cdf": (mp.ncdf, [uniform(-3, 3), uniform(-1, 1), uniform(-37, -3)]),
    "normal_pdf": (mp.npdf, [uniform(-3, 3), uniform(-37, 37)]),
    "gauss": (lambda x: mp.exp(-x * x), [uniform(-3, 3), uniform(-26, 26)]),
    "asin": (mp.asin, UNIT),
    "acos": (mp.acos, UNIT),
    "cbrt": (lambda x: mp.cbrt(abs(x)) * mp.sign(x), [uniform(0.3, 8), logarithmic(1e-300, 1e300, True)]),
    "asinh": (mp.asinh, [uniform(-3, 3), uniform(0, 0.8), logarithmic(1e-20, 1e140, True)]),
    "acosh": (mp.acosh, [uniform(1, 1.3), uniform(1, 20), lambda: 1 + logarithmic(1e-15, 1)(), logarithmic(1, 1e140)]),
    "atanh": (mp.atanh, UNIT + [uniform(0.2, 0.4), lambda: 1 - logarithmic(1e-15, 1)()]),
}
TWO = {
    "pow": (
        mp.power,
        [
            lambda: (random.uniform(0, 4), random.uniform(-3, 3)),
            lambda: (b := random.uniform(0, 4), exponent(b)),
            lambda: (b := random.uniform(0.99, 1.01), exponent(b)),
            lambda: (b := logarithmic(1e-300, 1e300)(), exponent(b)),
            lambda: (-random.uniform(0, 4), float(random.randint(-30, 30))),
        ],
    ),
    "hypot": (
        mp.hypot,
        [
            lambda: (random.uniform(-2, 2), random.uniform(-2, 2)),
            lambda: (logarithmic(1e-130, 1e140)(), logarithmic(1e-130, 1e140, True)()),
        ],
    ),
    "logaddexp": (
        log_sum,
        [
            lambda: (random.uniform(-3, 3), random.uniform(-3, 3)),
            lambda: (random.uniform(-700, 700), random.uniform(-700, 700)),
            lambda: (logarithmic(1e-16, 1e-3)(), random.uniform(-40, 0)),
        ],
    ),
    "atan2": (
        mp.atan2,
        [
            lambda: (random.uniform(-2, 2), random.uniform(-2, 2)),
            lambda: (b := random.uniform(-1, 1), abs(b) * random.uniform(0.4, 0.43)),
            lambda: (logarithmic(1e-130, 1e130, True)(), logarithmic(1e-130, 1e130, True)()),
        ],
    ),
}
HARD = {
    "exp": [-4.4280530028964415, 3.6324087684580864e-1, 409.3453000050822, -0.28807440290468045],
    "exp2": [-0.4768411436352686, 208.55613384124082],
    "exp_m1": [0.3916116952262789, 0.3899350473858698, 37.15445225512573],
    "ln": [1.404782784352878, 1.404505165811573, 1.4090875055917442],
    "log2": [1.3705641628666478, 1.4028233111131463],
    "log10": [0.6469722838678577, 1.3204124767165892],
    "ln_1p": [0.42416657366768035, -0.3007349306787262],
    "sin": [-136630.22599838558, 2.350335631090948, 687264.9923340834],
    "cos": [-2.3274610916086313, 754584.7545410402],
    "tan": [159870.13964474364, -2.408396970804761],
    "atan": [0.42501911204375253, -0.4362053121379574],
    "sinh": [0.007791531990007193, 0.23577203563467342],
    "cosh": [1.0874706581829443, 2.4672959734058377],
    "tanh": [0.18128882649483290, -0.5026776742126762, 5.3219326983086965, 0.18545185808022258],
    "sech": [2.7719296778706637, -2.7707844985943835],
    "sigmoid": [-1.948067558048891, -2.764079694448652],
    "silu": [-2.0414112290265747, -1.9772472652700799, -3.2262304682997183],
    "softplus": [-1.3036303455374012, -8.74001869837457],
    "log_sigmoid": [1.3036303455374012, 8.74001869837457],
    "erf": [0.9657053550001217, -0.9422685840014675],
    "erfc": [3.4759674608390827, 0.5448373031144128, 7.735105647816293, 0.5281440707635566],
    "normal_cdf": [-0.7068286737552907, -9.951077508737367, -31.89315479603083, -1.878191839347075],
    "normal_pdf": [-0.9675439278222493, 1.9416719372932327],
    "gauss": [0.5563037734219622, -2.1063353880030675],
    "asin": [0.5299837019218535, -0.5285483785640798],
    "acos": [0.5753460791852467, -0.5065916313981552],
    "cbrt": [7.064645726831218, -3.0486423385433788e69],
    "asinh": [1.0912356615707461, -0.5106675815132835],
    "acosh": [1.1216533511428184, 1.030991967036283],
    "atanh": [0.5980266781352206, -0.3999183214994051],
    "pow": [(0.4517726501533849, -2.235110553037161), (0.7174648132880059, 2044.272499745011)],
    "atan2": [(0.21742530959786646, 0.5099010786800571), (-1.1339750066081051, 1.9594959463684183)],
}
POINTS = 96

lines = ["operation,arguments,value,rest"]


def write(name, f, arguments):
    exact = f(*(mpf(x) for x in arguments))
    value = float(exact)
    assert abs(value) > 1e-306, (name, arguments)
    rest = mp.nstr(exact - mpf(value), 4)
    lines.append(f"{name},{' '.join(map(repr, arguments))},{value!r},{rest}")


for name, (f, draws) in ONE.items():
    # Its own for each, so that a new function changes no line of another.
    random.seed(f"20261125 {name}")
    for x in HARD.get(name, []):
        write(name, f, (x,))
    for i in range(POINTS):
        write(name, f, (draws[i % len(draws)](),))
for name, (f, draws) in TWO.items():
    random.seed(f"20261125 {name}")
    for arguments in HARD.get(name, []):
        write(name, f, arguments)
    for i in range(2 * POINTS):
        arguments = draws[i % len(draws)]()
        if abs(f(*map(mpf, arguments))) < 1e-300:
            continue
        write(name, f, arguments)
OUT.write_text("\n".join(lines) + "\n")
print(len(lines) - 1, "lines,", OUT.stat().st_size, "bytes")
