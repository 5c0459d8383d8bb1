#!/usr/bin/python3
"""What goes wrong in practice, one fault at a time, in a copy of the tiny project: one clear message that names the
place, the documented exit code, and the previous results untouched to the byte and the clock tick."""
import gzip
import os
import pathlib
import re
import resource
import shutil
import sys

from cli import copy_tiny, csindex, directory, require, snapshot

DATA, TREE, CONFIG = "data.csv", "framework.csv", "index.yaml"


def replace(file, old, new):
    def spoil(project):
        path = project / file
        text = path.read_text()
        assert text.count(old) >= 1, (file, old)
        path.write_text(text.replace(old, new, 1))
    return spoil


def append(file, text):
    return lambda project: (project / file).write_text((project / file).read_text() + text)


def write(file, content):
    return lambda project: (project / file).write_bytes(content)


def gzip_cut(project):
    packed = gzip.compress((project / DATA).read_bytes())
    (project / DATA).write_bytes(packed[:len(packed) // 2])


def gzip_damaged(project):
    packed = bytearray(gzip.compress((project / DATA).read_bytes()))
    packed[-6] ^= 0xff
    (project / DATA).write_bytes(packed)


def as_directory(project):
    (project / DATA).unlink()
    (project / DATA).mkdir()


def both(*spoilers):
    def spoil(project):
        for one in spoilers:
            one(project)
    return spoil


# name: (what is done, exit code, what the message must say)
CASES = {
    "missing column": (replace(DATA, "iso3,year,indicator,value", "iso3,year,indicator,worth"), 65, r"data\.csv:1.*value"),
    "bad number": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users,9l2"), 65,
                   r'data\.csv:3:16: error: .*users.*CHE.*2020.*"9l2"'),
    "indicator misspelt": (replace(DATA, "CHE,2020,users,92", "CHE,2020,usres,92"), 65,
                           r'data\.csv:3:10: .*"usres".*did you mean "users"'),
    "number too large": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users,1e999"), 65, r'data\.csv:3:16: .*1e999'),
    "not a number": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users,nan"), 65, r'data\.csv:3:16: .*"nan"'),
    "undeclared missing marker": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users,n.a."), 65, r"data\.csv:3:16: .*n\.a\."),
    "duplicate cell": (append(DATA, "CHE,2020,users,93\n"), 65, r"data\.csv:62\b.*(\b3\b|data\.csv:3\b)"),
    "unknown country": (replace(DATA, "KEN,2021,users,NA", "KNE,2021,users,30"), 65, r'data\.csv:48:1: .*"KNE"'),
    "unknown indicator": (replace(DATA, "CHE,2020,users,92", "CHE,2020,suers,92"), 65, r'data\.csv:3:10: .*"suers"'),
    "bad year": (replace(DATA, "CHE,2020,users,92", "CHE,20x0,users,92"), 65, r'data\.csv:3:5: .*"20x0"'),
    "too few fields": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users"), 65, r"data\.csv:3\b"),
    "too many fields": (replace(DATA, "CHE,2020,users,92", "CHE,2020,users,92,1"), 65, r"data\.csv:3\b"),
    "unterminated quote": (replace(DATA, "CHE,2020,users,92", 'CHE,2020,"users,92'), 65, r"data\.csv:3\b.*quote"),
    "invalid UTF-8": (write(DATA, b"iso3,year,indicator,value\nC\xff\xfeE,2020,users,92\n"), 65, r"data\.csv:2\b"),
    "NUL byte": (write(DATA, b"iso3,year,indicator,value\nCHE,2020,users,9\x002\n"), 65, r"data\.csv"),
    "empty file": (write(DATA, b""), 65, r"data\.csv.*(empty|no records)"),
    "heading only": (write(DATA, b"iso3,year,indicator,value\n"), 65, r"no value|no records"),
    "truncated gzip": (gzip_cut, 65, r"data\.csv.*(gzip|compress|ends|cut|truncated)"),
    "damaged gzip": (gzip_damaged, 65, r"data\.csv.*(gzip|compress|check|damaged)"),
    "a PDF": (write(DATA, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"), 65, r"data\.csv.*PDF"),
    "data file absent": (lambda project: (project / DATA).unlink(), 66, r"data\.csv"),
    "data file a directory": (as_directory, 66, r"data\.csv"),
    "outside the transform": (replace(DATA, "KEN,2020,hosts,3", "KEN,2020,hosts,-3"), 65, r"hosts.*"),
    "framework absent": (lambda project: (project / TREE).unlink(), 66, r"framework\.csv"),
    "framework without Level": (replace(TREE, "Level", "Floor"), 78, r"framework\.csv.*Level"),
    "two indicators alike": (replace(TREE, "hosts,Hosts", "users,Hosts"), 78, r'framework\.csv:3\b.*"users"'),
    "parent unknown": (replace(TREE, "hosts,Hosts,1,reach", "hosts,Hosts,1,raech"), 78, r'framework\.csv:3\b.*"raech"'),
    "cycle": (replace(TREE, "tiny,Tiny index,3,,", "tiny,Tiny index,3,reach,"), 78, r"framework\.csv"),
    "weights sum to zero": (both(replace(TREE, "users,People online,1,reach,1,1", "users,People online,1,reach,1,0"),
                                 replace(TREE, "hosts,Hosts,1,reach,1,1", "hosts,Hosts,1,reach,1,0")), 78,
                            r'(?s)framework\.csv.*(weight.*"reach"|"reach".*weight)'),
    "negative weight": (replace(TREE, "cuts,Shutdowns,1,care,-1,2", "cuts,Shutdowns,1,care,-1,-2"), 78, r"framework\.csv:4\b"),
    "direction 2": (replace(TREE, "hosts,Hosts,1,reach,1,1", "hosts,Hosts,1,reach,2,1"), 78, r"framework\.csv:3\b"),
    "goalposts upside down": (replace(TREE, "none,0,100,1", "none,100,0,1"), 78, r"framework\.csv:2\b"),
    "no goalposts": (replace(TREE, "none,0,100,1", "none,,,1"), 78, r'"users".*goal_low'),
    "unknown key": (replace(CONFIG, "seed: 7", "sede: 7"), 78, r'index\.yaml:23:1: .*"sede".*"seed"'),
    "unknown method": (replace(CONFIG, "method: minmax", "method: minmix"), 78, r'index\.yaml:19:\d+: .*"minmix".*"minmax"'),
    "value out of range": (replace(CONFIG, "min_weight_share: 0.5", "min_weight_share: 1.5"), 78, r"index\.yaml:21:\d+: .*1\.5"),
    "years upside down": (replace(CONFIG, "first: 2020, last: 2022", "first: 2022, last: 2020"), 78, r"index\.yaml:8"),
    "not YAML": (replace(CONFIG, "data:", "data: ]"), 78, r"index\.yaml:\d+"),
    "key given twice": (append(CONFIG, "seed: 8\n"), 78, r"index\.yaml:2[34]"),
    "no steps": (replace(CONFIG, "steps:", "stepz:"), 78, r'index\.yaml:\d+:\d+: .*"stepz"'),
    "configuration absent": (lambda project: (project / CONFIG).unlink(), 66, r"index\.yaml"),
}


def errors_of(stderr):
    return re.findall(r"^.*?: error: .*$", stderr.decode(), re.M)


def check_fault(work, name):
    spoil, code, pattern = CASES[name]
    project, out = copy_tiny(f"{work}/{name}"), pathlib.Path(work, "out")
    spoil(project)
    before = snapshot(out)
    got = csindex("run", project, "-o", out)
    errors = errors_of(got.stderr)
    report = f"{name}: exit {got.returncode}\n{got.stderr.decode(errors='replace')}"
    fine = (got.returncode == code and len(errors) == 1 and re.search(pattern, errors[0]) and got.stdout == b""
            and snapshot(out) == before)
    print(report if not fine or "--show" in sys.argv else f"ok {name}")
    return fine


def check_every_cell_is_told(work):
    """A file with three faults tells all three, then fails once."""
    project = copy_tiny(f"{work}/three")
    text = (project / DATA).read_text()
    (project / DATA).write_text(text.replace("users,92", "users,x").replace("hosts,500", "hosts,y").replace("laws,3", "laws,z", 1))
    got = csindex("run", project, "-o", f"{work}/out")
    assert got.returncode == 65 and len(errors_of(got.stderr)) == 3, got.stderr.decode()


def check_warnings(work):
    """What is no error but must be said: a constant column under sample goalposts is left out and named."""
    project = copy_tiny(f"{work}/constant")
    replace(CONFIG, "goalposts: framework", "goalposts: panel")(project)
    text = re.sub(r"(laws),\d", r"\1,3", (project / DATA).read_text())
    (project / DATA).write_text(text)
    got = csindex("run", project, "-o", f"{work}/constant/out")
    assert got.returncode == 0 and re.search(r"warning: .*laws", got.stderr.decode()), got.stderr.decode()
    assert "nan" not in (project / "out/ranking.csv").read_text().lower()


def check_outputs(work):
    """Outputs that cannot be written: nothing of the old result is touched, nothing is left behind."""
    project, out = copy_tiny(f"{work}/outputs"), pathlib.Path(work, "out")
    (project / CONFIG).write_text((project / CONFIG).read_text().replace("version: 1.2.3", "version: 1.2.4"))
    before = snapshot(out)

    def refused(code, target, **more):
        got = csindex("run", project, "-o", target, **more)
        assert got.returncode == code and len(errors_of(got.stderr)) >= 1, (target, got.returncode, got.stderr.decode())
        assert snapshot(out) == before

    file = pathlib.Path(work, "file")
    file.write_text("mine")
    refused(73, file)
    refused(73, file / "below")
    assert file.read_text() == "mine"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    refused(74, out, preexec_fn=limit)

    for kind in ("symlink", "directory", "fifo"):
        other = pathlib.Path(work, kind)
        shutil.copytree(out, other)
        target = other / "scores.csv.gz"
        target.unlink()
        victim = pathlib.Path(work, "victim")
        victim.write_text("untouched")
        {"symlink": lambda: target.symlink_to(victim), "directory": target.mkdir, "fifo": lambda: os.mkfifo(target)}[kind]()
        names = sorted(os.listdir(other))
        got = csindex("run", project, "-o", other)
        assert got.returncode == 73 and "scores.csv.gz" in got.stderr.decode(), (kind, got.returncode, got.stderr)
        assert victim.read_text() == "untouched" and sorted(os.listdir(other)) == names, kind
        assert b"1.2.4" not in (other / "manifest.json").read_bytes(), kind


def check_unreadable(work):
    if os.geteuid() == 0:
        return
    project = copy_tiny(f"{work}/unreadable")
    (project / DATA).chmod(0)
    assert csindex("run", project, "-o", f"{work}/out").returncode == 66


def main():
    require("run", "check")
    with directory() as work:
        assert csindex("run", copy_tiny(f"{work}/good"), "-o", f"{work}/out", "-q").returncode == 0
        failed = [name for name in CASES if not check_fault(work, name)]
        check_every_cell_is_told(work)
        check_warnings(work)
        check_outputs(work)
        check_unreadable(work)
    print(f"{len(CASES)} faults told; wrong: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
