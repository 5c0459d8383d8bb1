#!/usr/bin/python3
"""Every command of README.md and docs/*.md works and prints what stands there; the method and the picture are the run's.

In ```console blocks a line `$ command` is followed by what it prints on both streams, in a terminal of 95 columns;
durations and sizes are not compared. The commands of a file run one after the other in one fresh directory. ```sh blocks
may hold only the few lines known here, which other tests run. --update writes down what is printed now."""
import difflib
import os
import pathlib
import re
import subprocess
import sys

from cli import COMMAND, ENVIRONMENT, SOURCE, directory, require

WIDTH = 95
ELSEWHERE = ("git clone", "./quickstart", "./check", "sudo cmake --install", "cmake ", "ctest ")
FULL = {name: value for name, value in ENVIRONMENT.items() if name != "CSINDEX_REPLICATES"}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def steady(text):
    return re.sub(r"\b\d+ (ms|files|bytes)\b", r"N \1", text)


def run(line, work):
    got = subprocess.run(["bash", "-c", line], cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=300,
                         env=FULL | {"LC_ALL": "C.UTF-8", "COLUMNS": str(WIDTH),
                                     "PATH": f"{pathlib.Path(COMMAND).parent}:{os.environ['PATH']}"})
    return got.stdout.decode(), got.returncode


def replay(body, work, problems):
    """The block with what its commands print now."""
    out = []
    for part in re.split(r"^(?=\$ )", body, flags=re.M):
        if not part:
            continue
        line = part.split("\n", 1)[0]
        text, code = run(line[2:], work)
        if code != 0 and "error:" not in part and code != 1:
            problems.append(f"{line}: exit {code}: {text}")
        out.append(line + "\n" + text)
    return "".join(out)


def check_file(path, update):
    text, problems, n = path.read_text(encoding="utf-8"), [], 0
    with directory() as work:
        def each(match):
            nonlocal n
            kind, body = match[1], match[2]
            if kind == "console":
                n += len(re.findall(r"^\$ ", body, re.M))
                now = replay(body, work, problems)
                if steady(now) == steady(body):
                    return match[0]
                problems.append("".join(difflib.unified_diff(body.splitlines(True), now.splitlines(True), path.name, "printed")))
                return f"```console\n{now}```"
            for line in body.splitlines() if kind == "sh" else []:
                if line and not line.startswith(ELSEWHERE):
                    problems.append(f"{path.name}: no test runs {line!r}")
            return match[0]
        new = BLOCK.sub(each, text)
    if update:
        path.write_text(new, encoding="utf-8")
    return problems, n


MARKER = "## As it ran\n\n"


def check_made(update):
    """The second part of docs/methodology.md is what a run of the default index writes, docs/parts.svg what it draws."""
    path, picture = SOURCE / "docs/methodology.md", SOURCE / "docs/parts.svg"
    reasons, _, printed = path.read_text(encoding="utf-8").partition(MARKER)
    with directory() as work:
        text, code = run(f"csindex run -q {SOURCE}/datasets/paris-call -o out && csindex export -q charts out", work)
        assert code == 0, text
        text = pathlib.Path(work, "out/methodology.md").read_text(encoding="utf-8")
        drawn = pathlib.Path(work, "out/chart_parts.svg").read_bytes()
    now = re.sub(r"^(#+) ", r"#\1 ", re.sub(r"^# .*\n+", "", text, count=1), flags=re.M)
    if update:
        path.write_text(reasons + MARKER + now, encoding="utf-8")
        picture.write_bytes(drawn)
    elif picture.read_bytes() != drawn:
        yield f"{picture.name} is not what csindex export charts draws"
    if printed != now:
        yield "".join(difflib.unified_diff(printed.splitlines(True), now.splitlines(True), path.name, "written"))


def check_links(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        if "://" not in target and not (path.parent / target).exists():
            yield f"{path.name}: {target} is not there"


def main():
    require("rank", "explain", "verify")
    update, problems, n = "--update" in sys.argv, [], 0
    for path in [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]:
        found, commands = check_file(path, update)
        problems += found + list(check_links(path))
        n += commands
    problems += [line for name in ("ARCHITECTURE", "CONTRIBUTING", "CHANGELOG") for line in check_links(SOURCE / f"{name}.md")]
    problems += check_made(update)
    print(*problems, sep="\n")
    print(f"{n} commands run" + ("; after a change that is meant: this file --update" if problems and not update else ""))
    assert n > 10 and "$ csindex" in (SOURCE / "README.md").read_text()
    return 1 if problems and not update else 0


if __name__ == "__main__":
    sys.exit(main())
