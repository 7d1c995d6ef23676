"""What people write is shown as words: no tag, no attribute and no address of theirs comes alive on any page."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models

from tests import world as w
from tests.house.forms import pages
from upwell_site.core.models import HubText, Organisation
from upwell_site.core.tenancy import Walled

MARK = "zxq"
EVIL = f"\"'><img src=x onerror={MARK}()><script>{MARK}()</script>{{{{ 7|add:7 }}}}<b hx-get=/{MARK}>"
MARKDOWN = (
    f"# T\n\n[a](javascript:{MARK}()) <img src=x onerror={MARK}()> ![x](javascript:{MARK}()) <b hx-get=/{MARK}>\n"
)
PEOPLE = ("visitor", "young", "adult", "mentor", "organiser", "lead", "safe", "admin", "operator")
if not os.environ.get("UPWELL_LONG"):  # the short form of every day
    PEOPLE = ("visitor", "young", "lead", "admin")
WORDS = {  # what people write, one field each; addresses and numbers have checks of their own
    "core.Person": ("name", "about", "phone"),
    "core.Hub": ("name", "about", "contact", "drop_in", "controller"),
    "core.Organisation": ("name", "about"),
    "core.Programme": ("name", "about"),
    "core.Training": ("name",),
    "core.Session": ("where",),
    "core.Batch": ("file_name",),
    "core.Invitation": ("name",),
    "core.Job": ("said",),
    "core.Letter": ("said",),
    "listen.Conversation": ("next_step",),
    "listen.Note": ("text", "topic"),
    "listen.Discussion": ("title", "about", "source"),
    "listen.Statement": ("text",),
    "connect.Round": ("name",),
    "connect.Pair": ("note",),
}


class _Alive(HTMLParser):
    """Finds a mark that stands where a browser would act on it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in {"script", "style"} else ""
        for name, value in attrs:
            acts = name.startswith(("on", "hx-", "data-hx")) or name in {"href", "src", "action", "style", "srcdoc"}
            scheme = (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:"))
            if MARK in name or (scheme and acts) or (acts and MARK in (value or "") and name not in {"href", "action"}):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        if self.inside and MARK in data:
            self.found.append(f"<{self.inside}>{data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def poison(world: w.World) -> None:
    """Write the worst into every text of both hubs."""
    for label, names in WORDS.items():
        model = apps.get_model(label)
        for name in names:
            field = model._meta.get_field(name)
            assert isinstance(field, models.CharField | models.TextField)
            for row in model._default_manager.all():
                keep = (field.max_length or 500) - 6
                model._default_manager.filter(pk=row.pk).update(**{name: f"{EVIL[:keep]}{row.pk}"})
    Organisation.objects.update(web=f"javascript:{MARK}()")
    for model in (m for m in apps.get_models() if issubclass(m, Walled) and m._meta.label == "core.Training"):
        question = {"question": EVIL, "answers": [EVIL, "b"], "right": 0}
        model._default_manager.update(pages=[MARKDOWN, EVIL], check_questions=[question])


@pytest.mark.django_db
def test_nothing_that_people_wrote_comes_alive():
    """ASVS 1.2.1, 1.3.1: the worst in every text, every page as everybody."""
    world = w.make()
    poison(world)
    for kind in HubText.Kind.values:
        HubText.objects.create(hub=world.sides["here"].hub, kind=kind, text=MARKDOWN, version=2)
    alive, shown = [], 0
    for who in PEOPLE:
        client = world.client(who)
        client.raise_request_exception = False
        for _route, url in pages(world, who):
            answer = client.get(url)
            assert answer.status_code < 500, url
            if "html" not in answer.headers.get("Content-Type", "") or answer.streaming:
                continue
            text = answer.content.decode()
            shown += MARK in text
            reader = _Alive()
            reader.feed(text)
            alive += [f"{who} {url}: {found}" for found in reader.found]
            if re.search(r"14(&lt;|<)b hx", text):
                alive.append(f"{who} {url}: a template inside the text was run")
    assert alive == []
    assert shown > 100
