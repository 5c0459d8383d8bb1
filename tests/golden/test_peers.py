"""`csindex peers` and frontier.csv.gz recomputed: standardised distances over made-up covariates, the best of each year."""
import csv
import math
import statistics
import sys

from tables import PROJECT, path, read, rows, run

table = path("covariates.csv")
run("run", PROJECT, "-o", path("out"), "-q", "--replicates", "0")
frontier = read("out", "frontier.csv.gz")
scores = {(r["iso3"], r["code"], r["year"]): float(r["score"]) for r in read("out", "scores.csv.gz") if r["score"]}
best = {}
for (iso3, code, year), score in sorted(scores.items()):
    if (code, year) not in best or score > best[code, year][0]:
        best[code, year] = score, iso3
assert len(frontier) == len(scores)
for r in frontier:
    score, (top, who) = scores[r["iso3"], r["code"], r["year"]], best[r["code"], r["year"]]
    assert (float(r["score"]), float(r["frontier"]), r["frontier_iso3"]) == (score, top, who), r
    assert abs(float(r["distance_to_frontier"]) - (top - score)) < 1e-12 and abs(float(r["distance_to_top"]) - (100 - score)) < 1e-12

units = sorted({iso3 for iso3, _, _ in scores})
value = {c: (1e6 * (1 + 37 * i % 101), 100 + (i * i) % 97, 5) for i, c in enumerate(units)}
with open(table, "w") as file:
    file.write("iso3,population,area,same,code\n")
    for i, (c, v) in enumerate(value.items()):
        file.write(f"{c},{v[0]},{v[1] if i % 7 else ''},{v[2]},{i}\n")
complete = [c for i, c in enumerate(units) if i % 7]
z = {}
for name, of in (("population", lambda c: math.log(value[c][0])), ("area", lambda c: value[c][1])):
    mean, sd = statistics.fmean(map(of, complete)), statistics.stdev(map(of, complete))
    z[name] = {c: (of(c) - mean) / sd for c in complete}
country = complete[40]
assert "EST" in units
for c in [c for c in complete if (c, "p7", "2020") in scores][::20]:
    found = rows(run("peers", c, "--by", "log:population,area,same", "--covariates", table, "--top", "300", "--year", "2020",
                     "--node", "p7", "--project", PROJECT, "--format", "csv").stdout)
    expected = {k: math.dist([z[n][c] for n in z], [z[n][k] for n in z])
                for k in complete if k != c and (k, "p7", "2020") in scores}
    assert found[0]["iso3"] == c and {r["iso3"] for r in found[1:]} == set(expected)
    assert [r["iso3"] for r in found[1:]] == sorted(expected, key=lambda k: (round(expected[k], 9), k)), c
    for r in found[1:]:
        assert abs(float(r["distance"]) - expected[r["iso3"]]) < 1e-9, r
        assert abs(float(r["difference"]) - (scores[c, "p7", "2020"] - scores[r["iso3"], "p7", "2020"])) < 1e-12, r
        assert abs(float(r["distance_to_frontier"]) - (best["p7", "2020"][0] - scores[r["iso3"], "p7", "2020"])) < 1e-12
assert len(rows(run("peers", country, "--by", "population", "--covariates", table, "--project", PROJECT,
                    "--format", "csv").stdout)) == 11
assert "--by" in run("peers", country, "--covariates", table, "--project", PROJECT, code=64).stderr
assert "--covariates" in run("peers", country, "--by", "area", "--project", PROJECT, code=64).stderr
assert "not by how they score" in run("peers", country, "--by", "p7", "--covariates", table, "--project", PROJECT, code=64).stderr
assert "nonesuch" in run("peers", country, "--by", "nonesuch", "--covariates", table, "--project", PROJECT, code=78).stderr
run("peers", units[0], "--by", "area", "--covariates", table, "--project", PROJECT, code=65)
sys.exit(0)
