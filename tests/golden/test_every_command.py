#!/usr/bin/python3
"""Every command once, as it is meant, over a small project: each ends with 0, says nothing on standard error that is an
error, and prints or writes something. Under the sanitizers this is what walks through all of them."""
import pathlib
import sys

from cli import TINY, csindex, directory

COVARIATES = "iso3,area\nCHE,41\nKEN,580\nFRA,644\nIND,3287\nJPN,378\nPRK,121\n"
LINES = [
    ["run", TINY, "-o", "old"],
    ["run", TINY, "-o", "new", "--seed", "7"],
    ["check", TINY],
    ["verify", "new"],
    ["rank", "-p", TINY],
    ["groups", "-p", TINY],
    ["profile", "CHE", "-p", TINY],
    ["compare", "CHE", "KEN", "--why", "-p", TINY],
    ["trend", "CHE", "-p", TINY],
    ["explain", "CHE", "2021", "-p", TINY],
    ["peers", "CHE", "--by", "area", "--covariates", "covariates.csv", "--year", "2021", "-p", TINY],
    ["movers", "2020", "2022", "-p", TINY],
    ["convergence", "-p", TINY],
    ["sensitivity", "--samples", "16", "-p", TINY],
    ["audit", TINY],
    ["diff", "old", "new"],
    ["ensemble", TINY, "--shard", "1/2", "-o", "part-1"],
    ["ensemble", TINY, "--shard", "2/2", "-o", "part-2"],
    ["merge", "-p", TINY, "-o", "merged", "part-1", "part-2"],
    ["export"],
    ["export", "all", "new", "-o", "exports"],
    ["notebook", "new"],
    ["report", "new", "-p", TINY],
    ["init", "started"],
    ["methods"],
    ["countries", "Switzerland", "DEU"],
    ["generate", "man"],
    ["help", "run"],
]


def main():
    named = {line[0] for line in LINES}
    listed = csindex("help").stdout.decode().split("Commands:")[1].split("Options of")[0]
    known = {line.split()[0] for line in listed.splitlines() if line[2:3].isalpha()}
    wrong = 0
    with directory() as work:
        pathlib.Path(work, "covariates.csv").write_text(COVARIATES)
        for line in LINES:
            got = csindex(*map(str, line), cwd=work)
            if got.returncode != 0 or b"error" in got.stderr or not (got.stdout or got.stderr):
                wrong += 1
                print(f"{line}: exit {got.returncode}: {got.stderr.decode(errors='replace')[-800:]}")
    print(f"{len(LINES)} lines, {wrong} wrong; commands without one: {sorted(known - named)}")
    return 1 if wrong or not known or known - named else 0


if __name__ == "__main__":
    sys.exit(main())
