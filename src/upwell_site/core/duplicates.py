"""Who may stand in a hub twice: pairs of people, each with reasons in words. Offered only; a person decides.

Two people of one household share an address, a phone and a name, and twins a birthday too. So a pair is offered only
when the whole name agrees or nearly does, and never when both birthdays are known and differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import jobs
from upwell_site.core.models import Duplicate, Hub, Job, Person

ENOUGH = 5  # points: a name that agrees and one thing more that few people share
SHARED = 8  # people with one address or phone: an office, a school; it says nothing about who is who
NIGHT = range(1, 5)  # o'clock
CROWD = 40  # people in one block of names; more would be compared for ever
LISTED = ("pk", "folded", "email", "phone", "sector", "born", "born_claimed", "organisation_id")

REASONS = {
    "name": (3, gettext_lazy("the same name")),
    "turned": (3, gettext_lazy("the same name turned round")),
    "alike": (2, gettext_lazy("names that differ by a letter")),
    "short": (2, gettext_lazy("one name is short for the other")),
    "email": (3, gettext_lazy("the same e-mail address")),
    "phone": (3, gettext_lazy("the same phone number")),
    "born": (3, gettext_lazy("the same date of birth")),
    "sector": (2, gettext_lazy("the same postcode area")),
    "organisation": (1, gettext_lazy("the same organisation")),
}


@dataclass(frozen=True, slots=True)
class One:
    """What is compared of a person."""

    pk: int
    folded: str
    email: str
    phone: str
    sector: str
    born: date | None
    organisation: int | None

    @property
    def words(self) -> tuple[str, ...]:
        """Their name, word by word."""
        return tuple(self.folded.replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Two:
    """Two people who may be one."""

    one: int
    other: int
    score: int
    reasons: tuple[str, ...]


def read(hub: Hub) -> Iterator[One]:
    """Yield everybody of a hub who was not forgotten."""
    rows = Person.objects.filter(hub=hub, emptied_at__isnull=True).order_by("pk").values_list(*LISTED)
    for pk, folded, email, phone, sector, born, claimed, organisation in rows.iterator(chunk_size=5000):
        yield One(pk, folded, email.casefold(), _digits(phone), sector, born or claimed, organisation)


def _digits(phone: str) -> str:
    """Return the last nine digits: "+44 113 ..." and "0113 ..." are one number."""
    digits = "".join(c for c in phone if c.isdigit())
    return digits[-9:] if len(digits) >= 9 else ""


def find(people: Iterable[One], progress: Callable[[float], None] = lambda _share: None) -> list[Two]:
    """Return the pairs that may be one person, the surest first.

    Only people who share an address, a phone, a whole name, or a surname with a birthday or a postcode area are
    compared, so the time grows with the people and not with their pairs.

    Examples
    --------
    >>> amina = One(1, "amina khan", "amina@example.org", "", "", None, None)
    >>> again = One(2, "khan amina", "amina@example.org", "", "", None, None)
    >>> twin = One(3, "hana khan", "amina@example.org", "", "", None, None)
    >>> find([amina, again, twin])
    [Two(one=1, other=2, score=6, reasons=('turned', 'email'))]
    """
    blocks = _blocks(people)
    shared = {key for key, block in blocks.items() if key[0] in {"email", "phone"} and len(block) > SHARED}
    found: dict[tuple[int, int], Two] = {}
    for at, (key, block) in enumerate(blocks.items()):
        if at % 5000 == 0:
            progress(at / len(blocks))
        if key in shared or not 1 < len(block) <= CROWD:
            continue
        for i, one in enumerate(block):
            for other in block[i + 1 :]:
                pair = (min(one.pk, other.pk), max(one.pk, other.pk))
                if pair not in found and (two := compare(one, other, shared)):
                    found[pair] = two
    return sorted(found.values(), key=lambda two: (-two.score, two.one, two.other))


def _blocks(people: Iterable[One]) -> dict[tuple[str, ...], list[One]]:
    blocks: dict[tuple[str, ...], list[One]] = defaultdict(list)
    for one in people:
        for key in _keys(one):
            blocks[key].append(one)
    return blocks


def _keys(one: One) -> Iterator[tuple[str, ...]]:
    words = one.words
    if one.email:
        yield "email", one.email
    if one.phone:
        yield "phone", one.phone
    if not words:
        return
    yield "name", *sorted(words)
    for word in {words[0], words[-1]}:  # a surname may stand in front
        if one.born:
            yield "born", word, one.born.isoformat()
        if one.sector:
            yield "sector", word, one.sector


def compare(one: One, other: One, shared: Iterable[tuple[str, ...]] = ()) -> Two | None:
    """Return the pair with its reasons, or nothing when they are not alike enough.

    `shared`: addresses and phones that many people have in common; they are no reason.
    """
    name = _name(one.words, other.words)
    if not name or (one.born and other.born and one.born != other.born):
        return None
    reasons = [name]
    if one.email and one.email == other.email and ("email", one.email) not in shared:
        reasons.append("email")
    if one.phone and one.phone == other.phone and ("phone", one.phone) not in shared:
        reasons.append("phone")
    if one.born and one.born == other.born:
        reasons.append("born")
    if one.sector and one.sector == other.sector:
        reasons.append("sector")
    if one.organisation and one.organisation == other.organisation:
        reasons.append("organisation")
    score = sum(REASONS[reason][0] for reason in reasons)
    if score < ENOUGH:
        return None
    return Two(min(one.pk, other.pk), max(one.pk, other.pk), score, tuple(reasons))


def _name(a: tuple[str, ...], b: tuple[str, ...]) -> str:
    """Say how two names agree: wholly, turned round, by all but a letter, or one is short for the other."""
    if not a or not b:
        return ""
    if a == b:
        return "name"
    if sorted(a) == sorted(b):
        return "turned"
    if len(a) == 1 or len(b) == 1:
        return ""  # a first name alone is many people
    if a[-1] != b[-1]:
        return "alike" if a[:-1] == b[:-1] and _one_letter(a[-1], b[-1]) else ""
    if a[0] == b[0]:
        return "short"  # one of them gives a middle name
    if len(a) == len(b) and a[1:] == b[1:]:
        if min(len(a[0]), len(b[0])) == 1 and a[0][0] == b[0][0]:
            return "short"
        if (
            min(len(a[0]), len(b[0])) >= 3
            and a[0].startswith(b[0][:3])
            and (a[0].startswith(b[0]) or b[0].startswith(a[0]))
        ):
            return "short"
        return "alike" if _one_letter(a[0], b[0]) else ""
    return ""


def _one_letter(a: str, b: str) -> bool:
    """Whether two words of five letters or more differ by one letter put in, left out, changed or swapped.

    In shorter ones a letter makes another name: Ali and Ari, Hana and Hanna, are brothers and sisters.
    """
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rests = ((a[at + 1 :], b[at + 1 :]), (a[at + 1 :], b[at:]), (a[at:], b[at + 1 :]))
    return any(x == y for x, y in rests) or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])


# ---- kept for the page ----


def keep(hub: Hub, found: list[Two]) -> int:
    """Keep what was found in place of what was found before; return how many wait. What a person said stays."""
    with transaction.atomic():
        said = Duplicate.objects.filter(hub=hub, state=Duplicate.State.TWO).values_list("one", "other")
        two = set(said)
        Duplicate.objects.filter(hub=hub, state=Duplicate.State.OPEN, by__isnull=True).delete()
        there = set(Duplicate.objects.filter(hub=hub).values_list("one", "other"))
        rows = [
            Duplicate(hub=hub, one_id=t.one, other_id=t.other, score=t.score, reasons=list(t.reasons))
            for t in found
            if (t.one, t.other) not in two | there
        ]
        Duplicate.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def last(hub: Hub) -> Job | None:
    """Return the newest search of a hub."""
    found: Job | None = Job.objects.filter(hub=hub, kind="core.find_duplicates").order_by("-pk").first()
    return found


def nightly() -> int:
    """Look anew, at night, in each hub where people came since; return in how many."""
    begun = 0
    if timezone.localtime().hour in NIGHT:
        for hub in Hub.objects.all():
            before = last(hub)
            since = before.created_at if before else hub.created_at
            if (before is None or before.ended_at) and Person.objects.filter(hub=hub, joined_at__gt=since).exists():
                jobs.start("core.find_duplicates", hub=hub)
                begun += 1
    return begun


@jobs.register("core.find_duplicates")
def find_duplicates(run: jobs.Run) -> str:
    """Look for people who stand in a hub twice."""
    run.progress(_("Comparing"), 0.1)
    found = find(read(run.job.hub), lambda share: run.progress(_("Comparing"), 0.1 + 0.8 * share))
    count = keep(run.job.hub, found)
    run.progress(_("Comparing"), 1.0)
    return _("Done. Pairs to look at: %(n)s.") % {"n": count}
