"""trends.csv recomputed from scores.csv.gz by the definitions: Theil-Sen, Mann-Kendall against the counted null,
Benjamini-Hochberg, like for like from changes.csv.gz, verdicts as `movers` gives them. And breaks: where a source changed
its method, nothing is called a change of values."""
import csv
import itertools
import math
import os
import statistics
import sys
from collections import Counter, defaultdict

from tables import PROJECT, number, path, read, rows, run


def sign_sum(x):
    return sum((b > a) - (b < a) for a, b in itertools.combinations(x, 2))


def null(x, cache={}):
    """The distribution of S over all orders of x: by enumeration with ties, by counting inversions without."""
    key = tuple(sorted(Counter(x).values())), len(x)
    if key not in cache:
        n = len(x)
        if key[0] == (1,) * n:
            count = [1]
            for k in range(2, n + 1):
                count = [sum(count[max(0, i - k + 1):i + 1]) for i in range(len(count) + k - 1)]
            top = n * (n - 1) // 2
            cache[key] = {top - 2 * i: c / math.factorial(n) for i, c in enumerate(count)}
        elif n <= 7:
            found = Counter(sign_sum(order) for order in itertools.permutations(x))
            cache[key] = {s: c / math.factorial(n) for s, c in found.items()}
        else:
            cache[key] = None
    return cache[key]


def adjust(p):
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    adjusted, least = [0.0] * len(p), 1.0
    for position, i in enumerate(order):
        least = min(least, p[i] * len(p) / (len(p) - position))
        adjusted[i] = least
    return adjusted


run("run", PROJECT, "-o", path("out"), "-q", "--replicates", "64")
score = {(r["iso3"], r["code"], int(r["year"])): number(r["score"]) for r in read("out", "scores.csv.gz")}
breaks = defaultdict(set)
book = {r["iCode"]: r for r in read("out", "codebook.csv")}
for code, r in book.items():
    at = code
    while at and r["breaks"]:
        breaks[at] |= {int(year) for year in r["breaks"].split()}
        at = book[at]["Parent"]
assert breaks["csi"] == breaks["p7"] == {2016, 2017, 2018} and "p1" not in breaks
trends = read("out", "trends.csv")
tests, n_p, n_many = defaultdict(list), 0, 0
for r in trends:
    first = max([2014] + [b for b in breaks[r["code"]] if b <= int(r["trend_to"])])
    assert int(r["trend_from"]) == first, r
    points = [(year, score[r["iso3"], r["code"], year]) for year in range(first, int(r["trend_to"]) + 1)]
    points = [(year, x) for year, x in points if not math.isnan(x)]
    assert int(r["n_years"]) == len(points), r
    if len(points) < 2:
        assert r["slope"] == r["p"] == r["trend"] == "", r
        continue
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(points, 2)]
    assert abs(statistics.median(slopes) - float(r["slope"])) < 1e-9, r
    x = [value for _, value in points]
    assert int(r["s"]) == sign_sum(x), r
    distribution = null(x)
    if distribution is None:
        n_many += 1
    else:
        p = sum(c for s, c in distribution.items() if abs(s) >= abs(int(r["s"])))
        smallest = sum(c for s, c in distribution.items() if abs(s) == max(map(abs, distribution)))
        assert abs(p - float(r["p"])) < 1e-9 and abs(smallest - float(r["smallest_p"])) < 1e-9, (r, p, smallest)
        n_p += 1
    tests[r["code"]].append(r)
    real = float(r["p_adjusted"]) <= 0.05
    assert r["trend"] == ("too few years" if float(r["smallest_p"]) > 0.05 else "no evidence" if not real
                          else "rising" if int(r["s"]) > 0 else "falling"), r
    assert r["slope_low"] == "" or float(r["slope_low"]) <= float(r["slope"]) <= float(r["slope_high"]), r
for code, found in tests.items():
    for r, p in zip(found, adjust([float(r["p"]) for r in found])):
        assert abs(p - float(r["p_adjusted"])) < 1e-12, (r, p)
print(f"{len(trends)} trends, {n_p} exact p as counted, {n_many} with ties among many years")
assert n_p > 1000

apart = defaultdict(float)
for r in read("out", "changes.csv.gz"):
    if (r["year_from"], r["year_to"]) == ("2014", "2023") and r["cause"] in ("coverage", "break"):
        apart[r["iso3"]] += float(r["effect"])
movers = {r["iso3"]: r for r in rows(run("movers", "2014", "2023", "--replicates", "64", "--project", PROJECT, "--format",
                                             "csv").stdout)}
for r in (r for r in trends if r["code"] == "csi"):
    before, after = score[r["iso3"], "csi", 2014], score[r["iso3"], "csi", 2023]
    mover = movers[r["iso3"]]
    assert r["verdict"] == mover["verdict"] and r["change_p_adjusted"] == mover["p_adjusted"], (r, mover)
    if not math.isnan(after - before):
        like = after - before - apart[r["iso3"]]
        assert abs(like - float(r["like_for_like"])) < 1e-9 and abs(after - before - float(r["change"])) < 1e-9, r
        assert abs(like / (100 - before) - float(r["gap_closed"])) < 1e-9, r
assert all(r["verdict"] == "" for r in trends if r["code"] != "csi")
none = rows(run("movers", "--replicates", "0", "--project", PROJECT, "--format", "csv").stdout)
assert all(r["verdict"] == r["p_adjusted"] == "" for r in none)
run("movers", "--replicates", "-1", "--project", PROJECT, code=64)

# breaks: x doubles when its source changes its method in 2018, y moves by its own
os.mkdir(path("broken"))
with open(path("broken", "framework.csv"), "w") as file:
    file.write("iCode,Level,Parent,Direction,Weight,Type,goal_low,goal_high,breaks\n"
               "x,1,top,1,1,Indicator,0,100,2018\ny,1,top,1,1,Indicator,0,100,\ntop,2,,1,1,Aggregate,,,\n")
with open(path("broken", "data.csv"), "w") as file:
    file.write("unit,year,indicator,value,standard_error\n")
    for i, unit in enumerate("abcd"):
        for year in range(2015, 2022):
            file.write(f"{unit},{year},x,{(10 + i) * (2 if year >= 2018 else 1) + 0.1 * year - 200},0.1\n")
            file.write(f"{unit},{year},y,{20 + i * (year - 2015)},0.1\n")
with open(path("broken", "index.yaml"), "w") as file:
    file.write("index: {id: broken}\nyears: {first: 2015, last: 2021}\nunits: codes\nframework: framework.csv\n"
               "data: [{file: data.csv, columns: {country: unit}}]\nsteps:\n"
               "  - normalise: {method: minmax, goalposts: framework, range: [0, 100], clip: false}\n"
               "  - aggregate: [{level: 2, method: arithmetic}]\n")
run("run", path("broken"), "-o", path("broken-out"), "-q", "--replicates", "64")
seen = Counter()
for r in read("broken-out", "changes.csv.gz"):
    is_across = int(r["year_from"]) < 2018 <= int(r["year_to"])
    assert (r["cause"] == "break") == (r["code"] == "x" and is_across), r
    seen[r["cause"], r["code"]] += 1
assert seen["break", "x"] == 8 and seen["value", "y"] > 0 and seen["value", "x"] > 0, seen
for r in read("broken-out", "trends.csv"):
    i = "abcd".index(r["iso3"])
    assert r["trend_from"] == "2018" and r["n_years"] == "4", r
    assert abs(float(r["slope"]) - (0.1 + i) / 2) < 1e-9, r
    assert abs(float(r["like_for_like"]) - 6 * i / 2) < 1e-9 and float(r["change"]) > float(r["like_for_like"]) + 4, r
    assert (r["verdict"] == "improved") == (i > 0) or r["verdict"] == "no evidence of change", r
explained = rows(run("explain", "b", "2016", "2020", "--project", path("broken"), "--format", "csv").stdout)
assert {(r["code"], r["cause"]) for r in explained} == {("x", "break"), ("y", "value")}
sys.exit(0)
