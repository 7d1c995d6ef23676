"""Steps that several journeys take, in the words of the page."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.place import Place

WORK = 60_000  # milliseconds a piece of work may take on a busy machine


def heading(page: Page, words: str) -> None:
    """Wait until the page's heading says so."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(words))


def press(page: Page, button: str, *, exact: bool = False) -> None:
    """Press the first button of that name."""
    page.get_by_role("button", name=button, exact=exact).first.click()


def follow(page: Page, link: str, *, exact: bool = False) -> None:
    """Follow the first link of that name in the main part."""
    page.get_by_role("main").get_by_role("link", name=link, exact=exact).first.click()
    page.wait_for_load_state()


def problems(page: Page) -> dict[tuple[str, str], str]:
    """Return what is named on the page: (row, column) and the sentence."""
    rows = page.get_by_role("region", name="What to put right").locator("tbody tr")
    cells = rows.evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.innerText.trim()))")
    return {(row, column): words for _file, row, column, words, _value in cells}


def app_code(secret: str, at: float | None = None) -> str:
    """Return the six numbers that an authenticator app shows (RFC 6238, 30 seconds, SHA-1)."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    count = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(key, count, "sha1").digest()
    part = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{part % 1_000_000:06d}"


def set_up_app(page: Page) -> None:
    """Give the sign-in a second step: an app with codes."""
    follow(page, "Set up an app")
    secret = page.locator("main code").first.inner_text()
    page.get_by_label("The six numbers").fill(app_code(secret))
    press(page, "Turn it on")
    heading(page, "Print these codes and keep them safe")
    follow(page, "I have them, go on")


def sign_in(page: Page, place: Place, email: str) -> None:
    """Sign in with a code that the one at the machine reads out."""
    page.goto("/account/login/")
    page.get_by_label("Your e-mail address").fill(email)
    press(page, "Send me a code")
    heading(page, "Look at your e-mail")
    page.get_by_label("The code in the letter").fill(place.new_code(email))
    press(page, "Sign in", exact=True)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Look at your e-mail")
