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
    from scipy import interpolate as splines, optimize, stats
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


def arithmetic_or_none(z):
    """The same where a year may have nothing at all."""
    w = present(z)
    with np.errstate(invalid="ignore"):
        return np.where(w.sum(-1) > 0, np.nansum(w * z, -1) / w.sum(-1), np.nan)


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


def by_column(change):
    """Applies `change` to each indicator's values of all years, gaps left out."""
    def apply(x):
        out = np.full(x.shape, np.nan)
        for q in range(P):
            here = ~np.isnan(x[:, :, q])
            out[:, :, q][here] = change(x[:, :, q][here])
        return out
    return apply


def log_ct(v):
    return np.log(v - v.min() + 0.01 * np.ptp(v))


def log_ct_signed(v):
    return log_ct(v) if stats.skew(v, bias=False) >= 0 else -np.log(v.max() + 0.01 * np.ptp(v) - v)


def log_gii(v):
    return np.log((v.max() - 1) * (v - v.min()) / np.ptp(v) + 1)


def box_cox(power=None):
    def change(v):
        best = power
        if power is None:
            scaled = v / stats.gmean(v)
            best = optimize.minimize_scalar(lambda m: -stats.boxcox_llf(m, scaled), bounds=(-5, 5), method="bounded",
                                            options={"xatol": 1e-12}).x
        return stats.boxcox(v, best)
    return change


def trim(v):
    return np.clip(v, *np.quantile(v, [0.1, 0.9]))


def winsorise_then(log):
    """Winsorised once; what still fails is transformed from the values before."""
    def change(v):
        def fails(values):
            return abs(stats.skew(values, bias=False)) > 1 and stats.kurtosis(values, bias=False) > 0.5
        if not fails(v):
            return v
        up = stats.skew(v, bias=False) >= 0
        extreme = v.max() if up else v.min()
        rest = v[v != extreme]
        once = np.where(v == extreme, rest.max() if up else rest.min(), v)
        return log(v) if fails(once) else once
    return change


def percentile_exclusive(x):
    flat = np.full(x.shape, np.nan)
    for q in range(P):
        here = ~np.isnan(x[:, :, q])
        v = x[:, :, q][here] * DIRECTION[q]
        flat[:, :, q][here] = 100 * (stats.rankdata(v, "min") - 1) / (len(v) - 1)
    return flat


def percentile_of_n(x):
    return 100 * ranks(x, "max") / np.sum(~np.isnan(x), 1, keepdims=True)


def bands(x):
    share = ranks(x, "min") / np.sum(~np.isnan(x), 1, keepdims=True)
    points = np.searchsorted([0.2, 0.7], share - 1e-12) * 50.0
    return np.where(np.isnan(x), np.nan, points)


def above_below(x):
    away = DIRECTION * (x / np.nanmean(x, 1, keepdims=True) - 1)
    return np.where(np.isnan(x), np.nan, np.where(away > 0.2, 1, np.where(away < -0.2, -1, 0)))


def fraction(x):
    return np.where(DIRECTION > 0, x / np.nanmax(x, (0, 1)), np.nanmin(x, (0, 1)) / x)


def trapezoid(x):
    rise, fall = (x - 0) / 30, (120 - x) / (120 - 60)
    return 1 + 99 * np.clip(np.minimum(rise, fall), 0, 1)


def change_since(x):
    out = np.full(x.shape, np.nan)
    out[1:] = 100 * DIRECTION * (x[1:] - x[:-1]) / np.abs(x[:-1])
    return out


def mpi_up(x, w):
    m = np.sum(w * x)
    return m + np.sum(w * (x - m) ** 2) / m


def owa(x, w):
    """Cumulated place weights read off by linear interpolation where children are missing."""
    del w
    cumulated = np.concatenate([[0], np.cumsum([4.0, 3.0, 2.0, 1.0])]) / 10
    at = np.interp(np.arange(len(x) + 1) / len(x), np.arange(5) / 4, cumulated)
    return np.sum(np.diff(at) * np.sort(x)[::-1])


def borda(z):
    out = np.zeros(z.shape[:2])
    for t in range(YEARS):
        total = np.zeros(N)
        for q in range(P):
            here = ~np.isnan(z[t, :, q])
            points = (stats.rankdata(z[t, here, q]) - 1) * (N - 1) / (here.sum() - 1)
            out[t, here] += WEIGHT[q] * points
            total[here] += WEIGHT[q]
        out[t] /= total
    return out


def varimax(loading):
    """Kaiser-normalised, by the singular value decomposition of the gradient."""
    scale = np.sqrt((loading ** 2).sum(1, keepdims=True))
    a, turn = loading / scale, np.eye(loading.shape[1])
    for _ in range(2000):
        b = a @ turn
        u, _, v = np.linalg.svd(a.T @ (b ** 3 - b * (b ** 2).mean(0)))
        turn = u @ v
    return a @ turn * scale


def pca_weights(z):
    flat = z.reshape(-1, P)
    value, vector = np.linalg.eigh(np.corrcoef(flat[~np.isnan(flat).any(1)].T))
    value, vector = value[::-1], vector[:, ::-1]
    loading = varimax(vector[:, :2] * np.sqrt(value[:2]))
    loading *= np.sign(loading.sum(0))
    own = loading[np.arange(P), loading.argmax(1)] ** 2
    return own / own.sum()


def balance_weights(z):
    """Equal squared correlations with the weighted sum, by least squares from many starts."""
    flat = z.reshape(-1, P)
    flat = flat[~np.isnan(flat).any(1)]

    def miss(free):
        w = np.exp(np.append(free, 0))
        r2 = np.array([np.corrcoef(flat[:, q], flat @ w)[0, 1] ** 2 for q in range(P)])
        return r2 / r2.sum() - 1 / P
    trials = [optimize.least_squares(miss, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
              for start in np.random.default_rng(5).normal(0, 0.5, (6, P - 1))]
    best = min(trials, key=lambda trial: trial.cost)
    assert best.cost < 1e-20, "these data have no balanced weights"
    w = np.exp(np.append(best.x, 0))
    return w / w.sum()


def regression(x):
    """Least squares on what the unit has, all years together; no pattern here wants for rows."""
    flat = x.reshape(-1, P)
    out = flat.copy()
    for i, q in np.argwhere(np.isnan(flat)):
        have = [k for k in range(P) if not np.isnan(flat[i, k])]
        rows = ~np.isnan(flat[:, have + [q]]).any(1)
        while have and rows.sum() < 5 * (len(have) + 1):
            r = [abs(pd.Series(flat[:, k]).corr(pd.Series(flat[:, q]))) for k in have]
            del have[int(np.argmin(r))]
            rows = ~np.isnan(flat[:, have + [q]]).any(1)
        if have:
            a = np.column_stack([np.ones(rows.sum()), flat[np.ix_(rows, have)]])
            beta = np.linalg.lstsq(a, flat[rows, q], rcond=None)[0]
            out[i, q] = np.clip(beta[0] + flat[i, have] @ beta[1:], np.nanmin(flat[:, q]), np.nanmax(flat[:, q]))
    return out.reshape(x.shape)


def bounded_common(z):
    """min of the largest 1 - w x, no unit above 1, shares of the weights between 0.1 and 0.5."""
    flat = z.reshape(-1, P)
    units = flat[~np.isnan(flat).any(1)]
    n, one = len(units), np.ones((len(units), 1))
    shares = np.hstack([np.vstack([0.1 * np.ones((P, P)) - np.eye(P), np.eye(P) - 0.5 * np.ones((P, P))]),
                        np.zeros((2 * P, 1))])
    a = np.vstack([np.hstack([units, 0 * one]), np.hstack([-units, -one]), shares])
    b = np.concatenate([np.ones(n), -np.ones(n), np.zeros(2 * P)])
    answer = optimize.linprog([0] * P + [1], a, b, bounds=[(0, None)] * (P + 1), method="highs")
    return answer.x[:P] / answer.x[:P].sum()


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
