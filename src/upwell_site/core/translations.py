"""Texts for translation: collected and compiled with Babel, so that no system gettext is needed."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SITE = Path(__file__).resolve().parents[1]
FOLDERS = (SITE, SITE.parent / "upwell")
LOCALE = SITE / "locale"
LANGUAGES = ("cy",)
METHODS = [
    ("**/templates/**.html", "upwell_site.core.translations:templates"),
    ("**/templates/**.txt", "upwell_site.core.translations:templates"),
    ("**.py", "python"),
]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
ABOUT: dict[str, Any] = {
    "project": "Upwell",
    "version": "1",
    "charset": "utf-8",
    "fuzzy": False,
    "msgid_bugs_address": "",
    "last_translator": "",
    "language_team": "",
}
HEADER = "# Welsh for Upwell. Apache-2.0. Made by `upwell-site texts`: write translations here, and run it again."
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # a date that does not move, so that a run without changes changes nothing
CALL = re.compile(r"\b(npgettext|ngettext|pgettext|gettext|_)\(")
Found = tuple[int, str, Any, list[str]]


def templates(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts of a Django template, as Babel asks for them.

    Django turns a template into something like Python, in which only the calls around texts are real; the rest is
    crossed out and would stop a reader of Python. So only the calls are read.
    """
    source = templatize(fileobj.read().decode("utf-8"))
    for call in CALL.finditer(source):
        end = _closing(source, call.end())
        try:
            inside = ast.parse(f"f({source[call.end() : end]})", mode="eval").body
        except SyntaxError:  # a word in the page's own text that only looks like a call
            continue
        assert isinstance(inside, ast.Call)
        texts = [a.value for a in inside.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if texts:
            line = source.count("\n", 0, call.start()) + 1
            yield line, call.group(1), tuple(texts) if len(texts) > 1 else texts[0], []


def _closing(source: str, start: int) -> int:
    """Return where the bracket that was opened before `start` closes, outside of quotes."""
    depth, quote, at = 1, "", start
    while at < len(source) and depth:
        letter = source[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        at += 1
    return at - 1


def collect() -> Catalog:
    """Return every text of the site and of the engines' words, without places: they would change with every line."""
    catalog = Catalog(**ABOUT)
    for folder in FOLDERS:
        for _file, _line, message, _comments, context in extract_from_dir(
            str(folder), method_map=METHODS, keywords=KEYWORDS, comment_tags=()
        ):
            catalog.add(message, context=context)
    return catalog


def po_file(language: str) -> Path:
    """Return where the texts of a language lie."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return what is translated so far."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, **ABOUT)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def po_bytes(catalog: Catalog) -> bytes:
    """Return a catalogue as it is kept: sorted, without places, old texts left out."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, no_location=True, sort_output=True, ignore_obsolete=True, omit_header=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """Return a catalogue as the site reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def renew(language: str) -> tuple[int, int]:
    """Collect the texts into the language's file and compile it; return how many there are and how many are done."""
    catalog = read(language)
    catalog.update(collect(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.header_comment = HEADER
    catalog.creation_date = catalog.revision_date = BEGAN
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(catalog))
    kept = read(language)
    path.with_suffix(".mo").write_bytes(mo_bytes(kept))
    texts = [message for message in kept if message.id]
    return len(texts), sum(bool(_done(message.string)) for message in texts)


def _done(string: Any) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)
