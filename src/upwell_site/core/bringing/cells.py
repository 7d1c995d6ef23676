"""Read one cell: a value, or ValueError with a sentence that says how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from upwell._kit.writing import restore
from upwell_site.core.languages import LANGUAGES
from upwell_site.core.models.hub import ORG_ID
from upwell_site.core.text import clean, fold

Reader = Callable[[str], Any]

_BETWEEN = re.compile(r"[;,|/\n&]")
_FAULTS = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}")
_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]+)\.?,?\s+(\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_LIFE = 120  # years
_ADDRESS = EmailValidator()
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"[a-z0-9]{{1,20}}(?:[._+-][a-z0-9]{{1,20}}){{0,2}}@(?:{_LABEL}\.){{1,4}}[a-z]{{2,20}}")
_MARKS, _NO_ZERO, _DIGITS = re.compile(r"[\s().\-]"), re.compile(r"[1-9]\d{9}"), re.compile(r"\+?\d{7,15}")
_PAGE = URLValidator(schemes=["http", "https"])
_OTHER_NAMES = {"punjabi": "pa", "farsi": "fa", "mandarin": "zh", "cantonese": "zh", "bsl": "bsl", "bangla": "bn"}


def words(limit: int) -> Reader:
    """Return a reader of text of at most `limit` letters, on one line."""

    def read(cell: str) -> str:
        if cell.startswith("'") and (text := restore(cell)) != cell:  # our own mark: words, whatever they look like
            return clean(" ".join(clean(text, limit * 2).split()), limit)
        if len(cell) <= limit and cell.isascii() and cell.isprintable():  # nearly every cell
            return _no_formula(" ".join(cell.split()))
        text = " ".join(clean(cell, limit * 2).split())
        return _no_formula(clean(text, limit))

    return read


def long_words(limit: int) -> Reader:
    """Return a reader of text that may have lines."""

    def read(cell: str) -> str:
        text = restore(cell)
        return clean(text, limit) if text != cell else _no_formula(clean(cell, limit))

    return read


def _no_formula(text: str) -> str:
    if text.startswith(("=", "@")):
        raise ValueError(_("This looks like a formula. Write the words themselves."))
    if text.startswith("#") and _FAULTS.fullmatch(text.upper()):
        raise ValueError(_("The spreadsheet could not work this cell out. Write the words themselves."))
    return text


_fifty = words(50)


def read_number(cell: str) -> str:
    """Read somebody's own number or code in a list."""
    return str(_fifty(cell))


def read_email(cell: str) -> str:
    """Read an e-mail address, in small letters."""
    text = clean(cell, 254).removeprefix("mailto:").lower()
    if _PLAIN_ADDRESS.fullmatch(text):  # nearly all of them, and no two opinions about any
        return text
    try:
        _ADDRESS(text)
    except ValidationError:
        raise ValueError(_("Write an e-mail address like name@example.org, or leave it empty.")) from None
    return text


def read_phone(cell: str) -> str:
    """Read a phone number as it was written; says so when a spreadsheet program ate the first 0."""
    text = clean(restore(cell), 40)
    digits = _MARKS.sub("", text)
    if _NO_ZERO.fullmatch(digits):
        raise ValueError(
            _("The first 0 seems to be lost. Make the column text in your spreadsheet, then write the 0 again.")
        )
    if not _DIGITS.fullmatch(digits):
        raise ValueError(_("Write a phone number with digits only, like 0113 496 0000 or +44 113 496 0000."))
    return text


def read_date(cell: str) -> date:
    """Read a date in ISO form, day first, or with the month in words; refuses what could mean two days.

    Examples
    --------
    >>> read_date("03/04/2009"), read_date("2009-04-03"), read_date("3rd April 2009")
    (datetime.date(2009, 4, 3), datetime.date(2009, 4, 3), datetime.date(2009, 4, 3))
    """
    text = cell.strip()
    if iso := _ISO.fullmatch(text.removesuffix("T00:00:00")):
        return _real_day(int(iso[1]), int(iso[2]), int(iso[3]))
    if day_first := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in day_first.groups())
        if month > 12 >= day:
            right = f"{month:02}/{day:02}/{year}"
            raise ValueError(_("There is no month %d. We read the day first: write %s.") % (month, right))
        return _real_day(year, month, day)
    if (spelt := _IN_WORDS.fullmatch(text)) and spelt[2][:3].lower() in _MONTHS:
        return _real_day(int(spelt[3]), _MONTHS.index(spelt[2][:3].lower()) + 1, int(spelt[1]))
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError(_("Write the year with four digits, like 03/04/2009."))
    if re.fullmatch(r"\d{4,6}", text):
        raise ValueError(_("This is a number, not a date. Make the column a date in your spreadsheet and save again."))
    raise ValueError(_("Write a date like 3 April 2009, 03/04/2009 or 2009-04-03."))


def is_day_first(cell: str) -> bool:
    """Whether a date was read day first and would be another day read month first."""
    found = _DAY_FIRST.fullmatch(cell.strip())
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]


def _real_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("There is no such day. Check the day and the month.")) from None


def read_born(cell: str) -> date:
    """Read a date of birth: a day that has been, in a lifetime."""
    born = read_date(cell)
    today = timezone.localdate()
    if born > today:
        raise ValueError(_("A date of birth cannot lie ahead. Check the year."))
    if born.year < today.year - _LONGEST_LIFE:
        raise ValueError(_("This is more than %d years ago. Check the year.") % _LONGEST_LIFE)
    return born


def read_languages(cell: str) -> list[str]:
    """Read names or codes of languages as sorted codes.

    Examples
    --------
    >>> read_languages("English; Polish")
    ['en', 'pl']
    """
    names = _language_names(get_language() or "")
    found = set()
    for item in (part.strip() for part in _BETWEEN.split(cell)):
        word = fold(item)
        code = names.get(word) or (word if re.fullmatch(r"[a-z]{2,3}", word) else None)
        if item and code is None:
            raise ValueError(_("We do not know the language “%s”. Write its English name or its code, like pl.") % item)
        if code:
            found.add(code)
    return sorted(found)


@cache
def _language_names(spoken: str) -> dict[str, str]:
    """Return the names of languages in the language of the page: asked for each cell, worked out once."""
    return {fold(str(name)): code for code, name in LANGUAGES.items()} | _OTHER_NAMES


def read_web(cell: str) -> str:
    """Read the address of a web page; https is added when it was left out."""
    text = clean(cell, 200)
    text = text if "://" in text else f"https://{text}"
    try:
        _PAGE(text)
    except ValidationError:
        raise ValueError(_("Write the address of a web page, like https://example.org.")) from None
    return text


def read_org_id(cell: str) -> str:
    """Read an organisation's number in a register."""
    text = clean(cell, 60)
    try:
        ORG_ID(text)
    except ValidationError as problem:
        raise ValueError(str(problem.message)) from None
    return text


def one_of(choices: Mapping[str, Any]) -> Reader:
    """Return a reader that takes a code or its words, in any spelling of capitals."""

    def read(cell: str) -> str:
        known = {fold(str(label)): code for code, label in choices.items()} | {fold(code): code for code in choices}
        try:
            return known[fold(cell)]
        except KeyError:
            allowed = ", ".join(str(label) for label in choices.values())
            raise ValueError(_("Write one of these: %s.") % allowed) from None

    return read
