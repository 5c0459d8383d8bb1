#!/usr/bin/python3
"""Runs that nobody watches: nothing is written when nothing changed, the gate and vanished data hold back, vintages are
immutable, one run at a time, signals tidy up, logs and metrics tell, hostile names at the output are refused."""
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from faults import COMMAND, COUNTRIES, IS_SANITIZED, injected, run, snapshot, write_project

CASES = []


def case(function):
    CASES.append(function)
    return function


def times(directory):
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in directory.iterdir()}


def expect(got, code, words=""):
    assert got.returncode == code, f"exit {got.returncode}, not {code}: {got.stderr[:500]}"
    assert words in got.stderr, f"no \"{words}\" in: {got.stderr[:500]}"


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def is_locked(directory):
    fd = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)


@case
def nothing_changed_nothing_written(work, project, out):
    (project / "sources.csv").write_text("indicator,name\na,First\n")
    replace(project / "index.yaml", "data:", "sources: sources.csv\ndata:")
    expect(run(["run", project, "-o", out, "--if-changed"]), 0)
    before = times(out)
    got = run(["run", project, "-o", out, "--if-changed"])
    expect(got, 0, "nothing has changed")
    assert len(got.stderr.splitlines()) == 1 and got.stdout == "" and times(out) == before
    assert run(["run", project, "-o", out, "--if-changed", "-q"]).stderr == ""
    # Each thing that a result depends on makes it run again.
    changes = {
        "an input has changed": lambda: write_project(project, 1) or replace(
            project / "index.yaml", "data:", "sources: sources.csv\ndata:"),
        "the configuration has changed": lambda: replace(project / "index.yaml", "version: 1.0.0", "version: 1.0.1"),
        "the framework has changed": lambda: replace(project / "framework.csv", "Upper", "Higher"),
        "the table of sources has changed": lambda: replace(project / "sources.csv", "First", "The first"),
        "there are no whole results yet": lambda: (out / "ranking.csv").write_text("damaged"),
        "the program is another": lambda: replace(out / "manifest.json", '"source_sha256": "', '"source_sha256": "0'),
    }
    for reason, change in changes.items():
        change()
        expect(run(["run", project, "-o", out, "--if-changed", "-v"]), 0, reason)
        expect(run(["run", project, "-o", out, "--if-changed"]), 0, "nothing has changed")
    expect(run(["run", project, "-o", out, "--if-changed", "-v", "--seed", "7"]), 0, "the seed has changed")
    expect(run(["run", project, "-o", out, "--if-changed", "-v", "--seed", "7", "--replicates", "17"]), 0,
           "the number of replicates has changed")
    expect(run(["run", project, "-o", out, "--if-changed", "--seed", "7", "--replicates", "17"]), 0, "nothing has changed")
    expect(run(["run", project, "-o", out, "--if-changed", "-v", "--seed", "7", "--replicates", "0"]), 0,
           "the number of replicates has changed")
    (project / "more.csv").unlink()
    expect(run(["run", project, "-o", out, "--if-changed"]), 66, "more.csv")


@case
def vanished_data_are_refused(work, project, out):
    expect(run(["run", project, "-o", out]), 0)
    before = snapshot(out)
    COUNTRIES.remove("KEN")
    write_project(project)
    COUNTRIES.insert(2, "KEN")
    replace(project / "index.yaml", "last: 2021", "last: 2020")
    (project / "more.csv").write_text("iso3,year,indicator,value,standard_error\nCHE,2019,a,,\n")
    got = run(["run", project, "-o", out])
    expect(got, 1, "country KEN")
    assert "year 2021" in got.stderr and "indicator c" in got.stderr, got.stderr
    held = {name[5:]: digest for name, digest in snapshot(out).items() if name.startswith("held/")}
    assert {name: digest for name, digest in snapshot(out).items() if not name.startswith("held/")} == before
    assert "vanished,3,0,held back" in (out / "held" / "gate.csv").read_text()
    expect(run(["verify", out, out / "held"]), 0)
    expect(run(["run", project, "-o", out, "--allow-shrink"]), 0)
    assert all(snapshot(out)[name] == digest for name, digest in held.items() if name != "gate.csv")


@case
def the_gate_holds_back(work, project, out):
    expect(run(["run", project, "-o", out]), 0)
    before = snapshot(out)
    replace(project / "more.csv", "CHE,2019,c,0.0,", "CHE,2019,c,1.0,")
    limits = {"--max-rank-change": ("0", "rank_change"), "--max-revised": ("0.1", "revised_share")}
    for option, (limit, name) in limits.items():
        expect(run(["run", project, "-o", out, option, limit]), 1, f"held back: {name}")
        assert {name: digest for name, digest in snapshot(out).items() if not name.startswith("held/")} == before
    (project / "more.csv").write_text(re.sub("CHE,.*\n", "", (project / "more.csv").read_text()))
    expect(run(["run", project, "-o", out, "--max-coverage-drop", "0.01", "--max-rank-change", "9"]), 1, "coverage_drop")
    expect(run(["run", project, "-o", out, "--max-coverage-drop", "50", "--max-rank-change", "9"]), 0)
    expect(run(["run", project, "-o", out, "--max-revised", "200"]), 64, "200")


@case
def vintages_do_not_change(work, project, out):
    vintages = work / "vintages"
    command = ["run", project, "--vintage-dir", vintages, "--if-changed"]
    epoch = {"SOURCE_DATE_EPOCH": "1700000000"}  # 2023-11-14
    expect(run(command, epoch), 0)
    first = snapshot(vintages / "2023-11-14")
    expect(run(command, epoch), 0, "nothing has changed")
    write_project(project, 1)
    expect(run(command, epoch), 0)
    assert os.readlink(vintages / "latest") == "2023-11-14.2"
    assert snapshot(vintages / "2023-11-14") == first != snapshot(vintages / "2023-11-14.2")
    assert all(not path.stat().st_mode & 0o222 for path in (vintages / "2023-11-14").rglob("*"))
    write_project(project, 5)
    expect(run([*command, "--max-revised", "1"], epoch), 1, "held")
    assert os.readlink(vintages / "latest") == "2023-11-14.2" and (vintages / "held" / "gate.csv").exists()
    for shift in range(2, 5):
        write_project(project, shift)
        expect(run([*command, "--keep", "2"], {"SOURCE_DATE_EPOCH": str(1700000000 + shift * 86400)}), 0)
    kept = sorted(path.name for path in vintages.iterdir() if path.is_dir() and not path.is_symlink())
    assert kept == ["2023-11-17", "2023-11-18", "held"], kept
    expect(run(["verify", vintages / "latest", vintages / "2023-11-17"]), 0)
    assert (vintages / "vintages.csv").read_text().splitlines()[1].startswith("2023-11-18,small,1.0.0,5,")
    assert not list(vintages.glob(".csindex*"))
    expect(run(["run", project, "--vintage-dir", vintages, "-o", out]), 64)
    expect(run(["run", project, "-o", out, "--keep", "2"]), 64)


@case
def one_run_at_a_time(work, project, out):
    out.mkdir()
    holder = os.open(out, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    expect(run(["run", project, "-o", out]), 75, "another run")
    expect(run(["verify", out]), 75)
    assert not list(out.iterdir())
    os.close(holder)
    expect(run(["run", project, "-o", out]), 0)


@case
def signals_tidy_up(work, project, out):
    expect(run(["run", project, "-o", out]), 0)
    before = snapshot(out)
    os.mkfifo(project / "slow.csv")  # the run waits here, its directory locked
    replace(project / "index.yaml", "file: more.csv", "file: slow.csv")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = subprocess.Popen(["bash", "-c", '"$@"; echo "code $?"', "bash", COMMAND, "run", str(project), "-o", str(out)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        while not is_locked(out):
            time.sleep(0.01)
        child = int(subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()[0])
        os.kill(child, number)
        printed = process.communicate(timeout=60)[0]
        assert f"code {128 + number}" in printed, printed
        assert snapshot(out) == before
        assert not is_locked(out)


@case
def logs_are_one_event_a_line(work, project, out):
    replace(project / "framework.csv", "First", "Fi\x1b[31mrst")
    got = run(["run", project, "-o", out, "--log-format", "json"])
    expect(got, 0)
    events = [json.loads(line) for line in got.stderr.splitlines()]
    assert len({event["run"] for event in events}) == 1 and re.fullmatch("[0-9a-f]{32}", events[0]["run"])
    done = [event for event in events if event["event"] == "done"]
    assert len(done) == 1 and done[0]["scored"] == 5 and done[0]["seconds"] >= 0 and done[0]["index"] == "small", done
    assert {event["stage"] for event in events if event["event"] == "stage"} >= {"computing", "writing"}
    assert "\x1b" not in got.stderr
    write_project(project)
    (project / "more.csv").write_text("iso3,year,indicator,value\nFRA,2020,c,1\x1b[31m\n")
    for form in ("text", "json"):
        got = run(["run", project, "-o", out, "--log-format", form])
        expect(got, 65)
        assert "\x1b" not in got.stderr
        if form == "json":
            assert [json.loads(line)["event"] for line in got.stderr.splitlines()].count("error") >= 1


@case
def metrics_tell_success_and_failure(work, project, out):
    path = work / "csindex.prom"

    def metrics():
        lines = path.read_text().splitlines()
        assert lines[-1] == "# EOF"
        return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}

    expect(run(["run", project, "-o", out, "--metrics-file", path]), 0)
    first = metrics()
    assert first["csindex_last_run_exit_code"] == 0 and first["csindex_last_run_published"] == 1
    assert first["csindex_countries_scored"] == 5 and first["csindex_latest_year"] == 2021
    (project / "more.csv").write_text("iso3\n")
    expect(run(["run", project, "-o", out, "--metrics-file", path]), 65)
    second = metrics()
    assert second["csindex_last_run_exit_code"] == 65 and second["csindex_last_run_published"] == 0
    assert second["csindex_last_success_timestamp_seconds"] == first["csindex_last_success_timestamp_seconds"]
    expect(run(["run", project, "-o", out, "--metrics-file", work / "absent" / "x.prom"]), 65)


@case
def hostile_names_are_refused(work, project, out):
    expect(run(["run", project, "-o", out]), 0)
    shutil.copytree(out, work / "good")
    before = snapshot(out)
    victim = work / "victim"
    victim.write_text("mine")
    plant = {
        "link": lambda path: path.symlink_to(victim), "directory": lambda path: path.mkdir(),
        "fifo": lambda path: os.mkfifo(path),
    }
    write_project(project, 1)
    for kind, put in plant.items():
        for name in ("scores.csv.gz", "manifest.json"):
            (out / name).unlink()
            put(out / name)
            expect(run(["run", project, "-o", out, "--allow-shrink"]), 73, name)
            assert victim.read_text() == "mine" and not list(out.glob(".csindex-*")), kind
            assert all(snapshot(out).get(other, digest) == digest for other, digest in before.items() if other != name)
            (out / name).rmdir() if kind == "directory" else (out / name).unlink()
            shutil.copy(work / "good" / name, out / name)
    # A journal or a temporary planted as a link is not followed.
    (out / ".csindex-switch").symlink_to(victim)
    run(["run", project, "-o", out])
    assert victim.read_text() == "mine"


@case
def modes_and_leftovers(work, project, out):
    old = os.umask(0)
    try:
        expect(run(["run", project, "-o", out]), 0)
    finally:
        os.umask(old)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o644 for path in out.iterdir())
    (out / ".csindex-scores.csv.gz-4711-0.tmp").write_text("left by a killed run")
    (out / ".csindex-mine").write_text("not ours")
    expect(run(["run", project, "-o", out]), 0)
    assert sorted(path.name for path in out.glob(".csindex*")) == [".csindex-mine"]


@case
def no_network_and_no_write_elsewhere(work, project, out):
    if IS_SANITIZED or shutil.which("strace") is None:
        return
    out.mkdir()
    trace = work / "trace"
    got = subprocess.run(["strace", "-f", "-o", str(trace), "-e", "trace=network,openat,open,creat,rename,renameat,renameat2,"
                          "unlink,unlinkat,mkdir,mkdirat,symlink,symlinkat,link,linkat,chmod,fchmodat,truncate,fsync",
                          COMMAND, "run", str(project), "-o", str(out), "-q"], capture_output=True, text=True)
    if "ptrace" in got.stderr and got.returncode != 0:
        print("  (strace may not trace here)")
        return
    assert got.returncode == 0, got.stderr
    lines = trace.read_text().splitlines()
    assert not [line for line in lines if re.search(r"\b(socket|connect|bind|sendto|getaddrinfo)\(", line)]
    written = [line for line in lines if re.search(r"O_(WRONLY|RDWR)|O_CREAT", line) and "ENOENT" not in line]
    assert written and all(f'"{out}' in line or re.search(r'openat\(\d+, "\.csindex-', line) for line in written), written
    assert all("O_EXCL" in line and "O_NOFOLLOW" in line and "0600" in line for line in written if "O_CREAT" in line)
    # Durable before visible: all temporaries are synced before the first file is switched, the directory after it.
    names = [re.search(r"\b(fsync|renameat2?)\(", line)[1] for line in lines if re.search(r"\b(fsync|renameat2?)\(", line)]
    switches = [i for i, name in enumerate(names) if name.startswith("rename")]
    assert names[:switches[0]].count("fsync") >= 8 and "fsync" in names[switches[-1]:], names


@case
def a_full_disk_is_told(work, project, out):
    expect(run(["run", project, "-o", out]), 0)
    before = snapshot(out)
    write_project(project, 1)
    got = injected(["run", project, "-o", out], "write", 1, 28, "rest")  # ENOSPC from the first write on
    expect(got, 74, "No space left")
    assert snapshot(out) == before


def main():
    failed = 0
    for function in CASES:
        work = pathlib.Path(tempfile.mkdtemp())
        project, out = work / "project", work / "out"
        write_project(project)
        try:
            function(work, project, out)
            print(f"ok    {function.__name__}")
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failed += 1
            line = error.__traceback__
            while line.tb_next is not None:
                line = line.tb_next
            print(f"wrong {function.__name__}, line {line.tb_lineno}: {error}")
        subprocess.run(["chmod", "-R", "u+w", str(work)])
        shutil.rmtree(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
