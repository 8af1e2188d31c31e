"""Time and memory of a nonlinear fit of a file with 100,000 rows: chainrule beside scipy's curve_fit.

    cargo build --release -p chainrule-fit --example fit_curve
    python3 tools/reference/curve_fit_speed.py target/release/examples/fit_curve [ROWS] [ROUNDS]

Each side is a process of its own that starts, reads the CSV file, fits, and prints estimates and standard errors; the
sides take turns. scipy reads by pandas; once with derivatives by differences, its default, and once with the Jacobian
written by hand. Prints rows of a Markdown table: the median of the wall times, the time from the file's last byte to the
answer, and the largest resident size.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

PROBLEMS = {
    "decay": {
        "formula": "y = a*exp(-k*x) + c",
        "python": "a*np.exp(-k*x) + c",
        "names": ["a", "k", "c"],
        "truth": [3.0, 0.7, 0.5],
        "start": [1.0, 1.0, 0.0],
        "jacobian": "[np.exp(-k*x), -a*x*np.exp(-k*x), np.ones_like(x)]",
    },
    "peak": {
        "formula": "y = h*exp(-((x - m)/s)^2/2) + b0 + b1*x",
        "python": "h*np.exp(-((x - m)/s)**2/2) + b0 + b1*x",
        "names": ["h", "m", "s", "b0", "b1"],
        "truth": [5.0, 4.0, 0.6, 1.0, 0.2],
        "start": [3.0, 3.5, 1.0, 0.0, 0.0],
        "jacobian": "(lambda g: [g, h*g*(x - m)/s**2, h*g*(x - m)**2/s**3, np.ones_like(x), x])"
        "(np.exp(-((x - m)/s)**2/2))",
    },
}

SCIPY = """
import sys, time
import numpy as np, pandas as pd
from scipy.optimize import curve_fit
table = pd.read_csv(sys.argv[1])
began = time.perf_counter()
x, y = table.x.to_numpy(), table.y.to_numpy()
def f(x, {names}): return {python}
def jacobian(x, {names}): return np.array({jacobian}).T
values, covariance = curve_fit(f, x, y, p0={start}{more})
print(*values, *np.sqrt(np.diag(covariance)), time.perf_counter() - began)
"""


def write(path, problem, rows):
    import numpy as np

    random = np.random.default_rng(1)
    x = random.uniform(0, 8, rows)
    env = dict(zip(problem["names"], problem["truth"]), np=np, x=x)
    y = eval(problem["python"], env) + random.normal(0, 0.1, rows)
    with open(path, "w") as file:
        file.write("x,y\n")
        file.writelines(f"{a:.9g},{b:.9g}\n" for a, b in zip(x, y))


def run(command):
    """Wall time, peak kilobytes and output of a process."""
    read, out = os.pipe()
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=out)
    os.close(out)
    with os.fdopen(read) as file:
        text = file.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    process.returncode = 0
    return time.perf_counter() - began, usage.ru_maxrss, [float(word) for word in text.split()]


def main(program, rows=100_000, rounds=9):
    folder = tempfile.mkdtemp()
    print(f"{rows} rows, {rounds} rounds\n")
    for name, problem in PROBLEMS.items():
        path = os.path.join(folder, name + ".csv")
        write(path, problem, rows)
        start = ",".join(f"{n}={v}" for n, v in zip(problem["names"], problem["start"]))
        sides = {"chainrule": [program, path, problem["formula"], start]}
        for label, more in [("curve_fit", ""), ("curve_fit, Jacobian by hand", ", jac=jacobian")]:
            fields = dict(problem, names=", ".join(problem["names"]), more=more)
            sides[label] = [sys.executable, "-c", SCIPY.format(**fields), path]
        results = {label: [] for label in sides}
        for _ in range(rounds):
            for label, command in sides.items():
                results[label].append(run(command))
        n = len(problem["names"])
        ours = results["chainrule"][0][2]
        for label, runs in results.items():
            wall = statistics.median(r[0] for r in runs)
            fit = statistics.median(r[2][-1] for r in runs)
            memory = max(r[1] for r in runs) / 1024
            other = runs[0][2]
            off = max(abs(a / b - 1) for a, b in zip(ours[:n], other[:n]))
            print(f"| {name} | {label} | {wall*1e3:.0f} ms | {fit*1e3:.1f} ms | {memory:.0f} MB | {off:.0e} |")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
