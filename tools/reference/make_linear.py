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
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge

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


def likelihood():
    cases = []
    visits, x = design("randhie.csv", "mdvis")
    seen = (visits > 0).astype(float)
    weights = 1.0 + np.arange(len(visits)) % 3
    offset = 0.1 * (np.arange(len(visits)) % 5)
    for name, y, family in (
        ("poisson", visits, sm.families.Poisson()),
        ("logistic", seen, sm.families.Binomial()),
    ):
        for extra in ({}, {"freq_weights": weights}, {"offset": offset}):
            fit = sm.GLM(y, x, family=family, **extra).fit(tol=1e-14, maxiter=100)
            cases.append({
                "family": name, "extra": next(iter(extra), None),
                "estimates": list(fit.params), "std_errors": list(fit.bse), "p": list(fit.pvalues),
                "deviance": fit.deviance, "null_deviance": fit.null_deviance,
                "likelihood": fit.llf, "aic": fit.aic,
                "leverage": None if extra else list(fit.get_influence().hat_matrix_diag[:5]),
            })
    visits, x = design("randhie.csv", "mdvis")
    kind = np.minimum(visits, 2)
    fit = sm.MNLogit(kind, x).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
    several = {
        "estimates": fit.params.T.ravel().tolist(), "std_errors": fit.bse.T.ravel().tolist(),
        "likelihood": fit.llf, "aic": fit.aic, "bic": fit.bic,
        "probabilities": fit.predict(x[:3]).tolist(),
    }
    # The penalty of scikit-learn's C is on the columns as given; ours is on standardised ones.
    columns = (x[:, 1:] - x[:, 1:].mean(0)) / x[:, 1:].std(0)
    shrunk = LogisticRegression(C=1 / 50, tol=1e-13, max_iter=10000, solver="newton-cholesky")
    shrunk.fit(columns, seen)
    ridge = {"ridge": 50.0, "standardised": list(shrunk.coef_[0]), "intercept": shrunk.intercept_[0]}
    return {"two": cases, "several": several, "ridge": ridge}


def penalised():
    cases = []
    for file, response, drop in (
        ("longley.csv", "TOTEMP", ["Obs"]),
        ("stackloss.csv", "STACKLOSS", []),
        ("randhie.csv", "mdvis", []),
    ):
        y, x = design(file, response, drop)
        x = x[:, 1:]
        for weights in (None, 1.0 + np.arange(len(y)) % 3):
            mean = np.average(x, axis=0, weights=weights)
            scale = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weights))
            columns = (x - mean) / scale
            # Sizes at which some columns of each file go.
            size = {"longley.csv": 300.0, "stackloss.csv": 2.0, "randhie.csv": 0.1}[file]
            tight = {"tol": 1e-15, "max_iter": 1_000_000}
            for kind, penalty, ratio, model in (
                ("ridge", size, None, Ridge(size, solver="cholesky")),
                ("lasso", size, None, Lasso(size, **tight)),
                ("net", size, 0.3, ElasticNet(size, l1_ratio=0.3, **tight)),
            ):
                model.fit(columns, y, sample_weight=weights)
                slopes = model.coef_ / scale
                cases.append({
                    "file": file, "response": response, "weighted": weights is not None,
                    "kind": kind, "penalty": penalty, "ratio": ratio,
                    "estimates": [model.intercept_ - slopes @ mean, *slopes],
                })
    return cases


def main():
    answer = {
        "made_by": f"statsmodels {statsmodels.__version__}, scikit-learn {sklearn.__version__}",
        "least_squares": least_squares(),
        "likelihood": likelihood(),
        "penalised": penalised(),
    }
    (DATA / "linear.json").write_text(json.dumps(answer, indent=1) + "\n")


main()
