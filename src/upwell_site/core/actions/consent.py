"""The consent ledger: ask before every use, write every yes and every taking back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from upwell_site.core.events import log
from upwell_site.core.models import Consent, ConsentText, Hub, Person
from upwell_site.core.refused import Refused


def consented(person: Person, purpose: str, at: datetime | None = None) -> bool:
    """Whether `person` agrees to `purpose` now, or did at a moment. Every use asks this."""
    rows = Consent.objects.filter(hub_id=person.hub_id, person=person, purpose=purpose)
    if at is not None:
        rows = rows.filter(at__lte=at)
    newest = rows.order_by("-id").values_list("given", flat=True).first()
    return bool(newest)


def text_of(hub: Hub, purpose: str) -> ConsentText | None:
    """Return the newest words asked for a purpose."""
    return ConsentText.objects.filter(hub=hub, purpose=purpose).order_by("-version").first()


@transaction.atomic
def write_text(*, by: Person | None, hub: Hub, purpose: str, text: str) -> ConsentText:
    """Write the words for a purpose; unchanged words keep their version."""
    digest = ConsentText.digest_of(text)
    newest = text_of(hub, purpose)
    if newest and newest.digest == digest:
        return newest
    version = newest.version + 1 if newest else 1
    row = ConsentText.objects.create(hub=hub, purpose=purpose, version=version, text=text, digest=digest)
    log(by, "write_consent_text", row, hub=hub)
    return row


@transaction.atomic
def give(*, by: Person | None, person: Person, text: ConsentText, how: str = Consent.How.SCREEN) -> Consent:
    """Write down a yes to exact words."""
    row = Consent.objects.create(
        hub_id=person.hub_id, person=person, text=text, purpose=text.purpose, given=True, how=how, by=by
    )
    log(by, "consent", row)
    return row


@transaction.atomic
def withdraw(*, by: Person | None, person: Person, purpose: str, how: str = Consent.How.SCREEN) -> Consent:
    """Write down that a yes was taken back; as easy as giving it."""
    last = Consent.objects.filter(hub_id=person.hub_id, person=person, purpose=purpose).order_by("-id").first()
    if last is None or not last.given:
        raise Refused(_("There is no yes to take back."))
    row = Consent.objects.create(
        hub_id=person.hub_id, person=person, text_id=last.text_id, purpose=purpose, given=False, how=how, by=by
    )
    log(by, "withdraw_consent", row)
    return row
