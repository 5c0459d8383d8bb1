#!/usr/bin/python3
"""Make datasets/paris-call from the collected figures that maintainers hold.

Usage: make_dataset.py COLLECTION [datasets/paris-call]

COLLECTION holds indicators.csv and sources.csv. What may be given away is decided there, in the column `ship` of
sources.csv, and never here: "yes" ships all rows, "<year> rows" ships that year, anything else ships nothing. Cells are
copied as text, so that no figure is ever re-rounded on its way into the repository.
"""
import csv
import gzip
import io
import pathlib
import re
import sys

LICENCES = [  # beginning of the collection's own words, SPDX identifier
    ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
    ("CC BY 4.0", "CC-BY-4.0"),
    ("CC0 1.0", "CC0-1.0"),
    ("EUPL 1.2", "EUPL-1.2"),
    ("Root zone is public", "LicenseRef-public-record"),
    ("Facts", "LicenseRef-facts"),
    ("United Nations", "LicenseRef-UN-attribution"),
    ("CVE Program terms", "LicenseRef-CVE-terms"),
]

PRODUCERS = {
    "wdi_secure_servers": "World Bank; Netcraft",
    "gapminder": "World Bank; International Telecommunication Union; Gapminder",
    "wb_scitech": "World Bank",
    "wgi": "World Bank, Worldwide Governance Indicators",
    "egdi": "United Nations Department of Economic and Social Affairs",
    "vdemlite": "V-Dem Institute",
    "dsp": "Digital Society Project; V-Dem Institute",
    "misp_galaxy": "MISP project",
    "cve_cna": "CVE Program",
    "root_zone": "Internet Assigned Numbers Authority; Verisign",
    "paris_call": "Paris Call for Trust and Security in Cyberspace",
    "un_votes": "Voeten, Strezhnev and Bailey; United Nations General Assembly",
    "memberships": "compiled from the texts named in the citation",
}

COLUMNS = ["indicator", "name", "unit", "producer", "source", "citation", "licence", "licence_id", "years",
           "countries", "rows", "note"]


def shipped_years(ship):
    """A test on years, or None when nothing may be shipped."""
    if ship == "yes":
        return lambda year: True
    only = re.fullmatch(r"(\d{4}) rows", ship)
    return (lambda year: year == only[1]) if only else None


def licence_id(words):
    for beginning, identifier in LICENCES:
        if words.startswith(beginning):
            return identifier
    raise SystemExit(f"no identifier is known for the licence {words!r}")


def span(years):
    years = sorted(years)
    whole = int(years[-1]) - int(years[0]) + 1 == len(years)
    return f"{years[0]}-{years[-1]}" if whole and len(years) > 1 else " ".join(years)


def only_year(text, ship):
    """Cuts a citation or note where it turns to a year that stays behind."""
    year = re.fullmatch(r"(\d{4}) rows", ship)
    kept = []
    for part in text.split("; "):
        if year and year[1] not in part and re.search(r"\b(19|20)\d\d\b", part):
            break
        kept.append(part)
    return "; ".join(kept).strip()


def table(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def sources_page(sources):
    groups = {}
    for row in sources:
        groups.setdefault((row["producer"], row["licence"], row["licence_id"]), []).append(row)
    lines = ["# Sources of the figures", "",
             "Made by scripts/make_dataset.py from sources.csv; change it there.", "",
             "Every figure in `indicators.csv.gz` comes from one of the publishers below and stays under that",
             "publisher's licence. The file as a whole, and every score computed from it, uses V-Dem figures under",
             "CC BY-SA 4.0, which asks for the same licence again: scores and files derived from this dataset are",
             "therefore published under CC BY-SA 4.0. Name the publishers when you pass figures on.", "",
             "Figures that their publishers' terms do not clearly allow to be passed on (the Global Cybersecurity",
             "Index, the National Cyber Security Index, EuRepoC, Access Now's STOP data, DCID) are not here.", ""]
    for (producer, licence, identifier), rows in groups.items():
        lines += [f"## {producer}", "", f"Licence: {licence} (`{identifier}`).", ""]
        for row in rows:
            lines.append(f"- `{row['indicator']}`: {row['name']} ({row['unit']}). {row['years']}, "
                         f"{row['countries']} countries. {row['citation']}." + (f" {row['note']}." if row["note"] else ""))
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def main(collection, target):
    collection, target = pathlib.Path(collection), pathlib.Path(target)
    with open(collection / "sources.csv", newline="", encoding="utf-8") as file:
        offered = {row["indicator"]: row for row in csv.DictReader(file)}
    rules = {code: shipped_years(row["ship"]) for code, row in offered.items()}

    with open(collection / "indicators.csv", newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        heading = next(reader)
        assert heading == ["iso3", "year", "indicator", "value", "standard_error"], heading
        kept = [row for row in reader if rules[row[2]] and rules[row[2]](row[1])]
    kept.sort(key=lambda row: (row[2], row[0], row[1]))

    seen = {}
    for iso3, year, code, _, _ in kept:
        years, countries, n = seen.get(code, (set(), set(), 0))
        seen[code] = (years | {year}, countries | {iso3}, n + 1)
    sources = []
    for code, row in offered.items():
        if code in seen:
            years, countries, n = seen[code]
            sources.append({
                "indicator": code, "name": row["name"], "unit": row["unit"], "producer": PRODUCERS[row["source"]],
                "source": row["source"], "citation": only_year(row["source_citation"], row["ship"]),
                "licence": row["licence"], "licence_id": licence_id(row["licence"]), "years": span(years),
                "countries": len(countries), "rows": n, "note": only_year(row["note"], row["ship"]).rstrip(". "),
            })

    target.mkdir(parents=True, exist_ok=True)
    with open(target / "indicators.csv.gz", "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(table([heading] + kept).encode())
    rows = [COLUMNS] + [[row[column] for column in COLUMNS] for row in sources]
    (target / "sources.csv").write_text(table(rows), encoding="utf-8")
    (target / "SOURCES.md").write_text(sources_page(sources), encoding="utf-8")
    print(f"{len(kept)} figures of {len(sources)} indicators")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "datasets/paris-call")
