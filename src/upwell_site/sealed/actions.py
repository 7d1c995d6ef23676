"""Writing sealed rows: a concern raised, added to, closed; a check recorded.

Nothing of a concern enters the event log: an event would tell whoever reads it that there is something. The sealed
tables are their own log.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from upwell_site.core import outbox
from upwell_site.core.actions import standing
from upwell_site.core.actions.people import holds_safety_role
from upwell_site.core.models import Hub, Membership, Person, Standing
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import clean
from upwell_site.sealed import chain
from upwell_site.sealed.ask import holders, may_read
from upwell_site.sealed.fields import seal
from upwell_site.sealed.models import Check, Concern, ConcernEntry, LeftOut

WORDS = 20_000  # letters
SHORT = 300
NUMBER = re.compile(r"[0-9]{8,17}")
"""How the certificates of England and Wales (12 digits), Scotland (16 or 17) and Northern Ireland (10) are numbered."""


# ---- concerns ----


def receipt_key(hub: Hub, form_key: str) -> str:
    """Return the key in the address of a receipt, made from the key of the form: sent twice, it is the same receipt.

    So the address is kept nowhere: the database holds its digest, and the page that shows it works it out again.
    """
    told = salted_hmac("upwell.sealed.receipt", f"{hub.pk}:{form_key}", algorithm="sha256")
    return told.hexdigest()


def digest_of(key: str) -> str:
    """Return what the database keeps of a receipt's key."""
    return hashlib.sha256(f"receipt {key}".encode()).hexdigest()


@transaction.atomic
def raise_concern(
    *,
    by: Person | None,
    hub: Hub,
    words: str,
    key: str,
    about: str = "",
    sender: str = "",
    reach: str = "",
    about_lead: bool = False,
    left_out: Iterable[Person] = (),
) -> Concern:
    """Seal a worry about somebody's safety, and tell those who look after safety that something waits.

    `left_out` are those it is about: they never learn that it is here. With `about_lead` and nobody named, every
    safeguarding lead is left out and deputies alone are told. Refused when nobody would be left to read it.
    """
    texts = {
        "words": clean(words, WORDS),
        "about": clean(about, SHORT),
        "sender": clean(sender, SHORT),
        "reach": clean(reach, SHORT),
    }
    if not texts["words"]:
        raise Refused(_("Please write what you saw or heard."))
    held = list(holders(hub.pk))
    leads = {row.person_id for row in held if row.role == Membership.Role.SAFEGUARDING}
    everybody = {row.person_id: row.person for row in held}
    out = {person.pk for person in left_out} or (set(leads or everybody) if about_lead else set())
    readers = [person for number, person in everybody.items() if number not in out]
    if not readers:
        raise Refused(
            _("Nobody here could read it. Please ring one of the numbers on this page, or the police on 101.")
        )
    concern = Concern(
        hub=hub,
        raised_by=by,
        about_lead=about_lead or bool(out),
        to_deputy=not any(person.pk in leads for person in readers),
        receipt=digest_of(key),
    )
    row_key = concern.row_key()
    seal(concern, row_key, **texts)
    concern.save()
    for person in (row.person for row in held if row.person_id in out):
        LeftOut.objects.get_or_create(hub=hub, concern=concern, person=person)
    concern.head = chain.end(concern, chain.first(concern, row_key), row_key)
    concern.save(update_fields=["head"])
    _tell(hub, readers)
    return concern


def _tell(hub: Hub, readers: Iterable[Person]) -> None:
    """Put a letter without content in the outbox, for each at once: its name says nothing of what it is about."""
    for person in readers:
        if person.email or person.user_id:
            values = {"path": reverse("home", args=[hub.slug])}
            outbox.post(person, "waits", f"waits:{secrets.token_hex(12)}", values=values)


@transaction.atomic
def add_words(*, key: str, hub: Hub, words: str) -> Concern:
    """Add words to a concern, by whoever has its receipt. It is new again, and those who read it are told."""
    concern: Concern | None = Concern.objects.select_for_update().filter(hub=hub, receipt=digest_of(key)).first()
    if concern is None:
        raise Refused(_("There is no receipt with this address."))
    words = clean(words, WORDS)
    if not words:
        raise Refused(_("Please write what you want to add."))
    concern.state, concern.acknowledged_at, concern.closed_at = Concern.State.NEW, None, None
    _add(concern, None, ConcernEntry.Kind.MORE, words)
    left_out = set(concern.left_out.values_list("person_id", flat=True))
    _tell(hub, {row.person_id: row.person for row in holders(hub.pk) if row.person_id not in left_out}.values())
    return concern


@transaction.atomic
def acknowledge_concern(*, by: Person, concern: Concern) -> None:
    """Say that somebody has seen it; whoever told us reads so on their receipt."""
    concern = _held(by, concern)
    if concern.state != Concern.State.NEW:
        raise Refused(_("Somebody has seen it already."))
    concern.state, concern.acknowledged_at = Concern.State.ACKNOWLEDGED, timezone.now()
    _add(concern, by, ConcernEntry.Kind.SEEN, "")


@transaction.atomic
def add_to_concern(*, by: Person, concern: Concern, words: str) -> None:
    """Add what was done. Nothing that was written before is ever changed."""
    concern = _held(by, concern)
    words = clean(words, WORDS)
    if not words:
        raise Refused(_("Please write what was done."))
    if concern.state == Concern.State.CLOSED:
        raise Refused(_("It is closed. What is new belongs into a new concern."))
    concern.state = Concern.State.ACTING
    concern.acknowledged_at = concern.acknowledged_at or timezone.now()
    _add(concern, by, ConcernEntry.Kind.DONE, words)


@transaction.atomic
def close_concern(*, by: Person, concern: Concern, words: str) -> None:
    """Close a concern, with why. It stays, and whoever told us reads on their receipt that it is closed."""
    concern = _held(by, concern)
    words = clean(words, WORDS)
    if concern.state == Concern.State.CLOSED:
        raise Refused(_("It is closed already."))
    if concern.state == Concern.State.NEW:
        raise Refused(_("Please read it first, and say that you have seen it."))
    if not words:
        raise Refused(_("Please write why it is closed."))
    concern.state, concern.closed_at = Concern.State.CLOSED, timezone.now()
    _add(concern, by, ConcernEntry.Kind.CLOSED, words)


def _held(by: Person, concern: Concern) -> Concern:
    """Return the concern as it is now, held until this is done; never for somebody who may not read it."""
    if not may_read(by, concern):
        raise Refused(_("You may not do this."))
    held: Concern = Concern.objects.select_for_update().get(hub_id=by.hub_id, pk=concern.pk)
    return held


def _add(concern: Concern, by: Person | None, kind: str, words: str) -> None:
    """Append an entry to the chain, and mark its new end."""
    row_key = concern.row_key()
    last = concern.entries.filter(hub_id=concern.hub_id).order_by("-number").first()
    entry = ConcernEntry(hub_id=concern.hub_id, concern=concern, by=by, kind=kind, number=1)
    if last is not None:
        entry.number, entry.before = last.number + 1, last.mark
    else:
        entry.before = chain.first(concern, row_key)
    seal(entry, row_key, words=words)
    entry.mark = chain.next_after(entry.before, entry, row_key)
    entry.save()
    concern.head = chain.end(concern, entry.mark, row_key)
    concern.save(update_fields=["state", "acknowledged_at", "closed_at", "head"])


# ---- the register of checks ----


@transaction.atomic
def record_check(
    *, by: Person, person: Person, level: str, number: str, issued_on: date, status: str, recheck_on: date
) -> Check:
    """Write a check into the register, and that it is in order (or is not any more) where mentors are let in."""
    number = "".join(number.split())
    today = timezone.localdate()
    if not holds_safety_role(by):
        raise Refused(_("Only those who look after safety here write into the register of checks."))
    if by.pk == person.pk:
        raise Refused(_("Somebody else has to write this down for you."))
    if level not in Check.Level.values or status not in Check.Status.values:
        raise Refused(_("Please choose one of the answers."))
    if not NUMBER.fullmatch(number):
        raise Refused(_("Write the number as it stands on the certificate: 8 to 17 digits."))
    if issued_on > today:
        raise Refused(_("The certificate cannot be from a day that lies ahead."))
    if recheck_on <= today:
        raise Refused(_("The day to look at it again has to lie ahead."))
    row = Check(
        hub_id=person.hub_id,
        person=person,
        level=level,
        issued_on=issued_on,
        verified_by=by,
        status=status,
        recheck_on=recheck_on,
    )
    seal(row, row.row_key(), number=number)
    with taken(_("This check stands in the register already.")):
        row.save()
    if status == Check.Status.IN_ORDER:
        standing.record(by=by, person=person, what=Standing.What.CHECK, since=issued_on, until=recheck_on)
    elif Standing.objects.filter(hub_id=person.hub_id, person=person, what=Standing.What.CHECK).in_force().exists():
        standing.take_back(by=by, person=person, what=Standing.What.CHECK)
    return row
