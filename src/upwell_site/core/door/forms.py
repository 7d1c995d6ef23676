"""The two forms of signing in: an address, then the code that was sent to it."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core.door.codes import take_code
from upwell_site.core.models import User

log = logging.getLogger("upwell.door")


class AskForCode(forms.Form):
    """Where to send the code. Known or not, the answer, the number of queries and of letters are the same."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "inputmode": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write an e-mail address like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        """Find the sign-in by one look-up, and count the request against its limits."""
        email = str(self.cleaned_data["email"]).lower()
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = User.objects.filter(email=email, is_active=True).first()
        return email


class EnterCode(forms.Form):
    """The code from the letter, or one that whoever runs the site read out."""

    code = forms.CharField(
        label=_("The code in the letter"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        error_messages={"required": _("Write the code from the letter.")},
    )

    def __init__(self, *args: Any, code: str = "", email: str = "", known: bool = False, **more: Any) -> None:
        self.expected, self.email, self.known = code, email, known
        super().__init__(*args, **more)

    def clean_code(self) -> str:
        """Compare without telling how much was right."""
        code = str(self.cleaned_data["code"])
        right = bool(self.expected) and compare_user_code(actual=code, expected=self.expected)
        given = take_code(self.email, code)
        if not self.known or not (right or given):
            log.info("wrong code")
            raise get_adapter().validation_error("incorrect_code")
        return code
