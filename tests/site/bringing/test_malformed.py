"""Whatever file somebody uploads: a clear message, never an error page, nothing brought in by half.

The corpus is made by seed, so that a file that fails today can be made again tomorrow.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from tests.site.bringing.conftest import words_of
from upwell_site.core.models import Membership, Organisation, Person

GOOD = "id,name,email\n1,Amina Khan,amina@example.org\n2,Tom Okafor,tom@example.org\n"
MANY = "id,name,email\n" + "".join(f"{n},Person {n},p{n}@example.org\n" for n in range(300))


def workbook(rows: list[list[object]], sheets: int = 1) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for at in range(sheets):
            sheet = book.add_worksheet()
            for r, row in enumerate(rows if at == sheets - 1 else []):
                for c, cell in enumerate(row):
                    sheet.write(r, c, cell)
    return out.getvalue()


def zipped(name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


def broken_at(body: bytes, where: random.Random, times: int = 8) -> bytes:
    bytes_ = bytearray(body)
    for _ in range(times):
        bytes_[where.randrange(len(bytes_))] = where.randrange(256)
    return bytes(bytes_)


SHEET = [["id", "name", "email"], [1, "Amina Khan", "amina@example.org"], [2, "Tom Okafor", "tom@example.org"]]
FORMULAS = [["id", "name", "email"], [1, '=HYPERLINK("http://x","y")', "=1/0"], [2, "=A1", "@SUM(A1)"]]

# name -> (file name, bytes); "ok" files are read in full, all others say what is wrong.
OK: dict[str, tuple[str, bytes]] = {
    "byte order mark": ("a.csv", b"\xef\xbb\xbf" + GOOD.encode()),
    "utf-16": ("a.csv", GOOD.encode("utf-16")),
    "utf-16 without a mark": ("a.csv", GOOD.encode("utf-16-le")),
    "latin-1": ("a.csv", GOOD.replace("Amina", "Zoë").encode("latin-1")),
    "windows line ends": ("a.csv", GOOD.replace("\n", "\r\n").encode()),
    "old Mac line ends": ("a.csv", GOOD.replace("\n", "\r").encode()),
    "semicolons": ("a.csv", GOOD.replace(",", ";").encode()),
    "tabs": ("a.tsv", GOOD.replace(",", "\t").encode()),
    "bars": ("a.txt", GOOD.replace(",", "|").encode()),
    "gzip": ("a.csv.gz", gzip.compress(GOOD.encode())),
    "empty rows between": ("a.csv", GOOD.replace("\n2", "\n,,\n\n2").encode()),
    "a workbook": ("a.xlsx", workbook(SHEET)),
    "a workbook whose first sheet is empty": ("a.xlsx", workbook(SHEET, sheets=2)),
    "a wrong ending": ("a.pdf", GOOD.encode()),
    "an unknown column": ("a.csv", GOOD.replace("email", "favourite hat").encode()),
    "letters of many scripts": ("a.csv", GOOD.replace("Amina Khan", "Ἑλένη Ōe 王芳 🌊").encode()),
    "a name with a path": ("../../etc/passwd\x00.csv", GOOD.encode()),
}
BAD: dict[str, tuple[str, bytes]] = {
    "nothing at all": ("a.csv", b""),
    "only spaces": ("a.csv", b"  \n \n"),
    "only a heading": ("a.csv", b"id,name,email\n"),
    "NUL in a cell": ("a.csv", GOOD.replace("Amina", "Am\x00ina").encode()),
    "NUL everywhere": ("a.csv", b"\x00" * 5000),
    "a row too long": ("a.csv", GOOD.replace("amina@example.org", "amina@example.org,extra,cells").encode()),
    "two headings alike": ("a.csv", GOOD.replace("email", "name").encode()),
    "a heading left empty": ("a.csv", GOOD.replace(",email", ",").encode()),
    "no heading we know": ("a.csv", b"x,y\n1,2\n"),
    "no name": ("a.csv", b"id,email\n1,a@example.org\n"),
    "an open quote": ("a.csv", GOOD.replace("Amina", '"Amina').encode()),
    "a quote in the middle": ("a.csv", GOOD.replace("Amina Khan", '"Amina" Khan').encode()),
    "a huge cell": ("a.csv", GOOD.replace("Amina", "A" * 200_000).encode()),
    "a long name": ("a.csv", GOOD.replace("Amina", "A" * 300).encode()),
    "a lone surrogate": ("a.csv", GOOD.replace("Amina", "\ud800").encode("utf-16-le", "surrogatepass")),
    "utf-16 cut in half": ("a.csv", GOOD.encode("utf-16")[:-1]),
    "formulas as text": ("a.csv", GOOD.replace("Amina Khan", "=cmd|' /C calc'!A0").encode()),
    "formulas in a workbook": ("a.xlsx", workbook(FORMULAS)),
    "no address": ("a.csv", GOOD.replace("tom@example.org", "tom at example").encode()),
    "a header to inject": (
        "a.csv",
        GOOD.replace("tom@example.org", '"tom@example.org\nBcc: all@example.org"').encode(),
    ),
    "a number twice": ("a.csv", GOOD.replace("2,Tom", "1,Tom").encode()),
    "a person twice": ("a.csv", (GOOD + "3,Amina Khan,AMINA@example.org\n").encode()),
    "a name twice, told apart by nothing": ("a.csv", b"name\nAmina Khan\nAmina  khan\n"),
    "a thousand and one columns": ("a.csv", (",".join(f"c{n}" for n in range(1001)) + "\n1\n").encode()),
    "a gzip cut short": ("a.csv.gz", gzip.compress(MANY.encode())[:-20]),
    "a gzip that is none": ("a.csv.gz", b"\x1f\x8b" + b"x" * 100),
    "a bomb in gzip": ("a.csv.gz", gzip.compress(b"\n" * 30_000_000)),
    "an empty zip": ("a.xlsx", zipped("a.txt", b"")),
    "a zip of something else": ("a.xlsx", zipped("name.csv", GOOD.encode())),
    "a bomb in a workbook": ("a.xlsx", zipped("xl/worksheets/sheet1.xml", b"<c/>" * 12_000_000)),
    "a workbook cut short": ("a.xlsx", workbook(SHEET)[:-400]),
    "an empty workbook": ("a.xlsx", workbook([])),
    "an old workbook": ("a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 2000),
    "a picture": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "a web page": ("a.csv", b"<!doctype html><html><body><table><tr><td>1</td></tr></table></body></html>"),
    "JSON": ("a.csv", b'[{"name": "Amina Khan", "email": "amina@example.org"}]'),
    "a script": ("a.csv", b"name,email\n<script>alert(1)</script>,<img src=x onerror=alert(1)>\n"),
    "a refused column": ("a.csv", GOOD.replace("email", "role").encode()),
    "an unknown organisation": ("a.csv", b"name,organisation\nAmina Khan,Nowhere Ltd\n"),
    "a date month first": ("a.csv", b"name,born\nAmina Khan,04/13/1990\n"),
    "a date to come": ("a.csv", b"name,born\nAmina Khan,2999-01-01\n"),
    "a postcode of nowhere": ("a.csv", b"name,postcode\nAmina Khan,12345\n"),
}


def test_the_corpus_is_large_enough():
    assert len(OK) + len(BAD) >= 59


@pytest.mark.parametrize("case", OK)
def test_a_file_as_people_save_it_is_read(admin, case):
    name, body = OK[case]
    answer = admin.upload("people", body, name=name)
    assert answer.status_code == 200
    assert "2 rows, and nothing is wrong with them" in words_of(answer), admin.batch.found
    admin.post("load")
    assert Person.objects.filter(outside_id__gt="").count() == 2


@pytest.mark.parametrize("case", BAD)
def test_a_file_with_a_fault_gets_a_sentence_and_nothing_is_brought_in(admin, case):
    name, body = BAD[case]
    before = counted()
    answer = admin.upload("people", body, name=name)
    assert answer.status_code == 200
    said = words_of(answer)
    assert "to put right" in said or "We cannot read this file" in said
    for wrong in ("Traceback", "Error at", "{{", "{%"):
        assert wrong not in said
    found = admin.batch.found
    sentence = found.get("said") or found["problems"][0][2]
    assert len(sentence) > 15
    assert "<script>alert" not in answer.content.decode()
    assert admin.post("load").status_code == 200
    assert counted() == before


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Person, Organisation, Membership))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_a_file_with_broken_bytes_is_never_an_error_page(admin, seed):
    """Bytes turned over at random, in a CSV, a workbook and a gzip."""
    where = random.Random(seed)
    makers: list[Callable[[], tuple[str, bytes]]] = [
        lambda: ("a.csv", MANY.encode()),
        lambda: ("a.xlsx", workbook(SHEET * 50)),
        lambda: ("a.csv.gz", gzip.compress(MANY.encode())),
    ]
    name, body = makers[seed % 3]()
    before = counted()
    answer = admin.upload("people", broken_at(body, where, 1 + seed), name=name)
    assert answer.status_code == 200
    if admin.batch.found.get("problems"):
        admin.post("load")
        assert counted() == before


@pytest.mark.parametrize("kind", ["organisations", "people"])
@pytest.mark.parametrize(
    "case", ["NUL in a cell", "two headings alike", "a picture", "a web page", "formulas in a workbook"]
)
def test_other_kinds_of_list_answer_as_well(admin, kind, case):
    name, body = BAD[case]
    assert admin.upload(kind, body, name=name).status_code == 200
    assert not Organisation.objects.exists()
