"""Files that somebody might upload as a list of people, most of them broken, each made by its number and a seed.

`MAKERS` names each kind of fault; `files` goes round them, each time with other people, rows and bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator

import xlsxwriter

HEADING = ("id", "name", "email", "born")
FIRST = ("Amina", "Danuta", "Olive", "Tomasz", "Ruth", "Zoë", "Łukasz", "Seán")
LAST = ("Khan", "Wolska", "Nisbett", "Zielony", "Adeyemi", "Brown", "O'Neill")
DATES = ("31/02/2001", "04/13/1990", "1.1.90", "37000", "next May", "2999-01-01", "0000-00-00", "12/12/0001", "٣/٤/١٩٩٠")
FORMULAS = ("=1+1", "=HYPERLINK(\"http://x\")", "@SUM(A1)", "=cmd|' /C calc'!A0", "#REF!", "#N/A")
CONTENT = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'

Dice = random.Random
File = tuple[str, bytes]
Maker = Callable[[Dice], File]


def people(dice: Dice, rows: int | None = None) -> list[list[str]]:
    """Return a heading and some invented people."""
    count, own = rows or dice.randrange(2, 40), dice.randrange(10**9)  # nobody is in two files
    return [list(HEADING), *([f"P{own}-{n}", *_somebody(dice, f"p{own}.{n}")] for n in range(count))]


def _somebody(dice: Dice, key: str) -> tuple[str, str, str]:
    born = f"19{dice.randrange(50, 99)}-03-0{dice.randrange(1, 9)}"
    return f"{dice.choice(FIRST)} {dice.choice(LAST)}", f"{key}@example.org", born


def text(rows: list[list[str]], separator: str = ",", end: str = "\n") -> str:
    """Return rows as CSV, without quotes."""
    return "".join(separator.join(row) + end for row in rows)


def marred(dice: Dice, cell: str, at: int | None = None) -> str:
    """Return a list in which one cell was replaced."""
    rows = people(dice)
    rows[dice.randrange(1, len(rows))][dice.randrange(len(HEADING)) if at is None else at] = cell
    return text(rows)


def book(rows: list[list[str]], more: Callable[[xlsxwriter.Workbook], None] | None = None) -> bytes:
    """Return rows as a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell)
        if more:
            more(made)
    return out.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def repacked(raw: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook with some parts changed and some added."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return packed({**parts, **(more or {})})


def cut(dice: Dice, raw: bytes) -> bytes:
    """Return the beginning of a file."""
    return raw[: dice.randrange(1, len(raw))]


def turned(dice: Dice, raw: bytes) -> bytes:
    """Return a file with some bytes turned over."""
    out = bytearray(raw)
    for _ in range(dice.randrange(1, 30)):
        out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def encrypted(dice: Dice) -> bytes:
    """Return a workbook whose parts say that they have a password."""
    raw = bytearray(book(people(dice)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = raw.find(mark)
        while found >= 0:
            raw[found + at] |= 1
            found = raw.find(mark, found + 4)
    return bytes(raw)


def strings_bomb(dice: Dice) -> bytes:
    """Return a workbook whose shared words unpack to some 40 MB."""
    bomb = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"A" * 40_000_000
    raw = book(people(dice))
    return repacked(raw, lambda name, body: bomb + b"</t></si></sst>" if name == "xl/sharedStrings.xml" else body)


def far_out(made: xlsxwriter.Workbook) -> None:
    """Write a cell in the last corner."""
    made.worksheets()[0].write(1_048_575, 16_383, "here")


def links(raw: bytes) -> bytes:
    """Return a workbook that points at a file elsewhere."""
    rel = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return repacked(raw, lambda _name, body: body, {"xl/externalLinks/externalLink1.xml": rel})


def shuffled(dice: Dice) -> str:
    """Return rows with too few and too many cells."""
    rows = people(dice)
    for row in rows[1:]:
        row += ["more"] * dice.randrange(3)
        del row[dice.randrange(1, len(row) + 1) :]
    rows[1] += ["far", "too", "many", "cells"]
    return text(rows)


def plain(dice: Dice) -> str:
    return text(people(dice))


MAKERS: dict[str, Maker] = {
    "good": lambda d: ("a.csv", plain(d).encode()),
    "good workbook": lambda d: ("a.xlsx", book(people(d))),
    "good gzip": lambda d: ("a.csv.gz", gzip.compress(plain(d).encode())),
    "utf-8 mark": lambda d: ("a.csv", plain(d).encode("utf-8-sig")),
    "two marks": lambda d: ("a.csv", b"\xef\xbb\xbf" + plain(d).encode("utf-8-sig")),
    "utf-16 le": lambda d: ("a.csv", b"\xff\xfe" + plain(d).encode("utf-16-le")),
    "utf-16 be": lambda d: ("a.csv", b"\xfe\xff" + plain(d).encode("utf-16-be")),
    "utf-16 no mark": lambda d: ("a.csv", plain(d).encode(d.choice(("utf-16-le", "utf-16-be")))),
    "utf-16 cut": lambda d: ("a.csv", plain(d).encode("utf-16")[: -d.choice((1, 3))]),
    "utf-32": lambda d: ("a.csv", plain(d).encode("utf-32")),
    "latin-1": lambda d: ("a.csv", plain(d).replace("Ł", "L").encode("latin-1")),
    "cp1252": lambda d: ("a.csv", plain(d).replace("Ł", "€").encode("cp1252")),
    "mixed encodings": lambda d: ("a.csv", plain(d).encode() + b"%d,Zo\xeb\x81,,\n" % d.randrange(10**9)),
    "nul": lambda d: ("a.csv", marred(d, "Am\0ina").encode()),
    "nul everywhere": lambda d: ("a.csv", b"\0" * d.randrange(1, 90_000)),
    "half a character": lambda d: ("a.csv", marred(d, "\ud800").encode("utf-8", "surrogatepass")),
    "half in utf-16": lambda d: ("a.csv", marred(d, "\udc00").encode("utf-16", "surrogatepass")),
    "carriage returns": lambda d: ("a.csv", text(people(d), end="\r").encode()),
    "mixed line ends": lambda d: ("a.csv", "".join(r + d.choice(("\r", "\n", "\r\n")) for r in plain(d).splitlines()).encode()),
    "ragged": lambda d: ("a.csv", shuffled(d).encode()),
    "100,000 columns": lambda d: ("a.csv", (",".join(f"c{n}" for n in range(100_000)) + "\n1\n").encode()),
    "100,000 cells": lambda d: ("a.csv", (plain(d) + "," * 100_000 + "x\n").encode()),
    "headings alike": lambda d: ("a.csv", plain(d).replace("email", d.choice(("name", "NAME ", "id")), 1).encode()),
    "headings empty": lambda d: ("a.csv", plain(d).replace("email", "", 1).encode()),
    "no heading": lambda d: ("a.csv", text(people(d)[1:]).encode()),
    "huge line": lambda d: ("a.csv", b"name\n" + b"A" * d.randrange(200_000, 9_000_000)),
    "huge line of cells": lambda d: ("a.csv", b"name," * d.randrange(100_000, 900_000)),
    "open quote": lambda d: ("a.csv", (marred(d, '"never closed', 1) + plain(d) * d.randrange(1, 99)).encode()),
    "quote inside": lambda d: ("a.csv", marred(d, '"a" b', 1).encode()),
    "formula": lambda d: ("a.csv", marred(d, d.choice(FORMULAS), 1).encode()),
    "formula in a workbook": lambda d: ("a.xlsx", book([*people(d), ["1", d.choice(FORMULAS), "", ""]])),
    "control characters": lambda d: ("a.csv", marred(d, f"A{chr(d.randrange(1, 32))}b{chr(d.randrange(127, 160))}", 1).encode()),
    "right to left": lambda d: ("a.csv", marred(d, "\u202eanimA\u202c\u200f", 1).encode()),
    "dates": lambda d: ("a.csv", marred(d, d.choice(DATES), 3).encode()),
    "empty": lambda d: ("a.csv", b""),
    "spaces": lambda d: ("a.csv", d.choice((b" ", b"\n", b",,,\n", b"\t\r\n")) * d.randrange(1, 5000)),
    "only a heading": lambda d: ("a.csv", text(people(d)[:1]).encode()),
    "ratio bomb": lambda d: ("a.xlsx", repacked(book(people(d)), lambda n, b: b"<c/>" * 9_000_000 if "sheet1" in n else b)),
    "shared strings bomb": lambda d: ("a.xlsx", strings_bomb(d)),
    "gzip bomb": lambda d: ("a.csv.gz", gzip.compress(b"\n" * 60_000_000, 9)),
    "gzip cut": lambda d: ("a.csv.gz", cut(d, gzip.compress(text(people(d, 300)).encode()))),
    "gzip in gzip": lambda d: ("a.csv.gz", gzip.compress(gzip.compress(plain(d).encode()))),
    "zip in zip": lambda d: ("a.xlsx", packed({"a.xlsx": book(people(d))})),
    "path names": lambda d: ("a.xlsx", packed({"../../etc/passwd": b"x", "xl/workbook.xml": b"<x/>"})),
    "password": lambda d: ("a.xlsx", encrypted(d)),
    "wrong ending": lambda d: (f"a.{d.choice(('xls', 'pdf', 'csv', 'txt', 'exe'))}", book(people(d))),
    "workbook cut": lambda d: ("a.xlsx", cut(d, book(people(d)))),
    "workbook turned": lambda d: ("a.xlsx", turned(d, book(people(d)))),
    "list turned": lambda d: ("a.csv", turned(d, plain(d).encode())),
    "16,000 columns": lambda d: ("a.xlsx", book([[f"c{n}" for n in range(16_000)], ["1"]])),
    "far corner": lambda d: ("a.xlsx", book(people(d), far_out)),
    "external links": lambda d: ("a.xlsx", links(book(people(d)))),
    "macros": lambda d: ("a.xlsm", repacked(book(people(d)), lambda _n, b: b, {"xl/vbaProject.bin": d.randbytes(9000)})),
    "opendocument": lambda d: ("a.ods", packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})),
    "many parts": lambda d: ("a.xlsx", packed({f"p{n}": b"" for n in range(3000)})),
    "xml entities": lambda d: ("a.xlsx", repacked(book(people(d)), lambda n, b: b'<!DOCTYPE x [<!ENTITY a "aa">]>' + b if "sheet1" in n else b)),
    "web page as xls": lambda d: ("a.xls", b"<html><table><tr><td>name</td></tr><tr><td>Amina</td></tr></table></html>"),
    "old workbook": lambda d: ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + d.randbytes(4000)),
    "json": lambda d: ("a.csv", json.dumps([{"name": row[1]} for row in people(d)]).encode()),
    "pdf": lambda d: ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + d.randbytes(9000)),
    "png": lambda d: ("a.png", b"\x89PNG\r\n\x1a\n" + d.randbytes(9000)),
    "noise": lambda d: ("a.csv", d.randbytes(d.randrange(1, 60_000))),
    "odd name": lambda d: (d.choice(("..csv", "a" * 300 + ".csv", "\u202evsc.a", "a;b\"c.csv", "con")), plain(d).encode()),
}  # fmt: skip


def files(count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield (kind, file name, bytes): all kinds in turn."""
    kinds = list(MAKERS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield kind, *MAKERS[kind](random.Random(f"{seed} {number} {kind}"))
