"""A hub with an organiser, a lead and neighbours, and discussions with votes whose groups are known."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from upwell_site.core import jobs
from upwell_site.core.models import Hub, Link, Membership, Person, Place, Programme, Site, User
from upwell_site.listen.models import Discussion, Statement, Vote, Voter

POLIS = Path(__file__).resolve().parents[1] / "data" / "polis"
BREXIT = POLIS / "brexit-consensus"


@dataclass(slots=True)
class Town:
    """One hub and its people."""

    hub: Hub
    programme: Programme
    place: Place
    organiser: Person
    lead: Person
    neighbour: Person
    young: Person
    admin: Person


def town(slug: str = "spring-lane") -> Town:
    """Build a hub with one listening programme."""
    Site.objects.get_or_create(pk=1)
    place, _made = Place.objects.get_or_create(code="E08000035", defaults={"name": "Leeds", "level": "council"})
    hub = Hub.objects.create(name="Spring Lane Hub", slug=slug, controller="Spring Lane Trust", place=place)
    programme = Programme.objects.create(hub=hub, name="Listening", kind="listening")
    people = {who: person(hub, who) for who in ("organiser", "lead", "neighbour", "admin")}
    people["young"] = person(hub, "young", born=timezone.localdate() - timedelta(days=14 * 366))
    for who in ("organiser", "lead"):
        role(people[who], who, programme, by=people["neighbour"])
    role(people["admin"], "admin", None, by=people["neighbour"])
    return Town(hub=hub, programme=programme, place=place, **people)


def person(hub: Hub, name: str, born: date = date(1980, 5, 17)) -> Person:
    """Add an adult with a sign-in, or somebody younger."""
    user = User.objects.create_user(f"{name}-{hub.slug}@example.org")
    grown = date(born.year + 18, born.month, min(born.day, 28))
    return Person.objects.create(hub=hub, user=user, name=name.title(), folded=name, born=born, adult_on=grown)


def role(who: Person, name: str, programme: Programme | None, *, by: Person) -> Membership:
    """Give a role that holds today."""
    return Membership.objects.create(
        hub_id=who.hub_id,
        person=who,
        role=name,
        programme=programme,
        since=timezone.localdate() - timedelta(days=10),
        granted_at=timezone.now(),
        granted_by=by,
    )


def discussion(of: Town, **more: Any) -> Discussion:
    """Begin a discussion of the organiser, open and public unless said otherwise."""
    given = {"title": "our yards", "state": "open", "public": True, "by": of.organiser, "programme": of.programme}
    return Discussion.objects.create(hub=of.hub, **{**given, **more})


def statements(row: Discussion, *texts: str, moderated: int = 1) -> list[Statement]:
    """Add statements, numbered from 0."""
    start = Statement.objects.filter(hub=row.hub, discussion=row).count()
    return [
        Statement.objects.create(hub=row.hub, discussion=row, number=start + n, text=text, moderated=moderated)
        for n, text in enumerate(texts)
    ]


def vote_matrix(row: Discussion, matrix: list[list[int | None]], texts: list[str] | None = None) -> None:
    """Store a table of votes: a row for each person, a column for each statement, None for not seen."""
    texts = texts or [f"Sentence {n}." for n in range(len(matrix[0]))]
    said = statements(row, *texts)
    first = Voter.objects.filter(hub=row.hub, discussion=row).count()
    for number, answers in enumerate(matrix, first):
        voter = Voter.objects.create(hub=row.hub, discussion=row, number=number)
        Vote.objects.bulk_create(
            Vote(hub=row.hub, discussion=row, voter=voter, statement=statement, value=value)
            for statement, value in zip(said, answers, strict=True)
            if value is not None
        )


def two_camps(row: Discussion, first: int = 14, second: int = 11, third: int = 0) -> None:
    """Store votes of people who plainly fall apart: two camps share three sentences; a few share nothing."""
    a = [1, 1, 1, 1, 1, 1, 1, -1, -1]
    b = [1, 1, 1, -1, -1, -1, -1, 1, 1]
    c = [-1, -1, -1, 0, 0, -1, 1, 1, -1]
    matrix: list[list[int | None]] = [list(a)] * first + [list(b)] * second + [list(c)] * third
    vote_matrix(row, matrix, [f"Sentence number {n} of the yard." for n in range(9)])


def work() -> None:
    """Do all the waiting work."""
    while jobs.work_one():
        pass


def link(row: Discussion, scope: str = "") -> Link:
    """Make a personal link that opens a discussion."""
    return Link.objects.create(
        hub=row.hub,
        scope=scope or f"listen.discussion:{row.pk}",
        key_hash=f"{row.pk:0>64}",
        expires_at=timezone.now() + timedelta(days=1),
    )


def by_link(client: Any, made: Link) -> None:
    """Come in by a personal link."""
    session = client.session
    session[f"link-{made.hub_id}"] = made.pk
    session.save()


def export_files(folder: Path = BREXIT) -> dict[str, bytes]:
    """The files of an export, by name."""
    return {path.name: path.read_bytes() for path in folder.glob("*.gz")}


def small_export() -> dict[str, bytes]:
    """An export of twenty people and six statements, written by hand."""
    ids = range(6)
    heading = "participant,n-agree,n-disagree," + ",".join(map(str, ids))
    rows, agrees, disagrees = [heading], [0] * 6, [0] * 6
    for who in range(20):
        votes = [1, 1, 1, 1, -1, -1] if who < 12 else [1, -1, -1, -1, 1, 1]
        for j, value in enumerate(votes):
            agrees[j] += value == 1
            disagrees[j] += value == -1
        rows.append(f"{who},{votes.count(1)},{votes.count(-1)}," + ",".join(map(str, votes)))
    comments = ["comment-id,author-id,agrees,disagrees,moderated,comment-body"]
    comments += [f'{j},0,{agrees[j]},{disagrees[j]},{1 if j else 0},"Trees, and number {j}"' for j in ids]
    return {
        "comments.csv": ("\n".join(comments) + "\n").encode(),
        "participants-votes.csv.gz": gzip.compress(("\n".join(rows) + "\n").encode()),
    }
