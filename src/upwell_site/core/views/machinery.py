"""Pages of whoever runs the site: is it well, and what is in the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import doctor, health, letters, sender
from upwell_site.core.actions import machinery as actions
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Letter
from upwell_site.core.paging import page_of
from upwell_site.core.views.machinery_parts import decided


@allow(GET="site.look")
def health_page(request: Request) -> HttpResponse:
    """Say "ok" when the database answers."""
    return HttpResponse("ok" if health.answers() else "no", content_type="text/plain")


@allow(GET="site.run")
def operate(request: Request) -> HttpResponse:
    """Show whether the site is well."""
    wrong = [one for one in doctor.examine(slow=False) if not one.well]
    facts = health.facts()
    context = {**facts, "well": facts["well"] and not wrong, "wrong": wrong}
    return render(request, "core/machinery/operate.html", context)


@allow(POST="site.run")
def test_letter(request: Request) -> HttpResponse:
    """Send a letter to oneself."""
    said = _("A letter to you is in the outbox. It goes out in a few seconds.")
    if not sender.is_open():
        said = _("A letter to you is in the outbox. It waits there, because no mail server is set.")
    user: Any = request.user
    return decided(request, reverse("operate_letters"), lambda: actions.send_test(user=user), said)


@allow(GET="site.run")
def letters_page(request: Request) -> HttpResponse:
    """Show the outbox of the whole site: what goes to whom stays covered until a letter has to be handed over."""
    state = request.GET.get("state", "")
    rows = health.outbox(state)
    page = page_of(rows, request, "-pk")
    found = [(row, letters.kind_of(row.kind).label) for row in page.rows]
    here = reverse("operate_letters")
    names = {
        "": _("All"),
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "failed": _("Did not go"),
        "stopped": _("Stopped"),
    }
    chips = [{"name": name, "url": f"{here}?state={key}", "current": key == state} for key, name in names.items()]
    context = {
        "letters": found,
        "page": page,
        "chips": chips,
        "mail_open": sender.is_open(),
    }
    return render(request, "core/machinery/operate_letters.html", context)


@allow(GET="site.run")
def letter_page(request: Request) -> HttpResponse:
    """Show one letter; its text only while somebody has to hand it over, and never a code."""
    row = health.letter(request.GET.get("number", ""))
    if row is None:
        return _no_such_letter(request)
    context = {
        "letter": row,
        "kind": letters.kind_of(row.kind),
        "text": letters.preview(row) if _may_be_read(row) else None,
        "may_go": row.state in {Letter.State.WAITING, Letter.State.FAILED},
        "mail_open": sender.is_open(),
    }
    return render(request, "core/machinery/operate_letter.html", context)


def _may_be_read(letter: Letter) -> bool:
    """Whether the operator needs the text: no mail server takes it, and it is no code to sign in as somebody else."""
    kept = letter.state in {Letter.State.WAITING, Letter.State.FAILED}
    needed = not sender.is_open() or letter.state == Letter.State.FAILED
    return kept and needed and not letters.kind_of(letter.kind).secret and letters.has_text(letter.kind)


@allow(POST="site.run")
def again(request: Request) -> HttpResponse:
    """Send a letter again."""
    row = health.letter(request.POST.get("number", ""))
    if row is None:
        return _no_such_letter(request)
    return decided(request, _where(row), lambda: actions.send_again(letter=row), _("It goes out in the next minute."))


@allow(POST="site.run")
def stop(request: Request) -> HttpResponse:
    """Stop a letter, and those ordered with it."""
    row = health.letter(request.POST.get("number", ""))
    if row is None:
        return _no_such_letter(request)
    said = _("Stopped. It goes to nobody.")
    return decided(request, _where(row), lambda: actions.stop_letters(by=None, letter=row), said)


def _where(letter: Letter) -> str:
    return f"{reverse('operate_letter')}?number={letter.pk}"


def _no_such_letter(request: Request) -> HttpResponse:
    messages.error(request, _("There is no such letter. Here are all there are."))
    return redirect("operate_letters")
