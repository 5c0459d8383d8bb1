#!/usr/bin/python3
"""csindex groups and csindex profile over the default index, against pandas on the published files: ranks within each
subregion, tiers that are runs of the sorted scores with no better division by one cut, and strengths and weaknesses."""
import io
import os
import subprocess
import sys
import tempfile

try:
    import pandas as pd
except ImportError:
    print("skipped: pandas is absent")
    sys.exit(77)

COMMAND = os.environ["CSINDEX"]
PROJECT = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")
YEAR = 2021


def view(*arguments):
    out = subprocess.run([COMMAND, *arguments, "--project", PROJECT, "--year", str(YEAR), "--format", "csv"], check=True,
                         capture_output=True, text=True, encoding="utf-8").stdout
    return pd.read_csv(io.StringIO(out), keep_default_na=False, na_values=[""], float_precision="round_trip")


def within(scores, cuts):
    """Sum of squares within the runs of sorted scores that the cuts part."""
    edges = [0, *cuts, len(scores)]
    return sum(((part - part.mean()) ** 2).sum() for part in (scores[a:b] for a, b in zip(edges, edges[1:])))


def check_groups(scores):
    groups = view("groups", "--within", "subregion", "--tiers", "4").set_index("iso3")
    assert set(groups.index) == set(scores.index[scores.notna()]), "not the scored countries"
    assert (groups.score - scores[groups.index]).abs().max() == 0
    ranks = groups.groupby("group").score.rank(ascending=False, method="min")
    assert (groups.group_rank == ranks).all() and (groups.group_ranked == groups.groupby("group").score.transform("size")).all()
    assert (groups["rank"] == groups.score.rank(ascending=False, method="min")).all()
    ordered = groups.sort_values("score", ascending=False)
    assert ordered.tier.is_monotonic_increasing and set(ordered.tier) == {1, 2, 3, 4}
    values = ordered.score.to_numpy()
    cuts = [int((ordered.tier <= t).sum()) for t in (1, 2, 3)]
    best = within(values, cuts)
    for k in range(3):
        for move in (-3, -2, -1, 1, 2, 3):
            assert within(values, sorted(c + move * (i == k) for i, c in enumerate(cuts))) >= best - 1e-9
    return len(groups)


def check_profile(parts, country):
    profile = view("profile", country, "--length", "4")
    wide = parts[~parts.code.str.fullmatch(r"p\d")].pivot(index="iso3", columns="code", values="normalised")
    own = wide.loc[country].dropna()
    own = own[[wide[c].nunique() >= 5 and (wide[c] == own[c]).sum() * 2 <= wide[c].count() for c in own.index]]
    ranks = pd.Series({c: int((wide[c] > own[c]).sum()) + 1 for c in own.index})
    for kind, best_first in (("strength", True), ("weakness", False)):
        side = profile[profile.kind == kind]
        assert list(side["rank"]) == sorted(ranks, reverse=not best_first)[:4], (country, kind)
        for row in side.itertuples():
            assert row.rank == ranks[row.code] and row.n_ranked == wide[row.code].count()
            assert abs(row.normalised - own[row.code]) < 1e-12


def main():
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([COMMAND, "run", "-q", PROJECT, "-o", out], check=True)
        scores = pd.read_csv(os.path.join(out, "scores.csv.gz"), keep_default_na=False, na_values=[""],
                             float_precision="round_trip")
        scores = scores[scores.year == YEAR]
        parts = pd.read_csv(os.path.join(out, "contributions.csv.gz"), keep_default_na=False, na_values=[""],
                            float_precision="round_trip")
    root = scores.groupby("code").size().index.difference(parts.code)[0]
    n = check_groups(scores[scores.code == root].set_index("iso3").score)
    tied = view("rank", "--node", "p8")
    assert tied["rank"].duplicated().any() and tied.sort_values(["rank", "iso3"]).iso3.tolist() == tied.iso3.tolist()
    for country in ("EST", "BRA", "NAM"):
        check_profile(parts[parts.year == YEAR], country)
    print(f"{n} countries in their groups; three profiles agree")


main()
