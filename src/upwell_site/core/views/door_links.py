"""Taking part without an account: links to hand out, coming in by one, and making it one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from upwell_site.core.actions import links
from upwell_site.core.actor import Request
from upwell_site.core.door.keys import new_key
from upwell_site.core.door.qr import qr
from upwell_site.core.door.where import home_url
from upwell_site.core.forms.clean import Clean
from upwell_site.core.guard import allow
from upwell_site.core.models import Link
from upwell_site.core.once import once
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.core.views.door_parts import TOO_MANY, gone, send_code, withdraw


class LinkForm(Clean):
    """What the links open, and how many."""

    scope = forms.ChoiceField(label=gettext_lazy("What it opens"))
    name = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Leave it empty to make links for anybody."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        max_value=links.AT_ONCE,
        initial=1,
        help_text=gettext_lazy("One for each person: a link is one voice."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, request: Request, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["scope"].choices = links.openings(request.actor)  # type: ignore[attr-defined]


@allow(GET="hub.list_links", POST="hub.add_link")
def links_page(request: Request) -> HttpResponse:
    """List the links one has made, and make more."""
    if request.method == "POST":
        return _make(request)
    return _listed(request, LinkForm(request))


def _make(request: Request) -> HttpResponse:
    form = LinkForm(request, request.POST)
    if not form.is_valid() or request.person is None:
        return _listed(request, form)
    given, by = form.cleaned_data, request.person
    keys = [new_key() for _number in range(given["count"])]

    def decide() -> str:
        made = links.make(
            by=by, actor=request.actor, scope=given["scope"], name=given["name"], count=given["count"], keys=keys
        )
        request.session["links-made"] = {"hub": request.hub.pk, "keys": [key for _link, key in made]}
        return reverse("links_made", args=[request.hub.slug])

    try:
        return once(request, decide)
    except Refused as no:
        form.add_error(None, str(no))
        return _listed(request, form)


def _listed(request: Request, form: LinkForm) -> HttpResponse:
    rows = Link.objects.filter(hub=request.hub).visible_to(request.actor).with_can(request.actor, "withdraw")
    page = page_of(rows.select_related("person"), request, "-pk")
    names = dict(links.openings(request.actor))
    listed = [{"link": row, "opens": names.get(row.scope, "")} for row in page.rows]
    return render(request, "core/door/links.html", {"form": form, "rows": listed, "page": page, "any": bool(names)})


@allow(GET="hub.list_links")
def links_made(request: Request) -> HttpResponse:
    """Show the links just made as a sheet to print, once."""
    made = request.session.pop("links-made", None) or {}
    keys = made.get("keys", []) if made.get("hub") == request.hub.pk else []
    urls = [request.build_absolute_uri(reverse("link", args=[key])) for key in keys]
    return render(request, "core/door/links_made.html", {"sheets": [{"url": url, "qr": qr(url)} for url in urls]})


@allow(POST="link.withdraw")
def link_withdraw(request: Request, link: Link) -> HttpResponse:
    """Take a link back."""
    return withdraw(request, "links", lambda by: links.withdraw(by=by, link=link))


class MineForm(forms.Form):
    """Where to send the code that makes a link one's own."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Write your e-mail address."),
            "invalid": gettext_lazy("Write an e-mail address like name@example.org."),
        },
    )


@allow(GET="site.look", POST="site.look")
def link(request: Request, key: str) -> HttpResponse:
    """Come in by a personal link: no account, no name needed."""
    row = links.find(key)
    if row is None:
        return gone(request)
    if request.method == "POST":
        if request.user.is_authenticated:
            return _claim(request, row, key)
        request.session.cycle_key()
        request.session[f"link-{row.hub_id}"] = row.pk
        return HttpResponseRedirect(_where(row))
    return _shown(request, row, key, MineForm())


def _shown(request: Request, row: Link, key: str, form: MineForm, no: str = "", status: int = 200) -> HttpResponse:
    opened = links.opened_by(row)
    context = {"row": row, "key": key, "opens": str(opened) if opened else "", "form": form, "no": no}
    return render(request, "core/door/link.html", context, status=status)


def _where(row: Link) -> str:
    opened = links.opened_by(row)
    find = getattr(opened, "get_absolute_url", None)
    if find is not None:
        return str(find())
    label = row.scope.partition(":")[0].rpartition(".")[2]
    try:
        return reverse(label, args=[row.hub.slug, opened.pk]) if opened else f"/h/{row.hub.slug}/"
    except NoReverseMatch:
        return f"/h/{row.hub.slug}/"


def _claim(request: Request, row: Link, key: str) -> HttpResponse:
    def decide() -> str:
        links.claim(by=request.user, link=row)  # type: ignore[arg-type]
        request.session.pop(f"link-{row.hub_id}", None)
        return home_url(row.hub)

    try:
        return once(request, decide)
    except Refused as no:
        return _shown(request, row, key, MineForm(), str(no), 409)


@allow(POST="site.look")
def link_mine(request: Request, key: str) -> HttpResponse:
    """Send a code to whoever wants to make a link their own."""
    row = links.find(key)
    if row is None:
        return gone(request)
    form = MineForm(request.POST)
    if request.user.is_authenticated or not form.is_valid():
        return _shown(request, row, key, form)
    sent = send_code(request, form.cleaned_data["email"].lower(), reverse("link", args=[key]))
    return sent or _shown(request, row, key, form, str(TOO_MANY), 429)
