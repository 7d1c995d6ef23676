"""The one way out for mail: a letter is a row first, sent later by the sender, outside every transaction.

Never lost; doubled at most once, and only when the sender is killed between the mail server's yes and our mark, or when
a server takes a whole letter and never says so: then it is sent once more, and no third time.
See docs/adr/0007-jobs-and-outbox.md.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import letters, sender
from upwell_site.core.events import ref
from upwell_site.core.models import Hub, Letter, NoticeChoice, Person
from upwell_site.core.refused import Refused

log = logging.getLogger("upwell.outbox")
DELAY = timedelta(minutes=10)  # time to press stop, for anything that goes to more than one person
LEASE = timedelta(seconds=60)  # longer than a letter can take: three deadlines
PAUSES = (1, 5, 15, 60, 240, 720, 1440)  # minutes between tries: two days in all
ALWAYS = frozenset(
    {"sign_in_code", "sign_in_unknown", "invitation", "sign_in_notice", "waits"}
)  # kinds nobody can switch off
AT_ONCE = 500  # letters in one INSERT


def post(
    to: Person | str,
    kind: str,
    event: str,
    *,
    hub: Hub | None = None,
    about: Model | None = None,
    values: dict[str, Any] | None = None,
    batch: str = "",
    after: datetime | None = None,
) -> Letter | None:
    """Put a letter in the outbox, in the caller's transaction; each change (`event`) is told to each person once.

    Letters with the same `batch` go to more than one person: they wait ten minutes and can be stopped together.
    Returns None when this was told already, or the person does not want this kind.
    """
    person = to if isinstance(to, Person) else None
    if person and kind not in ALWAYS and _unwanted(person, kind):
        return None
    letter = Letter(
        hub_id=person.hub_id if person else hub.pk if hub else None,
        to=person,
        address="" if person else str(to),
        kind=kind,
        event=event,
        values=values or {},
        about=ref(about) if about else "",
        batch=batch,
        after=after or timezone.now() + (DELAY if batch else timedelta()),
        message_id=_message_id(),
    )
    try:
        with transaction.atomic():
            letter.save()
    except IntegrityError:
        return None
    return letter


def post_many(
    people: Iterable[Person],
    kind: str,
    event: str,
    *,
    about: Model | None = None,
    values: dict[str, Any] | None = None,
    batch: str = "",
) -> int:
    """Put one letter to each of many people in the outbox; return how many are new.

    They wait ten minutes and stop together. Whoever was told already, or does not want this kind, gets none.
    """
    batch = batch or secrets.token_hex(8)
    made = 0
    waiting: list[Letter] = []
    after, about_name = timezone.now() + DELAY, ref(about) if about else ""
    for person in people:
        waiting.append(
            Letter(
                hub_id=person.hub_id,
                to=person,
                kind=kind,
                event=event,
                values=dict(values or {}),
                about=about_name,
                batch=batch,
                after=after,
                message_id=_message_id(),
            )
        )
        if len(waiting) == AT_ONCE:
            made += _put_in(waiting, kind)
            waiting = []
    return made + _put_in(waiting, kind)


def _put_in(waiting: list[Letter], kind: str) -> int:
    if not waiting:
        return 0
    people = [letter.to_id for letter in waiting]
    hub, event = waiting[0].to.hub_id if waiting[0].to else 0, waiting[0].event
    if any(letter.hub_id != hub for letter in waiting):
        raise ValueError("post_many takes the people of one hub")
    told = set(Letter.objects.filter(hub_id=hub, event=event, to__in=people).values_list("to_id", flat=True))
    if kind not in ALWAYS:
        choices = NoticeChoice.objects.filter(hub_id=hub, person__in=people, kind=kind, wanted=False)
        told |= set(choices.values_list("person_id", flat=True))
    new = {letter.to_id: letter for letter in waiting if letter.to_id not in told}
    # Another process may tell them in the same moment: the unique key then keeps the first.
    Letter.objects.bulk_create(new.values(), ignore_conflicts=True)
    return len(new)


def _message_id() -> str:
    return f"<{secrets.token_hex(16)}@upwell>"


def _unwanted(person: Person, kind: str) -> bool:
    return NoticeChoice.objects.filter(hub_id=person.hub_id, person=person, kind=kind, wanted=False).exists()


# ---- the sender ----


def claim() -> Letter | None:
    """Take the next letter that is due, codes and invitations before all others; `tries` fences a second sender."""
    now = timezone.now()
    due = Letter.objects.filter(
        Q(state=Letter.State.WAITING, after__lte=now) | Q(state=Letter.State.SENDING, lease_until__lt=now)
    )
    for rows in (due.filter(kind__in=ALWAYS), due):
        for letter in rows.order_by("after", "id")[:20]:
            mine = Letter.objects.filter(
                pk=letter.pk, state=letter.state, tries=letter.tries, lease_until=letter.lease_until
            )
            took = mine.update(state=Letter.State.SENDING, tries=F("tries") + 1, lease_until=now + LEASE)
            if took:
                claimed: Letter = Letter.objects.select_related("to__user", "hub").get(pk=letter.pk)
                return claimed
    return None


def send_one() -> bool | None:
    """Claim and send one letter. True: it is settled; False: the mail server is out of reach; None: nothing to send.

    Without a mail server nothing is claimed: letters wait, and the operator can copy or print them.
    """
    if not sender.is_open() or (letter := claim()) is None:
        return None
    kind = letters.kind_of(letter.kind)
    if kind.lasts and letter.created_at + kind.lasts < timezone.now():
        return _settle(letter, Letter.State.STOPPED, _("It came too late to be of use."))
    if letter.to and kind.notice and _unwanted(letter.to, letter.kind):
        return _settle(letter, Letter.State.STOPPED, _("They do not want this kind of letter."))
    try:
        mail = letters.message(letter, letters.write(letter))
    except (Refused, ValueError) as no:
        return _settle(letter, Letter.State.FAILED, _cannot(no))
    try:
        sender.send(mail)
    except sender.NotSent as no:
        return _not_sent(letter, no)
    return _settle(letter, Letter.State.SENT, "")


def send_due(limit: int = 200) -> int:
    """Send what is due, one after another, until the mail server is out of reach; return how many were settled."""
    settled = 0
    while settled < limit and send_one():
        settled += 1
    return settled


def _cannot(no: Exception) -> str:
    return str(no) if isinstance(no, Refused) else _("The letter could not be put together.")


def _mine(letter: Letter) -> Any:
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.SENDING, tries=letter.tries)


def _settle(letter: Letter, state: str, said: str) -> bool:
    """Write down how it ended. What the text needed is emptied: codes and links are kept nowhere once they are out."""
    now = timezone.now()
    done: dict[str, Any] = {"state": state, "said": said[:200], "lease_until": None}
    if state == Letter.State.SENT:
        done["sent_at"] = now
    if state != Letter.State.FAILED or letters.kind_of(letter.kind).secret:
        done["values"] = {}
    _mine(letter).update(**done)
    log.info("letter %s %s %s try=%s", letter.pk, letter.kind, state, letter.tries)
    return True


def _not_sent(letter: Letter, no: sender.NotSent) -> bool:
    if no.for_good or letter.tries > len(PAUSES):
        return _settle(letter, Letter.State.FAILED, str(no))
    if no.unsure and letter.unsure:
        said = _("The mail server took it twice and did not say so. It may have arrived, even twice.")
        _settle(letter, Letter.State.FAILED, said)
        return False
    again = timezone.now() + timedelta(minutes=PAUSES[letter.tries - 1])
    _mine(letter).update(
        state=Letter.State.WAITING, after=again, said=str(no)[:200], lease_until=None, unsure=letter.unsure or no.unsure
    )
    log.info("letter %s %s waits, try=%s", letter.pk, letter.kind, letter.tries)
    return not no.server


# ---- what people do with letters ----


def stop(rows: Any) -> int:
    """Stop the letters among `rows` that still wait; return how many. Called by `actions.letters` alone."""
    stopped: int = rows.filter(state=Letter.State.WAITING).update(state=Letter.State.STOPPED, values={})
    return stopped


def send_again(letter: Letter) -> bool:
    """Put a letter that failed, or waits for its next try, at the front; return whether it could be."""
    can_go = Q(state=Letter.State.FAILED) | Q(state=Letter.State.WAITING)
    done = Letter.objects.filter(can_go, pk=letter.pk).update(
        state=Letter.State.WAITING, after=timezone.now(), tries=0, said="", lease_until=None, unsure=False
    )
    return bool(done)
