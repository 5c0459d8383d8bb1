#!/usr/bin/python3
"""report --lang fr takes the French names and units that a framework gives, the English ones where it gives none, and what
index.yaml says in French; nothing of it stands in the English page, nor in the codebook of a project without any."""
import csv
import os
import subprocess
import tempfile

COMMAND = os.environ["CSINDEX"]
FRENCH = {"users": ("Personnes utilisant Internet", "% des habitants"), "conduct": ("Conduite", ""), "index": ("Mon indice", "")}


def csindex(*arguments):
    subprocess.run([COMMAND, *arguments, "-q"], check=True, stdout=subprocess.DEVNULL)


def page(out, language):
    csindex("report", out, "--lang", language, "-o", os.path.join(out, language))
    with open(os.path.join(out, language, "report.html"), encoding="utf-8") as file:
        return file.read()


def heading(out):
    with open(os.path.join(out, "codebook.csv"), encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def translate(project):
    path = os.path.join(project, "framework.csv")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[0] += ["iName_fr", "Unit_fr"]
    for row in rows[1:]:
        row += FRENCH.get(row[0], ("", ""))
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    path = os.path.join(project, "index.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("index:\n", "index:\n  name_fr: Titre traduit\n  description_fr: Ce que c'est.\n", 1))


with tempfile.TemporaryDirectory() as work:
    project, plain, out = (os.path.join(work, name) for name in ("project", "plain", "out"))
    csindex("init", project)
    csindex("run", project, "-o", plain, "--replicates", "0")
    assert not any(name.endswith("_fr") for name in heading(plain)), heading(plain)
    assert "<h1>My index 2023</h1>" in page(plain, "fr")

    translate(project)
    csindex("run", project, "-o", out, "--replicates", "0")
    assert heading(out)[-2:] == ["iName_fr", "Unit_fr"], heading(out)
    french, english = page(out, "fr"), page(out, "en")
    wanted = ["<h1>Titre traduit 2023</h1>", "Ce que c&#39;est.", "Personnes utilisant Internet", "% des habitants", "Conduite",
              "Mon indice"]
    for text in wanted:
        assert text in french, text
        assert text not in english, text
    for text in ("Secure servers", "per million people", "Access"):
        assert text in french and text in english, text
    # the method's text stays English
    assert french.count("People who use the Internet") < english.count("People who use the Internet")
    assert "<h1>My index 2023</h1>" in english and "People who use the Internet" in english
