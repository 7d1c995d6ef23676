"""Rows whose words are sealed: a random number, a key of their own, and fields that hold no text anybody can read.

Nothing opens a field by itself. `ask` opens words, and only together with a `Look` row in the same transaction.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from upwell_site.core.tenancy import HubRow
from upwell_site.sealed import keys


class SealedText(models.BinaryField):  # type: ignore[type-arg]
    """Words that only `ask` opens. To the database, to an export and to a copy they are noise."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", b"")
        super().__init__(**options)


class SealedRow(HubRow):
    """A row with a random number and the key of its words: without `wrapped` they are gone, in later backups too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped = models.BinaryField(null=True, editable=False)

    class Meta(HubRow.Meta):
        abstract = True

    def row_key(self) -> bytes:
        """Return the key of this row's words; made when the row is new. Raises Locked when it was dropped."""
        bound = f"{self.hub_id}|{self._meta.db_table}|{self.pk.hex}"
        if self.wrapped is None and self._state.adding:
            key = keys.new_row_key()
            self.wrapped = keys.wrap(key, bound)
            return key
        if self.wrapped is None:
            raise keys.Locked(_("These words were let go. Nobody can read them any more."))
        return keys.unwrap(bytes(self.wrapped), bound)

    def drop_key(self) -> None:
        """Let the words of this row go, and all that is sealed with its key. An older backup has to be let go too."""
        self.wrapped = None
        self.save(update_fields=["wrapped"])


def bound_to(row: models.Model, column: str) -> str:
    """Return the one place where a sealed text is good: table, column, row."""
    assert isinstance(row.pk, uuid.UUID)
    return f"{row._meta.db_table}.{column}:{row.pk.hex}"


def seal(row: models.Model, row_key: bytes, **texts: str) -> None:
    """Put words into a row's sealed fields."""
    for column, words in texts.items():
        assert isinstance(row._meta.get_field(column), SealedText)
        setattr(row, column, keys.seal(row_key, words, bound_to(row, column)))


def unseal(row: models.Model, row_key: bytes, column: str) -> str:
    """Return the words of one sealed field. Only `ask` calls this (tests/house/test_sealed.py)."""
    return keys.unseal(row_key, bytes(getattr(row, column)), bound_to(row, column))
