"""allauth's pages of signing in and of the second step, with what this house needs added."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.models import Login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import flows as passkeys
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy

from upwell_site.core.door.adapter import SecondAdapter, safe_next
from upwell_site.core.door.loopback import from_here
from upwell_site.core.door.qr import qr
from upwell_site.core.models import Site


def next_of(request: HttpRequest) -> str:
    """Return where somebody wanted to go, when that is a page of this site."""
    return safe_next(request, request.POST.get("next") or request.GET.get("next") or "")


def onward(request: HttpRequest, name: str) -> str:
    """Return the address of a page, which carries on where somebody wanted to go."""
    url, to = reverse(name), next_of(request)
    return f"{url}?{urlencode({'next': to})}" if to else url


class AskForCode(RequestLoginCodeView):
    """Where to send the code."""

    template_name = "account/login.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Add where the page leads to afterwards."""
        return {**super().get_context_data(**more), "next": next_of(self.request)}


class EnterCode(ConfirmLoginCodeView):
    """The code; the third wrong one leads back to the start."""

    template_name = "account/confirm_login_code.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the form what a code from `upwell-site code` is compared with."""
        known = self._process.user is not None
        return {**super().get_form_kwargs(), "email": self._process.state.get("email", ""), "known": known}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Add where the page leads to, and on an example where the letters lie."""
        letters = Site.is_example() and from_here(self.request)
        return {**super().get_context_data(**more), "next": next_of(self.request), "letters": letters}


class _Onward:
    """After a second step was set up: first the recovery codes, then on to where somebody wanted to go."""

    request: HttpRequest
    did_generate_recovery_codes: bool

    def get_success_url(self) -> str:
        if self.did_generate_recovery_codes:
            return onward(self.request, "mfa_view_recovery_codes")
        return next_of(self.request) or reverse("mfa_index")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "next": next_of(self.request)}  # type: ignore[misc]


class AddPasskey(_Onward, AddWebAuthnView):
    """Add a passkey."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Ask for a passkey that can also be used alone; a plain security key still serves as the second step."""
        data = super().get_context_data(**more)
        choice = dict(data["js_data"]["creation_options"]["publicKey"]["authenticatorSelection"])
        data["js_data"]["creation_options"]["publicKey"]["authenticatorSelection"] = {
            **choice,
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": "preferred",
        }
        return data


class AddApp(_Onward, ActivateTOTPView):
    """Add an authenticator app: a code to photograph, and the same in letters to type."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Draw the code with our own drawer: no picture address, so that the strict content policy holds."""
        data = super(ActivateTOTPView, self).get_context_data(**more)
        secret = data["form"].secret
        url = SecondAdapter().build_totp_url(self.request.user, secret)
        in_fours = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        return {**data, "qr": qr(url), "secret": in_fours, "next": next_of(self.request)}


class SecondStep(AuthenticateView):
    """The second step of signing in, for whoever set one up."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Say which ways there are."""
        return {**super().get_context_data(**more), **ways_of(self.stage.login.user)}


class AskAgain(ReauthenticateView):
    """The second step once more, before something about the sign-in changes."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Say which ways there are."""
        data = super().get_context_data(**more)
        return {**data, **ways_of(self.request.user), "next": next_of(self.request)}


class AskAgainPasskey(ReauthenticateWebAuthnView):
    """The passkey once more, before something about the sign-in changes."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Say which other ways there are."""
        data = super().get_context_data(**more)
        return {**data, **ways_of(self.request.user), "next": next_of(self.request)}


class RecoveryCodes(ViewRecoveryCodesView):
    """The recovery codes, to print."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Add the way on."""
        return {**super().get_context_data(**more), "next": next_of(self.request)}


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Replace the recovery codes."""


def ways_of(user: Any) -> dict[str, bool]:
    """Return which second steps somebody has set up."""
    have = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    return {
        "has_passkey": Authenticator.Type.WEBAUTHN in have,
        "has_app": Authenticator.Type.TOTP in have,
        "has_codes": Authenticator.Type.RECOVERY_CODES in have,
    }


class PasskeyLogin(LoginWebAuthnView):
    """Signing in with a passkey alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and go on to where somebody wanted to go."""
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=next_of(self.request) or None)
        response: HttpResponse = passkeys.perform_passwordless_login(self.request, authenticator, login)
        return response


class RemovePasskey(RemoveWebAuthnView):
    """Remove a passkey."""

    success_url = reverse_lazy("mfa_index")
