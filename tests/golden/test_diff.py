"""`csindex diff OLD NEW`: cells counted, the change of every score split into data, method and program that add up, and the
exit code that holds a result back."""
import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

command = os.environ["CSINDEX"]
source = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")
work = tempfile.TemporaryDirectory()


def path(*names):
    return os.path.join(work.name, *names)


def call(*arguments, code=0):
    done = subprocess.run([command, *arguments], capture_output=True, text=True)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}: {done.stderr}"
    return done


def rows(*arguments):
    return list(csv.DictReader(io.StringIO(call("diff", *arguments, "--format", "csv").stdout)))


def project(name, configuration, is_revised):
    shutil.copytree(source, path(name))
    shutil.copyfile(os.path.join(source, configuration), path(name, "new.yaml"))
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
    call("run", path(name), "-o", path("out-" + name), "-q")
    return path("out-" + name)


def numbers(row, *names):
    return [float(row[name]) for name in names]


def add_up(found, n_expected):
    n = 0
    for row in found:
        if row["old_score"] == "" or row["new_score"] == "":
            continue
        old, new, change, data, method, program = numbers(row, "old_score", "new_score", "change", "data", "method", "program")
        assert abs(new - old - change) < 1e-12 and abs(data + method + program - change) < 1e-9, row
        n += 1
    assert n >= n_expected, f"only {n} rows"


plain = project("plain", "index.yaml", False)
revised = project("revised", "index.yaml", True)
method = project("method", "index-log.yaml", False)
both = project("both", "index-log.yaml", True)

done = call("diff", plain, plain, "--max-rank-change", "0", "--max-revised", "0")
assert "0 revised, 0 added, 0 gone" in done.stdout and "the same; program: the same" in done.stdout, done.stdout
assert rows(plain, plain) == []

text = call("diff", plain, revised).stdout
assert "wgi_rule_of_law: " in text and "0 revised, 0 added, 1 gone" in text, text
assert "internet_users_pct: " in text and "15 revised, 0 added, 0 gone" in text, text
found = rows(plain, revised)
add_up(found, 20)
assert {row["iso3"] for row in found if row["change"] not in ("", "0")} == {"EST", "KEN", "PER"}
assert all(row["method"] == "0" and row["program"] == "0" for row in found if row["change"] != "")

found = rows(plain, method)
add_up(found, 1900)
assert all(row["data"] == "0" for row in found if row["change"] != "")

found = rows(plain, both)
add_up(found, 1900)
expected = {(r["iso3"], r["year"]): r["new_score"] for r in rows(plain, method)}
touched = {row["iso3"] for row in found if row["data"] != "" and abs(float(row["data"])) > 1e-12}
assert touched == {"EST", "KEN", "PER"}, touched
forward = {(r["iso3"], r["year"]): float(r["data"]) for r in found if r["iso3"] == "KEN" and r["data"] != ""}
backward = {(r["iso3"], r["year"]): float(r["data"]) for r in rows(both, plain) if r["iso3"] == "KEN" and r["data"] != ""}
assert all(abs(forward[key] + backward[key]) < 1e-9 for key in forward), "the split is not symmetric"

older = path("out-older")
shutil.copytree(plain, older)
with open(os.path.join(older, "manifest.json")) as file:
    manifest = json.load(file)
manifest["tool"]["source_sha256"] = "0" * 64
with open(os.path.join(older, "manifest.json"), "w") as file:
    json.dump(manifest, file)
assert "program: changed" in call("diff", older, plain).stdout
found = rows(older, revised)
add_up(found, 20)
assert all(row["program"] == "0" for row in found if row["change"] != ""), "published results do not compute again exactly"

errors = call("diff", plain, method, "--max-rank-change", "5", code=1).stderr
assert "--max-rank-change 5" in errors, errors
call("diff", plain, revised, "--max-revised", "1")
assert "--max-revised 0" in call("diff", plain, revised, "--max-revised", "0", code=1).stderr
call("diff", plain, path("nowhere"), code=66)
sys.exit(0)
