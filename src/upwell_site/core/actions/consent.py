"""The consent ledger: ask before every use, write every yes and every taking back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.events import log
from upwell_site.core.models import Consent, ConsentText, Hub, Person
from upwell_site.core.refused import Refused, taken

CHILD_UNTIL = 13  # years: below, a parent or guardian says yes
NAMES: Mapping[str, Any] = {
    "listening": gettext_lazy("Writing down what you tell us"),
    "membership": gettext_lazy("Keeping your name and how to reach you"),
    "quote": gettext_lazy("Using your words, without your name"),
    "contact": gettext_lazy("Getting in touch with you"),
    "mentoring": gettext_lazy("Finding you a mentor, or somebody to mentor"),
    "evidence": gettext_lazy("Learning whether it helps"),
    "voting": gettext_lazy("Counting your votes"),
    "story": gettext_lazy("Telling your story"),
}


def consented(person: Person, purpose: str, at: datetime | None = None) -> bool:
    """Whether `person` agrees to `purpose` now, or did at a moment. Every use asks this."""
    rows = Consent.objects.filter(hub_id=person.hub_id, person=person, purpose=purpose)
    if at is not None:
        rows = rows.filter(at__lte=at)
    newest = rows.order_by("-id").values_list("given", flat=True).first()
    return bool(newest)


def last_of(person: Person, purpose: str) -> Consent | None:
    """Return the newest line of a person's ledger for a purpose."""
    rows = Consent.objects.filter(hub_id=person.hub_id, person=person, purpose=purpose)
    found: Consent | None = rows.order_by("-id").first()
    return found


def text_of(hub: Hub, purpose: str) -> ConsentText | None:
    """Return the newest words asked for a purpose."""
    return text_of_id(hub.pk, purpose)


def text_of_id(hub_id: int, purpose: str) -> ConsentText | None:
    """Return the newest words asked for a purpose in the hub of this number."""
    found: ConsentText | None = ConsentText.objects.filter(hub_id=hub_id, purpose=purpose).order_by("-version").first()
    return found


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose as a person sees it: the newest words, and how things stand.

    Attributes
    ----------
    name : str
        What it is called on screen.
    text : ConsentText
        The words that are asked now.
    last : Consent or None
        The newest line of the person's ledger.
    """

    name: str
    text: ConsentText
    last: Consent | None

    @property
    def given(self) -> bool:
        """Whether the answer is yes now."""
        return self.last is not None and self.last.given

    @property
    def older_words(self) -> bool:
        """Whether the yes was to other words than those asked now."""
        return self.last is not None and self.last.given and self.last.text_id != self.text.pk


def purposes_of(person: Person) -> list[Purpose]:
    """Return every purpose the hub asks about, with this person's answer; two queries however many there are."""
    texts = {t.purpose: t for t in ConsentText.objects.filter(hub_id=person.hub_id).order_by("version")}
    lines = Consent.objects.filter(hub_id=person.hub_id, person=person).order_by("id")
    last = {line.purpose: line for line in lines}
    return [Purpose(name_of(key), text, last.get(key)) for key, text in sorted(texts.items())]


def name_of(purpose: str) -> str:
    """Return a purpose's name for the screen."""
    return str(NAMES.get(purpose, purpose.replace("_", " ").capitalize()))


@transaction.atomic
def write_text(*, by: Person | None, hub: Hub, purpose: str, text: str) -> ConsentText:
    """Write the words for a purpose; unchanged words keep their version."""
    digest = ConsentText.digest_of(text)
    newest = text_of(hub, purpose)
    if newest and newest.digest == digest:
        return newest
    version = newest.version + 1 if newest else 1
    with taken(_("Somebody else changed this text just now. Please look at it again.")):
        row = ConsentText.objects.create(hub=hub, purpose=purpose, version=version, text=text, digest=digest)
    log(by, "write_consent_text", row, hub=hub)
    return row


@transaction.atomic
def give(*, by: Person | None, person: Person, text: ConsentText, how: str = Consent.How.SCREEN) -> Consent:
    """Write down a yes to exact words. The same yes twice is one yes."""
    newest = text_of_id(person.hub_id, text.purpose)
    if newest is None or newest.pk != text.pk:
        raise Refused(_("These words have changed. Please read them again."))
    if how == Consent.How.SCREEN and person.age is not None and person.age < CHILD_UNTIL:
        raise Refused(_("You are under 13. A parent or guardian has to say yes. Please ask somebody who works here."))
    last = last_of(person, text.purpose)
    if last is not None and last.given and last.text_id == text.pk:
        return last
    row: Consent = Consent.objects.create(
        hub_id=person.hub_id, person=person, text=text, purpose=text.purpose, given=True, how=how, by=by
    )
    log(by, "consent", row)
    return row


@transaction.atomic
def withdraw(*, by: Person | None, person: Person, purpose: str, how: str = Consent.How.SCREEN) -> Consent:
    """Write down that a yes was taken back; as easy as giving it."""
    last = last_of(person, purpose)
    if last is None or not last.given:
        raise Refused(_("There is no yes to take back."))
    row = Consent.objects.create(
        hub_id=person.hub_id, person=person, text_id=last.text_id, purpose=purpose, given=False, how=how, by=by
    )
    log(by, "withdraw_consent", row)
    return row
