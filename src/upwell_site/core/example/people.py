"""The people of the example: those with a part to play, and the many around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from upwell_site.core.example.words import ABOUT
from upwell_site.core.example.world import AT_ONCE, SHARES, World
from upwell_site.core.models import Entry, Membership, Organisation, Person, Place, User
from upwell_site.core.models.person import adult_day
from upwell_site.core.text import fold


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody with a part to play: who they are, and the roles they were given (role, programme)."""

    key: str
    hub: str
    name: str
    age: int
    roles: tuple[tuple[str, str], ...] = ()
    place: str = "leeds-053"
    languages: tuple[str, ...] = ("en",)
    about: str = ""


PARTS = (
    Part("tomasz", "spring-lane", "Tomasz Zielony", 44, (("admin", ""),), "leeds-065", ("en", "pl")),
    Part("maureen", "spring-lane", "Maureen Lumb", 61, (("safeguarding", ""),), "leeds-060"),
    Part("claudette", "spring-lane", "Claudette Maynard", 52, (("lead", "listening"),), "leeds-042"),
    Part(
        "semira",
        "spring-lane",
        "Semira Tesfay",
        33,
        (("organiser", "listening"),),
        "leeds-053",
        ("en", "ti"),
        "I knock on doors, and I come back.",
    ),
    Part("javed", "spring-lane", "Javed Siddique", 47, (("organiser", "listening"),), "leeds-048", ("en", "ur")),
    Part("dorota", "spring-lane", "Dorota Pawlak", 29, (("organiser", "listening"),), "leeds-070", ("en", "pl")),
    Part("harjit", "spring-lane", "Harjit Panesar", 58, (("evaluator", "listening"),), "leeds-037", ("en", "pa")),
    Part(
        "danuta",
        "spring-lane",
        "Danuta Wolska",
        57,
        (("mentee", "listening"),),
        "leeds-060",
        ("en", "pl"),
        "I sew. I would teach it if there was a room.",
    ),
    Part("gareth", "onward", "Gareth Naylor", 50, (("admin", ""),), "leeds-044"),
    Part(
        "ruth", "onward", "Ruth Adeyemi", 41, (("lead", "mentoring"), ("lead", "university")), "leeds-034", ("en", "yo")
    ),
    Part("joan", "onward", "Joan Thackray", 59, (("safeguarding", ""),), "leeds-056"),
    Part("selam", "onward", "Selam Berhane", 36, (("deputy", ""),), "leeds-055", ("en", "ti")),
    Part(
        "leroy",
        "onward",
        "Leroy Prescod",
        48,
        (("mentor", "mentoring"),),
        "leeds-042",
        ("en",),
        "I mend lifts, and I coach on Saturdays.",
    ),
    Part("hana", "onward", "Hana Mahmoudi", 15, (("mentee", "mentoring"),), "leeds-053", ("en", "fa")),
    Part("farida", "onward", "Farida Rahmani", 38, (("partner", "mentoring"),), "leeds-064", ("en", "fa")),
    Part("wendy", "aire-council", "Wendy Holroyd", 55, (("admin", ""),), "leeds-111"),
    Part("imran", "aire-council", "Imran Shafiq", 39, (("lead", "neighbours"),), "leeds-047", ("en", "ur")),
    Part("helen", "aire-council", "Helen Binns", 34, (("organiser", "neighbours"),), "leeds-067"),
    Part("bisi", "leeds-together", "Bisi Olatunde", 45, (("convenor", ""),), "leeds-065", ("en", "yo")),
    Part("yvonne", "leeds-together", "Yvonne Stapleton", 62, (("admin", ""),), "leeds-042"),
)
FIRST = frozenset({"admin", "safeguarding"})  # given by the operator when a hub began
# Harehills, Seacroft, Chapel Allerton, Headingley, Bramley, Armley, Beeston, Hunslet: where the partner schools are.
PARTNER_PLACES = (
    "leeds-053",
    "leeds-050",
    "leeds-034",
    "leeds-044",
    "leeds-058",
    "leeds-067",
    "leeds-090",
    "leeds-112",
)
ENTERED = (("semira", "spring-lane"), ("tomasz", "spring-lane"), ("ruth", "onward"), ("leroy", "onward"))
OPERATOR = "operator@example.invalid"  # the same as the example's first start would make


def address(name: str, number: int | str = "") -> str:
    """Return an invented address that reaches nobody."""
    plain = re.sub(r"[^a-z]+", ".", fold(name).encode("ascii", "ignore").decode()).strip(".")
    return f"{plain or 'somebody'}{number}@example.org"


def build(world: World) -> None:
    """Make everybody: first those with a part, because they confirm ages and grant roles, then the many."""
    _staff(world)
    shares = [round(world.size * share) for share in SHARES.values()]
    shares[0] += world.size - sum(shares)  # so that they add up
    for slug, share in zip(SHARES, shares, strict=True):
        there = sum(part.hub == slug for part in PARTS) + (len(ENTERED) if slug == "leeds-together" else 0)
        _crowd(world, slug, share - there)
    _entered(world)


def _staff(world: World) -> None:
    for part in PARTS:
        world.names.used.add(part.name)
        born = birthday(world, part.age)
        place = world.places[part.place]
        world.staff[part.key] = Person.objects.create(
            hub=world.hubs[part.hub],
            user=sign_in(address(part.name)),
            name=part.name,
            folded=fold(part.name),
            email=address(part.name),
            place=place,
            sector=world.sectors.get(place.code, ""),
            languages=list(part.languages),
            about=part.about,
            contact_ok=True,
            listed=part.age >= 18,
            born=born,
            adult_on=adult_day(born),
            outside_id=f"door-{part.key}",
            joined_at=world.moment(240),
        )
    sign_in(OPERATOR, is_operator=True)
    for part in PARTS:  # every age was confirmed by somebody else of the same hub
        admin = admin_of(world, part.hub, but=part.key)
        if admin is not None:
            Person.objects.filter(pk=world.staff[part.key].pk).update(born_by=admin)


def sign_in(email: str, *, is_operator: bool = False) -> User:
    """Make a sign-in with a checked address."""
    user = User.objects.create_user(email, is_operator=is_operator)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def admin_of(world: World, hub: str, but: str = "") -> Person | None:
    """Return the admin of a hub, or somebody else there when that is `but`."""
    found = [p for p in PARTS if p.hub == hub and p.key != but and p.age >= 18]
    found.sort(key=lambda p: not any(role == "admin" for role, _ in p.roles))
    return world.staff[found[0].key] if found else None


def birthday(world: World, age: int) -> date:
    """Return a date of birth that makes somebody this old today."""
    return world.today - timedelta(days=int(age * 365.25) + world.rng.randrange(1, 364))


def _crowd(world: World, slug: str, count: int) -> None:
    """Make the many of one hub. Most ages were confirmed; some are claimed or unknown and count as young."""
    near, weights = _homes(world, slug)
    confirmed_by = admin_of(world, slug)
    claimed_by = next(
        (world.staff[p.key] for p in PARTS if p.hub == slug and p.roles[0][0] in {"organiser", "lead", "convenor"}),
        None,
    )
    places = world.rng.choices(near, weights, k=count)
    rows = [_somebody(world, slug, n, place, confirmed_by, claimed_by) for n, place in enumerate(places, 1)]
    world.crowd[slug] = Person.objects.bulk_create(rows, batch_size=AT_ONCE)


def _homes(world: World, slug: str) -> tuple[list[Place], list[float]]:
    """Return where the people of a hub live. The mentoring programme works through partners in a few places."""
    if slug == "spring-lane":
        return world.near("leeds-060", 1.1)
    if slug == "onward":
        return [world.places[code] for code in PARTNER_PLACES], [1.0] * len(PARTNER_PLACES)
    return world.near("leeds-111", 4.0)


def _somebody(
    world: World, slug: str, number: int, place: Place, confirmed_by: Person | None, claimed_by: Person | None
) -> Person:
    rng = world.rng
    name, languages = world.names.draw()
    person = Person(
        hub=world.hubs[slug],
        name=name,
        folded=fold(name),
        place=place,
        sector=world.sectors.get(place.code, ""),
        languages=list(languages),
        about=rng.choice(ABOUT) if rng.random() < 0.35 else "",
        contact_ok=rng.random() < 0.7,
        organisation=_organisation(world, slug),
        outside_id=f"example-{number}",
        joined_at=world.moment(rng.randrange(1, 230)),
    )
    if rng.random() < 0.8:
        person.email = address(name, f".{slug[:2]}{number}")
    if rng.random() < 0.4:
        person.phone = f"07700 900{rng.randrange(1000):03d}"  # kept free for drama by the regulator
    _age(world, person, _years(world, slug, number), confirmed_by, claimed_by)
    return person


def _organisation(world: World, slug: str) -> Organisation | None:
    share = {"spring-lane": 0.3, "onward": 0.6, "aire-council": 1.0, "leeds-together": 1.0}[slug]
    return world.rng.choice(world.organisations[slug]) if world.rng.random() < share else None


def _years(world: World, slug: str, number: int) -> int:
    """Return an age: the programme's mentees are 13 to 22, its mentors grown up, the hub's people all ages."""
    rng = world.rng
    if slug == "onward":
        return (
            rng.choice((13, 14, 15, 15, 16, 16, 16, 17, 17, 18, 19, 20, 22))
            if is_mentee(number)
            else rng.randrange(24, 69)
        )
    if slug == "spring-lane":
        return rng.randrange(14, 18) if rng.random() < 0.06 else int(rng.triangular(18, 88, 42))
    return rng.randrange(22, 66)


def is_mentee(number: int) -> bool:
    """Whether this one of the programme's people asks (three in five) or offers."""
    return number % 5 in (0, 2, 4)


def _age(world: World, person: Person, years: int, confirmed_by: Person | None, claimed_by: Person | None) -> None:
    rng = world.rng
    born = birthday(world, years)
    if adult_day(born) > world.today:  # a date that protects counts at once
        person.born, person.born_by, person.adult_on = born, claimed_by, adult_day(born)
        return
    dice = rng.random()
    if dice < 0.88 or claimed_by is None:
        person.born, person.born_by, person.adult_on = born, confirmed_by, adult_day(born)
        person.listed = rng.random() < 0.45
    elif dice < 0.93:
        person.born_claimed, person.born_claimed_by = born, claimed_by


def _entered(world: World) -> None:
    """A few people entered the network by themselves: the same sign-in, another person."""
    network = world.hubs["leeds-together"]
    for key, slug in ENTERED:
        home = world.staff[key]
        there = Person.objects.create(
            hub=network,
            user_id=home.user_id,
            name=home.name,
            folded=home.folded,
            adult_on=world.days_ago(90),
            listed=True,
            outside_id=f"door-{key}",
            joined_at=world.moment(90),
        )
        world.crowd["leeds-together"].append(there)
        Entry.objects.create(hub=world.hubs[slug], person=home, network=network)


def roles(world: World) -> None:
    """Give roles: to those with a part, and to the many of each programme. Nobody grants their own."""
    rows = [*_staff_roles(world), *_crowd_roles(world)]
    Membership.objects.bulk_create(rows, batch_size=AT_ONCE)


def _staff_roles(world: World) -> Iterator[Membership]:
    for part in PARTS:
        admin = admin_of(world, part.hub, but=part.key)
        for role, key in part.roles:
            first = role in FIRST
            yield Membership(
                hub=world.hubs[part.hub],
                person=world.staff[part.key],
                role=role,
                programme=world.programmes[key] if key else None,
                since=world.days_ago(220),
                proposed_by=None if first else admin,
                granted_by=None if first else admin,
                granted_at=world.moment(220),
                first=first,
            )


def _crowd_roles(world: World) -> Iterator[Membership]:
    rng = world.rng
    for slug, key in (("spring-lane", "listening"), ("onward", "mentoring"), ("aire-council", "neighbours")):
        admin, hub = admin_of(world, slug), world.hubs[slug]
        for number, person in enumerate(world.crowd[slug], 1):
            mentor = slug == "onward" and not is_mentee(number)
            if mentor and not person.is_adult:
                continue
            if slug != "onward" and rng.random() > 0.75:
                continue
            since = rng.randrange(5, 200)
            waits = mentor and rng.random() < 0.06
            ended = not mentor and rng.random() < 0.04
            yield Membership(
                hub=hub,
                person=person,
                role="mentor" if mentor else "mentee",
                programme=world.programmes[key],
                since=world.days_ago(since),
                until=world.days_ago(rng.randrange(0, since)) if ended else None,
                proposed_by=admin,
                granted_by=None if waits else admin,
                granted_at=None if waits else timezone.now() - timedelta(days=since),
            )
