"""Passkeys in a real browser, with a made-up key in it: set up, then sign in with nothing else. No rule is bent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.factories import door
from tests.factories.signin import user_of
from upwell_site.core import walls
from upwell_site.core.models import Letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: Any, browser: Browser) -> Iterator[Page]:
    """A page of a browser that holds a virtual key; every complaint of the browser fails the test."""
    cache.clear()
    complaints: list[str] = []
    context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    walls.take_down()  # so that the log can be emptied after the test
    assert [c for c in complaints if "404" not in c] == []


def sign_in_by_code(page: Page, email: str) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("The code in the letter")).to_be_visible()
    code = Letter.objects.filter(address=email, kind="sign_in_code").first().values["code"]
    page.get_by_label("The code in the letter").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_wakes_a_role_and_then_signs_in_alone(page: Page):
    """The whole way of an organiser's first day: a code, a passkey, printed codes; the next day the passkey alone."""
    admin = door.person(door.hub(), "Ada Admin", role="admin")
    email = user_of(admin).email
    sign_in_by_code(page, email)
    page.wait_for_load_state()
    page.goto(reverse("invitations", args=["here"]))
    expect(page).to_have_url(re.compile("second-step"))
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Print these codes and keep them safe")
    page.get_by_role("link", name="I have them, go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invite somebody")

    page.context.clear_cookies()
    page.goto(f"{reverse('account_login')}?next={reverse('invitations', args=['here'])}")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invite somebody")

    page.context.clear_cookies()
    sign_in_by_code(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Now the second step")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(re.compile(r"/h/here/"))
    page.goto(reverse("mfa_index"))
    expect(page.get_by_role("heading", name="Passkey 1")).to_be_visible()
