"""Writes crates/chainrule/tests/data/scenarios/*.json: functions, points, and what they and their
derivatives are there.

Nothing of chainrule is used, and no rule of differentiation. Values are computed by mpmath with
160 digits, derivatives by central differences with steps of 1e-40, so that the error of the
difference quotient (about 1e-80) and of its cancellation leave far more digits than a double has.

    python3 tools/reference/make_scenarios.py

A file is a list of scenarios:

    name, source   what it is and where the formulas come from
    inputs         names of the variables
    lets           lines `name = expression`, evaluated in order
    outputs        expressions: the function's, or residuals
    least_squares  whether the objective is the sum of the squares of the outputs; otherwise it is
                   the only output
    points         the first is usually the published start; for each `x`, `outputs`, `jacobian`
                   (a row for each output), and of the objective `value`, `gradient`, `hessian`

Expressions: + - * / ** with the precedences of Python, parentheses, functions of one or two
arguments, `where(a < b, then, else)` which decides on a way through the function, numbers, and the
constant `pi`. A number is the double nearest to its digits.
"""

import json
import re
from pathlib import Path

import mpmath
from mpmath import mpf

import scenarios_gradbench
import scenarios_mgh
import scenarios_others

mpmath.mp.dps = 160
STEP = mpf(10) ** -40
NUMBER = re.compile(r"(?<![A-Za-z_\d.])(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)")
FUNCTIONS = {
    "exp": mpmath.exp, "ln": mpmath.log, "sqrt": mpmath.sqrt, "sin": mpmath.sin,
    "cos": mpmath.cos, "tan": mpmath.tan, "tanh": mpmath.tanh, "atan": mpmath.atan,
    "atan2": mpmath.atan2, "abs": abs, "cosh": mpmath.cosh, "sinh": mpmath.sinh,
    "relu": lambda x: max(x, mpf(0)), "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "square": lambda x: x * x,
    "where": lambda condition, yes, no: yes if condition else no,
    "pi": mpf(float(mpmath.pi)), "M": lambda text: mpf(float(text)),
}


def compiled(text):
    return compile(NUMBER.sub(r'M("\1")', text), text, "eval")


class Function:
    """The outputs of a scenario at a point."""

    def __init__(self, scenario):
        self.inputs = scenario["inputs"]
        self.least_squares = scenario["least_squares"]
        lets = [line.split("=", 1) for line in scenario["lets"]]
        self.lets = [(name.strip(), compiled(text.strip())) for name, text in lets]
        self.results = [compiled(text) for text in scenario["outputs"]]

    def outputs(self, x):
        names = dict(FUNCTIONS, **dict(zip(self.inputs, x)))
        for name, code in self.lets:
            names[name] = eval(code, {}, names)
        return [mpf(eval(code, {}, names)) for code in self.results]

    def objective(self, x):
        outputs = self.outputs(x)
        return sum(r * r for r in outputs) if self.least_squares else outputs[0]


def moved(x, *steps):
    x = list(x)
    for i, h in steps:
        x[i] += h
    return x


def jacobian(f, x):
    columns = []
    for j in range(len(x)):
        up, down = f.outputs(moved(x, (j, STEP))), f.outputs(moved(x, (j, -STEP)))
        columns.append([(a - b) / (2 * STEP) for a, b in zip(up, down)])
    return [list(row) for row in zip(*columns)]


def gradient(f, x):
    return [
        (f.objective(moved(x, (j, STEP))) - f.objective(moved(x, (j, -STEP)))) / (2 * STEP)
        for j in range(len(x))
    ]


def hessian(f, x):
    n, h = len(x), STEP
    rows = [[mpf(0)] * n for _ in range(n)]
    middle = f.objective(x)
    for i in range(n):
        up, down = f.objective(moved(x, (i, h))), f.objective(moved(x, (i, -h)))
        rows[i][i] = (up - 2 * middle + down) / (h * h)
        for j in range(i):
            corners = [
                f.objective(moved(x, (i, a * h), (j, b * h)))
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            mixed = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h)
            rows[i][j] = rows[j][i] = mixed
    return rows


def double(x, scale):
    """The nearest double; what is zero but for the difference quotient's error is zero."""
    return 0.0 if abs(x) < scale * mpf(10) ** -30 else float(x)


def doubles(rows, scale):
    return [doubles(r, scale) if isinstance(r, list) else double(r, scale) for r in rows]


def point(f, x):
    exact = [mpf(v) for v in x]
    outputs = f.outputs(exact)
    scale = 1 + max(abs(v) for v in outputs)
    return {
        "x": x,
        "outputs": [float(v) for v in outputs],
        "jacobian": doubles(jacobian(f, exact), scale),
        "value": float(f.objective(exact)),
        "gradient": doubles(gradient(f, exact), scale),
        "hessian": doubles(hessian(f, exact), scale),
    }


def text(value, indent=0):
    """JSON with one list of numbers a line."""
    pad = " " * indent
    if isinstance(value, dict):
        inner = ",\n".join(f"{pad} {json.dumps(k)}: {text(v, indent + 1)}" for k, v in value.items())
        return "{\n" + inner + "\n" + pad + "}"
    if isinstance(value, list) and any(isinstance(v, (list, dict)) for v in value):
        inner = ",\n".join(pad + " " + text(v, indent + 1) for v in value)
        return "[\n" + inner + "\n" + pad + "]"
    return json.dumps(value, ensure_ascii=False)


def main():
    folder = Path(__file__).parents[2] / "crates/chainrule/tests/data/scenarios"
    for module in (scenarios_mgh, scenarios_others, scenarios_gradbench):
        scenarios = []
        for scenario in module.scenarios():
            starts = scenario.pop("starts")
            f = Function(scenario)
            scenario["points"] = [point(f, [float(v) for v in x]) for x in starts]
            published = scenario.pop("published", None)
            if published is not None:
                found = scenario["points"][0]["value"]
                assert abs(found - published) <= 1e-4 * abs(published), (scenario["name"], found)
            scenarios.append(scenario)
            print(scenario["name"], scenario["points"][0]["value"], flush=True)
        name = module.__name__.removeprefix("scenarios_")
        (folder / f"{name}.json").write_text(text(scenarios) + "\n")
        print(len(scenarios), "in", name)


if __name__ == "__main__":
    main()
