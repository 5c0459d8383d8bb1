#!/usr/bin/python3
"""Sums gcov's counts over rooms: lines, and branches that can be taken (calls' exceptional ways out are not)."""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile


def main(build, *rooms):
    notes = sorted(str(path.resolve()) for path in pathlib.Path(build, "CMakeFiles/csindex_objects.dir").rglob("*.gcda"))
    totals = {}
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *notes], cwd=directory,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        for path in pathlib.Path(directory).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(path.read_bytes()))["files"]:
                name = file["file"].removeprefix("./")
                if name.split("/")[0] in rooms and name.endswith(".c"):
                    add(totals, name, file)
    for room in rooms:
        files = {name: total for name, total in totals.items() if name.startswith(room + "/")}
        print_sum(room, files.values())
    print("least covered:")
    worst = sorted(totals.items(), key=lambda item: item[1][3] / max(1, item[1][2]))
    for name, total in worst[:15]:
        print_sum("  " + name, [total])


def add(totals, name, file):
    lines = file["lines"]
    branches = [branch for line in lines for branch in line["branches"] if not branch["throw"]]
    totals[name] = (len(lines), sum(line["count"] > 0 for line in lines), len(branches),
                    sum(branch["count"] > 0 for branch in branches))


def print_sum(name, totals):
    lines, lines_hit, branches, branches_hit = (sum(column) for column in zip(*totals))
    print(f"{name}: lines {100 * lines_hit / lines:.1f} % of {lines}, branches "
          f"{100 * branches_hit / max(1, branches):.1f} % of {branches}")


if __name__ == "__main__":
    main(*sys.argv[1:])
