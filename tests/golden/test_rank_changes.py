"""rank_changes.csv.gz and `explain --ranks`: effects add up to every change of rank, and are the Shapley values that the
definition gives when every coalition is scored here from the published parts."""
import csv
import itertools
import math
import os
import shutil
import sys
from collections import defaultdict

from tables import PROJECT, path, read, rows, run


def shapley(players, value):
    n, found = len(players), {}
    known = {s: value(frozenset(s)) for k in range(n + 1) for s in map(frozenset, itertools.combinations(players, k))}
    for q in players:
        found[q] = math.fsum(math.factorial(len(s)) * math.factorial(n - len(s) - 1) / math.factorial(n) *
                             (known[s | {q}] - known[s]) for s in known if q not in s)
    return found


def expect(score, mean, parts, node, iso3, a, b):
    """Places by part, from the definition; `mean` scores a list of values."""
    def value(s):
        own = [score.get((p, iso3, b if p in s else a), math.nan) for p in parts]
        own = mean([x for x in own if not math.isnan(x)])
        year = b if "others" in s else a
        return 1 + sum(x > own + 1e-9 for (code, c, y), x in score.items() if (code, y) == (node, year) and c != iso3)
    return shapley(parts + ["others"], value)


def geometric(x):
    return math.exp(math.fsum(map(math.log, x)) / len(x))


run("run", PROJECT, "-o", path("out"), "-q", "--replicates", "0")
table = {(r["code"], r["iso3"], int(r["year"])): r for r in read("out", "scores.csv.gz") if r["score"]}
score = {key: float(r["score"]) for key, r in table.items()}
rank = {key: int(r["rank"]) for key, r in table.items()}
principles = [f"p{i}" for i in range(1, 10)]
pairs = defaultdict(dict)
for r in read("out", "rank_changes.csv.gz"):
    pairs[r["iso3"], int(r["year_from"]), int(r["year_to"])][r["part"]] = r
years = range(2014, 2024)
wanted = {(c, a, b) for a, b in list(zip(years, years[1:])) + [(2014, 2023)] for c in {c for _, c, _ in rank}
          if ("csi", c, a) in rank and ("csi", c, b) in rank}
assert set(pairs) == wanted, set(pairs) ^ wanted
for (c, a, b), parts in pairs.items():
    assert set(parts) == {*principles, "others"}
    change = rank["csi", c, b] - rank["csi", c, a]
    assert all((int(r["rank_from"]), int(r["rank_to"])) == (rank["csi", c, a], rank["csi", c, b]) for r in parts.values())
    assert abs(math.fsum(float(r["effect"]) for r in parts.values()) - change) < 1e-9, (c, a, b)
    assert all(r["standard_error"] == "0" for r in parts.values())
print(f"{len(pairs)} changes of rank add up")
for (c, a, b) in sorted(pairs)[::230] + [("EST", 2014, 2023), ("ARG", 2014, 2023)]:
    expected = expect({k: x for k, x in score.items() if k[1] == c or k[0] == "csi"}, geometric, principles, "csi", c, a, b)
    for part, effect in expected.items():
        assert abs(float(pairs[c, a, b][part]["effect"]) - effect) < 1e-9, (c, a, b, part, effect)
shown = rows(run("explain", "EST", "2014", "2023", "--ranks", "--project", PROJECT, "--format", "csv").stdout)
assert {r["part"]: r["effect"] for r in shown} == {p: r["effect"] for p, r in pairs["EST", 2014, 2023].items()}

# one principle: its three indicators are the players, the rule is the arithmetic mean
normalised = {(r["code"], r["iso3"], int(r["year"])): float(r["normalised"]) for r in read("out", "contributions.csv.gz")
              if r["parent"] == "p7" and r["normalised"]}
p7 = sorted({code for code, _, _ in normalised})
assert len(p7) == 3
for c in ("KEN", "EST", "BRA"):
    own = {k: x for k, x in normalised.items() if k[1] == c} | {k: x for k, x in score.items() if k[0] == "p7"}
    expected = expect(own, lambda x: math.fsum(x) / len(x), p7, "p7", c, 2015, 2021)
    shown = rows(run("explain", c, "2015", "2021", "--ranks", "--node", "p7", "--project", PROJECT, "--format", "csv").stdout)
    assert {r["part"] for r in shown} == set(expected)
    for r in shown:
        assert abs(float(r["effect"]) - expected[r["part"]]) < 1e-9, (c, r, expected)
text = run("explain", "KEN", "2015", "2021", "--project", PROJECT).stdout
assert f'2015 {rank["csi", "KEN", 2015]} of' in text and "others" in text

copy = path("copeland")  # a rule that compares countries
shutil.copytree(PROJECT, copy)
with open(os.path.join(PROJECT, "index.yaml")) as file:
    text = file.read()
begin, end = text.index("variants:"), text.index("seed:")
with open(os.path.join(copy, "index.yaml"), "w") as file:
    file.write((text[:begin] + text[end:]).replace("method: geometric", "method: copeland"))
trend = {int(r["year"]): int(r["rank"]) for r in rows(run("trend", "EST", "--project", copy, "--format", "csv").stdout)}
shown = rows(run("explain", "EST", "2016", "2020", "--ranks", "--project", copy, "--format", "csv").stdout)
assert len(shown) == 10
assert abs(math.fsum(float(r["effect"]) for r in shown) - (trend[2020] - trend[2016])) < 1e-9, shown
sys.exit(0)
