#!/usr/bin/python3
"""Every allocation of every view fails in turn: exit 71 with a word about memory and nothing on standard output, or the
output that it would have had. No crash, no half table, nothing kept."""
import errno
import os
import pathlib
import shutil
import sys
import tempfile

from faults import IS_LONG, IS_SANITIZED, injected, run

TINY = pathlib.Path(os.environ["CSINDEX_SOURCE"]) / "tests/data/tiny"
VIEWS = [["rank", "-p", TINY], ["rank", "-p", TINY, "-f", "json"], ["trend", "KEN", "-p", TINY],
         ["compare", "CHE", "Kenya", "-p", TINY], ["explain", "IND", "2020", "-p", TINY], ["check", TINY],
         ["explain", "FRA", "2022", "-p", TINY, "-f", "csv"], ["methods", "minmax"], ["countries", "Kenya", "Korea"],
         ["rank", "--help"], ["generate", "man"]]
A_VIEW = 60  # failing allocations tried of each in ./check; tests/soak tries all


def try_view(view, report):
    usual = run(view)
    report.unlink(missing_ok=True)
    assert injected(view, "malloc", 0, report=report).returncode == usual.returncode
    n_calls, n_kept = map(int, report.read_text().split())
    wrong = []
    step = 1 if IS_LONG else max(1, n_calls // A_VIEW)
    for at in range(1, n_calls + 1, step):
        report.unlink(missing_ok=True)
        got = injected(view, "malloc", at, errno.ENOMEM, "fail", report)
        what = f"{view[0]}, allocation {at} of {n_calls}: exit {got.returncode}: {got.stderr.strip()[:200]}"
        if got.returncode == usual.returncode and got.stdout != usual.stdout:
            wrong.append(f"{what}: printed something else")
        elif got.returncode not in (usual.returncode, 71):
            wrong.append(what)
        elif got.returncode == 71 and (got.stdout or "memory" not in got.stderr):
            wrong.append(f"{what}: {got.stdout[:80]!r}")
        if report.exists() and int(report.read_text().split()[1]) > n_kept:
            wrong.append(f"{what}: blocks were not freed")
    return len(range(1, n_calls + 1, step)), wrong


def main():
    if IS_SANITIZED:
        print("skipped: AddressSanitizer owns malloc; the plain build runs this test")
        return 77
    work = pathlib.Path(tempfile.mkdtemp())
    n, wrong = 0, []
    for view in VIEWS:
        tried, found = try_view(view, work / "report")
        n += tried
        wrong += found
    shutil.rmtree(work)
    print("\n".join(wrong[:40]))
    print(f"{n} runs of {len(VIEWS)} views with one allocation failing, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
