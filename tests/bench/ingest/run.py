"""The ingest benchmark: python3 tests/bench/ingest/run.py [--build build/release] [--mb 500] [--wide-mb 217] [--repeat 3]
[--only long|gzip|small|wide] [--peers data.table,pandas,...]

Generates the files, runs csindex and every peer that is installed (data.table, pandas, DuckDB, Polars) on the same whole
job, start-up included, checks that all agree on every cell, and prints the table in Markdown. Wall time is the best of
the repeats; CPU seconds stand beside it because wall time on a busy machine says little."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

PANDAS_LONG = """
import pandas, sys
d = pandas.read_csv(sys.argv[1]).groupby(['iso3', 'year', 'indicator'])['value'].agg(['mean', 'count']).dropna()
print(len(d), 'cells, sum', format(d['mean'].sum(), '.9g'))
if len(sys.argv) > 2: d.reset_index()[['iso3', 'year', 'indicator', 'mean']].to_csv(sys.argv[2], index=False, header=False)
"""
PANDAS_WIDE = """
import pandas, sys
d = pandas.read_csv(sys.argv[1], skiprows=4).drop(columns=['Country Name', 'Indicator Name']).dropna(axis=1, how='all')
d = d.melt(id_vars=['Country Code', 'Indicator Code'], var_name='year').dropna()
print(len(d), 'cells, sum', format(d['value'].sum(), '.9g'))
if len(sys.argv) > 2: d[['Country Code', 'year', 'Indicator Code', 'value']].to_csv(sys.argv[2], index=False, header=False)
"""
TABLE_LONG = """
suppressMessages(library(data.table)); a <- commandArgs(TRUE); setDTthreads(2)
d <- fread(a[1])[!is.na(value), .(mean = mean(value), n = .N), by = .(iso3, year, indicator)]
cat(nrow(d), 'cells, sum', format(sum(d$mean), digits = 9), '\\n')
if (length(a) > 1) fwrite(d[, .(iso3, year, indicator, mean)], a[2], col.names = FALSE)
"""
TABLE_WIDE = """
suppressMessages(library(data.table)); a <- commandArgs(TRUE); setDTthreads(2)
d <- fread(a[1], skip = 4, header = TRUE)
d <- melt(d, id.vars = c('Country Code', 'Indicator Code'), measure.vars = as.character(1960:2021), na.rm = TRUE)
cat(nrow(d), 'cells, sum', format(sum(d$value), digits = 9), '\\n')
if (length(a) > 1) fwrite(d[, .(`Country Code`, variable, `Indicator Code`, value)], a[2], col.names = FALSE)
"""
DUCK_LONG = """
import duckdb, sys
d = duckdb.sql(f"select iso3, year, indicator, avg(value) as mean, count(value) as n from read_csv('{sys.argv[1]}') group by all having n > 0").df()
print(len(d), 'cells, sum', format(d['mean'].sum(), '.9g'))
"""
POLARS_LONG = """
import polars, sys
d = polars.scan_csv(sys.argv[1]).group_by(['iso3', 'year', 'indicator']).agg(polars.col('value').mean().alias('mean')).drop_nulls().collect()
print(len(d), 'cells, sum', format(d['mean'].sum(), '.9g'))
"""


def measure(command, repeat):
    """Best wall seconds, CPU seconds and MiB of memory of that run, and what it printed."""
    best = None
    for _ in range(repeat):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        printed = process.stdout.read().decode().strip()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status != 0:
            return None
        if best is None or wall < best[0]:
            best = (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)
    return best


def has_python(module):
    return subprocess.run([sys.executable, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0


def has_r(package):
    return shutil.which("Rscript") and subprocess.run(["Rscript", "-e", f"library({package})"], stdout=subprocess.DEVNULL,
                                                      stderr=subprocess.DEVNULL).returncode == 0


def peers(shape):
    long = shape == "long"
    if has_r("data.table"):
        yield "data.table", ["Rscript", "-e", TABLE_LONG if long else TABLE_WIDE]
    if has_python("pandas"):
        yield "pandas", [sys.executable, "-c", PANDAS_LONG if long else PANDAS_WIDE]
    if long and has_python("duckdb"):
        yield "DuckDB", [sys.executable, "-c", DUCK_LONG]
    if long and has_python("polars"):
        yield "Polars", [sys.executable, "-c", POLARS_LONG]


def cells(path):
    found = {}
    with open(path) as file:
        for line in file:
            iso3, year, indicator, value = line.rstrip("\n").split(",")
            found[iso3, int(year), indicator] = float(value)
    return found


def agree(ours, theirs):
    a, b = cells(ours), cells(theirs)
    if a.keys() != b.keys():
        return f"{len(a)} and {len(b)} cells"
    worst = max(abs(a[k] - b[k]) / max(1.0, abs(b[k])) for k in a)
    return "every cell" if worst < 1e-9 else f"worst difference {worst:.3g}"


def agree_apart(ours, theirs):
    """In a process of its own: a child's peak memory starts from its parent's."""
    return subprocess.run([sys.executable, os.path.abspath(__file__), "--agree", ours, theirs], check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()


def main():
    if sys.argv[1:2] == ["--agree"]:
        print(agree(*sys.argv[2:]))
        return
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", default=os.path.join(SOURCE, "build", "release"))
    arguments.add_argument("--mb", type=int, default=500)
    arguments.add_argument("--wide-mb", type=int, default=217)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--only", choices=["long", "gzip", "small", "wide"])
    arguments.add_argument("--peers", default="data.table,pandas,DuckDB,Polars")
    given = arguments.parse_args()
    chosen = [given.only] if given.only else ["long", "gzip", "small", "wide"]
    work = tempfile.mkdtemp(prefix="csindex-bench-")
    generate, ours = os.path.join(work, "generate"), os.path.join(work, "ours")
    subprocess.run(["cc", "-O2", "-std=c17", "-o", generate, os.path.join(HERE, "generate.c")], check=True)
    subprocess.run(["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", "-I", SOURCE, "-o", ours, os.path.join(HERE, "ours.c"),
                    os.path.join(given.build, "libcsindex.so"), f"-Wl,-rpath,{os.path.abspath(given.build)}"], check=True)

    def make(name, *words):
        path = os.path.join(work, name)
        with open(path, "wb") as out:
            subprocess.run([generate, *map(str, words)], stdout=out, check=True)
        return path

    few = make("fw100.csv", "framework", 100)
    many = make("many.csv", "framework", given.wide_mb * 36 // 5 + 1)  # the wide file holds 7.1 indicators a megabyte
    files = []
    if "long" in chosen or "gzip" in chosen:
        files += [("long", f"long, {given.mb} MB", make("long.csv", "long", given.mb), few, 2000, 2024)]
    if "small" in chosen:
        files += [("long", "long, 10 MB", make("long10.csv", "long", 10), few, 2000, 2024),
                  ("long", "long, 1 kB", make("tiny.csv", "long", 0), few, 2000, 2024)]
    if "wide" in chosen:
        files += [("wide", f"wide by year, {given.wide_mb} MB", make("wide.csv", "wide", given.wide_mb), many, 1960, 2021)]
    print("| file | who | wall s | CPU s | MB/s | MiB | agrees |\n|---|---|---:|---:|---:|---:|---|")
    for shape, title, path, framework, first, last in files:
        size = os.path.getsize(path) / 1e6
        options = "{statistic: mean}" if shape == "long" else "{}"
        mine = os.path.join(work, "ours.csv")
        for threads in (1, 2):
            command = [ours, framework, path, str(first), str(last), str(threads), options]
            wall, cpu, memory, _ = measure(command, given.repeat)
            print(f"| {title} | csindex, {threads} thread{'s' * (threads > 1)} | {wall:.3f} | {cpu:.3f} | {size / wall:.0f} | {memory:.0f} | |", flush=True)
        if size < 1 or given.only == "gzip":
            theirs_too = []
        else:
            theirs_too = [peer for peer in peers(shape) if peer[0] in given.peers.split(",")]
        if theirs_too:
            subprocess.run(command + [mine], check=True, stdout=subprocess.DEVNULL)
        for name, words in theirs_too:
            result = measure(words + [path], 1 if size > 100 else given.repeat)
            if result is None:
                print(f"| {title} | {name} | failed | | | | |", flush=True)
                continue
            wall, cpu, memory, _ = result
            verdict = ""
            if name in ("data.table", "pandas"):
                theirs = os.path.join(work, "theirs.csv")
                subprocess.run(words + [path, theirs], check=True, stdout=subprocess.DEVNULL)
                verdict = agree_apart(mine, theirs)
            print(f"| {title} | {name} | {wall:.3f} | {cpu:.3f} | {size / wall:.0f} | {memory:.0f} | {verdict} |", flush=True)
        if shape == "long" and size > 100 and "gzip" in chosen:
            packed = path + ".gz"
            subprocess.run(f"gzip -1 -c {path} > {packed}", shell=True, check=True)
            wall, cpu, memory, _ = measure(["sh", "-c", f"zcat {packed} > /dev/null"], given.repeat)
            print(f"| {title}, gzipped | zcat alone | {wall:.3f} | {cpu:.3f} | {size / wall:.0f} | {memory:.0f} | |", flush=True)
            wall, cpu, memory, _ = measure([ours, framework, packed, str(first), str(last), "2", options], given.repeat)
            print(f"| {title}, gzipped | csindex, 2 threads | {wall:.3f} | {cpu:.3f} | {size / wall:.0f} | {memory:.0f} | |", flush=True)
            os.remove(packed)
    shutil.rmtree(work)


main()
