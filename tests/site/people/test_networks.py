"""Networks: people enter by themselves, with what they tick; the home hub sees only that they did."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories.people import give_role, make_hub, make_person
from upwell_site.core.actions import networks as actions
from upwell_site.core.models import Entry, Event, Hub, Member, Organisation, Person
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(room) -> Hub:
    hub = make_hub("ring", kind="network", name="The Ring")
    Member.objects.create(hub=hub, member=room.hub, since=timezone.localdate())
    room.mentor.organisation, room.mentor.about = room.organisation, "I cook."
    room.mentor.save()
    return hub


def there(room, network) -> Person:
    return Person.objects.get(hub=network, user=room.mentor.user)


def test_only_the_name_follows_unless_more_is_ticked(room, as_, network):
    page = as_(room.mentor).get("network", query="?network=ring").content.decode()
    assert page.count("checked") == 1
    as_(room.mentor).post("network", network="ring", follow=["name"])
    person = there(room, network)
    assert (person.name, person.email, person.about, person.organisation) == ("Mo Mentor", "", "", None)
    assert (person.born, person.phone, person.sector, person.listed) == (None, "", "", False)
    assert person.is_adult  # the plain fact, not the date
    assert person.adult_on == timezone.localdate()


def test_what_is_ticked_follows(room, as_, network):
    as_(room.mentor).post("network", network="ring", follow=["name", "email", "about", "organisation"])
    person = there(room, network)
    assert (person.email, person.about, person.organisation.name) == ("mo@example.org", "I cook.", "Gipton School")
    assert person.organisation.hub == network
    assert Organisation.objects.filter(name="Gipton School").count() == 2


def test_unticking_takes_back_what_followed_and_leaves_what_was_written_there(room, network):
    actions.enter(by=room.mentor, network=network, follow=["name", "email", "about", "organisation"])
    Person.objects.filter(pk=there(room, network).pk).update(about="I am new in the Ring.")
    actions.enter(by=room.mentor, network=network, follow=["name"])
    person = there(room, network)
    assert (person.email, person.organisation, person.about) == ("", None, "I am new in the Ring.")
    assert Entry.objects.filter(hub=room.hub, person=room.mentor).count() == 1


def test_both_hubs_write_it_down_and_the_home_hub_only_that(room, network):
    actions.enter(by=room.mentor, network=network, follow=["name", "email"])
    home = Event.objects.get(hub=room.hub, did="enter_network")
    assert home.by == room.mentor and home.to.startswith("core.entry:") and home.numbers == {}
    assert Event.objects.get(hub=network, did="enter").by == there(room, network)


@pytest.mark.parametrize("who", ["child", "unknown"])
def test_somebody_not_known_to_be_adult_does_not_enter(room, as_, network, who):
    person = room.child if who == "child" else make_person(room.hub, "Uma Unknown", born=None)
    assert "age of 18 or more was confirmed" in as_(person).get("network", query="?network=ring").content.decode()
    as_(person).post("network", network="ring", follow=["name"])
    assert not Person.objects.filter(hub=network).exists()
    with pytest.raises(Refused, match="18 or more"):
        actions.enter(by=person, network=network, follow=["name"])


def test_a_network_the_hub_does_not_belong_to_cannot_be_entered(room, as_, network):
    other = make_hub("other-ring", kind="network")
    assert as_(room.mentor).post("network", network="other-ring", follow=["name"]).status_code == 302
    Member.objects.filter(hub=network).update(until=timezone.localdate())
    for hub in (other, network):
        with pytest.raises(Refused, match="does not belong"):
            actions.enter(by=room.mentor, network=hub, follow=["name"])
    assert not Person.objects.filter(user=room.mentor.user).exclude(hub=room.hub).exists()


def test_without_a_name_nobody_knows_what_to_call_them(room, as_, network):
    answer = as_(room.mentor).post("network", network="ring", follow=["email"])
    assert "let your name come along" in answer.content.decode()
    assert not Entry.objects.exists()


def test_leaving_empties_the_person_there(room, as_, network):
    mentor = as_(room.mentor)
    mentor.post("network", network="ring", follow=["name", "email", "organisation"])
    row = there(room, network)
    assert "You left The Ring" in mentor.post_and_read("network", network="ring", leave="yes")
    row.refresh_from_db()
    assert (row.name, row.folded, row.email, row.user, row.organisation) == ("", "", "", None, None)
    assert row.emptied_at is not None and not Entry.objects.exists()
    assert "You are not in this network" in mentor.post_and_read("network", network="ring", leave="yes")


def test_somebody_who_left_can_come_back(room, network):
    actions.enter(by=room.mentor, network=network, follow=["name"])
    actions.leave(by=room.mentor, network=network)
    assert actions.enter(by=room.mentor, network=network, follow=["name"]).name == "Mo Mentor"


def test_leaving_spares_a_person_who_was_in_the_network_in_their_own_right(room, network):
    own = Person.objects.create(hub=network, user=room.mentor.user, name="Mo at the Ring", folded="mo at the ring")
    actions.enter(by=room.mentor, network=network, follow=["name"])
    actions.leave(by=room.mentor, network=network)
    own.refresh_from_db()
    assert own.user == room.mentor.user and own.emptied_at is None


def test_a_role_in_the_network_ends_before_leaving(room, network):
    row = actions.enter(by=room.mentor, network=network, follow=["name"])
    give_role(row, "convenor")
    with pytest.raises(Refused, match="a role in this network"):
        actions.leave(by=room.mentor, network=network)


def test_entering_from_two_hubs_and_leaving_one_keeps_the_person(room, network):
    Member.objects.create(hub=network, member=room.there, since=timezone.localdate())
    twin = Person.objects.create(
        hub=room.there,
        user=room.mentor.user,
        name="Mo",
        folded="mo",
        born=room.mentor.born,
        adult_on=room.mentor.adult_on,
    )
    for home in (room.mentor, twin):
        actions.enter(by=home, network=network, follow=["name"])
    actions.leave(by=twin, network=network)
    assert there(room, network).emptied_at is None
