"""Every export of the default index opened by somebody else's reader and held against what the run published; hostile
names sent through all of them; equal bytes in every time zone and locale."""
import hashlib
import json
import math
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import warnings
import xml.etree.ElementTree
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cli import SOURCE, csindex, directory, require

require("run", "export")
try:
    import numpy as np
    import openpyxl
    import openpyxl.utils.escape
    import pandas as pd
except ImportError as absent:
    print(f"skipped: {absent}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

warnings.filterwarnings("ignore", module="openpyxl")  # it does not know data bars
READ = {"keep_default_na": False, "na_values": [""], "float_precision": "round_trip"}
COLUMNS = {"csi": "score", "csi_rank": "rank", "csi_n_ranked": "n_ranked", "csi_coverage": "coverage",
           "csi_imputed_share": "imputed_share"}


def succeed(*arguments, **more):
    result = csindex(*arguments, **more)
    assert result.returncode == 0, (arguments, result.stderr.decode())
    return result


def same(left, right):
    return left == right or (isinstance(left, float) and isinstance(right, float) and math.isnan(left) and
                             math.isnan(right))


def expect_equal(what, mine, theirs):
    assert list(mine.index) == list(theirs.index), f"{what}: other rows"
    differing = [(i, a, b) for i, a, b in zip(mine.index, mine, theirs) if not same(float(a), float(b))]
    assert not differing, f"{what}: {len(differing)} values differ, first {differing[0]}"


def wide_of(scores):
    """The published scores in the wide layout: (iso3, year) by column."""
    top = scores[scores.code == "csi"].set_index(["iso3", "year"]).sort_index()
    table = pd.DataFrame({name: top[column] for name, column in COLUMNS.items()})
    for part in sorted(set(scores.code) - {"csi"}):
        table[part] = scores[scores.code == part].set_index(["iso3", "year"]).sort_index().score
    return table


def check_wide(what, table, wide):
    table = table.set_index(["iso3", "year"]).sort_index()
    for column in wide.columns:
        expect_equal(f"{what} {column}", wide[column], table[column])
    print(f"{what}: {wide.size} values equal")


def check_workbook(path, scores, out):
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Ranking", "Scores", "Parts", "Charts", "Codebook", "Method"], book.sheetnames
    published = scores[scores.code == "csi"].set_index(["iso3", "year"]).score
    rows = list(book["Scores"].values)
    n = 0
    for row in rows[1:]:
        for year, value in zip(rows[0][2:], row[2:]):
            expected = published[row[0], year]
            assert (value is None) == math.isnan(expected), (row[0], year)
            assert value is None or abs(value - expected) <= 1e-14 * expected, (row[0], year, value, expected)
            n += value is not None
    assert n == published.notna().sum()
    ranks = [row[0] for row in list(book["Ranking"].values)[1:] if row[0] is not None]
    assert ranks == sorted(ranks) and ranks[0] == 1
    codebook = pd.read_csv(out / "codebook.csv", **READ)
    assert [row[1].value for row in book["Codebook"].iter_rows(min_row=2)] == list(codebook.iCode)
    method = [cell.value or "" for cell in book["Method"]["A"]]
    assert method[0].lstrip("'") == (out / "methodology.md").read_text().split("\n")[0].lstrip("# ")
    assert len(method) > 50 and not any(mark in line for line in method for mark in ("\\_", "**", "|---", "&lt;"))
    assert all(sheet.freeze_panes for sheet in book if sheet.title not in ("Charts", "Method"))
    with zipfile.ZipFile(path) as parts:  # Excel takes a workbook for damaged in which the ranges of columns overlap
        for name in parts.namelist():
            ends = [int(end) for pair in re.findall(r'<col min="(\d+)" max="(\d+)"', parts.read(name).decode("utf-8", "replace"))
                    for end in pair]
            assert ends == sorted(ends) and len(set(ends[::2])) == len(ends[::2]), (name, ends)
    assert book["Ranking"].conditional_formatting and len(book["Charts"]._charts) == 2
    print(f"workbook: {n} scores equal")


def check_libreoffice(path, scores, work):
    """Starting it takes longer than all the rest, so only the long tests ask for it."""
    if os.environ.get("CSINDEX_LONG") != "1" or shutil.which("soffice") is None:
        return
    subprocess.run(["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to",
                    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2", "--outdir", work, path],
                   check=True, capture_output=True, timeout=300)
    table = pd.read_csv(work / "csindex-Scores.csv", **READ).set_index("iso3").drop(columns="country")
    published = scores[scores.code == "csi"].pivot(index="iso3", columns="year", values="score").reindex(table.index)
    assert (table.isna().to_numpy() == published.isna().to_numpy()).all()
    assert (abs(table.to_numpy() / published.to_numpy() - 1)[published.notna()] < 1e-14).all()
    print(f"workbook: LibreOffice shows {int(published.notna().sum().sum())} equal scores")


def check_database(path, scores, out):
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    stored = pd.read_sql("SELECT iso3, year, code, score, rank FROM score", base).set_index(["iso3", "year", "code"])
    published = scores.set_index(["iso3", "year", "code"])
    stored = stored.reindex(published.index)
    expect_equal("database score", published.score, stored.score.astype(float))
    expect_equal("database rank", published["rank"].astype(float), stored["rank"].astype(float))
    contributions = pd.read_csv(out / "contributions.csv.gz", **READ)
    assert base.execute("SELECT count(*) FROM contribution").fetchone()[0] == len(contributions)
    quality = pd.read_csv(out / "quality.csv.gz", **READ)
    assert base.execute("SELECT count(*) FROM observation").fetchone()[0] == (quality.state != "missing").sum()
    total = base.execute("SELECT sum(raw) FROM observation").fetchone()[0]
    assert math.isclose(total, quality.raw.sum(), rel_tol=1e-9)
    changes = pd.read_csv(out / "changes.csv.gz", **READ)
    n, effect = base.execute("SELECT count(*), sum(effect) FROM cause").fetchone()
    assert n == len(changes) and math.isclose(effect, changes.effect.sum(), abs_tol=1e-6)
    examples = base.execute("SELECT title, query FROM example ORDER BY title").fetchall()
    assert len(examples) == 5
    for title, query in examples:
        assert base.execute(query).fetchall(), f"{title}: no rows"
    best = base.execute(examples[0][1]).fetchall()
    latest = scores[(scores.code == "csi") & (scores.year == scores[scores["rank"].notna()].year.max())]
    assert [row[1] for row in best] == list(latest.sort_values("rank").country[:10])
    print(f"database: {len(stored)} scores equal, five example queries answered")


def check_spss(path, wide, work):
    script = ('a <- commandArgs(TRUE); d <- haven::zap_labels(haven::read_sav(a[1])); for (n in names(d)) if '
              '(is.numeric(d[[n]])) d[[n]] <- ifelse(is.na(d[[n]]), "", sprintf("%.17g", d[[n]])); '
              'write.csv(d, a[2], row.names = FALSE, na = "")')
    if shutil.which("Rscript") is None or subprocess.run(["Rscript", "-e", "library(haven)"],
                                                         capture_output=True).returncode != 0:
        assert os.environ.get("CI") != "true", "R and its package haven are needed"
        print("spss: not read back, R or its package haven is absent")
        return
    subprocess.run(["Rscript", "-e", script, path, work / "sav.csv"], check=True, capture_output=True)
    check_wide("spss", pd.read_csv(work / "sav.csv", **READ), wide)


def check_stata(path, wide):
    table = pd.read_stata(path, convert_categoricals=False)
    check_wide("stata", table, wide)
    with pd.io.stata.StataReader(path) as reader:
        assert reader.variable_labels()["csi_rank"].endswith("rank, 1 is best")
        assert reader.value_labels()["status"] == {0: "missing", 1: "provisional", 2: "final"}


def check_flavours(exports, scores, wide, out):
    owid = pd.read_csv(exports / "owid_paris_call.csv", **READ)
    check_wide("owid", owid.rename(columns={"Code": "iso3", "Year": "year"}), wide)
    metadata = json.loads((exports / "owid_paris_call.metadata.json").read_text())
    assert list(metadata["columns"]) == list(owid.columns[3:])
    vdem = pd.read_csv(exports / "vdem.csv", **READ)
    check_wide("vdem", vdem.rename(columns={"country_text_id": "iso3"}), wide)
    if (out / "uncertainty.csv.gz").exists():
        bounds = pd.read_csv(out / "uncertainty.csv.gz", **READ).pivot(index=["iso3", "year"], columns="code")
        own = vdem.set_index(["country_text_id", "year"])
        for code in sorted(set(scores.code)):
            for name, column in (("_sd", "score_sd"), ("_codelow", "score_q16"), ("_codehigh", "score_q84")):
                expect_equal(code + name, bounds[column, code].reindex(own.index), own[code + name])
            assert (own[code + "_codelow"] <= own[code + "_codehigh"])[own[code].notna()].all()
    ids = vdem.drop_duplicates("country_text_id").set_index("country_text_id").country_id
    assert ids.isna().all() or (ids["FRA"] == 76 and ids["SWE"] == 5 and ids.dropna().is_unique)
    sdmx = pd.read_csv(exports / "sdmx.csv", **READ)
    key = ["REF_AREA", "TIME_PERIOD", "INDICATOR"]
    sdmx = sdmx.set_index(key).sort_index()
    published = scores.set_index(["iso3", "year", "code"]).sort_index()
    assert list(sdmx.index) == list(published.index)
    expect_equal("sdmx", published.score, sdmx.OBS_VALUE)
    assert ((sdmx.OBS_STATUS == "M") == published.score.isna()).all()
    assert ((sdmx.OBS_STATUS == "P") == (published.score.notna() & (published.status == "provisional"))).all()
    data = pd.read_csv(exports / "iData.csv", na_values=["NA"], keep_default_na=False, float_precision="round_trip")
    quality = pd.read_csv(out / "quality.csv.gz", **READ).set_index(["iso3", "year", "code"]).raw.sort_index()
    stacked = data.set_index(["uCode", "Time"]).drop(columns="uName").stack(dropna=False).sort_index()
    stacked.index = stacked.index.rename(quality.index.names)
    expect_equal("iData", quality, stacked.astype(float))
    meta = pd.read_csv(exports / "iMeta.csv", na_values=["NA"], keep_default_na=False)
    assert set(data.columns[3:]) == set(meta.iCode[meta.Type == "Indicator"])
    assert meta.Direction.isin([1, -1]).all() and meta.Parent.isna().sum() == 1
    print(f"flavours: {len(published)} SDMX observations and {len(quality)} raw values equal")


def check_read_again(exports, published, work):
    """What was exported is an input of the program too, and comes back to the bit."""
    framework = ["iCode,iName,Level,Parent,Direction,Weight,Type"]
    codes = sorted(set(published.code))
    framework += [f"{code},{code},1,all,1,1,Indicator" for code in codes] + ["all,all,2,,1,1,Aggregate"]
    years = published.year
    for name, reader in (("sdmx.csv", "sdmx_csv"), ("vdem.csv", "vdem"), ("owid_paris_call.csv", "wide_indicator")):
        project = work / f"again-{name}"
        project.mkdir()
        (project / "framework.csv").write_text("\n".join(framework) + "\n")
        shutil.copy(exports / name, project / "data.csv")
        (project / "index.yaml").write_text(
            f"index: {{id: again, name: Again, version: 1.0.0}}\nyears: {{first: {years.min()}, last: {years.max()}}}\n"
            f"framework: framework.csv\nunknown_indicators: ignore\ndata: [{{file: data.csv, reader: {reader}}}]\nsteps:\n"
            f"  - normalise: {{method: minmax, goalposts: panel}}\n  - aggregate: [{{level: 2, method: arithmetic}}]\n")
        succeed("run", project, "-o", project / "out", "-q")
        quality = pd.read_csv(project / "out/quality.csv.gz", **READ).set_index(["iso3", "year", "code"]).raw.dropna()
        expected = published.set_index(["iso3", "year", "code"]).score.dropna()
        assert len(quality) == len(expected), f"{name}: {len(quality)} values came back of {len(expected)}"
        expect_equal(f"{name} read again", expected.sort_index(), quality.sort_index())
        print(f"{name}: {len(expected)} values read back by csindex itself")


def check_latex(tables, work):
    """TeX is no small thing to install: where it is, the tables must compile, hostile names and all."""
    if shutil.which("pdflatex") is None:
        print("latex: not compiled, there is no pdflatex")
        return
    for k, table in enumerate(tables):
        (work / f"paper{k}.tex").write_text(
            "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}"
            "\\usepackage{array,textcomp,booktabs,longtable}\\begin{document}\n"
            f"\\input{{{table}}}\n\\end{{document}}\n", encoding="utf-8")
        result = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-output-directory", work, work / f"paper{k}.tex"],
                                capture_output=True, text=True, errors="replace", timeout=120)
        faults = [line for line in result.stdout.splitlines() if line.startswith("!")
                  and "Unicode character" not in line]  # a font's lack, not the table's fault
        faults += [line for line in result.stdout.splitlines() if line.startswith("Overfull \\hbox") and "alignment" in line]
        assert not faults, (table, faults)
        assert (work / f"paper{k}.pdf").stat().st_size > 10000
    print(f"latex: {len(tables)} tables compiled")


def colours_of(path):
    """The colours of a PNG of ours: true colour, every row as the difference from the one above."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n", path
    width, height, depth, kind = struct.unpack(">IIBB", content[16:26])
    assert (depth, kind) == (8, 2), path
    data, at = b"", 8
    while at < len(content):
        n, name = struct.unpack(">I4s", content[at:at + 8])
        body = content[at + 8:at + 8 + n]
        assert zlib.crc32(name + body) == struct.unpack(">I", content[at + 8 + n:at + 12 + n])[0], (path, name)
        data += body if name == b"IDAT" else b""
        at += 12 + n
    assert name == b"IEND"
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + 3 * width)
    assert (rows[:, 0] == 2).all(), path
    pixels = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(-1, 3).astype(np.uint32)
    return width, height, set(np.unique(pixels @ np.array([65536, 256, 1], np.uint32)))


def check_charts(exports):
    charts = sorted(exports.glob("*.svg"))
    assert len(charts) == 4
    drawn = list(exports.glob("*.png"))
    if not drawn:
        assert os.environ.get("CI") != "true", "librsvg is needed"
        print("charts: no PNG, there is no librsvg")
        return
    for chart in charts:
        size = [float(n) for n in re.search(r'width="([\d.]+)" height="([\d.]+)"', chart.read_text()).groups()]
        width, height, colours = colours_of(chart.with_suffix(".png"))
        factor = 2 if 2 * max(size) <= 4096 else 1
        assert (width, height) == tuple(math.ceil(factor * n) for n in size), chart
        assert {0xffffff, 0x222222} <= colours, chart  # paper, ink and more: something was drawn
        assert len(colours) > 20, chart
    print(f"charts: {len(drawn)} drawn as PNG")


def digests(path):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in path.iterdir()}


def check_bytes(out, exports, work):
    environment = {"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8"}
    succeed("export", "all", out, "-o", work / "bytes", "-q", env=environment, cwd=work)
    assert digests(work / "bytes") == digests(exports)
    print(f"{len(digests(exports))} files are the same bytes in another time zone, locale and directory")


HOSTILE = ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@SUM(A1)", "</script><script>alert(1)</script>", "a\"b'c",
           "\u202edesrever\u202c", "esc\x1b[31mred", "100% & <b> $x_1^2$ {\\input{/etc/passwd}} ~#|`*", "{{name}} {{version}}",
           "back\\slash", "\uff1dWIDE()", "e\u0301\u00e9\u65e5\u672c", "'quoted", "'=twice"]


def hostile_project(project):
    project.mkdir()
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'
    framework = ["iCode,iName,Level,Parent,Direction,Weight,Type"]
    framework += [f"i{k},{quoted(HOSTILE[k])},1,p{k % 2},1,1,Indicator" for k in range(4)]
    framework += [f"p{k},{quoted(HOSTILE[4 + k])},2,top,1,1,Aggregate" for k in range(2)]
    framework += [f"top,{quoted(HOSTILE[8])},3,,1,1,Aggregate"]
    (project / "framework.csv").write_text("\n".join(framework) + "\n", encoding="utf-8")
    rows = ["uCode,uName,Time,i0,i1,i2,i3"]
    for k, name in enumerate(HOSTILE):
        rows += [f"U{k:02d},{quoted(name)},{year},{k + 1},{2 * k},{30 - k},{k * k + year - 2000}" for year in (2021, 2022)]
    (project / "data.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (project / "index.yaml").write_text(
        f"index:\n  id: hostile\n  name: {json.dumps(HOSTILE[4])}\n  version: 1.0.0\n"
        f"  description: {json.dumps(HOSTILE[8] + HOSTILE[6])}\nunits: codes\nyears: {{first: 2021, last: 2022}}\n"
        "framework: framework.csv\ndata: [{file: data.csv, reader: wide_indicator}]\nsteps:\n"
        "  - normalise: {method: minmax, goalposts: panel}\n"
        "  - aggregate: [{level: 2, method: arithmetic}, {level: 3, method: arithmetic}]\n", encoding="utf-8")


FORMULA = re.compile("^[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f]")


def check_hostile(work):
    project, out, exports = work / "hostile", work / "hostile-out", work / "hostile-exports"
    hostile_project(project)
    succeed("run", project, "-o", out, "-q")
    succeed("export", "all", out, "-o", exports, "-q")

    names = {}
    for sheet in openpyxl.load_workbook(exports / "csindex.xlsx"):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula"
                if isinstance(cell.value, str):
                    assert not FORMULA.match(cell.value), f"{sheet.title}!{cell.coordinate}: {cell.value!r}"
                if sheet.title == "Scores" and cell.column == 2 and cell.row > 1:
                    names[row[0].value] = openpyxl.utils.escape.unescape(cell.value)
    undefuse = lambda text: text[1:] if text.startswith("'") and FORMULA.match(text.lstrip("'")) else text
    assert [undefuse(names[f"U{k:02d}"]) for k in range(len(HOSTILE))] == HOSTILE, names

    base = sqlite3.connect(exports / "csindex.sqlite")
    assert [name for name, in base.execute("SELECT name FROM country ORDER BY iso3")] == HOSTILE
    stata = pd.read_stata(exports / "csindex.dta", convert_categoricals=False).drop_duplicates("iso3")
    assert list(stata.sort_values("iso3").country) == HOSTILE
    for name, column in (("vdem.csv", "country_name"), ("owid_hostile.csv", "Entity"), ("iData.csv", "uName")):
        table = pd.read_csv(exports / name, **READ)
        texts = [cell for c in table.columns[table.dtypes == object] for cell in table[c].dropna()]
        assert not [text for text in texts if FORMULA.match(text)], name
        assert [undefuse(text) for text in table[column].drop_duplicates()] == HOSTILE, name

    for chart in exports.glob("*.svg"):
        root = xml.etree.ElementTree.parse(chart).getroot()
        tags = {element.tag.split("}")[1] for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "text", "line", "circle", "path", "g"}, (chart, tags)
        assert not REORDERING.search(chart.read_text(encoding="utf-8")), chart
    for document in ("ranking.md", "ranking.tex"):
        text = (exports / document).read_text(encoding="utf-8")
        assert not REORDERING.search(text), document
    assert "\\input{" not in (exports / "ranking.tex").read_text().replace("\\textbackslash{}input\\{", "")
    assert "<script" not in (exports / "ranking.md").read_text() and "<b>" not in (exports / "ranking.md").read_text()
    for notebook in exports.glob("*.ipynb"):
        content = notebook.read_text(encoding="utf-8")
        assert "</script" not in content and "<" not in content, notebook
        cells = json.loads(content)["cells"]
        assert "alert" not in "".join(line for c in cells if c["cell_type"] == "code" for line in c["source"])
    print(f"{len(HOSTILE)} hostile names went through {len(list(exports.iterdir()))} files")


def check_misuse(out, work):
    assert csindex("export", "sqlit", out).returncode == 64
    assert csindex("export", "owid", work / "none").returncode == 66
    target = work / "taken"
    target.mkdir()
    (target / "vdem.csv").symlink_to("/etc/passwd")
    assert csindex("export", "vdem", out, "-o", target).returncode == 73
    (target / "file").write_text("")
    assert csindex("export", "vdem", out, "-o", target / "file").returncode == 73
    listed = succeed("export", "-f", "csv").stdout.decode().splitlines()
    assert listed[0].startswith("form,") and len(listed) > 8


with directory() as temporary:
    work = pathlib.Path(temporary)
    out, exports = work / "out", work / "exports"
    succeed("run", SOURCE / "datasets/paris-call", "-o", out, "-q")
    succeed("export", "all", out, "-o", exports, "-q")
    scores = pd.read_csv(out / "scores.csv.gz", **READ)
    wide = wide_of(scores)
    check_workbook(exports / "csindex.xlsx", scores, out)
    check_libreoffice(exports / "csindex.xlsx", scores, work)
    check_database(exports / "csindex.sqlite", scores, out)
    check_stata(exports / "csindex.dta", wide)
    check_spss(exports / "csindex.sav", wide, work)
    check_flavours(exports, scores, wide, out)
    check_read_again(exports, scores, work)
    check_charts(exports)
    check_bytes(out, exports, work)
    check_hostile(work)
    check_latex([exports / "ranking.tex", work / "hostile-exports/ranking.tex"], work)
    check_misuse(out, work)
