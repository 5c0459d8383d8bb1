#!/usr/bin/python3
"""What somebody meets who makes a first project: few countries, gaps, an indicator that never varies, another scale than
1 to 100. What is said must be true of just these data, and say what to do next."""
import csv
import gzip
import pathlib
import re
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


def check_scale(work):
    """Drawings and rounding follow the scores' own scale; an end that a scale does not have is not measured from."""
    home, out = project(work / "z", "{method: zscore}"), work / "z-out"
    said("run", home, "-q", "-q", "-o", out)
    shown, _ = said("rank", "-r", out, "--ascii")
    places = {line.index("o", line.index(".")) for line in shown.splitlines() if re.match(r" +\d", line)}
    expect("z-scores lie apart on the bar", len(places) == 4, shown)
    said("report", out, "-q", "--project", home)
    page = (out / "report.html").read_text(encoding="utf-8")
    expect("the page draws z-scores on their scale", '"scale":[-2,2],"decimals":2' in page, re.findall(r'"scale".{30}', page))
    expect("the page names no scale that is not there", "1 to 100" not in page)
    expect("the page tells the nodes of a step apart", "<strong>aggregate</strong> arithmetic: supply, rule, top" in page,
           re.findall("<strong>aggregate.*", page))
    expect("the map's legend has no class twice", len(set(re.findall(r"</svg>from ([-0-9.]+)</li>", page))) ==
           len(re.findall(r"</svg>from ([-0-9.]+)</li>", page)))
    with gzip.open(out / "frontier.csv.gz", "rt", encoding="utf-8") as file:
        tops = {row["distance_to_top"] for row in csv.DictReader(file)}
    expect("z-scores have no top", tops == {""}, tops)
    said("export", "charts", out, "-q", "-o", work / "charts")
    ranking = (work / "charts/chart_ranking.svg").read_text(encoding="utf-8")
    dots = [float(x) for x in re.findall(r'<circle cx="([-0-9.]+)"', ranking)]
    expect("the chart's dots lie on its axis", len(dots) == 4 and min(dots) > 234 and max(dots) < 754 and max(dots) - min(dots) > 200,
           dots)
    trends = (work / "charts/chart_trends.svg").read_text(encoding="utf-8")
    expect("countries that dropped out have their line", trends.count("<path") == 5 and "the first 4 of 2022" in trends,
           re.findall("<path.*", trends))

    share = work / "share-out"
    said("run", project(work / "share", "{method: minmax, goalposts: framework, range: [0, 1]}"), "-q", "-q", "-o", share)
    with open(share / "ranking.csv", encoding="utf-8") as file:
        scores = [row["score"] for row in csv.DictReader(file) if row["rank"]]
    expect("scores of 0 to 1 keep four decimals", all(re.fullmatch(r"0\.\d{4}", score) for score in scores), scores)
    said("export", "markdown", share, "-q", "-o", work / "md")
    table = (work / "md/ranking.md").read_text(encoding="utf-8")
    expect("and three in tables", re.search(r"\| 0\.\d{3} \|", table), table)


def check_variant(work):
    """Weights given for all children of a node hold among those that a variant keeps."""
    home, out = project(work / "variant"), work / "variant-out"
    text = (home / "index.yaml").read_text()
    given = "  - weight: [{node: rule, method: given, weights: {laws: 3, protests: 1}}, " \
            "{node: supply, method: budget, budgets: [[1, 1], [3, 1]]}]\n"
    (home / "index.yaml").write_text(text + given + "variants:\n  calm: {without: [protests, dams]}\n")
    said("check", home)
    said("run", home, "-q", "-q", "-o", out)
    with gzip.open(out / "scores_calm.csv.gz", "rt", encoding="utf-8") as file:
        calm = {(row["code"], row["iso3"], row["year"]): row["score"] for row in csv.DictReader(file)}
    expect("the variant has what is left", float(calm["rule", "DEU", "2022"]) == 95 and float(calm["supply", "DEU", "2022"]) == 98,
           calm)
    (home / "index.yaml").write_text(text + "variants:\n  none: {without: [rule, supply]}\n")
    _, words = said("check", home, code=78)
    expect("a variant that cannot be is found by check", "leaves no indicator" in words, words)


def check_words(work):
    """Messages that say what is so, and what to do next."""
    home, out = project(work / "words"), work / "words-out"
    table, _ = said("check", home / "data.csv")
    expect("one's own wide table is told what it can be", "wide_indicator" in table, table)
    _, words = said("check", project(work / "unknown", data=DATA.replace("protests", "riots")), code=65)
    expect("an unknown column is told how to name it", 'indicators: {"riots": CODE}' in words, words)
    long = "country,year,indicator,value\nDEU,2020,ER.DAM.P6,3\n"
    _, words = said("check", project(work / "unknown-long", data=long), code=65)
    expect("an unknown code is told how to name it", 'indicators: {"ER.DAM.P6": CODE}' in words, words)
    slip = project(work / "slip", data=re.sub(r",\d+$", ",", DATA, flags=re.M))
    tree = re.sub(r"(Indicator,.*,)\d+$", r"\g<1>0", TREE, flags=re.M)
    (slip / "tree.csv").write_text(re.sub("$", ",", tree.rstrip(), flags=re.M).replace("max_carry,", "max_carry,valid_form"))
    (slip / "index.yaml").write_text(CONFIGURATION.replace("NORMALISE", FIXED).replace(
        "first: 2020, last: 2022", "first: 2040, last: 2041, read_from: 2020"))
    _, words = said("check", slip)
    expect("a column headed almost right is told", 'column "valid_form" is not used; did you mean "valid_from"?' in words, words)
    expect("an indicator without data is named", 'indicator "protests" has no value in any file' in words, words)
    expect("that nothing is scored is told", "no country is scored in any year from 2040 to 2041" in words, words)
    said("run", home, "-q", "-q", "-o", out)
    shown, _ = said("trend", "XKX", "-r", out)
    expect("no interval is not for want of an ensemble", "no ensemble" not in shown and "nothing here is scored" in shown, shown)
    _, words = said("explain", "XKX", "2021", "2022", "-p", home, code=65)
    expect("what is not scored is named", "Kosovo has no score in 2021" in words and "csindex explain XKX 2021" in words, words)
    shown, _ = said("profile", "Germany", "-p", home)
    expect("tiers are as many as there are", "of 4\n" in shown, shown)
    shown, _ = said("audit", home, "-q", "-o", work / "audit")
    expect("four countries are no statistics", "correlat" not in shown.replace("correlations, reliability", "") and
           "share one value" not in shown and "alpha" not in shown and "4 countries are scored" in shown and "R2 0.000" not in shown, shown)
    shown, _ = said("audit", "--help")
    expect("the audit goes where its help says", "(default: audit)" in shown and "(default: out)" not in shown, shown)
    other = project(work / "revised", data=DATA.replace("Germany,2020,99", "Germany,2020,98"))
    _, words = said("run", other, "-q", "-q", "-o", out, "--max-revised", "1", code=1)
    expect("the gate speaks in per cent", "revised_share 3.45 % is above 1 %" in words, words)


require("run", "report", "export")
with directory() as work:
    work = pathlib.Path(work)
    check_ensemble(work)
    check_scale(work)
    check_variant(work)
    check_words(work)
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
