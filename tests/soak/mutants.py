#!/usr/bin/python3
"""Mutation testing of the arithmetic: single changes of operators and constants in metrics and core, drawn at random
(CSINDEX_SEED), each compiled into a build of its own and run against the tests that are about numbers. A mutant that no
test notices is printed. Mutants that do not compile, or compile to the same code, are drawn again."""
import hashlib
import os
import pathlib
import random
import re
import subprocess
import sys

SWAPS = [(r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" < ", " <= "), (r" <= ", " < "),
         (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
         (r"\b1\.0\b", "0.0"), (r"\b0\.0\b", "1.0"), (r"\b0\.5\b", "0.25"), (r"\+\+;", "--;"), (r"\+= ", "-= "),
         (r"(?<=[(= ])!(?=\w)", "")]
FILES = ["metrics", "core/number_read.c", "core/number_write.c", "core/framework.c", "core/panel.c", "index/gate.c"]
TESTS = "unit_|oracle_|property_|golden_default|golden_recompute"
CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|^\s*#.*$', re.S | re.M)


def candidates(source):
    for room in FILES:
        path = source / room
        for file in sorted(path.glob("*.c")) if path.is_dir() else [path]:
            text = file.read_text()
            blank = CODE.sub(lambda match: " " * len(match[0]), text)
            for pattern, replacement in SWAPS:
                for match in re.finditer(pattern, blank):
                    yield file, match.start(), match.end(), replacement


def build(tree):
    done = subprocess.run(["cmake", "--build", str(tree), "--target", "all"], capture_output=True, text=True)
    library = tree / "libcsindex.a"
    objects = subprocess.run(["objdump", "-d", str(library)], capture_output=True).stdout if done.returncode == 0 else b""
    return done.returncode == 0, hashlib.sha256(objects).hexdigest()


def main(wanted):
    seed = int(os.environ.get("CSINDEX_SEED", "1"))
    work = pathlib.Path(os.environ.get("CSINDEX_MUTANT_TREE", "build/mutants")).resolve()
    if not (work / "source").exists():
        subprocess.run(["git", "clone", "-q", f"file://{pathlib.Path.cwd()}", str(work / "source")], check=True)
    source, tree = work / "source", work / "build"
    subprocess.run(["cmake", "-S", str(source), "-B", str(tree), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"], check=True,
                   stdout=subprocess.DEVNULL)
    is_built, plain = build(tree)
    assert is_built
    run = ["ctest", "--test-dir", str(tree), "-R", TESTS, "-E", "install|arrows|banned|schedules", "--parallel", "2",
           "--stop-on-failure", "--timeout", "120"]
    assert subprocess.run(run, stdout=subprocess.DEVNULL).returncode == 0, "the suite fails without a mutation"
    drawn = list(candidates(source))
    random.Random(seed).shuffle(drawn)
    n_killed, alive = 0, []
    for file, start, end, replacement in drawn:
        if n_killed + len(alive) == wanted:
            break
        text = file.read_text()
        file.write_text(text[:start] + replacement + text[end:])
        try:
            is_built, digest = build(tree)
            if not is_built or digest == plain:
                continue
            line = text[:start].count("\n") + 1
            name = f"{file.relative_to(source)}:{line}: \"{text[start:end].strip()}\" to \"{replacement.strip()}\""
            if subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                alive.append(name)
                print(f"alive: {name}\n    {text.splitlines()[line - 1].strip()}", flush=True)
            else:
                n_killed += 1
        finally:
            file.write_text(text)
    total = n_killed + len(alive)
    print(f"{n_killed} of {total} mutants killed: {100 * n_killed / total:.1f} % (seed {seed}, of {len(drawn)} places)")
    return 0 if n_killed >= 0.8 * total else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
