#!/usr/bin/python3
"""Manners: help, version, streams, colour, broken pipes, escapes, logs, the man page, the completions."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from cli import COMMAND, ENVIRONMENT, SOURCE, TINY, copy_tiny, csindex, directory, require


def rows_of(file, macro):
    text = re.sub(r"/\*.*?\*/", "", (SOURCE / file).read_text(), flags=re.S)
    return re.findall(macro + r"\(\s*(\w+)(?:,\s*\"([^\"]+)\")?", text)


def test_help():
    commands = [name for name, _ in rows_of("cli/commands.def", "CSI_COMMAND")]
    shown = csindex("--help").stdout.decode()
    assert csindex("help").stdout.decode() == shown
    for name in commands:
        got = csindex(name, "--help")
        text = got.stdout.decode()
        assert got.returncode == 0 and got.stderr == b"", name
        assert text.startswith(f"Usage: csindex {name} [OPTION...]"), name
        assert "--help" in text and "--log-format text|json" in text
        assert max(map(len, text.splitlines())) <= 100, name
        assert csindex("help", name).stdout == got.stdout
        if name != "generate":
            assert re.search(rf"^  {name}\b", shown, re.M), f"--help lists {name}"
    assert csindex("run", "no", "such", "thing", "--help").returncode == 0, "--help wins"


def test_version():
    text = csindex("--version").stdout.decode()
    version = re.search(r"VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text().split("project(")[1])[1]
    assert text.startswith(f"csindex {version}\n"), text
    assert all(name in text for name in ("GSL 2", "zlib 1", "libyaml", "GPL"))


def test_misuse():
    cases = {
        (): (64, "Usage: csindex COMMAND"),
        ("rnak",): (64, 'there is no command "rnak"; did you mean "rank"'),
        ("rank", "--yaer", "2022"): (64, 'unknown option "--yaer"; did you mean "--year"'),
        ("rank", "-Z"): (64, 'unknown option "-Z"'),
        ("rank", "--year"): (64, '"--year" needs a value'),
        ("rank", "-y"): (64, '"--year" needs a value'),
        ("rank", "--year", "soon"): (64, '--year: "soon" is not a whole number'),
        ("rank", "--year", "1850", "-p", TINY): (64, "there is no year 1850 here: the index covers 2020 to 2022"),
        ("rank", "--node", "caer", "-p", TINY): (64, 'did you mean "care"'),
        ("rank", "--format", "xml"): (64, '"xml" is none of table|csv|json'),
        ("rank", "--quiet=yes"): (64, '"--quiet" takes no value'),
        ("rank", "extra"): (64, '"extra" is one too many'),
        ("rank", "--top", "0", "-p", TINY): (64, "--top"),
        ("rank", "--width", "3"): (64, "--width"),
        ("explain",): (64, "usage: csindex explain COUNTRY [YEAR [TO]]"),
        ("explain", "FRA", "MMXX", "-p", TINY): (64, 'YEAR: "MMXX" is not a whole number'),
        ("explain", "Atlantis", "2022", "-p", TINY): (64, '"Atlantis" is no country'),
        ("explain", "DEU", "2022", "-p", TINY): (64, "DEU"),
        ("explain", "World", "2022", "-p", TINY): (64, "group of countries"),
        ("compare", "CHE", "Switzerland", "-p", TINY): (64, "named twice"),
        ("compare", "CHE", "-p", TINY): (64, "usage"),
        ("methods", "linaer"): (64, 'did you mean "linear"'),
        ("rank", "-r", "/nowhere/at/all"): (66, "/nowhere/at/all"),
        ("rank", "-p", "/nowhere/at/all"): (66, "/nowhere/at/all"),
        ("rank", "-p", TINY, "-o", "/nowhere/at/all/x"): (73, "/nowhere/at/all"),
    }
    for arguments, (code, text) in cases.items():
        got = csindex(*arguments)
        assert got.returncode == code, (arguments, got.returncode, got.stderr)
        assert got.stdout == b"", arguments
        assert text in got.stderr.decode(), (arguments, got.stderr.decode())
        assert len(re.findall("error:", got.stderr.decode())) <= 1, (arguments, got.stderr.decode())


def test_streams():
    """Quiet is quiet; a failure leaves standard output and the file asked for alone."""
    with directory() as work:
        got = csindex("run", TINY, "-o", f"{work}/out", "-q")
        assert (got.returncode, got.stdout, got.stderr) == (0, b"", b"")
        got = csindex("run", TINY, "-o", f"{work}/out")
        assert got.stdout == b"" and len(got.stderr.decode().splitlines()) == 1, "one line of summary"
        file = pathlib.Path(work, "rank.csv")
        assert csindex("rank", "-p", TINY, "-f", "csv", "-o", file).stdout == b""
        before = file.read_bytes()
        assert before == csindex("rank", "-p", TINY, "-f", "csv").stdout
        assert before == csindex("rank", "-p", TINY, "-f", "csv", "-o", "-").stdout
        assert csindex("rank", "-p", "/nowhere", "-o", file).returncode == 66
        assert file.read_bytes() == before and os.listdir(work).count("rank.csv") == 1
        assert sorted(os.listdir(work)) == ["out", "rank.csv"], "no temporaries"


def test_broken_pipe():
    """A reader that goes away: 141, nothing on standard error."""
    for arguments in (["rank", "-p", TINY], ["--help"], ["methods", "-f", "json"]):
        read, write = os.pipe()
        os.close(read)
        process = subprocess.Popen([COMMAND, *map(str, arguments)], stdout=write, stderr=subprocess.PIPE,
                                   env=ENVIRONMENT | {"LC_ALL": "C.UTF-8"})
        os.close(write)
        _, error = process.communicate(timeout=60)
        assert process.returncode == 141 and error == b"", (arguments, process.returncode, error)


def test_full_output():
    with open("/dev/full", "wb") as full:
        got = subprocess.run([COMMAND, "rank", "-p", TINY], stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert got.returncode == 74 and b"standard output" in got.stderr, got


def test_colour():
    escape = b"\x1b["
    assert escape not in csindex("rank", "-p", TINY).stdout
    assert escape in csindex("rank", "-p", TINY, "--color", "always").stdout
    assert escape not in csindex("rank", "-p", TINY, "--color", "never").stdout
    plain = re.sub(rb"\x1b\[[0-9;]*m", b"", csindex("rank", "-p", TINY, "--color=always").stdout)
    strip = lambda text: b"\n".join(line.rstrip() for line in text.splitlines())
    assert strip(plain) == strip(csindex("rank", "-p", TINY).stdout), "colour adds nothing but colour"
    ascii_only = csindex("rank", "-p", TINY, env={"LC_ALL": "C"}).stdout
    assert ascii_only.isascii() and b"#" in ascii_only
    assert csindex("rank", "-p", TINY, "--ascii").stdout == ascii_only


def on_a_terminal(arguments, env):
    """Output of the command with a pseudo-terminal of 60 columns on all three streams."""
    import fcntl
    import pty
    import struct
    import termios
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    process = subprocess.Popen([COMMAND, *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                               env=ENVIRONMENT | {"LC_ALL": "C.UTF-8", "TERM": "xterm"} | env)
    os.close(slave)
    bytes_read = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        bytes_read += chunk
    os.close(master)
    assert process.wait(60) == 0
    return bytes_read.decode()


def test_terminal():
    text = on_a_terminal(["rank", "-p", TINY], {})
    assert "\x1b[" in text, "colour on a terminal"
    bare = re.sub(r"\x1b\[[0-9;]*[mK]", "", text).replace("\r", "")
    assert max(map(len, bare.splitlines())) <= 60, bare
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" not in on_a_terminal(["rank", "-p", TINY], env)


def test_progress():
    """Work that takes its time says so, on a line that is gone at the end; without a terminal only when asked."""
    with directory() as work:
        project = copy_tiny(f"{work}/project")
        config = project / "index.yaml"
        config.write_text(config.read_text().replace("file: data.csv", "file: '-'"))
        process = subprocess.Popen([COMMAND, "check", str(project), "--progress"], stdin=subprocess.PIPE, env=ENVIRONMENT,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        shown = b""
        while b"checking ..." not in shown:
            shown += os.read(process.stderr.fileno(), 100)
        _, rest = process.communicate((project / "data.csv").read_bytes(), timeout=60)
        assert process.returncode == 0 and (shown + rest).endswith(b"\r\x1b[K"), shown + rest
        for arguments in (["check", project], ["check", project, "--no-progress", "--progress"]):
            assert csindex(*arguments, stdin=(project / "data.csv").read_bytes()).stderr == b""


def test_neutralised():
    """Escapes from files, arguments and names reach a terminal as text; CSV keeps the name, defused."""
    with directory() as work:
        project = copy_tiny(f"{work}/project")
        framework = project / "framework.csv"
        framework.write_text(framework.read_text().replace("Tiny index", '"=Ti\x1b[31mny\u202e"'))
        for form in ("table", "json", "csv"):
            got = csindex("rank", "-p", project, "-f", form)
            assert got.returncode == 0, got.stderr
            if form != "csv":
                assert b"\x1b" not in got.stdout, form
            if form == "table":
                assert b"\\x1b[31m" in got.stdout and "\u202e".encode() not in got.stdout
        got = csindex("rank", "-p", "/no\x1b[2Jwhere\n")
        assert b"\x1b" not in got.stderr and b"\\x1b[2J" in got.stderr and b"\\n" in got.stderr
        data = project / "data.csv"
        data.write_bytes(data.read_bytes().replace(b"CHE,2020,users,92", b"CHE,2020,users,\x1b]0;x\x07"))
        got = csindex("check", project)
        assert got.returncode == 65 and b"\x1b" not in got.stderr and b"\x07" not in got.stderr, got.stderr


def test_json_log():
    with directory() as work:
        project = copy_tiny(f"{work}/project")
        got = csindex("run", project, "-o", f"{work}/out", "--log-format", "json", "-v")
        events = [json.loads(line) for line in got.stderr.decode().splitlines()]
        assert got.returncode == 0 and events and events[-1]["event"] == "done"
        assert len({event["run"] for event in events}) == 1 and all(event["command"] == "run" for event in events)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"]) for event in events)
        (project / "data.csv").write_text("iso3,year,indicator,value\nFRA,2020,users,8l\n")
        got = csindex("run", project, "-o", f"{work}/out", "--log-format=json")
        events = [json.loads(line) for line in got.stderr.decode().splitlines()]
        error = next(event for event in events if event["event"] == "error")
        assert (error["file"], error["line"], error["exit_code"]) == ("data.csv", 2, 65) and got.returncode == 65
        assert csindex("-q", "--log-format", "json", "run", project, "-o", f"{work}/out").stderr.count(b"{") == 1
        got = csindex("run", "--log-format", "json", "--wrong")
        assert json.loads(got.stderr)["exit_code"] == 64


def test_carets():
    """A message shows the line and underlines the fault, however long the line is."""
    with directory() as work:
        project = copy_tiny(f"{work}/project")
        config = project / "index.yaml"
        config.write_text(config.read_text().replace("clip: true", "clup: true"))
        text = csindex("check", project).stderr.decode()
        line, caret = text.splitlines()[1:3]
        at = caret.index("^")
        assert line[at:at + 4] == "clup" and caret.strip() == "^~~~", text
        config.write_text(config.read_text().replace("clup: true", "x" * 5000 + ": true"))
        text = csindex("check", project).stderr.decode()
        assert all(len(part) < 260 for part in text.splitlines()[1:]), "a long line is cut around the fault"


def test_manual():
    page = csindex("generate", "man").stdout
    for name, _ in rows_of("cli/commands.def", "CSI_COMMAND"):
        assert name == "generate" or f".SS csindex {name} ".encode() in page, name
    if shutil.which("man"):
        with directory() as work:
            file = pathlib.Path(work, "csindex.1")
            file.write_bytes(page)
            got = subprocess.run(["man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", file], capture_output=True,
                                 env=os.environ | {"MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
            assert got.returncode == 0 and got.stderr == b"", got.stderr.decode()
    if shutil.which("mandoc"):
        got = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page, capture_output=True)
        assert got.returncode == 0, got.stdout.decode()


def complete(words):
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _csindex; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    with directory() as work:
        file = pathlib.Path(work, "csindex.bash")
        file.write_bytes(csindex("generate", "bash").stdout)
        got = subprocess.run(["bash", "-c", script, "bash", file, *words], capture_output=True, cwd=TINY)
    assert got.stderr == b"", got.stderr.decode()
    return got.stdout.decode().split()


def test_completions():
    assert complete(["csindex", "ra"]) == ["rank"]
    assert "explain" in complete(["csindex", ""]) and "generate" not in complete(["csindex", ""])
    assert complete(["csindex", "rank", "--ye"]) == ["--year"]
    assert complete(["csindex", "rank", "--format", ""]) == ["table", "csv", "json"]
    assert complete(["csindex", "rank", "--year", ""]) == []
    assert complete(["csindex", "help", "tre"]) == ["trend"]
    assert complete(["csindex", "check", "data"]) == ["data.csv"]
    for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
        text = csindex("generate", shell).stdout
        assert all(name.encode() in text for name, _ in rows_of("cli/commands.def", "CSI_COMMAND") if name != "generate")
        if shutil.which(shell):
            with directory() as work:
                pathlib.Path(work, "file").write_bytes(text)
                subprocess.run([*check, f"{work}/file"], check=True)


def test_options_are_one_list():
    """Every option of options.def that a command takes stands in its help, in the man page and in the completions."""
    manual = csindex("generate", "man").stdout.decode().replace("\\-", "-")
    shells = {shell: csindex("generate", shell).stdout.decode() for shell in ("bash", "zsh")}
    helps = {name: csindex(name, "--help").stdout.decode() for name, _ in rows_of("cli/commands.def", "CSI_COMMAND")}
    for _, name in rows_of("cli/options.def", "CSI_OPT"):
        assert name, "every row names its option"
        users = [command for command, text in helps.items() if re.search(rf"--{name}\b", text)]
        if users and users != ["generate"]:
            assert f"--{name}" in manual, name
            assert all(f"--{name}" in text for text in shells.values()), name


def test_countries():
    got = csindex("countries", "Schweiz", "FRA", "Korea", "nowhere land", "World", "-f", "csv")
    assert got.returncode == 1
    rows = [line.split(",")[:3] for line in got.stdout.decode().splitlines()[1:]]
    assert rows == [["Schweiz", "found", "CHE"], ["FRA", "found", "FRA"], ["Korea", "ambiguous", ""],
                    ["nowhere land", "unknown", ""], ["World", "group", ""]], rows
    got = csindex("countries", "-", stdin="Kenya\r\n\nJapan".encode())
    assert got.returncode == 0 and "KEN" in got.stdout.decode() and "JPN" in got.stdout.decode()
    assert len(csindex("countries", "-f", "csv").stdout.splitlines()) > 240


def test_init():
    with directory() as work:
        project = pathlib.Path(work, "a/b")
        assert csindex("init", project).returncode == 0
        assert csindex("init", project).returncode == 73
        (project / "data.csv").write_text("")
        assert csindex("init", project, "--force").returncode == 0
        assert csindex("check", project).returncode == 0, csindex("check", project).stderr
        assert csindex("run", project, "-o", project / "out").returncode == 0
        text = csindex("rank", "-f", "csv", cwd=project).stdout.decode()
        assert text.count("\n") == 9 and "CHE" in text, text


def main():
    require("rank", "explain", "check", "countries")
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    for test in tests:
        test()
        print("ok", test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
