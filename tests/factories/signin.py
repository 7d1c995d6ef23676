"""Signing a person in, as the door would, without its letters."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY

from upwell_site.core.models import Person, User


def sign_in(client: Any, person: Person, second_factor: bool = True) -> User:
    """Sign `person` in; with a second factor unless told otherwise. Gives them a sign-in if they have none."""
    if person.user is None:
        person.user = User.objects.create_user(person.email or f"p{person.pk}@example.org")
        person.save(update_fields=["user"])
    sign_in_user(client, person.user, second_factor)
    return person.user


def sign_in_user(client: Any, user: User, second_factor: bool = True) -> None:
    """Sign a user in who need not be a person anywhere, such as an operator."""
    client.force_login(user)
    records = [{"method": "email", "email": user.email, "at": time.time()}]
    if second_factor:
        records.append({"method": "mfa", "type": "webauthn", "at": time.time()})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
