"""The test problems of Moré, Garbow and Hillstrom, *Testing unconstrained optimization software*,
ACM Transactions on Mathematical Software 7 (1981), 17-41: residuals, data and standard starts.

`published` is the objective at the standard start, from the paper's function definitions as other
collections list it, where it is known; the generator checks it.
"""

KOWALIK_Y = ".1957 .1947 .1735 .1600 .0844 .0627 .0456 .0342 .0323 .0235 .0246".split()
KOWALIK_U = "4 2 1 .5 .25 .167 .125 .1 .0833 .0714 .0625".split()
BARD = "0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39".split()
GAUSS = "0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989".split()
MEYER = """34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307
2872""".split()
OSBORNE_1 = """.844 .908 .932 .936 .925 .908 .881 .850 .818 .784 .751 .718 .685 .658 .628 .603 .580
.558 .538 .522 .506 .490 .478 .467 .457 .448 .438 .431 .424 .420 .414 .411 .406""".split()
OSBORNE_2 = """1.366 1.191 1.112 1.013 .991 .885 .831 .847 .786 .725 .746 .679 .608 .655 .616 .606
.602 .626 .651 .724 .649 .649 .694 .644 .624 .661 .612 .558 .533 .495 .500 .423 .395 .375 .372 .391
.396 .405 .428 .429 .523 .562 .607 .653 .672 .708 .633 .668 .645 .632 .591 .559 .597 .625 .739 .710
.729 .720 .636 .581 .428 .292 .162 .098 .054""".split()


def joined(terms):
    return " + ".join(terms)


def problem(number, name, start, residuals, lets=(), published=None, second=None):
    """A scenario; the second point is away from the start, in every coordinate by another part."""
    inputs = [f"x{i + 1}" for i in range(len(start))]
    shift = [0.13 + 0.07 * (i % 5) - 0.11 * (i % 3) for i in range(len(start))]
    away = [v + s * max(abs(v), 0.3) for v, s in zip(start, shift)]
    return {
        "name": f"mgh{number:02} {name}",
        "source": f"Moré, Garbow, Hillstrom 1981, problem {number}",
        "inputs": inputs, "lets": list(lets), "outputs": list(residuals), "least_squares": True,
        "starts": [start, second or [round(v, 6) for v in away]], "published": published,
    }


def scenarios():
    x = [f"x{i}" for i in range(60)]  # x[1] is x1
    yield problem(1, "Rosenbrock", [-1.2, 1], ["10*(x2 - x1**2)", "1 - x1"], published=24.2)
    yield problem(2, "Freudenstein and Roth", [0.5, -2],
                  ["-13 + x1 + ((5 - x2)*x2 - 2)*x2", "-29 + x1 + ((x2 + 1)*x2 - 14)*x2"],
                  published=400.5)
    yield problem(3, "Powell badly scaled", [0, 1],
                  ["1e4*x1*x2 - 1", "exp(-x1) + exp(-x2) - 1.0001"], published=1.13526)
    yield problem(4, "Brown badly scaled", [1, 1], ["x1 - 1e6", "x2 - 2e-6", "x1*x2 - 2"])
    yield problem(5, "Beale", [1, 1], [f"{y} - x1*(1 - x2**{i})" for i, y in
                  ((1, "1.5"), (2, "2.25"), (3, "2.625"))], published=14.203125)
    yield problem(6, "Jennrich and Sampson", [0.3, 0.4],
                  [f"2 + 2*{i} - (exp({i}*x1) + exp({i}*x2))" for i in range(1, 11)],
                  published=4171.306)
    yield problem(7, "Helical valley", [-1, 0, 0],
                  ["10*(x3 - 10*angle)", "10*(sqrt(x1**2 + x2**2) - 1)", "x3"],
                  ["turn = atan(x2/x1)/(2*pi)", "angle = where(x1 > 0, turn, turn + 0.5)"],
                  published=2500, second=[0.7, 0.4, 0.3])
    yield problem(8, "Bard", [1, 1, 1],
                  [f"{y} - (x1 + {u}/({16 - u}*x2 + {min(u, 16 - u)}*x3))"
                   for u, y in enumerate(BARD, 1)], published=41.6817)
    yield problem(9, "Gaussian", [0.4, 1, 0],
                  [f"x1*exp(-x2*({(8 - i) / 2} - x3)**2/2) - {(GAUSS + GAUSS[-2::-1])[i - 1]}"
                   for i in range(1, 16)], published=3.88811e-6)
    yield problem(10, "Meyer", [0.02, 4000, 250],
                  [f"x1*exp(x2/({45 + 5 * i} + x3)) - {y}" for i, y in enumerate(MEYER, 1)],
                  published=1.69361e9)
    yield problem(11, "Gulf research and development", [5, 2.5, 0.15],
                  [f"exp(-abs(y{i} - x2)**x3/x1) - {i / 100}" for i in range(1, 11)],
                  [f"y{i} = 25 + exp(ln(-50*ln({i / 100}))*2/3)" for i in range(1, 11)])
    yield problem(12, "Box three-dimensional", [0, 10, 20],
                  [f"exp(-{i / 10}*x1) - exp(-{i / 10}*x2) - x3*(exp(-{i / 10}) - exp(-{i}))"
                   for i in range(1, 11)], published=1031.154)
    yield problem(13, "Powell singular", [3, -1, 0, 1],
                  ["x1 + 10*x2", "sqrt(5)*(x3 - x4)", "(x2 - 2*x3)**2", "sqrt(10)*(x1 - x4)**2"],
                  published=215)
    yield problem(14, "Wood", [-3, -1, -3, -1],
                  ["10*(x2 - x1**2)", "1 - x1", "sqrt(90)*(x4 - x3**2)", "1 - x3",
                   "sqrt(10)*(x2 + x4 - 2)", "(x2 - x4)/sqrt(10)"], published=19192)
    yield problem(15, "Kowalik and Osborne", [0.25, 0.39, 0.415, 0.39],
                  [f"{y} - x1*({u}**2 + {u}*x2)/({u}**2 + {u}*x3 + x4)"
                   for y, u in zip(KOWALIK_Y, KOWALIK_U)], published=5.31317e-3)
    yield problem(16, "Brown and Dennis", [25, 5, -5, -1],
                  [f"(x1 + {i / 5}*x2 - exp({i / 5}))**2 + (x3 + x4*sin({i / 5}) - cos({i / 5}))**2"
                   for i in range(1, 21)], published=7926693.336)
    yield problem(17, "Osborne 1", [0.5, 1.5, -1, 0.01, 0.02],
                  [f"{y} - (x1 + x2*exp(-{10 * i}*x4) + x3*exp(-{10 * i}*x5))"
                   for i, y in enumerate(OSBORNE_1)], published=0.879026)
    yield problem(18, "Biggs EXP6", [1, 2, 1, 1, 1, 1],
                  [f"x3*exp(-{i / 10}*x1) - x4*exp(-{i / 10}*x2) + x6*exp(-{i / 10}*x5)"
                   f" - (exp(-{i / 10}) - 5*exp(-{i}) + 3*exp(-{i * 4 / 10}))"
                   for i in range(1, 14)], published=0.77907)
    yield problem(19, "Osborne 2", [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
                  [f"{y} - (x1*exp(-{i / 10}*x5) + x2*exp(-({i / 10} - x9)**2*x6)"
                   f" + x3*exp(-({i / 10} - x10)**2*x7) + x4*exp(-({i / 10} - x11)**2*x8))"
                   for i, y in enumerate(OSBORNE_2)], published=2.09342)
    watson = []
    for i in range(1, 30):
        slope = joined(f"{j - 1}*x{j}*({i}/29)**{j - 2}" for j in range(2, 7))
        value = joined(f"x{j}*({i}/29)**{j - 1}" for j in range(1, 7))
        watson.append(f"{slope} - square({value}) - 1")
    yield problem(20, "Watson", [0] * 6, watson + ["x1", "x2 - x1**2 - 1"], published=30)
    yield problem(21, "Extended Rosenbrock", [-1.2, 1] * 4,
                  [r for i in range(1, 8, 2) for r in (f"10*({x[i + 1]} - {x[i]}**2)", f"1 - {x[i]}")],
                  published=96.8)
    yield problem(22, "Extended Powell singular", [3, -1, 0, 1] * 2,
                  [r for i in (1, 5) for r in (
                      f"x{i} + 10*x{i + 1}", f"sqrt(5)*(x{i + 2} - x{i + 3})",
                      f"(x{i + 1} - 2*x{i + 2})**2", f"sqrt(10)*(x{i} - x{i + 3})**2")],
                  published=430)
    squares = joined(f"x{i}**2" for i in range(1, 5))
    yield problem(23, "Penalty I", [1, 2, 3, 4],
                  [f"sqrt(1e-5)*(x{i} - 1)" for i in range(1, 5)] + [f"{squares} - 1/4"],
                  published=885.063)
    yield problem(24, "Penalty II", [0.5] * 4,
                  ["x1 - 0.2"]
                  + [f"sqrt(1e-5)*(exp(x{i}/10) + exp(x{i - 1}/10) - (exp({i}/10) + exp({i - 1}/10)))"
                     for i in range(2, 5)]
                  + [f"sqrt(1e-5)*(exp(x{i - 2}/10) - exp(-1/10))" for i in range(4, 7)]
                  + [joined(f"{5 - j}*x{j}**2" for j in range(1, 5)) + " - 1"], published=2.34001)
    weighted = joined(f"{i}*(x{i} - 1)" for i in range(1, 7))
    yield problem(25, "Variably dimensioned", [1 - i / 6 for i in range(1, 7)],
                  [f"x{i} - 1" for i in range(1, 7)] + ["total", "total**2"], [f"total = {weighted}"])
    yield problem(26, "Trigonometric", [1 / 6] * 6,
                  [f"6 - cosines + {i}*(1 - cos(x{i})) - sin(x{i})" for i in range(1, 7)],
                  ["cosines = " + joined(f"cos(x{i})" for i in range(1, 7))])
    yield problem(27, "Brown almost-linear", [0.5] * 6,
                  [f"x{i} + total - 7" for i in range(1, 6)]
                  + ["*".join(f"x{i}" for i in range(1, 7)) + " - 1"],
                  ["total = " + joined(f"x{i}" for i in range(1, 7))])
    yield from boundary_problems()
    yield problem(30, "Broyden tridiagonal", [-1] * 8,
                  [f"(3 - 2*x{i})*x{i}" + (f" - x{i - 1}" if i > 1 else "")
                   + (f" - 2*x{i + 1}" if i < 8 else "") + " + 1" for i in range(1, 9)],
                  published=19)
    banded = []
    for i in range(1, 11):
        near = [j for j in range(max(1, i - 5), min(10, i + 1) + 1) if j != i]
        banded.append(f"x{i}*(2 + 5*x{i}**2) + 1 - (" + joined(f"x{j}*(1 + x{j})" for j in near) + ")")
    yield problem(31, "Broyden banded", [-1] * 10, banded, published=360)
    plain, whole = joined(f"x{j}" for j in range(1, 6)), joined(f"{j}*x{j}" for j in range(1, 6))
    yield problem(32, "Linear, full rank", [1] * 5,
                  [(f"x{i}" if i < 6 else "0") + f" - 2*({plain})/9 - 1" for i in range(1, 10)],
                  published=24)
    yield problem(33, "Linear, rank 1", [1] * 5, [f"{i}*({whole}) - 1" for i in range(1, 8)])
    inner = joined(f"{j}*x{j}" for j in range(2, 5))
    yield problem(34, "Linear, rank 1 with zero columns and rows", [1] * 5,
                  ["0*x1 - 1"] + [f"{i - 1}*({inner}) - 1" for i in range(2, 7)] + ["0*x5 - 1"])
    yield chebyquad()


def boundary_problems():
    n, h = 6, "(1/7)"
    start = [round(i / 7 * (i / 7 - 1), 12) for i in range(1, n + 1)]
    at = lambda i: f"x{i}" if 1 <= i <= n else "0"
    yield problem(28, "Discrete boundary value", start,
                  [f"2*x{i} - {at(i - 1)} - {at(i + 1)} + {h}**2*(x{i} + {i}/7 + 1)**3/2"
                   for i in range(1, n + 1)])
    cube = [f"c{j} = (x{j} + {j}/7 + 1)**3" for j in range(1, n + 1)]
    rows = []
    for i in range(1, n + 1):
        left = joined(f"{j}/7*c{j}" for j in range(1, i + 1))
        right = joined(f"(1 - {j}/7)*c{j}" for j in range(i + 1, n + 1)) or "0"
        rows.append(f"x{i} + {h}*((1 - {i}/7)*({left}) + {i}/7*({right}))/2")
    yield problem(29, "Discrete integral equation", start, rows, cube)


def chebyquad():
    n = 6
    lets = []
    for j in range(1, n + 1):
        lets += [f"t{j}_0 = 1 + 0*x{j}", f"t{j}_1 = 2*x{j} - 1"]
        lets += [f"t{j}_{i} = 2*t{j}_1*t{j}_{i - 1} - t{j}_{i - 2}" for i in range(2, n + 1)]
    integral = lambda i: f" + 1/{i * i - 1}" if i % 2 == 0 else ""
    rows = ["(" + joined(f"t{j}_{i}" for j in range(1, n + 1)) + f")/{n}" + integral(i)
            for i in range(1, n + 1)]
    return problem(35, "Chebyquad", [round(j / (n + 1), 12) for j in range(1, n + 1)], rows, lets)
