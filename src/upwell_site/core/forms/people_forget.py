"""The form that makes sure before somebody is forgotten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.forms.people_fields import Words
from upwell_site.core.models import Person
from upwell_site.core.text import fold


class Forget(forms.Form):
    """Their name, written once more: a click alone could be a slip, and there is no way back."""

    name = Words(limit=120, label=gettext_lazy("Write their name to make sure"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = person.name or _("No name")
        self.fields["name"].help_text = _("As it stands here: %(name)s. There is no way back.") % {"name": self.wanted}

    def clean_name(self) -> str:
        """Take the name however it is spaced or capitalised."""
        if fold(self.cleaned_data["name"]) != fold(self.wanted):
            raise forms.ValidationError(_("This is not the name that stands here. Nothing was changed."))
        return self.wanted
