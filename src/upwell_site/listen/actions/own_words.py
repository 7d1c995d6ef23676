"""Writing what somebody without an account says in their own words: one organiser gets it, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.events import log
from upwell_site.core.models import Hub, Membership, Person
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean
from upwell_site.listen.models import Conversation, Note

LONGEST = 1000
AGREED = 1  # the number of the words below: raise it whenever they change
ANSWER_IN = timedelta(days=7)
CHOICES = (Note.Share.NO, Note.Share.ASK, Note.Share.ANONYMOUS)


def words_shown(hub: Hub) -> str:
    """Return what somebody agrees to by sending their words."""
    return _(
        "One person of %(hub)s reads what you write, and how to reach you if you leave it. We keep it for three years, "
        "to do something about it. Write to the hub at any time to have it deleted."
    ) % {"hub": hub.name}


def receiver(hub: Hub) -> Person | None:
    """Return the organiser who reads what people write: one for the whole hub before one of a programme."""
    rows = Membership.objects.filter(policy.live(Membership), hub=hub, role=Membership.Role.ORGANISER)
    rows = rows.filter(person__emptied_at__isnull=True, person__user__is_active=True)
    row = rows.select_related("person").order_by(F("programme").asc(nulls_first=True), "id").first()
    return row.person if row is not None else None


@transaction.atomic
def say(*, hub: Hub, words: str, share: str, name: str = "", contact: str = "") -> Conversation:
    """Keep somebody's words as a talk of the organiser who reads them. They are shown to nobody else by themselves.

    Which words they agreed to is kept by their number in the event: there is no person to hang a consent on.
    """
    to = receiver(hub)
    if to is None:
        raise Refused(_("Nobody can read it here just now. Please ring the hub, or come by."))
    words, name, contact = clean(words, LONGEST), clean(name, 80), clean(contact, 120)
    if not words:
        raise Refused(_("Write something first."))
    if share not in CHOICES:
        raise Refused(_("Say whether the words may be shared."))
    if share == Note.Share.ASK and not contact:
        raise Refused(_("Leave a way to reach you, so that we can ask. Or choose yes or no."))
    talk = Conversation.objects.create(
        hub=hub,
        organiser=to,
        how=Conversation.How.WORDS,
        next_step=_("Answer %(who)s") % {"who": ", ".join(part for part in (name, contact) if part)} if contact else "",
        next_on=timezone.localdate() + ANSWER_IN if contact else None,
    )
    Note.objects.create(hub=hub, conversation=talk, organiser=to, text=words, share=share, shared_at=None)
    log(None, "say", talk, hub=hub, agreed=AGREED)
    return talk
