"""Codes that an operator reads out, for a site without mail: `upwell-site code EMAIL`."""

from __future__ import annotations

from allauth.core.internal.cryptokit import generate_user_code, normalize_user_code
from django.core.cache import cache

from upwell_site.core.door.keys import hash_of

LASTS = 15 * 60  # seconds


def give_code(email: str) -> str:
    """Return a new code for an address; a code given before stops working."""
    code: str = generate_user_code()
    cache.set(_place(email), hash_of(normalize_user_code(code)), LASTS)
    return code


def take_code(email: str, code: str) -> bool:
    """Whether `code` is the one given for `email`; it works once, also when two come in the same moment."""
    place = _place(email)
    kept = cache.get(place)
    return kept is not None and kept == hash_of(normalize_user_code(code)) and bool(cache.delete(place))


def _place(email: str) -> str:
    return f"door:code:{hash_of(email.strip().lower())}"
