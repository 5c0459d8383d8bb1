"""Pre-aggregated rows made by a database of its own (SQLite), piped into `csindex run -`: the cells are the mean and the
standard error that Python's statistics module makes of the measurements themselves. SQLite has no var_pop, so m2 comes
from deviations; rows are seven shards a cell, to be merged."""
import csv
import gzip
import io
import math
import pathlib
import random
import sqlite3
import statistics

import cli

FRAMEWORK = """Level,iCode,Parent,Direction,Weight,Type,goal_low,goal_high
1,latency_ms,top,-1,1,Indicator,0,100
2,top,,1,1,Aggregate,,
"""
CONFIG = """index: {id: latency, name: Latency}
framework: framework.csv
years: {first: 2020, last: 2021}
data: [%s]
steps:
  - normalise: minmax
  - aggregate: arithmetic
"""
QUERY = """
with part as (select iso3, year, metric, x, rowid % 7 as shard from measurements),
     mean as (select iso3, year, metric, shard, avg(x) as m from part group by 1, 2, 3, 4)
select iso3, year, metric, count(x), m, sum((x - m) * (x - m))
from part join mean using (iso3, year, metric, shard) group by iso3, year, metric, shard order by shard
"""


def rows_of(measurements):
    database = sqlite3.connect(":memory:")
    database.execute("create table measurements(iso3 text, year integer, metric text, x real)")
    database.executemany("insert into measurements values (?, ?, 'latency_ms', ?)", measurements)
    out = io.StringIO()
    csv.writer(out).writerows([("country", "period", "indicator", "n", "mean", "m2"), *database.execute(QUERY)])
    return out.getvalue().encode()


def published(out):
    with gzip.open(out / "quality.csv.gz", "rt", newline="") as file:
        return {(row["iso3"], int(row["year"])): (float(row["raw"]), float(row["standard_error"]))
                for row in csv.DictReader(file)}


def run(project, data, piped):
    (project / "index.yaml").write_text(CONFIG % data)
    got = cli.csindex("run", "-q", "-", "-o", "out", cwd=project, stdin=piped)
    assert got.returncode == 0, got.stderr.decode()
    return published(project / "out")


def main():
    cli.require("run")
    draws = random.Random(20181112)
    measurements = [(iso3, year, 1e6 * big + draws.lognormvariate(3, 1))
                    for iso3, big in (("DEU", 0), ("FRA", 0), ("KEN", 1)) for year in (2020, 2021) for _ in range(500)]
    piped = rows_of(measurements)
    with cli.directory() as directory:
        project = pathlib.Path(directory)
        (project / "framework.csv").write_text(FRAMEWORK)
        cells = run(project, "absent.csv", piped)
        assert len(cells) == 6, cells
        for (iso3, year), (mean, error) in cells.items():
            values = [x for code, y, x in measurements if (code, y) == (iso3, year)]
            assert math.isclose(mean, statistics.fmean(values), rel_tol=1e-14), (iso3, year, mean)
            wanted = statistics.stdev(values) / math.sqrt(len(values))
            assert math.isclose(error, wanted, rel_tol=1e-9), (iso3, year, error, wanted)
        assert run(project, '{file: "-", reader: aggregated}', piped) == cells
        refused = cli.csindex("run", "-q", "-", "-o", "out", cwd=project, stdin=b"")
        assert refused.returncode == 65 and b"holds no records" in refused.stderr, refused


main()
