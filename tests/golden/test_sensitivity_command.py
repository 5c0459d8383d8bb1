#!/usr/bin/python3
"""csindex sensitivity on the default index: the same bytes for any number of threads; shares that make sense; a dummy
that explains nothing; undefined shares, with the reason, where no choice is left open."""
import csv
import io
import os
import pathlib
import shutil
import subprocess
import tempfile

COMMAND = os.environ["CSINDEX"]
PROJECT = pathlib.Path(os.environ["CSINDEX_SOURCE"]) / "datasets" / "paris-call"


def run(*arguments, project=PROJECT):
    return subprocess.run([COMMAND, "sensitivity", "-q", "-p", str(project), "-f", "csv", *arguments],
                          check=True, capture_output=True, text=True).stdout


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


few = ("--samples", "64", "--bootstrap", "20")
first = run(*few, "--threads", "1")
assert first == run(*few, "--threads", "3"), "the number of threads shows"

table = rows(run("FRA", "--samples", "512", "--bootstrap", "50", "--estimator", "azzini"))
assert {row["output"] for row in table} == {"score", "rank", "mean rank shift"}
for output in ("score", "rank", "mean rank shift"):
    part = {row["factor"]: row for row in table if row["output"] == output}
    assert float(part["dummy"]["total"]) == 0.0, part["dummy"]
    singles = [row for name, row in part.items() if name not in ("data", "method", "dummy")]
    assert len(singles) >= 5
    assert 0.5 < sum(float(row["first_order"]) for row in singles) < 1.3, output
    for row in singles:
        assert -0.2 < float(row["first_order"]) < 1.1 and -0.01 < float(row["total"]) < 1.2, row
        assert float(row["total_q05"]) <= float(row["total"]) <= float(row["total_q95"]) + 1e-9, row

growing = rows(run("FRA", "--samples", "512", "--bootstrap", "0", "--estimator", "azzini", "--growing"))
assert sorted({int(row["samples"]) for row in growing}) == [16, 32, 64, 128, 256, 512]
last = {(row["output"], row["factor"]): row for row in growing if row["samples"] == "512"}
assert len(last) == len(table)
for row in table:
    own = last[row["output"], row["factor"]]
    assert own["first_order"] == row["first_order"] and own["total"] == row["total"], own
half = {(row["output"], row["factor"]): row for row in rows(run("FRA", "--samples", "256", "--bootstrap", "0", "--estimator",
                                                                "azzini"))}
for row in growing:
    if row["samples"] == "256":
        assert row["total"] == half[row["output"], row["factor"]]["total"], "a prefix is no design of its own"

with tempfile.TemporaryDirectory() as scratch:
    frozen = pathlib.Path(scratch) / "project"
    shutil.copytree(PROJECT, frozen)
    with open(frozen / "index.yaml", "a", encoding="utf-8") as file:
        file.write("ensemble: {freeze: [imputation, normalisation, aggregation, weights, goalposts, errors]}\n")
    for row in rows(run("FRA", *few, project=frozen)):
        assert row["first_order"] == "" and row["undefined_because"] == "the output does not vary", row
print("ok")
