#!/usr/bin/python3
"""What docs/schedules ships for tools that Debian has not, or that are a service: dvc.yaml is read as dvc reads it
(keys, then the stage's command between its dependencies and its outputs), and ci.sh is run as a CI job would run it, for
each thing that can come of it. No dvc and no service is asked."""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: PyYAML is absent")
    sys.exit(77)
for program in ("rsync", "strace"):
    if shutil.which(program) is None:
        print(f"skipped: there is no {program}")
        sys.exit(77)

from cli import COMMAND, ENVIRONMENT, SOURCE, copy_tiny, csindex, directory, snapshot

RECIPES = SOURCE / "docs/schedules"
ON_PATH = ENVIRONMENT | {"PATH": f"{pathlib.Path(COMMAND).parent}:{ENVIRONMENT['PATH']}"}

# What dvc 3's user guide (dvc.yaml files) lists for a stage and for an output.
STAGE = {"cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "frozen", "always_changed", "meta", "desc"}
OUTPUT = {"cache", "remote", "persist", "desc", "type", "labels", "meta", "push"}


def run_stage(work, stage, code=0):
    """dvc refuses a stage without its dependencies, removes the outputs that do not persist, runs it, and misses an
    output that is not there."""
    outputs = {}
    for output in stage["outs"]:
        path, options = (output, {}) if isinstance(output, str) else next(iter(output.items()))
        assert set(options) <= OUTPUT and path not in outputs and path not in stage["deps"], output
        outputs[path] = options
    for path in stage["deps"]:
        assert (work / path).is_file(), f"dependency {path}"
    for path, options in outputs.items():
        if (work / path).exists() and not options.get("persist", False):
            shutil.rmtree(work / path)
    before = set(snapshot(work))
    done = subprocess.run(["/bin/sh", "-c", stage["cmd"]], check=False, env=ON_PATH, cwd=work, stderr=subprocess.PIPE)
    assert done.returncode == code, done
    for path in outputs:
        assert (work / path).is_dir() and not (work / path).is_symlink(), f"output {path}"
    written = set(snapshot(work)) - before
    assert all(path.split("/")[0] in outputs for path in written), f"no output of the stage: {written}"


def read_by(work, command):
    """Which files below datasets/ the command opens."""
    trace = work / "trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat", "-o", trace, "/bin/sh", "-c", command], check=True,
                   env=ON_PATH | {"ASAN_OPTIONS": "detect_leaks=0"}, cwd=work)
    return {line.split('"')[1] for line in trace.read_text().splitlines()
            if '"datasets/' in line and "O_DIRECTORY" not in line and "= -1" not in line}


def check_dvc(work):
    whole = yaml.safe_load((RECIPES / "dvc.yaml").read_text())
    assert set(whole) == {"stages"} and set(whole["stages"]) == {"index"}
    stage = whole["stages"]["index"]
    assert set(stage) <= STAGE, set(stage) - STAGE
    shutil.copytree(SOURCE / "datasets", work / "datasets")
    run_stage(work, stage)
    assert csindex("verify", work / "out").returncode == 0
    assert (work / "out/ranking.csv").read_text().count("\n") > 190
    assert read_by(work, stage["cmd"]) == set(stage["deps"]), "dvc would not notice a change"
    first = snapshot(work / "out")
    (work / "datasets/paris-call/framework.csv").write_text("nothing\n")
    run_stage(work, stage, 78)
    assert snapshot(work / "out") == first, "the last result is lost"


def ci(work, **environment):
    usual = {"PROJECT": "project", "VINTAGES": "vintages", "OUT": "served"}
    return subprocess.run(["bash", RECIPES / "ci.sh"], cwd=work, env=ON_PATH | usual | environment, capture_output=True,
                          text=True, check=False)


def expect(got, code, words):
    assert got.returncode == code and words in got.stderr + got.stdout, (got.returncode, got.stdout, got.stderr)


def check_ci(work):
    project = copy_tiny(work / "project")
    data = (project / "data.csv").read_text()
    expect(ci(work), 0, "")
    served, latest = work / "served", work / "vintages/latest"
    assert {name: digest for name, (digest, _) in snapshot(served).items()} == \
        {name: digest for name, (digest, _) in snapshot(latest.resolve()).items()}
    first = snapshot(served)
    assert "manifest.json" in first
    expect(ci(work), 0, "")
    assert snapshot(served) == first, "nothing had changed"

    index = project / "index.yaml"
    index.write_text(index.read_text().replace("version: 1.2.3", "version: 1.2.4"))
    expect(ci(work), 0, "")
    second = snapshot(served)
    assert second != first and b'"1.2.4"' in (served / "manifest.json").read_bytes()
    assert csindex("verify", served).returncode == 0

    # Half the cells are gone, then a cell is no number, then somebody else is at work: what is served stays.
    (project / "data.csv").write_text("\n".join(data.splitlines()[:len(data.splitlines()) // 2]) + "\n")
    expect(ci(work), 1, "held back: read vintages/held/gate.csv")
    assert (work / "vintages/held/gate.csv").is_file()
    (project / "data.csv").write_text(data + "FRA,2021,a,8l.2\n")
    expect(ci(work), 2, "failed; the last good vintage is still served")
    (project / "data.csv").write_text(data)
    lock = os.open(work / "vintages", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    expect(ci(work), 0, "another run is at work")
    os.close(lock)
    assert snapshot(served) == second

    # A vintage that was damaged since is made again rather than handed out.
    (latest.resolve() / "ranking.csv").chmod(0o644)
    (latest.resolve() / "ranking.csv").write_text("damaged\n")
    expect(ci(work), 0, "")
    assert csindex("verify", served, latest).returncode == 0
    assert "damaged" not in (served / "ranking.csv").read_text()
    got = ci(work, PROJECT="")
    assert got.returncode != 0 and "PROJECT" in got.stderr, "a job that names no project"


with directory() as one, directory() as two:
    check_dvc(pathlib.Path(one))
    check_ci(pathlib.Path(two))
print("dvc.yaml: run, failed without a loss; ci.sh: published, left alone, published again, held back, failed, locked out")
