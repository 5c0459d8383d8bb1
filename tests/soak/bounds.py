"""A line of one long cell, lines of many columns, and a file of many rows, each of size n and of size 2n: what a run took,
in seconds of the processor and MiB at its peak. Fails when twice the size takes more than three times as long, or when
memory follows the rows."""
import os
import subprocess
import sys
import tempfile

COMMAND = os.environ["CSINDEX"]
COUNTRIES = ["AUT", "BEL", "CHE", "DEU", "FRA", "GBR", "ITA", "NLD", "NOR", "POL", "SWE", "USA"]
FRAMEWORK = "Level,iCode,Parent,Direction,Weight,Type\n1,a,top,1,1,Indicator\n2,top,,1,1,Aggregate\n"
CONFIGURATION = """index: {{id: bounds, name: Bounds, version: 0.1.0}}
years: {{first: 2020, last: 2021}}
framework: framework.csv
data: [{{file: data.csv, statistic: mean}}]
limits: {{record_bytes: 536870912}}
unknown_indicators: {unknown}
steps:
  - normalise: {{method: zscore}}
  - aggregate: [{{level: 2, method: arithmetic}}]
ensemble: {{replicates: 1}}
"""
LARGE = 1 << 20


def rows():
    return [f"{iso3},{year},a,{i + 0.5}" for i, iso3 in enumerate(COUNTRIES) for year in (2020, 2021)]


def long_cell(out, n):
    """n MB in one cell of a column that nobody wants."""
    out.write("iso3,year,indicator,value,note\n" + "".join(row + ",\n" for row in rows()) + "CHE,2020,a,3,")
    for _ in range(n):
        out.write("x" * 1000000)
    out.write("\n")


def many_columns(out, n):
    """n thousand columns that are no indicator, filled in two of the rows."""
    out.write("iso3,year,a" + "".join(f",n{i}" for i in range(1000 * n)) + "\n")
    for i, row in enumerate(rows()):
        out.write(row.replace(",a,", ",") + ("," if i > 1 else ",1") * (1000 * n) + "\n")


def many_rows(out, n):
    """n thousand rows for the same few cells."""
    block = "".join(row + "\n" for row in rows() * 42)[:-1].split("\n")[:1000]
    text = "\n".join(block) + "\n"
    out.write("iso3,year,indicator,value\n")
    for _ in range(n):
        out.write(text)


def run(work, write, n, unknown):
    with open(os.path.join(work, "data.csv"), "w", buffering=LARGE) as out:
        write(out, n)
    with open(os.path.join(work, "index.yaml"), "w") as out:
        out.write(CONFIGURATION.format(unknown=unknown))
    size = os.path.getsize(os.path.join(work, "data.csv")) / 1e6
    with open(os.path.join(work, "err"), "wb") as err:
        process = subprocess.Popen([COMMAND, "run", work, "-o", os.path.join(work, "out")], stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    seconds, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(f"  {size:8.1f} MB: {seconds:6.2f} s, {memory:5.0f} MiB", flush=True)
    if code != 0:
        with open(os.path.join(work, "err"), errors="replace") as err:
            sys.exit(f"exit {code}: {err.read(2000)}")
    return seconds, memory


def main():
    failed = False
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "framework.csv"), "w") as out:
            out.write(FRAMEWORK)
        for title, write, n, unknown in (("a cell of 50 and of 100 MB", long_cell, 50, "error"),
                                         ("half a million columns, and a million", many_columns, 500, "ignore"),
                                         ("five million rows, and ten", many_rows, 5000, "error")):
            print(title)
            once, twice = run(work, write, n, unknown), run(work, write, 2 * n, unknown)
            if twice[0] > 3 * once[0]:
                failed = True
                print("  twice the size took more than three times as long")
            if write is many_rows and twice[1] > 1.2 * once[1]:
                failed = True
                print("  memory follows the rows")
    sys.exit(failed)


main()
