"""What invitations and links share: taking one back, a key that opens nothing, a code to send."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import ratelimit
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from upwell_site.core.actions import invitations
from upwell_site.core.actor import Request
from upwell_site.core.models import Person
from upwell_site.core.once import once
from upwell_site.core.refused import Refused

TOO_MANY = gettext_lazy("That was too many tries. Wait a few minutes, then try again.")


def withdraw(request: Request, among: str, act: Callable[[Person], None]) -> HttpResponse:
    """Take something back, once, and show the list it stands among; also when it was too late for that."""
    back, by = reverse(among, args=[request.hub.slug]), request.person
    assert by is not None

    def decide() -> str:
        act(by)
        return back

    try:
        return once(request, decide)
    except Refused:
        return HttpResponseRedirect(back)


def gone(request: Request) -> HttpResponse:
    """Answer for every key that opens nothing: unknown, used, late and withdrawn look the same."""
    return render(request, "core/door/gone.html", status=404)


def send_code(request: Request, address: str, to: str) -> HttpResponse | None:
    """Send a code to an address that a key of ours vouches for, making its sign-in when there is none; ask for it.

    Whoever types it goes on to `to`. Returns None when that was too many tries.
    """
    if not ratelimit.consume(request, action="request_login_code", key=address):
        return None
    user = invitations.sign_in_for(address)
    LoginCodeVerificationProcess.initiate(request=request, user=user if user.is_active else None, email=user.email)
    return HttpResponseRedirect(f"{reverse('account_confirm_login_code')}?{urlencode({'next': to})}")
