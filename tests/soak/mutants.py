#!/usr/bin/python3
"""Mutation testing of the arithmetic: single changes of operators and constants in metrics, in what index computes, and
in core where it reads and writes numbers and keeps frameworks and panels. Drawn with a fixed seed (CSINDEX_SEED), every
file in proportion to its places. A mutant is one file compiled again and one shared library linked again, into which all
test programs look; it then meets those tests that reach its very line, one Criterion test at a time, the quick ones and
those that noticed a mutant of the same file before first, and the Python scripts last. What lives meets the C tests once
more under AddressSanitizer and UndefinedBehaviorSanitizer, as in ./check. Which tests reach a line is measured once, in a
build with counters. A mutant that no test notices is printed; one that does not compile or compiles
to the same code counts for nothing.

Usage: mutants.py COUNT [FIRST]: COUNT of the shuffled places, from the FIRST on (so that a long run can be cut).
CSINDEX_MUTANT_FILES, a regular expression, takes only the files whose name it finds; CSINDEX_MUTANT_JOBS (2) at a time; a
mutant that has lived through CSINDEX_MUTANT_PATIENCE (60) seconds of tests counts as alive."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import queue
import random
import re
import shlex
import shutil
import subprocess
import sys
import time

SWAPS = [(r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" < ", " <= "), (r" <= ", " < "),
         (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
         (r"\b1\.0\b", "0.0"), (r"\b0\.0\b", "1.0"), (r"\b0\.5\b", "0.25"), (r"\b2\.0\b", "1.0"), (r"\+\+;", "--;"),
         (r"\+= ", "-= "), (r" -= ", " += "), (r" \*= ", " /= "), (r"(?<=[(= ])!(?=\w)", ""), (r"(?<=[(=,?:] )-(?=[\w(])", ""),
         (r"(?<=return )-(?=[\w(])", ""), (r"\bfmin\(", "fmax("), (r"\bfmax\(", "fmin("), (r"\bfabs\(", "("),
         (r"\bsqrt\(", "(")]
FILES = ["metrics/*.c", "core/number_*.c", "core/framework.c", "core/panel.c",
         *(f"index/{name}.c" for name in ("movement", "revision", "revision_cells", "revision_split", "rank_set_rows", "rows",
                                          "uncertainty", "covariates", "gate_judge", "output_trends", "output_quality",
                                          "output_rank_*", "audit_*"))]
CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|^[ \t]*#[^\n]*', re.S | re.M)
# A size that could not be had, a status handed on: the fault tests' concern, not the arithmetic's.
HANDED_ON = re.compile(r"NULL|status (?:==|!=)|CSI_OK|ERR_MEMORY|alloc\(")
OUTSIDE = ["property/test_differential.py", *(f"golden/test_{name}.py" for name in (
    "audit", "changes", "diff", "groups", "peers", "rank_changes", "rank_sets", "recompute", "sensitivity_command", "trends",
    "uncertainty", "variants", "cli_views"))]
WORK = pathlib.Path(os.environ.get("CSINDEX_MUTANT_TREE", "build/mutants")).resolve()
ORACLE = pathlib.Path(os.environ.get("CSINDEX_ORACLE_DIR", "../shared/oracle")).resolve()
SOURCE, PLAIN, COUNTED, SANITIZED = (WORK / name for name in ("source", "build", "counted", "sanitized"))
LIBRARY = "libcsindex-mutated.so"
PATIENCE = float(os.environ.get("CSINDEX_MUTANT_PATIENCE", "60"))
JOBS = int(os.environ.get("CSINDEX_MUTANT_JOBS", "2"))


def run(*command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          **options).returncode


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def places():
    """Each file's places, shuffled; then the files are taken in turn, in proportion to their places."""
    drawn = []
    for file in sorted({path for pattern in FILES for path in SOURCE.glob(pattern)}):
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


# --- tests: "program suite/test" or the path of a script ------------------------------------------------------------------

def tests_of(tree):
    found = []
    for program in sorted(path for kind in ("unit", "oracle", "property", "golden")
                          for path in (tree / "tests").glob(f"{kind}_*") if path.is_file() and os.access(path, os.X_OK)):
        found += tests_within(program, tree)
    return found + [name for name in OUTSIDE if (SOURCE / "tests" / name).exists()]


def tests_within(program, tree):
    suite, found = "", []
    for line in output(str(program), "--list", env=environment(tree, {})).splitlines():
        if match := re.match(r"(\w+): \d+ tests?", line):
            suite = match[1]
        elif match := re.search(r"\u2500 (\w+)", line):
            found.append(f"{program.name} {suite}/{match[1]}")
    return found


def environment(tree, more):
    return os.environ | {"CSINDEX": str(tree / "csindex"), "CSINDEX_SOURCE": str(SOURCE), "CSINDEX_BUILD": str(tree),
                         "CSINDEX_REPLICATES": "16", "CSINDEX_ORACLE_DIR": str(ORACLE), "CRITERION_JOBS": "1",
                         "LD_LIBRARY_PATH": str(tree)} | more


def run_test(test, tree, more, patience):
    """Whether it passes; a loop without end counts as noticed."""
    program, _, name = test.partition(" ")
    command = [str(tree / "tests" / program), "--filter", name] if name else ["/usr/bin/python3", str(SOURCE / "tests" / program)]
    process = subprocess.Popen(command, cwd=SOURCE, env=environment(tree, more), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(patience) in (0, 77)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


def command_through(directory, tree, **variables):
    """The tests of the command keep few variables: a script sets those that it needs."""
    directory.mkdir(parents=True, exist_ok=True)
    script = directory / "csindex"
    script.write_text("#!/bin/sh\n" + "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in variables.items()) +
                      f'exec {tree}/csindex "$@"\n')
    script.chmod(0o755)
    return str(script)


# --- which tests reach a line ---------------------------------------------------------------------------------------------

def configure(tree, *options):
    subprocess.run(["cmake", "-S", str(SOURCE), "-B", str(tree), "-G", "Ninja", *options], check=True, stdout=subprocess.DEVNULL)
    build(tree)


def build(tree):
    subprocess.run(["cmake", "--build", str(tree)], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"LD_LIBRARY_PATH": str(tree)})


def sources_digest():
    digest = hashlib.sha256()
    for file in sorted({path for pattern in FILES for path in SOURCE.glob(pattern)}):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def measure():
    """{test: {"seconds": its time, "lines": {file: [line, ...]}}}; kept, and gone on with where it was cut."""
    kept, digest = WORK / "reach.json", sources_digest()
    reach = json.loads(kept.read_text()) if kept.exists() else {}
    if reach.pop("digest", "") != digest:
        reach = {}
    configure(COUNTED, "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=--coverage -DNDEBUG -O1")
    missing = [test for test in tests_of(COUNTED) if test not in reach]
    free = queue.SimpleQueue()
    for job in range(JOBS):
        free.put(WORK / f"counts{job}")
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for i, (test, found) in enumerate(zip(missing, pool.map(lambda test: reached_by(test, free), missing))):
            reach[test] = found
            if i % 20 == 0 or i + 1 == len(missing):
                kept.write_text(json.dumps(reach | {"digest": digest}))
    return reach


def reached_by(test, free):
    counts = free.get()
    try:
        shutil.rmtree(counts, ignore_errors=True)
        prefix = {"GCOV_PREFIX": str(counts)}
        start = time.monotonic()
        assert run_test(test, COUNTED, prefix | {"CSINDEX": command_through(counts, COUNTED, **prefix)}, 900), f"{test} fails unchanged"
        seconds = time.monotonic() - start
        objects = COUNTED / "CMakeFiles/csindex_objects.dir"
        data = [path for pattern in FILES for path in (counts / objects.relative_to("/")).glob(pattern + ".gcda")]
        for path in data:
            path.with_suffix(".gcno").symlink_to("/" / path.relative_to(counts).with_suffix(".gcno"))
        lines = {}
        for text in output("gcov", "--json-format", "--stdout", *map(str, data), cwd=counts).splitlines() if data else []:
            for file in json.loads(text)["files"]:
                hit = [line["line_number"] for line in file["lines"] if line["count"] > 0]
                if hit:
                    lines[file["file"].removeprefix("./")] = hit
        return {"seconds": seconds, "lines": lines}
    finally:
        free.put(counts)


# --- one mutant -------------------------------------------------------------------------------------------------------------

class Tree:
    """A build in which every test program and the command look into LIBRARY, which is found through LD_LIBRARY_PATH."""

    def __init__(self, tree, options, link_options):
        configure(tree, *options)
        self.tree, self.command = tree, {}
        for entry in json.loads((tree / "compile_commands.json").read_text()):
            command = shlex.split(entry["command"])
            self.command[entry["file"]] = command, command[command.index("-o") + 1]
        objects = [str(path.relative_to(tree)) for path in (tree / "CMakeFiles/csindex_objects.dir").rglob("*.o")]
        lines = output("ninja", "-C", str(tree), "-t", "commands", "libcsindex_shared").splitlines()
        line = shlex.split([line for line in lines if " -shared " in line][-1].split("&&")[1])
        libraries = [word for word in line
                     if word.startswith("-l") or word.endswith((".so", ".a")) and not word.startswith("libcsindex")]
        self.link = ["gcc", "-shared", f"-Wl,-soname,{LIBRARY}", *link_options, *objects, *libraries]
        archive = tree / "libcsindex.a"
        if archive.read_bytes()[:8] == b"!<arch>\n":
            subprocess.run([*self.link, "-o", str(tree / LIBRARY)], check=True, cwd=tree)
            archive.unlink()
            archive.write_text(f"INPUT({tree / LIBRARY})\n")
            build(tree)

    def compile(self, file, source, to):
        command, name = self.command[str(file)]
        words = {name: str(to), str(file): str(source)}
        return run(*[words.get(word, word) for word in command], "-Wno-error", cwd=self.tree) == 0

    def make_library(self, file, changed, to):
        name = self.command[str(file)][1]
        subprocess.run([str(changed) if word == name else word for word in self.link] + ["-o", str(to)], check=True, cwd=self.tree)


class Bench:
    """Where one mutant at a time is made: its text, its object, its library, its command."""

    def __init__(self, number, plain, sanitized):
        self.place, self.plain, self.sanitized = WORK / f"bench{number}", plain, sanitized
        self.object = self.place / "changed.o"

    def is_new(self, file, text, changed):
        """Whether it compiles, to something else than before; leaves the changed text and object."""
        source, before = self.place / file.name, self.place / "before.o"
        self.place.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        assert self.plain.compile(file, source, before)
        source.write_text(changed)
        return self.plain.compile(file, source, self.object) and before.read_bytes() != self.object.read_bytes()

    def noticed_by(self, tree, file, tests, reach, slower):
        """The test that fails, None if none does."""
        directory = self.place / tree.tree.name
        more = {"LD_LIBRARY_PATH": str(directory), "ASAN_OPTIONS": "detect_leaks=0",
                "CSINDEX": command_through(directory, tree.tree, LD_LIBRARY_PATH=directory)}
        if tree is self.sanitized:
            tree.compile(file, self.place / file.name, self.object)
        tree.make_library(file, self.object, directory / LIBRARY)
        for test in tests:
            if not run_test(test, tree.tree, more, 10 + 10 * slower * reach[test]["seconds"]):
                return test
        return None


def prepare():
    plain = Tree(PLAIN, ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG"], [])
    sanitized = Tree(SANITIZED, ["-DCMAKE_BUILD_TYPE=Debug", "-DCSINDEX_SANITIZE=ON"], ["-fsanitize=address,undefined"])
    return [Bench(number, plain, sanitized) for number in range(JOBS)]


def time_unchanged(reach):
    """Each test passes in this build too, and takes so long; kept."""
    kept = WORK / "unchanged.json"
    seconds = json.loads(kept.read_text()) if kept.exists() else {}
    for test, found in reach.items():
        if test not in seconds:
            start = time.monotonic()
            assert run_test(test, PLAIN, {}, 900), f"{test} fails without a mutation"
            seconds[test] = time.monotonic() - start
            kept.write_text(json.dumps(seconds))
        found["seconds"] = seconds[test]


def within_patience(tests, reach, patience):
    """The first tests that take so long together; one at least."""
    taken, left = [], patience
    for test in tests:
        left -= reach[test]["seconds"]
        if left < 0 and taken:
            break
        taken.append(test)
    return taken


def try_one(place, reach, benches, killers):
    """("same" | "killed" | "alive", by whom, what)."""
    file, start, end, replacement = place
    bench = benches.get()
    try:
        text = file.read_text()
        name, line = str(file.relative_to(SOURCE)), text[:start].count("\n") + 1
        if not bench.is_new(file, text, text[:start] + replacement + text[end:]):
            return "same", None, None
        what = f"{name}:{line}: \"{text[start:end].strip()}\" to \"{replacement.strip()}\"\n    {text.splitlines()[line - 1].strip()}"
        tests = [test for test, found in reach.items() if line in found["lines"].get(name, ())]
        before = killers.setdefault(name, [])
        tests.sort(key=lambda test: (test.endswith(".py"), -before.count(test), reach[test]["seconds"]))
        met = within_patience(tests, reach, PATIENCE)
        by = bench.noticed_by(bench.plain, file, met, reach, 1)
        if by is None:
            in_c = within_patience([test for test in tests if not test.endswith(".py")], reach, PATIENCE / 4)
            by = bench.noticed_by(bench.sanitized, file, in_c, reach, 8)
        if by is None:
            return "alive", f"{len(met)} of {len(tests)} tests", what
        before.append(by)
        return "killed", by, what
    finally:
        benches.put(bench)


def main(wanted, first=0):
    if not SOURCE.exists():
        subprocess.run(["git", "clone", "-q", f"file://{pathlib.Path.cwd()}", str(SOURCE)], check=True)
    reach = measure()
    benches, killers = queue.SimpleQueue(), {}
    for bench in prepare():
        benches.put(bench)
    time_unchanged(reach)
    drawn, total = places()
    count = {"same": 0, "killed": 0, "alive": 0}
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for fate, by, what in pool.map(lambda place: try_one(place, reach, benches, killers), drawn[first:first + wanted]):
            count[fate] += 1
            if fate == "alive":
                print(f"alive after {by}: {what}", flush=True)
            elif fate == "killed":
                print(f"killed by {by}: {what}", file=sys.stderr, flush=True)
    tried = count["killed"] + count["alive"]
    print(f"{count['killed']} of {tried} mutants killed: {100 * count['killed'] / max(1, tried):.1f} % "
          f"(of {total} places; {count['same']} more compile to nothing new)")
    return 0 if count["killed"] >= 0.8 * tried else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
