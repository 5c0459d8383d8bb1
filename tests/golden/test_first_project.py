#!/usr/bin/python3
"""What somebody meets who makes a first project: few countries, gaps, an indicator that never varies, another scale than
1 to 100. What is said must be true of just these data, and say what to do next."""
import pathlib
import sys

from cli import csindex, directory, require

TREE = """iCode,iName,Level,Parent,Direction,Weight,Type,Unit,goal_low,goal_high,max_carry
water,Safe water,1,supply,1,0.5,Indicator,% of people,0,100,2
dams,Dams,1,supply,1,0.3,Indicator,per million,0,20,1
laws,Water laws,1,rule,1,1,Indicator,0 to 10,0,10,3
protests,Protests,1,rule,-1,1,Indicator,number,0,50,0
supply,Supply,2,top,1,0.7,Aggregate,,,,
rule,Rule,2,top,1,0.5,Aggregate,,,,
top,Water index,3,,1,1,Aggregate,,,,
"""
DATA = """country,year,water,dams,laws,protests
Germany,2020,99,13,9,0
Germany,2022,98,14,9.5,0
Türkiye,2020,92,4,7,0
Türkiye,2022,94,5,8,0
Viet Nam,2020,55,9,6,0
Viet Nam,2022,58,10,6.5,0
South Korea,2020,97,19,8,0
Kosovo,2021,,2,,
"""
CONFIGURATION = """index: {id: water-index, name: Water index, version: 1.0.0}
years: {first: 2020, last: 2022}
framework: tree.csv
data: [data.csv]
steps:
  - impute: {method: linear}
  - impute: {method: carry, limit: framework}
  - normalise: NORMALISE
  - aggregate: {method: arithmetic}
"""
FIXED = "{method: minmax, goalposts: framework, range: [0, 100]}"

problems = []


def expect(what, condition, shown=""):
    if not condition:
        problems.append(f"{what}: {shown}")


def project(at, normalise=FIXED, data=DATA):
    at.mkdir()
    for name, text in (("index.yaml", CONFIGURATION.replace("NORMALISE", normalise)), ("tree.csv", TREE), ("data.csv", data)):
        (at / name).write_text(text, encoding="utf-8")
    return at


def said(*arguments, code=0, cwd=None):
    got = csindex(*arguments, cwd=cwd)
    expect(f"{arguments} ends with {code}", got.returncode == code, f"{got.returncode} {got.stderr.decode()}")
    return got.stdout.decode(), got.stderr.decode()


def check_ensemble(work):
    """Protests are 0 everywhere: no matter between fixed goalposts, left out where the goalposts are the panel's."""
    home = project(work / "ensemble")
    _, words = said("run", home, "-o", work / "out")
    expect("a warning that holds of some replicates says so, once",
           words.count("left out") == 1 and 'in some replicates of the ensemble: indicator "protests"' in words, words)
    text = (work / "out/methodology.md").read_text(encoding="utf-8")
    expect("the method tells two goalposts apart", "as configured; or minmax (goalposts: panel), equally likely" in text, text)
    own = project(work / "own", "{method: minmax, goalposts: panel, range: [0, 100]}")
    _, words = said("run", own, "-o", work / "own-out")
    expect("a warning of the run is not repeated by its ensemble", words.count("left out") == 1 and "some replicates" not in
           words, words)


require("run")
with directory() as work:
    work = pathlib.Path(work)
    check_ensemble(work)
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
