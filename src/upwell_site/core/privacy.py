"""What each field says about a person: one `Personal` on every model, from which packs and records are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

if TYPE_CHECKING:
    from django.db.models import Model


class Kind(StrEnum):
    """What a field holds."""

    IDENTITY = "identity"
    CONTACT = "contact"
    WORDS = "words"
    DATE = "date"
    PLACE = "place"
    LINK = "link"
    SPECIAL = "special"
    SEALED = "sealed"
    NONE = "none"


IDENTITY, CONTACT, WORDS, DATE, PLACE = Kind.IDENTITY, Kind.CONTACT, Kind.WORDS, Kind.DATE, Kind.PLACE
LINK, SPECIAL, SEALED, NONE = Kind.LINK, Kind.SPECIAL, Kind.SEALED, Kind.NONE

# Why we may keep it. Keys are used by models; the sentences go into the record of processing.
BASES: Mapping[str, str] = {
    "membership": _("To run the hub somebody joined (legitimate interests, art. 6(1)(f))."),
    "sign_in": _("To let somebody in and keep others out (legitimate interests, art. 6(1)(f))."),
    "listening": _("To hear people and act on what they say (consent, art. 6(1)(a) and 9(2)(a))."),
    "mentoring": _("To find and support a mentor (contract with the person, art. 6(1)(b))."),
    "safeguarding": _("To keep children and adults at risk safe (legal obligation and Schedule 1, paragraph 18)."),
    "consent": _("To prove what was agreed to (legal obligation, art. 7(1))."),
    "record": _("To show who decided what (legitimate interests, art. 6(1)(f))."),
    "letters": _("To tell people what concerns them (legitimate interests, art. 6(1)(f))."),
    "rights": _("To answer what people ask about their own data (legal obligation, art. 12 to 22 and 33)."),
    "voting": _("To learn what people agree on (consent, art. 6(1)(a))."),
}

# How long it is kept, in days after it ended or was last used; None: while the person is known here.
KEEP: Mapping[str, int | None] = {
    "while_here": None,
    "30_days": 30,
    "1_year": 365,
    "3_years": 3 * 365,
    "7_years": 7 * 365,
    "for_ever": None,
}

# The same for the screen.
KEPT: Mapping[str, str] = {
    "while_here": _("While you are known here."),
    "30_days": _("30 days after it was last used."),
    "1_year": _("1 year after it ended."),
    "3_years": _("3 years after it ended."),
    "7_years": _("7 years after it ended."),
    "for_ever": _("For good."),
}

ON_ERASE = ("delete", "blank", "hold", "keep")


@dataclass(frozen=True, slots=True)
class Personal:
    """What one model holds about people.

    Attributes
    ----------
    subject : str
        Path from a row to the person it is about.
    others : tuple of str
        Paths to other people in the row, whose identity leaves no pack.
    also : tuple of str
        Paths to people the row is as much about as its subject, a mentor beside a mentee: it is in their pack too, and
        it is erased when either asks.
    of_others : tuple of str
        Fields about other people than the subject: what a list that was brought in says. They are in nobody's pack.
    basis, keep : str
        Keys of `BASES` and `KEEP`.
    on_erase : str
        ``delete`` the row, ``blank`` the subject's fields, ``hold`` it under a legal hold, ``keep`` ids and codes only.
    fields : mapping
        Every field of the model except its number and its hub, with its kind.
    held : mapping
        A look-up: rows that it fits stay whatever is asked, because the law wants them kept.
    stays : tuple of str
        Fields that are left when the others are blanked.
    blank : mapping
        What a field holds once it was blanked, where empty would be wrong.
    goes_with : tuple of str
        Text fields naming another row ("core.person:7"): this row goes when that one does.
    since : str
        The date that `keep` counts from: when it ended or was last used. A row without one is still in use.
    """

    subject: str = ""
    others: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    of_others: tuple[str, ...] = ()
    basis: str = ""
    keep: str = ""
    on_erase: str = ""
    fields: Mapping[str, Kind] = field(default_factory=dict)
    held: Mapping[str, object] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    blank: Mapping[str, object] = field(default_factory=dict)
    goes_with: tuple[str, ...] = ()
    since: str = ""


NOTHING = Personal()
"""For a model that says nothing about anybody."""

# Tables that come with libraries.
THIRD_PARTY: Mapping[str, Personal] = {
    "auth.Permission": NOTHING,
    "auth.Group": NOTHING,
    "auth.Group_permissions": NOTHING,
    "contenttypes.ContentType": NOTHING,
    "sessions.Session": Personal(
        subject="",
        basis="sign_in",
        keep="30_days",
        on_erase="delete",
        fields={"session_key": LINK, "session_data": LINK, "expire_date": DATE},
    ),
    "account.EmailAddress": Personal(
        subject="user",
        basis="sign_in",
        keep="while_here",
        on_erase="delete",
        fields={"user": LINK, "email": CONTACT, "verified": NONE, "primary": NONE},
    ),
    "account.EmailConfirmation": Personal(
        subject="email_address.user",
        basis="sign_in",
        keep="30_days",
        since="created",
        on_erase="delete",
        fields={"email_address": LINK, "created": DATE, "sent": DATE, "key": LINK},
    ),
    "mfa.Authenticator": Personal(
        subject="user",
        basis="sign_in",
        keep="while_here",
        on_erase="delete",
        fields={"user": LINK, "type": NONE, "data": SEALED, "created_at": DATE, "last_used_at": DATE},
    ),
}


def declared(model: type[Model]) -> Personal:
    """Return what a model says about people; a table nobody declared says nothing (a house test finds it)."""
    found: Personal | None = getattr(model, "personal", None) or THIRD_PARTY.get(model._meta.label)
    return found or NOTHING


def is_held(personal: Personal) -> bool:
    """Whether rows are kept under a legal hold for somebody's safety: no pack says whether there are any."""
    return personal.on_erase == "hold" and personal.basis == "safeguarding"
