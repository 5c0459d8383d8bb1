"""Our records against Python's csv module over random small files.

Two differences are ours on purpose and are asked for here: a quote inside an unquoted field is a fault (Python takes it as
text), and blanks around unquoted fields are dropped (Python keeps them). Everything else must be equal, faults included.
CSINDEX_FUZZ_ROUNDS sets the number of files; a million were run before this was first committed."""
import csv
import ctypes
import io
import os
import random
import sys

build = os.environ.get("CSINDEX_BUILD", "build/release")
try:
    library = ctypes.CDLL(os.path.join(build, "libcsindex.so"))
except OSError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)


class Slice(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_char_p), ("room", ctypes.c_size_t), ("n", ctypes.c_size_t), ("index", ctypes.c_uint64),
                ("first_line", ctypes.c_uint64), ("offset", ctypes.c_uint64), ("is_cut_short", ctypes.c_bool)]


class Field(ctypes.Structure):
    _fields_ = [("text", ctypes.POINTER(ctypes.c_char)), ("length", ctypes.c_uint32), ("is_null", ctypes.c_bool)]


class Record(ctypes.Structure):
    _fields_ = [("field", ctypes.POINTER(Field)), ("n_fields", ctypes.c_size_t), ("line", ctypes.c_uint64),
                ("raw", ctypes.c_void_p), ("raw_length", ctypes.c_size_t)]


library.csi_splitter_new.restype = ctypes.c_void_p
library.csi_splitter_new.argtypes = [ctypes.c_char, ctypes.c_char]
library.csi_splitter_free.argtypes = [ctypes.c_void_p]
library.csi_splitter_start.argtypes = [ctypes.c_void_p, ctypes.POINTER(Slice)]
library.csi_splitter_next.argtypes = [ctypes.c_void_p, ctypes.POINTER(Record)]


def ours(splitter, text):
    data = text if text[-1:] in ("\n", "\r") else text + "\n"
    encoded = data.encode()
    piece = Slice(encoded, len(encoded), len(encoded), 0, 1, 0, False)
    library.csi_splitter_start(splitter, piece)
    rows, record = [], Record()
    while True:
        if library.csi_splitter_next(splitter, record) != 0:
            return None
        if record.n_fields == 0:
            return rows
        rows.append([ctypes.string_at(record.field[i].text, record.field[i].length).decode() for i in range(record.n_fields)])


def has_stray_quote(text):
    """A quote inside an unquoted field, before any other fault."""
    state = "start"
    for c in text:
        if state == "quoted":
            state = "closed" if c == '"' else "quoted"
        elif c in ",\r\n":
            state = "start"
        elif state == "start":
            state = "quoted" if c == '"' else "bare"
        elif state == "closed":
            if c != '"':
                return False  # text after a closing quote: both refuse
            state = "quoted"
        elif c == '"':
            return True
    return False


def theirs(text):
    if has_stray_quote(text):
        return None
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        return None


def soup(draw):
    return "".join(draw.choices('ab1,,,""""\n\n\r\u00e9;', k=draw.randint(1, 24)))


def table(draw):
    """A well-formed file in any style, with blanks around unquoted fields."""
    end = draw.choice(["\n", "\r\n", "\r"])
    lines, rows = [], []
    for _ in range(draw.randint(1, 5)):
        row, cells = [], []
        for _ in range(draw.randint(1, 5)):
            content = "".join(draw.choices('xy z,"\n\r\u4e2d1.', k=draw.randint(0, 6)))
            if draw.random() < 0.5 or any(c in content for c in ',"\r\n') or content != content.strip(" \t"):
                cells.append('"' + content.replace('"', '""') + '"')
            else:
                cells.append(draw.choice(["", " ", "\t"]) + content + draw.choice(["", " ", "  "]))
            row.append(content)
        if len(cells) == 1 and cells[0].strip(" \t") == "":
            continue
        lines.append(",".join(cells))
        rows.append(row)
    return end.join(lines) + draw.choice(["", end]), rows


def main():
    rounds = int(os.environ.get("CSINDEX_FUZZ_ROUNDS", "20000"))
    draw = random.Random(20181112)
    splitter = library.csi_splitter_new(b",", b'"')
    n_faults = n_same = 0
    for number in range(rounds):
        if number % 2 == 0:
            text = soup(draw)
            expected = theirs(text)
        else:
            text, expected = table(draw)
            if not text:
                continue
        found = ours(splitter, text)
        if found is None:  # a splitter that has met a fault is not used again
            library.csi_splitter_free(splitter)
            splitter = library.csi_splitter_new(b",", b'"')
        if found != expected:
            print(f"file {number}: {text!r}\n  ours:   {found}\n  theirs: {expected}")
            return 1
        n_faults += expected is None
        n_same += 1
    library.csi_splitter_free(splitter)
    print(f"{n_same} files read alike, {n_faults} of them refused by both")
    return 0 if n_faults > 0 else 1


sys.exit(main())
