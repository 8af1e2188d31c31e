"""Designs of model formulas as patsy makes them: an independent reading of the same notation.

pip install patsy numpy; python tools/reference/make_designs.py > crates/chainrule-fit/tests/data/designs.json
"""

import json

import numpy as np
import patsy

ROWS = range(24)
DATA = {
    "y": [1.5 + i for i in ROWS],
    "x": [0.5 + (7 * i % 24) / 4 for i in ROWS],
    "z": [((11 * i + 5) % 23) / 8 - 1 for i in ROWS],
    "a": ["pqr"[i % 3] for i in ROWS],
    "b": ["uv"[i // 3 % 2] for i in ROWS],
    "c": ["kl"[i // 6 % 2] for i in ROWS],
}
# Ours on the left, patsy's notation on the right where it differs.
FORMULAS = [
    ("x + z", None),
    ("x + z - 1", None),
    ("0 + C(a)", None),
    ("C(a)", None),
    ("C(a) + C(b)", None),
    ("C(a) + C(b) - 1", None),
    ("C(a)*C(b)", None),
    ("C(a):C(b)", None),
    ("C(a):C(b) - 1", None),
    ("C(a) + C(a):C(b)", None),
    ("C(b) + C(a):C(b)", None),
    ("x:C(a)", None),
    ("x + x:C(a)", None),
    ("C(a) + x:C(a)", None),
    ("x*C(a)", None),
    ("x*C(a)*C(b)", None),
    ("C(a)*C(b)*C(c)", None),
    ("C(a):C(b):C(c)", None),
    ("C(a) + C(b):C(c)", None),
    ("C(a):C(b) + C(b):C(c)", None),
    ("C(a)*C(b) - C(a)", None),
    ("(C(a) + C(b) + x)^2", "(C(a) + C(b) + x)**2"),
    ("(x + z + C(b))^2 - x:z", "(x + z + C(b))**2 - x:z"),
    ("x + x^2 + z^3", "x + I(x**2) + I(z**3)"),
    ("poly(x, 3)", "x + I(x**2) + I(x**3)"),
    ("log(x) + exp(z/2) + I(x*z)", "np.log(x) + np.exp(z/2) + I(x*z)"),
    ("C(a, ref=q)", "C(a, Treatment('q'))"),
    ("x:z + C(b, ref='v'):x", "x:z + C(b, Treatment('v')):x"),
    ("x:C(a):C(b) + z:C(a) - 1", None),
]

data = {k: np.array(v) for k, v in DATA.items()}
designs = []
for ours, theirs in FORMULAS:
    matrix = np.asarray(patsy.dmatrix(theirs or ours, data))
    assert np.linalg.matrix_rank(matrix) == matrix.shape[1], ours
    designs.append({"formula": ours, "columns": matrix.T.tolist()})
made_by = f"tools/reference/make_designs.py, patsy {patsy.__version__}"
print(json.dumps({"made by": made_by, "data": DATA, "designs": designs}))
