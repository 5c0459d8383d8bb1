#!/usr/bin/python3
"""changes.csv.gz, contributions.csv.gz and the intervals of trends.csv, recomputed by numpy from the published normalised
values and the definitions in docs/methodology.md: every effect of every country, pair of years and indicator."""
import os
import shutil
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
FIRST, LAST = 2014, 2023


def read(*names):
    return pd.read_csv(os.path.join(*names), keep_default_na=False, na_values=[""], float_precision="round_trip")


def run(project, out, replicates):
    subprocess.run([os.environ["CSINDEX"], "run", project, "-o", out, "-q", "--replicates", str(replicates)], check=True)


def log_mean(a, b):
    """(a - b)/(ln a - ln b)"""
    distance = np.log(a) - np.log(b)
    near = np.abs(distance) < 1e-3
    return np.where(near, np.sqrt(a * b) * (1 + distance ** 2 / 24), (a - b) / np.where(near, 1, distance))


def split(before, after, is_geometric):
    """[child, country] of two years, equal weights: what the values and what coming and going do to the mean, in its own
    points, and its points for each point of a child."""
    there, here = ~np.isnan(before), ~np.isnan(after)
    common = there & here
    f, g, k = (np.log, np.exp, log_mean) if is_geometric else (lambda x: x, lambda x: x, lambda a, b: np.ones_like(a))
    fx = [f(np.where(there, before, 1)), f(np.where(here, after, 1))]
    all_before, all_after = (g((fx[i] * who).sum(0) / who.sum(0)) for i, who in enumerate((there, here)))
    common_before, common_after = (g((fx[i] * common).sum(0) / common.sum(0)) for i in (0, 1))
    coverage = (np.where(here & ~there, k(all_after, common_after) / here.sum(0) * (fx[1] - f(common_after)), 0) -
                np.where(there & ~here, k(all_before, common_before) / there.sum(0) * (fx[0] - f(common_before)), 0))
    x, y = np.where(common, before, 1), np.where(common, after, 1)
    slope = np.where(common, k(common_after, common_before) / common.sum(0) / k(y, x), 0)
    return slope * np.where(common, y - x, 0), coverage, slope


class Tables:
    """The published values as arrays [node, country, year]."""
    def __init__(self, out):
        self.book = read(out, "codebook.csv").set_index("iCode")
        self.indicators = list(self.book.index[self.book.Type == "Indicator"])
        self.parts = list(self.book.index[self.book.Parent == "csi"])
        self.parent = np.array([self.parts.index(self.book.Parent[i]) for i in self.indicators])
        scores = read(out, "scores.csv.gz")
        self.countries = sorted(set(scores.iso3))
        years = range(FIRST, LAST + 1)
        every = pd.MultiIndex.from_product([self.countries, years])
        self.contributions = read(out, "contributions.csv.gz")
        values = self.contributions.set_index(["code", "iso3", "year"]).normalised
        cube = lambda table, code: table.loc[code].reindex(every).to_numpy().reshape(len(self.countries), len(years))
        self.x = np.stack([cube(values, code) for code in self.indicators])
        self.score = np.stack([cube(values, code) for code in self.parts])
        self.index = cube(scores.set_index(["code", "iso3", "year"]).score, "csi")
        quality = read(out, "quality.csv.gz").set_index(["code", "iso3", "year"]).state
        self.state = np.stack([cube(quality, code) for code in self.indicators])

    def breaks(self, a, b):
        years = [[int(y) for y in str(self.book.breaks[i]).split() if y.isdigit()] for i in self.indicators]
        return np.array([any(a < year <= b for year in of) for of in years])

    def effects(self, a, b, rule_is_geometric=True):
        """Of values and of coverage by indicator, and of coverage by part, between two years."""
        at = slice(None), slice(None), a - FIRST
        to = slice(None), slice(None), b - FIRST
        _, by_part, slope = split(self.score[at], self.score[to], rule_is_geometric)
        by_value, by_coverage = np.zeros(self.x[at].shape), np.zeros(self.x[at].shape)
        for p in range(len(self.parts)):
            own = self.parent == p
            value, coverage, _ = split(self.x[at][own], self.x[to][own], False)
            by_value[own], by_coverage[own] = slope[p] * value, slope[p] * coverage
        return by_value, np.nan_to_num(by_coverage), np.nan_to_num(by_part)


def expect_changes(t, a, b):
    value, coverage, by_part = t.effects(a, b)
    broken, expected = t.breaks(a, b), {}
    scored = ~np.isnan(t.index[:, a - FIRST]) & ~np.isnan(t.index[:, b - FIRST])
    for c in np.flatnonzero(scored):
        in_both = ~np.isnan(t.score[:, c, a - FIRST]) & ~np.isnan(t.score[:, c, b - FIRST])
        for p, code in enumerate(t.parts):
            expected[t.countries[c], a, b, code, "coverage"] = by_part[p, c]
        for i in np.flatnonzero(in_both[t.parent]):
            is_there = ~np.isnan(t.x[i, c, [a - FIRST, b - FIRST]])
            states = set(t.state[i, c, [a - FIRST, b - FIRST]])
            cause = "break" if broken[i] else "value" if states == {"observed"} else "imputed"
            key = t.countries[c], a, b, t.indicators[i]
            if is_there.all():
                expected[*key, cause] = value[i, c]
            elif is_there.any():
                expected[*key, "coverage"] = coverage[i, c]
    return expected


def check_changes(t, out):
    table = read(out, "changes.csv.gz")
    found = dict(zip(zip(table.iso3, table.year_from, table.year_to, table.code, table.cause), table.effect))
    expected = {}
    for a, b in [(y, y + 1) for y in range(FIRST, LAST)] + [(FIRST, LAST)]:
        expected.update(expect_changes(t, a, b))
    assert len(found) == len(table) and set(found) <= set(expected), sorted(set(found) - set(expected))[:5]
    worst = max(abs(effect - found.get(key, 0)) for key, effect in expected.items())
    assert worst < 1e-7, f"effects differ by {worst}"
    print(f"{len(found)} effects as recomputed, largest difference {worst:.1e}")


def check_contributions(t):
    n_parts = (~np.isnan(t.score)).sum(0)
    share = log_mean(t.index, np.ones_like(t.index)) * np.log(t.score) + 1  # above the scale's lower end, 1, and that end
    worst = 0.0
    for code, group in t.contributions.groupby("code"):
        if code in t.parts:
            made = (share / n_parts)[t.parts.index(code)]
        else:
            i = t.indicators.index(code)
            own = t.x[t.parent == t.parent[i]]
            made = t.x[i] / (~np.isnan(own)).sum(0) + 0 * t.score[t.parent[i]]
        expected = pd.DataFrame(made, t.countries, range(FIRST, LAST + 1)).stack()
        published = group.set_index(["iso3", "year"]).contribution.dropna()
        assert len(published) == len(expected), code
        worst = max(worst, (published - expected).abs().max())
    assert worst < 1e-9, f"contributions differ by {worst}"
    print(f"{len(t.contributions)} contributions as recomputed, largest difference {worst:.1e}")


def check_intervals(t, work):
    """With nothing drawn but the rule, like for like is one of two numbers, each drawn often enough to be a quantile."""
    project, out = os.path.join(work, "rule"), os.path.join(work, "rule-out")
    shutil.copytree(PROJECT, project)
    with open(os.path.join(project, "index.yaml"), "a", encoding="utf-8") as file:
        file.write("ensemble: {freeze: [imputation, normalisation, weights, goalposts, errors]}\n")
    run(project, out, 64)
    arithmetic = np.where((~np.isnan(t.score)).sum(0) >= 6, np.nanmean(t.score, axis=0), np.nan)
    either = []
    for index, is_geometric in ((t.index, True), (arithmetic, False)):
        value, coverage, by_part = t.effects(FIRST, LAST, is_geometric)
        apart = coverage.sum(0) + by_part.sum(0) + value[t.breaks(FIRST, LAST)].sum(0)
        either.append(index[:, -1] - index[:, 0] - apart)
    trends = read(out, "trends.csv")
    found = trends[trends.code == "csi"].set_index("iso3").reindex(t.countries)
    worst = [np.nanmax(np.abs(found.like_for_like - either[0]))]
    assert (found.change_q05.isna() == np.isnan(either[0])).all()
    worst += [np.nanmax(np.abs(found.change_q05 - np.fmin(*either))), np.nanmax(np.abs(found.change_q95 - np.fmax(*either)))]
    assert max(worst) < 1e-5, f"like for like and its quantiles differ by {worst}"
    assert np.nanmax(np.abs(either[0] - either[1])) > 5, "the rule makes no difference"
    print(f"{len(found)} intervals of changes as recomputed, largest differences {worst}")


def check_offsetting(work):
    """Within x three indicators swap their values, so that no score changes but by rounding: each effect is still what its
    indicator does, a third of x's half of the index."""
    project, out = os.path.join(work, "swap"), os.path.join(work, "swap-out")
    os.mkdir(project)
    with open(os.path.join(project, "framework.csv"), "w", encoding="utf-8") as file:
        file.write("iCode,Level,Parent,Direction,Weight,Type,goal_low,goal_high\n" +
                   "".join(f"{i},1,{p},1,1,Indicator,0,100\n" for i, p in ("ax", "bx", "cx", "dy")) +
                   "x,2,top,1,1,Aggregate,,\ny,2,top,1,1,Aggregate,,\ntop,3,,1,1,Aggregate,,\n")
    values = np.random.default_rng(3).uniform(5, 95, (200, 3)).round(1)
    with open(os.path.join(project, "data.csv"), "w", encoding="utf-8") as file:
        file.write("unit,year,indicator,value\n")
        for unit, row in enumerate(values):
            for year in (2020, 2021):
                file.writelines(f"c{unit},{year},{i},{v}\n" for i, v in zip("abc", np.roll(row, year - 2020)))
                file.write(f"c{unit},{year},d,{40 + unit / 10}\n")
    with open(os.path.join(project, "index.yaml"), "w", encoding="utf-8") as file:
        file.write("index: {id: swap}\nyears: {first: 2020, last: 2021}\nunits: codes\nframework: framework.csv\n"
                   "data: [{file: data.csv, columns: {country: unit}}]\nsteps:\n"
                   "  - normalise: {method: minmax, goalposts: framework, range: [1, 100]}\n"
                   "  - aggregate: [{level: 2, method: arithmetic}, {level: 3, method: geometric}]\n")
    run(project, out, 0)
    scores = read(out, "scores.csv.gz").query("year == 2020").pivot(index="iso3", columns="code", values="score")
    table = read(out, "changes.csv.gz").query("before != after")
    assert len(table) >= 590, f"{len(table)} effects of 600: some are left out"
    of = scores.loc[table.iso3]
    expected = (of.top / of.x / 6).to_numpy() * (table.after - table.before)
    worst = (table.effect - expected).abs().max()
    assert worst < 1e-7, f"effects that offset one another differ by {worst}"
    print(f"{len(table)} effects that offset one another as recomputed, largest difference {worst:.1e}")


np.seterr(all="ignore")
with tempfile.TemporaryDirectory() as scratch:
    run(PROJECT, os.path.join(scratch, "out"), 0)
    tables = Tables(os.path.join(scratch, "out"))
    check_changes(tables, os.path.join(scratch, "out"))
    check_contributions(tables)
    check_intervals(tables, scratch)
    check_offsetting(scratch)
sys.exit(0)
