"""The variants of the series: each recomputed here from the published normalised values alone, by the definitions in
docs/methodology.md, for every country, year and node; and the same read back by the views as computed by them."""
import csv
import json
import math
import os
import sys
from collections import defaultdict

from tables import PROJECT, SOURCE, number, path, read, run


def table(file):
    return {(r["code"], r["iso3"], int(r["year"])): r for r in read(file)}


def scores(file):
    return {key: number(r["score"]) for key, r in table(file).items()}


out = path("out")
run("run", PROJECT, "-o", out, "-q", "--replicates", "0")
book = {r["iCode"]: r for r in read(os.path.join(out, "codebook.csv"))}
indicators = [code for code, r in book.items() if r["Type"] == "Indicator"]
principles = [code for code, r in book.items() if r["Type"] == "Aggregate" and r["Parent"]]
full = scores(os.path.join(out, "scores.csv.gz"))
years = sorted({year for _, _, year in full})
countries = sorted({iso3 for _, iso3, _ in full})
x = {(r["code"], r["iso3"], int(r["year"])): number(r["normalised"])
     for r in read(os.path.join(out, "contributions.csv.gz")) if r["code"] in indicators}


def value(code, iso3, year):
    return x.get((code, iso3, year), math.nan)


def mean_of(values):
    return math.fsum(values) / len(values) if values else math.nan


def recompute(kept, has=lambda code, iso3: True):
    made = {}
    for iso3 in countries:
        for year in years:
            parts = []
            for p in principles:
                family = [code for code in kept if book[code]["Parent"] == p]
                here = [value(code, iso3, year) for code in family if has(code, iso3)]
                here = [v for v in here if not math.isnan(v)]
                made[p, iso3, year] = mean_of(here) if family and 2 * len(here) >= len(family) and here else math.nan
                if not math.isnan(made[p, iso3, year]):
                    parts.append(made[p, iso3, year])
            n_principles = len({book[code]["Parent"] for code in kept})
            made["csi", iso3, year] = (math.exp(mean_of([math.log(v) for v in parts]))
                                       if len(parts) >= min(6, n_principles) else math.nan)
    return made


def compare(name, expected, at=out):
    found = scores(os.path.join(at, f"scores_{name}.csv.gz"))
    n = 0
    for key, score in found.items():
        wanted = expected[key]
        assert math.isnan(score) == math.isnan(wanted), f"{name} {key}: {score}, not {wanted}"
        assert math.isnan(score) or abs(score - wanted) < 1e-9, f"{name} {key}: {score}, not {wanted}"
        n += not math.isnan(score)
    dropped = {key for key in expected if key not in found and not math.isnan(expected[key])}
    assert not dropped, f"{name}: {sorted(dropped)[:3]} are not written"
    assert n > 0
    print(f"{name}: {n} scores as recomputed")
    return found


# the full series itself, so that the recomputation is known to be one
plain = recompute(indicators)
assert all(math.isnan(plain[key]) == math.isnan(score) and (math.isnan(score) or abs(plain[key] - score) < 1e-9)
           for key, score in full.items())

never_absent = [code for code in indicators
                if all(any(not math.isnan(value(code, iso3, year)) for iso3 in countries) for year in years)]
matched = recompute(never_absent, lambda code, iso3: all(not math.isnan(value(code, iso3, year)) for year in years))
found = compare("matched", matched)
assert 20 < len(never_absent) < len(indicators)
coverage = defaultdict(set)
for key, r in table(os.path.join(out, "scores_matched.csv.gz")).items():
    coverage[key[0], key[1]].add(r["coverage"])
assert all(len(values) == 1 for values in coverage.values()), "the set of indicators of a country is not constant"

compare("conduct", recompute([code for code in indicators if book[code]["kind"] in ("conduct", "condition")]))
compare("without_p8", recompute([code for code in indicators if book[code]["Parent"] != "p8"]))
compare("base_2014", {(code, iso3, year): 100 * score / full[code, iso3, 2014]
                      for (code, iso3, year), score in full.items()})

with open(os.path.join(SOURCE, "datasets", "countries.csv"), newline="") as file:
    region = {r["iso3"]: r["region"] for r in csv.DictReader(file)}
region["XKX"] = region.get("XKX", "")


def groups(group_of, weight):
    made = {}
    names = {g for g in group_of.values() if g} | {"WLD"}
    for code in principles + ["csi"]:
        span = [y for y in years if any(not math.isnan(full[code, c, y]) for c in countries)]
        members = [c for c in countries
                   if span and weight.get(c, 0) > 0 and all(not math.isnan(full[code, c, y]) for y in span)]
        for g in names:
            of_group = [c for c in members if g == "WLD" or group_of.get(c) == g]
            total = math.fsum(weight[c] for c in of_group)
            for year in years:
                made[code, g, year] = (math.fsum(weight[c] * full[code, c, year] for c in of_group) / total
                                       if of_group and year in span else math.nan)
    return made


compare("regions", groups({c: region.get(c, "") for c in countries}, dict.fromkeys(countries, 1)))
for (code, g, year), r in table(os.path.join(out, "scores_regions.csv.gz")).items():
    assert (r["rank"] == "") == (g == "WLD" or r["score"] == ""), "the world has a rank"

# weighted, by a grouping of the covariates, and combined keys
text = open(os.path.join(PROJECT, "index.yaml")).read()
begin, end = text.index("variants:"), text.index("seed:")
os.mkdir(path("own"))
for name in ("framework.csv", "sources.csv", "indicators.csv.gz"):
    os.symlink(os.path.join(PROJECT, name), path("own", name))
weight, bloc = {}, {}
with open(path("own", "covariates.csv"), "w") as file:
    file.write("iso3,population,bloc\n")
    for i, c in enumerate(countries):
        weight[c], bloc[c] = (i * 7919) % 101, ["north", "south", ""][i % 3]
        file.write(f"{c},{weight[c] if i % 10 else ''},{bloc[c]}\n")
        weight[c] = weight[c] if i % 10 else 0
OWN = ("covariates: covariates.csv\nvariants:\n  blocs: {groups: bloc, weight: population}\n"
       "  world: {groups: world}\n  mixed: {indicators: matched, without: [p8], groups: world, base_year: 2015}\n")


def write_own(variants):
    with open(path("own", "index.yaml"), "w") as file:
        file.write(text[:begin] + variants + text[end:])


write_own(OWN)
own = path("own-out")
run("run", path("own"), "-o", own, "-q", "--replicates", "0")
compare("blocs", groups(bloc, weight), own)
compare("world", groups({}, dict.fromkeys(countries, 1)), own)
kept = [code for code in never_absent if book[code]["Parent"] != "p8"]
mixed = recompute(kept, lambda code, iso3: all(not math.isnan(value(code, iso3, year)) for year in years))
members = [c for c in countries if all(not math.isnan(mixed["csi", c, y]) for y in years)]
world = {y: mean_of([mixed["csi", c, y] for c in members]) for y in years}
for (code, g, year), score in scores(os.path.join(own, "scores_mixed.csv.gz")).items():
    assert code != "csi" or abs(score - 100 * world[year] / world[2015]) < 1e-9, (g, year, score)

# what is told about them, and the views
manifest = json.load(open(os.path.join(own, "manifest.json")))
assert manifest["configuration"]["covariates"] == "covariates.csv" and manifest["configuration"]["covariates_sha256"]
assert {"scores_blocs.csv.gz", "scores_world.csv.gz", "scores_mixed.csv.gz"} <= {o["path"] for o in manifest["outputs"]}
package = json.load(open(os.path.join(out, "datapackage.json")))
shapes = {r["path"]: [f["name"] for f in r["schema"]["fields"]] for r in package["resources"] if "schema" in r}
assert shapes["scores_matched.csv.gz"] == shapes["scores_regions.csv.gz"] == shapes["scores.csv.gz"]
assert "matched" not in book["spyware_statement"]["variants"].split() and "matched" in book["p9"]["variants"].split()
assert "without_p8" not in book["budapest_party"]["variants"].split()
assert f"Africa {sum(region.get(c) == 'Africa' and all(full['csi', c, y] == full['csi', c, y] for y in years) for c in countries)}" \
    in open(os.path.join(out, "methodology.md")).read()
run("verify", out)
for view in (["rank", "--year", "2020"], ["trend", "EST"], ["compare", "EST", "LVA"]):
    shown = run(*view, "--variant", "matched", "--format", "csv", "--results", out).stdout
    assert shown == run(*view, "--variant", "matched", "--format", "csv", "--project", PROJECT).stdout
    assert shown != run(*view, "--format", "csv", "--results", out).stdout
assert "matched" in run("rank", "--variant", "matched", "--results", out).stdout.splitlines()[0]
run("rank", "--variant", "mached", "--results", out, code=64)
assert "matched" in run("rank", "--variant", "mached", "--project", PROJECT, code=64).stderr
run("compare", "EST", "LVA", "--why", "--variant", "matched", "--project", PROJECT, code=64)

for variants, word in (("variants: {a: {}}\n", "full series"), ("variants: {A: {indicators: matched}}\n", "named with"),
                       ("variants: {a: {kinds: [nonsense]}}\n", "nonsense"), ("variants: {a: {without: [csi]}}\n", "csi"),
                       ("variants: {a: {groups: world, weight: population}}\n", "covariates"),
                       ("variants: {a: {weight: population}}\n", "groups"),
                       ("covariates: covariates.csv\nvariants: {a: {groups: world, weight: popl}}\n", "popl"),
                       ("variants: {a: {base_year: 1999}}\n", "1999"), ("variants: {a: {groups: blok}}\n", "blok"),
                       ("variants: {a: {indicator: matched}}\n", "indicators")):
    write_own(variants)
    done = run("run", path("own"), "-o", path("none"), "-q", "--replicates", "0", code=78)
    assert word in done.stderr, done.stderr
sys.exit(0)
