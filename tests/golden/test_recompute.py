"""The default index recomputed from the shipped data by pandas alone, from the text of docs and framework.csv, and compared
with what `csindex run` publishes: every score of every node, year and country, coverage, ranks, states, contributions."""
import os
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
FIRST, LAST, READ_FROM = 2014, 2023, 2011
project = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")


def read(path, **options):
    return pd.read_csv(path, keep_default_na=False, na_values=[""], **options)


def impute(series, max_carry):
    """Linear between two observed years, then carried max_carry years at most. Returns values and states."""
    state = pd.Series("missing", index=series.index)
    state[series.notna()] = "observed"
    seen = series.index[series.notna()]
    if len(seen) == 0:
        return series, state
    filled = series.interpolate(limit_area="inside")
    state[filled.notna() & series.isna()] = "interpolated"
    for year in range(seen[-1] + 1, min(seen[-1] + int(max_carry), LAST) + 1):
        filled[year] = series[seen[-1]]
        state[year] = "carried"
    return filled, state


def normalise(values, row):
    f = np.log1p if row.transform == "log1p" else (lambda v: v)
    low, high = f(float(row.goal_low)), f(float(row.goal_high))
    z = ((f(values) - low) / (high - low)).clip(0, 1)
    return 1 + 99 * (1 - z if int(row.Direction) < 0 else z)


def recompute():
    framework = pd.read_csv(os.path.join(project, "framework.csv"))
    raw = read(os.path.join(project, "indicators.csv.gz"))
    raw = raw[(raw.year >= READ_FROM) & (raw.year <= LAST)]
    years = range(READ_FROM, LAST + 1)
    indicators = framework[framework.Type == "Indicator"].set_index("iCode")
    raw = raw[raw.indicator.isin(indicators.index)]
    normalised, states = {}, {}
    for code, row in indicators.iterrows():
        table = raw[raw.indicator == code].pivot(index="iso3", columns="year", values="value").reindex(columns=years)
        if not np.isnan(row.valid_from):
            table.loc[:, [y for y in years if y < row.valid_from]] = np.nan
        for iso3, series in table.iterrows():
            values, state = impute(series, row.max_carry)
            kept = [y for y in years if y >= FIRST]
            normalised[code, iso3] = normalise(values[kept], row)
            states[code, iso3] = state
    scores = pd.DataFrame(normalised).T.rename_axis(["code", "iso3"])
    countries = sorted(set(scores.index.get_level_values("iso3")))
    result = {code: scores.xs(code).reindex(countries) for code in indicators.index}
    coverage, imputed = {}, {}
    parents = framework.set_index("iCode").Parent
    for code in framework[framework.Level == 2].iCode:
        children = [c for c in indicators.index if parents[c] == code]
        cube = np.stack([result[c].to_numpy() for c in children])
        present = (~np.isnan(cube)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = np.where(present > 0, np.nansum(cube, axis=0) / present, np.nan)
        mean[present / len(children) < 0.5] = np.nan
        result[code] = pd.DataFrame(mean, index=countries, columns=range(FIRST, LAST + 1))
        coverage[code] = present / len(children)
    principles = list(framework[framework.Level == 2].iCode)
    cube = np.stack([result[p].to_numpy() for p in principles])
    present = (~np.isnan(cube)).sum(axis=0)
    index = np.exp(np.nansum(np.log(cube), axis=0) / np.maximum(present, 1))
    index[present < 6] = np.nan
    result["csi"] = pd.DataFrame(index, index=countries, columns=range(FIRST, LAST + 1))
    coverage["csi"] = np.mean([coverage[p] for p in principles], axis=0)
    return framework, countries, result, coverage, states


def compare_scores(out, countries, result, coverage):
    published = read(os.path.join(out, "scores.csv.gz"))
    assert sorted(set(published.iso3)) == countries, "the countries differ"
    worst = worst_coverage = 0.0
    n = 0
    for code in set(published.code):
        mine = result[code]
        table = published[published.code == code].pivot(index="iso3", columns="year", values="score")
        theirs = table.reindex(index=countries, columns=mine.columns).to_numpy(dtype=float)
        assert (np.isnan(theirs) == np.isnan(mine.to_numpy())).all(), f"{code}: scored in one, missing in the other"
        worst = max(worst, np.nanmax(np.abs(theirs - mine.to_numpy())))
        table = published[published.code == code].pivot(index="iso3", columns="year", values="coverage")
        worst_coverage = max(worst_coverage, np.abs(table.to_numpy(dtype=float) - coverage[code]).max())
        ranks = mine.rank(ascending=False, method="min")
        table = published[published.code == code].pivot(index="iso3", columns="year", values="rank")
        ties = [len(np.unique(mine[y].dropna().round(9))) < mine[y].notna().sum() for y in mine]
        for year, tied in zip(mine.columns, ties):
            if not tied:
                assert (table[year].fillna(0) == ranks[year].fillna(0)).all(), f"{code} {year}: ranks differ"
        n += int(np.isfinite(theirs).sum())
    assert worst <= TOLERANCE, f"scores differ by {worst}"
    assert worst_coverage <= TOLERANCE, f"coverage differs by {worst_coverage}"
    print(f"{n} scores agree, largest difference {worst:.1e}; coverage {worst_coverage:.1e}")
    return published


def compare_contributions(out, framework, result):
    table = read(os.path.join(out, "contributions.csv.gz"))
    worst = 0.0
    for code, group in table.groupby("code"):
        mine = result[code].stack()
        theirs = group.set_index(["iso3", "year"]).normalised
        assert len(theirs) == len(mine), f"{code}: {len(theirs)} values published, {len(mine)} expected"
        worst = max(worst, (theirs - mine).abs().max())
    assert worst <= TOLERANCE, f"normalised values differ by {worst}"
    with_score = table[table.contribution.notna()]
    sums = with_score.groupby(["parent", "iso3", "year"]).agg(total=("contribution", "sum"), weight=("weight", "sum"))
    scores = pd.concat({p: result[p].stack() for p in set(table.parent)}, names=["parent", "iso3", "year"])
    assert len(sums) == len(scores), f"{len(sums)} scores explained, {len(scores)} expected"
    assert (sums.total - scores).abs().max() <= TOLERANCE, "contributions do not add up"
    assert (sums.weight - 1).abs().max() <= 1e-12, "weights do not add up to 1"
    print(f"{len(sums)} scores rebuilt from {len(with_score)} contributions")


def compare_quality(out, states, countries, framework):
    table = read(os.path.join(out, "quality.csv.gz"))
    indicators = framework[framework.Type == "Indicator"].iCode
    assert len(table) == len(indicators) * len(countries) * (LAST - READ_FROM + 1), "a cell is absent from quality.csv.gz"
    lines = subprocess.run(["gzip", "-dc", os.path.join(project, "indicators.csv.gz")], capture_output=True, check=True)
    lines = lines.stdout.decode().splitlines()
    for row in table[table.line.notna()].sample(2000, random_state=1).itertuples():
        iso3, year, indicator, value = lines[int(row.line) - 1].split(",")[:4]
        assert (iso3, int(year), indicator, float(value)) == (row.iso3, row.year, row.code, row.raw), f"line {row.line}"
    published = table.set_index(["code", "iso3"])
    n = 0
    for (code, iso3), state in states.items():
        rows = published.loc[(code, iso3)]
        assert (rows.set_index("year").state == state).all(), f"states of {code}, {iso3} differ"
        n += len(rows)
    print(f"{n} states agree")


with tempfile.TemporaryDirectory() as out:
    subprocess.run([os.environ["CSINDEX"], "run", project, "-o", out, "-q"], check=True)
    framework, countries, result, coverage, states = recompute()
    compare_scores(out, countries, result, coverage)
    compare_contributions(out, framework, result)
    compare_quality(out, states, countries, framework)
    scores = result["csi"]
    for iso3, expected in {"CHE": 87.654958, "USA": 85.857124, "NLD": 84.958529, "PRK": 7.614395}.items():
        assert abs(scores.loc[iso3, 2022] - expected) < 1e-6, f"the recomputation itself misses {iso3} 2022"
    assert scores[2022].notna().sum() == 196 and abs(scores[2022].mean() - 44.145890) < 1e-6
    assert scores[2014].notna().sum() == 188 and abs(scores[2014].mean() - 37.506087) < 1e-6
sys.exit(0)
