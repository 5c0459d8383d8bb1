#!/usr/bin/python3
"""Functions that are banned outside their home. Numbers go through core/number, files through core/outfile and
ingest/source, words, exits and the environment through cli/; some are banned everywhere. A room's whole folder or
single files can be a home. Comments and texts are not looked at, except formats: a floating-point conversion in a
format would follow the locale."""
import os
import pathlib
import re
import sys
import tempfile

ROOMS = ["core", "ingest", "metrics", "index", "notebooks-export", "cli"]

NUMBER = ["core/number"]
FILES = ["core/outfile", "core/digest", "ingest/source", "index/lock", "index/vintage"]
CLI = ["cli/"]
NOWHERE = []

RULES = [  # names, homes (prefixes of paths), what to do instead
    ("strtod strtof strtold atof atoi atol atoll strtol strtoll strtoul strtoull scanf sscanf fscanf vsscanf",
     NUMBER, "read numbers with core/number"),
    ("fopen freopen fdopen open openat creat gzopen gzdopen tmpfile tmpnam mkstemp mkdtemp rename renameat renameat2 "
     "unlink unlinkat remove rmdir link linkat symlink symlinkat mkdir mkdirat truncate ftruncate mmap",
     FILES, "files go through core/outfile and ingest/source"),
    ("printf vprintf fprintf vfprintf dprintf puts fputs putchar putc fputc perror fwrite write",
     CLI + FILES, "only cli/ prints; words go to csi_diag"),
    ("exit _exit _Exit quick_exit abort atexit", CLI, "return a csi_status; only cli/ exits"),
    ("getenv secure_getenv setenv putenv unsetenv", CLI, "only cli/ reads the environment"),
    ("time gettimeofday clock_gettime clock", CLI, "results must not depend on the clock; cli/ passes times down"),
    ("log logf log2 log10 log1p exp expf exp2 expm1 pow powf asinh cbrt", ["core/logarithm"],
     "differs in the last place between processors: core/logarithm"),
    ("setlocale uselocale newlocale localeconv nl_langinfo", NOWHERE, "nothing may depend on the locale"),
    ("tolower toupper isalpha isdigit isalnum isspace isupper islower ispunct strcasecmp strncasecmp strcoll strxfrm "
     "wcscoll towlower towupper", NOWHERE, "follows the locale: compare bytes"),
    ("system popen fork vfork execl execlp execle execv execvp execvpe posix_spawn", NOWHERE, "runs no other program"),
    ("rand srand random srandom drand48 lrand48 gsl_rng_env_setup arc4random", NOWHERE, "draws are keyed by the seed"),
    ("strtok gets sprintf vsprintf strcpy strcat strncpy strncat alloca asctime ctime gmtime localtime", NOWHERE, "unsafe or not reentrant"),
    ("asprintf vasprintf", NOWHERE, "may write past its block when memory runs out: csi_text_format of core/arena"),
    ("socket connect bind listen getaddrinfo gethostbyname", NOWHERE, "no network"),
]
STREAMS = re.compile(r"(?<![\w.>])(stdout|stderr)\b")
FLOATING = re.compile(r"(?<!%)(?:%%)*%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?(?:l|L)?[aefgAEFG]\b")
SIDE_EFFECT = re.compile(r"\+\+|--|(?<![=!<>])=(?!=)|\b(?:csi_\w+_(?:add|set|write|open|commit|free)|fclose|read)\s*\(")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match, keep_texts):
    text = match[0]
    if text[0] == '"' and keep_texts:
        return text
    return re.sub(r"[^\n]", " ", text)


def asserts(code):
    for match in re.finditer(r"\bassert\s*\(", code):
        depth, end = 1, match.end()
        while depth and end < len(code):
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        yield match.start(), code[match.end():end - 1]


def findings_in(name, text):
    code = TOKEN.sub(lambda match: blank(match, False), text)
    texts = TOKEN.sub(lambda match: blank(match, True), text)

    def place(at):
        return f"{name}:{text[:at].count(chr(10)) + 1}"

    parameters = set(re.findall(r"\(\s*\*\s*(\w+)\s*\)\s*\(", code))  # pointers to functions have names of their own
    for names, homes, advice in RULES:
        if any(name.startswith(home) for home in homes):
            continue
        for match in re.finditer(r"(?<![\w.>])(" + "|".join(names.split()) + r")\s*\(", code):
            if match[1] in parameters:
                continue
            yield f"{place(match.start())}: {match[1]}: {advice}"
    if not name.startswith("cli/"):
        for match in STREAMS.finditer(code):
            yield f"{place(match.start())}: {match[1]}: only cli/ prints"
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"', texts):
        if FLOATING.search(match[0]):
            yield f"{place(match.start())}: {match[0]}: a floating-point format follows the locale: use core/number"
    for at, inside in asserts(code):
        if SIDE_EFFECT.search(inside):
            yield f"{place(at)}: assert({inside.strip()}) does something that a release build leaves out"


def findings(source):
    for room in ROOMS:
        for path in sorted((source / room).glob("**/*.[ch]")):
            yield from findings_in(str(path.relative_to(source)), path.read_text(encoding="utf-8"))


BAD = {
    "metrics/a.c": ["double f(const char *s) { return strtod(s, NULL); }", "FILE *g(void) { return fopen(p, m); }"],
    "index/b.c": ['void f(void) { printf ("x"); }', "void g(void) { fputs(s, stderr); }", "void h(void) { exit(1); }",
                  'const char *e(void) { return getenv("HOME"); }'],
    "core/c.c": ['void f(void) { csi_outfile_format(o, "%5.2f", x); }', "void g(void) { assert(n++ < 3); }",
                 "void h(void) { assert(x = 3); }", "void i(void) { assert(csi_panel_set(p)); }"],
    "cli/d.c": ["void f(void) { strcpy(a, b); }", "void g(void) { setlocale(LC_ALL, l); }",
                "int h(int c) { return tolower(c); }", 'void i(void) { (void)asprintf(&t, "%d", 3); }'],
}
GOOD = {
    "core/number.c": ["double f(const char *s) { return strtod(s, NULL); }"],
    "cli/main.c": ['int main(void) { printf("%d\\n", 1); exit(0); }'],
    "core/outfile.c": ["int f(void) { return open(p, O_RDONLY); }"],
    "metrics/e.c": ["/* printf(x) and exit(1) in a comment */", 'const char *t = "call exit() or printf()";',
                    "void f(void) { csi_file_open(x); self->open(x); assert(a == b && c <= d); }",
                    "void g(void (*write)(int)) { write(3); }",
                    'const char *u = "100 %d, 50%% even, %s";'],
}


def self_test():
    for name, lines in BAD.items():
        for line in lines:
            assert list(findings_in(name, line)), f"not found: {line}"
    for name, lines in GOOD.items():
        for line in lines:
            assert not list(findings_in(name, line)), list(findings_in(name, line))
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "core", "a.c")
        path.parent.mkdir()
        path.write_text("\n\nint x = rand();\n", encoding="utf-8")
        assert [line.split(": ")[0] for line in findings(pathlib.Path(directory))] == ["core/a.c:3"]


def main():
    self_test()
    source = pathlib.Path(os.environ["CSINDEX_SOURCE"])
    n_files = sum(1 for room in ROOMS for _ in (source / room).glob("**/*.[ch]"))
    assert n_files > 20, f"only {n_files} files were found: is this the source tree?"
    wrong = list(findings(source))
    print("\n".join(wrong) or f"{n_files} files, no banned function outside its home")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
