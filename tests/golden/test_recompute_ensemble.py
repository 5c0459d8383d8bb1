#!/usr/bin/python3
"""The ensemble of the default index against another one, by numpy alone from the published raw values, their standard errors
and the table of factors in methodology.md: means, spreads and quantiles of scores, shares of ranks, intervals of data and of
method alone, and shifts of ranks agree within what two samples may differ by. Both have fixed seeds: it passes or it does not."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("skipped: numpy and pandas are absent")
    sys.exit(77)

PROJECT = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")
FIRST, LAST, READ_FROM = 2014, 2023, 2011
OURS, OURS_OF_A_KIND, THEIRS = 120, 40, 2400
DATA, METHOD = ("imputation", "errors"), ("normalisation", "aggregation", "weights", "goalposts")


def read(*names):
    return pd.read_csv(os.path.join(*names), keep_default_na=False, na_values=[""], float_precision="round_trip")


def places(raw, max_carry):
    """Where the value of every cell comes from: two years and the share of the later one; -1 where there is none."""
    n_years = raw.shape[2]
    seen = ~np.isnan(raw)
    year = np.arange(n_years)
    before = np.maximum.accumulate(np.where(seen, year, -1), axis=2)
    after = np.minimum.accumulate(np.where(seen, year, n_years)[:, :, ::-1], axis=2)[:, :, ::-1]
    between = ~seen & (before >= 0) & (after < n_years)
    carried = ~seen & (before >= 0) & (year - before <= max_carry[:, None, None])
    share = np.where(between, (year - before) / np.maximum(after - before, 1), 0.0)
    return {"linear": (np.where(between | carried | seen, before, -1), np.where(between, after, np.maximum(before, 0)), share),
            "carry": (np.where(carried | seen, before, -1), np.maximum(before, 0), np.zeros(share.shape))}


class Index:
    def __init__(self, out):
        book = read(out, "codebook.csv").set_index("iCode")
        self.indicators = list(book.index[book.Type == "Indicator"])
        self.parts = sorted(book.index[book.Parent == "csi"])
        rows = book.loc[self.indicators]
        self.parent = np.array([self.parts.index(p) for p in rows.Parent])
        self.low, self.high = rows.goal_low.to_numpy(float), rows.goal_high.to_numpy(float)
        self.falls = rows.Direction.to_numpy(int)[:, None, None] < 0
        quality = read(out, "quality.csv.gz").set_index(["code", "iso3", "year"])
        self.countries = sorted(quality.index.unique("iso3"))
        every = pd.MultiIndex.from_product([self.indicators, self.countries, range(READ_FROM, LAST + 1)])
        shape = len(self.indicators), len(self.countries), LAST - READ_FROM + 1
        self.raw = quality.raw.reindex(every).to_numpy(float).reshape(shape)
        self.error = np.nan_to_num(quality.standard_error.reindex(every).to_numpy(float).reshape(shape))
        self.erring = np.flatnonzero(self.error.any(axis=(1, 2)))
        self.places = places(self.raw, rows.max_carry.to_numpy(float))
        self.filled = {how: self.fill(self.raw, *place) for how, place in self.places.items()}
        self.posts = {how: (np.nanmin(x, (1, 2)), np.nanmax(x, (1, 2))) for how, x in self.filled.items()}
        self.present = {how: self.count(~np.isnan(x)) for how, x in self.filled.items()}

    @staticmethod
    def fill(raw, a, b, share):
        x, y = np.take_along_axis(raw, np.maximum(a, 0), 2), np.take_along_axis(raw, b, 2)
        return np.where(a < 0, np.nan, np.where(share > 0, x + (y - x) * share, x))[:, :, FIRST - READ_FROM:]

    def count(self, there):
        """Which parts have half of their weight as configured."""
        return np.stack([there[self.parent == p].mean(0) >= 0.5 for p in range(len(self.parts))])

    def replicate(self, random, drawn):
        """Scores of the parts and, last, of the index: [node, country, year]."""
        how = "carry" if "imputation" in drawn and random.random() < 0.5 else "linear"
        is_panel = "normalisation" in drawn and random.random() < 0.5
        is_arithmetic = "aggregation" in drawn and random.random() < 0.5
        n = len(self.indicators)
        shift = random.uniform(-0.1, 0.1, (2, n)) if "goalposts" in drawn else np.zeros((2, n))
        weight = random.uniform(0.75, 1.25, n + len(self.parts)) if "weights" in drawn else np.ones(n + len(self.parts))
        x = self.filled[how]
        if "errors" in drawn:
            x = x.copy()
            moved = self.raw[self.erring] + self.error[self.erring] * random.standard_normal(self.raw[self.erring].shape)
            x[self.erring] = self.fill(moved, *(place[self.erring] for place in self.places[how]))
        low, high = self.posts[how] if is_panel else (self.low, self.high)
        low, high = low + shift[0] * (high - low), high + shift[1] * (high - low)
        z = np.clip((x - low[:, None, None]) / (high - low)[:, None, None], 0, 1)
        z = 1 + 99 * np.where(self.falls, 1 - z, z)
        there, z = ~np.isnan(z), np.nan_to_num(z)
        nodes = np.empty((len(self.parts) + 1, *z.shape[1:]))
        for p in range(len(self.parts)):
            own = self.parent == p
            mean = np.tensordot(weight[:n][own], z[own], 1) / np.tensordot(weight[:n][own], there[own], 1)
            nodes[p] = np.where(self.present[how][p], mean, np.nan)
        there, parts = ~np.isnan(nodes[:-1]), np.nan_to_num(nodes[:-1], nan=1.0)
        total = np.tensordot(weight[n:], there, 1)
        mean = (np.tensordot(weight[n:], parts * there, 1) / total if is_arithmetic
                else np.exp(np.tensordot(weight[n:], np.log(parts), 1) / total))
        nodes[-1] = np.where(there.sum(0) >= 6, mean, np.nan)
        return nodes

    def ensemble(self, seed, n, drawn):
        random = np.random.default_rng(seed)
        return np.stack([self.replicate(random, drawn) for _ in range(n)])


def ranks(scores):
    """[replicate, country] of one year: 1 is best, ties share the smaller rank."""
    best = -np.nan_to_num(scores, nan=-np.inf)
    found = np.stack([np.searchsorted(np.sort(row), row) + 1.0 for row in best])
    return np.where(np.isnan(scores), np.nan, found)


def column(table, code, name, index):
    wide = table[table.code == code].pivot(index="iso3", columns="year", values=name)
    return wide.reindex(index=index.countries, columns=range(FIRST, LAST + 1)).to_numpy(float)


def bound(what, off, most):
    assert off <= most, f"{what}: off by {off:.2f} times its error, at most {most} may be"
    return off


def compare_scores(index, drawn, scores, uncertainty):
    """Differences in standard errors: of a mean sd sqrt(1/m + 1/n), of a share sqrt(p (1 - p)) of it, of a standard deviation
    by its fourth moment."""
    size = np.sqrt(1 / OURS + 1 / THEIRS)
    for k, code in enumerate([*index.parts, "csi"]):
        x = drawn[:, k]
        sd = np.nanstd(x, axis=0)
        share = column(uncertainty, code, "scored_share", index)
        off = np.abs((~np.isnan(x)).mean(0) - np.nan_to_num(share)) / (0.5 * size)
        bound(f"{code}, share scored", off.max(), 4)
        often = (~np.isnan(x)).mean(0) > 0.9
        off = [np.nanmax(np.abs(np.nanmean(x, axis=0) - column(uncertainty, code, "score_mean", index))[often] / sd[often]) / size]
        bound(f"{code}, means", off[0], 4.5)
        fourth = np.nanmean((x - np.nanmean(x, axis=0)) ** 4, axis=0) / sd ** 4
        ratio = np.abs(np.log(sd / column(uncertainty, code, "score_sd", index)))[often]
        off.append(np.nanmax(ratio / (0.5 * np.sqrt(np.maximum(fourth[often] - 1, 0.1)))) / size)
        bound(f"{code}, standard deviations", off[1], 5)
        for table, name, q in ((scores, "score_q05", 0.05), (uncertainty, "score_q16", 0.16), (scores, "score_q50", 0.5),
                               (uncertainty, "score_q84", 0.84), (scores, "score_q95", 0.95)):
            published = column(table, code, name, index)
            below, upto = ((x <= published + d).sum(0) / (~np.isnan(x)).sum(0) for d in (-0.1, 0.1))
            off.append(np.nanmax(np.maximum(below - q, q - upto)[often]) / np.sqrt(q * (1 - q)) / size)
            bound(f"{code}, {name}", off[-1], 5.5)
        print(f"{code}: largest differences in standard errors", *(f"{o:.1f}" for o in off))


def compare_ranks(index, drawn, uncertainty, pairs, out):
    size = np.sqrt(1 / OURS + 1 / THEIRS)
    base = read(out, "scores.csv.gz")
    published = column(base, "csi", "rank", index)
    every, moved = [], []
    for year in range(LAST - FIRST + 1):
        own = ranks(drawn[:, -1, :, year])
        moved.append(np.nanmean(np.abs(own - published[:, year]), axis=1))
        for k in (1, 3, 10, 20, 50):
            p = column(uncertainty, "csi", f"rank_top_{k}", index)[:, year]
            found = np.where(np.isnan(own), np.nan, own <= k)
            every.append(np.nanmax(np.abs(np.nanmean(found, axis=0) - p) / np.sqrt(p * (1 - p) + 1e-3)) / size)
    bound("shares of ranks", max(every), 5)
    at = {c: i for i, c in enumerate(index.countries)}
    a, b = pairs.iso3_a.map(at).to_numpy(), pairs.iso3_b.map(at).to_numpy()
    p = pairs.probability_a_above_b.to_numpy()
    last = drawn[:, -1, :, -1]
    off = np.abs((last[:, a] > last[:, b]).mean(0) - p) / np.sqrt(p * (1 - p) + 1e-3) / size
    bound("pairs", off.max(), 5.5)
    shifts = read(out, "rank_shifts.csv").query("factor == 'all'").mean_rank_shift.to_numpy()
    off = [abs(m.mean() - s) / m.std() / size for m, s in zip(moved, shifts)]
    bound("shifts of ranks", max(off), 4)
    print(f"ranks: shares {max(every):.1f}, {len(pairs)} pairs, shifts {max(off):.1f}")


def compare_kinds(index, uncertainty):
    """The 5 % and 95 % quantiles of data and of method alone, by what share of our draws lies below them."""
    size = np.sqrt(1 / OURS_OF_A_KIND + 16 / THEIRS)
    for seed, (kind, drawn) in enumerate((("data", DATA), ("method", METHOD))):
        x = index.ensemble(100 + seed, OURS_OF_A_KIND, drawn)
        for k, code in enumerate([*index.parts, "csi"]):
            for q in (5, 95):
                published = column(uncertainty, code, f"score_{kind}_q{q:02}", index)
                n = (~np.isnan(x[:, k])).sum(0)
                below, upto = ((x[:, k] <= published + d).sum(0) / n for d in (-0.1, 0.1))
                off = np.maximum(below - q / 100, q / 100 - upto)[n == len(x)]
                bound(f"{code}, {kind} alone, {q} %", np.quantile(off, 0.98) / np.sqrt(0.05 * 0.95) / size, 5)
    print("data and method alone agree")


np.seterr(all="ignore")
with tempfile.TemporaryDirectory() as scratch:
    subprocess.run([os.environ["CSINDEX"], "run", PROJECT, "-o", scratch, "-q", "--replicates", str(THEIRS)], check=True)
    default = Index(scratch)
    table = read(scratch, "uncertainty.csv.gz")
    other = default.ensemble(1, OURS, DATA + METHOD)
    compare_scores(default, other, read(scratch, "scores.csv.gz"), table)
    compare_ranks(default, other, table, read(scratch, "rank_pairs.csv.gz"), scratch)
    compare_kinds(default, table)
sys.exit(0)
