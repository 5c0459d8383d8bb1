"""No province, state or district is taken for a country: "Province of Luxembourg", "Niger State", "State of Mexico".

Every subdivision of ISO 3166-2 (from iso-codes) is tried with its type before and behind its name. Those that have a
country code of their own (overseas departments, outlying areas, ...) may answer."""
import ctypes
import json
import os
import sys

ISO = "/usr/share/iso-codes/json/iso_3166-2.json"
OWN_CODE = ("Overseas", "Outlying", "Country", "Special administrative", "Arctic region")


class Answer(ctypes.Structure):
    _fields_ = [("match", ctypes.c_int), ("iso3", ctypes.c_char * 4), ("n", ctypes.c_size_t),
                ("candidate", ctypes.c_char_p * 16)]


def main():
    library = os.path.join(os.environ.get("CSINDEX_BUILD", "build/release"), "libcsindex.so")
    if not os.path.exists(ISO) or not os.path.exists(library):
        print("skipped: needs", ISO, "and", library)
        return 77
    resolve = ctypes.CDLL(library).csi_country_resolve
    resolve.restype = Answer
    resolve.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int]
    tried, wrong = 0, []
    with open(ISO, encoding="utf-8") as file:
        subdivisions = json.load(file)["3166-2"]
    for entry in subdivisions:
        if entry["type"].startswith(OWN_CODE):
            continue
        for text in (f"{entry['type']} of {entry['name']}", f"{entry['name']} {entry['type']}"):
            raw = text.encode()
            answer = resolve(raw, len(raw), 0, 0)
            tried += 1
            if answer.match == 0:
                wrong.append((text, answer.iso3.decode()))
    print(f"{tried} names of subdivisions tried, {len(wrong)} taken for a country")
    for text, iso3 in wrong:
        print(f"  {text!r} was taken for {iso3}")
    return 1 if wrong or tried < 9000 else 0


sys.exit(main())
