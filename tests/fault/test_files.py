#!/usr/bin/python3
"""Every open, read, write, fsync, rename and close of a run fails in turn, with the errors that disks really give.
Interruptions and short transfers are no failures: the run must publish the same bytes. After any other failure the
previous result is whole, no temporary is left, the exit code is a documented one and the message names a file."""
import errno
import pathlib
import shutil
import sys
import tempfile

from faults import IS_LONG, IS_SANITIZED, injected, restore, run, snapshot, write_project

FAULTS = [  # call, errno, mode
    ("open", errno.EMFILE, "fail"), ("open", errno.EACCES, "fail"), ("open", errno.EIO, "fail"),
    ("read", errno.EIO, "fail"), ("read", errno.EINTR, "fail"), ("read", 0, "short"),
    ("write", errno.ENOSPC, "fail"), ("write", errno.ENOSPC, "rest"), ("write", errno.EIO, "fail"),
    ("write", errno.EINTR, "fail"), ("write", 0, "short"),
    ("fsync", errno.EIO, "fail"), ("fsync", errno.ENOSPC, "fail"), ("fsync", errno.EINTR, "fail"),
    ("rename", errno.EIO, "fail"), ("rename", errno.ENOSPC, "fail"),
    ("close", errno.EIO, "fail"), ("close", errno.ENOSPC, "fail"),
]
IN_CHECK = 15 if IS_SANITIZED else 40  # calls of one kind that fail in ./check, evenly spread
CODES = {65, 66, 71, 73, 74, 78}
MAY_SUCCEED = {"close", "open"}  # closing what was only read, looking for what need not be there


def main():
    work = pathlib.Path(tempfile.mkdtemp())
    project, out, old, report = work / "project", work / "out", work / "old", work / "report"
    arguments = ["run", project, "-o", out, "-q", "-j", "1"]
    write_project(project)
    assert run(arguments).returncode == 0, run(arguments).stderr
    shutil.copytree(out, old)
    before = snapshot(out)
    write_project(project, shift=1)
    assert run(arguments).returncode == 0
    after = snapshot(out)

    wrong, n_runs, counts = [], 0, {}
    for call, number, mode in FAULTS:
        if call not in counts:
            restore(out, old)
            assert injected(arguments, call, 0, report=report).returncode == 0
            counts[call] = int(report.read_text().split()[0])
        is_harmless = number == errno.EINTR or mode == "short"
        step = 1 if IS_LONG else -(-counts[call] // IN_CHECK)
        for at in range(1, counts[call] + 1, step):
            restore(out, old)
            got = injected(arguments, call, at, number, mode)
            n_runs += 1
            name = errno.errorcode.get(number, "short")
            what = f"{call} {at} of {counts[call]}, {name} ({mode}): exit {got.returncode}: {got.stderr.strip()[:300]}"
            now = snapshot(out)
            if got.returncode == 0:
                if now != after:
                    wrong.append(f"{what}: succeeded with other bytes")
                elif not is_harmless and call not in MAY_SUCCEED:
                    wrong.append(f"{what}: the failure went unnoticed")
            elif is_harmless:
                wrong.append(f"{what}: should have gone on")
            elif got.returncode not in CODES:
                wrong.append(what)
            elif now != before and not (call in ("fsync", "close") and now == after):
                wrong.append(f"{what}: the previous result is not whole: {sorted(set(now) ^ set(before))}")
            elif str(work) not in got.stderr and not any(part in got.stderr for part in after | {
                    "indicators.csv.gz": "", "more.csv": "", "framework.csv": "", "index.yaml": ""}):
                wrong.append(f"{what}: names no file")
    shutil.rmtree(work)
    print("\n".join(wrong[:20]))
    print(f"{n_runs} runs, calls of each kind: {counts}, {len(wrong)} wrong")
    return 1 if wrong or min(counts.values()) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
