"""The intervals of variants. With a single replicate every quantile is that replicate: groups and shares of a base year are
recomputed from the full series' own. A variant without a principle is compared with a project in which that principle weighs
nothing and has no data, where the same replicates are counted in bins."""
import csv
import gzip
import math
import os

from tables import PROJECT, SOURCE, number, path, read, run

QUANTILES = ["score_q05", "score_q50", "score_q95", "rank_q05", "rank_q50", "rank_q95"]
text = open(os.path.join(PROJECT, "index.yaml")).read()
begin, end = text.index("variants:"), text.index("seed:")
framework = list(csv.reader(open(os.path.join(PROJECT, "framework.csv"), newline="")))
of_p5 = {row[0] for row in framework if row[framework[0].index("Parent")] == "p5"}


def project(name, variants, n_of_variants, is_without_p5=False):
    os.mkdir(path(name))
    os.symlink(os.path.join(PROJECT, "sources.csv"), path(name, "sources.csv"))
    with gzip.open(os.path.join(PROJECT, "indicators.csv.gz"), "rt") as data, open(path(name, "indicators.csv"), "w") as to:
        to.writelines(line for line in data if not is_without_p5 or line.split(",")[2] not in of_p5)
    with open(path(name, "framework.csv"), "w", newline="") as to:
        weight = framework[0].index("Weight")
        csv.writer(to).writerows(row[:weight] + ["0"] + row[weight + 1:] if is_without_p5 and row[0] == "p5" else row
                                 for row in framework)
    with open(path(name, "index.yaml"), "w") as to:
        to.write((text[:begin] + variants + f"ensemble: {{variants: {n_of_variants}}}\n" + text[end:])
                 .replace("indicators.csv.gz", "indicators.csv"))
    return path(name)


def table(*names):
    return {(r["code"], r["iso3"], int(r["year"])): r for r in read(*names)}


def near(a, b, tolerance=1e-9):
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1, abs(b))


def ranks_of(score):
    """Competition ranks within a node and year."""
    ranked = {}
    for key in score:
        ranked.setdefault((key[0], key[2]), []).append(score[key])
    return {key: math.nan if math.isnan(s) else 1 + sum(t > s for t in ranked[key[0], key[2]]) for key, s in score.items()}


# one replicate
one = project("one", "variants:\n  base: {base_year: 2016}\n  regions: {groups: region}\n", 1)
run("run", one, "-q", "-o", path("one-out"), "--replicates", "1")
full = table("one-out", "scores.csv.gz")
drawn = {key: number(r["score_q50"]) for key, r in full.items()}
assert sum(not near(drawn[key], number(r["score"]), 1e-3) for key, r in full.items()) > len(full) / 2, "nothing is drawn"


def expect(name, score, is_ranked=lambda key: True):
    rank, n = ranks_of({key: s if is_ranked(key) else math.nan for key, s in score.items()}), 0
    for key, r in table("one-out", f"scores_{name}.csv.gz").items():
        is_blank = r["score"] == ""
        found = [number(r[column]) for column in QUANTILES]
        wanted = 3 * [math.nan if is_blank else score[key]] + 3 * [math.nan if is_blank else rank[key]]
        assert all(near(a, b) for a, b in zip(found, wanted)), (name, key, found, wanted)
        n += not is_blank
    assert n > 100
    print(f"{name}: {n} scores of one replicate as recomputed")


expect("base", {(code, c, year): 100 * (s / drawn[code, c, 2016]) for (code, c, year), s in drawn.items()})
with open(os.path.join(SOURCE, "datasets", "countries.csv"), newline="") as file:
    region = {r["iso3"]: r["region"] for r in csv.DictReader(file)}
countries, years = sorted({key[1] for key in full}), sorted({key[2] for key in full})
mean = {}
for code in sorted({key[0] for key in full}):
    span = [y for y in years if any(full[code, c, y]["score"] for c in countries)]
    members = [c for c in countries if span and all(full[code, c, y]["score"] for y in span)]
    for group in {g for g in region.values() if g} | {"WLD"}:
        of_group = [c for c in members if group in ("WLD", region.get(c))]
        for year in years:
            values = [drawn[code, c, year] for c in of_group if not math.isnan(drawn[code, c, year])]
            mean[code, group, year] = math.fsum(values) / len(values) if values else math.nan
expect("regions", mean, lambda key: key[1] != "WLD")

# many replicates, kept one by one here and counted in bins there
LEFT = "variants:\n  without_p5: {without: [p5]}\n"
run("run", project("with", LEFT, 300), "-q", "-o", path("with-out"), "--replicates", "300", "--threads", "3")
run("run", project("alone", "", 0, is_without_p5=True), "-qq", "-o", path("alone-out"), "--replicates", "300")
alone, n = table("alone-out", "scores.csv.gz"), 0
for key, r in table("with-out", "scores_without_p5.csv.gz").items():
    other = alone[key]
    assert near(number(r["score"]), number(other["score"])), key
    for column in QUANTILES:
        apart = 0 if column.startswith("rank") else 99 / 1023 # a bin
        a, b = number(r[column]), number(other[column])
        assert (math.isnan(a) and math.isnan(b)) or abs(a - b) <= apart, (key, column, a, b)
        n += not math.isnan(a)
assert n > 10000
print(f"without_p5: {n} quantiles as in a project without p5")

# the same for any number of threads; told in words; shown by the views
run("run", path("with"), "-q", "-o", path("again-out"), "--replicates", "300", "--threads", "1")
assert open(path("with-out", "scores_without_p5.csv.gz"), "rb").read() == \
    open(path("again-out", "scores_without_p5.csv.gz"), "rb").read()
assert "Intervals from the first 300 replicates" in open(path("with-out", "methodology.md")).read()
shown = run("rank", "--variant", "without_p5", "--results", path("with-out"), "--format", "csv").stdout
assert table("with-out", "scores_without_p5.csv.gz")["csi", "NLD", 2023]["rank_q95"] in shown
run("run", path("with"), "-q", "-o", path("none-out"), "--replicates", "0")
assert all(r["score_q50"] == "" for r in read("none-out", "scores_without_p5.csv.gz"))
assert "No intervals" in run("rank", "--variant", "without_p5", "--results", path("none-out")).stdout
