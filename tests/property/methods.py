"""The methods of csindex once more, in numpy and scipy, written from their definitions alone: what test_differential.py
holds the command against. Arrays are [year, unit, indicator]; a missing cell is NaN."""
import numpy as np
import pandas as pd
from scipy import optimize, stats

N, P, YEARS = 14, 4, 3
DIRECTION = np.array([1, -1, 1, 1])
WEIGHT = np.array([2.0, 1.0, 3.0, 1.5])


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
