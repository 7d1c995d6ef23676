"""The first start: only on an empty database, only from this machine or with the key of the console."""

from __future__ import annotations

import re
import socket

import pytest
from aiosmtpd.controller import Controller
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.factories import door
from tests.factories.signin import sign_in
from tests.site.door.test_example import HERE
from upwell_site.core.actions import begin, invitations
from upwell_site.core.actor import roles_of
from upwell_site.core.door.first import start_key
from upwell_site.core.models import ConsentText, Hub, HubText, Invitation, Letter, Membership, Person, Place, Site, User
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
FORM = {
    "do": "begin",
    "name": "Seacroft Hub",
    "kind": "hub",
    "controller": "Seacroft Trust",
    "org_id": "GB-CHC-1234567",
    "place": "LS14",
    "my_name": "Ada Admin",
    "email": "Ada@Example.org",
    "adult": "on",
    "safeguarding": "now",
    "safeguarding_name": "Sade Safe",
    "safeguarding_email": "sade@example.org",
    "once": "e" * 24,
}


def test_the_first_page_of_an_empty_database_leads_to_the_start(client):
    assert client.get("/").headers["Location"] == "/start/"


def test_from_the_page_to_an_open_hub():
    client = Client(**HERE)
    assert client.get("/start/").status_code == 200
    done = client.post("/start/", FORM)
    assert done.headers["Location"] == "/start/done/"
    page = client.get("/start/done/").content.decode()
    hub = Hub.objects.get()
    assert (hub.slug, hub.controller, hub.place.name, hub.takes_under_18s) == (
        "seacroft-hub", "Seacroft Trust", "LS14", False,
    )  # fmt: skip
    admin = Person.objects.get(user__email="ada@example.org")
    assert "admin" in roles_of(admin) and admin.user.is_operator
    assert Membership.objects.get().first
    key = re.search(r"/invitation/([^/\"]+)/", page).group(1)
    lead = invitations.accept(by=invitations.sign_in_for("sade@example.org"), invitation=invitations.find(key))
    assert "safeguarding" in roles_of(lead)
    assert {t.kind for t in HubText.objects.filter(hub=hub)} == {"privacy", "conduct", "safeguarding"}
    assert {t.purpose for t in ConsentText.objects.filter(hub=hub)} == set(begin.CONSENTS)
    assert not [t for t in HubText.objects.all() if "[hub]" in t.text or "[controller]" in t.text]
    assert Site.now().started_at is not None
    assert client.get(reverse("invitations", args=[hub.slug])).status_code == 302  # a second step comes first


def test_the_same_form_twice_starts_once_and_a_third_time_is_not_there():
    client = Client(**HERE)
    assert client.post("/start/", FORM).status_code == 302
    assert client.post("/start/", FORM).headers["Location"] == "/start/done/"
    assert Hub.objects.count() == 1
    assert Client(**HERE).get("/start/").status_code == 404
    assert Client(**HERE).post("/start/", {**FORM, "once": "f" * 24}).status_code == 404
    assert Hub.objects.count() == 1


@pytest.mark.parametrize("what", ["hub", "user"])
def test_a_database_that_is_not_empty_cannot_be_started(what):
    door.hub() if what == "hub" else User.objects.create_user("a@example.org")
    client = Client(**HERE)
    assert client.get("/start/").status_code == 404
    assert client.post("/start/", FORM).status_code == 404


@pytest.mark.parametrize(
    "far", [{"REMOTE_ADDR": "10.0.0.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_HOST": "testserver"}]
)
def test_from_elsewhere_only_with_the_key(far):
    client = Client(**{**HERE, **far})
    assert 'name="key"' in client.get("/start/").content.decode()
    client.post("/start/", FORM)
    client.post("/start/", {"key": "wrong"})
    client.post("/start/", FORM)
    assert not Hub.objects.exists()
    client.post("/start/", {"key": start_key()})
    assert client.post("/start/", FORM).status_code == 302
    assert Hub.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Write the name of your hub"),
        ({"adult": ""}, "18 or over"),
        ({"email": "nonsense"}, "like name@example.org"),
        ({"org_id": "1234567"}, "GB-CHC-1234567"),
        ({"place": "Atlantis"}, "do not know this place"),
        ({"safeguarding_email": "ada@example.org"}, "Two different people"),
        ({"safeguarding_email": ""}, "so that we can invite them"),
        ({"name": "x\x00y"}, "characters"),
        ({"kind": "castle"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_half_done(change, words):
    answer = Client(**HERE).post("/start/", {**FORM, **change})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Hub.objects.exists() and not User.objects.exists()


def test_without_a_safeguarding_lead_nobody_is_invited():
    Client(**HERE).post("/start/", {**FORM, "safeguarding": "later"})
    assert Hub.objects.get().takes_under_18s is False
    assert not Invitation.objects.exists()


def test_places_are_found_by_name_or_outcode():
    Place.objects.create(code="a", name="Leeds", level="council")
    Place.objects.create(code="b", name="Leeds Dock", level="neighbourhood")
    Place.objects.create(code="c", name="York", level="council")
    assert begin.find_place("leeds").code == "a"
    assert begin.find_place("Yor").code == "c"
    assert begin.find_place("ls8").name == "LS8"
    assert begin.find_place("  ") is None
    for words in ("Leed", "Nowhere"):
        with pytest.raises(Refused):
            begin.find_place(words)


def test_the_mail_server_is_tried_and_what_is_wrong_is_said_in_words(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    page = Client(**HERE).post("/start/", {**FORM, "do": "test"}).content.decode()
    assert "We tried 127.0.0.1, port 9" in page
    assert "Seacroft Hub" in page  # what was typed is still there
    assert not Hub.objects.exists() and not Letter.objects.exists()


class _Post:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(envelope.rcpt_tos)
        return "250 OK"


def test_a_letter_to_try_it_arrives(settings):
    post = _Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    office = Controller(post, hostname="127.0.0.1", port=port)
    office.start()
    try:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        page = Client(**HERE).post("/start/", {**FORM, "do": "test"}).content.decode()
    finally:
        office.stop()
    assert "took a letter for Ada@Example.org" in page
    assert post.taken == [["Ada@Example.org"]]


def test_without_a_mail_server_the_page_says_how_to_set_one():
    page = Client(**HERE).get("/start/").content.decode()
    assert "UPWELL_SMTP_HOST" in page and "Send me a letter" not in page


ANSWERS = {
    "name": "Seacroft Hub", "controller": "Seacroft Trust", "my_name": "Ada", "email": "ada@example.org", "yes": True,
}  # fmt: skip


def test_the_command_starts_without_asking(client, capsys):
    call_command("start", **ANSWERS, safeguarding_email="sade@example.org")
    out = capsys.readouterr().out
    code = re.search(r"15 minutes: (\S+)", out).group(1)
    client.post(reverse("account_login"), {"email": "ada@example.org"})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@example.org").pk)
    assert "/invitation/" in out


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"email": "x"}, {"org_id": "7"}, {"place": "Atlantis"}, {"safeguarding_email": "y"}]
)
def test_the_command_says_what_is_wrong(change):
    with pytest.raises(CommandError):
        call_command("start", **{**ANSWERS, **change})
    assert not Hub.objects.exists()


def test_the_command_starts_once():
    call_command("start", **ANSWERS)
    with pytest.raises(CommandError, match="started already"):
        call_command("start", **ANSWERS)


def test_the_command_asks_nobody_when_nobody_is_there(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match="Nobody is there"):
        call_command("start")


def test_the_command_asks_until_it_has_an_answer(monkeypatch):
    given = iter(["", "Seacroft Hub", "Seacroft Trust", "", "", "Ada", "ada@example.org", ""])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _words: next(given))
    call_command("start")
    assert Hub.objects.get().name == "Seacroft Hub"


def test_the_console_prints_the_key_of_the_page(capsys):
    call_command("start", page=True)
    assert start_key() in capsys.readouterr().out


def test_codes_are_only_for_people_who_are_here():
    with pytest.raises(CommandError):
        call_command("code", "nobody@example.org")


def test_making_an_operator(capsys):
    call_command("operator", "Op@Example.org")
    assert User.objects.get().email == "op@example.org" and User.objects.get().is_operator
    with pytest.raises(CommandError):
        call_command("operator", "nonsense")


def test_appointing_a_first_admin(capsys):
    hub = door.hub()
    call_command("appoint", "here", "nia@example.org", role="admin")
    key = re.search(r"/invitation/([^/]+)/", capsys.readouterr().out).group(1)
    person = invitations.accept(by=invitations.sign_in_for("nia@example.org"), invitation=invitations.find(key))
    assert person.hub == hub and "admin" in roles_of(person)
    with pytest.raises(CommandError):
        call_command("appoint", "nowhere", "nia@example.org")


def test_the_front_page_leads_home_or_lets_choose(client):
    here, there = door.hub(), door.hub("there")
    assert "Here" in client.get("/").content.decode()
    me = door.person(here, "Pat Part")
    user = sign_in(client, me)
    assert client.get("/").headers["Location"].startswith("/h/here/")
    Person.objects.filter(pk=door.person(there, "Pat There").pk).update(user=user)
    page = client.get("/").content.decode()
    assert "Here" in page and "There" in page and "You are Pat There there" in page
    assert "There" in client.get("/me/hubs/").content.decode()
    assert client.get("/me/").status_code == 200


def test_somebody_in_no_hub_is_told_so(client):
    from tests.factories.signin import sign_in_user

    door.hub()
    sign_in_user(client, invitations.sign_in_for("new@example.org"))
    assert "You belong to no hub yet" in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/account/login/", "/account/joining/", "/account/inactive/", "/"])
def test_pages_for_everybody_have_one_heading_and_no_scripts_of_their_own(client, path):
    door.hub()
    page = client.get(path).content.decode()
    assert page.count("<h1>") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)", page) and "style=" not in page
