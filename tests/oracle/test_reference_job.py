#!/usr/bin/python3
"""The reference job (195 units, 60 indicators in 9 parts in 3, all weights +-25 %, three normalisations, arithmetic or
geometric means) against a numpy program that others wrote: on our draws, made again here by Philox, its engines give our
rank distribution exactly; on its own draws the quantiles agree within Monte Carlo error."""
import csv
import gzip
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

ORACLE = pathlib.Path(os.environ["CSINDEX_SOURCE"]).parent / "shared" / "oracle" / "numpy_mc"
try:
    import numpy as np
    import pandas as pd
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)
if not ORACLE.is_dir():
    print(f"skipped: no {ORACLE}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

REPLICATES, SEED = 3000, 20181112
NORMALISATION, AGGREGATION, WEIGHTS = 2, 3, 4  # numbers of the factors
STEPS = """index: {id: reference, name: Reference job, version: 1.0.0}
years: {first: 2024, last: 2024}
units: codes
seed: %d
framework: framework.csv
data: [data.csv]
steps:
  - normalise: {method: minmax, goalposts: panel, range: [1, 100]}
  - aggregate: {method: arithmetic}
ensemble:
  freeze: [goalposts, errors, imputation]
  weights: {spread: 0.25}
  normalisation: {alternatives: [{method: zscore, mean: 100, sd: 10}, {method: rank}]}
  aggregation: {alternatives: [{method: geometric}]}
""" % SEED


def philox(replicate, factor, n):
    """Cells 0..n of a stream, as metrics/rng.h says: uniform numbers of every replicate, [replicate][cell]."""
    cell = np.arange(n, dtype=np.uint64)
    shape = (len(replicate), n)
    x = [np.broadcast_to(cell // 32 * 8 + cell % 8, shape).copy(), np.full(shape, factor, np.uint64),
         np.broadcast_to(replicate[:, None] & 0xffffffff, shape).astype(np.uint64), np.zeros(shape, np.uint64)]
    key = [SEED & 0xffffffff, SEED >> 32]
    for _ in range(10):
        a, b = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [(b >> np.uint64(32)) ^ x[1] ^ np.uint64(key[0]), b & np.uint64(0xffffffff),
             (a >> np.uint64(32)) ^ x[3] ^ np.uint64(key[1]), a & np.uint64(0xffffffff)]
        key = [(key[0] + 0x9E3779B9) & 0xffffffff, (key[1] + 0xBB67AE85) & 0xffffffff]
    word = np.choose(np.broadcast_to((cell % 32 // 8).astype(int), shape), x)
    return (word + 0.5) / 2.0**32


def our_draws(_, n):
    replicate = np.arange(n, dtype=np.uint64)
    weights = 1 + 0.25 * (2 * philox(replicate, WEIGHTS, 73)[:, :72] - 1)
    normalisation = (philox(replicate, NORMALISATION, 1)[:, 0] * 3).astype(int)
    rule = (philox(replicate, AGGREGATION, 1)[:, 0] * 2).astype(int)
    return normalisation, rule, [weights[:, :60], weights[:, 60:69], weights[:, 69:72]]


def numpy_program():
    spec = importlib.util.spec_from_file_location("numpy_mc", ORACLE / "numpy_mc.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    program.B = f"{ORACLE}/"
    return program


def ours(program, x, work):
    """Published ranks of the units: how often each came up, and the quantiles."""
    meta = pd.read_csv(ORACLE / "synth_meta.csv")
    meta = meta[meta.Type != "Group"].drop(columns="Type")
    meta.assign(Type=np.where(meta.Level == 1, "Indicator", "Aggregate"), Level=meta.Level.astype(int),
                Direction=meta.Direction.astype(int), Parent=meta.Parent.fillna("")).to_csv(work / "framework.csv", index=False)
    codes = list(meta.iCode[meta.Level == 1])
    with open(work / "data.csv", "w", encoding="utf-8") as file:
        file.write("country,year,indicator,value\n")
        for unit, row in enumerate(x):
            for code, direction, value in zip(codes, meta.Direction[meta.Level == 1], row):
                file.write(f"U{unit:03d},2024,{code},{float(value * direction)!r}\n")
    (work / "index.yaml").write_text(STEPS)
    subprocess.run([os.environ["CSINDEX"], "run", "-q", str(work), "-o", str(work / "out"), "--replicates", str(REPLICATES)],
                   check=True)
    count = np.zeros((len(x), len(x) + 1), int)
    with gzip.open(work / "out" / "rank_distribution.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            count[int(row["iso3"][1:]), int(row["rank"])] = round(float(row["probability"]) * REPLICATES)
    quantile = np.zeros((len(x), 3))
    with gzip.open(work / "out" / "scores.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["code"] == "Index":
                quantile[int(row["iso3"][1:])] = [float(row[f"rank_q{q}"]) for q in ("05", "50", "95")]
    return count, quantile


def main():
    program = numpy_program()
    x, g1, g2 = program.load()
    with tempfile.TemporaryDirectory() as work:
        count, quantile = ours(program, x, pathlib.Path(work))
    assert (count.sum(1) == REPLICATES).all()
    z = 100 + 10 * (x - x.mean(0)) / x.std(0, ddof=1)
    program.normalisations = lambda values, usual=program.normalisations: [usual(values)[0], z, usual(values)[2]]
    job = program.Job(x, g1, g2)
    own_draw = program.draw

    program.draw = our_draws
    fused = job.chunk_fused(1, REPLICATES, np.empty((REPLICATES, len(x)), np.uint8))
    assert (fused[:, :len(x) + 1] == count).all(), f"{(fused[:, :len(x) + 1] != count).sum()} counts differ from the fused engine's"
    levels = job.chunk_levels(1, REPLICATES, np.empty((13, REPLICATES, len(x)), np.uint8))[12]
    assert (levels[:, :len(x) + 1] == count).all(), "counts differ from those of the engine that keeps all levels"
    assert (program.stats(fused, REPLICATES)[:, 1:] == quantile).all(), "quantiles of ranks differ"
    print(f"{len(x)} units, {REPLICATES} replicates: every rank of both engines on our draws is ours")

    program.draw = own_draw
    other = job.chunk_fused(7, REPLICATES, np.empty((REPLICATES, len(x)), np.uint8))[:, 1:len(x) + 1]
    assert (other != count[:, 1:]).any()
    share, theirs = count[:, 1:].cumsum(1) / REPLICATES, other.cumsum(1) / REPLICATES
    error = np.sqrt((share * (1 - share) + theirs * (1 - theirs)) / REPLICATES)
    worst = (abs(share - theirs) / np.maximum(error, 1 / REPLICATES)).max(1)
    assert np.median(worst) < 3.2 and worst.max() < 6, f"its own draws: {np.median(worst)}, {worst.max()}"
    print(f"on its own draws: largest distance of a share {worst.max():.2f} standard errors, usually {np.median(worst):.2f}")


main()
