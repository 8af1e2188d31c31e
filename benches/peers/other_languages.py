"""Peers in Python: a process that the program `peers` starts and tells what to do, a line of JSON each way.

  {"do": "peers"}                                                       -> ["micrograd", …]
  {"do": "prepare", "peer", "workload", "data", "at"}                   -> {"name", "value", "gradient"} or {"missing": why}
  {"do": "run", "peer", "workload", "count"}                            -> {"seconds": processor time of so many gradients}

PyTorch and JAX get the workloads as arrays, micrograd and CasADi as scalar operations; each in the way that its
manual shows for a gradient. JAX compiles and CasADi records while preparing, which is not timed.
"""

import json
import math
import sys
import time

WIDTH, CONTEXT, HEAD, HIDDEN, KINDS = 16, 16, 4, 64, 27

# ---- workloads of scalar operations: `p` is a list of numbers, `f` the functions of the peer


def tiny(p, data, f):
    a, b, c, d = p
    return (a * b + c) * d


def readme(p, data, f):
    a, b = p
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + f.relu(b + a)
    d = d + 3 * d + f.relu(b - a)
    e = (c - d) ** 2
    return e / 2.0 + 10.0 / e


def dot(a, b):
    return sum((x * y for x, y in zip(a[1:], b[1:])), a[0] * b[0])


def moons_scalar(p, data, f):
    rows = [data[i : i + 3] for i in range(0, len(data), 3)]
    first, second, last = p[: 3 * WIDTH], p[3 * WIDTH : -WIDTH - 1], p[-WIDTH - 1 :]
    total = 0.0
    for x1, x2, y in rows:
        h1 = [f.relu(first[j + 2] + first[j] * x1 + first[j + 1] * x2) for j in range(0, 3 * WIDTH, 3)]
        step = WIDTH + 1
        h2 = [f.relu(second[j + WIDTH] + dot(second[j : j + WIDTH], h1)) for j in range(0, WIDTH * step, step)]
        total = total + f.relu(1.0 - (last[WIDTH] + dot(last[:WIDTH], h2)) * y)
    return total / len(rows) + dot(p, p) * 1e-4


def linreg_scalar(p, data, f):
    total = 0.0
    for i in range(0, len(data), 11):
        error = dot(p[:10], data[i : i + 10]) + p[10] - data[i + 10]
        total = total + error * error
    return total / (len(data) / 11) + dot(p[:10], p[:10]) * 0.1


def rosenbrock_scalar(p, data, f):
    total = 0.0
    for x, y in zip(p, p[1:]):
        step, rest = y - x * x, 1.0 - x
        total = total + step * step * 100.0 + rest * rest
    return total


def cuts(p):
    """The matrices of microgpt, one after the other."""
    sizes = [KINDS, CONTEXT, KINDS, WIDTH, WIDTH, WIDTH, WIDTH, HIDDEN]
    at = 0
    for rows in sizes:
        yield p[at : at + rows * WIDTH]
        at += rows * WIDTH
    yield p[at:]


def microgpt_scalar(p, data, f):
    rows = lambda m, width: [m[i : i + width] for i in range(0, m.shape[0] if hasattr(m, "shape") else len(m), width)]
    token, place, logits, *inner, up, down = cuts(p)
    token, place, logits, up = (rows(m, WIDTH) for m in (token, place, logits, up))
    to_query, to_key, to_value, output = (rows(m, WIDTH) for m in inner)
    down = rows(down, HIDDEN)
    times = lambda m, x: [dot(row, x) for row in m]

    def normed(x):
        scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
        return [scale * v for v in x]

    tokens = [int(t) for t in data]
    keys, values, total = [], [], 0.0
    count = min(CONTEXT, len(tokens) - 1)
    for n in range(count):
        x = normed([a + b for a, b in zip(token[tokens[n]], place[n])])
        given = normed(x)
        query = times(to_query, given)
        keys.append(times(to_key, given))
        values.append(times(to_value, given))
        seen = []
        for h in range(0, WIDTH, HEAD):
            powers = [f.exp(dot(query[h : h + HEAD], k[h : h + HEAD]) * 0.5) for k in keys]
            scale = 1.0 / sum(powers[1:], powers[0])
            for j in range(h, h + HEAD):
                seen.append(dot([scale * s for s in powers], [v[j] for v in values]))
        x = [a + b for a, b in zip(x, times(output, seen))]
        hidden = [f.relu(v) for v in times(up, normed(x))]
        x = [a + b for a, b in zip(x, times(down, hidden))]
        scores = times(logits, x)
        powers = [f.exp(s) for s in scores]
        total = total + f.log(sum(powers[1:], powers[0])) - scores[tokens[n + 1]]
    return total / count


# ---- workloads of arrays: `p` is one array, `f` the module of the peer (torch or jax.numpy)


def moons_arrays(p, data, f):
    rows = data.reshape(-1, 3)
    first, last = p[: 3 * WIDTH].reshape(WIDTH, 3), p[-WIDTH - 1 :]
    second = p[3 * WIDTH : -WIDTH - 1].reshape(WIDTH, WIDTH + 1)
    relu = lambda x: f.where(x > 0, x, 0.0)
    h1 = relu(rows[:, :2] @ first[:, :2].T + first[:, 2])
    h2 = relu(h1 @ second[:, :WIDTH].T + second[:, WIDTH])
    loss = relu(1.0 - (h2 @ last[:WIDTH] + last[WIDTH]) * rows[:, 2])
    return loss.mean() + (p @ p) * 1e-4


def linreg_arrays(p, data, f):
    rows = data.reshape(-1, 11)
    error = rows[:, :10] @ p[:10] + p[10] - rows[:, 10]
    return (error @ error) / rows.shape[0] + (p[:10] @ p[:10]) * 0.1


def rosenbrock_arrays(p, data, f):
    step, rest = p[1:] - p[:-1] * p[:-1], 1.0 - p[:-1]
    return (step * step).sum() * 100.0 + (rest * rest).sum()


def microgpt_arrays(p, data, f):
    tokens = [int(t) for t in data]
    n = min(CONTEXT, len(tokens) - 1)
    *parts, down = cuts(p)
    token, place, logits, to_query, to_key, to_value, output, up = (m.reshape(-1, WIDTH) for m in parts)
    down = down.reshape(WIDTH, HIDDEN)
    normed = lambda x: x / f.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-5)
    heads = lambda x: x.reshape(n, WIDTH // HEAD, HEAD).swapaxes(0, 1)
    x = normed(f.stack([token[t] for t in tokens[:n]]) + place[:n])
    given = normed(x)
    query, key, value = (heads(given @ m.T) for m in (to_query, to_key, to_value))
    score = (query @ key.swapaxes(1, 2)) * 0.5
    power = f.exp(score - score.max()) * f.tril(f.ones_like(score[0]))
    share = power / power.sum(axis=2, keepdims=True)
    seen = (share @ value).swapaxes(0, 1).reshape(n, WIDTH)
    x = x + seen @ output.T
    hidden = normed(x) @ up.T
    x = x + f.where(hidden > 0, hidden, 0.0) @ down.T
    scores = x @ logits.T
    scores = scores - scores.max()
    chosen = f.stack([scores[i, t] for i, t in enumerate(tokens[1 : n + 1])])
    return (f.log(f.exp(scores).sum(axis=1)) - chosen).mean()


SCALAR = {
    "tiny": tiny,
    "readme": readme,
    "moons": moons_scalar,
    "linreg": linreg_scalar,
    "rosenbrock": rosenbrock_scalar,
    "microgpt": microgpt_scalar,
}
ARRAYS = {
    "moons": moons_arrays,
    "linreg": linreg_arrays,
    "rosenbrock": rosenbrock_arrays,
    "microgpt": microgpt_arrays,
}
SMALL = ("tiny", "readme")

# ---- peers: each gives a function from a workload, its data and a point to a run, which returns value and gradient


def micrograd():
    from micrograd.engine import Value

    class Functions:
        relu = staticmethod(lambda x: x.relu())

    def prepare(workload, data, at):
        if workload == "microgpt":
            raise NotImplementedError("micrograd has no exp and no log")

        def run():
            inputs = [Value(x) for x in at]
            y = SCALAR[workload](inputs, data, Functions)
            y.backward()
            return y.data, [x.grad for x in inputs]

        return run

    return "micrograd (Python)", prepare


def torch():
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)

    def prepare(workload, data, at):
        data = torch.tensor(data)

        def scalars():
            inputs = [torch.tensor(x, requires_grad=True) for x in at]
            y = SCALAR[workload](inputs, data, torch)
            y.backward()
            return y.item(), [x.grad.item() for x in inputs]

        def arrays():
            p = torch.tensor(at, requires_grad=True)
            y = ARRAYS[workload](p, data, torch)
            y.backward()
            return y.item(), p.grad

        return scalars if workload in SMALL else arrays

    return f"PyTorch {torch.__version__.split('+')[0]} (Python)", prepare


def jax():
    import jax

    jax.config.update("jax_enable_x64", True)

    def prepare(workload, data, at):
        given = [float(x) for x in data] if workload == "microgpt" else jax.numpy.array(data)

        class Functions:
            relu = staticmethod(jax.nn.relu)

        if workload in SMALL:
            function, point = lambda p: SCALAR[workload](p, given, Functions), list(at)
        else:
            function, point = lambda p: ARRAYS[workload](p, given, jax.numpy), jax.numpy.array(at)
        both = jax.jit(jax.value_and_grad(function))

        def run():
            value, gradient = both(point)
            jax.block_until_ready(gradient)
            return float(value), gradient

        return run

    return f"JAX {jax.__version__}, compiled (Python)", prepare


def casadi():
    import casadi

    class Functions:
        relu = staticmethod(lambda x: casadi.fmax(x, 0))
        exp, log = staticmethod(casadi.exp), staticmethod(casadi.log)

    def prepare(workload, data, at):
        x = casadi.SX.sym("x", len(at))
        parts = casadi.vertsplit(x)
        y = SCALAR[workload](parts, data, Functions)
        both = casadi.Function("both", [x], [y, casadi.gradient(y, x)])

        def run():
            value, gradient = both(at)
            return float(value), gradient.full().flatten()

        return run

    return f"CasADi {casadi.__version__}, recorded (Python)", prepare


PEERS = {peer.__name__: peer for peer in (micrograd, torch, jax, casadi)}


def main():
    ready, runs = {}, {}
    for name, peer in PEERS.items():
        try:
            ready[name] = peer()
        except ImportError as error:
            print(f"{name} takes no part: {error}", file=sys.stderr)
    for line in sys.stdin:
        question = json.loads(line)
        key = (question.get("peer"), question.get("workload"))
        if question["do"] == "peers":
            answer = list(ready)
        elif question["do"] == "prepare":
            name, prepare = ready[key[0]]
            try:
                if key[1] not in SCALAR and key[1] not in ARRAYS:
                    raise NotImplementedError("not written for Python")
                runs[key] = prepare(key[1], question["data"], question["at"])
                value, gradient = runs[key]()
                answer = {"name": name, "value": value, "gradient": [float(g) for g in gradient]}
                if not all(map(math.isfinite, [value, *answer["gradient"]])):
                    answer = {"missing": "its gradient is not finite"}
            except (NotImplementedError, RecursionError) as error:
                answer = {"missing": f"{type(error).__name__}: {error}"}
        else:
            run = runs[key]
            start = time.process_time()
            for _ in range(question["count"]):
                run()
            answer = {"seconds": time.process_time() - start}
        print(json.dumps(answer), flush=True)


main()
