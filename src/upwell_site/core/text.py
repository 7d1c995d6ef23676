"""The one door for text from outside: forms and spreadsheets alike pass through here."""

from __future__ import annotations

import re
import unicodedata

_HALF = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int) -> str:
    """Return `text` trimmed and in one Unicode form; refuse what a database or a page cannot carry.

    Raises ValueError with a sentence for the person: a NUL or a broken character, or too many letters.
    """
    plain = text.isascii()  # nearly every cell of a list: in one form already
    if "\x00" in text or (not plain and _HALF.search(text)):
        raise ValueError("There is a broken character in it. Please type it again.")
    text = text.strip() if plain else unicodedata.normalize("NFC", text).strip()
    if len(text) > limit:
        raise ValueError(f"Please keep it to {limit} letters; this has {len(text)}.")
    return text


def fold(text: str) -> str:
    """Return `text` as search compares it: small letters, no accents, one space between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d").split())
