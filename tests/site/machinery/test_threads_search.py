"""A search for a way past the two adults: random steps, judged by an oracle that never asks `threads`.

UPWELL_THREAD_STEPS=200000 runs the long search; without it a short one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.factories.machinery import give_role, give_standing, make_hub, make_mentor, make_person, make_staff
from upwell_site.core import threads
from upwell_site.core.models import Hub, Membership, Message, Person, Seat, Standing, Thread, User
from upwell_site.core.refused import Refused

STEPS = int(os.environ.get("UPWELL_THREAD_STEPS", "1000"))
A_RUN = 40
PEOPLE = 9
SOMEBODY = st.integers(0, PEOPLE - 1)
THREAD = st.integers(0, 3)
NEEDS = ("training", "code", "references", "check")


class Search(RuleBasedStateMachine):
    """Opens, joins, leaves, writes, lets roles and checks run out; what is accepted must be sound by the oracle."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.hub: Hub = make_hub()
        roles = ["organiser", "lead", "safeguarding", "partner", "evaluator"]
        self.people: list[Person] = [make_person(self.hub, adult=False), make_person(self.hub, adult=False)]
        self.people += [make_mentor(self.hub), make_person(self.hub), *(make_staff(self.hub, r) for r in roles)]
        # The oracle's own book, kept by hand.
        self.adult = [False, False] + [True] * 7
        self.role = ["", "", "mentor", "", *roles]
        self.needs = [set(NEEDS) if role == "mentor" else set() for role in self.role]
        self.in_use = [True] * PEOPLE
        self.sits: dict[int, dict[int, str]] = {}
        self.paused: set[int] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # ---- the oracle ----

    def approved(self, who: int) -> bool:
        role = self.role[who]
        return self.adult[who] and (
            role in {"organiser", "lead", "safeguarding", "deputy", "partner"}
            or (role == "mentor" and self.needs[who] == set(NEEDS))
        )

    def sound(self, sits: dict[int, str]) -> bool:
        if all(self.adult[who] for who in sits):
            return True
        watch = [who for who, seat in sits.items() if seat == "observer" and self.approved(who) and self.in_use[who]]
        staff = [who for who in watch if self.role[who] in {"organiser", "lead", "safeguarding", "deputy"}]
        parties = [who for who, seat in sits.items() if seat == "party" and self.adult[who]]
        return len(watch) >= 2 and len(staff) >= 1 and all(self.approved(who) for who in parties)

    def thread(self, which: int) -> Thread | None:
        keys = sorted(self.sits)
        return Thread.objects.get(pk=keys[which % len(keys)]) if keys else None

    def fresh(self, who: int) -> Person:
        return Person.objects.select_related("user").get(pk=self.people[who].pk)

    # ---- what people do ----

    @rule(parties=st.sets(SOMEBODY, min_size=1, max_size=3), observers=st.sets(SOMEBODY, max_size=4))
    def open(self, parties: set[int], observers: set[int]) -> None:
        observers -= parties
        type(self).steps += 1
        sits = dict.fromkeys(parties, "party") | dict.fromkeys(observers, "observer")
        with suppress(Refused):
            thread = threads.open_thread(
                by=None, parties=[self.fresh(p) for p in parties], observers=[self.fresh(p) for p in observers]
            )
            assert self.sound(sits), "a thread was opened out of sight"
            self.sits[thread.pk] = sits

    @rule(pick=st.lists(st.sampled_from([4, 5, 6, 7]), min_size=2, max_size=3, unique=True), young=st.integers(0, 1))
    def open_a_usual_one(self, pick: list[int], young: int) -> None:
        self.open({young, 2}, set(pick))

    @precondition(lambda self: self.sits)
    @rule(which=THREAD, who=SOMEBODY, seat=st.sampled_from(["party", "observer"]))
    def join(self, which: int, who: int, seat: str) -> None:
        type(self).steps += 1
        thread = self.thread(which)
        with suppress(Refused):
            threads.add_seat(by=None, thread=thread, person=self.fresh(who), seat=seat)
            after = self.sits[thread.pk] | {who: seat}
            if seat == "party":
                assert thread.pk not in self.paused, "somebody joined a paused thread"
                assert self.sound(after), "somebody joined out of sight"
            self.sits[thread.pk] = after

    @precondition(lambda self: self.sits)
    @rule(which=THREAD, who=SOMEBODY)
    def leave(self, which: int, who: int) -> None:
        type(self).steps += 1
        thread = self.thread(which)
        with suppress(Refused):
            threads.leave(by=None, thread=thread, person=self.fresh(who))
            was = self.sits[thread.pk].pop(who)
            if was == "observer":
                assert self.sound(self.sits[thread.pk]), "whoever watched could leave"

    @precondition(lambda self: self.sits)
    @rule(which=THREAD, who=SOMEBODY)
    def write(self, which: int, who: int) -> None:
        type(self).steps += 1
        thread = self.thread(which)
        before = Message.objects.count()
        try:
            threads.post_message(by=self.fresh(who), thread=thread, text="Hello")
        except Refused:
            assert Message.objects.count() == before
            return
        assert who in self.sits[thread.pk], "a stranger wrote"
        assert thread.pk not in self.paused, "somebody wrote in a paused thread"
        assert self.sound(self.sits[thread.pk]), "somebody wrote out of sight"

    @precondition(lambda self: self.sits)
    @rule(which=THREAD, on=st.booleans())
    def pause_or_go_on(self, which: int, on: bool) -> None:
        type(self).steps += 1
        thread = self.thread(which)
        with suppress(Refused):
            if on:
                threads.pause(by=None, thread=thread)
                self.paused.add(thread.pk)
            else:
                threads.resume(by=None, thread=thread)
                assert self.sound(self.sits[thread.pk]), "it went on out of sight"
                self.paused.discard(thread.pk)

    @rule()
    def tick(self) -> None:
        type(self).steps += 1
        threads.review()
        open_ones = set(Thread.objects.filter(paused_at__isnull=True).values_list("pk", flat=True))
        assert all(self.sound(self.sits[number]) for number in open_ones if number in self.sits)
        self.paused = set(self.sits) - open_ones

    # ---- what happens to people ----

    @rule(who=SOMEBODY)
    def role_ends(self, who: int) -> None:
        Membership.objects.filter(person=self.people[who], until__isnull=True).update(until=timezone.localdate())
        self.role[who] = ""

    @rule(who=SOMEBODY, role=st.sampled_from(["organiser", "lead", "safeguarding", "deputy", "partner", "evaluator"]))
    def role_begins(self, who: int, role: str) -> None:
        self.role_ends(who)
        give_role(self.people[who], role)
        self.role[who] = role

    @rule(what=st.sampled_from(NEEDS), since=st.booleans())
    def standing_changes(self, what: str, since: bool) -> None:
        if since and what not in self.needs[2]:
            Standing.objects.filter(person=self.people[2], what=what).delete()
            give_standing(self.people[2], what)
            self.needs[2].add(what)
        elif not since:
            Standing.objects.filter(person=self.people[2], what=what).update(until=timezone.localdate())
            self.needs[2].discard(what)

    @rule(who=SOMEBODY, on=st.booleans())
    def age_changes(self, who: int, on: bool) -> None:
        when = date(2000, 1, 1) if on else None
        Person.objects.filter(pk=self.people[who].pk).update(adult_on=when)
        self.adult[who] = on

    @rule(who=SOMEBODY, on=st.booleans())
    def sign_in_is_closed(self, who: int, on: bool) -> None:
        User.objects.filter(pk=self.people[who].user_id).update(is_active=on)
        self.in_use[who] = on

    @invariant()
    def seats_are_as_the_book_says(self) -> None:
        seats = {(s.thread_id, s.person_id, s.seat) for s in Seat.objects.filter(until__isnull=True)}
        book = {(t, self.people[w].pk, seat) for t, sits in self.sits.items() for w, seat in sits.items()}
        assert seats == book


@pytest.mark.slow
@pytest.mark.django_db
def test_no_way_leads_past_the_two_adults() -> None:
    Search.steps = 0
    run_state_machine_as_test(
        Search,
        settings=settings(
            max_examples=max(1, STEPS // A_RUN),
            stateful_step_count=A_RUN,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{Search.steps:,} steps of {STEPS:,} asked for, no thread without its two adults")
    assert Search.steps > STEPS / 10


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("hole", ["one is enough", "nobody looks at checks", "watchers may leave"])
def test_the_search_finds_a_planted_hole(hole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that finds nothing proves nothing unless it finds what is there."""
    if hole == "one is enough":
        monkeypatch.setattr(threads, "WATCHING", 1)
    elif hole == "nobody looks at checks":
        monkeypatch.setattr(threads, "MENTOR_NEEDS", frozenset())
    else:
        monkeypatch.setattr(threads, "OBSERVER", "nobody")
        monkeypatch.setattr(threads, "_lacks", lambda *_: [])
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_state_machine_as_test(
            Search,
            settings=settings(
                max_examples=400,
                stateful_step_count=A_RUN,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[phase for phase in settings.default.phases if phase.name == "generate"],
                print_blob=False,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
