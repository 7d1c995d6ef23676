"""The columns of the two spreadsheets: one list for the command line, the site's templates and its importer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from upwell._kit.errors import InputError
from upwell._kit.say import gettext_noop as _
from upwell.connect import cells

SIDES = ("mentees", "mentors")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a spreadsheet of people.

    Parameters
    ----------
    name : str
        The heading our templates use.
    about : str
        What to write, in a sentence (to be translated).
    example : str
        A cell that is right.
    sides : tuple of str
        ``"mentees"``, ``"mentors"`` or both.
    synonyms : tuple of str
        Other headings that are taken for this column; case, spaces and marks do not matter.
    read : callable
        Cell -> value; raises `InputError` without a place, which the reader of the file adds.
    required : bool
        Whether the column must be there.
    private : bool
        Whether it is personal and never given to the matching.
    """

    name: str
    about: str
    example: str
    sides: tuple[str, ...]
    synonyms: tuple[str, ...]
    read: Callable[[str], object]
    required: bool = False
    private: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(
        "id", _("Your own number or code for the person, each once. Without it we name people by their row."),
        "M-017", SIDES,
        ("ref", "reference", "code", "number", "person id", "mentee id", "mentor id", "mentee", "mentor"),
        cells.read_text,
    ),
    Column(
        "name", _("Their name. Not used for matching."), "Amina Khan", SIDES,
        ("full name", "first name", "preferred name"), cells.read_text, private=True,
    ),
    Column(
        "email", _("Their e-mail address. Not used for matching."), "amina@example.org", SIDES,
        ("e-mail", "mail", "email address", "e-mail address"), cells.read_text, private=True,
    ),
    Column(
        "postcode", _("Their postcode, or its first half. Only the rough place is used."), "LS6 1AB", SIDES,
        ("post code", "zip", "home postcode"), cells.read_postcode,
    ),
    Column(
        "lat", _("Latitude in degrees, instead of a postcode."), "53.81", SIDES, ("latitude",), cells.read_latitude
    ),
    Column(
        "lon", _("Longitude in degrees, instead of a postcode."), "-1.56", SIDES, ("longitude", "lng", "long"),
        cells.read_longitude,
    ),
    Column(
        "goals", _("What they want to get better at, with ; between."), "public speaking; maths", ("mentees",),
        ("goal", "tags", "topics", "wants", "help with", "what i want to learn", "needs"), cells.read_tags,
    ),
    Column(
        "skills", _("What they can help with, with ; between."), "public speaking; coding", ("mentors",),
        ("skill", "tags", "topics", "offers", "can help with", "expertise", "strengths"), cells.read_tags,
    ),
    Column(
        "languages", _("Languages they speak, with ; between. Empty means English."), "English; Polish", SIDES,
        ("language", "speaks", "spoken languages"), cells.read_languages,
    ),
    Column(
        "availability", _("When they are free each week: a day and morning, afternoon or evening, with ; between."),
        "tue-eve; Saturday morning", SIDES, ("available", "free", "slots", "times", "when free", "free times"),
        cells.read_slots,
    ),
    Column(
        "organisation", _("Employer, school or group. Two people of the same one are never a pair."), "Leeds Library",
        SIDES, ("organization", "org", "employer", "company", "school", "college"), cells.read_organisation,
    ),
    Column(
        "travel_km",
        _("How far they will travel, in km (or write 3 miles). Empty means the programme's usual distance."),
        "5", SIDES, ("travel", "travel km", "max travel", "distance", "max distance", "how far"), cells.read_km,
    ),
    Column(
        "mode", _("How they will meet: in-person, online or either. Empty means in-person."), "either", SIDES,
        ("meet", "meeting", "how to meet", "format", "online or in person"), cells.read_mode,
    ),
    Column(
        "capacity", _("How many mentees they will take. Empty means 1."), "2", ("mentors",),
        ("places", "max mentees", "mentees", "how many", "number of mentees"), cells.read_capacity,
    ),
    Column(
        "cleared", _("Yes once their safeguarding checks are done. Nobody else is matched."), "yes", ("mentors",),
        ("checked", "dbs", "dbs cleared", "dbs check", "checks done", "safeguarding"), cells.read_yes, required=True,
    ),
)  # fmt: skip


def columns_for(side: str) -> tuple[Column, ...]:
    """Return the columns of one side's spreadsheet, in the order of our templates.

    Parameters
    ----------
    side : {"mentees", "mentors"}

    Examples
    --------
    >>> [column.name for column in columns_for("mentors")][-2:]
    ['capacity', 'cleared']
    """
    if side not in SIDES:
        raise InputError("Not a side.", value=side, allowed=SIDES)
    return tuple(column for column in COLUMNS if side in column.sides)


def guess_columns(headings: Sequence[str], side: str) -> dict[str, str]:
    """Tell which heading stands for which of our columns.

    Parameters
    ----------
    headings : sequence of str
        As they stand in the file.
    side : {"mentees", "mentors"}

    Returns
    -------
    dict
        Our column name -> their heading. Our own name is taken before a synonym, and of several the
        first; headings nobody knows are left out.

    Examples
    --------
    >>> guess_columns(["Ref", "Post Code", "Shoe size"], "mentees")
    {'id': 'Ref', 'postcode': 'Post Code'}
    """
    folded = {_fold(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    for column in columns_for(side):
        names = [_fold(column.name), *(_fold(synonym) for synonym in column.synonyms)]
        for name in names:
            if name in folded and folded[name] not in found.values():
                found[column.name] = folded[name]
                break
    return found


def _fold(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()
