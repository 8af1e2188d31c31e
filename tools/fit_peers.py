#!/usr/bin/env python3
"""Fits of 1,000,000 generated rows by chainrule, scikit-learn and statsmodels: seconds and memory.

Usage: python3 tools/fit_peers.py [ROWS] [REPEATS]
Needs pandas, scikit-learn, statsmodels, and `cargo build --release -p chainrule-fit --example fit_file`.
Every run is a process of its own that reads the file, fits, and prints the estimates; the tools take
turns, so that other work on the machine hits all alike. Printed are the median seconds by the clock
and of processors, the largest resident memory and the largest relative difference of the estimates to statsmodels'.
"""

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ROOT / "target/release/examples/fit_file"

PEER = """
import sys
import numpy as np
import pandas as pd
tool, family, file = sys.argv[1:]
table = pd.read_csv(file)
y = table.pop("y").to_numpy()
x = table.to_numpy()
if tool == "scikit-learn":
    from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
    if family == "gaussian":
        model = LinearRegression().fit(x, y)
    elif family == "logistic":
        model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(x, y)
    else:
        model = PoissonRegressor(alpha=0, tol=1e-8, max_iter=1000).fit(x, y)
    estimates = [float(np.ravel(model.intercept_)[0]), *map(float, np.ravel(model.coef_))]
else:
    import statsmodels.api as sm
    x = sm.add_constant(x)
    if family == "gaussian":
        fit = sm.OLS(y, x).fit()
    elif family == "logistic":
        fit = sm.Logit(y, x).fit(disp=0)
    else:
        fit = sm.Poisson(y, x).fit(disp=0, method="newton")
    fit.bse
    estimates = list(map(float, fit.params))
print(estimates)
"""


def generate(folder, rows):
    """Ten columns of unit normals, small true coefficients, a file for each family."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    x = random.standard_normal((rows, 10))
    eta = 0.3 + x @ np.linspace(-0.3, 0.4, 10)
    responses = {
        "gaussian": eta + random.standard_normal(rows),
        "logistic": (random.random(rows) < 1 / (1 + np.exp(-eta))).astype(int),
        "poisson": random.poisson(np.exp(eta)),
    }
    for family, y in responses.items():
        table = pd.DataFrame(x, columns=[f"x{j}" for j in range(10)])
        table.insert(0, "y", y)
        table.to_csv(folder / f"{family}.csv", index=False, float_format="%.9g")


def run(command):
    """Seconds, seconds of processors, largest resident kilobytes, estimates."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, json.loads(text.strip().splitlines()[-1])


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        # In a process of its own: a child's largest memory counts what its parent had when it began.
        maker = multiprocessing.get_context("spawn").Process(target=generate, args=(folder, rows))
        maker.start()
        maker.join()
        peer = folder / "peer.py"
        peer.write_text(PEER)
        print("| model | tool | seconds | processor seconds | MB | largest difference |\n|---|---|---|---|---|---|")
        for family in ("gaussian", "logistic", "poisson"):
            file = str(folder / f"{family}.csv")
            commands = {
                "chainrule": [str(OURS), family, file],
                "scikit-learn": [sys.executable, str(peer), "scikit-learn", family, file],
                "statsmodels": [sys.executable, str(peer), "statsmodels", family, file],
            }
            results = {tool: [] for tool in commands}
            for _ in range(repeats):
                for tool, command in commands.items():
                    results[tool].append(run(command))
            truth = results["statsmodels"][0][3]
            for tool, runs in results.items():
                seconds = statistics.median(r[0] for r in runs)
                processor = statistics.median(r[1] for r in runs)
                memory = max(r[2] for r in runs) / 1024
                pairs = zip(runs[0][3], truth, strict=True)
                error = max(abs(a / b - 1) for a, b in pairs)
                figures = f"{seconds:.2f} | {processor:.2f} | {memory:.0f} | {error:.0e}"
                print(f"| {family} | {tool} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
