"""Long lists come in parts, in any order, and show everything once."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.factories.people import make_hub, make_person
from upwell_site.core.models import Person
from upwell_site.core.paging import page_of, part_of

pytestmark = pytest.mark.django_db
NAMES = ("b", "a", "a", "c", "a", "b", "c")


@pytest.fixture
def people():
    hub = make_hub()
    for name in NAMES:
        make_person(hub, name, user=False)
    return Person.objects.filter(hub=hub)


def walk(find):
    """Go on to the end; return the parts, and the addresses that were asked for."""
    parts, asked, address = [], [], "/list/?show=new&after=x"
    while address:
        asked.append(address)
        page = find(RequestFactory().get(address))
        assert page.start == ("/list/?show=new" if parts else "")
        parts.append(page.rows)
        address = page.more
    return parts, asked


@pytest.mark.parametrize("by", ["pk", "-pk", "folded", "-folded"])
def test_every_row_comes_once_and_in_order(people, by):
    parts, asked = walk(lambda request: page_of(people, request, by, size=3))
    assert [len(part) for part in parts] == [3, 3, 1]
    found = [(getattr(row, by.lstrip("-")), row.pk) for part in parts for row in part]
    assert found == sorted(found, reverse=by.startswith("-"))
    assert len(set(found)) == len(NAMES)
    assert asked[1] == f"/list/?show=new&after={parts[0][-1].pk}"


def test_a_list_that_is_kept_as_a_whole_comes_in_parts_too():
    parts, asked = walk(lambda request: part_of(NAMES, request, size=3))
    assert parts == [["b", "a", "a"], ["c", "a", "b"], ["c"]]
    assert asked[1:] == ["/list/?show=new&after=3", "/list/?show=new&after=6"]


@pytest.mark.parametrize("after", ["", "0", "-1", "x", "²", "9" * 18, "9" * 30])
def test_what_names_no_row_shows_the_beginning(people, after):
    request = RequestFactory().get("/list/", {"after": after})
    for page in (page_of(people, request, "folded", size=3), part_of(NAMES, request, size=3)):
        assert (len(page.rows), page.start) == (3, "")
