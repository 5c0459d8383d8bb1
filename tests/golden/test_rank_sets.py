"""rank_sets.csv.gz recomputed from scores.csv.gz and uncertainty.csv.gz by the definition of Klein, Wright and Wieczorek
(2020), with the normal quantile of Python's own library; and the view of it."""
import csv
import math
import sys
from collections import defaultdict
from statistics import NormalDist

from tables import PROJECT, path, read, rows, run


def sets(estimates, errors):
    """rank_c in [1 + #{l_k > u_c}, n - #{u_k < l_c}] with joint intervals of 90 %."""
    n = len(estimates)
    z = NormalDist().inv_cdf(0.5 + 0.9 ** (1 / n) / 2)
    low = {c: estimates[c] - z * errors[c] for c in estimates}
    high = {c: estimates[c] + z * errors[c] for c in estimates}
    found = {c: (1 + sum(low[k] > high[c] for k in estimates), n - sum(high[k] < low[c] for k in estimates))
             for c in estimates}
    group, leader, groups = 0, None, {}
    for c in sorted(estimates, key=lambda c: -estimates[c]):
        if leader is None or high[c] < low[leader]:
            group, leader = group + 1, c
        groups[c] = group
    return found, groups


out = path("out")
run("run", PROJECT, "-o", out, "-q", "--replicates", "100")
rank = {(r["code"], r["year"], r["iso3"]): r for r in read("out", "scores.csv.gz") if r["score"]}
doubt = {(r["code"], r["year"], r["iso3"]): r for r in read("out", "uncertainty.csv.gz")}
columns = defaultdict(dict)
for r in read("out", "rank_sets.csv.gz"):
    columns[r["code"], r["year"]][r["iso3"]] = r
assert sum(len(column) for column in columns.values()) == len(rank)
width = 2 * NormalDist().inv_cdf(0.95)
n_apart = 0
for (code, year), column in columns.items():
    keys = {c: (code, year, c) for c in column}
    assert all(rank[keys[c]]["score"] == r["score"] and rank[keys[c]]["rank"] == r["rank"] for c, r in column.items())
    estimates = {c: float(r["score"]) for c, r in column.items()}
    errors = {c: float(doubt[keys[c]]["score_sd"]) for c in column}
    found, groups = sets(estimates, errors)
    for c, r in column.items():
        assert abs(float(r["score_sd"]) - errors[c]) < 1e-12
        assert (int(r["set_low"]), int(r["set_high"])) == found[c], (code, year, c, r, found[c])
        assert int(r["set_low"]) <= int(r["rank"]) <= int(r["set_high"]), r
        assert int(r["group"]) == groups[c] or list(estimates.values()).count(estimates[c]) > 1, (code, year, c, r, groups[c])
    errors = {c: (float(doubt[keys[c]]["score_data_q95"]) - float(doubt[keys[c]]["score_data_q05"])) / width
              if doubt[keys[c]]["score_data_q05"] else math.inf for c in column}
    found, _ = sets(estimates, errors)
    for c, r in column.items():
        assert r["score_data_se"] == "" or abs(float(r["score_data_se"]) - errors[c]) < 1e-9, (r, errors[c])
        assert (int(r["data_set_low"]), int(r["data_set_high"])) == found[c], (code, year, c, r, found[c])
        n_apart += int(r["data_set_high"]) - int(r["data_set_low"]) < len(column) - 1
assert n_apart > 1000, "the sets say nothing"
print(f"{len(rank)} sets of {len(columns)} columns as recomputed")

shown = rows(run("rank", "--sets", "--year", "2020", "--node", "p7", "--results", out, "--format", "csv").stdout)
assert len(shown) == len(columns["p7", "2020"])
for r in shown:
    published = columns["p7", "2020"][r["iso3"]]
    assert all(r[name] == published[name] for name in ("rank", "score", "set_low", "set_high", "group", "data_set_low",
                                                       "data_set_high", "data_group")), (r, published)
assert "1-" in run("rank", "--sets", "--top", "3", "--results", out).stdout
assert "ensemble" in run("rank", "--sets", "--project", PROJECT, code=66).stderr
run("rank", "--sets", "--variant", "matched", "--results", out, code=64)
sys.exit(0)
