"""Digits of scipy and lmfit on NIST's nonlinear regression files, both starts, beside the certified values.

    python3 tools/reference/nist_peers.py crates/chainrule-fit/tests/data/nist

Each is called as its manual shows it first: default method, default tolerances, derivatives by differences; scipy
once more with the tightest tolerances it takes. Prints rows of a Markdown table: the fewest digits over the
parameters, and over their standard errors, `-` where the call raises an error.
"""

import math
import re
import sys
import warnings
from pathlib import Path

import lmfit
import numpy as np
import scipy
from scipy.optimize import curve_fit

warnings.simplefilter("ignore")


def read(path):
    lines = path.read_text().splitlines()
    data = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    first = next(i for i, line in enumerate(lines) if re.match(r"\s*y\s+=", line))
    text = []
    for line in lines[first:]:
        if not line.strip():
            break
        text.append(line.strip())
    model = " ".join(text).split("=", 1)[1].rsplit("+", 1)[0]
    model = model.replace("[", "(").replace("]", ")")
    rows = [line.split() for line in lines[:data]]
    rows = [row for row in rows if len(row) == 6 and row[1] == "="]
    names = [row[0] for row in rows]
    starts = [[float(row[k]) for row in rows] for k in (2, 3)]
    estimates = [float(row[4]) for row in rows]
    errors = [float(row[5]) for row in rows]
    numbers = [[float(word) for word in line.split()] for line in lines[data + 1 :] if line.strip()]
    y, x = np.array(numbers).T
    code = compile(model.strip(), path.name, "eval")

    def f(x, *b):
        return eval(code, {"exp": np.exp, "arctan": np.arctan}, dict(zip(names, b), x=x))

    return names, f, starts, estimates, errors, x, y


def digits(found, certified):
    def one(a, b):
        relative = abs((a - b) / b)
        if math.isnan(relative):
            return 0.0
        return 11.0 if relative == 0 else min(max(-math.log10(relative), 0.0), 11.0)

    return min(one(a, b) for a, b in zip(found, certified))


def by_curve_fit(f, x, y, start, **settings):
    values, covariance = curve_fit(f, x, y, p0=start, **settings)
    return values, np.sqrt(np.diag(covariance))


def by_lmfit(names, f, x, y, start):
    parameters = lmfit.Parameters()
    for name, value in zip(names, start):
        parameters.add(name, value=value)

    def residual(p):
        return f(x, *[p[name].value for name in names]) - y

    result = lmfit.minimize(residual, parameters)
    error = lambda name: result.params[name].stderr or math.nan
    return [result.params[n].value for n in names], [error(n) for n in names]


def main(folder):
    print(f"scipy {scipy.__version__}, lmfit {lmfit.__version__}, numpy {np.__version__}\n")
    totals = {}
    for path in sorted(Path(folder).glob("*.dat")):
        names, f, starts, estimates, errors, x, y = read(path)
        for k, start in enumerate(starts):
            tight = dict(ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=10000, method="trf")
            calls = {
                "curve_fit": lambda: by_curve_fit(f, x, y, start),
                "curve_fit, tight": lambda: by_curve_fit(f, x, y, start, **tight),
                "lmfit": lambda: by_lmfit(names, f, x, y, start),
            }
            cells = []
            for name, call in calls.items():
                try:
                    values, stderr = call()
                    b, s = digits(values, estimates), digits(stderr, errors)
                    cells.append(f"{b:.1f} / {s:.1f}")
                except Exception:
                    b = 0.0
                    cells.append("-")
                totals.setdefault(name, []).append(b)
            print(f"| {path.stem} {k + 1} | " + " | ".join(cells) + " |")
    for name, all_digits in totals.items():
        solved = sum(d >= 6 for d in all_digits)
        print(f"{name}: median {np.median(all_digits):.1f}, {solved} of {len(all_digits)} to 6 digits")


if __name__ == "__main__":
    main(sys.argv[1])
