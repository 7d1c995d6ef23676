"""Who of a round may be put in touch now, and what is missing for the others. It reads and writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from upwell_site.connect.models import Offer, Pair, Round
from upwell_site.core import policy, threads
from upwell_site.core.actor import MENTOR_NEEDS
from upwell_site.core.models import Membership, Person, Programme, Standing, Thread

AT_ONCE = 500  # numbers in one statement
LACKS = {
    "role": gettext_lazy("Their role as mentor was not granted yet"),
    "adult": gettext_lazy("Nobody has confirmed yet that they are 18 or over"),
    "training": gettext_lazy("The training is not done"),
    "code": gettext_lazy("The code of conduct is not signed"),
    "references": gettext_lazy("The references are not in"),
    "check": gettext_lazy("The check is not in order"),
}


def mentors_in_order(hub_id: int, programme_id: int, day: date | None = None) -> QuerySet[Person]:
    """Return who may be put in touch as a mentor of a programme: adults with the role, and all that it needs.

    The same as `lacking`, and as `actor.may_mentor`, for many at once; a test holds the three together.
    """
    day = day or timezone.localdate()
    people: QuerySet[Person] = Person.objects.filter(hub_id=hub_id, adult_on__lte=day, emptied_at__isnull=True)
    for what in sorted(MENTOR_NEEDS):
        people = people.filter(pk__in=Standing.objects.filter(hub_id=hub_id, what=what).in_force(day).values("person"))
    return people.filter(pk__in=_granted(hub_id, programme_id).values("person"))


def _granted(hub_id: int, programme_id: int) -> QuerySet[Membership]:
    """Return the live roles of mentor that reach a programme."""
    rows: QuerySet[Membership] = Membership.objects.filter(
        policy.live(Membership), hub_id=hub_id, role=Membership.Role.MENTOR
    )
    today = timezone.localdate()
    open_still = Q(programme__ends__isnull=True) | Q(programme__ends__gte=today)
    return rows.filter(Q(programme__isnull=True) | Q(open_still, programme=programme_id))


def lacking(hub_id: int, programme_id: int, people: Iterable[Person]) -> dict[int, tuple[str, ...]]:
    """Return what each of these people lacks before they may be put in touch, in words; nothing for those in order."""
    by_number = {person.pk: person for person in people}
    have: dict[int, set[str]] = {number: set() for number in by_number}
    for some in _chunks(sorted(by_number)):
        rows = Standing.objects.filter(hub_id=hub_id, person__in=some).in_force(timezone.localdate())
        for number, what in rows.values_list("person_id", "what"):
            have[number].add(what)
        for number in _granted(hub_id, programme_id).filter(person__in=some).values_list("person_id", flat=True):
            have[number].add("role")
    for number, person in by_number.items():
        if person.is_adult:
            have[number].add("adult")
    return {
        number: tuple(str(words) for what, words in LACKS.items() if what not in have[number]) for number in by_number
    }


def _chunks(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))


# ---- places ----


def full_words(places: int) -> str:
    """Say that a mentor has no place left."""
    if not places:
        return _("The mentor offers no place in this round")
    return ngettext("Their one place is taken", "All their %(n)s places are taken", places) % {"n": places}


def places_filled(round: Round) -> Counter[int]:
    """Return how many approved pairs each mentor has in the programme, whichever round they come from."""
    rows = Pair.objects.filter(hub_id=round.hub_id, programme=round.programme_id, state=Pair.State.APPROVED)
    return Counter(dict(rows.values_list("mentor_id").annotate(n=Count("id")).order_by()))


def places_offered(round: Round) -> dict[int, int]:
    """Return how many places each mentor of a round offers."""
    return dict(Offer.objects.filter(hub_id=round.hub_id, round=round).values_list("person_id", "capacity"))


def full_mentors(round: Round) -> dict[int, int]:
    """Return the mentors all of whose places approved pairs fill, and how many that are."""
    filled = places_filled(round)
    return {mentor: places for mentor, places in places_offered(round).items() if filled[mentor] >= places}


# ---- in whose sight ----


def watchers(programme: Programme) -> list[Person]:
    """Return the staff of a programme who may watch over a conversation in it."""
    return threads.watchers(programme.hub_id, programme, staff=True)


def sight_words(watching: int) -> str:
    """Say that too few people could watch over the conversation of these two."""
    if not watching:
        return _(
            "Two members of staff have to see what these two write, and the programme has nobody who can: "
            "grown up, signed in, and programme lead, organiser or safeguarding lead"
        )
    return _(
        "Two members of staff have to see what these two write, and the programme has only one who can: "
        "somebody else has to be programme lead, organiser or safeguarding lead too, and have a sign-in"
    )


@dataclass(frozen=True, slots=True)
class Bars:
    """What else than a mentor's papers can be in the way of the pairs of a round.

    Attributes
    ----------
    full : mapping
        Mentors without a place left -> how many they offer.
    watching : tuple of Person
        Who may watch over a conversation of the programme, those first who do it first.
    """

    full: Mapping[int, int]
    watching: tuple[Person, ...]

    def observers(self, mentee: int, mentor: int, first: int | None = None) -> list[Person]:
        """Return the two who watch over these two: `first` before others when they may."""
        rows = [person for person in self.watching if person.pk not in {mentee, mentor}]
        return sorted(rows, key=lambda person: person.pk != first)[: threads.WATCHING]

    def unwatched(self, mentee: int, mentor: int) -> str:
        """Say why nobody could watch over these two; "" when two people can."""
        there = len(self.observers(mentee, mentor))
        return sight_words(there) if there < threads.WATCHING else ""


def bars(round: Round) -> Bars:
    """Return what can be in the way of the pairs of a round."""
    return Bars(full_mentors(round), tuple(watchers(round.programme)))


def not_in_order(pairs: QuerySet[Pair], round: Round) -> QuerySet[Pair]:
    """Keep the pairs that may not be put in touch yet: a mentor not in order, or nobody to watch over them."""
    ready = mentors_in_order(round.hub_id, round.programme_id).values("pk")
    return pairs.filter(~Q(mentor__in=ready) | _unwatched(round))


def waiting(round: Round) -> QuerySet[Pair]:
    """Return the pairs that cannot be approved now: not in order, no place left, or the mentor has gone."""
    rows: QuerySet[Pair] = Pair.objects.filter(hub_id=round.hub_id, round=round, state=Pair.State.PROPOSED)
    ready = mentors_in_order(round.hub_id, round.programme_id).values("pk")
    there = Offer.objects.filter(hub_id=round.hub_id, round=round).values("person")
    full = list(full_mentors(round))
    return rows.filter(~Q(mentor__in=ready) | Q(mentor__in=full) | ~Q(mentor__in=there) | _unwatched(round))


def _unwatched(round: Round) -> Q:
    """Return the condition that too few people could watch over a pair with somebody young."""
    watching = [person.pk for person in watchers(round.programme)]
    young = Q(mentee__adult_on__isnull=True) | Q(mentee__adult_on__gt=timezone.localdate())
    if len(watching) < threads.WATCHING:
        return young
    if len(watching) == threads.WATCHING:
        return young & Q(mentor__in=watching)
    return policy.NOBODY


def thread_of(pair: Pair) -> Thread | None:
    """Return the conversation in which these two write to each other."""
    seats = threads.parties_of(pair.round.programme, [pair.mentee_id, pair.mentor_id])
    both = seats.get(pair.mentee_id, set()) & seats.get(pair.mentor_id, set())
    found: Thread | None = Thread.objects.filter(hub_id=pair.hub_id, pk__in=both).order_by("id").first()
    return found


def writing(round: Round) -> set[tuple[int, int]]:
    """Return the (mentee, mentor) of a round who sit in a conversation of the programme with each other already."""
    seats = threads.parties_of(round.programme)
    return {
        (mentee, mentor)
        for mentee, mentor in Pair.objects.filter(hub_id=round.hub_id, round=round).values_list("mentee", "mentor")
        if seats.get(mentee, set()) & seats.get(mentor, set())
    }
