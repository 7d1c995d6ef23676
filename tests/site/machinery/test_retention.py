"""Nothing early, nothing late, and what the law holds stays: with a clock that jumps, over every table."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import DateTimeField
from django.utils import timezone

from tests import world as w
from upwell_site.core import clock, forget, privacy, retention, threads
from upwell_site.core.models import Job, Letter, Link, Message, Person, Seat, Standing, Thread
from upwell_site.listen.models import Conversation, Discussion, Grouping, Note, Voter

# By hand: what is kept how long, in days, after which date. The registry is held against it.
BY_HAND = {
    "account.EmailConfirmation": (30, "created"),
    "core.Merge": (30, "at"),
    "core.Once": (30, "at"),
    "core.Letter": (365, "created_at"),
    "core.Job": (365, "ended_at"),
    "core.Invitation": (365, "expires_at"),
    "core.Link": (365, "expires_at"),
    "core.Batch": (365, "created_at"),
    "core.BatchRow": (365, "batch.created_at"),
    "connect.Unmatched": (365, "round.created_at"),
    "core.Tie": (1095, "on"),
    "listen.Conversation": (1095, "on"),
    "listen.Note": (1095, "conversation.on"),
    "listen.Voter": (1095, "discussion.created_at"),
    "listen.Vote": (1095, "at"),
    "connect.Ask": (1095, "round.created_at"),
    "connect.Offer": (1095, "round.created_at"),
    "core.Membership": (2555, "until"),
    "core.Attendance": (2555, "updated_at"),
    "core.Standing": (2555, "until"),
    "sealed.Check": (2555, "recheck_on"),
    "core.DataRequest": (1095, "answered_at"),
    "core.Thread": (2555, "created_at"),
    "core.Seat": (2555, "until"),
    "core.Message": (2555, "at"),
    "connect.Round": (2555, "created_at"),
    "connect.Pair": (2555, "round.created_at"),
    "listen.Discussion": (2555, "created_at"),
    "listen.Statement": (2555, "discussion.created_at"),
}
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> w.World:
    with time_machine.travel(START, tick=False):
        made = w.make()
        side = made.sides["here"]
        mentor, adult = side.people["mentor"], side.people["adult"]
        thread = threads.open_thread(by=None, parties=[mentor, adult])
        Message.objects.create(hub=side.hub, thread=thread, person=adult, text="among adults")
        Job.objects.all().update(state="done", ended_at=START)
    return made


def test_the_registry_keeps_things_as_long_as_was_decided():
    """A changed number in one place must be meant."""
    found = {m._meta.label: (privacy.KEEP[m_p.keep], m_p.since) for m in retention.limited() if (m_p := _personal(m))}
    assert found == BY_HAND


def _personal(model: Any) -> privacy.Personal:
    return privacy.declared(model)


def test_every_table_with_a_limit_says_what_it_counts_from():
    """Otherwise it would be kept for ever, and nobody would notice."""
    limited = {m._meta.label for m in apps.get_models() if privacy.KEEP.get(_personal(m).keep) is not None}
    silent = limited - {m._meta.label for m in retention.limited()} - retention.ELSEWHERE.keys()
    assert silent == {label for label in silent if _personal(apps.get_model(label)).on_erase == "hold"}


@pytest.mark.parametrize("label", sorted(set(BY_HAND) - {"account.EmailConfirmation"}))
def test_a_row_goes_on_its_day_and_not_a_moment_before(world, label):
    """Each table by itself, to the second or the day."""
    model = apps.get_model(label)
    days, path = BY_HAND[label]
    *steps, name = path.split(".")
    owner = model
    for step in steps:
        owner = owner._meta.get_field(step).related_model
    exact = isinstance(owner._meta.get_field(name), DateTimeField)
    begun: Any = START if exact else START.date()
    owner._base_manager.update(**{name: begun})
    Thread.objects.update(ever_young=False)
    just_before = START + timedelta(days=days) - (timedelta(seconds=1) if exact else timedelta(hours=12, seconds=1))
    on_time = START + timedelta(days=days) if exact else datetime.combine(START.date() + timedelta(days=days), time(1))
    assert not retention._past(model, just_before).exists()
    assert retention._past(model, timezone.make_aware(on_time) if not exact else on_time).count() == (
        model._base_manager.count()
    )


def ends() -> dict[tuple[str, int], datetime]:
    """Return when each row's time is over, worked out from the table above row by row, without the registry."""
    found = {}
    for label, (days, path) in BY_HAND.items():
        for row in apps.get_model(label)._base_manager.all():
            at: Any = row
            for step in path.split("."):
                at = getattr(at, step)
            if at is None:
                continue
            if isinstance(at, date) and not isinstance(at, datetime):
                at = timezone.make_aware(datetime.combine(at, time()))
                end = timezone.make_aware(datetime.combine(timezone.localdate(at) + timedelta(days=days), time()))
            else:
                end = at + timedelta(days=days)
            found[label, row.pk] = end
    return found


def held() -> set[tuple[str, int]]:
    young = Thread.objects.filter(ever_young=True)
    found = {("core.Thread", thread.pk) for thread in young}
    found |= {("core.Seat", row.pk) for row in Seat.objects.filter(thread__in=young)}
    return found | {("core.Message", row.pk) for row in Message.objects.filter(thread__in=young)}


def hung_on(label: str, number: int) -> bool:
    """Whether something about people still points at a row."""
    model = apps.get_model(label)
    return any(
        field.model._base_manager.filter(**{field.name: number}).exists()
        for field in forget.pointing_at(model)
        if privacy.declared(field.model) is not privacy.NOTHING
    )


def next_stop(dice: random.Random, now: datetime) -> datetime:
    """Jump: some days ahead, or to the very moment that something soon is due, or to a second before it."""
    coming = sorted({end for end in ends().values() if end > now + timedelta(seconds=1)})
    if not coming or dice.random() < 0.3:
        return now + timedelta(days=dice.choice([1, 7, 29, 30, 31, 90, 365]), seconds=dice.randrange(86_400))
    return dice.choice(coming[:3]) - timedelta(seconds=dice.choice([0, 1]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_nothing_early_and_nothing_late_however_the_clock_jumps(world, seed):
    """B8, retention: after each jump every row whose time is over is gone, no other is, and held ones are all there."""
    story(random.Random(seed))


def story(dice: random.Random) -> None:
    with time_machine.travel(START, tick=False):
        apps.get_model("sealed.Check").objects.update(issued_on=START.date() - timedelta(days=900))
        for label, (_days, path) in BY_HAND.items():  # dates of their own
            if "." not in path:
                for row in apps.get_model(label)._base_manager.all():
                    some = timedelta(days=dice.randrange(0, 300), seconds=dice.randrange(86_400))
                    if getattr(row, path) is not None:
                        exact = isinstance(row._meta.get_field(path), DateTimeField)
                        type(row)._base_manager.filter(pk=row.pk).update(
                            **{path: START - some if exact else (START - some).date()}
                        )
    kept, now, gone_early, all_gone = held(), START, [], 0
    while now < START + timedelta(days=3200):
        now = next_stop(dice, now)
        before = ends()
        with time_machine.travel(now, tick=False):
            while some_more := retention.run():
                all_gone += some_more
        after = ends()
        gone_early += [key for key, end in before.items() if key not in after and end > now]
        late = [key for key, end in after.items() if end <= now and key not in kept and not hung_on(*key)]
        assert late == []
    assert gone_early == []
    assert held() == kept, "a hold wins"
    assert all_gone > 60
    assert Person.objects.filter(emptied_at=None).exists(), "people stay while they are here"


HOLES = {
    "what the law holds goes": ("loose", lambda personal, rows: rows),
    "a year has 364 days": ("KEEP", {**privacy.KEEP, "1_year": 364}),
    "a year has 366 days": ("KEEP", {**privacy.KEEP, "1_year": 366}),
    "what others hang on goes": ("_free", lambda model, rows: rows),
}


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(world, monkeypatch, hole):
    """The story above turns red for each mistake."""
    monkeypatch.setattr(retention, *HOLES[hole])
    with pytest.raises((AssertionError, RuntimeError)):
        story(random.Random(1))


def test_a_link_waits_for_the_votes_that_came_through_it(world):
    """Votes are kept three years, links one: the link must not take them along."""
    link, side = Link.objects.get(pk=world.links["here"]), world.sides["here"]
    voter = Voter.objects.create(hub=side.hub, discussion=side.rows["discussion"]["open"], number=77, link=link)
    with time_machine.travel(link.expires_at + timedelta(days=366), tick=False):
        while retention.run():
            pass
        assert Voter.objects.filter(pk=voter.pk).exists()
        assert Link.objects.filter(pk=link.pk).exists()
    with time_machine.travel(START + timedelta(days=1100), tick=False):
        while retention.run():
            pass
        assert not Link.objects.filter(pk=link.pk).exists()


def test_a_discussion_takes_its_groups_along_once_nothing_of_anybody_is_left(world):
    with time_machine.travel(START + timedelta(days=2556), tick=False):
        while retention.run():
            pass
    assert not Discussion.objects.exists()
    assert not Grouping.objects.exists()


def test_what_has_not_ended_is_in_use(world):
    """A standing without a last day, and a role that goes on."""
    side = world.sides["here"]
    endless = Standing.objects.create(hub=side.hub, person=side.people["adult"], what="code", until=None)
    with time_machine.travel(START + timedelta(days=9000), tick=False):
        while retention.run():
            pass
    assert Standing.objects.filter(pk=endless.pk).exists()


def test_each_day_in_small_bites_and_then_rest(world, monkeypatch):
    """Several ticks, then nothing more to ask until tomorrow."""
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    cache.clear()
    side = world.sides["here"]
    for n in range(3):
        Letter.objects.create(hub=side.hub, to=side.people["lead"], kind="x", event=str(n), message_id=f"<{n}@x>")
    Letter.objects.update(created_at=START - timedelta(days=400))
    with time_machine.travel(START, tick=False):
        went = [retention.daily() for _ in range(8)]
        assert sum(went[:6]) >= 4
        assert went[-1] == 0
        Letter.objects.create(hub=side.hub, to=side.people["lead"], kind="x", event="z", message_id="<z@x>")
        Letter.objects.update(created_at=START - timedelta(days=400))
        assert retention.daily() == 0, "today is done"
    with time_machine.travel(START + timedelta(days=1), tick=False):
        assert clock.tick()["old rows deleted"] >= 1


def test_the_page_and_the_command_say_what_goes_and_when(world, capsys):
    Conversation.objects.update(on=START.date() - timedelta(days=1095 - 10))
    with time_machine.travel(START, tick=False):
        lines = {line.name: line for line in retention.preview(world.sides["here"].hub)}
        assert (lines["Talks"].count, lines["Talks"].first) == (1, START.date() + timedelta(days=10))
        assert lines["Notes of talks"].count == 2
        call_command("retention", preview=True)
        assert f"{START.date() + timedelta(days=10)}         2  Talks" in capsys.readouterr().out
        assert Note.objects.count() == 4
        call_command("retention")
        assert Note.objects.count() == 4


def test_an_admin_reads_it_and_nothing_of_what_is_held(world):
    Message.objects.update(at=START - timedelta(days=4000))
    text = world.client("admin").get("/h/here/retention/").content.decode()
    assert "What goes soon" in text
    assert "2022" not in text
    assert world.client("lead").get("/h/here/retention/").status_code == 404
    lines = {line.name: line.count for line in retention.preview(world.sides["here"].hub)}
    assert lines["Messages"] == 1, "the one among adults; the one where somebody young sits is never counted"
