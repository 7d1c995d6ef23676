"""Settings of a hub and members of a network: who may, what is refused, twice in a row."""

from __future__ import annotations

import pytest

from tests.factories.hubs import give_role, make_hub, make_person
from tests.factories.signin import sign_in
from upwell_site.core.models import Event, HubText, Member

pytestmark = pytest.mark.django_db
GOOD = {
    "name": "Here Hub",
    "about": "We listen.",
    "contact": "0113 496 0182",
    "drop_in": "",
    "place": "",
    "controller": "A trust",
    "org_id": "GB-CHC-1234567",
    "privacy": "We keep little.",
    "conduct": "",
    "safeguarding": "",
}


@pytest.fixture
def hub():
    return make_hub(slug="here", name="Old name", controller="A trust")


@pytest.fixture
def admin(hub):
    person = make_person(hub, "Tomasz Zielony")
    give_role(person, "admin")
    return person


def test_an_admin_saves_the_settings(client, hub, admin):
    sign_in(client, admin)
    assert client.get("/h/here/settings/").status_code == 200
    answer = client.post("/h/here/settings/", GOOD)
    assert answer.status_code == 302 and answer["Location"] == "/h/here/"
    hub.refresh_from_db()
    assert (hub.name, hub.org_id, hub.takes_under_18s) == ("Here Hub", "GB-CHC-1234567", False)
    assert HubText.objects.get(hub=hub).text == "We keep little."
    assert "We listen." in client.get("/h/here/").content.decode()


@pytest.mark.parametrize("role", ["", "organiser", "lead", "safeguarding", "mentor", "convenor"])
def test_nobody_else_sees_or_saves_them(client, hub, role):
    person = make_person(hub, "Not Admin")
    if role:
        give_role(person, role)
    sign_in(client, person)
    assert client.get("/h/here/settings/").status_code == 404
    assert client.post("/h/here/settings/", GOOD).status_code == 404
    hub.refresh_from_db()
    assert hub.name == "Old name"


def test_an_admin_of_another_hub_does_not_exist_here(client, hub):
    other = make_person(make_hub(slug="there"), "Other Admin")
    give_role(other, "admin")
    sign_in(client, other)
    assert client.post("/h/here/settings/", GOOD).status_code == 404


def test_without_a_second_factor_nothing_is_saved(client, hub, admin):
    sign_in(client, admin, second_factor=False)
    assert client.post("/h/here/settings/", GOOD).status_code == 302
    hub.refresh_from_db()
    assert hub.name == "Old name"


def test_young_people_only_once_a_safeguarding_lead_is_appointed(client, hub, admin):
    sign_in(client, admin)
    young = {**GOOD, "takes_under_18s": "on"}
    text = client.post("/h/here/settings/", young).content.decode()
    assert "appoint a safeguarding lead first" in text
    hub.refresh_from_db()
    assert hub.takes_under_18s is False and hub.name == "Old name"
    give_role(make_person(hub, "Maureen Lumb"), "safeguarding")
    assert client.post("/h/here/settings/", young).status_code == 302
    hub.refresh_from_db()
    assert hub.takes_under_18s is True


def test_texts_get_new_versions_and_unchanged_ones_keep_theirs(client, hub, admin):
    sign_in(client, admin)
    client.post("/h/here/settings/", GOOD)
    client.post("/h/here/settings/", GOOD)
    client.post("/h/here/settings/", {**GOOD, "privacy": "We keep less."})
    rows = list(HubText.objects.filter(hub=hub).order_by("version").values_list("version", "text"))
    assert rows == [(1, "We keep little."), (2, "We keep less.")]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("controller", ""), ("org_id", "1234567"), ("about", "x" * 2001), ("place", "9999")],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_saved(client, hub, admin, field, value):
    sign_in(client, admin)
    answer = client.post("/h/here/settings/", {**GOOD, field: value})
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode()
    hub.refresh_from_db()
    assert hub.name == "Old name"


def test_the_frame_keeps_the_old_name_while_there_is_a_fault(client, hub, admin):
    sign_in(client, admin)
    text = client.post("/h/here/settings/", {**GOOD, "name": "New name", "org_id": "x"}).content.decode()
    assert "<strong>Old name</strong>" in text


# ---- networks ----


@pytest.fixture
def network():
    return make_hub(slug="net", kind="network")


@pytest.fixture
def convenor(network):
    person = make_person(network, "Bisi Olatunde")
    give_role(person, "convenor")
    return person


def test_a_convenor_adds_a_hub_and_ends_it(client, hub, network, convenor):
    sign_in(client, convenor)
    assert client.post("/h/net/members/", {"member": hub.pk}).status_code == 302
    assert Member.objects.get(hub=network).until is None
    assert "Old name" in client.get("/h/net/").content.decode()
    assert client.post("/h/net/members/", {"end": "here"}).status_code == 302
    assert Member.objects.get(hub=network).until is not None
    assert "does not belong to the network any more" in client.get("/h/net/").content.decode()
    assert "Old name" not in client.get("/h/net/").content.decode()
    client.post("/h/net/members/", {"member": hub.pk})
    assert Member.objects.get(hub=network).until is None
    assert Event.objects.filter(hub=network, did="add_member").count() == 2


def test_the_same_form_sent_twice_adds_once(client, hub, network, convenor):
    sign_in(client, convenor)
    form = {"member": hub.pk, "once": "k" * 24}
    first, second = client.post("/h/net/members/", form), client.post("/h/net/members/", form)
    assert first.status_code == 302
    assert second.status_code in {200, 302}
    assert Member.objects.filter(hub=network).count() == 1
    assert Event.objects.filter(hub=network, did="add_member").count() == 1


@pytest.mark.parametrize("role", ["", "organiser", "lead", "safeguarding"])
def test_nobody_else_touches_the_members(client, hub, network, role):
    person = make_person(network, "Not Convenor")
    if role:
        give_role(person, role)
    sign_in(client, person)
    assert client.get("/h/net/members/").status_code == 404
    assert client.post("/h/net/members/", {"member": hub.pk}).status_code == 404
    assert not Member.objects.exists()


def test_a_hub_that_is_no_network_has_no_members_page(client, hub, admin):
    sign_in(client, admin)
    assert client.get("/h/here/members/").status_code == 404


@pytest.mark.parametrize("form", [{}, {"member": "x"}, {"member": "0"}, {"end": "nowhere"}, {"end": "net"}])
def test_nonsense_is_refused_in_words(client, network, convenor, form):
    sign_in(client, convenor)
    assert client.post("/h/net/members/", form).status_code == 200
    assert not Member.objects.exists()
