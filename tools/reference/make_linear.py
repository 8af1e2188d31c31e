#!/usr/bin/env python3
"""Fits of statsmodels to the files in crates/chainrule-fit/tests/data: linear.json beside them.

Least squares with weights, robust errors, intervals of predictions; generalised linear models with
weights and offsets; several classes. Tolerances are as tight as the tools allow.
Needs statsmodels, pandas, scikit-learn. Run: python3 tools/reference/make_linear.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.api as sm

DATA = Path(__file__).parents[2] / "crates/chainrule-fit/tests/data"


def design(file, response, drop=()):
    table = pd.read_csv(DATA / file).drop(columns=list(drop))
    y = table.pop(response)
    return y.to_numpy(float), sm.add_constant(table.astype(float)).to_numpy()


def least_squares():
    cases = []
    for file, response, drop in (
        ("longley.csv", "TOTEMP", ["Obs"]),
        ("stackloss.csv", "STACKLOSS", []),
        ("engel.csv", "foodexp", []),
        ("randhie.csv", "mdvis", []),
    ):
        y, x = design(file, response, drop)
        # Weights that anybody can make again: 1, 2, 3, 1, 2, 3, …
        for weights in (None, 1.0 + np.arange(len(y)) % 3):
            fit = (sm.OLS(y, x) if weights is None else sm.WLS(y, x, weights)).fit(method="qr")
            prediction = fit.get_prediction(x[:3], weights=None if weights is None else weights[:3])
            frame = prediction.summary_frame(alpha=0.1)
            influence = fit.get_influence().hat_matrix_diag[:5] if weights is None else None
            cases.append({
                "file": file, "response": response, "drop": drop, "weighted": weights is not None,
                "estimates": list(fit.params), "std_errors": list(fit.bse), "t": list(fit.tvalues),
                "p": list(fit.pvalues), "intervals": fit.conf_int(0.1).tolist(),
                "r_squared": fit.rsquared, "adjusted": fit.rsquared_adj, "f": fit.fvalue,
                "f_p": fit.f_pvalue, "sd": float(np.sqrt(fit.scale)), "likelihood": fit.llf,
                "aic": fit.aic, "bic": fit.bic, "condition": fit.condition_number,
                "hc1": list(fit.get_robustcov_results("HC1").bse),
                "hc3": list(fit.get_robustcov_results("HC3").bse),
                "hc1_f": float(np.squeeze(fit.get_robustcov_results("HC1").fvalue)),
                "leverage": None if influence is None else list(influence),
                "mean": frame["mean"].tolist(), "mean_se": frame["mean_se"].tolist(),
                "mean_interval": frame[["mean_ci_lower", "mean_ci_upper"]].values.tolist(),
                "single_interval": frame[["obs_ci_lower", "obs_ci_upper"]].values.tolist(),
            })
    return cases


def main():
    answer = {
        "made_by": f"statsmodels {statsmodels.__version__}, numpy {np.__version__}",
        "least_squares": least_squares(),
    }
    (DATA / "linear.json").write_text(json.dumps(answer, indent=1) + "\n")


main()
