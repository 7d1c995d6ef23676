"""What a campaign needs to know from inside the site: people signed in beforehand, and what is written there now.

A process of its own, so that it may die with its database, and nothing stays open between two questions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests import world as w  # noqa: E402
from tests.factories import connect as rounds  # noqa: E402
from tests.factories.signin import sign_in  # noqa: E402
from upwell_site.connect.models import Pair, Round  # noqa: E402
from upwell_site.core import ledger, outbox, walls  # noqa: E402
from upwell_site.core.actions import consent, invitations  # noqa: E402
from upwell_site.core.actor import roles_of  # noqa: E402
from upwell_site.core.models import Batch, Consent, ConsentText, Hub, Job, Letter, Person, Programme, Thread, User  # noqa: E402
from upwell_site.core.policy import Actor  # noqa: E402
from upwell_site.listen.models import Discussion, Note, Statement, Vote  # noqa: E402
from upwell_site.sealed import chain  # noqa: E402
from upwell_site.sealed.fields import unseal  # noqa: E402
from upwell_site.sealed.models import Concern  # noqa: E402

PURPOSES = ("contact", "quote", "story")
known: dict[str, Callable[..., Any]] = {}


def answers(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function one that may be asked for by its name."""
    known[work.__name__] = work
    return work


def hub() -> Hub:
    return Hub.objects.get(slug="here")


def cookie(person: Person) -> dict[str, str]:
    """Sign somebody in, with a second step; return their cookies."""
    client = Client()
    sign_in(client, person)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def named(name: str) -> Person:
    return Person.objects.get(hub=hub(), name=name)


@answers
def make(neighbours: int, sentences: int) -> dict[str, Any]:
    """Make a hub with staff, neighbours and a discussion; return everybody's cookies."""
    made = rounds.room("here")
    admin, organiser = made.people["admin"], made.people["organiser"]
    for purpose in PURPOSES:
        consent.write_text(by=admin, hub=made.hub, purpose=purpose, text=f"May we: {purpose}?")
    talk = Discussion.objects.create(hub=made.hub, title="our yards", state="open", public=True, by=organiser)
    Statement.objects.bulk_create(
        Statement(hub=made.hub, discussion=talk, number=n, text=f"Sentence {n}.", moderated=1) for n in range(sentences)
    )
    people = {"admin": admin, "organiser": organiser, "safe": made.people["safe"], "lead": made.lead}
    people |= {f"neighbour {n}": rounds.person(made.hub, f"Neighbour {n}") for n in range(neighbours)}
    return {
        "discussion": talk.pk,
        "people": {name: {"number": one.pk, "cookies": cookie(one)} for name, one in people.items()},
        "texts": {row.purpose: row.pk for row in ConsentText.objects.filter(hub=made.hub)},
    }


@answers
def new_round(name: str, asks: int, offers: int) -> int:
    """Make a round with people on both sides."""
    programme = Programme.objects.create(hub=hub(), name=f"Mentoring {name}", kind="mentoring")
    lead, organiser = named("Farah Hussain"), named("Organiser")
    for who, role in ((lead, "lead"), (organiser, "organiser")):
        rounds.role(who, role, programme)
    room = rounds.Room(hub(), programme, lead)
    return int(rounds.round_of(room, asks, offers, name=name).pk)


@answers
def new_person(name: str) -> int:
    """Make somebody who is to be forgotten, with a yes and a few words."""
    row = rounds.person(hub(), name, email=f"{name.split()[-1].lower()}@example.org", about=f"About {name}")
    text = ConsentText.objects.get(hub=hub(), purpose="contact")
    Consent.objects.create(hub=hub(), person=row, text=text, purpose="contact", given=True, how="screen", by=row)
    return int(row.pk)


@answers
def crowd(number: int) -> None:
    """Put many people into the hub, each with a yes."""
    text = ConsentText.objects.get(hub=hub(), purpose="contact")
    for start in range(0, number, 5_000):
        names = [f"Crowd {n}" for n in range(start, min(start + 5_000, number))]
        Person.objects.bulk_create(
            [Person(hub=hub(), name=n, folded=n.lower(), about=f"{n} knows every street.") for n in names], 500
        )
    rows = Person.objects.filter(hub=hub(), name__startswith="Crowd").values_list("pk", flat=True)
    said = (Consent(hub=text.hub, person_id=n, text=text, purpose="contact", given=True, how="screen") for n in rows)
    while some := list(islice(said, 5_000)):
        Consent.objects.bulk_create(some, 500)


@answers
def wipe() -> None:
    """Lose the database: what an operator finds on a new machine."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


@answers
def new_invitation(email: str) -> str:
    """Invite an address; return the key of the invitation's link."""
    admin = named("Admin")
    actor = Actor(admin.hub_id, admin.pk, roles_of(admin))
    _row, key = invitations.invite(by=admin, actor=actor, address=email, name=email.partition("@")[0], send=False)
    return key


@answers
def code_for(email: str) -> str:
    """Return the newest code that was posted to an address."""
    rows = Letter.objects.filter(address__iexact=email, kind="sign_in_code").order_by("-id")
    return str(rows[0].values["code"]) if rows else ""


@answers
def minute_passes() -> None:
    """Let every lease run out, as a minute would."""
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=past)


@answers
def open_jobs() -> int:
    """Return how many jobs wait or run."""
    return int(Job.objects.filter(ended_at__isnull=True).count())


@answers
def failed_jobs() -> list[str]:
    """Return the jobs that failed, each with what its page says."""
    return [f"{j.kind} {j.about}: {j.said}" for j in Job.objects.filter(state=Job.State.FAILED)]


# ---- what is there now ----


@answers
def votes(people: list[int]) -> list[list[int]]:
    """Return every vote of these people: person, statement, value."""
    rows = Vote.objects.filter(voter__person__in=people)
    return [list(row) for row in rows.values_list("voter__person_id", "statement_id", "value")]


@answers
def consents(people: list[int]) -> list[list[Any]]:
    """Return the lines of the ledger in order: person, purpose, yes or no."""
    rows = Consent.objects.filter(person__in=people).order_by("id")
    return [list(row) for row in rows.values_list("person_id", "purpose", "given")]


@answers
def talks() -> list[str]:
    """Return the words of every note."""
    return list(Note.objects.values_list("text", flat=True))


@answers
def concerns() -> dict[str, Any]:
    """Return the words of every concern, those whose chain does not hold, and how many letters told of them."""
    said, broken = [], 0
    for row in Concern.objects.all():
        key = row.row_key()
        said.append(unseal(row, key, "words"))
        broken += not chain.holds(row, key)
    return {"words": said, "broken": broken, "letters": Letter.objects.filter(kind="waits").count()}


@answers
def lists(tags: list[str]) -> list[dict[str, Any]]:
    """Return for each list: how many times it was taken in, how it stands, how many of its people are here."""
    found = []
    for tag in tags:
        batches = list(Batch.objects.filter(file_name=f"{tag}.csv").values_list("state", flat=True))
        there = Person.objects.filter(name__startswith=f"{tag} ").count()
        found.append({"tag": tag, "batches": batches, "people": there})
    return found


@answers
def matches(numbers: list[int]) -> list[dict[str, Any]]:
    """Return for each round: its state, its pairs, and how many conversations and letters its approval made."""
    found = []
    for row in Round.objects.filter(pk__in=numbers):
        pairs = Pair.objects.filter(round=row)
        approved = list(pairs.filter(state=Pair.State.APPROVED).values_list("pk", flat=True))
        threads = [Thread.objects.filter(about=f"connect.pair:{pk}").count() for pk in approved]
        told = Letter.objects.filter(kind="round_approved", about=f"connect.round:{row.pk}").count()
        found.append({"round": row.pk, "state": row.state, "pairs": pairs.count(), "threads": threads, "letters": told})
    return found


@answers
def forgotten(people: dict[str, int]) -> list[dict[str, Any]]:
    """Return for each: whether the name is there, the row emptied, the ledger written, the words out of the file."""
    found = []
    for name, number in people.items():
        row = Person.objects.get(pk=number)
        there = row.name == name
        words = Consent.objects.filter(person=row).count() if there else 0
        found.append(
            {
                "name": name,
                "whole": there and row.emptied_at is None and words == 1 and row.about == f"About {name}",
                "gone": row.emptied_at is not None and not row.name and not row.about and not row.email,
                "ledger": ledger.holds(row),
                "scrubbed": connection.vendor != "sqlite" or (ledger.holds(row) and ledger.is_scrubbed(row)),
                "bytes": _bytes_of(name) if row.emptied_at is not None else 0,
            }
        )
    return found


def _bytes_of(name: str) -> int:
    """Return how often a name stands in the database's files; only SQLite's are ours to read."""
    if connection.vendor != "sqlite":
        return 0
    file = Path(str(connection.settings_dict["NAME"]))
    word = name.split()[-1].encode()
    return sum(path.read_bytes().count(word) for path in file.parent.glob(f"{file.name}*"))


@answers
def users(emails: list[str]) -> dict[str, list[int]]:
    """Return for each address how many sign-ins and how many people of the hub it has."""
    return {
        email: [User.objects.filter(email=email).count(), Person.objects.filter(user__email=email).count()]
        for email in emails
    }


@answers
def whole() -> str:
    """Return "" when the database is sound and every wall stands, else what is wrong."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said = cursor.fetchone()[0]
            cursor.execute("PRAGMA foreign_key_check")
            if said != "ok" or cursor.fetchone() is not None:
                return f"integrity: {said}"
    else:
        with transaction.atomic():
            connection.check_constraints()
    return f"{len(walls.missing())} walls are missing" if walls.missing() else ""


@answers
def database() -> str:
    """Return where the database lies."""
    return str(settings.DATABASES["default"]["NAME"])


@answers
def content() -> dict[str, list[Any]]:
    """Return for each table how many rows it has and a mark of all they say, sessions and keys of forms left out."""
    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        if (
            model._meta.label in {"sessions.Session", "core.Once", "core.Look"}
            or model._meta.app_label == "contenttypes"
        ):
            continue
        rows = model._base_manager.order_by("pk").values_list()
        told = hashlib.sha256("\n".join(repr(row) for row in rows.iterator()).encode())
        found[model._meta.label] = [rows.count(), told.hexdigest()]
    return found


@answers
def world() -> dict[str, dict[str, Any]]:
    """Make the two hubs of the house tests; return for everybody their hub, a name nobody else has, and cookies."""
    made = w.make()
    found: dict[str, dict[str, Any]] = {}
    for side in made.sides.values():
        for who, person in side.people.items():
            person.name = f"Own{who}{side.name} Zq"
            person.save(update_fields=["name"])
            cookies = {name: morsel.value for name, morsel in made.client(who, side.name).cookies.items()}
            found[f"{who}@{side.name}"] = {"hub": side.hub.slug, "name": person.name, "cookies": cookies}
    return found


@answers
def post_letters(count: int, tag: str) -> None:
    """Put letters into the outbox, as deeds do."""
    for n in range(count):
        outbox.post(f"{tag}{n}@example.org", "sign_in_unknown", f"{tag}:{n}", hub=None)


@answers
def letters(tag: str) -> dict[str, Any]:
    """Return how the letters of a tag stand, and their marks."""
    rows = Letter.objects.filter(address__startswith=tag)
    return {
        "states": dict(Counter(rows.values_list("state", flat=True))),
        "ids": list(rows.values_list("message_id", flat=True)),
    }


@answers
def letters_now() -> None:
    """Let every letter that waits for its next try be due, as hours would; one whose sender was killed too."""
    now = timezone.now()
    Letter.objects.filter(state=Letter.State.WAITING).update(after=now)
    Letter.objects.filter(state=Letter.State.SENDING).update(lease_until=now - timedelta(seconds=1))


def main() -> None:
    """Answer a question a line."""
    for line in sys.stdin:
        name, facts = json.loads(line)
        try:
            said = {"answer": known[name](**facts)}
        except Exception as problem:  # noqa: BLE001 - told to whoever asked
            said = {"failed": f"{type(problem).__name__}: {problem}"}
        connection.close()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
