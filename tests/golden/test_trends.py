"""trends.csv recomputed by the definitions from the scores, the normalised values and changes.csv.gz: chained scores,
Theil-Sen and its interval, Mann-Kendall against the counted null, Benjamini-Hochberg, like for like, verdicts as `movers`
gives them. And breaks: where a source changed its method, nothing is called a change of values."""
import csv
import itertools
import math
import os
import statistics
import sys
from collections import Counter, defaultdict
from statistics import NormalDist

from tables import PROJECT, number, path, read, rows, run


def sign_sum(x):
    return sum((b > a) - (b < a) for a, b in itertools.combinations(x, 2))


def times(a, b):
    product = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    return product


def null(x, cache={}):
    """The distribution of S over all orders of x: those of distinct values spread evenly over those of x, once by inversions
    between values and once by inversions among those that are tied, so inversions of the orders of x come of a division."""
    key = tuple(sorted(Counter(x).values()))
    if key not in cache:
        count, tied = [1], [1]
        for k in range(2, len(x) + 1):
            count = times(count, [1] * k)
        for size in key:
            for k in range(2, size + 1):
                tied = times(tied, [1] * k)
        quotient = []
        for i in range(len(count) - len(tied) + 1):
            quotient.append(count[i] - sum(tied[j] * quotient[i - j] for j in range(1, min(i, len(tied) - 1) + 1)))
        assert times(quotient, tied) == count
        top = len(quotient) - 1
        cache[key] = {top - 2 * i: c / sum(quotient) for i, c in enumerate(quotient)}
    return cache[key]


def interval(slopes, x):
    """The slopes of ranks (N - C)/2 and (N + C)/2 + 1, outward, with C = z sqrt(Var S); None where they do not exist."""
    n = len(x)
    tied = sum(m * (m - 1) * (2 * m + 5) for m in Counter(x).values())
    c = NormalDist().inv_cdf(0.95) * math.sqrt((n * (n - 1) * (2 * n + 5) - tied) / 18)
    low, high = math.floor((len(slopes) - c) / 2), math.ceil((len(slopes) + c) / 2)
    return (sorted(slopes)[low - 1], sorted(slopes)[high]) if low >= 1 and high < len(slopes) else None


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
value = {(r["code"], r["iso3"], int(r["year"])): float(r["normalised"]) for r in read("out", "contributions.csv.gz")}
below = defaultdict(list)
for code, r in book.items():
    below[r["Parent"]].append(code)
moved = defaultdict(float)
for r in read("out", "changes.csv.gz"):
    moved[r["iso3"], int(r["year_from"]), int(r["year_to"])] += float(r["effect"]) * (r["cause"] in ("value", "imputed"))


def step(code, iso3, a, b):
    """What moved the score between two years like for like: of a part, the mean over the indicators of both."""
    if code == "csi":
        assert b == a + 1, "changes.csv.gz has neighbours alone"
        return moved[iso3, a, b]
    both = [i for i in below[code] if (i, iso3, a) in value and (i, iso3, b) in value]
    return sum(value[i, iso3, b] - value[i, iso3, a] for i in both) / max(1, len(both))


def chained(code, iso3, first, last):
    points = []
    for year in range(first, last + 1):
        if not math.isnan(score[iso3, code, year]):
            x = points[-1][1] + step(code, iso3, points[-1][0], year) if points else score[iso3, code, year]
            points.append((year, next((seen for _, seen in points if abs(seen - x) < 1e-9), x)))
    return points


trends = read("out", "trends.csv")
tests, n_entered = defaultdict(list), 0
for r in trends:
    first = max([2014] + [b for b in breaks[r["code"]] if b <= int(r["trend_to"])])
    assert int(r["trend_from"]) == first, r
    points = chained(r["code"], r["iso3"], first, int(r["trend_to"]))
    n_entered += any(abs(x - score[r["iso3"], r["code"], year]) > 1 for year, x in points)
    assert int(r["n_years"]) == len(points), r
    if len(points) < 2:
        assert r["slope"] == r["p"] == r["trend"] == "", r
        continue
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(points, 2)]
    assert abs(statistics.median(slopes) - float(r["slope"])) < 1e-9, r
    x = [value for _, value in points]
    assert int(r["s"]) == sign_sum(x), r
    distribution = null(x)
    p = sum(c for s, c in distribution.items() if abs(s) >= abs(int(r["s"])))
    smallest = sum(c for s, c in distribution.items() if abs(s) == max(map(abs, distribution)))
    assert abs(p - float(r["p"])) < 1e-9 and abs(smallest - float(r["smallest_p"])) < 1e-9, (r, p, smallest)
    ends = interval(slopes, x)
    assert (r["slope_low"] == "") == (ends is None), (r, ends)
    assert ends is None or max(abs(float(r["slope_low"]) - ends[0]), abs(float(r["slope_high"]) - ends[1])) < 1e-9, (r, ends)
    tests[r["code"]].append(r)
    real = float(r["p_adjusted"]) <= 0.05
    assert r["trend"] == ("too few years" if len(points) < 5 else "no evidence" if not real
                          else "rising" if int(r["s"]) > 0 else "falling"), r
for code, found in tests.items():
    for r, p in zip(found, adjust([float(r["p"]) for r in found])):
        assert abs(p - float(r["p_adjusted"])) < 1e-12, (r, p)
entering = Counter(r["trend"] for r in trends if r["code"] == "p5")
assert n_entered > 300 and entering["falling"] < 10, "members that were never asked for before are no fall"
print(f"{len(trends)} trends as recomputed, {n_entered} of them chained over something that entered or left")

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
