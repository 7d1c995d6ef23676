"""Which heading of a file means which of our columns; and which columns no spreadsheet may bring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from upwell_site.core.bringing.kinds import Column
from upwell_site.core.text import fold

REFUSED = "!"  # a heading that nobody may bring in, and that was not left out yet
LEFT_OUT = "-"  # the same, left out by somebody's own tick
NOT_USED = ""

_ROLES = _("Roles are not given by a spreadsheet. Give them to each person by hand: two people look at each.")
_SITE = _("This would point at a sign-in or a hub of this site. A spreadsheet may not do that.")
_CHECKS = _(
    "Checks, training and references are written down by people who saw them. For mentors, a column “cleared” may say"
    " yes or no; it is kept as what the file says."
)
_SECRETS = _("Nobody here has a password, and no spreadsheet should hold one.")
_AGES = _("Nobody becomes an adult by a spreadsheet. Use a column “born” with the date; two people look at it.")
_CONSENT = _("Only the person themselves can say yes to this. They are asked when they come in.")

_REFUSALS: tuple[tuple[str, Any], ...] = (
    (
        r"(is )?(super ?user|operator|admin|administrator|staff|safeguarding|organiser|moderator|convenor|deputy)",
        _ROLES,
    ),
    (r"(.* )?(roles?|permissions?|privileges?|rights|access level|memberships?|grants?|granted( by| at)?)", _ROLES),
    (r"safeguarding( lead| role)?", _ROLES),
    (r"(user|hub|tenant|account|login)( ?(id|name|number|slug))?|username|(client|link) id|pk|primary key", _SITE),
    (r"(dbs|pvg|crb|accessni|access ni|disclosure)\b.*", _CHECKS),
    (r"(check(s|ed)?|vetted|vetting|standings?|clearance)\b.*|.*\bchecks?( done)?", _CHECKS),
    (r"references( in)?|training( done)?|trained|code signed|code of conduct", _CHECKS),
    (r".*(passwords?|passwd|pwd|secret|token|passkey|api key|recovery codes?)|pin", _SECRETS),
    (r"(is )?adult( on)?|over 18|18|is 18|age (confirmed|checked)|born (by|claimed|claimed by|confirmed)", _AGES),
    (r"consent(s|ed)?|contact ok|listed|(gdpr|marketing|data) consent", _CONSENT),
)


def plain(heading: str) -> str:
    """Return a heading as it is compared: small letters, words only.

    Examples
    --------
    >>> plain("E-Mail_address "), plain("isAdmin")
    ('e mail address', 'is admin')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    return re.sub(r"[\W_]+", " ", fold(apart)).strip()


def why_refused(heading: str) -> str:
    """Return why a column may not be brought in, or nothing when it may."""
    words = plain(heading)
    for pattern, why in _REFUSALS:
        if re.fullmatch(pattern, words):
            return str(why)
    return ""


def guess(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, str]:
    """Return heading -> our column, `REFUSED`, or nothing. Our own names go before synonyms, and each is used once.

    Examples
    --------
    >>> from upwell_site.core.bringing.people import COLUMNS
    >>> guess(["Full name", "E-mail", "Role", "Shoe size"], COLUMNS)
    {'Full name': 'name', 'E-mail': 'email', 'Role': '!', 'Shoe size': ''}
    """
    found = {heading: REFUSED if why_refused(heading) else NOT_USED for heading in headings}
    by_words = {plain(heading): heading for heading in reversed(headings) if not found[heading]}
    taken: set[str] = set()
    for exact in (True, False):
        for column in columns:
            names = (column.name,) if exact else column.synonyms
            free = (by_words.get(plain(name)) for name in names if column.name not in taken)
            heading = next((heading for heading in free if heading and not found[heading]), None)
            if heading:
                found[heading] = column.name
                taken.add(column.name)
    return found


def changed(before: dict[str, str], chosen: dict[str, str], leave_out: bool) -> dict[str, str]:
    """Return the columns after somebody chose; what is refused stays refused, whatever was sent."""
    after = {}
    for heading, now in before.items():
        if why_refused(heading):
            after[heading] = LEFT_OUT if leave_out else REFUSED
        else:
            after[heading] = chosen.get(heading, now)
    return after
