"""Languages people speak here, by their codes (ISO 639): the ones most spoken in the United Kingdom first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

LANGUAGES: Mapping[str, Any] = {
    "en": _("English"),
    "cy": _("Welsh"),
    "pl": _("Polish"),
    "ro": _("Romanian"),
    "pa": _("Panjabi"),
    "ur": _("Urdu"),
    "pt": _("Portuguese"),
    "es": _("Spanish"),
    "ar": _("Arabic"),
    "bn": _("Bengali"),
    "gu": _("Gujarati"),
    "it": _("Italian"),
    "ta": _("Tamil"),
    "fr": _("French"),
    "lt": _("Lithuanian"),
    "zh": _("Chinese"),
    "tr": _("Turkish"),
    "so": _("Somali"),
    "fa": _("Persian"),
    "ku": _("Kurdish"),
    "uk": _("Ukrainian"),
    "ti": _("Tigrinya"),
    "bsl": _("British Sign Language"),
}


def names_of(codes: Iterable[str]) -> list[str]:
    """Return the names of languages; a code we do not know stands for itself."""
    return [str(LANGUAGES.get(code, code)) for code in codes]
