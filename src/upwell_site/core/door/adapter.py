"""How allauth speaks to the rest of the house: its letters go through the outbox, and nobody signs up by themselves."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import outbox

SILENT = frozenset({"account/messages/logged_in.txt", "account/messages/login_code_sent.txt"})


def safe_next(request: HttpRequest, url: str) -> str:
    """Return `url` when it leads to a page of this very site, else nothing."""
    own = {request.get_host()}
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, own, require_https=request.is_secure()):
        return url
    return ""


class Adapter(DefaultAccountAdapter):
    """Letters of signing in go through the outbox like all others; only an invitation makes a sign-in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": gettext_lazy("This is not the code we sent. Look at the newest letter and try again."),
        "too_many_login_attempts": gettext_lazy(
            "That was too many tries. Wait a few minutes, then ask for a new code."
        ),
        "rate_limited": gettext_lazy("That was too many tries. Wait a few minutes, then try again."),
        "account_inactive": gettext_lazy("This sign-in was closed. Ask your hub."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves: invitations make sign-ins."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only pages of this site, given without a host."""
        return bool(url and self.request and safe_next(self.request, url))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a letter of signing in into the outbox; each is one of its own."""
        event = f"sign-in:{secrets.token_hex(16)}"
        what = template_prefix.rpartition("/")[2]
        if what == "login_code":
            outbox.post(email, "sign_in_code", event, values={"code": context["code"]})
        elif what == "unknown_account":
            outbox.post(email, "sign_in_unknown", event, values={"code": ""})
        else:
            outbox.post(email, "sign_in_notice", event, values={"what": what})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their sign-in changed."""
        self.send_mail(template_prefix, email or str(getattr(user, "email", "")), context or {})

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **more: Any
    ) -> None:
        """Keep quiet where the page itself says it."""
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **more)


class SecondAdapter(DefaultMFAAdapter):
    """Words and names of the second step."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This did not work. Please try again, with the code that is shown now."),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Return a first name for a passkey."""
        have = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": have + 1}

    def _get_site_name(self) -> str:
        return "Upwell"
