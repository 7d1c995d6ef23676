"""The one error an action raises when it will not do what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


class Refused(Exception):
    """An action said no. Its text can be shown to a person as it stands."""


@contextmanager
def taken(words: str) -> Iterator[None]:
    """Refuse with `words` when the database finds a name or number taken: somebody else was quicker by a moment."""
    try:
        with transaction.atomic():  # a savepoint: what the caller wrote before stays whole
            yield
    except IntegrityError:
        raise Refused(words) from None
