"""The chapter's functions, and problems of collections: after the CUTEst problems of the same names
(Gould, Orban and Toint, 2015; their structure in six unknowns, not every constant of every SIF
file), and the two- to four-dimensional test functions of global optimisation (Jamil and Yang, *A
literature survey of benchmark functions for global optimisation problems*, 2013).
"""


def joined(terms):
    return " + ".join(terms)


def one(name, source, inputs, text, starts, lets=()):
    if isinstance(inputs, int):
        inputs = [f"x{i + 1}" for i in range(inputs)]
    return {
        "name": name, "source": source, "inputs": list(inputs), "lets": list(lets),
        "outputs": [text], "least_squares": False, "starts": starts,
    }


def scenarios():
    yield from chapter()
    yield from chained()
    yield from survey()


def chapter():
    book = "the book chapter"
    yield one("chapter quadratic", book, ["a"], "a**2 - 10*a + 28", [[6], [0]])
    yield one("chapter graph", book, list("abcd"), "(a*b + c)*d", [[2, -3, 10, -2], [1, 4, -5, 3]])
    yield one("chapter line", book, ["k", "n"],
              joined(f"({y} - (k*{x} + n))**2" for x, y in ((1, 2.1), (2, 3.9), (3, 6.2))),
              [[0, 0], [1.8, 0.4]])
    yield one("micrograd neuron", "micrograd, lecture", ["x1", "x2", "w1", "w2", "b"],
              "tanh(x1*w1 + x2*w2 + b)",
              [[2, 0, -3, 1, 6.8813735870195432], [0.5, -1, 0.3, 0.7, 0.2]])
    lets = ["c0 = a + b", "d0 = a*b + b**3", "c1 = c0 + c0 + 1", "c2 = c1 + 1 + c1 - a",
            "d1 = d0 + d0*2 + relu(b + a)", "d2 = d1 + 3*d1 + relu(b - a)", "e = c2 - d2",
            "f = e**2"]
    yield one("micrograd README", "micrograd, README", ["a", "b"], "f/2 + 10/f",
              [[-4, 2], [1.5, 0.5]], lets)


def chained():
    cutest = "CUTEst"
    n = 6
    x = [f"x{i}" for i in range(60)]
    ones, pairs = range(1, n + 1), range(1, n)
    far = [0.7, -0.4, 1.3, 0.2, -0.9, 0.5]

    def entry(name, text, start, away=None, lets=()):
        away = away or [far[i % 6] for i in range(len(start))]
        return one(name, f"after {cutest}, {name}", len(start), text, [start, away], lets)

    yield entry("ARWHEAD", joined(f"(x{i}**2 + x6**2)**2 - 4*x{i} + 3" for i in pairs), [1] * n)
    yield entry("BDQRTIC", joined(
        f"(3 - 4*x{i})**2 + (x{i}**2 + 2*x{i + 1}**2 + 3*x{i + 2}**2 + 4*x{i + 3}**2 + 5*x6**2)**2"
        for i in (1, 2)), [1] * n)
    yield entry("BROYDN7D", "abs(1 - 2*x2 + (3 - 2*x1)*x1)**(7/3) + " + joined(
        f"abs(1 - x{i - 1} - 2*x{i + 1} + (3 - 2*x{i})*x{i})**(7/3)" for i in range(2, 6))
        + " + abs(1 - x5 + (3 - 2*x6)*x6)**(7/3) + " + joined(
            f"abs(x{i} + x{i + 3})**(7/3)" for i in (1, 2, 3)), [1] * n,
        [0.7, -0.4, 1.3, 0.2, -0.8, 0.5])
    yield entry("CHNROSNB", joined(
        f"16*{a}**2*(x{i - 1} - x{i}**2)**2 + (x{i} - 1)**2"
        for i, a in zip(range(2, 7), (1.25, 1.4, 2.4, 1.4, 1.75))), [-1] * n)
    yield entry("COSINE", joined(f"cos(x{i}**2 - x{i + 1}/2)" for i in pairs), [1] * n)
    yield entry("CRAGGLVY", joined(
        f"(exp({x[2 * i - 1]}) - {x[2 * i]})**4 + 100*({x[2 * i]} - {x[2 * i + 1]})**6"
        f" + (tan({x[2 * i + 1]} - {x[2 * i + 2]}) + {x[2 * i + 1]} - {x[2 * i + 2]})**4"
        f" + {x[2 * i - 1]}**8 + ({x[2 * i + 2]} - 1)**2" for i in (1, 2)), [1, 2, 2, 2, 2, 2])
    yield entry("DIXMAANA", "1 + " + joined(f"x{i}**2" for i in ones) + " + " + joined(
        f"0.125*x{i}**2*x{i + 2}**4 + 0.125*x{i}*x{i + 4}" for i in (1, 2)), [2] * n)
    yield entry("DQDRTIC", joined(
        f"x{i}**2 + 100*x{i + 1}**2 + 100*x{i + 2}**2" for i in range(1, 5)), [3] * n)
    yield entry("EDENSCH", "16 + " + joined(
        f"(x{i} - 2)**4 + (x{i}*x{i + 1} - 2*x{i + 1})**2 + (x{i + 1} + 1)**2" for i in pairs), [8] * n)
    yield entry("EG2", joined(f"sin(x1 + x{i}**2 - 1)" for i in pairs) + " + sin(x6**2)/2", [0.2] * n)
    yield entry("ENGVAL1", joined(f"(x{i}**2 + x{i + 1}**2)**2 - 4*x{i} + 3" for i in pairs), [2] * n)
    yield entry("FLETCHCR", joined(f"100*(x{i + 1} - x{i} + 1 - x{i}**2)**2" for i in pairs),
                [0] * n)
    yield entry("GENROSE", "1 + " + joined(
        f"100*(x{i} - x{i - 1}**2)**2 + (x{i} - 1)**2" for i in range(2, n + 1)),
        [round(i / 7, 6) for i in ones])
    yield entry("HILBERTA", joined(f"x{i}*x{j}/{i + j - 1}" for i in ones for j in ones), [-3] * n)
    yield entry("INDEF", joined(f"x{i}" for i in ones) + " + " + joined(
        f"cos(2*x{i} - x6 - x1)/2" for i in range(2, n)), [round(i / 7, 6) for i in ones])
    yield entry("LIARWHD", joined(f"4*(x{i}**2 - x1)**2 + (x{i} - 1)**2" for i in ones), [4] * n)
    yield entry("NONDIA", "(x1 - 1)**2 + " + joined(
        f"100*(x1 - x{i}**2)**2" for i in range(1, n)), [-1] * n)
    yield entry("NONDQUAR", "(x1 - x2)**2 + (x5 + x6)**2 + " + joined(
        f"(x{i} + x{i + 1} + x6)**4" for i in range(1, 5)), [1, -1] * 3)
    yield entry("QUARTC", joined(f"(x{i} - {i})**4" for i in ones), [2] * n)
    yield entry("SCHMVETT", joined(
        f"-1/(1 + (x{i} - x{i + 1})**2) - sin((pi*x{i + 1} + x{i + 2})/2)"
        f" - exp(-((x{i} + x{i + 2})/x{i + 1} - 2)**2)" for i in range(1, 5)), [0.5] * n,
        [0.7, 0.4, 1.3, 0.6, 0.9, 0.5])
    yield entry("SINQUAD", "(x1 - 1)**4 + " + joined(
        f"(sin(x{i} - x6) - x1**2 + x{i}**2)**2" for i in range(2, n)) + " + (x6**2 - x1**2)**2",
        [0.1] * n)
    yield entry("TOINTGSS", joined(
        f"(10/6 + x{i + 2}**2)*(2 - exp(-(x{i} - x{i + 1})**2/(0.1 + x{i + 2}**2)))"
        for i in range(1, 5)), [3] * n)
    yield entry("TQUARTIC", "(x1 - 1)**2 + " + joined(
        f"(x1**2 - x{i}**2)**2" for i in range(2, n + 1)), [0.1] * n)
    yield entry("TRIDIA", "(x1 - 1)**2 + " + joined(
        f"{i}*(2*x{i} - x{i - 1})**2" for i in range(2, n + 1)), [1] * n)
    yield entry("VAREIGVL", joined(
        f"{a}*x{i}**2" for i, a in zip(ones, (1, 2, 3, 4, 5, 6))) + " - "
        + joined(["0.1*(" + joined(f"x{i}*x{i + 1}" for i in pairs) + ")**2"]), [1] * n)


def survey():
    book = "Jamil and Yang 2013"

    def entry(name, inputs, text, start, away, lets=()):
        return one(name, book, inputs, text, [start, away], lets)

    yield entry("Ackley", 3, "-20*exp(-0.2*sqrt((x1**2 + x2**2 + x3**2)/3))"
                " - exp((cos(2*pi*x1) + cos(2*pi*x2) + cos(2*pi*x3))/3) + 20 + exp(1)",
                [0.4, -0.7, 1.2], [2.1, 0.3, -1.4])
    yield entry("Bohachevsky", 2, "x1**2 + 2*x2**2 - 0.3*cos(3*pi*x1) - 0.4*cos(4*pi*x2) + 0.7",
                [0.5, -0.3], [1.1, 2.3])
    yield entry("Booth", 2, "(x1 + 2*x2 - 7)**2 + (2*x1 + x2 - 5)**2", [0, 0], [4, -2])
    yield entry("Branin", 2, "(x2 - 5.1/(4*pi**2)*x1**2 + 5/pi*x1 - 6)**2"
                " + 10*(1 - 1/(8*pi))*cos(x1) + 10", [1, 2], [-3, 7])
    yield entry("Dixon and Price", 4, "(x1 - 1)**2 + " + joined(
        f"{i}*(2*x{i}**2 - x{i - 1})**2" for i in (2, 3, 4)), [1, 1, 1, 1], [0.5, -2, 3, 0.1])
    yield entry("Easom", 2, "-cos(x1)*cos(x2)*exp(-(x1 - pi)**2 - (x2 - pi)**2)", [2, 2], [3.5, 2.5])
    yield entry("Goldstein and Price", 2,
                "(1 + (x1 + x2 + 1)**2*(19 - 14*x1 + 3*x1**2 - 14*x2 + 6*x1*x2 + 3*x2**2))"
                "*(30 + (2*x1 - 3*x2)**2*(18 - 32*x1 + 12*x1**2 + 48*x2 - 36*x1*x2 + 27*x2**2))",
                [0.5, -0.5], [-1.2, 0.7])
    yield entry("Griewank", 3, "1 + (x1**2 + x2**2 + x3**2)/4000"
                " - cos(x1)*cos(x2/sqrt(2))*cos(x3/sqrt(3))", [1, 2, 3], [-5, 0.4, 2.2])
    rows = ((1, 3, 10, 30), (1.2, 0.1, 10, 35), (3, 3, 10, 30), (3.2, 0.1, 10, 35))
    places = ((0.3689, 0.117, 0.2673), (0.4699, 0.4387, 0.747), (0.1091, 0.8732, 0.5547),
              (0.03815, 0.5743, 0.8828))
    yield entry("Hartmann 3", 3, "-(" + joined(
        f"{r[0]}*exp(-(" + joined(
            f"{a}*(x{j} - {p})**2" for j, (a, p) in enumerate(zip(r[1:], q), 1)) + "))"
        for r, q in zip(rows, places)) + ")",
        [0.5, 0.5, 0.5], [0.1, 0.6, 0.8])
    yield entry("Himmelblau", 2, "(x1**2 + x2 - 11)**2 + (x1 + x2**2 - 7)**2", [0, 0], [2, -3])
    yield entry("Levy", 3, "sin(pi*w1)**2 + (w1 - 1)**2*(1 + 10*sin(pi*w1 + 1)**2)"
                " + (w2 - 1)**2*(1 + 10*sin(pi*w2 + 1)**2) + (w3 - 1)**2*(1 + sin(2*pi*w3)**2)",
                [2, -1, 0.5], [-3, 4, 1.5], [f"w{i} = 1 + (x{i} - 1)/4" for i in (1, 2, 3)])
    yield entry("Matyas", 2, "0.26*(x1**2 + x2**2) - 0.48*x1*x2", [1, 2], [-3, 0.5])
    yield entry("McCormick", 2, "sin(x1 + x2) + (x1 - x2)**2 - 1.5*x1 + 2.5*x2 + 1", [0, 0], [-1, 2])
    yield entry("Rastrigin", 3, "30 + " + joined(
        f"x{i}**2 - 10*cos(2*pi*x{i})" for i in (1, 2, 3)), [0.3, -0.6, 1.4], [2.2, 0.1, -1.3])
    yield entry("Schaffer 2", 2, "0.5 + (sin(x1**2 - x2**2)**2 - 0.5)/(1 + 0.001*(x1**2 + x2**2))**2",
                [1, 0.5], [-2, 1.2])
    shekel = ((4, 4, 4, 4, 0.1), (1, 1, 1, 1, 0.2), (8, 8, 8, 8, 0.2), (6, 6, 6, 6, 0.4), (3, 7, 3, 7, 0.4))
    yield entry("Shekel 5", 4, "-(" + joined(
        "1/(" + joined(f"(x{j + 1} - {r[j]})**2" for j in range(4)) + f" + {r[4]})"
        for r in shekel) + ")", [3, 5, 2, 6], [1.5, 0.5, 1.2, 2])
    yield entry("Six-hump camel", 2, "(4 - 2.1*x1**2 + x1**4/3)*x1**2 + x1*x2 + (-4 + 4*x2**2)*x2**2",
                [1, 1], [-0.5, 0.3])
    yield entry("Styblinski and Tang", 3, joined(
        f"(x{i}**4 - 16*x{i}**2 + 5*x{i})/2" for i in (1, 2, 3)), [1, -1, 2], [-2.5, 0.3, 0.7])
    yield entry("Three-hump camel", 2, "2*x1**2 - 1.05*x1**4 + x1**6/6 + x1*x2 + x2**2",
                [1, 1], [-0.5, 2])
    yield entry("Zakharov", 3, "x1**2 + x2**2 + x3**2 + total**2 + total**4", [1, -1, 0.5],
                [0.2, 0.4, -0.9], ["total = 0.5*x1 + x2 + 1.5*x3"])
