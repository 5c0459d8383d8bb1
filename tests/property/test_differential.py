#!/usr/bin/python3
"""The same random panels through csindex and through an independent numpy/scipy implementation of each method: scores
agree to 1e-9. Panels have gaps, ties, skew and both directions; the seed is fixed, so that a failure comes back."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
    from scipy import optimize, stats
except ImportError:
    print("skipped: numpy, pandas and scipy are absent")
    sys.exit(77)

COMMAND = os.environ["CSINDEX"]
N, P, YEARS, PANELS = 14, 4, 3, 4
FIRST = 2001
DIRECTION = np.array([1, -1, 1, 1])
WEIGHT = np.array([2.0, 1.0, 3.0, 1.5])


def make_panel(rng, gaps):
    """[year, unit, indicator], positive; one skewed column, some ties, some cells missing."""
    x = rng.uniform(5, 95, (YEARS, N, P))
    x[:, :, 2] = np.exp(rng.normal(1, 1.2, (YEARS, N)))
    x[:, :, 3] = np.round(x[:, :, 3] / 10) * 10 + 1
    hide = rng.random(x.shape) < gaps
    hide[:, :4] = False
    return np.where(hide, np.nan, x)


# --- the independent side ---------------------------------------------------------------------------------------------

def signed(x):
    return x * DIRECTION


def minmax(x, low, high, a=1.0, b=100.0):
    z = (x - low) / (high - low)
    return a + (b - a) * np.where(DIRECTION > 0, z, 1 - z)


def minmax_panel(x):
    return minmax(x, np.nanmin(x, (0, 1)), np.nanmax(x, (0, 1)))


def minmax_yearly(x):
    return np.array([minmax(y, np.nanmin(y, 0), np.nanmax(y, 0)) for y in x])


def zscore_panel(x):
    flat = signed(x).reshape(-1, P)
    return (signed(x) - np.nanmean(flat, 0)) / np.nanstd(flat, 0, ddof=1)


def ranks(x, method):
    out = np.full(x.shape, np.nan)
    for t in range(YEARS):
        for q in range(P):
            here = ~np.isnan(x[t, :, q])
            out[t, here, q] = stats.rankdata(signed(x)[t, here, q], method)
    return out


def midpoint(x):
    return 100 * (ranks(x, "average") - 0.5) / np.sum(~np.isnan(x), 1, keepdims=True)


def ampi(x):
    base = np.nanmean(x[0], 0)
    r = 60 * (x - base) / (np.nanmax(x, (0, 1)) - np.nanmin(x, (0, 1))) + 100
    return np.where(DIRECTION > 0, r, 200 - r)


def to_mean(x):
    m = np.nanmean(x, 1, keepdims=True)
    return np.where(DIRECTION > 0, x / m, m / x)


def present(z):
    return np.where(np.isnan(z), 0, WEIGHT)


def arithmetic(z, w=None):
    w = present(z) if w is None else np.where(np.isnan(z), 0, w)
    return np.nansum(w * z, -1) / w.sum(-1)


def power(r):
    return lambda z: arithmetic(z ** r) ** (1 / r)


def geometric(z):
    return np.exp(arithmetic(np.log(z)))


def row_wise(rule):
    def apply(z):
        out = np.empty(z.shape[:2])
        for t in range(YEARS):
            for c in range(N):
                here = ~np.isnan(z[t, c])
                w = WEIGHT[here] / WEIGHT[here].sum()
                out[t, c] = rule(z[t, c, here], w)
        return out
    return apply


def median(x, w):
    order = np.argsort(x, kind="stable")
    x, passed = x[order], np.cumsum(w[order])
    for i, share in enumerate(passed):
        if abs(share - 0.5) < 1e-12 and i + 1 < len(x):
            return (x[i] + x[i + 1]) / 2
        if share > 0.5:
            return x[i]
    return x[-1]


def mpi(x, w):
    m = np.sum(w * x)
    return m - np.sum(w * (x - m) ** 2) / m


def mean_min(x, w):
    m = np.sum(w * x)
    return m - 0.6 * (np.sqrt((m - x.min()) ** 2 + 9) - 3)


def copeland(z):
    out = np.empty(z.shape[:2])
    for t in range(YEARS):
        for j in range(N):
            net = 0
            for k in range(N):
                both = ~np.isnan(z[t, j]) & ~np.isnan(z[t, k])
                if j != k and both.any():
                    a, b = z[t, j, both], z[t, k, both]
                    e = np.sum(WEIGHT[both] * ((a > b) + 0.5 * (a == b))) / WEIGHT[both].sum() - 0.5
                    net += 0 if abs(e) < 1e-12 else np.sign(e)
            out[t, j] = net
    return out


def bod(low=None, high=None):
    def apply(z):
        out = np.empty(z.shape[:2])
        for t in range(YEARS):
            for c in range(N):
                here = ~np.isnan(z[t, c])
                units = z[t][:, here]
                units = units[~np.isnan(units).any(1)]
                a, b = [units], [np.ones(len(units))]
                k = here.sum()
                if low is not None:
                    a += [low * np.ones((k, k)) - np.eye(k), np.eye(k) - high * np.ones((k, k))]
                    b += [np.zeros(k), np.zeros(k)]
                answer = optimize.linprog(-z[t, c, here], np.vstack(a), np.concatenate(b), method="highs")
                out[t, c] = -answer.fun if answer.status == 0 and answer.x.sum() > 0 else np.nan
        return out
    return apply


def entropy_weights(z):
    w = np.empty(P)
    for q in range(P):
        x = z[:, :, q].ravel()
        x = x[~np.isnan(x)]
        p = x / x.sum()
        w[q] = 1 + np.sum(p * np.log(p)) / np.log(len(x))
    return w / w.sum()


def critic_weights(z):
    flat = pd.DataFrame(z.reshape(-1, P))
    scaled = (flat - flat.min()) / (flat.max() - flat.min())
    c = scaled.std() * (1 - flat.corr()).sum()
    return (c / c.sum()).to_numpy()


def winsorise(x):
    x = x.copy()
    for q in range(P):
        column = x[:, :, q]
        for _ in range(5):
            values = column[~np.isnan(column)]
            skew, kurt = stats.skew(values, bias=False), stats.kurtosis(values, bias=False)
            if not (abs(skew) > 2 and kurt > 3.5):
                break
            extreme = values.max() if skew >= 0 else values.min()
            rest = values[values != extreme]
            column[column == extreme] = rest.max() if skew >= 0 else rest.min()
    return x


def interpolate(x):
    return np.stack([pd.DataFrame(x[:, :, q]).interpolate(limit_area="inside").to_numpy() for q in range(P)], -1)


def carry(x):
    return np.stack([pd.DataFrame(x[:, :, q]).ffill(limit=1).to_numpy() for q in range(P)], -1)


def cohort_median(x):
    return np.where(np.isnan(x), np.nanmedian(x, 1, keepdims=True), x)


def row_mean(x):
    low, high = np.nanmin(x, 1, keepdims=True), np.nanmax(x, 1, keepdims=True)
    z = np.where(DIRECTION > 0, (x - low) / (high - low), (high - x) / (high - low))
    z = np.where(np.isnan(z), np.nanmean(z, 2, keepdims=True), z)
    back = np.where(DIRECTION > 0, low + z * (high - low), high - z * (high - low))
    return np.where(np.isnan(x), back, x)


def expectation_maximisation(x):
    """EM by the textbook, one row after the other, until nothing moves."""
    flat = x.reshape(-1, P)
    rows = flat[~np.isnan(flat).all(1)]
    scale = np.nanstd(rows, 0)
    centre = np.nanmean(rows, 0)
    rows = (rows - centre) / scale
    mean, cov = np.zeros(P), np.eye(P)
    for _ in range(20000):
        total, cross = np.zeros(P), np.zeros((P, P))
        for row in rows:
            m = np.isnan(row)
            full, extra = row.copy(), np.zeros((P, P))
            if m.any():
                slope = np.linalg.solve(cov[np.ix_(~m, ~m)], cov[np.ix_(~m, m)]).T
                full[m] = mean[m] + slope @ (row[~m] - mean[~m])
                extra[np.ix_(m, m)] = cov[np.ix_(m, m)] - slope @ cov[np.ix_(~m, m)]
            total += full
            cross += np.outer(full, full) + extra
        new = total / len(rows)
        moved = max(abs(new - mean).max(), abs(cross / len(rows) - np.outer(new, new) - cov).max())
        mean, cov = new, cross / len(rows) - np.outer(new, new)
        if moved < 1e-12:
            break
    out = (flat - centre) / scale
    for row in out:
        m = np.isnan(row)
        if m.any() and not m.all():
            row[m] = mean[m] + np.linalg.solve(cov[np.ix_(~m, ~m)], cov[np.ix_(~m, m)]).T @ (row[~m] - mean[~m])
    return (out * scale + centre).reshape(x.shape)


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
}
TOLERANCE = {"em": 1e-7}  # it stops when nothing moves by 1e-10 of a standard deviation


def write_project(directory, x, steps):
    with open(os.path.join(directory, "framework.csv"), "w", encoding="utf-8") as f:
        f.write("iCode,Level,Parent,Direction,Weight,Type\n")
        for q in range(P):
            f.write(f"x{q},1,all,{DIRECTION[q]},{WEIGHT[q]},Indicator\n")
        f.write("all,2,,1,1,Aggregate\n")
    with open(os.path.join(directory, "data.csv"), "w", encoding="utf-8") as f:
        f.write("iso3,year,indicator,value\n")
        for t, c, q in np.argwhere(~np.isnan(x)):
            f.write(f"U{c:02d},{FIRST + t},x{q},{x[t, c, q]!r}\n")
    with open(os.path.join(directory, "index.yaml"), "w", encoding="utf-8") as f:
        f.write(f"index: {{id: d, name: D, version: 1.0.0}}\nyears: {{first: {FIRST}, last: {FIRST + YEARS - 1}}}\n"
                "units: codes\nframework: framework.csv\ndata:\n  - {file: data.csv, reader: long}\nsteps:\n")
        f.write("".join("  " + line + "\n" for line in steps.splitlines()))


def run(directory):
    out = os.path.join(directory, "out")
    subprocess.run([COMMAND, "run", "-q", directory, "-o", out], check=True)
    scores = pd.read_csv(os.path.join(out, "scores.csv.gz"), float_precision="round_trip")
    scores = scores[scores.code == "all"].pivot(index="year", columns="iso3", values="score")
    return scores.to_numpy()


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
    print(f"{len(worst)} methods agree; the largest difference is {max(worst.values()):.2g} ({max(worst, key=worst.get)})")


main()
