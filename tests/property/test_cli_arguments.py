#!/usr/bin/python3
"""Random command lines over the tiny project: whatever is typed, the command ends with a documented code, says why when it
fails, and prints a result only when it has one."""
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["CSINDEX_SOURCE"], "tests/golden"))
from cli import COMMAND, TINY, csindex  # noqa: E402

IS_SANITIZED = "CSINDEX_SANITIZE:BOOL=ON" in open(os.path.join(os.environ["CSINDEX_BUILD"], "CMakeCache.txt")).read()
N = 100 if IS_SANITIZED else 400  # sanitized programs start slowly
CODES = {0, 1, 64, 65, 66, 73, 78}
VIEWS = ["rank", "trend", "compare", "explain", "check", "methods", "countries", "help", "verify", "init", "run", "nothing"]
WORDS = ["CHE", "Kenya", "2021", "2020", "care", "users", "-1", "", "-", "--", "0", "99999999999999999999", "\u202eX", "a" * 3000,
         "\xff", "World", "Korea", "tiny", str(TINY), "/nowhere", "%s%n", "=1+1", "minmax", "impute.carry", "\n", "1e3"]
OPTIONS = ["--year", "-y", "--node", "-n", "--top", "-t", "--bottom", "--format", "-f", "--digits", "-d", "--ascii", "-a",
           "--width", "-w", "--results", "--why", "--quiet", "-qq", "-v", "--color", "--log-format", "--no-progress", "--he",
           "--form=csv", "--format=json", "--digits=15", "--width=20", "-fcsv", "-aw30", "--threads=2", "--seed=5", "--unknown"]


def command_line(draw):
    line = [draw.choice(VIEWS)]
    for _ in range(draw.randrange(6)):
        line.append(draw.choice(OPTIONS if draw.random() < 0.5 else WORDS))
    if draw.random() < (0.95 if line[0] == "run" else 0.7):  # without a project it computes the default index: a second
        line += ["-p", str(TINY)] if line[0] in ("rank", "trend", "compare", "explain") else [str(TINY)]
    return line


def fault_of(line, got):
    if got.returncode not in CODES:
        return f"exit {got.returncode}"
    if got.returncode > 1 and got.stdout:
        return "failed, and printed a result"
    if got.returncode > 1 and b"error" not in got.stderr:
        return "failed without a word"
    if b"\x1b" in got.stderr + got.stdout and "always" not in line:
        return "an escape came through"
    if b"Sanitizer" in got.stderr or b"runtime error" in got.stderr:
        return "a sanitizer spoke"
    return None


def main():
    seed = int(os.environ.get("CSINDEX_SEED", 20181112))
    print(f"CSINDEX_SEED={seed}")
    draw = random.Random(seed)
    wrong, codes = 0, {}
    with tempfile.TemporaryDirectory() as work:
        for _ in range(N):
            line = command_line(draw)
            got = csindex(*line, cwd=work)
            codes[got.returncode] = codes.get(got.returncode, 0) + 1
            fault = fault_of(line, got)
            if fault is not None:
                wrong += 1
                print(f"{fault}: {line}: {got.stderr.decode(errors='replace')[-500:]}")
    print(f"{N} command lines of {os.path.basename(COMMAND)}, codes {dict(sorted(codes.items()))}, {wrong} wrong")
    assert len(codes) >= 4, "the lines reach many ends"
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
