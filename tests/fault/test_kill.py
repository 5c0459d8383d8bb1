#!/usr/bin/python3
"""Two hundred runs are killed (SIGKILL) at random moments, half of them near the end, where files are switched. After
each, `csindex verify` accepts the output directory, which holds the old or the new result, every file of it, and the
next run is not locked out. Runs that end before their kill do not count: they tell how long a run takes just now, from
which the next moments are drawn, so that a machine whose load changes still kills runs under way."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from faults import COMMAND, IS_LONG, run, snapshot, write_project

N_KILLS = 2000 if IS_LONG else 200


def kill_after(process, delay):
    """Whether the process still ran when it was killed, `delay` seconds from now."""
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def main():
    seed = int(os.environ.get("CSINDEX_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CSINDEX_SEED={seed}")
    draw = random.Random(seed)
    work = pathlib.Path(tempfile.mkdtemp())
    out, results = work / "out", []
    projects = [work / "first", work / "second"]
    for shift, project in enumerate(projects):
        write_project(project, shift)
        start = time.monotonic()
        assert run(["run", project, "-o", out, "-q"]).returncode == 0
        usual = time.monotonic() - start
        results.append(snapshot(out))
    assert results[0] != results[1]

    wrong, n_killed, n_old, n_new = [], 0, 0, 0
    for attempt in range(4 * N_KILLS):
        if n_killed == N_KILLS:
            break
        was = results.index(snapshot(out))
        project = projects[1 - was]
        delay = draw.uniform(0, usual * 1.1) if attempt % 2 else draw.uniform(usual * 0.6, usual * 1.1)
        start = time.monotonic()
        process = subprocess.Popen([COMMAND, "run", project, "-o", out, "-q"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        was_killed = kill_after(process, delay)
        if was_killed:
            usual = max(usual, delay)
        else:
            usual = time.monotonic() - start
        checked = run(["verify", out])
        now = {name: digest for name, digest in snapshot(out).items() if not name.startswith(".csindex-")}
        if checked.returncode != 0:
            wrong.append(f"kill {attempt} after {delay:.4f} s: verify ended {checked.returncode}: {checked.stderr[:300]}")
        if now not in results:
            wrong.append(f"kill {attempt} after {delay:.4f} s: neither the old nor the new result")
        n_killed += was_killed
        n_new += was_killed and now == results[1 - was]
        n_old += was_killed and now == results[was]
        if wrong or attempt % 10 == 0:  # a run is not locked out, and sweeps away what killed ones left
            again = run(["run", project, "-o", out, "-q"])
            if again.returncode != 0 or snapshot(out) != results[1 - was]:
                wrong.append(f"kill {attempt}: the next run ended {again.returncode}: {again.stderr[:300]}")
                break
        elif now not in results:
            break
        else:
            for path in out.glob(".csindex-*"):
                path.unlink()
    shutil.rmtree(work)
    print("\n".join(wrong[:20]))
    print(f"{n_killed} of {attempt + 1} runs killed under way; {n_old} left the old result, {n_new} the new one, "
          f"{len(wrong)} wrong")
    return 1 if wrong or n_killed < N_KILLS else 0


if __name__ == "__main__":
    sys.exit(main())
