#!/usr/bin/python3
"""The same random panels through csindex and through an independent numpy/scipy implementation of each method: scores
agree to 1e-9. Panels have gaps, ties, skew and both directions; the seed is fixed, so that a failure comes back. The
statistics of the audit are held against numpy's in the same way."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
    from scipy import interpolate as splines, stats
except ImportError:
    print("skipped: numpy, pandas and scipy are absent")
    sys.exit(77)

from methods import (DIRECTION, N, P, WEIGHT, YEARS, above_below, ampi, arithmetic, arithmetic_or_none,
                     balance_weights, bands, bod, borda, bounded_common, box_cox, by_column, carry, change_since,
                     cohort_median, copeland, critic_weights, entropy_weights, expectation_maximisation, fraction,
                     geometric, interpolate, log_ct, log_ct_signed, log_gii, mean_min, median, midpoint, minmax,
                     minmax_panel, minmax_yearly, mpi, mpi_up, owa, pca_weights, percentile_exclusive,
                     percentile_of_n, power, ranks, regression, row_mean, row_wise, to_mean, trapezoid, trim,
                     winsorise, winsorise_then, zscore_panel)

COMMAND = os.environ["CSINDEX"]
PANELS, FIRST = 4, 2001


def make_panel(rng, gaps):
    """[year, unit, indicator], positive; one skewed column, some ties, some cells missing."""
    x = rng.uniform(5, 95, (YEARS, N, P))
    x[:, :, 2] = np.exp(rng.normal(1, 1.2, (YEARS, N)))
    x[:, :, 3] = np.round(x[:, :, 3] / 10) * 10 + 1
    hide = rng.random(x.shape) < gaps
    hide[:, :4] = False
    return np.where(hide, np.nan, x)


# --- both sides, method by method -------------------------------------------------------------------------------------

PANEL = "- normalise: {method: minmax, goalposts: panel}\n"
AGGREGATE = "- aggregate: {method: %s, min_weight_share: 0}\n"
PLAIN = AGGREGATE % "arithmetic"
CASES = {
    "minmax panel": (PANEL + PLAIN, lambda x: arithmetic(minmax_panel(x))),
    "minmax yearly": ("- normalise: {method: minmax, goalposts: yearly}\n" + PLAIN, lambda x: arithmetic(minmax_yearly(x))),
    "zscore": ("- normalise: zscore\n" + PLAIN, lambda x: arithmetic(zscore_panel(x))),
    "rank": ("- normalise: {method: rank, ties: average}\n" + PLAIN, lambda x: arithmetic(ranks(x, "average"))),
    "borda points": ("- normalise: borda\n" + PLAIN, lambda x: arithmetic(ranks(x, "min") - 1)),
    "percentile": ("- normalise: {method: percentile, form: midpoint}\n" + PLAIN, lambda x: arithmetic(midpoint(x))),
    "ampi": ("- normalise: ampi\n" + AGGREGATE % "mpi", lambda x: row_wise(mpi)(ampi(x))),
    "reference": ("- normalise: reference\n" + PLAIN, lambda x: arithmetic(to_mean(x))),
    "geometric": (PANEL + AGGREGATE % "geometric", lambda x: geometric(minmax_panel(x))),
    "harmonic": (PANEL + AGGREGATE % "harmonic", lambda x: power(-1.0)(minmax_panel(x))),
    "power": (PANEL + AGGREGATE % "power, power: 2.5", lambda x: power(2.5)(minmax_panel(x))),
    "median": (PANEL + AGGREGATE % "median", lambda x: row_wise(median)(minmax_panel(x))),
    "mean-min": (PANEL + AGGREGATE % "mean_min, alpha: 0.6, beta: 3", lambda x: row_wise(mean_min)(minmax_panel(x))),
    "copeland": (PANEL + AGGREGATE % "copeland", lambda x: copeland(minmax_panel(x))),
    "bod": (PANEL + AGGREGATE % "bod", lambda x: bod()(minmax_panel(x))),
    "bod relative": (PANEL + AGGREGATE % "bod, restriction: relative, low: 0.1, high: 0.6",
                     lambda x: bod(0.1, 0.6)(minmax_panel(x))),
    "entropy": (PANEL + "- weight: entropy\n" + PLAIN,
                lambda x: arithmetic(minmax_panel(x), entropy_weights(minmax_panel(x)))),
    "critic": (PANEL + "- weight: critic\n" + PLAIN,
               lambda x: arithmetic(minmax_panel(x), critic_weights(minmax_panel(x)))),
    "winsorise": ("- treat: winsorise\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(winsorise(x)))),
    "linear": ("- impute: linear\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(interpolate(x)))),
    "carry": ("- impute: {method: carry, limit: 1}\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(carry(x)))),
    "cohort": ("- impute: cohort\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(cohort_median(x)))),
    "row": ("- impute: row\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(row_mean(x)))),
    "em": ("- impute: em\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(expectation_maximisation(x)))),
    "percentile exclusive": ("- normalise: {method: percentile, form: exclusive, ties: min, over: panel}\n" + PLAIN,
                             lambda x: arithmetic(percentile_exclusive(x))),
    "percentile of n": ("- normalise: {method: percentile, ties: max}\n" + PLAIN,
                        lambda x: arithmetic(percentile_of_n(x))),
    "bands": ("- normalise: {method: bands, edges: [0.2, 0.7], points: [0, 50, 100]}\n" + PLAIN,
              lambda x: arithmetic(bands(x))),
    "above or below": ("- normalise: above_below\n" + PLAIN, lambda x: arithmetic(above_below(x))),
    "fraction": ("- normalise: fraction\n" + PLAIN, lambda x: arithmetic(fraction(x))),
    "trapezoid": ("- normalise: {method: trapezoid, corners: [0, 30, 60, 120]}\n" + PLAIN,
                  lambda x: arithmetic(trapezoid(x))),
    "change": ("- normalise: change\n" + PLAIN, lambda x: arithmetic_or_none(change_since(x))),
    "ampi, penalty up": ("- normalise: ampi\n" + AGGREGATE % "mpi, penalty: up", lambda x: row_wise(mpi_up)(ampi(x))),
    "mpi": ("- normalise: {method: zscore, mean: 100, sd: 10}\n" + AGGREGATE % "mpi",
            lambda x: row_wise(mpi)(100 + 10 * zscore_panel(x))),
    "owa": (PANEL + AGGREGATE % "owa, places: [4, 3, 2, 1]", lambda x: row_wise(owa)(minmax_panel(x))),
    "borda": (PANEL + AGGREGATE % "borda", lambda x: borda(minmax_panel(x))),
    "trim": ("- treat: {method: trim, share: 0.1}\n" + PANEL + PLAIN,
             lambda x: arithmetic(minmax_panel(by_column(trim)(x)))),
    "log": ("- treat: log\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(np.log(x)))),
    "log1p": ("- treat: {method: log, form: log1p}\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(np.log1p(x)))),
    "asinh": ("- treat: {method: log, form: asinh}\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(np.arcsinh(x)))),
    "log ct": ("- treat: {method: log, form: ct}\n" + PANEL + PLAIN,
               lambda x: arithmetic(minmax_panel(by_column(log_ct)(x)))),
    "log ct signed": ("- treat: {method: log, form: ct_signed}\n" + PANEL + PLAIN,
                      lambda x: arithmetic(minmax_panel(by_column(log_ct_signed)(x)))),
    "log gii": ("- treat: {method: log, form: gii}\n" + PANEL + PLAIN,
                lambda x: arithmetic(minmax_panel(by_column(log_gii)(x)))),
    "winsorise, then ct": ("- treat: {method: winsorise, max_count: 1, then: ct, skewness: 1, kurtosis: 0.5}\n" + PANEL + PLAIN,
                           lambda x: arithmetic(minmax_panel(by_column(winsorise_then(log_ct))(x)))),
    "box-cox, power given": ("- treat: {method: box_cox, lambda: 0.3}\n" + PANEL + PLAIN,
                             lambda x: arithmetic(minmax_panel(by_column(box_cox(0.3))(x)))),
    "box-cox": ("- treat: box_cox\n" + PANEL + PLAIN, lambda x: arithmetic(minmax_panel(by_column(box_cox())(x)))),
    "regression": ("- impute: {method: regression, within: all}\n" + PANEL + PLAIN,
                   lambda x: arithmetic(minmax_panel(regression(x)))),
    "pca": (PANEL + "- weight: {method: pca, factors: 2}\n" + PLAIN,
            lambda x: arithmetic(minmax_panel(x), pca_weights(minmax_panel(x)))),
    "balance": (PANEL + "- weight: balance\n" + PLAIN,
                lambda x: arithmetic(minmax_panel(x), balance_weights(minmax_panel(x)))),
    "common weights": (PANEL + "- weight: {method: bod_common, low: 0.1, high: 0.5}\n" + PLAIN,
                       lambda x: arithmetic(minmax_panel(x), bounded_common(minmax_panel(x)))),
}
# What is sought by iteration stops where nothing moves: EM at 1e-10 of a standard deviation, the power of Box-Cox and the
# balanced weights where a flat optimum lets 1e-8 pass.
TOLERANCE = {"em": 1e-7, "box-cox": 1e-7, "balance": 1e-7}


def write_project(directory, x, steps, rng=None):
    with open(os.path.join(directory, "framework.csv"), "w", encoding="utf-8") as f:
        f.write("iCode,Level,Parent,Direction,Weight,Type\n")
        for q in range(P) if rng is None else rng.permutation(P):
            f.write(f"x{q},1,all,{DIRECTION[q]},{WEIGHT[q]},Indicator\n")
        f.write("all,2,,1,1,Aggregate\n")
    with open(os.path.join(directory, "data.csv"), "w", encoding="utf-8") as f:
        f.write("iso3,year,indicator,value\n")
        cells = np.argwhere(~np.isnan(x))
        for t, c, q in cells if rng is None else rng.permutation(cells):
            f.write(f"U{c:02d},{FIRST + t},x{q},{x[t, c, q]!r}\n")
    with open(os.path.join(directory, "index.yaml"), "w", encoding="utf-8") as f:
        f.write(f"index: {{id: d, name: D, version: 1.0.0}}\nyears: {{first: {FIRST}, last: {FIRST + YEARS - 1}}}\n"
                "units: codes\nframework: framework.csv\ndata:\n  - {file: data.csv, reader: long}\nsteps:\n")
        f.write("".join("  " + line + "\n" for line in steps.splitlines()))


def run(directory):
    out = os.path.join(directory, "out")
    subprocess.run([COMMAND, "run", "-qq", "--replicates", "0", directory, "-o", out], check=True)
    scores = pd.read_csv(os.path.join(out, "scores.csv.gz"), float_precision="round_trip")
    scores = scores[scores.code == "all"].pivot(index="year", columns="iso3", values="score")
    return scores.to_numpy()


# --- the statistics of an audit ---------------------------------------------------------------------------------------

def smooth_importance(x, y):
    """Cubic B-splines on 12 equal pieces, second differences penalised, the penalty by generalised cross-validation."""
    step = np.ptp(x) / 12
    knots = x.min() + step * np.arange(-3, 16)
    basis = splines.BSpline.design_matrix(np.clip(x, x.min(), x.max() - 1e-13 * np.ptp(x)), knots, 3).toarray()
    difference = np.diff(np.eye(15), 2, axis=0)
    best = (np.inf, None)
    for k in range(25):
        hat = basis @ np.linalg.solve(basis.T @ basis + 10 ** (k / 2 - 4) * difference.T @ difference + 1e-9 * np.eye(15),
                                      basis.T)
        curve = hat @ y
        score = np.sum((y - curve) ** 2) / (1 - np.trace(hat) / len(y)) ** 2
        best = (score, curve) if score < best[0] else best
    return min(np.sum((best[1] - best[1].mean()) ** 2) / np.sum((y - y.mean()) ** 2), 1)


def expect_adequacy(row, z):
    r = np.corrcoef(z.T)
    inverse = np.linalg.inv(r)
    partial = inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    off = ~np.eye(len(r), dtype=bool)
    kmo = (r[off] ** 2).sum() / ((r[off] ** 2).sum() + (partial[off] ** 2).sum())
    p, n = len(r), len(z)
    chi2 = -(n - 1 - (2 * p + 5) / 6) * np.linalg.slogdet(r)[1]
    assert abs(row.kmo - kmo) < 1e-9 and abs(row.bartlett_chi2 - chi2) < 1e-9 * chi2, (row.kmo, kmo, chi2)
    assert abs(row.bartlett_p - stats.chi2.sf(chi2, p * (p - 1) / 2)) < 1e-9


def expect_components(table, z):
    value = np.sort(np.linalg.eigvalsh(np.corrcoef(z.T)))[::-1]
    eigenvalue = table.drop_duplicates("component").sort_values("component")
    assert np.abs(eigenvalue.eigenvalue - value).max() < 1e-9
    rng = np.random.default_rng(1)
    noise = [np.sort(np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(len(z), P)).T)))[::-1] for _ in range(2000)]
    far = np.abs(eigenvalue.noise_95.to_numpy() - np.quantile(noise, 0.95, axis=0))
    assert far.max() < 0.15, f"parallel analysis: {far}"  # a 95th percentile of 100 draws


def audit():
    """A panel of 40 units with a curve in it, so that a spline has something to find."""
    rng = np.random.default_rng(99)
    base = rng.normal(size=40)
    x = np.stack([np.stack([50 + 8 * (base + 0.7 * rng.normal(size=40)), 50 + 6 * rng.normal(size=40) - 5 * base,
                            20 + 10 * base ** 2 + rng.normal(size=40), 40 + 9 * (base + rng.normal(size=40))], -1)] * YEARS)
    with tempfile.TemporaryDirectory() as directory:
        write_project(directory, x, "- normalise: {method: minmax, goalposts: yearly, range: [0, 1]}\n" + PLAIN)
        subprocess.run([COMMAND, "audit", directory, "-o", os.path.join(directory, "audit")], check=True,
                       stdout=subprocess.DEVNULL)
        tables = {name: pd.read_csv(os.path.join(directory, "audit", name + ".csv"), float_precision="round_trip")
                  for name in ("reliability", "components", "importance", "correlations")}
    z = minmax(x[-1], x[-1].min(0), x[-1].max(0), 0, 1)
    y = arithmetic(z)
    expect_adequacy(tables["reliability"].iloc[0], z)
    expect_components(tables["components"], z)
    for q, row in tables["importance"].set_index("code").loc[[f"x{q}" for q in range(P)]].reset_index(drop=True).iterrows():
        assert abs(row.importance_parent_linear - np.corrcoef(z[:, q], y)[0, 1] ** 2) < 1e-9
        want = smooth_importance(z[:, q], y)
        assert abs(row.importance_parent - want) < 1e-6, (q, row.importance_parent, want)
    return 4


def shuffle(x, seed):
    """Rows of the data and of the framework in another order: the same scores, to rounding of sums in another order."""
    steps = "- impute: cohort\n- treat: winsorise\n" + PANEL + "- weight: critic\n" + AGGREGATE % "geometric"
    scores = []
    for rng in (None, np.random.default_rng(seed), np.random.default_rng(seed + 100)):
        with tempfile.TemporaryDirectory() as directory:
            write_project(directory, x, steps, rng)
            scores.append(run(directory))
    assert np.allclose(scores[0], scores[1], rtol=1e-12, atol=0, equal_nan=True)
    assert np.allclose(scores[0], scores[2], rtol=1e-12, atol=0, equal_nan=True)


def main():
    worst = {}
    for k in range(PANELS):
        x = make_panel(np.random.default_rng(k), 0.0 if k == 0 else 0.12)
        for name, (steps, mine) in CASES.items():
            with tempfile.TemporaryDirectory() as directory:
                write_project(directory, x, steps)
                got, want = run(directory), mine(x)
            gap = np.nanmax(np.abs(got - want) / np.maximum(1, np.abs(want)))
            assert (np.isnan(got) == np.isnan(want)).all(), f"{name}, panel {k}: not the same cells are missing"
            assert gap <= TOLERANCE.get(name, 1e-9), f"{name}, panel {k}: off by {gap}"
            worst[name] = max(worst.get(name, 0), gap)
        shuffle(x, k)
    n_audited = audit()
    print(f"{len(worst)} methods and {n_audited} statistics of the audit agree; "
          f"the largest difference is {max(worst.values()):.2g} ({max(worst, key=worst.get)})")


main()
