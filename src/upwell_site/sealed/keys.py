"""The site's key for sealed rows: one file that no backup holds. Each row has a key of its own, wrapped by this one.

A file holds one line a key: a name, then the key. The first is used for what is sealed now; the others only open what
was sealed before. Whoever has a copy of the database and not this file cannot read a word.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from upwell_site import durable
from upwell_site.core.refused import Refused

SIZE = 32  # bytes: AES-256
NONCE = 12
MARK = b"\x01"  # how it was sealed, so that another way can follow
NAME = 4  # bytes of a key's name in front of what it wrapped


class Locked(Refused):
    """Sealed words cannot be read: their key is not here, or is not the right one. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the site, and its name: the beginning of its digest, so that a damaged key is known for one."""

    name: str
    secret: bytes


def place() -> Path:
    """Return where the key file lies."""
    return Path(settings.SEALED_KEY)


def current() -> Key:
    """Return the key that seals new rows; the file is made on first need, for the owner's eyes only."""
    if not place().exists():
        _make()
    return known()[0]


def known() -> list[Key]:
    """Return every key of the file. Raises Locked when it is not there, or not whole."""
    try:
        lines = place().read_text(encoding="ascii").split("\n")
        found = [_read(line) for line in lines if line.strip()]
    except (OSError, ValueError, binascii.Error):
        found = []
    if not found:
        raise Locked(
            _("The key for sealed rows cannot be read. Whoever runs the site has to put %(file)s back.")
            % {"file": place().name}
        )
    return found


def _read(line: str) -> Key:
    name, secret = line.split()
    key = base64.b64decode(secret, validate=True)
    if len(key) != SIZE or name_of(key) != name:
        raise ValueError("not a key, or a damaged one")
    return Key(name, key)


def name_of(key: bytes) -> str:
    """Return the name of a key, which says nothing about it."""
    return hashlib.sha256(b"upwell sealed " + key).hexdigest()[: 2 * NAME]


def _make() -> None:
    """Write a new key, for good before anything is sealed under it: words whose key the power took are lost."""
    key = secrets.token_bytes(SIZE)
    durable.make_once(place(), f"{name_of(key)} {base64.b64encode(key).decode()}\n")


def lacking(names: Iterable[str]) -> str:
    """Return a sentence when one of these keys is not here, or "": asked before a backup is put back."""
    wanted = set(names)
    try:
        here = {key.name for key in known()} if wanted else set()
    except Locked:
        here = set()
    if gone := sorted(wanted - here):
        return (
            f"This backup holds sealed rows, and their key ({', '.join(gone)}) is not in {place()}. "
            "Put that file back first; nobody could read them without it. Nothing was changed."
        )
    return ""


def new_row_key() -> bytes:
    """Return a random key for one row."""
    return secrets.token_bytes(SIZE)


def wrap(row_key: bytes, bound: str) -> bytes:
    """Return a row's key as it is stored: under the site's key, and good in one place of one hub only."""
    return wrap_under(current(), row_key, bound)


def wrap_under(key: Key, row_key: bytes, bound: str) -> bytes:
    """Return a row's key under a key that is named: the site's, or one made for a journey."""
    return MARK + bytes.fromhex(key.name) + _seal(key.secret, row_key, bound)


def unwrap_under(key: Key, box: bytes, bound: str) -> bytes:
    """Return the row's key that was wrapped under a key made for a journey."""
    return _open(key.secret, box[1 + NAME :], bound)


def unwrap(box: bytes, bound: str) -> bytes:
    """Return the row's key. Raises Locked when the site's key is not here, or the box is another row's."""
    name = key_name(box)
    for key in known():
        if key.name == name:
            return _open(key.secret, box[1 + NAME :], bound)
    raise Locked(
        _("This was sealed with the key %(name)s, which is not here. Whoever runs the site has to put it back.")
        % {"name": name}
    )


def key_name(box: bytes) -> str:
    """Return the name of the key that wrapped this."""
    return box[1 : 1 + NAME].hex()


def seal(row_key: bytes, words: str, bound: str) -> bytes:
    """Return words sealed with their row's key, bound to their table, column and row."""
    return MARK + _seal(row_key, words.encode(), bound)


def unseal(row_key: bytes, box: bytes, bound: str) -> str:
    """Return the words again. Raises Locked when a single bit is not as it was sealed, or it stood elsewhere."""
    return _open(row_key, box[1:], bound).decode() if box else ""


def _seal(key: bytes, what: bytes, bound: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, what, bound.encode())


def _open(key: bytes, box: bytes, bound: str) -> bytes:
    try:
        return AESGCM(key).decrypt(box[:NONCE], box[NONCE:], bound.encode())
    except (InvalidTag, ValueError):
        raise Locked(
            _("This cannot be opened: it was changed after it was sealed, or it stands in another place.")
        ) from None
