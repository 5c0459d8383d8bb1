"""changes.csv.gz, `explain COUNTRY FROM TO` and `compare A B --why`: the effects add up to the difference of the scores, for
every country and pair of years, and are labelled by what the cells really are."""
import csv
import gzip
import io
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict

command = os.environ["CSINDEX"]
project = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")


def run(*arguments):
    done = subprocess.run([command, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def read(directory, name):
    with gzip.open(os.path.join(directory, name), "rt", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else math.nan


def add_up(effects, difference, where):
    miss = abs(math.fsum(effects) - difference)
    assert miss <= 1e-12 * max(1, abs(difference)), f"{where}: effects miss the difference by {miss}"


with tempfile.TemporaryDirectory() as out:
    run("run", project, "-o", out, "-q")
    scores = {(r["code"], r["iso3"], int(r["year"])): number(r["score"]) for r in read(out, "scores.csv.gz")}
    states = {(r["code"], r["iso3"], int(r["year"])): r["state"] for r in read(out, "quality.csv.gz")}
    changes = read(out, "changes.csv.gz")

pairs = defaultdict(list)
for row in changes:
    pairs[row["iso3"], int(row["year_from"]), int(row["year_to"])].append(row)
years = sorted({year for _, _, year in scores})
countries = {iso3 for _, iso3, _ in scores}
n = 0
for a, b in list(zip(years, years[1:])) + [(years[0], years[-1])]:
    for iso3 in countries:
        difference = scores["csi", iso3, b] - scores["csi", iso3, a]
        rows = pairs.pop((iso3, a, b), [])
        if math.isnan(difference):
            assert not rows, f"{iso3} {a}-{b} is explained though it is not scored in both"
            continue
        add_up([float(row["effect"]) for row in rows], difference, f"{iso3} {a}-{b}")
        n += 1
assert not pairs, f"unexpected pairs: {list(pairs)[:3]}"
causes = defaultdict(int)
for row in changes:
    causes[row["cause"]] += 1
    if row["cause"] in ("value", "imputed"):
        both = {states[row["code"], row["iso3"], int(row[year])] for year in ("year_from", "year_to")}
        assert (both == {"observed"}) == (row["cause"] == "value"), row
    if row["cause"] == "coverage":
        assert (row["before"] == "") != (row["after"] == ""), row
print(f"{n} changes explained by {len(changes)} effects: {dict(causes)}")

explained = rows_of(run("explain", "EST", str(years[0]), str(years[-1]), "--project", project, "--format", "csv"))
add_up([float(r["effect"]) for r in explained], scores["csi", "EST", years[-1]] - scores["csi", "EST", years[0]], "EST")
published = {(r["code"], r["cause"]): r["effect"] for r in changes
             if (r["iso3"], r["year_from"], r["year_to"]) == ("EST", str(years[0]), str(years[-1]))}
assert {(r["code"], r["cause"]): r["effect"] for r in explained if float(r["effect"]) != 0} == published
for node in ("csi", "p7"):
    why = rows_of(run("compare", "EST", "LVA", "--why", "--year", "2020", "--node", node, "--project", project,
                      "--format", "csv"))
    add_up([float(r["effect"]) for r in why], scores[node, "EST", 2020] - scores[node, "LVA", 2020], f"{node} EST, LVA")

VERDICTS = {"improved", "worsened", "no evidence of change", "too little observed", "not scored"}
movers = rows_of(run("movers", "2016", "2020", "--project", project, "--format", "csv"))
assert {r["iso3"] for r in movers} == countries and {r["verdict"] for r in movers} <= VERDICTS
n = 0
for r in movers:
    before, after = number(r["before"]), number(r["after"])
    assert (r["verdict"] == "not scored") == math.isnan(before + after), r
    if r["verdict"] == "not scored":
        continue
    parts = {name: float(r[name]) for name in ("observed", "imputed", "coverage", "break", "weight_and_others")}
    add_up(parts.values(), after - before, f'{r["iso3"]} movers')
    assert abs(after - before - parts["coverage"] - parts["break"] - float(r["like_for_like"])) < 1e-9, r
    assert (before, after) == (scores["csi", r["iso3"], 2016], scores["csi", r["iso3"], 2020])
    if r["verdict"] in ("improved", "worsened"):
        assert float(r["p_adjusted"]) <= 0.05 and float(r["observed_share"]) >= 0.5, r
        assert (float(r["like_for_like"]) > 0) == (r["verdict"] == "improved"), r
        n += 1
    if r["verdict"] == "too little observed":
        assert float(r["observed_share"]) < 0.5, r
assert n > 10, f"only {n} countries moved"
assert all(float(r["trend_smallest_p"]) > 0.0 for r in movers if r["trend_smallest_p"]), "5 years have a smallest p"
print(f"{n} countries moved for certain between 2016 and 2020")

with tempfile.TemporaryDirectory() as work:
    copy = os.path.join(work, "copeland")  # a rule that compares countries: shares by the Shapley value
    shutil.copytree(project, copy)
    with open(os.path.join(project, "index.yaml")) as file:
        text = file.read()
    assert text.count("method: geometric") == 1
    os.remove(os.path.join(copy, "index.yaml"))
    with open(os.path.join(copy, "index.yaml"), "w") as file:
        file.write(text.replace("method: geometric", "method: copeland"))
    trend = {r["year"]: float(r["score"]) for r in rows_of(run("trend", "EST", "--project", copy, "--format", "csv"))}
    explained = rows_of(run("explain", "EST", "2016", "2020", "--project", copy, "--format", "csv"))
    add_up([float(r["effect"]) for r in explained], trend["2020"] - trend["2016"], "EST under Copeland")
    assert "others" in {r["cause"] for r in explained}
sys.exit(0)
