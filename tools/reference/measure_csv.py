"""Time and peak memory of reading a CSV file, ours against pandas, interleaved.

pip install pandas
cargo build --release -p chainrule-fit --example read_table
python tools/reference/measure_csv.py /tmp
"""

import os
import random
import statistics
import subprocess
import sys
import time

ROWS, COLUMNS, RUNS = 1_000_000, 11, 7
PANDAS = "import sys, pandas; print(pandas.read_csv(sys.argv[1]).shape)"
OURS = os.path.join(os.path.dirname(__file__), "../../target/release/examples/read_table")


def generate(path, cell):
    random.seed(1)
    with open(path, "w") as out:
        out.write(",".join(f"x{i}" for i in range(COLUMNS)) + "\n")
        for _ in range(ROWS):
            out.write(",".join(cell(i) for i in range(COLUMNS)) + "\n")


def run(command):
    """Seconds and peak megabytes of a process, start and imports included."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_maxrss / 1024


files = {
    "six decimals": lambda i: f"{random.gauss(0, 1):.6f}",
    "all digits": lambda i: repr(random.gauss(0, 1)),
    "two columns of quoted text": lambda i: f'"{random.choice(["Oslo", "Rome, Lazio", "Bonn"])}"' if i < 2 else f"{random.gauss(0, 1):.6f}",
}
for name, cell in files.items():
    path = os.path.join(sys.argv[1], "measure.csv")
    generate(path, cell)
    commands = {
        "ours": [OURS, path],
        "ours, in blocks": [OURS, "--blocks", path],
        "pandas": [sys.executable, "-c", PANDAS, path],
        "pandas, imports alone": [sys.executable, "-c", "import pandas"],
    }
    times = {what: [] for what in commands}
    for _ in range(RUNS):
        for what, command in commands.items():
            times[what].append(run(command))
    print(f"{name}: {os.path.getsize(path) / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}")
    for what, runs in times.items():
        seconds, peaks = zip(*runs)
        print(f"  {what:22} {statistics.median(seconds):.2f} s (least {min(seconds):.2f}), {max(peaks):.0f} MB")
    os.remove(path)
