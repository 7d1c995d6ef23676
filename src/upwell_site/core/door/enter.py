"""Letting somebody in: what the session remembers about how."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from upwell_site.core.models import User

log = logging.getLogger("upwell.door")


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


def _came(*, request: HttpRequest, user: User, **_: Any) -> None:
    """Write down that somebody signed in, by their number, and how."""
    records = request.session.get("account_authentication_methods", [])
    how = "+".join(str(record.get("method")) for record in records) or "code"
    log.info("signed in user=%s by=%s", user.pk, how)


def _went(*, user: User | None, **_: Any) -> None:
    if user is not None:
        log.info("signed out user=%s", user.pk)


def listen() -> None:
    """Hear when somebody comes, goes, or sets a second step up. Called once, when the core app starts."""
    user_logged_in.connect(_came, dispatch_uid="upwell.door.came")
    user_logged_out.connect(_went, dispatch_uid="upwell.door.went")
    authenticator_added.connect(_set_up, dispatch_uid="upwell.door.second_step")
