"""Writes scipy.json: correlations by scipy on small fixed series with many kinds of ties.

Run `python make_vectors.py` in this folder after changing a case; the file is committed, so that the tests need
neither Python nor scipy. tau_a is not in scipy and is counted here pair by pair.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import kendalltau, pearsonr, spearmanr

SIZES = (2, 3, 4, 7, 20, 61, 200, 500)


def series(rng, n):
    """Pairs (name, x, y) of length n."""
    y = np.round(rng.normal(70, 4, n), 2)
    noise = rng.normal(0, 4, n)
    yield "no ties", np.round(y + noise, 6), np.round(rng.normal(size=n), 9)
    yield "correlated, few ties", np.round(y + noise, 1), y
    yield "reversed", -np.round(y**3, 3), y
    yield "many ties in x", np.floor((y + noise) / 3), y
    yield "many ties in both", np.floor((y + noise) / 4), np.floor(y / 2)
    yield "two values against few", (y + noise > 70) * 1.0, np.floor(y / 4)
    yield "joint ties", np.floor(y), np.floor(y) + (rng.random(n) < 0.2)
    yield "heavy tail", np.round(np.exp(rng.normal(0, 6, n)), 9), np.round(rng.standard_cauchy(n), 6)
    yield "large offset", np.round(1e6 + rng.normal(size=n), 4), np.round(1e4 + y, 2)


def tau_a(x, y):
    signs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    n = len(x)
    return float(signs.sum() / (n * (n - 1)))


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20240229)
    cases = []
    for n in SIZES:
        for name, x, y in series(rng, n):
            if len(set(x)) == 1 or len(set(y)) == 1:
                continue
            cases.append({
                "name": f"{name}, n = {n}",
                "x": x.tolist(),
                "y": y.tolist(),
                "tau_b": float(kendalltau(x, y).statistic),
                "tau_a": tau_a(x, y),
                "rho": float(spearmanr(x, y).statistic),
                "r": float(pearsonr(x, y).statistic),
            })
    out = {"scipy": scipy.__version__, "numpy": np.__version__, "cases": cases}
    lines = ",\n".join(json.dumps(case) for case in out.pop("cases"))
    head = json.dumps(out)[:-1]
    Path(__file__).with_name("scipy.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')


main()
