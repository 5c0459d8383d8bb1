#!/usr/bin/python3
"""The views of the tiny project, character by character, in tests/golden/expected. Run this file with --update after a
change that is meant, and read the difference before committing it."""
import csv
import difflib
import gzip
import hashlib
import io
import json
import pathlib
import sys

from cli import SOURCE, TINY, csindex, directory, require

EXPECTED = pathlib.Path(__file__).parent / "expected"
CASES = {
    "rank": ["rank"],
    "rank_2020_ascii": ["rank", "--year", "2020", "--ascii", "--digits", "4"],
    "rank_node_csv": ["rank", "--node", "care", "--format", "csv"],
    "rank_json": ["rank", "--top", "1", "--bottom", "1", "--format", "json"],
    "rank_ends": ["rank", "--top", "2", "--bottom", "1", "--width", "60"],
    "trend": ["trend", "kenya"],
    "trend_node_csv": ["trend", "IND", "--node", "reach", "--format", "csv"],
    "trend_missing": ["trend", "PRK", "--ascii", "--width", "50"],
    "compare_two": ["compare", "CHE", "France"],
    "compare_four": ["compare", "che", "fra", "ind", "prk", "--year", "2020", "--width", "70"],
    "compare_json": ["compare", "CHE", "JPN", "--format", "json"],
    "explain": ["explain", "FRA", "2022"],
    "explain_clipped": ["explain", "IND", "2020", "--node", "care"],
    "explain_missing": ["explain", "PRK", "2022"],
    "explain_csv": ["explain", "KEN", "2021", "--node", "reach", "--format", "csv"],
    "explain_change": ["explain", "IND", "2020", "2022"],
    "compare_why": ["compare", "CHE", "IND", "--why", "--ascii"],
    "check": ["check", str(TINY)],
}


def arguments_of(name):
    arguments = CASES[name]
    return arguments if arguments[0] == "check" else arguments + ["--project", str(TINY)]


def compare(name, arguments, update):
    got = csindex(*arguments)
    assert got.returncode == 0, (name, got.returncode, got.stderr.decode())
    assert got.stderr == b"", (name, got.stderr.decode())
    file = EXPECTED / f"{name}.txt"
    text = got.stdout.decode()
    if update:
        file.write_text(text, encoding="utf-8")
        return True
    expected = file.read_text(encoding="utf-8")
    sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), file.name, "printed"))
    return text == expected


def check_formats_agree():
    """Table, CSV and JSON hold the same countries and the same scores."""
    rows = list(csv.DictReader(io.StringIO(csindex("rank", "-p", TINY, "-f", "csv").stdout.decode())))
    objects = json.loads(csindex("rank", "-p", TINY, "-f", "json").stdout)
    assert len(rows) == len(objects) == 5
    for row, item in zip(rows, objects):
        assert list(row) == list(item), "CSV and JSON name their columns alike"
        assert row["iso3"] == item["iso3"] and float(row["score"]) == item["score"]
        assert item["score_q05"] is None and row["score_q05"] == ""
    table = csindex("rank", "-p", TINY, "--digits", "15").stdout.decode()
    assert f"{objects[0]['score']:.15f}" in table


def check_explain_takes_the_latest_year():
    assert csindex("explain", "JPN", "-p", TINY).stdout == csindex("explain", "JPN", 2022, "-p", TINY).stdout != ""


def check_explain_adds_up():
    """What explain shows adds up: parts to scores, terms to the rule, and the scores are those of rank."""
    import math
    for iso3 in ("CHE", "FRA", "IND", "JPN", "KEN"):
        lines = json.loads(csindex("explain", iso3, 2022, "-p", TINY, "-f", "json").stdout)
        scores = {line["code"]: line["value"] for line in lines if line["step"] in ("normalise", "aggregate")}
        for line in lines:
            if line["step"] != "aggregate":
                continue
            parts = [part for part in lines if part["step"] == "part" and part["code"] == line["code"]]
            assert abs(sum(part["contribution"] for part in parts) - line["value"]) < 1e-9
            assert abs(sum(part["weight"] for part in parts) - 1) < 1e-12
            total = sum(part["term"] for part in parts)
            assert abs((math.exp(total) if line["method"] == "geometric" else total) - line["value"]) < 1e-9
            assert all(part["value"] == scores[part["part"]] for part in parts)
        ranked = json.loads(csindex("rank", "-p", TINY, "-f", "json").stdout)
        assert scores["tiny"] == next(row["score"] for row in ranked if row["iso3"] == iso3)


def check_raw_places():
    """The line that explain names holds the value that explain shows."""
    text = (TINY / "data.csv").read_text().splitlines()
    n = 0
    for line in json.loads(csindex("explain", "JPN", 2022, "-p", TINY, "-f", "json").stdout):
        if line["step"] == "raw":
            iso3, year, indicator, value = text[line["line"] - 1].split(",")
            assert (iso3, year, indicator, float(value)) == ("JPN", "2022", line["code"], line["value"])
            n += 1
    assert n == 4


def check_results_equal_project():
    """What is shown from written results is what is computed."""
    with directory() as work:
        assert csindex("run", TINY, "-o", f"{work}/out", "-q", "--replicates", "0").returncode == 0
        for view in (["rank"], ["trend", "KEN"], ["compare", "CHE", "PRK"]):
            for form in ("table", "csv"):
                written = csindex(*view, "-f", form, "-r", f"{work}/out")
                assert written.returncode == 0 and written.stderr == b"", written.stderr
                assert written.stdout == csindex(*view, "-f", form, "-p", TINY).stdout, view
        here = csindex("rank", "-f", "csv", cwd=work)
        assert here.stdout == csindex("rank", "-f", "csv", "-p", TINY).stdout, "./out is found"
        assert csindex("rank", "-r", f"{work}/out", "-p", TINY).returncode == 64


def give_intervals(out):
    """Writes made-up quantiles into the scores of `out`, as an ensemble would."""
    file = pathlib.Path(out, "scores.csv.gz")
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(file.read_bytes()).decode())))
    for row in rows:
        if row["score"]:
            score, rank, n = float(row["score"]), int(row["rank"]), int(row["n_ranked"])
            row.update(score_q05=repr(max(1, score - 2 * rank - 3)), score_q50=repr(score), score_q95=repr(min(100, score + 2)),
                       rank_q05=max(1, rank - 1), rank_q50=rank, rank_q95=min(n, rank + 2))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    packed = gzip.compress(text.getvalue().encode(), mtime=0)
    manifest = pathlib.Path(out, "manifest.json")
    was, now = (hashlib.sha256(data).hexdigest() for data in (file.read_bytes(), packed))
    manifest.write_text(manifest.read_text().replace(was, now).replace(f": {file.stat().st_size},", f": {len(packed)},"))
    file.write_bytes(packed)


INTERVALS = {
    "rank_intervals": ["rank"],
    "rank_intervals_ascii": ["rank", "--ascii", "--width", "70"],
    "rank_intervals_colour": ["rank", "--color", "always", "--width", "60"],
    "rank_intervals_csv": ["rank", "--top", "2", "--format", "csv"],
    "trend_intervals": ["trend", "IND"],
}


def compare_intervals(update):
    with directory() as work:
        assert csindex("run", TINY, "-o", f"{work}/out", "-q", "--replicates", "0").returncode == 0
        give_intervals(f"{work}/out")
        return [name for name, view in INTERVALS.items() if not compare(name, view + ["-r", f"{work}/out"], update)]


def main():
    require("rank", "explain", "check", "countries")
    update = "--update" in sys.argv
    assert SOURCE.is_dir()
    wrong = [name for name in CASES if not compare(name, arguments_of(name), update)] + compare_intervals(update)
    check_formats_agree()
    check_explain_takes_the_latest_year()
    check_explain_adds_up()
    check_raw_places()
    check_results_equal_project()
    print(f"{len(CASES) + len(INTERVALS)} views", "written" if update else "compared", "differing:" if wrong else "", *wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
