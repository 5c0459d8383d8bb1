"""The notebooks: valid, stable, run from top to bottom by their kernels, and in agreement with the program when they
compute the index again from the raw values; the Quarto document carries the same cells."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cli import SOURCE, csindex, directory, require

require("init", "run", "notebook")
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or the kernel talks about its debugger
try:
    import matplotlib
    import nbclient
    import nbformat
except ImportError as absent:
    print(f"skipped: {absent}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

NOTEBOOKS = ("notebook_python.ipynb", "notebook_r.ipynb", "notebook.qmd")
AGREES = re.compile(r"(\d+) scores computed again from the raw values; largest difference (\S+)")


def succeed(*arguments, **more):
    result = csindex(*arguments, **more)
    assert result.returncode == 0, (arguments, result.stderr.decode())


def code_of(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"]


def publish(project, out):
    succeed("run", project, "-o", out, "-q")
    succeed("notebook", out, "-q")
    first = [(out / name).read_bytes() for name in NOTEBOOKS]
    succeed("notebook", out, "-q")
    assert first == [(out / name).read_bytes() for name in NOTEBOOKS], "written twice, not the same bytes"
    succeed("verify", out, "-q")


def check_format(out):
    for name in NOTEBOOKS[:2]:
        notebook = nbformat.read(out / name, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
        assert str(out) not in (out / name).read_text()
        assert "{{" not in (out / name).read_text()
    document = (out / "notebook.qmd").read_text(encoding="utf-8")
    assert re.findall(r"```\{python\}\n(.*?)\n```", document, re.S) == code_of(out / NOTEBOOKS[0])


def has_kernel(name):
    listed = subprocess.run([sys.executable, "-c", "from jupyter_client.kernelspec import find_kernel_specs as f; "
                             "print(*f())"], capture_output=True, text=True)
    return name in listed.stdout.split()


def execute(out, name, kernel):
    """By the kernel, in the directory of the results; the printed text."""
    if not has_kernel(kernel):
        assert os.environ.get("CI") != "true", f"the kernel {kernel} is needed"
        print(f"{name}: not executed, there is no kernel {kernel}")
        return
    notebook = nbformat.read(out / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(out)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 2, "the plots are absent"
    text = "".join(o.get("text", "") for o in outputs)
    found = AGREES.search(text)
    assert found and int(found[1]) > 0 and float(found[2]) < 1e-8, text
    print(f"{name}: {kernel} ran it; {found[0]}")


def run_plainly(out):
    """The Python cells as one script: much quicker than a kernel."""
    result = subprocess.run([sys.executable, "-W", "error::FutureWarning", "-c", "\n".join(code_of(out / NOTEBOOKS[0]))],
                            cwd=out, capture_output=True, text=True, env=os.environ | {"MPLBACKEND": "agg"})
    assert result.returncode == 0, result.stderr
    return result.stdout


def convert(out, work):
    if shutil.which("pandoc") is None:
        assert os.environ.get("CI") != "true", "pandoc is needed"
        print("notebook.qmd: not converted, pandoc is absent")
        return
    subprocess.run(["pandoc", "-f", "markdown", out / "notebook.qmd", "-s", "-o", work / "quarto.html"], check=True)
    page = " ".join((work / "quarto.html").read_text(encoding="utf-8").split())
    assert "<title>My index</title>" in page and "The whole index again" in page
    print("notebook.qmd: pandoc converts it")


def other_steps(project):
    """Steps that the notebooks cannot repeat must be named, and what remains still agree."""
    text = (project / "index.yaml").read_text()
    assert "goalposts: framework" in text
    (project / "index.yaml").write_text(text.replace("goalposts: framework", "goalposts: panel"))


def flat(project):
    """No parts between the index and its indicators, which are carried without limit."""
    (project / "index.yaml").write_text("index: {id: flat}\nyears: {first: 2021, last: 2023}\nframework: framework.csv\n"
                                        "data: [data.csv]\nsteps:\n  - impute: {method: carry, limit: framework}\n"
                                        "  - normalise: {method: minmax, goalposts: framework}\n")
    (project / "framework.csv").write_text("iCode,iName,Level,Parent,Direction,Weight,Type,goal_low,goal_high\n"
                                           "a,A,1,top,1,1,Indicator,0,10\nb,B,1,top,1,1,Indicator,0,10\n"
                                           "top,Top,2,,1,1,Aggregate,,\n")
    (project / "data.csv").write_text("iso3,year,a,b\nFRA,2021,9,8\nKEN,2021,4,6\nKEN,2023,5,6\nPER,2021,1,2\n")


with directory() as temporary:
    work = pathlib.Path(temporary)
    succeed("init", work / "starter", "-q")
    publish(work / "starter", work / "out")
    check_format(work / "out")
    execute(work / "out", NOTEBOOKS[0], "python3")
    execute(work / "out", NOTEBOOKS[1], "ir")
    convert(work / "out", work)

    other_steps(work / "starter")
    publish(work / "starter", work / "other")
    printed = run_plainly(work / "other")
    assert "not repeated here: normalise: minmax" in printed and AGREES.search(printed), printed
    print("a step that the notebook does not know is named")

    flat(work / "starter")
    publish(work / "starter", work / "flat")
    printed = run_plainly(work / "flat")
    assert "+0 places" in printed and AGREES.search(printed), printed
    execute(work / "flat", NOTEBOOKS[1], "ir")
    print("an index straight of its indicators is weighed too")

    publish(SOURCE / "datasets/paris-call", work / "default")
    found = AGREES.search(run_plainly(work / "default"))
    assert found and int(found[1]) > 18000 and float(found[2]) < 1e-9
    print(f"default index: {found[0]}")
