"""Form fields of the people room: text through the one door, days, postcodes, rows one may see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.models import Organisation
from upwell_site.core.postcode import sector_of
from upwell_site.core.text import clean, fold


class Words(forms.CharField):
    """Text from outside: trimmed, in one Unicode form, without what a page or a database cannot carry."""

    def __init__(self, *, limit: int, rows: int = 0, **more: Any) -> None:
        self.limit = limit
        if rows:
            more["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(**more)
        self.validators = []  # `clean` below says it in plainer words

    def clean(self, value: Any) -> str:
        try:
            tidy = clean(str(value or "").replace("\r\n", "\n"), self.limit)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None
        return str(super().clean(tidy))


class Day(forms.DateField):
    """A day, with the calendar of the phone or the browser; also typed as 4/12/2026."""

    default_error_messages = {"invalid": gettext_lazy("Write a day like 4/12/2026.")}

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y"]
        super().__init__(widget=widget, input_formats=formats, **more)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not 1900 <= day.year <= 2199:
            raise forms.ValidationError(_("Write a day like 4/12/2026."))
        return day


class Sector(Words):
    """A postcode, kept only as its sector."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            limit=20,
            label=gettext_lazy("Postcode"),
            help_text=gettext_lazy("We drop the last two letters and keep the rest, like LS6 1."),
            required=False,
            **more,
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return sector_of(text)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None


class OrganisationName(Words):
    """An organisation by its name, out of those one may see: a list of thousands would not help anybody."""

    def __init__(self, rows: QuerySet[Organisation], **more: Any) -> None:
        super().__init__(limit=160, required=False, **more)
        self.widget.attrs["list"] = "organisation-names"  # names to choose from, where the page has them
        self.found_in = rows

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        found = self.found_in.filter(folded=fold(name)).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(_("We do not know this organisation yet. Add it under Organisations first."))
        return found
