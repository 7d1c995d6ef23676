"""Signing a person in, as the door would, without its letters."""

from __future__ import annotations

from typing import Any

from tests import world
from upwell_site.core.models import Person, User


def sign_in(client: Any, person: Person, second_factor: bool = True) -> User:
    """Sign `person` in; with a second factor unless told otherwise. Gives them a sign-in if they have none."""
    if person.user is None:
        person.user = User.objects.create_user(person.email or f"p{person.pk}@example.org")
        person.save(update_fields=["user"])
    world.sign_in(client, person.user, second_factor=second_factor)
    return person.user


def sign_in_user(client: Any, user: User, second_factor: bool = True) -> None:
    """Sign a user in who need not be a person anywhere, such as an operator."""
    world.sign_in(client, user, second_factor=second_factor)
