"""What `csindex run` publishes: the same bytes whenever and wherever, a data package that says the truth about its files,
text that no spreadsheet takes for a formula, and a result that a failed run leaves as it was."""
import csv
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile

source = os.environ["CSINDEX_SOURCE"]
work = tempfile.TemporaryDirectory()
FILES = ["scores.csv.gz", "scores_matched.csv.gz", "scores_conduct.csv.gz", "scores_without_p8.csv.gz",
         "scores_regions.csv.gz", "scores_base_2014.csv.gz", "contributions.csv.gz", "quality.csv.gz",
         "changes.csv.gz", "uncertainty.csv.gz",
         "rank_shifts.csv", "rank_distribution.csv.gz", "rank_pairs.csv.gz", "rank_changes.csv.gz", "rank_sets.csv.gz", "trends.csv", "frontier.csv.gz",
         "ranking.csv", "codebook.csv",
         "methodology.md", "datapackage.json", "manifest.json"]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def path(*names):
    return os.path.join(work.name, *names)


def run(project, out, cwd=None, code=0):
    done = subprocess.run([os.environ["CSINDEX"], "run", project, "-o", out, "-q"], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == code, f"exit {done.returncode}, not {code}: {done.stderr}"
    return done.stderr


def read_bytes(*names):
    with open(os.path.join(*names), "rb") as file:
        return file.read()


def content(directory, name):
    data = read_bytes(directory, name)
    return gzip.decompress(data) if name.endswith(".gz") else data


def table(directory, name):
    rows = list(csv.reader(content(directory, name).decode("utf-8").splitlines(keepends=True), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows), f"{name} is ragged"
    return rows[0], rows[1:]


def digests(directory):
    return {name: hashlib.sha256(read_bytes(directory, name)).hexdigest() for name in FILES}


def same_bytes_everywhere():
    project = os.path.join(source, "datasets", "paris-call")
    run(project, path("a"))
    first = digests(path("a"))
    run(project, path("a"))
    assert digests(path("a")) == first, "a second run over the first wrote other bytes"
    shutil.copytree(project, path("a much longer place", "copy"))
    os.makedirs(path("c"))
    run(".", path("c"), cwd=path("a much longer place", "copy"))
    assert digests(path("c")) == first, "another directory gives other bytes"
    assert sorted(os.listdir(path("c"))) == sorted(FILES), f"unexpected files: {os.listdir(path('c'))}"
    for name in FILES:
        assert work.name.encode() not in content(path("c"), name), f"{name} names a place on this machine"
        if name.endswith(".gz"):
            head = read_bytes(path("c"), name)[:10]
            assert head[3] == 0 and head[4:8] == b"\0\0\0\0", f"{name} carries a name or a time"


def check_cell(resource, field, cell):
    rules = field.get("constraints", {})
    where = f'{resource["path"]}, {field["name"]}: {cell!r}'
    if cell == "":
        assert not rules.get("required"), f"{where} is required"
        return
    if field["type"] == "integer":
        assert re.fullmatch(r"-?\d+", cell), where
    elif field["type"] == "number":
        assert re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell), where
        assert rules.get("minimum", -1e300) <= float(cell) <= rules.get("maximum", 1e300), where
    else:
        assert field["type"] == "string" and cell in rules.get("enum", [cell]), where


def keys_of(header, rows, names):
    at = [header.index(name) for name in names]
    return [tuple(row[i] for i in at) for row in rows]


def package_is_true(directory):
    package = json.loads(read_bytes(directory, "datapackage.json"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert all(re.fullmatch(r"[-a-zA-Z0-9._]+", licence["name"]) for licence in package.get("licenses", []))
    assert all(origin["title"] for origin in package.get("sources", []))
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert len(resources) == len(package["resources"]) == len(FILES) - 2
    tables = {}
    for name, resource in resources.items():
        assert re.fullmatch(r"[a-z0-9._-]+", name) and resource["encoding"] == "utf-8"
        data = read_bytes(directory, resource["path"])
        assert resource["bytes"] == len(data) and resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        assert re.fullmatch(r"[^:]+:[a-fA-F0-9]+", resource["hash"]) and "/" in resource["mediatype"]
        if resource.get("type") != "table":
            continue
        header, rows = tables[name] = table(directory, resource["path"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == header, f"{name}: the schema and the heading differ"
        assert len(set(header)) == len(header) and all(field["description"] for field in fields)
        for column, field in enumerate(fields):
            for cell in {row[column] for row in rows}:
                check_cell(resource, field, cell)
        keys = keys_of(header, rows, resource["schema"]["primaryKey"])
        assert len(set(keys)) == len(keys), f"{name}: the primary key is not unique"
    for name, resource in resources.items():
        for link in resource.get("schema", {}).get("foreignKeys", []):
            header, rows = tables[name]
            target = tables[link["reference"].get("resource", name)]
            known = set(keys_of(*target, link["reference"]["fields"]))
            lost = {key for key in keys_of(header, rows, link["fields"]) if "" not in key} - known
            assert not lost, f"{name}: {sorted(lost)[:3]} refer to nothing"
    return tables


def manifest_is_true(directory, project):
    manifest = json.loads(read_bytes(directory, "manifest.json"))
    assert [output["path"] for output in manifest["outputs"]] == FILES[:-1]
    for output in manifest["outputs"]:
        data, plain = read_bytes(directory, output["path"]), content(directory, output["path"])
        assert (output["bytes"], output["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert (output["content_bytes"], output["content_sha256"]) == (len(plain), hashlib.sha256(plain).hexdigest())
    for entry in manifest["inputs"]:
        assert entry["sha256"] == hashlib.sha256(read_bytes(project, entry["path"])).hexdigest()
        assert entry["records"] > 0 and entry["observations"] > 0
    configuration = manifest["configuration"]
    for key in ("framework", "sources"):
        assert configuration[key + "_sha256"] == hashlib.sha256(read_bytes(project, configuration[key])).hexdigest()
    assert configuration["sha256"] == hashlib.sha256(read_bytes(project, configuration["path"])).hexdigest()
    assert manifest["tool"]["name"] == "csindex" and manifest["seed"] >= 0 and len(manifest["methods"]) > 0


def codebook_is_a_framework():
    """The published codebook, put in the place of the framework, gives the same scores."""
    copy = path("from-codebook")
    shutil.copytree(os.path.join(source, "datasets", "paris-call"), copy)
    os.chmod(os.path.join(copy, "framework.csv"), 0o644)
    shutil.copyfile(path("a", "codebook.csv"), os.path.join(copy, "framework.csv"))
    run(copy, path("d"))
    for name in ("scores.csv.gz", "contributions.csv.gz", "quality.csv.gz", "codebook.csv"):
        assert content(path("a"), name) == content(path("d"), name), f"{name} differs when the codebook is the framework"


HOSTILE = {
    "name": ['=HYPERLINK("http://x","y")', "+1", "-1+2", "@SUM(A1)", "\tTab", "\uff1dwide", "'=quoted", "plain, with comma",
             'with "quotes"', "two\nlines", "</script><script>alert(1)</script>", "| pipe *star* _under_ `tick`"],
}


def hostile_project():
    directory = path("hostile")
    os.makedirs(directory)
    names = HOSTILE["name"]
    with open(os.path.join(directory, "framework.csv"), "w", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow("iCode iName Level Parent Direction Weight Type Unit goal_low goal_high iName_fr Unit_fr".split())
        for i, name in enumerate(names):
            rows.writerow([f"x{i}", name, 1, "top", 1, 1, "Indicator", name, 0, 10, name, name])
        rows.writerow(["top", "=Top", 2, "", 1, 1, "Aggregate", "", "", "", "", ""])
    with open(os.path.join(directory, "sources.csv"), "w", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["indicator", "citation", "@note"])
        rows.writerows([f"x{i}", name, name] for i, name in enumerate(names))
    with open(os.path.join(directory, "=data.csv"), "w", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["iso3", "year", "indicator", "value"])
        rows.writerows([unit, 2020, f"x{i}", i % 10] for unit in ("=A1", "-B", "C,c") for i in range(len(names)))
    with open(os.path.join(directory, "index.yaml"), "w") as file:
        file.write("index: {id: hostile, name: \"=cmd|' /C calc'!A0\", licence: all rights reserved, by us}\n"
                   .replace("licence: all rights reserved, by us", "licence: \"all rights reserved, by us\""))
        file.write("years: {first: 2020, last: 2020}\nunits: codes\nframework: framework.csv\nsources: sources.csv\n"
                   "data: [\"=data.csv\"]\nsteps:\n  - normalise: {method: minmax, goalposts: framework, range: [0, 100]}\n"
                   "  - aggregate: [{level: 2, method: arithmetic}]\n"
                   "variants:\n  matched: {indicators: matched}\n  conduct: {base_year: 2020}\n"
                   "  without_p8: {without: [x0]}\n  regions: {groups: world, title: \"=1+1 <script>\"}\n"
                   "  base_2014: {base_year: 2020}\n")
    return directory


def undefuse(cell):
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(DANGEROUS) else cell


def text_is_defused():
    project = hostile_project()
    run(project, path("h"))
    package_is_true(path("h"))
    manifest_is_true(path("h"), project)
    for name in (file for file in FILES if ".csv" in file):
        header, rows = table(path("h"), name)
        for row in [header] + rows:
            for cell in row:
                is_number = re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)
                assert is_number or not cell.startswith(DANGEROUS), f"{name}: {cell!r} is a formula"
    header, rows = table(path("h"), "codebook.csv")
    read = {row[header.index("iCode")]: undefuse(row[header.index("iName")]) for row in rows}
    assert [read[f"x{i}"] for i in range(len(HOSTILE["name"]))] == [name.strip() for name in HOSTILE["name"]]
    assert "source_@note" in header and undefuse(rows[0][header.index("source_@note")]) == HOSTILE["name"][0]
    header, rows = table(path("h"), "quality.csv.gz")
    assert {undefuse(row[0]) for row in rows} == {"=A1", "-B", "C,c"}
    assert {undefuse(row[header.index("file")]) for row in rows} == {"=data.csv"}
    text = read_bytes(path("h"), "methodology.md").decode()
    assert "<script" not in text and "`tick`" not in text and "\n\nlines" not in text


def failure_leaves_the_old_result():
    before = digests(path("a"))
    project = path("broken")
    shutil.copytree(os.path.join(source, "datasets", "paris-call"), project)
    with open(os.path.join(project, "index.yaml"), "a") as file:
        file.write("# another configuration\n")
    os.rename(path("a", "codebook.csv"), path("kept"))
    os.mkdir(path("a", "codebook.csv"))
    errors = run(project, path("a"), code=73)
    assert "codebook.csv" in errors, errors
    os.rmdir(path("a", "codebook.csv"))
    os.rename(path("kept"), path("a", "codebook.csv"))
    assert digests(path("a")) == before, "a failed run changed the old result"
    assert sorted(os.listdir(path("a"))) == sorted(FILES), "a failed run left something behind"


same_bytes_everywhere()
package_is_true(path("a"))
manifest_is_true(path("a"), os.path.join(source, "datasets", "paris-call"))
codebook_is_a_framework()
text_is_defused()
failure_leaves_the_old_result()
