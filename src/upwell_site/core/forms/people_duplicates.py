"""Two records side by side: which words are kept where both say something and they differ."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core.forms.people import name_contains
from upwell_site.core.forms.people_fields import Words
from upwell_site.core.merging import CHOSEN
from upwell_site.core.models import Person
from upwell_site.core.text import fold

KEPT, OTHER = "kept", "other"


class MakeOne(forms.Form):
    """One choice for each field in which the two records differ."""

    def __init__(self, *args: Any, kept: Person, other: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CHOSEN:
            ours, theirs = getattr(kept, name), getattr(other, name)
            if ours and theirs and ours != theirs:
                said = [(KEPT, _said(ours)), (OTHER, _said(theirs))]
                label = Person._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                label = _("Organisation") if name == "organisation" else str(label).capitalize()
                self.fields[name] = forms.ChoiceField(label=label, choices=said, initial=KEPT, widget=forms.RadioSelect)

    def from_other(self) -> frozenset[str]:
        """Return the fields for which the record that is not kept was chosen."""
        return frozenset(name for name, which in self.cleaned_data.items() if which == OTHER)


def _said(value: Any) -> str:
    return str(getattr(value, "name", value))


class Again(forms.Form):
    """The name under which somebody stands here a second time."""

    q = Words(limit=120, label=_("Name"), help_text=_("A part of it is enough."))

    def found(self, person: Person, rows: Any) -> list[Person]:
        """Return up to twenty people whose name fits."""
        if not self.is_valid():
            return []
        fits = name_contains(fold(self.cleaned_data["q"]))
        return list(rows.filter(fits).exclude(pk=person.pk).order_by("folded", "pk")[:20])
