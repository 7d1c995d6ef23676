"""Rights end with the very next request: on every page, in every download, in a session that stays open."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from tests import world as w
from tests.factories.people import give_role, make_person
from tests.house import forms, routes
from upwell_site.core import erase
from upwell_site.core.actions import people
from upwell_site.core.actor import roles_of
from upwell_site.core.models import Membership, Message, Person, Programme, User
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
STAFF = ("lead", "organiser", "safe", "admin", "evaluator")


@pytest.fixture
def world(db: None) -> w.World:
    return w.make()


def end_roles(person: Person) -> None:
    Membership.objects.filter(person=person).update(until=timezone.localdate())


class SameSession(routes.Walk):
    """A walk in a browser that was signed in before anything changed."""

    def all(self, only: str = "", people: Any = ()) -> None:
        with mock.patch.object(w.World, "client", lambda _world, _who, _side="here": self.browser):
            super().all(only, people)


@pytest.mark.slow
@pytest.mark.parametrize("who", STAFF)
def test_whoever_lost_their_role_is_answered_as_anybody_else_everywhere(world: w.World, who: str, record_property):
    """The whole matrix once more with the same open session: every address, method and row, downloads included."""
    browser = world.client(who)
    assert browser.get("/h/here/home/").status_code == 200
    end_roles(world.sides["here"].people[who])
    rel = copy.deepcopy(w.REL)
    for row in rel["programme"].values():
        row.pop(who, None)  # no role in it any more: neither taking part nor offered
    walk = SameSession(world, [])
    walk.browser = browser
    with (
        mock.patch.dict(w.ROLES, {who: {"visitor", "user", "participant"}}),
        mock.patch.dict(w.REL, rel),
    ):
        walk.all(people=(who,))
    record_property("asked", walk.asked)
    # what they wrote and brought in themselves stays in what is kept about them, role or not
    wrong = [line for line in walk.wrong if " GET /h/here/you/everything/ " not in line]
    assert wrong == [], "\n".join(wrong[:20])


@pytest.mark.parametrize("who", ["lead", "organiser"])
def test_whoever_watched_over_a_conversation_reads_nothing_once_their_role_ended(world: w.World, who: str):
    """The chair is still theirs; what lets them read is the role. TRUST 4 (iii), for what is written to a child."""
    here = world.sides["here"]
    thread, word = here.rows["thread"]["young"], Message.objects.get(hub=here.hub).text
    browser = world.client(who)
    page = f"/h/here/messages/{thread.pk}/"
    assert word in browser.get(page).content.decode()
    end_roles(here.people[who])
    answer = browser.get(page)
    assert answer.status_code == 404 and word not in answer.content.decode()
    assert browser.post(page, {"text": "Still here"}).status_code == 404
    assert here.people["young"].name not in browser.get("/h/here/messages/").content.decode()


def test_a_role_in_another_programme_does_not_open_the_conversation(world: w.World):
    here = world.sides["here"]
    end_roles(here.people["organiser"])
    give_role(here.people["organiser"], "organiser", here.rows["programme"]["B"])
    page = f"/h/here/messages/{here.rows['thread']['young'].pk}/"
    assert world.client("organiser").get(page).status_code == 404


def test_a_programme_that_ended_closes_the_conversation_to_those_who_watched(world: w.World):
    here = world.sides["here"]
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    Programme.objects.filter(pk=here.rows["programme"]["A"].pk).update(ends=yesterday)
    page = f"/h/here/messages/{here.rows['thread']['young'].pk}/"
    assert world.client("lead").get(page).status_code == 404
    assert world.client("safe").get(page).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("who", ["admin", "safe"])
def test_a_closed_sign_in_is_a_stranger_on_every_page(world: w.World, who: str):
    browser = world.client(who)
    User.objects.filter(pk=world.sides["here"].people[who].user_id).update(is_active=False)
    visitor = world.client("visitor")
    for route, url in forms.pages(world, who):
        if "OUTSIDE" in route.cells:
            continue
        assert browser.get(url).status_code == visitor.get(url).status_code, url


def test_somebody_who_was_forgotten_is_signed_out_and_gets_no_pack(world: w.World):
    here = world.sides["here"]
    browser = world.client("listed")
    assert browser.get("/h/here/you/everything/download/").status_code == 200
    erase.erase_person(by=here.people["admin"], person=here.people["listed"])
    answer = browser.get("/h/here/you/everything/download/")
    assert answer.status_code in {302, 404}


# ---- two people appoint whoever looks after safety ----


@pytest.mark.parametrize("role", ["safeguarding", "deputy"])
def test_no_one_person_appoints_whoever_they_are(room, role: str):
    """Every pair of proposer and granter: two people, and the second of them looks after safety."""
    deputy = make_person(room.hub, "Dora Deputy")
    give_role(deputy, "deputy")
    may_grant = {room.safe.pk, deputy.pk}
    everybody = (room.safe, deputy, room.admin, room.lead)
    for proposer, granter in product(everybody, everybody):
        new = make_person(room.hub, f"New {proposer.pk} {granter.pk}")
        row = people.propose_role(by=proposer, person=new, role=role)
        if proposer == granter:
            with pytest.raises(Refused):
                people.grant_role(by=granter, membership=row)
        elif granter.pk in may_grant:
            people.grant_role(by=granter, membership=row)
        assert (role in roles_of(new)) is (proposer != granter and granter.pk in may_grant)


def test_nobody_says_yes_to_themselves_through_somebody_elses_proposal(room):
    deputy = make_person(room.hub, "Dora Deputy")
    give_role(deputy, "deputy")
    row = people.propose_role(by=room.admin, person=deputy, role="safeguarding")
    with pytest.raises(Refused):
        people.grant_role(by=deputy, membership=row)


def test_a_yes_said_at_the_same_moment_as_the_role_was_taken_back_counts_for_nothing(room):
    """The row is read again under its lock: what somebody saw a moment ago is not what counts."""
    new = make_person(room.hub, "Nia New")
    row = people.propose_role(by=room.admin, person=new, role="deputy")
    seen = Membership.objects.get(pk=row.pk)
    people.end_role(by=room.safe, membership=row)
    with pytest.raises(Refused):
        people.grant_role(by=room.safe, membership=seen)
    assert "deputy" not in roles_of(new)


# ---- who is told by name who looks after safety ----


@pytest.mark.parametrize(
    ("who", "named"),
    [("visitor", False), ("linkholder", False), ("stranger", False), ("adult", True), ("young", True), ("admin", True)],
)
def test_who_looks_after_safety_is_named_to_people_of_the_hub_alone(world: w.World, who: str, named: bool):
    """`hub.name_safety`: a visitor chooses roles, a person of the hub may choose people."""
    safe = world.sides["here"].people["safe"]
    Person.objects.filter(pk=safe.pk).update(name="Zelda Safeperson")
    for page in ("/h/here/safe/", "/h/here/safe/tell/"):
        assert ("Zelda Safeperson" in world.client(who).get(page).content.decode()) is named, page
