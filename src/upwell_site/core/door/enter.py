"""Letting somebody in: what the session remembers about how."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import logout
from django.http import HttpRequest

from upwell_site.core.models import User


def let_in(request: HttpRequest, user: User, method: str) -> None:
    """Open a session for somebody who proved who they are in a way of our own; `method` says which.

    A second step that was set up is asked again when it is needed: only "mfa" and, on an example, "example" wake roles.
    """
    logout(request)
    get_adapter().login(request, user)
    record_authentication(request, user, method)


def _set_up(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just proved a new passkey or app has given the second step in this session."""
    if authenticator.type in {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


def listen() -> None:
    """Hear when a second step is set up. Called once, when the core app starts."""
    authenticator_added.connect(_set_up, dispatch_uid="upwell.door.second_step")
