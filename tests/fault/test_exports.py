#!/usr/bin/python3
"""Every allocation of an export fails in turn, those of the libraries that write the foreign formats included. Some of
them end the program then (libxlsxwriter and ReadStat use what they were not given, GLib aborts): that must harm nothing.
Whatever happens, the results stay as they were, every file of the exports is a whole one, the old or the new (fontconfig
goes on without a font that it had no memory for and says nothing: a PNG may show another then), and the next export works. Where our own code is asked for memory there is a word about it and exit 71, never a crash."""
import errno
import pathlib
import re
import shutil
import sys
import tempfile

from faults import IS_LONG, IS_SANITIZED, injected, restore, run, snapshot, write_project

IN_CHECK, IN_SOAK = 30, 3000  # failing allocations tried for each form, spread over all
FOREIGN = {"workbook", "stata", "spss", "charts"}  # forms whose libraries end the program
TEMPORARY = re.compile(r"^\.")


def forms():
    listed = run(["export", "-f", "csv"]).stdout.splitlines()[1:]
    return [line.split(",")[0] for line in listed]


def published(directory):
    return {name: digest for name, digest in snapshot(directory).items() if not TEMPORARY.match(name)}


def is_whole_png(path):
    content = path.read_bytes()
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


def main():
    if IS_SANITIZED:
        print("skipped: AddressSanitizer owns malloc; the plain build runs this test")
        return 77
    work = pathlib.Path(tempfile.mkdtemp())
    project, out, exports, old, report = (work / name for name in ("project", "out", "exports", "old", "report"))
    write_project(project)
    assert run(["run", project, "-o", out, "-q"]).returncode == 0
    assert run(["export", "all", out, "-o", exports, "-q"]).returncode == 0
    write_project(project, shift=1)
    assert run(["run", project, "-o", out, "-q"]).returncode == 0
    shutil.copytree(exports, old)
    before, results = published(exports), snapshot(out)
    wrong, told = [], []
    for form in forms():
        arguments = ["export", form, out, "-o", exports, "-q"]
        assert injected(arguments, "malloc", 0, report=report).returncode == 0
        after = published(exports)
        n_calls = int(report.read_text().split()[0])
        step = max(1, n_calls // (IN_SOAK if IS_LONG else IN_CHECK))
        n_runs = n_refused = n_died = 0
        for at in range(1, n_calls + 1, step):
            restore(exports, old)
            got = injected(arguments, "malloc", at, errno.ENOMEM)
            n_runs += 1
            n_refused += got.returncode == 71
            n_died += got.returncode < 0
            what = f"{form}, allocation {at} of {n_calls}: exit {got.returncode}: {got.stderr.strip()[:160]}"
            if got.returncode < 0 and form not in FOREIGN or got.returncode > 0 and got.returncode not in (71, 74):
                wrong.append(what)
            now = published(exports)
            now |= {name: after[name] for name, digest in now.items()
                    if name.endswith(".png") and digest != before.get(name) and is_whole_png(exports / name)}
            if any(digest not in (before.get(name), after.get(name)) for name, digest in now.items()):
                wrong.append(f"{what}: a file is neither the old nor the new one")
            if set(now) != set(before):
                wrong.append(f"{what}: files came or went: {sorted(set(now) ^ set(before))}")
            if got.returncode == 0 and now != after:
                wrong.append(f"{what}: succeeded with other files")
        restore(exports, old)
        if run(arguments).returncode != 0 or published(exports) != after or set(snapshot(exports)) != set(after):
            wrong.append(f"{form}: the next export does not work, or a temporary is left")
        restore(exports, old)
        told.append(f"{form}: {n_calls} allocations, {n_runs} failing, {n_refused} refused, {n_died} ended by the library")
    if snapshot(out) != results:
        wrong.append("the results were touched")
    shutil.rmtree(work)
    print("\n".join(wrong[:20] + told))
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
