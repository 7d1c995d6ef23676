"""Your sign-in: the second step, passkeys, the app, recovery codes, sessions; and how to join."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core.actor import Request, has_second_factor
from upwell_site.core.door.mine import second_steps_of
from upwell_site.core.door.pages import next_of, onward, ways_of
from upwell_site.core.guard import allow
from upwell_site.core.models import User


@allow(GET="site.own")
def second_step(request: Request) -> HttpResponse:
    """Explain the second step to somebody whose role waits for it, and lead them on once it is given."""
    if has_second_factor(request):
        return HttpResponseRedirect(next_of(request) or reverse("front"))
    names = {"passkey": "mfa_add_webauthn", "app": "mfa_activate_totp", "use": "mfa_reauthenticate"}
    names["use_passkey"] = "mfa_reauthenticate_webauthn"
    urls = {key: onward(request, name) for key, name in names.items()}
    return render(request, "core/door/second_step.html", {"urls": urls, **ways_of(request.user)})


@allow(GET="site.own")
def your_sign_in(request: Request) -> HttpResponse:
    """Show somebody how they can sign in, and let them change it."""
    mine = second_steps_of(request.user)
    passkeys = [row for row in mine if row.type == Authenticator.Type.WEBAUTHN]
    codes = next((row for row in mine if row.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "passkeys": passkeys,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        **ways_of(request.user),
    }
    return render(request, "core/door/your_sign_in.html", context)


@allow(POST="site.own")
def sign_out_elsewhere(request: Request) -> HttpResponse:
    """End every other session of this sign-in: they are all tied to a secret of the user's, which changes."""
    user = request.user
    if isinstance(user, User):
        user.set_unusable_password()
        user.save(update_fields=["password"])
        update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("mfa_index"))


@allow(GET="site.look")
def joining(request: Request) -> HttpResponse:
    """Say how people join: a hub invites them."""
    return render(request, "core/door/joining.html")
