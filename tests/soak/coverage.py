#!/usr/bin/python3
"""Sums gcov's counts over rooms: lines, and branches that can be taken (calls' exceptional ways out are not). A function
that is compiled for several processors counts once. Told apart: branches that only a failure takes, on lines that hand a
status or the want of memory on (the fault tests fail each allocation and each transfer in turn, but one run of them goes
through one way out), and branches of behaviour, all others."""
import collections
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FAILURE = re.compile(r"CSI_TRY|NULL|status (?:==|!=)|no_memory|ERR_MEMORY|_overflow|SIZE_MAX|!= CSI_OK|== CSI_OK")


def main(build, *rooms):
    notes = sorted(str(path.resolve()) for room in rooms
                   for path in pathlib.Path(build, "CMakeFiles/csindex_objects.dir", room).rglob("*.gcda"))
    lines = collections.defaultdict(lambda: collections.defaultdict(dict))
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *notes], cwd=directory,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        for path in pathlib.Path(directory).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(path.read_bytes()))["files"]:
                name = file["file"].removeprefix("./")
                if name.split("/")[0] in rooms and name.endswith(".c"):
                    add(lines[name], file)
    totals = {name: sum_up(name, file) for name, file in lines.items()}
    for room in rooms:
        print_sum(room, [total for name, total in totals.items() if name.startswith(room + "/")])
    print("least covered, by branches of behaviour not taken:")
    for name, total in sorted(totals.items(), key=lambda item: item[1][5] - item[1][4])[:25]:
        print_sum("  " + name, [total])
    pathlib.Path(build, "not-taken.txt").write_text("".join(sorted(not_taken(lines))))


def add(lines, file):
    for line in file["lines"]:
        branches = [branch["count"] for branch in line["branches"] if not branch["throw"]]
        held = lines[line["line_number"]]
        held["count"] = max(held.get("count", 0), line["count"])
        clones = held.setdefault("branches", {})
        kept = clones.get(len(branches), [0] * len(branches))
        clones[len(branches)] = [max(pair) for pair in zip(kept, branches)]


def branches_of(line):
    """Clones may be optimised into different numbers of branches: the most covered one stands for the line."""
    lists = [counts for counts in line["branches"].values() if counts]
    return max(lists, key=lambda counts: (sum(map(bool, counts)) / len(counts), len(counts))) if lists else []


def sum_up(name, lines):
    source = pathlib.Path(name).read_text().splitlines()
    total = [0] * 6
    for number, line in lines.items():
        branches = branches_of(line)
        taken = sum(map(bool, branches))
        total[0] += 1
        total[1] += line["count"] > 0
        total[2] += len(branches)
        total[3] += taken
        if not FAILURE.search(source[number - 1]):
            total[4] += len(branches)
            total[5] += taken
    return total


def not_taken(lines):
    for name, file in lines.items():
        source = pathlib.Path(name).read_text().splitlines()
        for number, line in file.items():
            branches = branches_of(line)
            if not all(branches) and not FAILURE.search(source[number - 1]):
                yield f"{name}:{number:4}: {branches.count(0)} of {len(branches)}: {source[number - 1].strip()}\n"


def print_sum(name, totals):
    lines, lines_hit, branches, branches_hit, behaviour, behaviour_hit = (sum(column) for column in zip(*totals))
    print(f"{name}: lines {100 * lines_hit / lines:.1f} % of {lines}, branches "
          f"{100 * branches_hit / max(1, branches):.1f} % of {branches}, of behaviour "
          f"{100 * behaviour_hit / max(1, behaviour):.1f} % of {behaviour}")


if __name__ == "__main__":
    main(*sys.argv[1:])
