"""The default index, with and without logarithms, recomputed from the shipped data by pandas alone, from framework.csv and
the written specification, and compared with what `csindex run` publishes: every score of every node, year and country,
coverage, ranks, states, contributions."""
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


def impute(table, max_carry):
    """Rows of countries: linear between two observed years, then carried max_carry years at most. Values and states."""
    years = table.columns.to_numpy(dtype=float)
    values, state = table.to_numpy(copy=True), np.full(table.shape, "missing", dtype=object)
    for value, mark in zip(values, state):
        seen = np.flatnonzero(~np.isnan(value))
        if len(seen) == 0:
            continue
        observed = value[seen]
        inside, last = slice(seen[0], seen[-1] + 1), seen[-1]
        value[inside] = np.interp(years[inside], years[seen], observed)
        value[last + 1:last + 1 + int(max_carry)] = observed[-1]
        mark[inside], mark[last + 1:last + 1 + int(max_carry)] = "interpolated", "carried"
        mark[seen] = "observed"
    return pd.DataFrame(values, table.index, table.columns), pd.DataFrame(state, table.index, table.columns)


def normalise(values, row, is_transformed):
    f = np.log1p if is_transformed and row["transform"] == "log1p" else (lambda v: v)
    low, high = f(float(row.goal_low)), f(float(row.goal_high))
    z = ((f(values) - low) / (high - low)).clip(0, 1)
    return 1 + 99 * (1 - z if int(row.Direction) < 0 else z)


def frame(values, countries):
    table = pd.DataFrame(values, index=countries, columns=range(FIRST, LAST + 1))
    return table.rename_axis(index="iso3", columns="year")


def recompute(is_transformed):
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
        values, states[code] = impute(table, row.max_carry)
        normalised[code] = normalise(values[[y for y in years if y >= FIRST]], row, is_transformed)
        normalised[code] = normalised[code].rename_axis(index="iso3", columns="year")
    countries = sorted(set().union(*(table.index for table in normalised.values())))
    result = {code: table.reindex(countries).rename_axis(index="iso3") for code, table in normalised.items()}
    coverage = {}
    parents = framework.set_index("iCode").Parent
    for code in framework[framework.Level == 2].iCode:
        children = [c for c in indicators.index if parents[c] == code]
        cube = np.stack([result[c].to_numpy() for c in children])
        present = (~np.isnan(cube)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = np.where(present > 0, np.nansum(cube, axis=0) / present, np.nan)
        mean[present / len(children) < 0.5] = np.nan
        result[code] = frame(mean, countries)
        coverage[code] = present / len(children)
    principles = list(framework[framework.Level == 2].iCode)
    cube = np.stack([result[p].to_numpy() for p in principles])
    present = (~np.isnan(cube)).sum(axis=0)
    index = np.exp(np.nansum(np.log(cube), axis=0) / np.maximum(present, 1))
    index[present < 6] = np.nan
    result["csi"] = frame(index, countries)
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
        assert worst <= TOLERANCE, f"{code}: scores differ by {worst}"
        table = published[published.code == code].pivot(index="iso3", columns="year", values="coverage")
        worst_coverage = max(worst_coverage, np.abs(table.to_numpy(dtype=float) - coverage[code]).max())
        ranks = mine.rank(ascending=False, method="min")
        table = published[published.code == code].pivot(index="iso3", columns="year", values="rank")
        ties = [len(np.unique(mine[y].dropna().round(9))) < mine[y].notna().sum() for y in mine]
        for year, tied in zip(mine.columns, ties):
            if not tied:
                assert (table[year].fillna(0) == ranks[year].fillna(0)).all(), f"{code} {year}: ranks differ"
        n += int(np.isfinite(theirs).sum())
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
    n = 0
    for code, state in states.items():
        published = table[table.code == code].pivot(index="iso3", columns="year", values="state")
        expected = state.reindex(countries).fillna("missing")
        assert (published == expected).all(axis=None), f"states of {code} differ"
        n += published.size
    print(f"{n} states agree")


def compare(out, configuration, is_transformed, expected):
    subprocess.run([os.environ["CSINDEX"], "run", configuration, "-o", out, "-q"], check=True)
    framework, countries, result, coverage, states = recompute(is_transformed)
    compare_scores(out, countries, result, coverage)
    compare_contributions(out, framework, result)
    compare_quality(out, states, countries, framework)
    index = result["csi"]
    found = {iso3: index.loc[iso3, 2022] for iso3 in ("CHE", "USA", "NLD", "PRK")}
    found["mean 2022"], found["mean 2014"] = index[2022].mean(), index[2014].mean()
    assert index[2022].notna().sum() == 196 and index[2014].notna().sum() == 188
    assert index[2022].rank(ascending=False)["CHE"] == 1 and index[2022].rank(ascending=False)["PRK"] == 196
    for key, value in expected.items():
        assert abs(found[key] - value) < 1e-6, f"{key}: {found[key]:.6f}, not {value}"


with tempfile.TemporaryDirectory() as work:
    compare(os.path.join(work, "out"), os.path.join(project, "index.yaml"), False,
            {"CHE": 87.654958, "USA": 85.857124, "NLD": 84.958529, "PRK": 7.614395, "mean 2022": 44.145890,
             "mean 2014": 37.506087})
    compare(os.path.join(work, "out-log"), os.path.join(project, "index-log.yaml"), True,
            {"CHE": 90.800883, "USA": 88.206331, "NLD": 89.514144, "PRK": 9.001179, "mean 2022": 47.362905,
             "mean 2014": 40.417902})
sys.exit(0)
