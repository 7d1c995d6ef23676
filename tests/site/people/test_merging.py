"""Two records made one, and taken apart again: nothing lost, nothing gained."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from tests import world as w
from tests.factories.machinery import give_role, give_standing, make_hub, make_person, make_staff
from upwell_site.core import merging
from upwell_site.core.actions import consent
from upwell_site.core.actions import people as actions
from upwell_site.core.models import Duplicate, Membership, Merge, Person, Standing
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
LEFT_OUT = {"core.Event", "core.Merge", "core.Duplicate", "core.Once", "core.Letter"}


def everything(hub) -> dict[str, list[dict]]:
    """Every row of a hub, but for what says that something was done. A conversation that paused stays paused."""
    return {
        m._meta.label: [row | {"paused_at": 0} for row in m._base_manager.filter(hub=hub).order_by("pk").values()]
        for m in apps.get_models()
        if m._meta.label not in LEFT_OUT and any(f.name == "hub" for f in m._meta.concrete_fields)
    }


@pytest.fixture
def hub():
    return make_hub()


@pytest.fixture
def admin(hub):
    return make_staff(hub, "admin")


@pytest.fixture
def two(hub):
    """Somebody who signs in, and a record of hers from a list."""
    kept = make_person(hub)
    other = Person.objects.create(
        hub=hub, name="Ama Mensah", folded="ama mensah", email="ama@example.org", outside_id="x:1"
    )
    return kept, other


def test_made_one_and_taken_apart_is_as_before_for_every_pair_of_the_world():
    world = w.make()
    side = world.sides["here"]
    admin = side.people["asleep"]
    pairs = [("adult", "young"), ("young", "adult"), ("mentor", "adult"), ("adult", "mentor"), ("lead", "organiser"),
             ("adult", "organiser"), ("listed", "unknown"), ("adult", "safe"), ("unknown", "deputy")]  # fmt: skip
    done = 0
    for kept, other in pairs:
        other = Person.objects.get(pk=side.people[other].pk)
        user = other.user
        Person.objects.filter(pk=other.pk).update(user=None)
        other.refresh_from_db()
        kept = Person.objects.get(pk=side.people[kept].pk)
        before = everything(side.hub)
        try:
            row = merging.merge(by=admin, kept=kept, other=other)
        except Refused as no:
            assert "one conversation" in str(no) or "only" in str(no)
        else:
            done += 1
            assert not Person.objects.get(pk=other.pk).name
            merging.unmerge(by=admin, merge=row)
            after = everything(side.hub)
            for label, rows in before.items():
                assert after[label] == rows, label
        Person.objects.filter(pk=other.pk).update(user=user)
    assert done >= 6


def test_what_is_said_about_both_hangs_on_one(hub, admin, two):
    kept, other = two
    give_standing(other, "check")
    role = give_role(other, "mentee")
    merging.merge(by=admin, kept=kept, other=other)
    other.refresh_from_db()
    assert other.merged_into_id == kept.pk
    assert other.emptied_at
    assert not other.email
    role.refresh_from_db()
    assert (role.person_id, role.until) == (kept.pk, None)
    assert not Standing.objects.filter(person=kept).exists()


def test_what_one_lacks_comes_from_the_other_and_choices_are_kept(hub, admin):
    kept = Person.objects.create(hub=hub, name="Ama M", folded="ama m", languages=["en"])
    other = Person.objects.create(
        hub=hub,
        name="Ama Mensah",
        folded="ama mensah",
        email="a@example.org",
        phone="0113 496 0123",
        languages=["tw", "en"],
    )
    merging.merge(by=admin, kept=kept, other=other, from_other=frozenset({"name"}))
    kept.refresh_from_db()
    assert (kept.name, kept.folded, kept.email, kept.phone) == (
        "Ama Mensah",
        "ama mensah",
        "a@example.org",
        "0113 496 0123",
    )
    assert kept.languages == ["en", "tw"]


def test_nobody_becomes_an_adult_by_it(hub, admin):
    kept = Person.objects.create(hub=hub, name="Ama")
    other = Person.objects.create(hub=hub, name="Ama", born=date(1980, 1, 1), adult_on=date(1998, 1, 1))
    merging.merge(by=admin, kept=kept, other=other)
    kept.refresh_from_db()
    assert not kept.is_adult
    assert (kept.born_claimed, kept.born_claimed_by_id) == (date(1980, 1, 1), admin.pk)


def test_a_child_in_either_record_is_a_child(hub, admin):
    year = timezone.localdate().year
    kept = make_person(hub)
    other = Person.objects.create(hub=hub, name="Ama", born=date(year - 10, 1, 1), adult_on=date(year + 8, 1, 1))
    row = merging.merge(by=admin, kept=kept, other=other)
    kept.refresh_from_db()
    assert not kept.is_adult
    merging.unmerge(by=admin, merge=row)
    kept.refresh_from_db()
    assert kept.is_adult


def test_no_role_and_nothing_in_order_comes_along(hub, admin, two):
    kept, other = two
    Person.objects.filter(pk=other.pk).update(born=date(1980, 1, 1), adult_on=date(1998, 1, 1))
    other.refresh_from_db()
    role = give_role(other, "organiser")
    row = merging.merge(by=admin, kept=kept, other=other)
    assert not actions.live_roles(kept).exists()
    assert not actions.live_roles(other).exists()
    merging.unmerge(by=admin, merge=row)
    assert Membership.objects.get(pk=role.pk).until is None


def test_a_no_comes_along_and_a_yes_does_not(hub, admin, two):
    kept, other = two
    quote = consent.write_text(by=None, hub=hub, purpose="quote", text="May we quote you?")
    story = consent.write_text(by=None, hub=hub, purpose="story", text="May we tell your story?")
    consent.give(by=kept, person=kept, text=quote)
    consent.give(by=other, person=other, text=quote)
    consent.withdraw(by=other, person=other, purpose="quote")
    consent.give(by=other, person=other, text=story)
    merging.merge(by=admin, kept=kept, other=other)
    assert not consent.consented(kept, "quote")
    assert not consent.consented(kept, "story")


def test_what_was_changed_since_stays_when_they_are_taken_apart(hub, admin, two):
    kept, other = two
    row = merging.merge(by=admin, kept=kept, other=other)
    actions.edit_person(by=kept, person=kept, about="Since then.")
    back = merging.unmerge(by=admin, merge=row)
    kept.refresh_from_db()
    assert kept.about == "Since then."
    assert (back.name, back.email, back.outside_id, back.merged_into_id) == (
        "Ama Mensah",
        "ama@example.org",
        "x:1",
        None,
    )


@pytest.mark.parametrize("case", ["both sign in", "the other signs in", "myself", "the same"])
def test_what_is_refused(hub, admin, two, case):
    kept, other = two
    if case == "both sign in":
        other = make_person(hub)
    elif case == "the other signs in":
        kept, other = other, kept
    elif case == "myself":
        kept = admin
    else:
        other = kept
    with pytest.raises(Refused):
        merging.merge(by=admin, kept=kept, other=other)
    assert not Merge.objects.exists()


def test_after_thirty_days_it_stays(hub, admin, two):
    kept, other = two
    row = merging.merge(by=admin, kept=kept, other=other)
    Merge.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="thirty days"):
        merging.unmerge(by=admin, merge=row)


def test_three_records_are_taken_apart_last_first(hub, admin):
    a, b, c = (Person.objects.create(hub=hub, name=n, folded=n.lower()) for n in ("Ama", "Ama M", "Ama Mensah"))
    first = merging.merge(by=admin, kept=b, other=c)
    second = merging.merge(by=admin, kept=a, other=b)
    c.refresh_from_db()
    assert c.merged_into_id == a.pk
    with pytest.raises(Refused):
        merging.unmerge(by=admin, merge=first)
    merging.unmerge(by=admin, merge=second)
    c.refresh_from_db()
    assert c.merged_into_id == b.pk
    merging.unmerge(by=admin, merge=Merge.objects.get(pk=first.pk))
    c.refresh_from_db()
    assert c.name == "Ama Mensah"


def test_two_people_are_not_offered_again_whoever_they_are_made_one_with(hub, admin, two):
    kept, other = two
    third = Person.objects.create(hub=hub, name="Ama Mensah")
    pair = merging.point_out(by=admin, person=other, other=third)
    merging.are_two(by=admin, duplicate=pair)
    merging.merge(by=admin, kept=kept, other=other)
    one, two_ = sorted((kept.pk, third.pk))
    assert Duplicate.objects.get(one=one, other=two_).state == Duplicate.State.TWO
