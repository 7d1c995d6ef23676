"""The doors of the example: who you can come in as, and what you will see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from upwell_site.core.example.people import OPERATOR, PARTS, address


@dataclass(frozen=True, slots=True)
class Door:
    """One button of the example: a person to come in as.

    Attributes
    ----------
    key : str
        Part of an address: "lead".
    label : str
        What the person does, in plain words.
    name : str
        Who they are; nobody real.
    hub : str
        The short name of their hub; "" for the operator, who has none.
    email : str
        Their sign-in.
    sees : str
        One sentence: what is there to see.
    """

    key: str
    label: Any
    name: str
    hub: str
    email: str
    sees: Any


_DOORS = (
    (
        "lead",
        "ruth",
        _("Programme lead"),
        _("A round of mentoring that is ready to read, with a reason for each pair."),
    ),
    (
        "organiser",
        "semira",
        _("Organiser"),
        _("What she promised at the door, words to ask about, and a map of who was heard."),
    ),
    (
        "mentor",
        "leroy",
        _("Mentor"),
        _("A conversation with the young person he mentors, and a training that runs out soon."),
    ),
    ("participant", "danuta", _("Taking part"), _("A discussion to vote in, and what others in her street say.")),
    ("young", "hana", _("Young person"), _("What a fifteen-year-old sees, and what is kept from everybody else.")),
    (
        "safeguarding",
        "joan",
        _("Safeguarding lead"),
        _("Whose checks run out, and every conversation with a young person."),
    ),
    (
        "admin",
        "tomasz",
        _("Hub admin"),
        _("Roles, ages to confirm, letters that can still be stopped, the hub’s settings."),
    ),
    (
        "partner",
        "farida",
        _("Partner contact"),
        _("A school’s view: the programme that her young people take part in."),
    ),
    ("convenor", "bisi", _("Convenor"), _("A network: the hubs in it, and the people who came in by themselves.")),
)


def doors() -> list[Door]:
    """Return every door, in the order they stand on the page."""
    parts = {part.key: part for part in PARTS}
    found = [
        Door(key, label, parts[who].name, parts[who].hub, address(parts[who].name), sees)
        for key, who, label, sees in _DOORS
    ]
    sees = _("Who runs the site: letters, jobs, hubs. No hub’s people.")
    return [*found, Door("operator", _("Operator"), "", "", OPERATOR, sees)]
