#!/usr/bin/python3
"""Inputs made to exhaust: one endless line, an endless quote, a million columns, a gzip bomb, ten thousand levels. Each ends
with a clear word and within bounded memory, which is measured on the plain build; each limit is the documented one, and
moves with `limits` in index.yaml."""
import gzip
import os
import pathlib
import sys
import tempfile

from faults import COMMAND, CONFIGURATION, COUNTRIES, IS_SANITIZED, write_project

MIB = 1 << 20
LONG = 20 * MIB if IS_SANITIZED else 100 * MIB  # beyond the 16 MiB that a record may have
HEADING = b"iso3,year,indicator,value,standard_error\n"
CELLS = "".join(f"{iso3},{year},c,{0.1 * i + 0.1},\n" for i, iso3 in enumerate(COUNTRIES) for year in (2019, 2021)).encode()


def write(path, *parts):
    """Parts are bytes, or (bytes, how often). Piece by piece: what this process once held would count as the child's."""
    with open(path, "wb") as file:
        for part in parts:
            piece, times = part if isinstance(part, tuple) else (part, 1)
            for _ in range(times):
                file.write(piece)


def measured(arguments, work):
    """Exit code, standard error, the most memory that it held."""
    with open(work / "err", "wb") as err, open(os.devnull, "r+b") as null:
        child = os.posix_spawn(COMMAND, [COMMAND, *map(str, arguments)], os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, err.fileno(), 2)])
        _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), (work / "err").read_text(errors="replace"), usage.ru_maxrss * 1024


def line(project):
    write(project / "more.csv", HEADING, (b"x" * 1024, LONG // 1024))


def record(project):
    """A cell of 20 MiB: too long by default, read where the limit says so."""
    write(project / "more.csv", HEADING.replace(b"\n", b",note\n"), CELLS.replace(b",\n", b",,\n"), b"CHE,2020,c,0.2,,",
          (b"x" * 1024, 20 * 1024), b"\n")


def quote(project):
    write(project / "more.csv", HEADING, b'CHE,2019,"', (b"c,1\n" * 256, LONG // 1024))


def columns(project):
    n = 100 if IS_SANITIZED else 1000
    rows = [part for row in CELLS.splitlines() for part in (row[:-1], (b"," * 1000, n), b"\n")]
    write(project / "more.csv", b"iso3,year,indicator,value",
          *(b"".join(b",n%d" % i for i in range(1000 * k, 1000 * k + 1000)) for k in range(n)), b"\n", *rows)


def bomb(project):
    """A thousand to one, in many members: 10 MiB that would be 10 GiB (sanitized: a tenth)."""
    write(project / "more.csv", gzip.compress(HEADING, mtime=0),
          (gzip.compress(b"\n" * MIB, mtime=0), 1024 if IS_SANITIZED else 10240))


def levels(project):
    rows = ["iCode,Level,Parent,Direction,Weight,Type"]
    rows += [f"n{i},{i},n{i + 1},1,1,{'Indicator' if i == 1 else 'Aggregate'}" for i in range(1, 10000)]
    (project / "framework.csv").write_text("\n".join(rows + ["n10000,10000,,1,1,Aggregate"]) + "\n")


def limit(text):
    def spoil(project):
        (project / "index.yaml").write_text(CONFIGURATION + f"limits: {{{text}}}\n")
    return spoil


# What is done to the project, the exit code, the words, the most memory in MiB: some depends on how far threads read ahead.
CASES = [
    ("a line of 100 MiB", [line], 65, "limits: record_bytes", 150),
    ("a quote that never ends", [quote], 65, "limits: record_bytes", 150),
    ("a record of 20 MiB", [record], 65, "limits: record_bytes", 150),
    ("a record of 20 MiB where it may be 32", [record, limit("record_bytes: 33554432")], 0, "", 250),
    ("a million columns", [columns], 0, "", 400),
    ("a gzip bomb", [bomb, limit("file_bytes: 100000000")], 65, "limits: file_bytes", 100),
    ("ten thousand levels", [levels], 78, "framework.csv", 100),
]


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, spoilers, code, words, most in CASES:
            work = pathlib.Path(tempfile.mkdtemp(dir=directory))
            write_project(work / "project")
            for spoil in spoilers:
                spoil(work / "project")
            got, err, held = measured(["run", work / "project", "-o", work / "out"], work)
            print(f"{name}: exit {got}, {held // MIB} MiB, {err.splitlines()[0][:120] if err else ''}")
            assert got == code and words in err, err[:1000]
            assert max(map(len, err.splitlines()), default=0) < 2000, "the message repeats the input"
            assert IS_SANITIZED or held < most * MIB, f"{held // MIB} MiB"
            assert code == 0 or not (work / "out" / "manifest.json").exists()


if __name__ == "__main__":
    sys.exit(main())
