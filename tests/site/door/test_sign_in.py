"""Signing in: one answer for known and unknown, codes that work once, no passwords anywhere."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from tests.factories import door
from tests.factories.signin import sign_in, user_of
from upwell_site.core.models import Letter, User

pytestmark = pytest.mark.django_db

HOSTILE = [
    "//evil.example/", "https://evil.example/", "http:evil.example", "http:///evil.example", "///evil.example/x",
    "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "https:/evil.example", "/\t/evil.example",
    "//localhost@evil.example/", "http://testserver.evil.example/", "data:text/html,x", "%2f%2fevil.example",
]  # fmt: skip


def known() -> User:
    return user_of(door.person(door.hub(), "Ada Known"))


def ask(client: Client, email: str, to: str = "") -> object:
    return client.post(reverse("account_login"), {"email": email, "next": to})


def code_for(email: str) -> str:
    return Letter.objects.filter(address=email, kind="sign_in_code").first().values["code"]


def plain(html: bytes, email: str) -> str:
    text = html.decode().replace(email, "EMAIL")
    return re.sub(r'(name="(csrfmiddlewaretoken|once)" value=")[^"]*', r"\1", text)


def test_a_code_by_letter_signs_in(client):
    user = known()
    assert ask(client, user.email.upper()).status_code == 302
    done = client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email).lower()})
    assert (done.status_code, client.session["_auth_user_id"]) == (302, str(user.pk))


def test_a_code_works_once(client):
    """A letter that somebody finds later opens nothing."""
    user = known()
    ask(client, user.email)
    code = code_for(user.email)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    client.post(reverse("account_logout"))
    ask(client, user.email)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_known_and_unknown_addresses_look_the_same():
    """Nobody learns from us who belongs here: same pages, same letters, same work."""
    user = known()
    seen = {}
    for email in (user.email, "nobody@elsewhere.example"):
        client = Client()
        client.get(reverse("account_login"))
        before = Letter.objects.count()
        with CaptureQueriesContext(connection) as queries:
            first = ask(client, email)
        second = client.get(first.headers["Location"])
        wrong = client.post(first.headers["Location"], {"code": "BBBB-BBBB"})
        seen[email] = (
            first.status_code,
            first.headers["Location"],
            Letter.objects.count() - before,
            len(queries),
            plain(second.content, email),
            wrong.status_code,
            plain(wrong.content, email),
            sorted(client.cookies),
        )
    one, other = seen.values()
    assert one == other
    assert one[2] == 1


def test_an_unknown_address_gets_one_letter_that_says_so(client):
    ask(client, "nobody@elsewhere.example")
    assert [row.kind for row in Letter.objects.all()] == ["sign_in_unknown"]
    assert not User.objects.filter(email="nobody@elsewhere.example").exists()


def test_somebody_who_was_closed_out_looks_unknown(client):
    user = known()
    User.objects.filter(pk=user.pk).update(is_active=False)
    ask(client, user.email)
    assert [row.kind for row in Letter.objects.all()] == ["sign_in_unknown"]


def test_the_third_wrong_code_leads_back_to_the_start(client):
    user = known()
    ask(client, user.email)
    answers = [client.post(reverse("account_confirm_login_code"), {"code": "BBBB-BBBB"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 302]
    client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email)})
    assert "_auth_user_id" not in client.session


def test_many_requests_for_one_address_send_few_letters(client):
    """Nobody's mailbox can be filled from here; other addresses go on working."""
    user = known()
    for _ in range(8):
        ask(Client(), user.email)
    assert Letter.objects.filter(address=user.email).count() == 3
    other = ask(Client(REMOTE_ADDR="10.0.0.9"), "other@elsewhere.example")
    assert other.status_code == 302


def test_limits_count_the_address_of_the_connection_and_not_what_it_claims(settings):
    """Without a proxy, X-Forwarded-For is only words: changing it gives no new tries."""
    for number in range(30):
        client = Client(headers={"x-forwarded-for": f"10.1.1.{number}"})
        answer = ask(client, f"a{number}@elsewhere.example")
    assert answer.status_code == 200
    assert Letter.objects.count() == 20


def test_behind_a_proxy_the_last_hop_counts(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(22):
        ask(Client(headers={"x-forwarded-for": f"1.2.3.{number}, 10.1.1.1"}), f"a{number}@elsewhere.example")
    assert Letter.objects.count() == 20
    ask(Client(headers={"x-forwarded-for": "1.2.3.4, 10.1.1.2"}), "b@elsewhere.example")
    assert Letter.objects.count() == 21


def test_a_code_from_the_console_signs_in_once(client, capsys):
    user = known()
    call_command("code", user.email)
    code = re.search(r": (\S+)", capsys.readouterr().out).group(1)
    for inside in (True, False):
        other = Client()
        ask(other, user.email)
        other.post(reverse("account_confirm_login_code"), {"code": code})
        assert ("_auth_user_id" in other.session) is inside


def test_a_code_from_the_console_is_for_one_address_and_a_quarter_of_an_hour(client, capsys):
    import time_machine

    user, other = known(), user_of(door.person(door.hub("there"), "Otto Other"))
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False):
        call_command("code", user.email)
        code = re.search(r": (\S+)", capsys.readouterr().out).group(1)
        ask(client, other.email)
        client.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" not in client.session
    with time_machine.travel("2026-03-01 10:16:00+00:00", tick=False):
        late = Client()
        ask(late, user.email)
        late.post(reverse("account_confirm_login_code"), {"code": code})
        assert "_auth_user_id" not in late.session


def test_a_code_of_a_quarter_of_an_hour_ago_opens_nothing(client):
    import time_machine

    user = known()
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False):
        ask(client, user.email)
    with time_machine.travel("2026-03-01 10:16:00+00:00", tick=False):
        client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email)})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("to", HOSTILE)
def test_signing_in_never_leads_to_another_site(client, to):
    user = known()
    ask(client, user.email, to)
    done = client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email), "next": to})
    assert done.status_code == 302
    assert done.headers["Location"].startswith("/")
    assert "evil" not in done.headers["Location"].replace("%2f%2fevil.example", "")


def test_signing_in_leads_on_to_a_page_of_ours(client):
    user = known()
    ask(client, user.email, "/me/sign-in/")
    done = client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email), "next": "/me/sign-in/"})
    assert done.headers["Location"] == "/me/sign-in/"


def names() -> set[str]:
    return {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_no_address_has_to_do_with_passwords():
    assert not [name for name in names() if "password" in name or "social" in name or name == "account_email"]


@pytest.mark.parametrize(
    "path",
    ["password/reset/", "password/change/", "password/set/", "signup/", "email/", "confirm-email/", "3rdparty/",
     "reauthenticate/", "2fa/", "login/cancelled/", "signup/passkey/"],
)  # fmt: skip
def test_what_allauth_brings_and_we_do_not_want_is_not_there(client, path):
    assert client.get(f"/account/{path}").status_code == 404


def test_a_password_is_never_taken(client):
    """Even somebody who got one into the database cannot come in by it."""
    user = known()
    user.set_password("correct horse")
    user.save()
    client.post(reverse("account_login"), {"email": user.email, "login": user.email, "password": "correct horse"})
    assert "_auth_user_id" not in client.session
    assert "password" not in client.get(reverse("account_login")).content.decode().lower().replace("no password", "")


def test_fields_for_codes_allow_pasting_and_filling_in(client):
    ask(client, known().email)
    page = client.get(reverse("account_confirm_login_code")).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert "onpaste" not in page


def test_signing_out_needs_a_form(client):
    sign_in(client, door.person(door.hub(), "Ada Known"))
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(client):
    """A session that somebody else began, or that was copied, opens nothing (ASVS 7.2.4, 7.4.1)."""
    user = known()
    ask(client, user.email)
    before = client.session.session_key
    client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email)})
    inside = client.session.session_key
    assert before and inside != before
    assert not Session.objects.filter(session_key=before).exists()
    copied = Client()
    copied.cookies["session"] = inside
    assert copied.get("/me/").status_code == 200
    client.post(reverse("account_logout"))
    assert copied.get("/me/").status_code == 404


def test_a_code_belongs_to_the_browser_that_asked(client):
    """Who reads it over somebody's shoulder cannot use it elsewhere (ASVS 6.6.2)."""
    user = known()
    ask(client, user.email)
    code = code_for(user.email)
    other = Client()
    ask(other, "somebody.else@example.org")
    other.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in other.session
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" in client.session


def test_who_came_in_and_who_did_not_is_written_down(client, caplog):
    """Numbers only: an attack can be seen in the log, and nobody's address or code can (ASVS 16.3.1)."""
    user = known()
    with caplog.at_level("INFO", logger="upwell.door"):
        ask(client, user.email)
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG-CODE"})
        client.post(reverse("account_confirm_login_code"), {"code": code_for(user.email)})
        client.post(reverse("account_logout"))
    said = [record.getMessage() for record in caplog.records]
    assert said == ["wrong code", f"signed in user={user.pk} by=code", f"signed out user={user.pk}"]


def test_who_was_refused_is_written_down(client, caplog):
    """The cell and a number, never the row: the log tells of none (ASVS 16.3.2)."""
    person = door.person(door.hub(), "Ada Known")
    sign_in(client, person)
    with caplog.at_level("INFO", logger="upwell.guard"):
        client.get("/operate/")
        client.get(f"/h/{person.hub.slug}/people/987654321/")
    said = [record.getMessage() for record in caplog.records if record.name == "upwell.guard"]
    number = user_of(person).pk
    assert said == [f"refused GET site.run to={number}", f"refused GET person.read to={number}"]
