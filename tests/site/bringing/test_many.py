"""What makes a very long list quick changes nothing in what is taken and what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.hubs import make_hub
from upwell_site.core import bulk
from upwell_site.core.bringing import check
from upwell_site.core.bringing.cells import _PLAIN_ADDRESS
from upwell_site.core.bringing.kinds import Before, Loading, Target
from upwell_site.core.models import Batch, BatchRow, Person
from upwell_site.core.policy import Actor


@given(st.text(alphabet="ab1.-_+@", max_size=24) | st.from_regex(_PLAIN_ADDRESS, fullmatch=True))
def test_an_address_taken_at_a_glance_is_one_django_takes(text: str):
    if _PLAIN_ADDRESS.fullmatch(text):
        try:
            EmailValidator()(text)
        except ValidationError:
            pytest.fail(f"{text!r} was taken and is no address")


@given(st.lists(st.tuples(st.sampled_from(["id", "email"]), st.integers(0, 30).map(str)), max_size=80))
def test_the_first_row_of_a_key_is_remembered(keys: list[tuple[str, str]]):
    seen, oracle = check._Seen(), {}
    for number, (name, key) in enumerate(keys, start=2):
        assert seen.first(name, key, number) == oracle.setdefault((name, key), number)


@pytest.mark.django_db
def test_reserved_keys_are_new_and_never_given_again():
    hub = make_hub(slug="here")
    with transaction.atomic():
        before = Person.objects.create(hub=hub, name="A").pk
        keys = list(bulk.reserve(Person, 5))
        assert len(set(keys)) == 5 and min(keys) > before
        bulk.insert(Person, ["id", *_rest(hub)], [(key, *_rest(hub).values()) for key in keys])
        assert Person.objects.create(hub=hub, name="B").pk > max(keys)
    assert Person.objects.filter(pk__in=keys).count() == 5


def _rest(hub):
    from django.db import connection

    one = Person(hub=hub)
    fields = [field for field in Person._meta.concrete_fields if field.name != "id"]
    return {field.name: field.get_db_prep_save(field.pre_save(one, True), connection) for field in fields}


@pytest.mark.django_db
def test_one_note_stands_for_rows_that_follow_one_another():
    hub = make_hub(slug="here")
    batch = Batch.objects.create(hub=hub, kind="people", file_name="x.csv", digest="0")
    loading = Loading(hub, Actor(hub.pk), Target("", ""), batch=batch)
    loading.keep_made("core.person", [2, 3, 4, 5, 6], [10, 11, 12, 20, 21])
    told = BatchRow.objects.order_by("number").values_list("number", "made", "many")
    assert list(told) == [(2, "core.person:10", 3), (5, "core.person:20", 2)]


@pytest.mark.django_db
def test_of_a_hub_with_very_many_people_everybody_is_looked_for():
    hub = make_hub(slug="here")
    for n in range(3):
        Person.objects.create(hub=hub, name=f"P {n}", outside_id=f"k{n}", email=f"P{n}@example.org")
    small, large = Before.of(hub, most=3), Before.of(hub, most=2)
    assert small.some_keys(["k1", "k9"]) == ["k1"] and large.some_keys(["k1", "k9"]) == ["k1", "k9"]
    assert small.some_addresses(["p1@example.org", "new@example.org"]) == ["p1@example.org"]
    assert len(large.some_addresses(["p1@example.org", "new@example.org"])) == 2
