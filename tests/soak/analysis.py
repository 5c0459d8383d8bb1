#!/usr/bin/python3
"""Holds findings ("tool path:line check") against waivers ("tool path check: reason", path may be *)."""
import collections
import pathlib
import sys


def read_waivers(path):
    waivers = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if line and not line.startswith("#"):
            key, reason = line.split(": ", 1)
            assert reason.strip(), line
            waivers[tuple(key.split())] = reason
    return waivers


def main(found, waivers):
    waivers, used, bad = read_waivers(waivers), set(), []
    count = collections.Counter()
    for finding in sorted(set(pathlib.Path(found).read_text().splitlines())):
        tool, place, check = finding.split()
        keys = [key for key in ((tool, place.split(":")[0], check), (tool, "*", check)) if key in waivers]
        count[tool, bool(keys)] += 1
        used.update(keys)
        if not keys:
            bad.append(finding)
    for tool in ("gcc", "tidy", "cppcheck"):
        print(f"{tool}: {count[tool, False]} findings, {count[tool, True]} waived with a reason")
    for finding in bad:
        print(f"finding: {finding}")
    for key in sorted(set(waivers) - used):
        print(f"this waiver is needed no more: {' '.join(key)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
