"""The second step: roles sleep without it, and it can be set up, used, lost and replaced."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import door
from tests.factories.signin import sign_in, sign_in_user, user_of
from tests.site.door.test_sign_in import HOSTILE, ask, code_for
from upwell_site.core.actions.begin import make_operator
from upwell_site.core.models import Letter, Membership, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return door.hub()


@pytest.fixture
def admin(hub):
    return door.person(hub, "Ada Admin", role="admin")


def now_shown(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_app(client: Client, to: str = "") -> str:
    page = client.get(reverse("mfa_activate_totp"), {"next": to} if to else {})
    secret = client.session["mfa.totp.secret"]
    assert re.sub(r"\s", "", page.content.decode()).find(secret) > 0
    client.post(reverse("mfa_activate_totp"), {"code": now_shown(secret), "next": to})
    return secret


STAFF = ["organiser", "lead", "safeguarding", "admin"]


@pytest.mark.parametrize("role", STAFF)
def test_a_role_sleeps_until_the_second_step(client, hub, role):
    """A code by e-mail alone opens no page about other people."""
    somebody = door.person(hub, "Rae Role", role=role)
    page = reverse("invitations", args=["here"])
    sign_in(client, somebody, second_factor=False)
    answer = client.get(page)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{reverse('second_step')}?next=%2Fh%2Fhere%2Finvitations%2F",
    )
    sign_in(client, somebody)
    assert client.get(page).status_code == 200


def test_the_operators_pages_sleep_too(client):
    user = make_operator(by=None, email="op@example.org")
    sign_in_user(client, user, second_factor=False)
    assert client.get(reverse("remove_example")).status_code == 302
    sign_in_user(client, user)
    assert client.get(reverse("remove_example")).status_code == 200


def test_records_of_somebody_else_wake_nobody(client, hub, admin):
    """A session that changed hands keeps no second step of the one before."""
    sign_in(client, admin)
    session = client.session
    session["account_authentication_methods_user"] = "0"
    session.save()
    assert client.get(reverse("invitations", args=["here"])).status_code == 302


def test_an_app_is_set_up_and_wakes_the_role_at_once(committed, client, admin):
    sign_in(client, admin, second_factor=False)
    to = reverse("invitations", args=["here"])
    page = client.get(f"{reverse('second_step')}?next={to}").content.decode()
    assert reverse("mfa_activate_totp") in page and reverse("mfa_add_webauthn") in page
    set_up_app(client, to)
    assert client.get(to).status_code == 200
    codes = client.get(f"{reverse('mfa_view_recovery_codes')}?next={to}").content.decode()
    assert len(re.findall(r"<li><code>", codes)) == 10
    assert f'href="{to}"' in codes
    assert Letter.objects.filter(address=admin.user.email, kind="sign_in_notice").exists()


def test_the_picture_of_the_app_is_in_the_page_and_needs_no_style(client, admin):
    sign_in(client, admin, second_factor=False)
    answer = client.get(reverse("mfa_activate_totp"))
    page = answer.content.decode()
    assert '<path d="M' in page and "data:image" not in page and "style=" not in page
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_after_set_up_every_sign_in_asks_for_it(client, admin):
    sign_in(client, admin, second_factor=False)
    secret = set_up_app(client)
    other = Client()
    ask(other, admin.user.email)
    first = other.post(reverse("account_confirm_login_code"), {"code": code_for(admin.user.email)})
    assert first.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in other.session
    wrong = other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200 and "_auth_user_id" not in other.session
    with time_machine.travel(time.time() + 61):
        other.post(reverse("mfa_authenticate"), {"code": now_shown(secret)})
        assert other.session["_auth_user_id"] == str(admin.user_id)
        assert other.get(reverse("invitations", args=["here"])).status_code == 200


def test_a_printed_code_lets_in_once(committed, client, admin):
    sign_in(client, admin, second_factor=False)
    set_up_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.search(r"<li><code>([^<]+)", page).group(1)
    inside = []
    for _ in range(2):
        other = Client()
        ask(other, admin.user.email)
        other.post(reverse("account_confirm_login_code"), {"code": code_for(admin.user.email)})
        other.post(reverse("mfa_authenticate"), {"code": code})
        inside.append("_auth_user_id" in other.session)
    assert inside == [True, False]


def test_another_second_step_needs_the_first(client, admin):
    """Somebody at an open computer cannot add their own passkey."""
    sign_in(client, admin, second_factor=False)
    set_up_app(client)
    other = Client()
    sign_in_user(other, admin.user, second_factor=False)
    answer = other.get(reverse("mfa_add_webauthn"))
    assert answer.status_code == 302 and "/account/again/" in answer.headers["Location"]
    assert other.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert Authenticator.objects.filter(user=admin.user, type="totp").exists()


def test_the_page_of_the_second_step_offers_what_is_there(client, admin):
    sign_in(client, admin, second_factor=False)
    set_up_app(client)
    other = Client()
    sign_in_user(other, admin.user, second_factor=False)
    page = other.get(reverse("second_step")).content.decode()
    assert reverse("mfa_reauthenticate") in page and reverse("mfa_activate_totp") not in page


@pytest.mark.parametrize("to", HOSTILE)
def test_the_second_step_never_leads_to_another_site(client, admin, to):
    sign_in(client, admin)
    answer = client.get(reverse("second_step"), {"next": to})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_removing_the_last_second_step_takes_the_printed_codes_too(committed, client, admin):
    sign_in(client, admin, second_factor=False)
    set_up_app(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=admin.user).exists()
    assert "one step" in client.get(reverse("mfa_index")).content.decode()


@pytest.mark.parametrize("role", STAFF)
def test_staff_are_signed_out_after_half_an_hour_away(client, hub, role):
    somebody = door.person(hub, "Rae Role", role=role)
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=False) as clock:
        sign_in(client, somebody)
        page = reverse("me")
        for _ in range(3):  # somebody who clicks now and then stays
            clock.shift(29 * 60)
            assert client.get(page).status_code == 200
        clock.shift(31 * 60)
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account/login/?next=/me/")
        assert "_auth_user_id" not in client.session


def test_an_old_cookie_does_not_keep_a_session_alive(client, admin):
    """The moment somebody was last here is signed and tied to the session."""
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=False) as clock:
        other = Client()
        sign_in(other, door.person(admin.hub, "Otto Other", role="admin"))
        sign_in(client, admin)
        client.get("/me/")
        clock.shift(31 * 60)
        sign_in(other, door.person(admin.hub, "Olga Other", role="admin"))
        other.get("/me/")
        client.cookies["seen"] = other.cookies["seen"].value
        assert client.get("/me/").status_code == 302


def test_somebody_taking_part_is_not_hurried(client, hub):
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=False) as clock:
        sign_in(client, door.person(hub, "Pat Part"))
        clock.shift(3 * 3600)
        assert client.get("/me/").status_code == 200


@pytest.mark.parametrize("role", ["", "admin"])
def test_twelve_hours_end_every_session(client, hub, role):
    with time_machine.travel("2026-03-02 06:00:00+00:00", tick=False) as clock:
        sign_in(client, door.person(hub, "Pat Part", role=role))
        for _ in range(36):
            clock.shift(20 * 60 - 1)
            client.get("/me/")
            session = client.session  # whatever is written into a session prolongs its row
            session["something"] = clock.shift(0)
            session.save()
        assert client.get("/me/").status_code == 200
        clock.shift(10 * 60)
        assert client.get("/me/").status_code == 302


def test_looking_at_a_page_writes_nothing(client, admin, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, admin)
    client.get("/me/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/me/")
    assert not [q["sql"] for q in seen if not q["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]


def test_leaving_ends_rights_at_the_next_request(client, admin):
    sign_in(client, admin)
    page = reverse("invitations", args=["here"])
    assert client.get(page).status_code == 200
    Membership.objects.filter(person=admin).update(until=timezone.localdate())
    assert client.get(page).status_code == 404


def test_closing_a_sign_in_ends_its_sessions_at_the_next_request(client, admin):
    sign_in(client, admin)
    User.objects.filter(pk=admin.user_id).update(is_active=False)
    assert client.get("/me/").status_code == 404


def test_signing_out_everywhere_else_leaves_only_this_session(client, admin):
    other = Client()
    sign_in(other, admin)
    sign_in(client, admin)
    client.post(reverse("sign_out_elsewhere"))
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 404


def test_your_sign_in_is_yours(client, hub, admin):
    assert client.get(reverse("mfa_index")).status_code == 404
    user_of(admin)
    sign_in(client, door.person(hub, "Pat Part"), second_factor=False)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "ada@" not in page and "pat@" in page
