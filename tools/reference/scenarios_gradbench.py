"""The problems of GradBench, a benchmark of automatic differentiation, at small sizes, from its
documentation's formulas: gmm, ba, lstm, llsq, det.
"""

import math


def joined(terms):
    return " + ".join(terms)


def scenario(name, inputs, lets, outputs, starts, least_squares=False):
    return {
        "name": name, "source": f"GradBench, {name.split()[1]}", "inputs": inputs, "lets": lets,
        "outputs": outputs, "least_squares": least_squares, "starts": starts,
    }


def wave(n, phase, size=1.0, middle=0.0):
    return [round(middle + size * math.sin(1.7 * i + phase), 6) for i in range(n)]


def jumbled(n, phase):
    """Numbers that make a regular matrix, as a matrix of sines of a line is not."""
    return [round(math.sin(1.3 * i * i + phase) + 0.2 * i, 6) for i in range(n)]


def scenarios():
    yield gmm()
    yield ba()
    yield lstm()
    yield llsq()
    yield det(3)
    yield det(4)


def gmm(k=2, d=2):
    """α, μ, q and the strict lower triangle l of each of k components; two-dimensional points."""
    rows = [(0.3, -0.8), (1.1, 0.4), (-0.6, 0.9)]
    inputs = [f"a{i}" for i in range(k)] + [f"m{i}{j}" for i in range(k) for j in range(d)]
    inputs += [f"q{i}{j}" for i in range(k) for j in range(d)] + [f"l{i}" for i in range(k)]
    lets = []
    for r, (u, v) in enumerate(rows):
        for i in range(k):
            lets += [f"u{r}{i} = exp(q{i}0)*({u} - m{i}0)",
                     f"v{r}{i} = l{i}*({u} - m{i}0) + exp(q{i}1)*({v} - m{i}1)",
                     f"b{r}{i} = a{i} + q{i}0 + q{i}1 - (u{r}{i}**2 + v{r}{i}**2)/2"]
        lets.append(f"s{r} = ln(" + joined(f"exp(b{r}{i})" for i in range(k)) + ")")
    n = len(rows)
    # n′ = D + m + 1 = 3 with m = 0, γ = 1; ln Γ₂(3/2) = ½ ln π + ln Γ(3/2) + ln Γ(1) = ½ ln π + ln(√π/2).
    constant = f"{k}*(3*2*(-ln(2)/2) - (ln(pi)/2 + ln(sqrt(pi)/2)))"
    prior = joined(f"exp(2*q{i}0) + exp(2*q{i}1) + l{i}**2" for i in range(k))
    value = (f"-{n * d}/2*ln(2*pi) + " + joined(f"s{r}" for r in range(n))
             + f" - {n}*ln(" + joined(f"exp(a{i})" for i in range(k)) + f") - ({prior})/2 + {constant}")
    m = len(inputs)
    return scenario("gradbench gmm", inputs, lets, [value], [wave(m, 0.3), wave(m, 2.1, 0.7)])


def ba():
    """Two cameras, two points, three observations."""
    seen = [(0, 0, 0.1, -0.3), (1, 0, 0.4, 0.2), (0, 1, -0.2, 0.25)]
    parts = "r1 r2 r3 c1 c2 c3 f u v k1 k2".split()
    inputs = [f"{p}_{c}" for c in range(2) for p in parts]
    inputs += [f"p{i}_{j}" for j in range(2) for i in (1, 2, 3)] + [f"w{o}" for o in range(3)]
    lets, outputs = [], []
    for c in range(2):
        lets += [f"angle{c} = sqrt(r1_{c}**2 + r2_{c}**2 + r3_{c}**2)",
                 f"sine{c} = sin(angle{c})", f"cosine{c} = cos(angle{c})"]
        lets += [f"n{i}_{c} = r{i}_{c}/angle{c}" for i in (1, 2, 3)]
    for o, (c, p, right, up) in enumerate(seen):
        lets += [f"d{i}{o} = p{i}_{p} - c{i}_{c}" for i in (1, 2, 3)]
        along = joined(f"n{i}_{c}*d{i}{o}" for i in (1, 2, 3))
        lets.append(f"along{o} = ({along})*(1 - cosine{c})")
        for i, j, k in ((1, 2, 3), (2, 3, 1), (3, 1, 2)):
            lets.append(f"e{i}{o} = d{i}{o}*cosine{c} + (n{j}_{c}*d{k}{o} - n{k}_{c}*d{j}{o})*sine{c}"
                        f" + n{i}_{c}*along{o}")
        lets += [f"h{o} = e1{o}/e3{o}", f"g{o} = e2{o}/e3{o}", f"rho{o} = h{o}**2 + g{o}**2",
                 f"lens{o} = 1 + k1_{c}*rho{o} + k2_{c}*rho{o}**2"]
        outputs += [f"w{o}*(f_{c}*h{o}*lens{o} + u_{c} - {right})",
                    f"w{o}*(f_{c}*g{o}*lens{o} + v_{c} - {up})"]
    outputs += [f"1 - w{o}**2" for o in range(3)]
    camera = [0.1, -0.2, 0.3, 0.5, 0.1, -0.4, 1.5, 0.2, -0.1, 0.05, -0.02]
    start = camera + [v + 0.1 for v in camera] + [0.2, 0.4, 4.0, -0.3, 0.6, 3.5, 0.8, 0.9, 1.1]
    away = [round(v + s, 6) for v, s in zip(start, wave(len(start), 0.5, 0.08))]
    start = [round(v, 6) for v in start]
    return scenario("gradbench ba", inputs, lets, outputs, [start, away], True)


def lstm(h=2):
    """One layer of two diagonal cells over three words; the loss adds 2 in its logarithm."""
    rows = [("0.2", "0.7"), ("0.9", "0.1"), ("0.4", "0.6")]
    gates = "figo"
    inputs = [f"{kind}{g}{i}" for kind in "wb" for g in gates for i in range(h)]
    inputs += [f"{kind}{i}" for kind in ("enter", "leave", "shift") for i in range(h)]
    lets = [f"h0{i} = {v}" for i, v in enumerate(("0.1", "-0.2"))]
    lets += [f"s0{i} = {v}" for i, v in enumerate(("0.3", "0.15"))]
    losses = []
    for t in range(len(rows) - 1):
        for i in range(h):
            now, then = f"{t + 1}{i}", f"{t}{i}"
            lets += [
                f"z{now} = {rows[t][i]}*enter{i}",
                f"f{now} = sigmoid(z{now}*wf{i} + bf{i})",
                f"i{now} = sigmoid(h{then}*wi{i} + bi{i})",
                f"o{now} = sigmoid(z{now}*wo{i} + bo{i})",
                f"c{now} = tanh(h{then}*wg{i} + bg{i})",
                f"s{now} = s{then}*f{now} + i{now}*c{now}",
                f"h{now} = o{now}*tanh(s{now})",
                f"y{now} = h{now}*leave{i} + shift{i}",
            ]
        total = joined(f"exp(y{t + 1}{i})" for i in range(h))
        lets.append(f"norm{t} = ln({total} + 2)")
        losses += [f"{rows[t + 1][i]}*(y{t + 1}{i} - norm{t})" for i in range(h)]
    value = f"-({joined(losses)})/{len(losses)}"
    n = len(inputs)
    return scenario("gradbench lstm", inputs, lets, [value], [wave(n, 0.2), wave(n, 1.9, 0.6, 0.2)])


def llsq(n=9, m=4):
    """½ Σ (sign(tᵢ) − Σ xⱼ tᵢʲ)², tᵢ = −1 + 2i/(n − 1)."""
    lets, squares = [], []
    for i in range(n):
        t = -1 + 2 * i / (n - 1)
        sign = (t > 0) - (t < 0)
        fitted = joined(f"x{j}*({t})**{j}" for j in range(1, m))
        squares.append(f"({sign} - x0 - ({fitted}))**2")
    inputs = [f"x{j}" for j in range(m)]
    return scenario("gradbench llsq", inputs, lets, ["(" + joined(squares) + ")/2"],
                    [wave(m, 0.4), wave(m, 1.1, 2.0)])


def det(n):
    """The determinant by minors along the first row."""
    def minor(rows, columns):
        if not rows:
            return "1"
        parts = []
        for k, c in enumerate(columns):
            rest = columns[:k] + columns[k + 1:]
            sign = "-" if k % 2 else "+"
            parts.append(f"{sign} a{rows[0]}{c}*({minor(rows[1:], rest)})")
        return " ".join(parts).lstrip("+ ")

    names = [f"a{i}{j}" for i in range(n) for j in range(n)]
    text = minor(tuple(range(n)), tuple(range(n)))
    return scenario(f"gradbench det {n}", names, [], [text], [jumbled(n * n, 0.6), jumbled(n * n, 2.3)])
