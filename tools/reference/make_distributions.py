#!/usr/bin/env python3
"""Tails and quantiles in 60 digits: crates/chainrule-fit/tests/data/distributions.csv.

A row is function, first parameter, second parameter, argument, value; `t_two_sided` is P(|T| > t),
`f_upper` P(F > f), `chi2_lower`, `chi2_upper`, `normal_lower`; the rows `…_quantile` have the probability
as argument. Needs mpmath. Run: python3 tools/reference/make_distributions.py
"""

from pathlib import Path

import mpmath as mp

mp.mp.dps = 60


def beta(a, b, x):
    """The regularised incomplete beta function, by its own series, which converges for x < 1."""
    a, b, x = map(mp.mpf, (a, b, x))
    return mp.betainc(a, b, 0, x, regularized=True)


def t_two_sided(df, t):
    df, t = mp.mpf(df), mp.mpf(t)
    return beta(df / 2, mp.mpf(1) / 2, df / (df + t * t))


def f_upper(d1, d2, f):
    d1, d2, f = mp.mpf(d1), mp.mpf(d2), mp.mpf(f)
    return beta(d2 / 2, d1 / 2, d2 / (d2 + d1 * f))


def chi2(df, x, upper):
    half = mp.mpf(df) / 2, mp.mpf(x) / 2
    if upper:
        return mp.gammainc(half[0], half[1], mp.inf, regularized=True)
    return mp.gammainc(half[0], 0, half[1], regularized=True)


def root(function, target, low, high):
    """The x between low and high where a monotone function equals target, by bisection of logarithms."""
    low, high = mp.log(mp.mpf(low)), mp.log(mp.mpf(high))
    rises = function(mp.exp(high)) > function(mp.exp(low))
    for _ in range(90):
        middle = (low + high) / 2
        if (function(mp.exp(middle)) < target) == rises:
            low = middle
        else:
            high = middle
    return mp.exp((low + high) / 2)


def main():
    rows = []

    def add(name, first, second, argument, value):
        rows.append(f"{name},{first!r},{second!r},{argument!r},{mp.nstr(value, 20)}")

    for df in (0.5, 1, 2, 3.5, 9, 30, 200, 5000):
        for t in (1e-6, 0.01, 0.7, 1.5, 2.3, 5.0, 12.0, 40.0, 1e4):
            value = t_two_sided(df, t)
            if value > mp.mpf("1e-300"):
                add("t_two_sided", float(df), 0.0, t, value)
    for d1, d2 in ((1, 1), (1, 20), (6, 9), (3, 225), (9, 20180), (50, 4), (120, 120)):
        for f in (1e-4, 0.2, 0.99, 1.7, 4.0, 30.0, 600.0):
            value = f_upper(d1, d2, f)
            if value > mp.mpf("1e-300"):
                add("f_upper", float(d1), float(d2), f, value)
    for df in (0.7, 1, 2, 5, 31, 400, 20000):
        for ratio in (1e-3, 0.3, 0.9, 1.0, 1.1, 2.0, 9.0):
            x = float(df) * ratio
            for upper in (False, True):
                value = chi2(df, x, upper)
                if value > mp.mpf("1e-300"):
                    add("chi2_upper" if upper else "chi2_lower", float(df), 0.0, x, value)
    for z in (-38.0, -20.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.3, 2.0, 6.0):
        add("normal_lower", 0.0, 0.0, z, mp.ncdf(mp.mpf(z)))
    for p in (1e-200, 1e-12, 0.001, 0.2, 0.49, 0.50001, 0.9, 0.975, 0.9995):
        # erfinv near -1 has no digits to start from; the root of the tail has.
        exact = mp.mpf(p)
        tail = min(exact, 1 - exact)
        z = root(lambda x: mp.erfc(x / mp.sqrt(2)) / 2, tail, "1e-9", 60)
        add("normal_quantile", 0.0, 0.0, p, z if exact > mp.mpf(1) / 2 else -z)
    for df in (1, 2.5, 9, 228, 20180):
        for p in (1e-12, 0.01, 0.4, 0.75, 0.975, 0.9995):
            exact = mp.mpf(p)
            tail = min(exact, 1 - exact)
            t = root(lambda x: t_two_sided(df, x) / 2, tail, "1e-9", "1e15")
            add("t_quantile", float(df), 0.0, p, t if exact > mp.mpf(1) / 2 else -t)
    for d1, d2 in ((1, 9), (6, 9), (3, 225)):
        for p in (1e-6, 0.05, 0.5, 0.95, 0.999):
            f = root(lambda x: 1 - f_upper(d1, d2, x), mp.mpf(p), "1e-20", "1e12")
            add("f_quantile", float(d1), float(d2), p, f)
    for df in (1, 3, 50, 1000):
        for p in (1e-6, 0.05, 0.5, 0.95, 0.999):
            x = root(lambda x: chi2(df, x, False), mp.mpf(p), "1e-20", "1e6")
            add("chi2_quantile", float(df), 0.0, p, x)
    path = Path(__file__).parents[2] / "crates/chainrule-fit/tests/data/distributions.csv"
    path.write_text("function,first,second,argument,value\n" + "\n".join(rows) + "\n")


main()
