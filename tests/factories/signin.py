"""Signing somebody in inside a test, as a real sign-in leaves the session."""

from __future__ import annotations

import time

from django.contrib.auth.hashers import make_password
from django.test import Client

from upwell_site.core.models import Person, User


def user_of(person: Person) -> User:
    """Return the person's sign-in, made when they have none."""
    if person.user is None:
        email = person.email or f"person-{person.pk}@example.org"
        user, _made = User.objects.get_or_create(email=email.lower(), defaults={"password": make_password(None)})
        person.user = user
        person.save(update_fields=["user"])
    return person.user


def sign_in(client: Client, person: Person, second_factor: bool = True) -> User:
    """Sign a person in with a code, and with a second step if wished."""
    user = user_of(person)
    sign_in_user(client, user, second_factor=second_factor)
    return user


def sign_in_user(client: Client, user: User, second_factor: bool = True) -> None:
    """Sign somebody in who need not be a person of any hub."""
    client.force_login(user)
    records = [{"method": "code", "at": time.time(), "email": user.email}]
    if second_factor:
        records.append({"method": "mfa", "at": time.time(), "type": "webauthn", "reauthenticated": True})
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
