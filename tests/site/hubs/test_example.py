"""The example place: invented people on real streets, the same for the same seed, and gone in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from tests.factories.signin import sign_in_user
from upwell_site.connect.models import Pair
from upwell_site.connect.ready import thread_of
from upwell_site.core import example, threads, walls
from upwell_site.core.actor import may_mentor, roles_of
from upwell_site.core.example.doors import doors
from upwell_site.core.models import (
    Consent,
    Event,
    Hub,
    Membership,
    Organisation,
    Person,
    Place,
    Site,
    Thread,
    User,
)
from upwell_site.listen.models import Conversation, Discussion, Note

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SMALL = 120


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One example place for all tests that only look at it; each of them undoes what it writes."""
    with django_db_blocker.unblock(), transaction.atomic():
        example.load(size=SMALL)
        yield
        transaction.set_rollback(True)


def told() -> list[tuple[object, ...]]:
    """What must not differ between two loads of the same seed."""
    people = Person.objects.order_by("hub__slug", "outside_id").values_list("hub__slug", "outside_id", "name", "born")
    notes = Note.objects.order_by("pk").values_list("text", "share", "topic")
    return [*people, *notes]


def test_it_holds_about_four_hundred_people_in_three_hubs_and_a_network():
    example.load()
    assert Person.objects.count() == 400
    assert Counter(Hub.objects.values_list("kind", flat=True)) == {"hub": 1, "provider": 1, "council": 1, "network": 1}
    assert Site.is_example()
    assert not Hub.objects.filter(example=False).exists()
    assert set(Organisation.objects.values_list("sector", flat=True)) == set(Organisation.Sector.values)
    assert Organisation.objects.filter(within__name="Aire City Council").count() == 8
    assert Conversation.objects.count() > 150
    assert Person.objects.exclude(email="").exclude(email__endswith="@example.org").count() == 0
    assert not User.objects.exclude(email__endswith=("@example.org")).exclude(is_operator=True).exists()


@pytest.mark.usefixtures("loaded")
class TestWhatItHolds:
    """Tests that only look at one and the same place, and one that loads it again."""

    def test_the_same_seed_gives_the_same_people_and_another_gives_others(self):
        first = told()
        example.load(size=SMALL)
        assert told() == first
        example.load(size=SMALL, seed=4)
        assert told() != first

    def test_young_people_are_protected_in_it_too(self):
        """Nobody under 18 or of unknown age is listed, or holds a role over others."""
        young = [person for person in Person.objects.all() if not person.is_adult]
        assert len(young) > 10
        assert not any(person.listed for person in young)
        held = Membership.objects.filter(person__in=young).values_list("role", flat=True)
        assert set(held) == {"mentee"}

    def test_mentors_are_mostly_in_order_and_some_are_not(self):
        mentors = [row.person for row in Membership.objects.filter(role="mentor").select_related("person")]
        good = sum(may_mentor(person) for person in mentors)
        assert 0.6 * len(mentors) < good < len(mentors)

    def test_the_young_persons_thread_is_watched_over(self):
        """Two approved adults, one of them staff, besides the mentor."""
        thread = Thread.objects.get(young=True)
        assert threads.lacks(thread) == []

    def test_the_two_who_write_to_each_other_were_matched_and_approved(self, client: Client):
        pair = Pair.objects.get(state="approved")
        thread = Thread.objects.get(young=True)
        assert thread.about == f"connect.pair:{pair.pk}"
        assert thread_of(pair) == thread
        for person in (pair.mentee, pair.mentor):
            sign_in_user(client, person.user)
            page = client.get(f"/h/onward/rounds/pair/{pair.pk}/").content.decode()
            assert f"/h/onward/messages/{thread.pk}/" in page
            assert "Saturday morning" in page
            assert "confidence and maths" in page

    def test_every_door_leads_to_somebody_with_their_role(self):
        wanted = {"lead", "organiser", "mentor", "safeguarding", "admin", "partner", "convenor", "young", "participant"}
        found = set()
        for door in doors():
            user = User.objects.get(email=door.email)
            if door.key == "operator":
                assert user.is_operator
                continue
            person = Person.objects.get(hub__slug=door.hub, user=user)
            assert door.key in roles_of(person), door.key
            found.add(door.key)
        assert found == wanted

    def test_every_door_opens_on_a_home_that_works(self, client: Client):
        for door in doors():
            if door.hub:
                sign_in_user(client, User.objects.get(email=door.email))
                for page in ("home/", "", "search/?q=an"):
                    assert client.get(f"/h/{door.hub}/{page}").status_code == 200, (door.key, page)

    def test_the_organiser_finds_what_she_promised_and_whom_to_ask(self, client: Client):
        sign_in_user(client, User.objects.get(email="semira.tesfay@example.org"))
        page = client.get("/h/spring-lane/home/").content.decode()
        assert "Danuta: Ring back about the yard" in page
        assert "Two buses and a hill, with my knees." in page
        assert "Who has been heard this year" in page


def test_a_real_hub_is_never_touched():
    Hub.objects.create(name="Ours", slug="ours", controller="Us")
    with pytest.raises(CommandError, match="real hub"):
        call_command("example")
    with pytest.raises(CommandError, match="real hub"):
        call_command("example", remove=True)
    assert Hub.objects.count() == 1


def test_a_database_somebody_signed_in_to_is_never_touched():
    User.objects.create_user("me@here.org")
    with pytest.raises(CommandError, match="signed in"):
        call_command("example")


@pytest.mark.parametrize("size", [119, 200_001])
def test_a_size_that_makes_no_place_is_refused(size: int):
    with pytest.raises(CommandError, match="from 120 to"):
        call_command("example", size=size)


@pytest.mark.django_db(transaction=True)
def test_it_goes_in_one_step_with_all_that_is_kept_for_ever():
    """Consents and events cannot be deleted one by one; the walls stand again afterwards."""
    out = StringIO()
    call_command("example", size=SMALL, stdout=out)
    assert "120 invented people" in out.getvalue()
    assert Consent.objects.exists() and Event.objects.exists()
    call_command("example", remove=True, stdout=out)
    for model in (Hub, Person, User, Consent, Event, Conversation, Discussion):
        assert not model.objects.exists(), model
    assert not Site.is_example()
    assert Place.objects.filter(level="council").count() == 348
    assert walls.missing() == []
    call_command("example", remove=True, stdout=out)  # twice in a row
    assert not Hub.objects.exists()
