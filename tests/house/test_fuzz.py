"""Whatever somebody types, no page breaks: broken characters, very long text, numbers from nowhere."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from django.db import transaction

from tests import world as w
from tests.house.forms import TYPED, Form, forms, pages

PEOPLE = ("admin", "lead", "organiser", "safe", "young", "linkholder", "operator", "visitor")
ODD = (
    "a\x00b",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "\u202eabc\u202d \u200b\ufeff",
    "x" * 100_000,
    "👩‍👩‍👧‍👦" * 300,
    "\x01\x02\x1b[31m\x7f\x85\u2028\r\n\t",
    "a\r\nBcc: x@example.org",
    "²",
    "٣",
    "-1",
    "9" * 30,
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "' OR 1=1 --",
    "{{ settings.SECRET_KEY }}{% debug %}{0.__class__}%s%n",
    "[]",
    " ",
)
LONG = bool(os.environ.get("UPWELL_LONG"))  # the whole campaign; the short form runs every day
TURNS = 14 if LONG else 2  # a post each, for each form
ODD_NUMBERS = ("\x00", "²", "-1", "9" * 30, "\u202e%'" * 200)
QUERIES = (
    "after",
    "page",
    "q",
    "show",
    "order",
    "sector",
    "programme",
    "role",
    "state",
    "number",
    "kind",
    "sentence",
    "next",
)


def _random(seed: int) -> str:
    """Return some letters of any alphabet, with what does not belong between them."""
    dice = random.Random(seed)
    return "".join(
        chr(dice.choice((dice.randrange(0x20), dice.randrange(0xD7FF), dice.randrange(0xE000, 0x10FFFF))))
        for _ in range(40)
    )


def _post(client: Any, form: Form, data: dict[str, Any]) -> int:
    with transaction.atomic():
        answer = client.post(form.to, data)
        transaction.set_rollback(True)
    return int(answer.status_code)


def _odd(form: Form, turn: int) -> dict[str, str]:
    """Answer every typed question with another odd text each turn; every seventh turn also what is to be chosen."""
    names = [name for name, one in form.fields.items() if one.kind in TYPED or turn % 7 == 0]
    names = [name for name in names if form.fields[name].kind != "file" and name != "csrfmiddlewaretoken"]
    texts = (*ODD, _random(turn))
    return {name: texts[(turn * 5 + place * 3) % len(texts)] for place, name in enumerate(names)}


@pytest.mark.django_db
def test_no_form_breaks_on_odd_text():
    """ASVS 2.2: each question of each form is answered with what no form expects; 500 is never the answer."""
    world = w.make()
    clients = {who: world.client(who) for who in PEOPLE}
    broken, tried = [], 0
    for form in forms(world, *PEOPLE):
        if form.method != "post":
            continue
        client = clients[form.who]
        client.raise_request_exception = False
        for turn in range(TURNS):
            if odd := _odd(form, turn):
                tried += 1
                status = _post(client, form, form.data(**odd))
                if status >= 500:
                    broken.append(f"{form.who} POST {form.to} {odd}: {status}"[:200])
    assert broken == []
    assert tried > (400 if LONG else 80)


@pytest.mark.django_db
def test_no_list_breaks_on_an_odd_address():
    """A query string is text from outside as well; the same key twice is one more way to write it."""
    world = w.make()
    broken = []
    for who in ("admin", "lead", "operator", "visitor") if LONG else ("lead", "operator"):
        client = world.client(who)
        client.raise_request_exception = False
        seen = set()
        for route, url in pages(world, who):
            if route.name in seen or client.get(url).status_code != 200:
                continue
            seen.add(route.name)
            for odd in ODD_NUMBERS if LONG else ODD_NUMBERS[:2]:
                answer = client.get(url, {name: ["1", odd] for name in QUERIES})
                if answer.status_code >= 500:
                    broken.append(f"{who} GET {url} {odd[:9]!r}: {answer.status_code}")
    assert broken == []
