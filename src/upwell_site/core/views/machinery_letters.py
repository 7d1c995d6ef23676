"""A hub's letters for its admins, and what somebody wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from upwell_site.core import letters, policy
from upwell_site.core.actions import machinery as actions
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Letter, NoticeChoice, Person
from upwell_site.core.paging import page_of
from upwell_site.core.views.machinery_parts import decided


@allow(GET="hub.list_letters")
def letters_page(request: Request) -> HttpResponse:
    """Show what went out of this hub: kinds, names and states, never codes or links."""
    rows = Letter.objects.filter(hub=request.hub).visible_to(request.actor).select_related("to")
    page = page_of(rows, request, "-pk")
    found = [(row, letters.kind_of(row.kind).label) for row in page.rows]
    batches = {row.batch: row for row in page.rows if row.batch and row.state == Letter.State.WAITING}
    return render(
        request,
        "core/machinery/letters.html",
        {"letters": found, "page": page, "batches": list(batches.values())},
    )


@allow(GET="letter.read")
def letter_page(request: Request, letter: Letter) -> HttpResponse:
    """Show one letter of the hub; its text only when it is harmless."""
    kind = letters.kind_of(letter.kind)
    shows = kind.harmless and letter.state in {Letter.State.WAITING, Letter.State.FAILED}
    context = {
        "letter": letter,
        "kind": kind,
        "text": letters.preview(letter) if shows and letters.has_text(letter.kind) else None,
        "may_stop": letter.state == Letter.State.WAITING and policy.can(request.actor, "stop", letter),
        "together": bool(letter.batch),
    }
    return render(request, "core/machinery/letter.html", context)


@allow(POST="letter.stop")
def stop(request: Request, letter: Letter) -> HttpResponse:
    """Stop a letter and all that were ordered with it."""
    where = reverse("letters", args=[request.hub.slug])
    by = request.person
    return decided(
        request,
        where,
        lambda: actions.stop_letters(by=by, letter=letter),
        _("Stopped. What had not gone out stays here."),
    )


class Notices(forms.Form):
    """Which kinds of letters somebody wants."""

    wanted = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["wanted"]
        field.label = _("Write to me when")
        field.choices = [(name, kind.label) for name, kind in letters.KINDS.items() if kind.notice]


@allow(GET="hub.notices", POST="hub.notices")
def notices(request: Request) -> HttpResponse:
    """Let somebody choose what they are told by e-mail."""
    person: Person = request.person  # type: ignore[assignment]
    if request.method == "POST":
        form = Notices(request.POST)
        if form.is_valid():
            where = reverse("notices", args=[request.hub.slug])
            wanted = form.cleaned_data["wanted"]
            return decided(
                request,
                where,
                lambda: actions.choose_notices(by=person, wanted=wanted),
                _("Saved. We write only about these."),
            )
    else:
        no = set(
            NoticeChoice.objects.filter(hub=request.hub, person=person, wanted=False).values_list("kind", flat=True)
        )
        form = Notices(initial={"wanted": [name for name in letters.KINDS if name not in no]})
    always = [kind.label for kind in letters.KINDS.values() if not kind.notice and not kind.harmless]
    return render(request, "core/machinery/notices.html", {"form": form, "always": always})


@csrf_exempt  # mail programs press the button for somebody (RFC 8058): the signed token is what counts
@allow(GET="site.look", POST="site.look")
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Switch one kind of letter off, without signing in. The answer is the same whatever the token."""
    if request.method == "POST":
        actions.unsubscribe(token=token)
    return render(request, "core/machinery/unsubscribe.html", {"done": request.method == "POST"})
