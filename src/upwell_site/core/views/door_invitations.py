"""Invitations: offering them in a hub, and accepting one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.actions import invitations
from upwell_site.core.actor import Request
from upwell_site.core.door.keys import new_key
from upwell_site.core.door.qr import qr
from upwell_site.core.door.where import home_url
from upwell_site.core.forms.clean import Clean
from upwell_site.core.guard import allow
from upwell_site.core.models import Invitation, Membership, Programme
from upwell_site.core.once import once
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.core.views.door_parts import TOO_MANY, gone, send_code, withdraw

JUST_TAKING_PART = gettext_lazy("Taking part in the hub")


class InvitationForm(Clean):
    """Whom to invite, and for what."""

    address = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Write their e-mail address."),
            "invalid": gettext_lazy("Write an e-mail address like name@example.org."),
        },
    )
    name = forms.CharField(label=gettext_lazy("Their name"), max_length=120, required=False)
    role = forms.ChoiceField(label=gettext_lazy("What for"), required=False)
    programme = forms.ChoiceField(label=gettext_lazy("In which programme"), required=False)
    send = forms.BooleanField(label=gettext_lazy("Send it by e-mail now"), required=False, initial=True)

    def __init__(self, request: Request, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offers = invitations.offers(request.actor)
        labels = {"": JUST_TAKING_PART, **dict(Membership.Role.choices)}
        self.fields["role"].choices = [(r, labels[r]) for r in labels if r in self.offers]  # type: ignore[attr-defined]
        seen = Programme.objects.filter(hub=request.hub).visible_to(request.actor)
        self.programmes = {str(row.pk): row for row in seen.order_by("name")[:200]}
        rows = [(pk, row.name) for pk, row in self.programmes.items()]
        self.fields["programme"].choices = [("", _("The whole hub")), *rows]  # type: ignore[attr-defined]


@allow(GET="hub.invite", POST="hub.invite")
def invitations_page(request: Request, *, form: InvitationForm | None = None) -> HttpResponse:
    """List the invitations one may see, and offer a new one."""
    if request.method == "POST":
        return _offer(request)
    return _listed(request, InvitationForm(request))


def _offer(request: Request) -> HttpResponse:
    form = InvitationForm(request, request.POST)
    if not form.is_valid() or request.person is None:
        return _listed(request, form)
    given, key, by = form.cleaned_data, new_key(), request.person

    def decide() -> str:
        row, _key = invitations.invite(
            by=by,
            actor=request.actor,
            address=given["address"],
            name=given["name"],
            role=given["role"],
            programme=form.programmes.get(given["programme"]),
            send=given["send"],
            key=key,
        )
        request.session[f"invitation-{row.pk}"] = key
        return reverse("invitation_made", args=[request.hub.slug, row.pk])

    try:
        return once(request, decide)
    except Refused as no:
        form.add_error(None, str(no))
        return _listed(request, form)


def _listed(request: Request, form: InvitationForm) -> HttpResponse:
    rows = Invitation.objects.filter(hub=request.hub).visible_to(request.actor).with_can(request.actor, "withdraw")
    page = page_of(rows.select_related("programme", "by"), request, "-pk")
    return render(request, "core/door/invitations.html", {"form": form, "page": page})


@allow(GET="invitation.read")
def invitation_made(request: Request, invitation: Invitation) -> HttpResponse:
    """Show an invitation; its link and QR code once, to whoever has just made it."""
    key = request.session.pop(f"invitation-{invitation.pk}", "")
    url = request.build_absolute_uri(reverse("invitation", args=[key])) if key else ""
    context = {"row": invitation, "url": url, "qr": qr(url) if url else None}
    return render(request, "core/door/invitation_made.html", context)


@allow(POST="invitation.withdraw")
def invitation_withdraw(request: Request, invitation: Invitation) -> HttpResponse:
    """Take an invitation back."""
    return withdraw(request, "invitations", lambda by: invitations.withdraw(by=by, invitation=invitation))


@allow(GET="site.look", POST="site.look")
def invitation(request: Request, key: str) -> HttpResponse:
    """Show an invitation to whoever holds its link; accept it for the address it was made for.

    The link alone proves nothing: it may have been copied or printed by whoever invited. The address is proved by a
    code sent to it, or by being signed in with it already (docs/adr/0006).
    """
    row = invitations.find(key)
    mine = bool(request.user.is_authenticated and row and request.user.email == row.address)
    if request.method == "POST" and mine and row is not None:
        return _accept(request, row, key)
    if row is None:
        return _replayed(request) or gone(request)
    if request.method == "POST" and not request.user.is_authenticated:
        context = {"row": row, "no": TOO_MANY}
        sent = send_code(request, row.address, reverse("invitation", args=[key]))
        return sent or render(request, "core/door/invitation.html", context, status=429)
    role = Membership.Role(row.role).label if row.role else ""
    other = request.user.is_authenticated and not mine
    context = {"row": row, "role": role, "mine": mine, "other": other}
    return render(request, "core/door/invitation.html", context)


def _accept(request: Request, row: Invitation, key: str) -> HttpResponse:
    def decide() -> str:
        invitations.accept(by=request.user, invitation=row)  # type: ignore[arg-type]
        return home_url(row.hub)

    try:
        return once(request, decide)
    except Refused as no:
        context = {"row": row, "mine": True, "no": str(no)}
        return render(request, "core/door/invitation.html", context, status=409)


def _replayed(request: Request) -> HttpResponse | None:
    """The same click twice: the second finds the invitation used, and goes where the first went."""

    def decide() -> str:
        raise Refused

    if request.method != "POST" or not request.user.is_authenticated:
        return None
    try:
        return once(request, decide)
    except Refused:
        return None
