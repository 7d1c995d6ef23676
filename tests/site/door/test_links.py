"""Taking part without an account: one link, one thing, and claimed later by one person."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import door
from tests.factories.signin import sign_in, sign_in_user, user_of
from tests.site.door.test_invitations import actor, at_once, plain
from tests.site.door.test_sign_in import code_for
from upwell_site.core import policy
from upwell_site.core.actions import invitations, links
from upwell_site.core.actor import actor_in_hub
from upwell_site.core.models import Hub, Link, Person
from upwell_site.core.refused import Refused
from upwell_site.listen.models import Discussion

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return door.hub()


@pytest.fixture
def organiser(hub):
    return door.person(hub, "Oskar Organiser", role="organiser")


@pytest.fixture
def discussion(hub, organiser):
    return Discussion.objects.create(hub=hub, title="Our park", state="open", public=True, by=organiser)


def scope(row: Discussion) -> str:
    return f"listen.discussion:{row.pk}"


def make(by: Person, row: Discussion, **more: object) -> list[tuple[Link, str]]:
    return links.make(by=by, actor=actor(by), scope=scope(row), **more)


def who(client: Client, hub: Hub) -> policy.Actor:
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.session, request.user = client.session, AnonymousUser()
    return actor_in_hub(request, hub)[0]


def test_from_the_sheet_to_taking_part(client, hub, organiser, discussion):
    sign_in(client, organiser)
    made = client.post(reverse("links", args=["here"]), {"scope": scope(discussion), "count": "3", "name": ""})
    sheet = client.get(made.headers["Location"]).content.decode()
    urls = set(re.findall(r"http://testserver(/l/[^\"<]+)", sheet))
    assert len(urls) == 3 and sheet.count('class="qr"') == 3
    assert "/l/" not in client.get(made.headers["Location"]).content.decode()  # shown once
    guest = Client()
    url = urls.pop()
    assert "Our park" in guest.get(url).content.decode()
    assert "link-" not in str(dict(guest.session))  # looking is not coming in
    assert guest.post(url).status_code == 302
    assert policy.can(who(guest, hub), "vote", discussion)


def test_a_link_opens_one_thing_and_nothing_else(client, hub, organiser, discussion):
    other = Discussion.objects.create(hub=hub, title="Our road", state="open", public=True, by=organiser)
    [(_link, key)] = make(organiser, discussion)
    client.post(reverse("link", args=[key]))
    holder = who(client, hub)
    assert policy.can(holder, "vote", discussion)
    assert not policy.can(holder, "vote", other)
    assert client.get(reverse("invitations", args=["here"])).status_code == 404
    assert not policy.visible(Discussion.objects.all(), who(client, door.hub("there")), "vote").exists()


@pytest.mark.parametrize("role", ["", "mentor", "evaluator", "safeguarding"])
def test_who_may_not_make_links(client, hub, discussion, role):
    sign_in(client, door.person(hub, "Rae Role", role=role))
    answer = client.post(reverse("links", args=["here"]), {"scope": scope(discussion), "count": "1"})
    assert answer.status_code == 404
    assert not Link.objects.exists()


def test_nobody_opens_what_they_may_not_edit(hub, discussion):
    other = door.person(hub, "Olga Other", role="organiser")
    with pytest.raises(Refused):
        make(other, discussion)


@pytest.mark.parametrize(("count", "name"), [(0, ""), (61, ""), (2, "Gina Guest")])
def test_how_many_links_there_may_be(organiser, discussion, count, name):
    with pytest.raises(Refused):
        make(organiser, discussion, count=count, name=name)


def test_withdrawing_puts_whoever_is_inside_out(client, hub, organiser, discussion):
    [(link, key)] = make(organiser, discussion)
    guest = Client()
    guest.post(reverse("link", args=[key]))
    sign_in(client, organiser)
    client.post(reverse("link_withdraw", args=["here", link.pk]))
    assert not policy.can(who(guest, hub), "vote", discussion)
    assert guest.get(reverse("link", args=[key])).status_code == 404


def test_used_late_withdrawn_and_unknown_links_are_the_same_page(organiser, discussion):
    keys, now = [invitations.new_key()], timezone.now()
    for fields in ({"claimed_at": now}, {"expires_at": now}, {"withdrawn_at": now}):
        [(link, key)] = make(organiser, discussion)
        Link.objects.filter(pk=link.pk).update(**fields)
        keys.append(key)
    answers = [Client().get(reverse("link", args=[key])) for key in keys]
    assert {a.status_code for a in answers} == {404}
    assert len({plain(a.content) for a in answers}) == 1


def test_a_guest_makes_it_their_own_with_a_code(client, hub, organiser, discussion):
    [(link, key)] = make(organiser, discussion, name="Gina Guest")
    go = client.post(reverse("link_mine", args=[key]), {"email": "gina@new.example.org"})
    code = code_for("gina@new.example.org")
    client.post(go.headers["Location"], {"code": code, "next": reverse("link", args=[key])})
    assert client.post(reverse("link", args=[key])).status_code == 302
    link.refresh_from_db()
    assert link.claimed_at is not None
    assert Person.objects.get(user__email="gina@new.example.org") == link.person


def test_a_link_without_a_name_becomes_that_of_the_person_one_is(hub, organiser, discussion):
    [(link, _key)] = make(organiser, discussion)
    me = door.person(hub, "Pat Part")
    assert links.claim(by=user_of(me), link=link) == me


def test_two_persons_are_never_made_one(client, hub, organiser, discussion):
    """Only people can tell whether Gina and Pat are the same."""
    [(link, key)] = make(organiser, discussion, name="Gina Guest")
    sign_in(client, door.person(hub, "Pat Part"))
    answer = client.post(reverse("link", args=[key]))
    assert answer.status_code == 409
    assert "bring the two together" in answer.content.decode()
    link.refresh_from_db()
    assert link.claimed_at is None


def test_a_name_that_has_a_sign_in_is_not_taken_over(organiser, discussion):
    [(link, _key)] = make(organiser, discussion, name="Gina Guest")
    link.person.user = invitations.sign_in_for("gina@new.example.org")
    link.person.save()
    with pytest.raises(Refused):
        links.claim(by=invitations.sign_in_for("thief@new.example.org"), link=link)


def test_claiming_twice_in_a_row_is_once(client, organiser, discussion):
    [(_link, key)] = make(organiser, discussion)
    sign_in_user(client, invitations.sign_in_for("gina@new.example.org"))
    assert client.post(reverse("link", args=[key])).status_code == 302
    assert client.post(reverse("link", args=[key])).status_code == 404
    assert Person.objects.filter(user__email="gina@new.example.org").count() == 1


@pytest.mark.slow
def test_many_claims_in_the_same_moment_are_one(committed, hub, organiser, discussion):
    [(link, _key)] = make(organiser, discussion)
    users = cycle([invitations.sign_in_for(f"u{n}@new.example.org") for n in range(20)])
    said = at_once(20, lambda: links.claim(by=next(users), link=link))
    assert sorted(said) == ["refused"] * 19 + ["won"]


def test_a_signed_in_persons_roles_do_not_mix_with_a_link(client, hub, organiser, discussion):
    [(_link, key)] = make(organiser, discussion)
    client.post(reverse("link", args=[key]))
    inside = door.person(hub, "Pat Part")
    sign_in(client, inside)
    assert client.get(reverse("links", args=["here"])).status_code == 404
