"""Writing talks: who listened to whom, what was said, what was agreed, and whether the words may be shown."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core.actions import consent as consents
from upwell_site.core.actions.people import add_person
from upwell_site.core.events import log, ref
from upwell_site.core.models import Consent, ConsentText, Hub, Person, Place, Programme, Tie
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean
from upwell_site.listen.models import Conversation, Note

PURPOSE = "listening"


def words_asked(hub: Hub) -> str:
    """Return the exact words to ask before notes about a named person are kept."""
    known = consents.text_of(hub, PURPOSE)
    if known is not None:
        return known.text
    return _(
        "May we write down what you say, with your name, so that we can do something about it? Only the person you "
        "talk to reads it. You can see it, change it or have it deleted whenever you like. We keep it for three years."
    )


def _text(by: Person, hub: Hub) -> ConsentText:
    return consents.text_of(hub, PURPOSE) or consents.write_text(by=by, hub=hub, purpose=PURPOSE, text=words_asked(hub))


@transaction.atomic
def record_talk(
    *,
    by: Person,
    hub: Hub,
    person: Person | None = None,
    new_name: str = "",
    said_yes: bool = False,
    words: str = "",
    share: str = Note.Share.NO,
    topic: str = "",
    programme: Programme | None = None,
    place: Place | None = None,
    on: date | None = None,
    how: str = Conversation.How.DOOR,
    next_step: str = "",
    next_on: date | None = None,
) -> Conversation:
    """Record a talk. Words of a named person are kept only after their yes, which goes into the consent ledger."""
    words = clean(words, 4000)
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise Refused(_("A talk that has not happened yet cannot be written down."))
    if new_name.strip():
        if not said_yes:
            raise Refused(_("Ask first. Without a yes, keep no name: choose “Nobody in particular”."))
        person = add_person(by=by, hub=hub, name=new_name, place=place)
    if person is not None:
        _check_person(by, hub, person, words, said_yes)
    talk = Conversation.objects.create(
        hub=hub,
        organiser=by,
        person=person,
        programme=programme,
        place=place,
        on=on,
        how=how,
        next_step=clean(next_step, 300),
        next_on=next_on,
    )
    if words:
        _write_note(by, talk, words, share, topic)
    if person is not None:
        Tie.objects.get_or_create(hub=hub, a=by, b=person, kind=Tie.Kind.MET, source=ref(talk), defaults={"on": on})
    log(by, "record_talk", talk)
    return talk


def _check_person(by: Person, hub: Hub, person: Person, words: str, said_yes: bool) -> None:
    """Refuse what may not be kept about this person; write their yes down."""
    if person.pk == by.pk:
        raise Refused(_("Choose the person you talked to, not yourself."))
    if person.adult_on is not None and person.adult_on > timezone.localdate():
        raise Refused(_("This person is under 18. Keep the words without a name: choose “Nobody in particular”."))
    if said_yes:
        consents.give(by=by, person=person, text=_text(by, hub), how=Consent.How.SPOKEN)
    elif words and not consents.consented(person, PURPOSE):
        raise Refused(_("Ask first. Without a yes, keep the words without a name, or leave the words out."))


@transaction.atomic
def add_note(
    *, by: Person, conversation: Conversation, words: str, share: str = Note.Share.NO, topic: str = ""
) -> Note:
    """Add what else was said. A named person must still agree that their words are kept."""
    words = clean(words, 4000)
    if not words:
        raise Refused(_("Please write what was said."))
    if conversation.person is not None and not consents.consented(conversation.person, PURPOSE):
        raise Refused(_("They have not agreed, or have taken their yes back. Ask them again before you keep words."))
    row = _write_note(by, conversation, words, share, topic)
    log(by, "add_note", row)
    return row


def _write_note(by: Person, talk: Conversation, words: str, share: str, topic: str) -> Note:
    """Words that may be shared with no further question are shared at once; "ask me first" and "no" are kept."""
    if share not in Note.Share.values:
        raise Refused(_("Say whether the words may be shared."))
    now = share in {Note.Share.ANONYMOUS, Note.Share.NAMED}
    if share == Note.Share.NAMED and talk.person_id is None:
        raise Refused(_("There is no name in this talk. Choose “Yes, without my name”."))
    return Note.objects.create(
        hub_id=talk.hub_id,
        conversation=talk,
        person_id=talk.person_id,
        organiser=by,
        programme_id=talk.programme_id,
        text=words,
        share=share,
        shared_at=timezone.now() if now else None,
        topic=clean(topic, 80),
    )


@transaction.atomic
def share_note(*, by: Person, note: Note, share: str) -> Note:
    """Write down the answer after asking: share the words, with or without the name, or keep them."""
    if share not in {Note.Share.NO, Note.Share.ANONYMOUS, Note.Share.NAMED}:
        raise Refused(_("Write down what they answered."))
    if share == Note.Share.NAMED and note.person_id is None:
        raise Refused(_("There is no name in this talk. Choose “Yes, without my name”."))
    yes = share != Note.Share.NO
    note.share, note.shared_at = share, (note.shared_at or timezone.now()) if yes else None
    note.save(update_fields=["share", "shared_at"])
    log(by, "share_note", note, shared=yes)
    return note


@transaction.atomic
def done_next_step(*, by: Person, conversation: Conversation) -> None:
    """Write down that the next step was taken."""
    open_ones = Conversation.objects.filter(hub_id=conversation.hub_id, pk=conversation.pk, done_at__isnull=True)
    if not open_ones.exclude(next_step="").update(done_at=timezone.now()):
        raise Refused(_("This was done already, or there was nothing to do."))
    log(by, "done_next_step", conversation)


@transaction.atomic
def move_next_step(*, by: Person, conversation: Conversation, to: date) -> None:
    """Move the next step to another day."""
    if to < timezone.localdate():
        raise Refused(_("Choose today or a later day."))
    open_ones = Conversation.objects.filter(hub_id=conversation.hub_id, pk=conversation.pk, done_at__isnull=True)
    if not open_ones.exclude(next_step="").update(next_on=to):
        raise Refused(_("This was done already, or there was nothing to do."))
    log(by, "move_next_step", conversation)
