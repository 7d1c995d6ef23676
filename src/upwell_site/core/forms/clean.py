"""A form whose texts come through the one door for text."""

from __future__ import annotations

from typing import Any

from django import forms

from upwell_site.core.text import clean


class Clean(forms.Form):
    """A form whose texts come through the one door."""

    def clean(self) -> dict[str, Any]:
        """Clean every text; say what is wrong beside it."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(given.items()):
            if isinstance(value, str):
                try:
                    given[name] = clean(value, getattr(self.fields[name], "max_length", None) or 20_000)
                except ValueError as problem:
                    self.add_error(name, str(problem))
        return given
