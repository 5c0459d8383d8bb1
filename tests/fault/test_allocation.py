#!/usr/bin/python3
"""Every allocation of a run fails in turn, the libraries' own included: no crash, nothing kept that should be freed,
exit 71 with a word about memory, and the previous result untouched. A run that can do without (a thread, a message)
may succeed, and then publishes exactly what it would have."""
import errno
import pathlib
import shutil
import sys
import tempfile

from faults import IS_LONG, IS_SANITIZED, injected, restore, run, snapshot, write_project

IN_CHECK = 500  # failing allocations tried in ./check; tests/soak tries all


def main():
    if IS_SANITIZED:
        print("skipped: AddressSanitizer owns malloc; the plain build runs this test")
        return 77
    work = pathlib.Path(tempfile.mkdtemp())
    project, out, old, report = work / "project", work / "out", work / "old", work / "report"
    arguments = ["run", project, "-o", out, "-q", "-j", "1"]
    write_project(project)
    assert run(arguments).returncode == 0, run(arguments).stderr
    shutil.copytree(out, old)
    before = snapshot(out)
    write_project(project, shift=1)
    assert injected(arguments, "malloc", 0, report=report).returncode == 0
    n_calls, n_kept = map(int, report.read_text().split())
    after = snapshot(out)
    assert before != after and n_calls > 100, (n_calls, before)

    step = 1 if IS_LONG else max(1, n_calls // IN_CHECK)
    cases = [(at, "fail") for at in range(1, n_calls + 1, step)]
    cases += [(at, "rest") for at in range(1, n_calls + 1, step * 10)]
    wrong, n_done_without = [], 0
    for at, mode in cases:
        restore(out, old)
        report.unlink(missing_ok=True)
        got = injected(arguments, "malloc", at, errno.ENOMEM, mode, report)
        what = f"allocation {at} of {n_calls} ({mode}): exit {got.returncode}: {got.stderr.strip()[:200]}"
        n_left = int(report.read_text().split()[1]) if report.exists() else None
        if got.returncode == 0:
            n_done_without += 1
            if snapshot(out) != after:
                wrong.append(f"{what}: succeeded with other bytes")
        elif got.returncode != 71:
            wrong.append(what)
        elif snapshot(out) != before:
            wrong.append(f"{what}: the previous result was touched: {sorted(snapshot(out))}")
        elif mode == "fail" and "memory" not in got.stderr:
            wrong.append(f"{what}: no word about memory")
        if n_left is not None and n_left > n_kept:
            wrong.append(f"{what}: {n_left - n_kept} blocks were not freed")
    shutil.rmtree(work)
    print("\n".join(wrong[:20]))
    print(f"{n_calls} allocations, {len(cases)} runs with one or the rest failing, {n_done_without} did without, "
          f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
