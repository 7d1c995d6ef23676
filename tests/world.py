"""W, the small world of the tests: two hubs alike, named people, one row of every resource, a canary in every text.

`REL` states by hand who is what to which row. It never asks the policy: it is what the policy is held against.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Model
from django.test import Client
from django.utils import timezone

from tests.factories.signin import sign_in_user
from upwell_site.connect.models import Ask, Offer, Pair, Round, Unmatched
from upwell_site.core.models import (
    Attendance,
    Batch,
    Consent,
    ConsentText,
    DataRequest,
    Duplicate,
    Entry,
    Hub,
    HubText,
    Invitation,
    Job,
    Letter,
    Link,
    Look,
    Membership,
    Merge,
    Message,
    Organisation,
    Person,
    Place,
    Programme,
    Seat,
    Session,
    Site,
    Standing,
    Thread,
    Tie,
    Training,
    User,
)
from upwell_site.listen.models import Conversation, Discussion, Grouping, Note, Statement, Vote, Voter
from upwell_site.sealed import actions
from upwell_site.sealed.fields import seal
from upwell_site.sealed.models import Check, Concern

HUBS = ("here", "there")

# Who lives in each hub, and the roles they hold there today, by hand.
ROLES: dict[str, set[str]] = {
    "visitor": {"visitor"},
    "linkholder": {"visitor", "link"},
    "stranger": {"visitor", "user"},  # signed in, a person of neither hub
    "operator": {"visitor", "user"},  # runs the site; a person of neither hub
    "adult": {"visitor", "user", "participant"},
    "listed": {"visitor", "user", "participant"},
    "young": {"visitor", "user", "young", "mentee"},  # aged 14, in programme A
    "unknown": {"visitor", "user", "young"},  # age not known: counts as young
    "mentor": {"visitor", "user", "participant", "mentor"},
    "lapsed": {"visitor", "user", "participant"},  # a mentor whose check ran out
    "organiser": {"visitor", "user", "participant", "organiser"},  # programme A
    "organiser2": {"visitor", "user", "participant", "organiser"},  # programme B
    "lead": {"visitor", "user", "participant", "lead"},  # programme A
    "lead2": {"visitor", "user", "participant", "lead"},  # programme B
    "safe": {"visitor", "user", "participant", "safeguarding"},
    "deputy": {"visitor", "user", "participant", "deputy"},
    "admin": {"visitor", "user", "participant", "admin"},
    "evaluator": {"visitor", "user", "participant", "evaluator"},  # programme A
    "convenor": {"visitor", "user", "participant", "convenor"},
    "ended": {"visitor", "user", "participant"},  # was lead of programme A until yesterday
    "asleep": {"visitor", "user", "participant"},  # an admin who has not given a second factor in this session
}
GRANTED = {  # person: (role, programme)
    "mentor": ("mentor", "A"),
    "lapsed": ("mentor", "A"),
    "organiser": ("organiser", "A"),
    "organiser2": ("organiser", "B"),
    "lead": ("lead", "A"),
    "lead2": ("lead", "B"),
    "safe": ("safeguarding", None),
    "deputy": ("deputy", None),
    "admin": ("admin", None),
    "evaluator": ("evaluator", "A"),
    "convenor": ("convenor", None),
    "asleep": ("admin", None),
    "young": ("mentee", "A"),
}
NO_PERSON = {"visitor", "linkholder", "stranger", "operator"}
SITE_ROLES = {"operator": {"operator"}}  # held on the pages of the site alone
TEAM_A = {"lead", "organiser"}  # who holds lead or organiser in programme A: "programme" relations by role

# resource -> row -> person -> relations; "*" is true for everybody (facts of the row).
Rel = dict[str, dict[str, dict[str, set[str]]]]
REL: Rel = {
    "hub": {"hub": {}},
    "person": {
        "young": {
            "young": {"self", "seated"},
            "mentor": {"seated"},
            "lead": {"programme", "watched", "offered"},
            "organiser": {"programme", "watched", "offered"},
            "evaluator": {"programme", "offered"},
            "*": {"listed", "minor"},  # listed is a mistake in the row: nobody finds them for all that
        },
        "adult": {
            "adult": {"self"},
            "lead": {"offered"},
            "organiser": {"offered", "talked"},
            "evaluator": {"offered"},
            "*": {"adult"},
        },
        "listed": {"listed": {"self"}, "*": {"adult", "listed", "agreed"}},
        "mentor": {
            "mentor": {"self", "seated"},
            "young": {"seated"},
            "lead": {"programme", "attending", "watched", "offered"},
            "organiser": {"programme", "attending", "watched", "offered"},
            "evaluator": {"programme", "offered"},
            "*": {"adult"},
        },
    },
    "membership": {
        "young": {"young": {"self"}, "lead": {"programme"}, "*": {"other_role", "youth_role", "taking_part"}},
        "proposed": {"adult": {"self"}, "lead": {"programme"}, "*": {"other_role", "youth_role", "waiting"}},
        "organiser": {"organiser": {"self"}, "lead": {"programme"}, "*": {"other_role", "youth_role"}},
        "safe": {"safe": {"self"}, "*": {"safety_role"}},
    },
    "organisation": {"one": {}},
    "place": {"one": {}},
    "programme": {
        "A": {
            "lead": {"programme", "offered"},
            "organiser": {"programme", "offered"},
            "evaluator": {"programme", "offered"},
            "young": {"taking_part", "offered"},
            "mentor": {"taking_part", "offered"},
            "lapsed": {"taking_part", "offered"},
            "adult": {"offered"},  # a role was proposed to them there
        },
        "B": {"lead2": {"programme", "offered"}, "organiser2": {"programme", "offered"}, "*": {"public"}},
    },
    "training": {"A": {"lead": {"programme"}, "organiser": {"programme"}}},
    "session": {"one": {"lead": {"programme"}, "organiser": {"programme"}}},
    "attendance": {"mentor": {"mentor": {"self"}, "lead": {"programme"}, "organiser": {"programme"}}},
    "standing": {"mentor": {"mentor": {"self"}, "lead": {"programme"}}},
    "consent": {"adult": {"adult": {"self"}}},
    "data_request": {"adult": {"adult": {"self"}}, "breach": {"*": {"breach"}}},
    "look": {"adult": {"adult": {"self"}}},
    "duplicate": {"one": {}},
    "merge": {"one": {}},
    "tie": {"one": {"adult": {"party"}, "organiser": {"party"}}},
    "entry": {"adult": {"adult": {"self"}}},
    "thread": {
        "young": {
            "young": {"party"},
            "mentor": {"party", "programme"},
            "lead": {"watching", "programme"},
            "organiser": {"watching", "programme"},
        },
    },
    "message": {
        "one": {
            "young": {"party"},
            "mentor": {"party", "programme"},
            "lead": {"watching", "programme"},
            "organiser": {"watching", "programme"},
        }
    },
    "letter": {"adult": {"adult": {"mine"}, "*": {"open"}}, "covered": {"deputy": {"mine"}}},
    "job": {"lead": {"lead": {"mine"}}},
    "batch": {"lead": {"lead": {"mine"}}},
    "invitation": {"lead": {"lead": {"mine"}, "*": {"plain", "joining", "team", "other_role", "safety_role"}}},
    "link": {"organiser": {"organiser": {"mine"}}},
    "concern": {
        "open": {"*": {"not_about_me"}},
        # about the safeguarding lead: true for everybody but them; who has no person is nobody it could be about
        "about_lead": {},
    },
    "check": {
        "mentor": {"mentor": {"self"}, "lead": {"programme"}, "organiser": {"programme"}, "evaluator": {"programme"}}
    },
    "conversation": {"one": {"organiser": {"author"}, "adult": {"subject"}, "lead": {"programme"}}},
    "note": {
        "kept": {"organiser": {"author", "programme"}, "adult": {"subject"}, "lead": {"programme"}},
        "shared": {"organiser": {"author", "programme"}, "adult": {"subject"}, "lead": {"programme"}, "*": {"shared"}},
    },
    "discussion": {
        "open": {
            "lead": {"author", "programme"},
            "organiser": {"programme"},
            "evaluator": {"programme"},
            "linkholder": {"scoped"},
            "*": {"public", "open"},
        },
        "draft": {"lead": {"programme"}, "organiser": {"programme", "author"}, "evaluator": {"programme"}},
    },
    "statement": {
        "open": {"lead": {"programme", "host"}, "organiser": {"programme"}, "*": {"public", "open"}},
        "draft": {"lead": {"programme"}, "organiser": {"programme", "host"}},
    },
    "voter": {"adult": {"adult": {"self"}}},
    "vote": {"adult": {"adult": {"self"}}},
    "grouping": {
        "one": {
            "lead": {"programme", "author"},
            "organiser": {"programme"},
            "evaluator": {"programme"},
            "*": {"public", "open"},
        }
    },
    "round": {"one": {name: {"programme"} for name in ("lead", "organiser", "evaluator")}},
    "ask": {"young": {"young": {"self"}, "lead": {"programme"}}},
    "offer": {"mentor": {"mentor": {"self"}, "lead": {"programme"}}},
    "pair": {
        "proposed": {"young": {"party"}, "mentor": {"party"}, "lead": {"programme"}},
        "approved": {"adult": {"party"}, "mentor": {"party"}, "lead": {"programme"}, "*": {"approved"}},
    },
    "unmatched": {"unknown": {"lead": {"programme"}}},
}

REL["concern"]["about_lead"] = {who: {"not_about_me"} for who in ROLES if who != "safe"}


@dataclass(slots=True)
class Canary:
    """A word that stands in one text, and the cell that somebody needs to see it."""

    word: str
    hub: str
    resource: str
    row: str
    action: str


@dataclass(slots=True)
class Side:
    """One of the two hubs."""

    name: str
    hub: Hub
    people: dict[str, Person] = field(default_factory=dict)
    rows: dict[str, dict[str, Model]] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """Both hubs, and every canary."""

    sides: dict[str, Side] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)

    def word(self, side: str, resource: str, row: str, action: str = "read") -> str:
        """Return a new word nobody else uses, and remember who may see it."""
        mark = hashlib.sha256(f"{side}{resource}{row}{action}{len(self.canaries)}".encode()).hexdigest()[:10]
        word = f"zq{mark}qz"
        self.canaries.append(Canary(word, side, resource, row, action))
        return word

    def client(self, who: str, side: str = "here") -> Client:
        """Return a browser in which `who` of hub `side` has signed in."""
        client = Client(REMOTE_ADDR="127.0.0.1")
        if who == "visitor":
            return client
        if who == "linkholder":
            session = client.session
            session[f"link-{self.sides[side].hub.pk}"] = self.links[side]
            session.save()
            return client
        user = self.users[who if who in NO_PERSON else f"{who}@{side}"]
        sign_in_user(client, user, second_factor=who != "asleep")
        return client


def make(*, sealed: bool = True) -> World:
    """Build W in the database; without a concern and a check in it where a test asks whether anybody can tell."""
    world = World()
    Site.objects.get_or_create(pk=1)
    leeds = Place.objects.create(code="E08000035", name="Leeds", level="council", lat=53.8, lon=-1.55)
    world.users["stranger"] = User.objects.create_user("stranger@example.org")
    world.users["operator"] = User.objects.create_user("operator@example.org", is_operator=True)
    for name in HUBS:
        side = Side(name, _hub(name, leeds))
        world.sides[name] = side
        _programmes(world, side)
        _people(world, side)
        _roles(side)
        _core_rows(world, side, leeds)
        _listen_rows(world, side)
        _connect_rows(world, side)
        if sealed:
            _sealed_rows(world, side)
    return world


def _hub(name: str, place: Place) -> Hub:
    hub = Hub.objects.create(
        name=f"Hub {name}",
        slug=name,
        controller="Example Trust",
        org_id="GB-CHC-1234567",
        place=place,
        takes_under_18s=True,
        about="What happens here.",
    )
    for kind in HubText.Kind.values:
        HubText.objects.create(hub=hub, kind=kind, text="Plain words.")
    return hub


def _programmes(world: World, side: Side) -> None:
    hub, n = side.hub, side.name
    a = Programme.objects.create(hub=hub, name=world.word(n, "programme", "A"), kind="mentoring")
    b = Programme.objects.create(hub=hub, name=world.word(n, "programme", "B"), kind="listening", public=True)
    side.rows["programme"] = {"A": a, "B": b}
    side.rows["hub"] = {"hub": hub}


def _people(world: World, side: Side) -> None:
    today = timezone.localdate()
    for who in ROLES:
        if who in NO_PERSON:
            continue
        row = who if who in REL["person"] else "_rest"
        name = world.word(side.name, "person", row, "name") if row != "_rest" else f"Rest of {side.name}"
        user = User.objects.create_user(f"{who}-{side.name}@example.org")
        world.users[f"{who}@{side.name}"] = user
        born = {"young": today.replace(year=today.year - 14, day=1), "unknown": None}.get(who, date(1980, 5, 17))
        listed = who in {"listed", "young"}
        side.people[who] = Person.objects.create(
            hub=side.hub,
            user=user,
            name=name,
            folded=name.lower(),
            email=f"{world.word(side.name, 'person', row, 'contact')}@example.org" if row != "_rest" else "",
            phone=world.word(side.name, "person", row, "contact") if row != "_rest" else "",
            about=world.word(side.name, "person", row) if row != "_rest" else "",
            born=born,
            adult_on=born.replace(year=born.year + 18) if born else None,
            listed=listed,
            contact_ok=who == "listed",
        )
    side.rows["person"] = {who: side.people[who] for who in REL["person"]}


def _roles(side: Side) -> None:
    today, programmes = timezone.localdate(), side.rows["programme"]
    granter = side.people["adult"]
    for who, (role, programme) in GRANTED.items():
        side.rows.setdefault("membership", {})[who] = Membership.objects.create(
            hub=side.hub,
            person=side.people[who],
            role=role,
            programme=programmes[programme] if programme else None,
            since=today - timedelta(days=100),
            granted_by=granter,
            granted_at=timezone.now(),
        )
    Membership.objects.create(
        hub=side.hub,
        person=side.people["ended"],
        role="lead",
        programme=programmes["A"],
        since=today - timedelta(days=100),
        until=today,
        granted_by=granter,
        granted_at=timezone.now(),
    )
    proposed = Membership.objects.create(
        hub=side.hub, person=side.people["adult"], role="organiser", programme=programmes["A"], proposed_by=granter
    )
    memberships = side.rows["membership"]
    side.rows["membership"] = {
        "young": memberships["young"],
        "proposed": proposed,
        "safe": memberships["safe"],
        "organiser": memberships["organiser"],
    }
    for who in ("mentor", "lapsed"):
        for what in Standing.What.values:
            gone = who == "lapsed" and what == "check"
            row = Standing.objects.create(
                hub=side.hub,
                person=side.people[who],
                what=what,
                since=today - timedelta(days=50),
                until=today if gone else today + timedelta(days=50),
            )
            if who == "mentor" and what == "training":
                side.rows["standing"] = {"mentor": row}


def _core_rows(world: World, side: Side, place: Place) -> None:
    hub, n, p, r = side.hub, side.name, side.people, side.rows
    a, now, soon = r["programme"]["A"], timezone.now(), timezone.now() + timedelta(days=7)
    training = Training.objects.create(hub=hub, name=world.word(n, "training", "A"), programme=a, pages=["# Hello"])
    session = Session.objects.create(hub=hub, training=training, starts_at=soon, where=world.word(n, "session", "one"))
    text = ConsentText.objects.create(hub=hub, purpose="listening", version=1, text="Yes?", digest="0" * 64)
    thread = Thread.objects.create(hub=hub, programme=a)
    for who, seat in (("young", "party"), ("mentor", "party"), ("lead", "observer"), ("organiser", "observer")):
        Seat.objects.create(hub=hub, thread=thread, person=p[who], seat=seat)
    link = Link.objects.create(
        hub=hub, scope="listen.discussion:0", key_hash=f"{n:0>64}", by=p["organiser"], expires_at=soon
    )
    world.links[n] = link.pk
    r |= {
        "place": {"one": place},
        "organisation": {
            "one": Organisation.objects.create(
                hub=hub, name=world.word(n, "organisation", "one"), folded="o", sector="charity"
            )
        },
        "training": {"A": training},
        "session": {"one": session},
        "attendance": {
            "mentor": Attendance.objects.create(
                hub=hub, person=p["mentor"], training=training, session=session, state="coming"
            )
        },
        "consent": {
            "adult": Consent.objects.create(hub=hub, person=p["adult"], text=text, purpose="listening", given=True)
        },
        "data_request": {
            "adult": DataRequest.objects.create(
                hub=hub,
                person=p["adult"],
                by=p["adult"],
                kind="erase",
                words=world.word(n, "data_request", "adult"),
                due=soon.date(),
            ),
            "breach": DataRequest.objects.create(
                hub=hub, by=p["admin"], kind="breach", words=world.word(n, "data_request", "breach"), due=soon.date()
            ),
        },
        "look": {"adult": Look.objects.create(hub=hub, person=p["adult"], by=p["lead"], what="page")},
        "duplicate": {"one": Duplicate.objects.create(hub=hub, one=p["adult"], other=p["listed"], reasons=["name"])},
        "merge": {"one": _made_one(hub, p)},
        "tie": {"one": Tie.objects.create(hub=hub, a=p["organiser"], b=p["adult"], kind="met", source="test")},
        "entry": {"adult": Entry.objects.create(hub=hub, person=p["adult"], network=hub)},
        "thread": {"young": thread},
        "message": {
            "one": Message.objects.create(
                hub=hub, thread=thread, person=p["mentor"], text=world.word(n, "message", "one")
            )
        },
        "letter": {
            "adult": Letter.objects.create(hub=hub, to=p["adult"], kind="role_granted", event="x", message_id="<x@x>"),
            "covered": Letter.objects.create(hub=hub, to=p["deputy"], kind="waits", event="y", message_id="<y@x>"),
        },
        "job": {"lead": Job.objects.create(hub=hub, kind="test.nothing", by=p["lead"])},
        "batch": {
            "lead": Batch.objects.create(
                hub=hub,
                kind="people",
                programme=a,
                by=p["lead"],
                file_name=f"{world.word(n, 'batch', 'lead')}.csv",
                digest="0" * 64,
            )
        },
        "invitation": {
            "lead": Invitation.objects.create(
                hub=hub,
                address=f"{world.word(n, 'invitation', 'lead')}@example.org",
                key_hash="1" * 64,
                by=p["lead"],
                expires_at=now + timedelta(days=7),
            )
        },
        "link": {"organiser": link},
    }


def _made_one(hub: Hub, p: dict[str, Person]) -> Merge:
    gone = Person.objects.create(hub=hub, merged_into=p["listed"], emptied_at=timezone.now())
    undo = {"kept": {}, "other": {"name": "Somebody"}, "now": {}, "moved": {}, "aside": [], "roles": [], "before": []}
    return Merge.objects.create(hub=hub, kept=p["listed"], other=gone, by=p["admin"], undo=undo)


def _listen_rows(world: World, side: Side) -> None:
    hub, n, p, r = side.hub, side.name, side.people, side.rows
    a = r["programme"]["A"]
    talk = Conversation.objects.create(
        hub=hub,
        organiser=p["organiser"],
        person=p["adult"],
        programme=a,
        next_step=world.word(n, "conversation", "one"),
        next_on=timezone.localdate(),
    )

    def note(row: str, **more: Any) -> Note:
        return Note.objects.create(
            hub=hub,
            conversation=talk,
            person=p["adult"],
            organiser=p["organiser"],
            programme=a,
            text=world.word(n, "note", row, "quote" if more else "read"),
            **more,
        )

    def discussion(row: str, by: str, **more: Any) -> Discussion:
        return Discussion.objects.create(hub=hub, title=world.word(n, "discussion", row), programme=a, by=p[by], **more)

    opened, draft = discussion("open", "lead", state="open", public=True), discussion("draft", "organiser", public=True)
    Link.objects.filter(pk=world.links[n]).update(scope=f"listen.discussion:{opened.pk}")
    statements = {
        row: Statement.objects.create(
            hub=hub, discussion=d, number=1, text=world.word(n, "statement", row), moderated=1
        )
        for row, d in (("open", opened), ("draft", draft))
    }
    voter = Voter.objects.create(hub=hub, discussion=opened, number=1, person=p["adult"])
    r |= {
        "conversation": {"one": talk},
        "note": {"kept": note("kept"), "shared": note("shared", share="anonymous", shared_at=timezone.now())},
        "discussion": {"open": opened, "draft": draft},
        "statement": statements,
        "voter": {"adult": voter},
        "vote": {
            "adult": Vote.objects.create(hub=hub, discussion=opened, statement=statements["open"], voter=voter, value=1)
        },
        "grouping": {
            "one": Grouping.objects.create(
                hub=hub, discussion=opened, mode="polis", version="0", voters=0, votes=0, k=0, result={}
            )
        },
    }


def _connect_rows(world: World, side: Side) -> None:
    hub, n, p, r = side.hub, side.name, side.people, side.rows
    a, now = r["programme"]["A"], timezone.now()
    one = Round.objects.create(hub=hub, programme=a, name=world.word(n, "round", "one"), state="matched")

    def pair(row: str, mentee: str, **more: Any) -> Pair:
        return Pair.objects.create(
            hub=hub,
            round=one,
            programme=a,
            mentee=p[mentee],
            mentor=p["mentor"],
            score=700_000,
            note=world.word(n, "pair", row, "own_copy"),
            **more,
        )

    r |= {
        "round": {"one": one},
        "ask": {"young": Ask.objects.create(hub=hub, round=one, programme=a, person=p["young"], tags=["maths"])},
        "offer": {"mentor": Offer.objects.create(hub=hub, round=one, programme=a, person=p["mentor"], cleared=True)},
        "pair": {
            "proposed": pair("proposed", "young"),
            "approved": pair("approved", "adult", state="approved", approved_at=now, approved_by=p["lead"]),
        },
        "unmatched": {"unknown": Unmatched.objects.create(hub=hub, round=one, programme=a, mentee=p["unknown"])},
    }


def _sealed_rows(world: World, side: Side) -> None:
    """Rows with canaries in their sealed words."""
    hub, n, p, today = side.hub, side.name, side.people, timezone.localdate()

    def concern(row: str, **more: Any) -> Concern:
        texts = {name: world.word(n, "concern", row) for name in ("words", "about", "sender", "reach")}
        made = actions.raise_concern(by=p["adult"], hub=hub, key=f"{n}{row}", **texts, **more)
        Letter.objects.filter(hub=hub, kind="waits").exclude(event="y").delete()
        actions.add_to_concern(by=p["deputy"], concern=made, words=world.word(n, "concern", row))
        return made

    check = Check(
        hub=hub,
        person=p["mentor"],
        level="enhanced",
        issued_on=today - timedelta(days=50),
        verified_by=p["safe"],
        status="in_order",
        recheck_on=today + timedelta(days=50),
    )
    seal(check, check.row_key(), number=world.word(n, "check", "mentor", "number"))
    check.save()
    side.rows |= {
        "concern": {"open": concern("open"), "about_lead": concern("about_lead", left_out=[p["safe"]])},
        "check": {"mentor": check},
    }


def relations(who: str, resource: str, row: str) -> set[str]:
    """Return what `who` is to a row of their own hub, as stated by hand."""
    by_person = REL[resource][row]
    return by_person.get(who, set()) | by_person.get("*", set())


def expected(cell: Any, who: str, resource: str, row: str, *, same_hub: bool = True) -> bool:
    """Whether the table lets `who` through a cell: cell x roles of W x relations of W."""
    if not same_hub and resource not in {"place"}:
        return False
    held = relations(who, resource, row) | {"any"}
    return any(
        {part.strip() for part in alternative.split("&")} <= held
        for role in ROLES[who] & cell.keys()
        for alternative in cell[role]
    )
