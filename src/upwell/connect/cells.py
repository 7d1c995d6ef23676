"""Read one cell of a spreadsheet of people; every reader refuses with the fix and without the place."""

from __future__ import annotations

import re

from upwell._kit.errors import InputError
from upwell._kit.postcodes import Spot, locate
from upwell.connect.people import MODES
from upwell.connect.words import DAYS, LANGUAGES, PARTS

SLOTS = tuple(f"{day}-{part}" for day in DAYS for part in PARTS)
KM_PER_MILE = 1.609344
MAX_TRAVEL_KM = 2_000.0
MAX_CAPACITY = 100
MAX_TAG = 60

_BETWEEN = re.compile(r"[;,|/\n&]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_YES = {"yes", "y", "true", "1", "x", "ok", "cleared", "done", "✓"}
_NO = {"no", "n", "false", "0", "", "pending", "not yet", "in progress", "none"}

_DAY_WORDS: dict[str, tuple[str, ...]] = {
    **{word: (day,) for day, words in zip(
        DAYS,
        ("mon monday mondays", "tue tues tuesday tuesdays", "wed weds wednesday wednesdays",
         "thu thur thurs thursday thursdays", "fri friday fridays", "sat saturday saturdays", "sun sunday sundays"),
        strict=True,
    ) for word in words.split()},
    **dict.fromkeys(("weekday", "weekdays"), DAYS[:5]),
    **dict.fromkeys(("weekend", "weekends"), DAYS[5:]),
    **dict.fromkeys(("daily", "everyday"), DAYS),
}  # fmt: skip
_PART_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("am", "morning", "mornings"), ("am",)),
    **dict.fromkeys(("pm", "afternoon", "afternoons"), ("pm",)),
    **dict.fromkeys(("eve", "eves", "evening", "evenings", "night", "nights"), ("eve",)),
}
_FILLERS = {"and", "on", "the", "in", "any", "all", "day", "time", "times", "every"}
_ALWAYS = {"any", "anytime", "any time", "always", "flexible", "all"}
_SPAN = re.compile(r"\b([a-z]+)\s*(?:-|–|to)\s*([a-z]+)\b")
_LANGUAGE_CODES = {name.casefold(): code for code, name in LANGUAGES.items()} | {
    "bsl": "bfi", "farsi": "fa", "mandarin": "zh", "cantonese": "yue", "panjabi": "pa", "bangla": "bn", "romany": "rmy",
    "filipino": "tl", "flemish": "nl", "sorani": "ckb", "eng": "en", "gaelic": "gd",
}  # fmt: skip


def _items(cell: str) -> list[str]:
    return [item.strip() for item in _BETWEEN.split(cell) if item.strip()]


def read_text(cell: str) -> str:
    """Take the cell as it is."""
    return cell


def read_number(cell: str) -> float:
    """Read 3, 3.5 or 3,5."""
    if not _NUMBER.fullmatch(cell):
        raise InputError("Write a number.", value=cell)
    return float(cell.replace(",", "."))


def read_latitude(cell: str) -> float | None:
    """Read degrees north; None if empty."""
    return _degrees(cell, 90.0)


def read_longitude(cell: str) -> float | None:
    """Read degrees east; None if empty."""
    return _degrees(cell, 180.0)


def _degrees(cell: str, most: float) -> float | None:
    if not cell:
        return None
    value = read_number(cell)
    if abs(value) > most:
        raise InputError("Write degrees as a decimal number.", value=cell, allowed=(f"-{most:g} to {most:g}",))
    return value


def read_postcode(cell: str) -> Spot | None:
    """Read a British postcode as a rough place; None if empty."""
    if not cell:
        return None
    spot = locate(cell)
    if spot is None:
        message = "We do not know this postcode. Check it, leave it empty, or write lat and lon instead."
        raise InputError(message, value=cell)
    return spot


def read_tags(cell: str) -> frozenset[str]:
    """Read a list of topics; "Public speaking" and "public-speaking" are the same.

    Examples
    --------
    >>> sorted(read_tags("Maths; Public  speaking"))
    ['maths', 'public-speaking']
    """
    tags = frozenset(re.sub(r"[\s_-]+", "-", item.casefold()) for item in _items(cell))
    for tag in tags:
        if len(tag) > MAX_TAG:
            raise InputError(
                f"Write topics in a few words each ({MAX_TAG} letters at most), with ; between.", value=tag
            )
    return tags


def read_languages(cell: str) -> frozenset[str]:
    """Read names or codes of languages; empty means English.

    Examples
    --------
    >>> sorted(read_languages("English, Polish")), sorted(read_languages(""))
    (['en', 'pl'], ['en'])
    """
    codes = set()
    for item in _items(cell) or ["en"]:
        word = item.casefold()
        code = word if word in LANGUAGES else _LANGUAGE_CODES.get(word)
        if code is None and re.fullmatch(r"[a-z]{2,3}", word):
            code = word  # a code we have no name for
        if code is None:
            message = "We do not know this language. Write its English name, or its ISO 639 code such as pl."
            raise InputError(message, value=item)
        codes.add(code)
    return frozenset(codes)


def read_slots(cell: str) -> frozenset[str]:
    """Read weekly times, as codes or as people write them.

    Examples
    --------
    >>> sorted(read_slots("tue-eve; Saturday morning"))
    ['sat-am', 'tue-eve']
    >>> len(read_slots("weekday evenings")), len(read_slots("any time"))
    (5, 21)
    """
    slots: set[str] = set()
    for item in _items(cell):
        phrase = item.casefold().rstrip(".")
        if phrase in _ALWAYS:
            slots.update(SLOTS)
        else:
            slots.update(_phrase(phrase, item))
    return frozenset(slots)


def _phrase(phrase: str, item: str) -> list[str]:
    days: list[str] = []
    parts: list[str] = []
    for first, last in _SPAN.findall(phrase):
        ends = _DAY_WORDS.get(first, ()), _DAY_WORDS.get(last, ())
        if len(ends[0]) == len(ends[1]) == 1:
            start, stop = DAYS.index(ends[0][0]), DAYS.index(ends[1][0])
            days += DAYS[start : stop + 1] if start <= stop else (*DAYS[start:], *DAYS[: stop + 1])
            phrase = phrase.replace(first, "").replace(last, "")
    for word in re.split(r"[\s\-–_]+", phrase):
        if word in _DAY_WORDS:
            days += _DAY_WORDS[word]
        elif word in _PART_WORDS:
            parts += _PART_WORDS[word]
        elif word and word not in _FILLERS and not (word == "to" and days):
            message = "Write a day and a part of the day, like tue-eve or Saturday morning, with ; between."
            raise InputError(message, value=item, allowed=(*DAYS, *PARTS))
    return [f"{day}-{part}" for day in days or DAYS for part in parts or PARTS]


def read_organisation(cell: str) -> str:
    """Read a name so that spelling in capitals or spaces makes no difference."""
    return " ".join(cell.casefold().split())


def read_km(cell: str) -> float | None:
    """Read km or miles; None if empty.

    Examples
    --------
    >>> read_km("7,5 km"), round(read_km("3 miles"), 2)
    (7.5, 4.83)
    """
    if not cell:
        return None
    found = re.fullmatch(r"(.+?)\s*(km|kilomet(?:re|er)s?|mi|miles?)?", cell.casefold())
    number, unit = found.groups() if found else (cell, None)
    if not _NUMBER.fullmatch(number):
        raise InputError("Write a number of km, like 5, or miles, like 3 miles.", value=cell)
    km = float(number.replace(",", ".")) * (KM_PER_MILE if unit and unit.startswith("mi") else 1.0)
    if not 0 <= km <= MAX_TRAVEL_KM:
        raise InputError(f"Write km between 0 and {MAX_TRAVEL_KM:,.0f}.", value=cell)
    return km


def read_mode(cell: str) -> str:
    """Read how they will meet; empty means in person.

    Examples
    --------
    >>> read_mode("In person"), read_mode("both"), read_mode("")
    ('in-person', 'either', 'in-person')
    """
    word = re.sub(r"[\s_-]+", "-", cell.casefold())
    word = {
        "": "in-person", "inperson": "in-person", "face-to-face": "in-person", "f2f": "in-person",
        "both": "either", "any": "either", "hybrid": "either", "virtual": "online", "remote": "online",
        "in-person-or-online": "either", "online-or-in-person": "either",
    }.get(word, word)  # fmt: skip
    if word not in MODES:
        raise InputError("Write how they will meet.", value=cell, allowed=MODES)
    return word


def read_capacity(cell: str) -> int:
    """Read how many mentees; empty means 1."""
    if not re.fullmatch(r"\d{1,3}", cell or "1") or int(cell or 1) > MAX_CAPACITY:
        raise InputError(f"Write a whole number from 0 to {MAX_CAPACITY}.", value=cell)
    return int(cell or 1)


def read_yes(cell: str) -> bool:
    """Read yes or no; empty means no, because a check is never assumed."""
    word = cell.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError("Write yes or no.", value=cell, allowed=("yes", "no"))
