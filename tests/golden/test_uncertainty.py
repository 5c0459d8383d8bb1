#!/usr/bin/python3
"""uncertainty.csv.gz and rank_shifts.csv of the default index: they agree with the scores, the distribution of ranks and
with runs whose configuration freezes the method, the data, or all but one factor."""
import collections
import csv
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

COMMAND = os.environ["CSINDEX"]
PROJECT = pathlib.Path(os.environ["CSINDEX_SOURCE"]) / "datasets" / "paris-call"
METHOD = ["normalisation", "aggregation", "weights", "goalposts"]
DATA = ["imputation", "errors"]
REPLICATES = 640
KIND_REPLICATES, FACTOR_REPLICATES = 40, 8


def rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(directory, replicates, section=None):
    project = PROJECT
    if section is not None:
        project = directory.parent / (directory.name + "-project")
        shutil.copytree(PROJECT, project)
        with open(project / "index.yaml", "a", encoding="utf-8") as file:
            file.write(f"ensemble: {section}\n")
    subprocess.run([COMMAND, "run", "-q", str(project), "-o", str(directory), "--replicates", str(replicates)], check=True)
    return directory


def by_key(table):
    return {(row["iso3"], row["year"], row["code"]): row for row in table}


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    out = run(scratch / "all", REPLICATES)
    scores, uncertainty = by_key(rows(out / "scores.csv.gz")), by_key(rows(out / "uncertainty.csv.gz"))
    scored = {key for key, row in scores.items() if row["score"]}
    assert scored <= set(uncertainty), "a score without its uncertainty"

    distribution = collections.defaultdict(dict)
    for row in rows(out / "rank_distribution.csv.gz"):
        distribution[row["iso3"], row["year"]][int(row["rank"])] = float(row["probability"])
    n_narrower = 0
    for key, row in uncertainty.items():
        score = scores[key]
        assert 0 < float(row["scored_share"]) <= 1
        if not score["score"]:
            assert row["score_mean"] == "" and row["rank_top_1"] == "", key
            continue
        q = [float(score["score_q05"]), float(row["score_q16"]), float(score["score_q50"]), float(row["score_q84"]),
             float(score["score_q95"])]
        assert q == sorted(q), (key, q)
        assert q[0] - 60 <= float(row["score_mean"]) <= q[4] + 60
        assert (float(row["score_sd"]) == 0) == (q[0] == q[4] and q[1] == q[3]) or float(row["score_sd"]) > 0
        top = [float(row[f"rank_top_{k}"]) for k in (1, 3, 10, 20, 50)]
        assert top == sorted(top), key
        if key[2] == "csi":
            own = distribution[key[0], key[1]]
            for k, share in zip((1, 3, 10, 20, 50), top):
                assert abs(sum(p for rank, p in own.items() if rank <= k) - share) < 1e-9, (key, k)
            mean = sum(rank * p for rank, p in own.items()) / sum(own.values())
            assert abs(mean - float(row["rank_mean"])) < 1e-9, key
            wide = q[4] - q[0]
            n_narrower += float(row["score_data_q95"]) - float(row["score_data_q05"]) < wide
    n_index = sum(key[2] == "csi" for key in scored)
    assert n_narrower > 0.95 * n_index, f"data alone spreads as wide as everything: {n_narrower} of {n_index}"

    for kind, frozen in (("data", METHOD), ("method", DATA)):
        alone = by_key(rows(run(scratch / kind, KIND_REPLICATES, "{freeze: [%s]}" % ", ".join(frozen)) / "scores.csv.gz"))
        for key in scored:
            for what in ("score", "rank"):
                for q in ("q05", "q95"):
                    assert alone[key][f"{what}_{q}"] == uncertainty[key][f"{what}_{kind}_{q}"], (kind, key, what, q)
        assert "all of that kind" in (scratch / kind / "methodology.md").read_text()
        row = next(iter(rows(scratch / kind / "uncertainty.csv.gz")))
        assert row["score_data_q05"] == row["score_method_q05"] == ""

    shifts = {(row["factor"], row["year"]): row for row in rows(out / "rank_shifts.csv")}
    assert {factor for factor, _ in shifts} == set(METHOD + DATA + ["data", "method", "all"])


    def mean_shift(directory):
        published = {(row["iso3"], row["year"]): int(row["rank"]) for row in rows(directory / "scores.csv.gz")
                     if row["code"] == "csi" and row["rank"]}
        moved, n = collections.Counter(), collections.Counter()
        for row in rows(directory / "rank_distribution.csv.gz"):
            at = row["iso3"], row["year"]
            if at in published:
                moved[at[1]] += float(row["probability"]) * abs(int(row["rank"]) - published[at])
                n[at[1]] += float(row["probability"])
        return {year: moved[year] / n[year] for year in n}


    for year, mean in mean_shift(out).items():
        assert abs(mean - float(shifts["all", year]["mean_rank_shift"])) < 1e-9
    frozen = ", ".join(set(METHOD + DATA) - {"weights"})
    for year, mean in mean_shift(run(scratch / "weights", FACTOR_REPLICATES, "{freeze: [%s]}" % frozen)).items():
        assert abs(mean - float(shifts["weights", year]["mean_rank_shift"])) < 1e-9

    own = run(scratch / "top", 20, "{top: [2, 7]}")
    heading = list(rows(own / "uncertainty.csv.gz")[0])
    assert heading[-2:] == ["rank_top_2", "rank_top_7"], heading
    package = json.loads((own / "datapackage.json").read_text())
    described = next(r for r in package["resources"] if r["name"] == "uncertainty")["schema"]["fields"]
    assert [field["name"] for field in described] == heading
    subprocess.run([COMMAND, "verify", str(own)], check=True, capture_output=True)
print("ok")
