"""Peers in Python on the inputs of the Rust crates, each gradient checked before it is timed.

usage: other_languages.py REFERENCE.json    (made by `peers --reference REFERENCE.json`)

Whatever of micrograd, torch, jax and casadi can be imported takes part; the rest is named as missing. A figure is the
median over rounds of processor time for one gradient, called from Python, compilation not counted.
"""

import json
import statistics
import sys
import time

ROUNDS = 15


def tiny(a, b, c, d):
    return (a * b + c) * d


def readme(a, b, relu):
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + relu(b + a)
    d = d + 3 * d + relu(b - a)
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def micrograd():
    from micrograd.engine import Value

    def run(f, at):
        inputs = [Value(x) for x in at]
        f(*inputs).backward()
        return [x.grad for x in inputs]

    return lambda f, at: lambda: run(f, at), lambda x: x.relu()


def torch():
    import torch

    torch.set_num_threads(1)

    def prepare(f, at):
        def run():
            inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in at]
            f(*inputs).backward()
            return [x.grad.item() for x in inputs]

        return run

    return prepare, torch.relu


def jax():
    import jax

    jax.config.update("jax_enable_x64", True)

    def prepare(f, at):
        gradient = jax.jit(jax.grad(f, argnums=tuple(range(len(at)))))
        return lambda: [float(g) for g in gradient(*at)]

    return prepare, jax.nn.relu


def casadi():
    import casadi

    def prepare(f, at):
        x = casadi.SX.sym("x", len(at))
        gradient = casadi.Function("g", [x], [casadi.gradient(f(*(x[i] for i in range(len(at)))), x)])
        return lambda: [float(g) for g in gradient(at).full().flatten()]

    return prepare, lambda x: casadi.fmax(x, 0)


def seconds(run):
    """Median time of one run."""
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            run()
        taken = time.process_time() - start
        if taken > 0.01:
            break
        count *= 4

    def once():
        start = time.process_time()
        for _ in range(count):
            run()
        return (time.process_time() - start) / count

    return statistics.median(once() for _ in range(ROUNDS))


def main():
    reference = json.load(open(sys.argv[1]))
    figures = {}
    for peer in (micrograd, torch, jax, casadi):
        try:
            prepare, relu = peer()
        except ImportError:
            figures[peer.__name__] = "missing"
            continue
        works = {"tiny": tiny, "readme": lambda a, b: readme(a, b, relu)}
        figures[peer.__name__] = {}
        for name, f in works.items():
            want = reference[name]
            run = prepare(f, want["at"])
            scale = max(abs(g) for g in want["gradient"])
            right = all(abs(g - w) <= 1e-9 * scale for g, w in zip(run(), want["gradient"]))
            figures[peer.__name__][name] = seconds(run) * 1e9 if right else "wrong"
    print(json.dumps({"unit": "ns", **figures}, indent=2))


main()
