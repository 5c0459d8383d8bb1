"""What the tests of the command share: calling it in a quiet environment, copies of the tiny project, snapshots."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

COMMAND = os.environ["CSINDEX"]
SOURCE = pathlib.Path(os.environ["CSINDEX_SOURCE"])
TINY = SOURCE / "tests/data/tiny"
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "CSINDEX")) or name in ("PATH", "HOME", "TMPDIR")}


def csindex(*arguments, cwd=None, env=None, stdin=b"", **more):
    """The finished process, with bytes on stdout and stderr."""
    return subprocess.run([COMMAND, *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, timeout=300,
                          env=ENVIRONMENT | {"LC_ALL": "C.UTF-8", "COLUMNS": "100"} | (env or {}), **more)


def require(*commands):
    for command in commands:
        if csindex("help", command).returncode != 0:
            print(f"skipped: there is no command {command} yet")
            sys.exit(77)


def directory():
    """A fresh directory that is gone when the object is."""
    return tempfile.TemporaryDirectory(prefix="csindex-test-")


def copy_tiny(to):
    shutil.copytree(TINY, to)
    return pathlib.Path(to)


def snapshot(path):
    """Every file below path with its digest and modification time."""
    return {str(file.relative_to(path)): (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
            for file in sorted(pathlib.Path(path).rglob("*")) if file.is_file()}
