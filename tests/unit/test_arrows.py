#!/usr/bin/python3
"""Rooms may include what stands left of them, never what stands right:

    core <- ingest <- metrics <- index <- notebooks-export <- cli

Also: an #include in quotes names its room, and nobody includes a .c file."""
import os
import pathlib
import re
import sys
import tempfile

ROOMS = ["core", "ingest", "metrics", "index", "notebooks-export", "cli"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
# notebooks-export is written without its hyphen in no include; generated headers have no room of their own.
GENERATED = re.compile(r"^generated/|^[a-z_]+_(table|data)\.h$")


def findings(source):
    for rank, room in enumerate(ROOMS):
        for path in sorted((source / room).glob("**/*.[ch]")) + sorted((source / room).glob("**/*.def")):
            text = path.read_text(encoding="utf-8")
            for match in INCLUDE.finditer(text):
                target = match[1]
                place = f"{path.relative_to(source)}:{text[:match.start()].count(chr(10)) + 1}"
                other = target.split("/")[0]
                if target.endswith(".c"):
                    yield f"{place}: includes the source file {target}"
                elif GENERATED.match(target):
                    continue
                elif other not in ROOMS:
                    yield f"{place}: {target} names no room"
                elif ROOMS.index(other) > rank:
                    yield f"{place}: {room} must not include {target}"


def sample(files):
    directory = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = pathlib.Path(directory.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def self_test():
    bad = {
        "core/a.c": '#include <stdio.h>\n#include "ingest/ingest.h"\n',
        "metrics/b.h": '  # include "index/run.h"\n#include "core/panel.h"\n',
        "index/c.c": '#include "project.h"\n',
        "cli/d.c": '#include "core/diag.c"\n',
    }
    with sample(bad) as directory:
        found = [line.split(":")[0] for line in findings(pathlib.Path(directory))]
    assert found == ["core/a.c", "metrics/b.h", "index/c.c", "cli/d.c"], found
    good = {"cli/a.c": '#include "core/diag.h"\n#include "cli/terminal.h"\n', "core/b.c": "/* none */\n"}
    with sample(good) as directory:
        assert not list(findings(pathlib.Path(directory)))


def main():
    self_test()
    source = pathlib.Path(os.environ["CSINDEX_SOURCE"])
    n_files = sum(1 for room in ROOMS for _ in (source / room).glob("**/*.[ch]"))
    assert n_files > 20, f"only {n_files} files were found: is this the source tree?"
    wrong = list(findings(source))
    print("\n".join(wrong) or f"{n_files} files, no arrow points the wrong way")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
