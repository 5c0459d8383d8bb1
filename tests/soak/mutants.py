#!/usr/bin/python3
"""Mutation testing of the arithmetic: single changes of operators and constants in metrics, and in core where it reads
and writes numbers and keeps frameworks and panels. Drawn with a fixed seed (CSINDEX_SEED), every file in proportion to its
places and at least one of each. A mutant is compiled and run against those C tests that reach its very line, the quick
ones first (which reach it is measured once, in a build with counters), and if none notices, against the one that
computes random indices again from outside, in Python. A mutant that no test notices is printed; one that does not
compile or compiles to the same code is drawn again.

Usage: mutants.py COUNT [FIRST]: COUNT mutants of the shuffled places, from the FIRST on (so that a long run can be cut).
CSINDEX_MUTANT_FILES, a regular expression, takes only the files whose name it finds."""
import gzip
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

SWAPS = [(r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" < ", " <= "), (r" <= ", " < "),
         (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
         (r"\b1\.0\b", "0.0"), (r"\b0\.0\b", "1.0"), (r"\b0\.5\b", "0.25"), (r"\+\+;", "--;"), (r"\+= ", "-= "),
         (r"(?<=[(= ])!(?=\w)", "")]
FILES = ["metrics", "core/number_read.c", "core/number_write.c", "core/framework.c", "core/panel.c"]
CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|^[ \t]*#[^\n]*', re.S | re.M)
# A size that could not be had, a status handed on: the fault tests' concern, not the arithmetic's.
HANDED_ON = re.compile(r"NULL|status (?:==|!=)|CSI_OK|ERR_MEMORY|alloc\(")
OUTSIDE = ["property/test_differential.py"]
WORK = pathlib.Path(os.environ.get("CSINDEX_MUTANT_TREE", "build/mutants")).resolve()
ORACLE = pathlib.Path(os.environ.get("CSINDEX_ORACLE_DIR", "../shared/oracle")).resolve()
SOURCE, PLAIN, COUNTED = WORK / "source", WORK / "build", WORK / "counted"


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode


def places():
    """Each file's places, shuffled; then the files are taken in turn, in proportion to their places."""
    drawn = []
    for room in FILES:
        path = SOURCE / room
        for file in sorted(path.glob("*.c")) if path.is_dir() else [path]:
            if not re.search(os.environ.get("CSINDEX_MUTANT_FILES", ""), file.name):
                continue
            text = file.read_text()
            blank = CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
            own = [(file, match.start(), match.end(), replacement) for pattern, replacement in SWAPS
                   for match in re.finditer(pattern, blank)
                   if not HANDED_ON.search(text.splitlines()[text[:match.start()].count("\n")])]
            random.Random(f"{os.environ.get('CSINDEX_SEED', '1')} {file.name}").shuffle(own)
            drawn += [((i + 0.5) / len(own), file.name, place) for i, place in enumerate(own)]
    return [place for _, _, place in sorted(drawn, key=lambda item: item[:2])], len(drawn)


def test_programs(tree):
    return sorted(path for kind in ("unit", "oracle", "property", "golden")
                  for path in (tree / "tests").glob(f"{kind}_*") if path.is_file() and os.access(path, os.X_OK))


def environment(tree):
    return os.environ | {"CSINDEX": str(tree / "csindex"), "CSINDEX_SOURCE": str(SOURCE), "CSINDEX_BUILD": str(tree),
                         "CSINDEX_REPLICATES": "16", "CSINDEX_ORACLE_DIR": str(ORACLE)}


def run_test(path, tree, patience=120):
    """Whether it passes; a loop without end counts as noticed."""
    try:
        return run(*(["/usr/bin/python3"] if path.suffix == ".py" else []), str(path), cwd=SOURCE, env=environment(tree), timeout=patience) in (0, 77)
    except subprocess.TimeoutExpired:
        return False


def configure(tree, *options):
    subprocess.run(["cmake", "-S", str(SOURCE), "-B", str(tree), "-G", "Ninja", *options], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(tree)], check=True, stdout=subprocess.DEVNULL)


def measure():
    """{"file:line": [test, ...]}, the tests in the order of their time."""
    kept = WORK / "reach.json"
    if kept.exists():
        return json.loads(kept.read_text())
    configure(COUNTED, "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=--coverage -DNDEBUG -O1")
    objects = COUNTED / "CMakeFiles/csindex_objects.dir"
    reach, timing = {}, {}
    for test in test_programs(COUNTED):
        for old in COUNTED.rglob("*.gcda"):
            old.unlink()
        start = time.monotonic()
        assert run_test(test, COUNTED, 900), f"{test.name} fails without a mutation"
        timing[test.name] = time.monotonic() - start
        counted = WORK / "gcov"
        shutil.rmtree(counted, ignore_errors=True)
        counted.mkdir()
        notes = [str(path) for room in FILES for path in objects.glob(room + ("/*.gcda" if "." not in room else ".gcda"))]
        run("gcov", "--json-format", "--preserve-paths", *notes, cwd=counted)
        for path in counted.glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(path.read_bytes()))["files"]:
                for line in file["lines"]:
                    if line["count"] > 0:
                        reach.setdefault(f"{file['file'].removeprefix('./')}:{line['line_number']}", set()).add(test.name)
    reach = {place: sorted(tests, key=timing.get) for place, tests in reach.items()}
    kept.write_text(json.dumps(reach))
    return reach


def object_of(file):
    return PLAIN / "CMakeFiles/csindex_objects.dir" / f"{file.relative_to(SOURCE)}.o"


def digest(file):
    return hashlib.sha256(object_of(file).read_bytes()).hexdigest()


def noticed_by(file, line, reach):
    """The test that fails, None if none does."""
    tests = reach.get(f"{file.relative_to(SOURCE)}:{line}", [])
    for first in range(0, len(tests), 4):
        some = tests[first:first + 4]
        if run("ninja", "-C", str(PLAIN), *[f"tests/{name}" for name in some]) != 0:
            return "the compiler"
        for name in some:
            if not run_test(PLAIN / "tests" / name, PLAIN):
                return name
    run("ninja", "-C", str(PLAIN), "csindex", "libcsindex_shared")
    for name in OUTSIDE:
        if not run_test(SOURCE / "tests" / name, PLAIN):
            return name
    return None


def main(wanted, first=0):
    if not SOURCE.exists():
        subprocess.run(["git", "clone", "-q", f"file://{pathlib.Path.cwd()}", str(SOURCE)], check=True)
    configure(PLAIN, "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG")
    reach = measure()
    for name in OUTSIDE:
        assert run_test(SOURCE / "tests" / name, PLAIN), f"{name} fails without a mutation"
    drawn, total = places()
    n_killed, alive, same = 0, [], 0
    for file, start, end, replacement in drawn[first:]:
        if n_killed + len(alive) == wanted:
            break
        text, before = file.read_text(), digest(file)
        file.write_text(text[:start] + replacement + text[end:])
        try:
            built = run("ninja", "-C", str(PLAIN), str(object_of(file).relative_to(PLAIN))) == 0
            if not built or digest(file) == before:
                same += 1
                continue
            line = text[:start].count("\n") + 1
            by = noticed_by(file, line, reach)
            what = f"{file.relative_to(SOURCE)}:{line}: \"{text[start:end].strip()}\" to \"{replacement.strip()}\""
            if by is None:
                alive.append(what)
                print(f"alive: {what}\n    {text.splitlines()[line - 1].strip()}", flush=True)
            else:
                n_killed += 1
                print(f"killed by {by}: {what}", file=sys.stderr, flush=True)
        finally:
            file.write_text(text)
            run("ninja", "-C", str(PLAIN), str(object_of(file).relative_to(PLAIN)))
    tried = n_killed + len(alive)
    print(f"{n_killed} of {tried} mutants killed: {100 * n_killed / max(1, tried):.1f} % "
          f"(of {total} places; {same} drawn again)")
    return 0 if n_killed >= 0.8 * tried else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
