"""The edge of the house: where `next` may lead, and what cookies carry under https."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import world as w

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "http:///evil.example/",
    "javascript:alert(1)",
    " https://evil.example/",
    "/\t/evil.example/",
    "https://testserver@evil.example/",
    "/x\r\nSet-Cookie: a=b",
)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ELSEWHERE)
def test_next_leads_nowhere_else(to: str):
    """ASVS 3.7.2."""
    world = w.make()
    strong, weak = world.client("admin"), world.client("asleep")
    answers = [
        strong.get("/account/second-step/", {"next": to}),
        strong.get("/account/login/", {"next": to}),
        strong.post("/language/setlang/", {"language": "cy", "next": to}),
    ]
    for answer in answers:
        where = answer.headers.get("Location", "/")
        assert where.startswith("/") and not where.startswith(("//", "/\\", "/\t")), where
        assert "evil" not in where
    assert f'href="{to}' not in weak.get("/account/second-step/", {"next": to}).content.decode()


def test_cookies_under_https_are_bound_to_this_very_host():
    """ASVS 3.3: __Host- needs Secure, the path / and no domain; a browser drops the cookie otherwise."""
    names = ("NAME", "SECURE", "DOMAIN", "PATH", "SAMESITE", "HTTPONLY")
    ask = (
        "import django, json; django.setup(); from django.conf import settings as s;"
        f"print(json.dumps([[getattr(s, k + '_COOKIE_' + n) for n in {names}] for k in ('SESSION', 'CSRF')]"
        " + [s.SECURE_HSTS_SECONDS, s.LANGUAGE_COOKIE_SECURE, s.DEBUG, s.CSRF_TRUSTED_ORIGINS]))"
    )
    env = {
        **os.environ,
        "UPWELL_HTTPS": "yes",
        "UPWELL_HOSTS": "hub.example.org",
        "UPWELL_URL": "https://hub.example.org",
    }
    told = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    session, csrf, hsts, language, debug, origins = json.loads(told.stdout)
    assert session == ["__Host-session", True, None, "/", "Lax", True]
    assert csrf[:5] == ["__Host-csrf", True, None, "/", "Lax"]
    assert (hsts >= 31_536_000, language, debug, origins) == (True, True, False, ["https://hub.example.org"])
