"""Signing somebody in inside a test, with or without a second factor."""

from __future__ import annotations

import time
from typing import Any

from upwell_site.core.models import Person


def sign_in(client: Any, person: Person, second_factor: bool = True) -> Any:
    """Sign `person`'s user in, and write down how, as the door does; returns the client."""
    if person.user is None:
        raise ValueError("this person has no sign-in")
    client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    methods = [{"method": "code", "at": time.time()}]
    if second_factor:
        methods.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session = client.session
    session["account_authentication_methods"] = methods
    session.save()
    return client
