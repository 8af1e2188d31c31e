#!/usr/bin/env python3
"""Random formulas and their values by Python's own parser: crates/chainrule/tests/data/formulas.tsv.

A row is formula, value at a=1.5 b=-0.75 c=2.25 x=0.5. The formula is random *text*, so that both
parsers have to find the same precedence. `^` stands for Python's `**` in half of the rows, and a
product of a number and a name is written without `*` where that is allowed.

Run: python3 tools/reference/make_formulas.py
"""

import math
import random
from pathlib import Path

POINT = {"a": 1.5, "b": -0.75, "c": 2.25, "x": 0.5}
ONE = ["sin", "cos", "exp", "sqrt", "log", "atan", "abs", "tanh", "log1p", "expm1"]
TWO = ["atan2", "max", "min"]
ROWS = 1200


def real(x):
    """x, unless the root of a negative number made it complex."""
    if isinstance(x, complex):
        raise TypeError
    return x


def space(rng):
    return rng.choice(["", "", " "])


def value(rng, depth):
    """Text for us and for Python of a factor."""
    kind = rng.random()
    if depth == 0 or kind < 0.35:
        if rng.random() < 0.5:
            name = rng.choice(list(POINT))
            return name, name
        number = rng.choice(["2", "3", "0.5", ".25", "1e-1", "10", "1.75", "4."])
        return number, repr(float(number))
    if kind < 0.7:
        ours, theirs = sum_(rng, depth - 1)
        if rng.random() < 0.15:
            sign = rng.choice(["<", "<=", ">", ">=", "==", "!="])
            more_ours, more_theirs = sum_(rng, depth - 1)
            return f"({ours} {sign} {more_ours})", f"float(real({theirs}) {sign} real({more_theirs}))"
        return f"({ours})", f"({theirs})"
    function = rng.choice(ONE + TWO)
    parts = [sum_(rng, depth - 1) for _ in range(2 if function in TWO else 1)]
    ours = ", ".join(p[0] for p in parts)
    theirs = ", ".join(p[1] for p in parts)
    return f"{function}({ours})", f"{function}({theirs})"


def sum_(rng, depth):
    """A run of factors and operators, without brackets of its own."""
    ours, theirs = "", ""
    divided = False
    for i in range(rng.randint(1, 5)):
        if i > 0:
            sign = rng.choice(["+", "-", "*", "/", "^", "^"])
            if sign in "+-":
                divided = False
            divided = divided or sign == "/"
            if sign == "^":
                ours += rng.choice(["^", "**"])
                theirs += "**"
            elif sign == "*" and not divided and ours[-1].isdigit() and (i == 1) and rng.random() < 0.7:
                # The factor on the left is a number alone: 2x, 2(x + 1).
                theirs += "*"
                f_ours, f_theirs = rng.choice([("x", "x"), ("(x + b)", "(x + b)"), ("sin(a)", "sin(a)")])
                ours += space(rng) + f_ours
                theirs += f_theirs
                continue
            else:
                gap = space(rng)
                ours += gap + sign + gap
                theirs += sign
        if rng.random() < 0.2:
            ours += "-"
            theirs += "-"
        f_ours, f_theirs = value(rng, depth)
        ours += f_ours
        theirs += f_theirs
    return ours, theirs


def main():
    rng = random.Random(20240607)
    scope = {name: getattr(math, name) for name in ONE + TWO if hasattr(math, name)}
    scope.update(POINT, max=max, min=min, abs=lambda x: abs(real(x)), float=float, real=real)
    rows = []
    while len(rows) < ROWS:
        ours, theirs = sum_(rng, 3)
        if len(ours) < 4 or len(ours) > 120:
            continue
        try:
            result = eval(theirs, {"__builtins__": {}}, scope)  # the text was written above
        except (ArithmeticError, ValueError, TypeError):
            continue
        if isinstance(result, complex) or not 1e-6 < abs(result) < 1e6:
            continue
        rows.append(f"{ours}\t{float(result)!r}\n")
    path = Path(__file__).parent.parent / "crates/chainrule/tests/data/formulas.tsv"
    path.write_text("".join(rows))


if __name__ == "__main__":
    main()
