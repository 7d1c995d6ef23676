"""Keys in addresses: 256 bits from the system, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets


def new_key() -> str:
    """Return a key for an address: 43 letters and digits."""
    return secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
