"""`csindex diff OLD NEW`: cells counted, the change of every score split into data, method and program that add up, and the
exit code that holds a result back."""
import csv
import gzip
import io
import itertools
import json
import math
import os
import shutil
import sys

from tables import PROJECT, path, rows, run


def differences(*arguments):
    return rows(run("diff", *arguments, "--format", "csv").stdout)


def project(name, configuration, is_revised):
    shutil.copytree(PROJECT, path(name))
    shutil.copyfile(os.path.join(PROJECT, configuration), path(name, "new.yaml"))
    os.replace(path(name, "new.yaml"), path(name, "index.yaml"))
    if is_revised:
        with gzip.open(path(name, "indicators.csv.gz"), "rt") as file:
            lines = file.read().splitlines()
        kept = []
        for line in lines:
            iso3, year, indicator, value, error = line.split(",")
            if indicator == "wgi_rule_of_law" and iso3 == "EST" and year == "2018":
                continue
            if indicator == "internet_users_pct" and iso3 in ("KEN", "PER") and int(year) >= 2015:
                line = ",".join([iso3, year, indicator, str(float(value) / 2), error])
            kept.append(line)
        os.remove(path(name, "indicators.csv.gz"))
        with gzip.open(path(name, "indicators.csv.gz"), "wt") as file:
            file.write("\n".join(kept) + "\n")
    run("run", path(name), "-o", path("out-" + name), "-q", "--replicates", "0")
    return path("out-" + name)


PARTS = ("data", "coverage", "goalposts", "weights", "method", "program")


def numbers(row, *names):
    return [float(row[name]) for name in names]


def add_up(found, n_expected):
    n = 0
    for row in found:
        if row["old_score"] == "" or row["new_score"] == "":
            continue
        old, new, change = numbers(row, "old_score", "new_score", "change")
        assert abs(new - old - change) < 1e-12 and abs(sum(numbers(row, *PARTS)) - change) < 1e-9, row
        n += 1
    assert n >= n_expected, f"only {n} rows"


plain = project("plain", "index.yaml", False)
revised = project("revised", "index.yaml", True)
method = project("method", "index-log.yaml", False)
both = project("both", "index-log.yaml", True)

done = run("diff", plain, plain, "--max-rank-change", "0", "--max-revised", "0")
assert "0 revised, 0 added, 0 gone" in done.stdout and "the same; program: the same" in done.stdout, done.stdout
assert differences(plain, plain) == []

text = run("diff", plain, revised).stdout
assert "wgi_rule_of_law: " in text and "0 revised, 0 added, 1 gone" in text, text
assert "internet_users_pct: " in text and "15 revised, 0 added, 0 gone" in text, text
found = differences(plain, revised)
add_up(found, 20)
assert {row["iso3"] for row in found if row["change"] not in ("", "0")} == {"EST", "KEN", "PER"}
assert all(row["method"] == "0" and row["program"] == "0" for row in found if row["change"] != "")
assert all((row["coverage" if row["iso3"] != "EST" else "data"]) == "0" for row in found if row["change"] != "")

found = differences(plain, method)
add_up(found, 1900)
assert all(row["data"] == "0" for row in found if row["change"] != "")

found = differences(plain, both)
add_up(found, 1900)
expected = {(r["iso3"], r["year"]): r["new_score"] for r in differences(plain, method)}
touched = {row["iso3"] for row in found if row["data"] != "" and sum(map(abs, numbers(row, "data", "coverage"))) > 1e-12}
assert touched == {"EST", "KEN", "PER"}, touched
forward = {(r["iso3"], r["year"]): float(r["data"]) for r in found if r["iso3"] == "KEN" and r["data"] != ""}
backward = {(r["iso3"], r["year"]): float(r["data"]) for r in differences(both, plain) if r["iso3"] == "KEN" and r["data"] != ""}
assert all(abs(forward[key] + backward[key]) < 1e-9 for key in forward), "the split is not symmetric"

# every cause at once, on the small project that `init` makes: the parts are the Shapley values of runs of real mixtures
run("init", path("small"))


def mixture(name, chosen):
    directory = path("small-" + name)
    shutil.copytree(path("small"), directory)
    for file in os.listdir(directory):
        with open(os.path.join(directory, file)) as opened:
            lines = opened.read().splitlines(keepends=True)
        with open(os.path.join(directory, file), "w") as opened:
            opened.writelines(changed(file, lines, chosen))
    run("run", directory, "-o", directory + "-out", "-q", "--replicates", "0")
    with gzip.open(os.path.join(directory + "-out", "scores.csv.gz"), "rt") as opened:
        return {(r["iso3"], r["year"]): float(r["score"]) for r in csv.DictReader(opened) if r["score"] and r["code"] == TOP}


def changed(file, lines, chosen):
    if file == "framework.csv":
        table = list(csv.DictReader(lines))
        for row in (row for row in table if row["Level"] == "1"):
            if "goalposts" in chosen:
                row["goal_high"] = str(float(row["goal_high"]) * 1.25)
            if "weights" in chosen:
                row["Weight"] = str(1 + table.index(row))
        text = io.StringIO()
        rows_out = csv.DictWriter(text, table[0].keys(), lineterminator="\n")
        rows_out.writeheader()
        rows_out.writerows(table)
        return [text.getvalue()]
    if file == "data.csv":
        made = []
        for i, line in enumerate(lines):
            fields = line.rstrip("\n").split(",")
            if i > 0 and i % 7 == 3 and i % 11 != 5 and "data" in chosen:
                fields[-1] = str(float(fields[-1]) * 0.9)
            if not (i % 11 == 5 and "coverage" in chosen):
                made.append(",".join(fields) + "\n")
        return made
    if file == "index.yaml" and "method" in chosen:
        assert any("min_children" in line or "method: geometric" in line for line in lines)
        return [line.replace("method: geometric", "method: arithmetic") for line in lines]
    return lines


PLAYERS = PARTS[:-1]
with open(path("small", "framework.csv")) as file:
    TOP = [row["iCode"] for row in csv.DictReader(file) if not row["Parent"]][0]
subsets = [frozenset(s) for k in range(6) for s in itertools.combinations(PLAYERS, k)]
mixtures = {s: mixture("-".join(sorted(s)) or "none", s) for s in subsets}
found = differences(path("small-none-out"), path("small-" + "-".join(sorted(PLAYERS)) + "-out"))
add_up(found, 10)
n = 0
for row in found:
    key = row["iso3"], row["year"]
    if not all(key in scores for scores in mixtures.values()):
        continue
    for q in PLAYERS:
        expected = sum(math.factorial(len(s)) * math.factorial(4 - len(s)) / 120 * (mixtures[s | {q}][key] - mixtures[s][key])
                       for s in subsets if q not in s)
        assert abs(float(row[q]) - expected) < 1e-9, (row, q, expected)
    n += 1
assert n >= 10 and all(any(abs(float(row[q])) > 1e-6 for row in found if row[q]) for q in PLAYERS), "a cause does nothing"
print(f"{n} differences split into {len(PLAYERS)} causes as {len(subsets)} runs of mixtures give them")

older = path("out-older")
shutil.copytree(plain, older)
with open(os.path.join(older, "manifest.json")) as file:
    manifest = json.load(file)
manifest["tool"]["source_sha256"] = "0" * 64
with open(os.path.join(older, "manifest.json"), "w") as file:
    json.dump(manifest, file)
assert "program: changed" in run("diff", older, plain).stdout
found = differences(older, revised)
add_up(found, 20)
assert all(row["program"] == "0" for row in found if row["change"] != ""), "published results do not compute again exactly"

errors = run("diff", plain, method, "--max-rank-change", "5", code=1).stderr
assert "--max-rank-change 5" in errors, errors
run("diff", plain, revised, "--max-revised", "1")
assert "--max-revised 0" in run("diff", plain, revised, "--max-revised", "0", code=1).stderr
run("diff", plain, path("nowhere"), code=66)
sys.exit(0)
