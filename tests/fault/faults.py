"""What the fault tests share: a small project that goes through every stage, and ways to run the command on it."""
import gzip
import hashlib
import os
import pathlib
import subprocess

COMMAND = os.environ["CSINDEX"]
BUILD = pathlib.Path(os.environ["CSINDEX_BUILD"])
INJECT = BUILD / "tests" / "libinject.so"
IS_SANITIZED = "CSINDEX_SANITIZE:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text()
IS_LONG = os.environ.get("CSINDEX_LONG") == "1"  # tests/soak/run sets it

FRAMEWORK = """\
iCode,iName,Level,Parent,Direction,Weight,Type,transform,goal_low,goal_high,max_carry
a,First,1,p,1,1,Indicator,none,0,10,2
b,Second,1,p,-1,2,Indicator,log1p,0,100,2
c,Third,1,q,1,1,Indicator,none,0,1,2
p,Upper,2,top,1,1,Aggregate,,,,
q,Lower,2,top,1,1,Aggregate,,,,
top,Whole,3,,1,1,Aggregate,,,,
"""

CONFIGURATION = """\
index: {id: small, name: A small index, version: 1.0.0}
years: {first: 2019, last: 2021}
framework: framework.csv
data:
  - file: indicators.csv.gz
    reader: long
  - file: more.csv
    reader: long
steps:
  - impute: {method: linear}
  - impute: {method: carry, limit: framework}
  - treat: {method: transform}
  - normalise: {method: minmax, goalposts: framework, range: [1, 100], clip: true}
  - aggregate:
      - {level: 2, method: arithmetic, min_weight_share: 0.5}
      - {level: 3, method: geometric, min_children: 1}
variants:
  upper: {without: [q], base_year: 2019}
  regions: {groups: region}
ensemble: {variants: 8}
seed: 1
"""

COUNTRIES = ["CHE", "FRA", "KEN", "NLD", "USA"]


def write_project(directory, shift=0):
    directory.mkdir(exist_ok=True)
    (directory / "framework.csv").write_text(FRAMEWORK)
    (directory / "index.yaml").write_text(CONFIGURATION)
    rows = ["iso3,year,indicator,value,standard_error"]
    more = rows[:]
    for i, iso3 in enumerate(COUNTRIES):
        for year in (2019, 2020, 2021):
            rows.append(f"{iso3},{year},a,{i + (year - 2019) * 0.5 + shift},0.1")
            rows.append(f"{iso3},{year},b,{10 * i + shift},")
            if year != 2020:
                more.append(f"{iso3},{year},c,{0.1 * i + 0.01 * (year - 2019)},")
    (directory / "indicators.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode() + b"\n", mtime=0))
    (directory / "more.csv").write_text("\n".join(more) + "\n")


def run(arguments, environment=None, **options):
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                          env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, timeout=120, **options)


def injected(arguments, call, at, number=5, mode="fail", report=None):
    """Runs with the at-th call of a kind failing with errno `number`."""
    environment = {
        "LD_PRELOAD": str(INJECT), "INJECT_CALL": call, "INJECT_AT": str(at), "INJECT_ERRNO": str(number),
        "INJECT_MODE": mode, "INJECT_REPORT": str(report or ""),
        # The preloaded library must not come before the sanitizer's own; only calls that it does not own are counted.
        "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""),
    }
    return run(arguments, environment)


def snapshot(directory):
    """Every name below the directory with the digest of its bytes, temporaries and all."""
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(directory.rglob("*")) if path.is_file()}


def restore(directory, saved):
    for path in directory.iterdir():
        path.unlink()
    for path in saved.iterdir():
        (directory / path.name).write_bytes(path.read_bytes())
