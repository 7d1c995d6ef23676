"""A round of mentoring in the example: who asks, who offers, and the match."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from upwell_site.connect.models import Ask, Offer, Pair, Round
from upwell_site.core.events import ref
from upwell_site.core.example.world import AT_ONCE, World
from upwell_site.core.jobs import start
from upwell_site.core.models import Membership, Person, Thread

TAGS = (
    "confidence", "job-search", "cv-writing", "friendship", "maths", "english", "interviews",
    "study-skills", "university", "apprenticeships", "wellbeing", "coding", "budgeting",
    "creative-writing", "music", "football", "science", "cooking", "design", "starting-a-business",
    "art", "law", "health-careers", "engineering", "teaching", "construction", "childcare", "dance",
    "sewing",
)  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY = ["connect.slot", {"day": ["connect.day_sat", {}], "part": ["connect.part_am", {}]}]
_BOTH = [["connect.plain", {"word": word}] for word in ("confidence", "maths")]
WHY = [  # what the engine would say of the two, as it is stored
    ["connect.free_together", {"n": 1, "slot": _SATURDAY}],
    ["connect.shared_tags", {"n": 2, "tags": ["connect.and", {"first": _BOTH[0], "last": _BOTH[1]}]}],
]
ASKS = 0.16  # of all people: 60 of 400
OFFERS = 0.1


def fill(world: World) -> None:
    """Make a round with its asks and offers, and match it."""
    hub, programme = world.hubs["onward"], world.programmes["mentoring"]
    name = f"Autumn {world.today.year}" if world.today.month > 6 else f"Spring {world.today.year}"
    matching = Round.objects.create(hub=hub, programme=programme, name=name, seed=world.seed)
    live = Membership.objects.filter(hub=hub, programme=programme, granted_at__isnull=False, until__isnull=True)
    people = {role: _people(live, role) for role in ("mentee", "mentor")}
    earlier(world)
    people["mentee"].remove(world.staff["hana"])  # she has her mentor
    Ask.objects.bulk_create(_asks(world, matching, people["mentee"]), batch_size=AT_ONCE)
    Offer.objects.bulk_create(_offers(world, matching, people["mentor"]), batch_size=AT_ONCE)
    match(world, matching)


def _people(live: Any, role: str) -> list[Person]:
    rows = live.filter(role=role).select_related("person", "person__place", "person__organisation")
    return [row.person for row in rows.defer("person__place__outline").order_by("person_id")]


def _asks(world: World, matching: Round, people: list[Person]) -> Iterator[Ask]:
    for person in people[: max(12, round(world.size * ASKS))]:
        yield Ask(**_side(world, matching, person, (2, 4), (5, 12)))


def _offers(world: World, matching: Round, people: list[Person]) -> Iterator[Offer]:
    rng = world.rng
    for person in people[: max(8, round(world.size * OFFERS))]:
        side = _side(world, matching, person, (3, 7), (6, 20))
        yield Offer(**side, capacity=rng.choice((1, 1, 2, 2, 3)), cleared=rng.random() < 0.9)


def _side(
    world: World, matching: Round, person: Person, tags: tuple[int, int], travel: tuple[int, int]
) -> dict[str, Any]:
    """Return what both sides say. Places are rough: a neighbourhood's middle, moved by up to half a kilometre."""
    rng, place = world.rng, person.place
    early = rng.random() < 0.15
    slots = {f"{rng.choice(DAYS[:5])}-{'pm' if early else 'eve'}" for _ in range(rng.randrange(2, 6))}
    slots |= {f"{rng.choice(DAYS[5:])}-{rng.choice(('am', 'pm'))}"} if rng.random() < 0.5 else set()
    return {
        "hub_id": person.hub_id,
        "round": matching,
        "person": person,
        "programme_id": matching.programme_id,
        "tags": sorted(rng.sample(TAGS, rng.randint(*tags))),
        "languages": list(person.languages),
        "slots": sorted(slots),
        "organisation": person.organisation.name if person.organisation and rng.random() < 0.25 else "",
        "travel_km": float(rng.randint(*travel)),
        "mode": rng.choices(("in-person", "either", "online"), (6, 3, 1))[0],
        "lat": round(place.lat + rng.uniform(-0.004, 0.004), 4) if place and place.lat else None,
        "lon": round(place.lon + rng.uniform(-0.007, 0.007), 4) if place and place.lon else None,
    }


def earlier(world: World) -> None:
    """Make the round before this one, in which Hana and Leroy were put together; they write to each other already."""
    hub, programme, by = world.hubs["onward"], world.programmes["mentoring"], world.staff["ruth"]
    when = world.moment(12, 15)
    before = Round.objects.create(
        hub=hub, programme=programme, name="The first two", seed=world.seed, state=Round.State.APPROVED,
        run_at=when, approved_at=when, approved_by=by,
    )  # fmt: skip
    both = {"hub": hub, "round": before, "programme": programme}
    said = {"tags": ["confidence", "maths"], "languages": ["en"], "slots": ["sat-am"], "travel_km": 12.0}
    Ask.objects.create(**both, **said, person=world.staff["hana"])
    Offer.objects.create(**both, **said, person=world.staff["leroy"], capacity=1, cleared=True)
    pair = Pair.objects.create(
        **both, mentee=world.staff["hana"], mentor=world.staff["leroy"], score=712_000, reasons=WHY,
        state=Pair.State.APPROVED, approved_at=when, approved_by=by,
    )  # fmt: skip
    Thread.objects.filter(hub=hub, programme=programme, young=True).update(about=ref(pair))


def match(world: World, matching: Round) -> None:
    """Have the round matched as its programme lead would: by the job, so that it is ready to read soon."""
    if find_spec("upwell_site.connect.jobs") is None:  # matching is not part of this site
        return
    start("connect.match", hub=matching.hub, about=matching, by=world.staff["ruth"])
