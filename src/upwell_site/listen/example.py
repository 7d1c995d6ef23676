"""What the example place hears: talks at the door, their notes, a discussion, and one real conversation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from importlib.resources import as_file, files
from importlib.util import find_spec
from random import Random

from django.utils import timezone

from upwell_site.core.example.words import DONE, SAID, STEPS
from upwell_site.core.example.world import AT_ONCE, World
from upwell_site.core.jobs import start
from upwell_site.core.models import Person, Tie
from upwell_site.listen.models import Conversation, Discussion, Note, Statement, Vote, Voter

TOPICS = tuple(SAID)
WEIGHTS = (20, 17, 15, 13, 12, 9, 8, 7, 6, 8)
SHARES = (("no", 36), ("ask", 16), ("anonymous", 33), ("named", 15))
WINTER = (
    "One warm room on every estate, open until eight.",
    "Somebody to ring old neighbours twice a week.",
    "A list, on paper, of who helps with what.",
    "Free buses on the coldest days.",
    "Snow cleared on the hill first, then the main road.",
    "Landlords must answer about damp within a week.",
    "Lights in the yards before anything else.",
    "A coat swap at every school.",
    "One hot meal a week where everybody eats together.",
    "Heating bills explained by somebody who lives here.",
    "The library should open on Sundays.",
    "Young people paid to clear paths.",
)
SOURCE = (
    "Data was gathered using the Polis software (compdemocracy.org/polis) and is sub-licensed under CC BY 4.0 with "
    "Attribution to The Computational Democracy Project. The data and more information about how the data was "
    "collected can be found at: https://compdemocracy.org/case-studies/2018-kentucky"
)


def fill(world: World) -> None:
    """Add talks, notes, ties, a discussion of our own and the conversation of Bowling Green."""
    _talks(world, "spring-lane", "listening", ("semira", "javed", "dorota"), 0.85)
    _talks(world, "aire-council", "neighbours", ("helen",), 0.5)
    _promises(world)
    _winter(world)
    bowling_green(world)


def _talks(world: World, slug: str, programme: str, organisers: tuple[str, ...], share: float) -> None:
    """Most people of a hub were talked with, some twice; more of them lately, and more near some organisers."""
    rng, hub = world.rng, world.hubs[slug]
    held = [world.staff[key] for key in organisers]
    talks: list[Conversation] = []
    for person in world.crowd[slug]:
        for _ in range(2 if rng.random() < 0.12 else 1):
            if rng.random() < share:
                by = rng.choices(held, [5, 3, 2][: len(held)])[0]
                talks.append(_talk(world, person, by, programme))
    talks = Conversation.objects.bulk_create(talks, batch_size=AT_ONCE)
    Note.objects.bulk_create(_notes(world, talks), batch_size=AT_ONCE)
    Tie.objects.bulk_create(
        (
            Tie(
                hub=hub,
                a_id=t.organiser_id,
                b_id=t.person_id or 0,
                kind="met",
                on=t.on,
                source=f"listen.conversation:{t.pk}",
            )
            for t in talks
        ),
        batch_size=AT_ONCE,
    )


def _talk(world: World, person: Person, by: Person, programme: str) -> Conversation:
    rng = world.rng
    days = int(300 * rng.random() ** 1.6)
    talk = Conversation(
        hub_id=person.hub_id,
        organiser=by,
        person=person,
        programme=world.programmes[programme],
        place_id=person.place_id,
        on=world.days_ago(days),
        how=rng.choice(("door", "door", "door", "street", "phone", "event")),
    )
    if rng.random() < 0.15:
        talk.next_step, talk.next_on = rng.choice(STEPS), talk.on + timedelta(days=rng.randrange(3, 15))
        if talk.next_on < world.today:
            talk.done_at = timezone.now() - timedelta(days=(world.today - talk.next_on).days)
    return talk


def _notes(world: World, talks: list[Conversation]) -> Iterator[Note]:
    rng = world.rng
    weights = [share for _name, share in SHARES]
    for talk in talks:
        for topic in rng.choices(TOPICS, WEIGHTS, k=2 if rng.random() < 0.3 else 1):
            share = rng.choices(SHARES, weights)[0][0]
            note = _note(talk, rng.choice(SAID[topic]), topic, share)
            if share in ("anonymous", "named") and rng.random() < 0.85:
                note.shared_at = timezone.now() - timedelta(days=(world.today - talk.on).days)
            yield note


def _note(talk: Conversation, text: str, topic: str, share: str) -> Note:
    return Note(
        hub_id=talk.hub_id,
        conversation=talk,
        person_id=talk.person_id,
        organiser_id=talk.organiser_id,
        programme_id=talk.programme_id,
        text=text,
        topic=topic,
        share=share,
    )


def _promises(world: World) -> None:
    """What Semira promised and has to do now: with people who are known by name on the doors."""
    semira, danuta = world.staff["semira"], world.staff["danuta"]
    hub, programme = world.hubs["spring-lane"], world.programmes["listening"]
    crowd = [person for person in world.crowd["spring-lane"] if person.is_adult and person.name]
    plan = (
        (danuta, 5, STEPS[0], 0, "The yard", "We would sit out there if it felt like ours.", "anonymous"),
        (crowd[0], 9, STEPS[1], 1, "Somewhere to meet", "I would teach sewing if there was a room.", "ask"),
        (crowd[1], 12, STEPS[5], -2, "Buses", "Two buses and a hill, with my knees.", "ask"),
    )
    for person, ago, step, due, topic, words, share in plan:
        talk = Conversation.objects.create(
            hub=hub,
            organiser=semira,
            person=person,
            programme=programme,
            place_id=person.place_id,
            on=world.days_ago(ago),
            next_step=step,
            next_on=world.days_ago(-due),
        )
        note = _note(talk, words, topic, share)
        note.shared_at = timezone.now() if share == "anonymous" else None
        note.save()
        Tie.objects.create(hub=hub, a=semira, b=person, kind="met", on=talk.on, source=f"listen.conversation:{talk.pk}")
    Conversation.objects.create(
        hub=hub,
        organiser=semira,
        person=danuta,
        programme=programme,
        place_id=danuta.place_id,
        on=world.days_ago(200),
        next_step=DONE[0],
        next_on=world.days_ago(170),
        done_at=timezone.now() - timedelta(days=6),
    )


def _winter(world: World) -> None:
    """A discussion of our own, open for votes: two ways of seeing it, and much in common."""
    hub = world.hubs["spring-lane"]
    discussion = Discussion.objects.create(
        hub=hub,
        title="What would make winter easier?",
        about="Agree, disagree or pass on what your neighbours wrote. Stop when you like.",
        place=hub.place,
        programme=world.programmes["listening"],
        state="open",
        public=True,
        by=world.staff["claudette"],
    )
    statements = Statement.objects.bulk_create(
        Statement(hub=hub, discussion=discussion, number=n, text=text, seed=True, moderated=1)
        for n, text in enumerate(WINTER)
    )
    people = [person for person in world.crowd["spring-lane"] if person.is_adult]
    people = people[: max(20, len(people) * 2 // 5)]
    voters = Voter.objects.bulk_create(
        (Voter(hub=hub, discussion=discussion, number=n, person=person) for n, person in enumerate(people)),
        batch_size=AT_ONCE,
    )
    Vote.objects.bulk_create(_answers(world.rng, discussion, statements, voters), batch_size=AT_ONCE)
    if find_spec("upwell_site.listen.jobs") is not None:
        start("listen.regroup", hub=hub, about=discussion, by=world.staff["claudette"])


def _answers(rng: Random, discussion: Discussion, statements: list[Statement], voters: list[Voter]) -> Iterator[Vote]:
    """Half of the people care most for neighbours helping each other, half for what others owe them."""
    for voter in voters:
        side = rng.randrange(2)
        for statement in statements:
            if rng.random() < 0.78:
                common = statement.number in (0, 2, 8)
                yes = 0.9 if common else 0.82 if statement.number % 2 == side else 0.3
                value = 1 if rng.random() < yes else 0 if rng.random() < 0.25 else -1
                yield Vote(hub_id=voter.hub_id, discussion=discussion, statement=statement, voter=voter, value=value)


def bowling_green(world: World) -> None:
    """Bring in the real conversation of Bowling Green, as open data with its attribution, as anybody would."""
    if find_spec("upwell_site.listen.bridge") is None:  # bringing exports in is not part of this site
        return
    bridge, actions = (import_module(f"upwell_site.listen.{name}") for name in ("bridge", "actions.discussions"))
    with as_file(files("upwell_site.core").joinpath("data", "bowling_green")) as folder:
        export = bridge.read(folder)
    actions.store_export(
        by=world.staff["claudette"],
        hub=world.hubs["spring-lane"],
        title="What should change in Bowling Green? (open data)",
        export=export,
        source=SOURCE,
        public=True,
    )
