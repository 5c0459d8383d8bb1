"""What the tests share that recompute published tables: one scratch directory, calling the command, tables as rows."""
import csv
import gzip
import io
import math
import os
import subprocess
import tempfile

COMMAND = os.environ["CSINDEX"]
SOURCE = os.environ["CSINDEX_SOURCE"]
PROJECT = os.path.join(SOURCE, "datasets", "paris-call")
WORK = tempfile.TemporaryDirectory()


def path(*names):
    return os.path.join(WORK.name, *names)


def run(*arguments, code=0):
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}: {done.stderr}"
    return done


def read(*names):
    """The rows of a table below the scratch directory, or of one named absolutely."""
    file = path(*names)
    with gzip.open(file, "rt", newline="") if file.endswith(".gz") else open(file, newline="") as text:
        return list(csv.DictReader(text))


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def number(text):
    return float(text) if text else math.nan
