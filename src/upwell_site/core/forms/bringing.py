"""Forms of bringing in: which file and where to; what each heading means."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.bringing.guess import LEFT_OUT, why_refused
from upwell_site.core.bringing.kinds import Kind, Target
from upwell_site.core.models import Batch


class ListForm(forms.Form):
    """Where a list goes, and its file."""

    where = forms.ChoiceField(label=gettext_lazy("Where do these belong?"))
    file = forms.FileField(
        label=gettext_lazy("Your spreadsheet"),
        help_text=gettext_lazy("An Excel workbook (.xlsx) or a CSV file."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt,.gz"}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file first.")},
    )

    interests = forms.FileField(
        label=gettext_lazy("Their interests as numbers"),
        help_text=gettext_lazy("A file X_interests.npy with one row for each person of the list, in the same order."),
        widget=forms.FileInput(attrs={"accept": ".npy"}),
        allow_empty_file=True,
        required=False,
    )

    def __init__(self, *args: Any, targets: list[Target], beside: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not beside:
            del self.fields["interests"]
        self.targets = {target.key: target for target in targets}
        where: Any = self.fields["where"]
        where.choices = [(target.key, target.title) for target in targets]
        where.required = "" not in self.targets
        if len(targets) == 1:
            where.widget, where.initial = forms.HiddenInput(), targets[0].key

    def clean_where(self) -> Target:
        return self.targets[self.cleaned_data["where"]]

    def clean_file(self) -> Any:
        return self._not_too_large(self.cleaned_data["file"])

    def clean_interests(self) -> Any:
        return self._not_too_large(self.cleaned_data["interests"])

    def _not_too_large(self, file: Any) -> Any:
        if file is not None and file.size > settings.UPLOAD_LIMIT_MB * 1_000_000:
            raise forms.ValidationError(
                _("This file is larger than %d MB. Split it, or leave out columns that are not needed.")
                % settings.UPLOAD_LIMIT_MB
            )
        return file


class ColumnsForm(forms.Form):
    """What each heading of a file means; headings that may not be brought in can only be left out."""

    leave_out = forms.BooleanField(
        required=False, label=gettext_lazy("Leave these columns out. Everything else may be brought in.")
    )

    def __init__(self, *args: Any, batch: Batch, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Leave this column out")), *((c.name, _title(c.name, c.about)) for c in kind.columns())]
        self.headings: dict[str, str] = {}
        self.refused = [(heading, why_refused(heading)) for heading in batch.columns if why_refused(heading)]
        self.fields["leave_out"].initial = LEFT_OUT in batch.columns.values()
        for at, (heading, now) in enumerate(batch.columns.items()):
            if not why_refused(heading):
                name = f"column_{at}"
                self.headings[name] = heading
                self.fields[name] = forms.ChoiceField(label=heading, choices=choices, initial=now, required=False)
        self.examples: dict[str, str] = batch.found.get("examples", {})

    def rows(self) -> list[tuple[Any, str]]:
        """Return the selects, each with the first cell under its heading."""
        return [(self[name], self.examples.get(heading, "")) for name, heading in self.headings.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        used: dict[str, str] = {}
        for name, heading in self.headings.items():
            meaning = data.get(name)
            if meaning and meaning in used:
                self.add_error(name, _("“%s” means this already. Choose each meaning once.") % used[meaning])
            elif meaning:
                used[meaning] = heading
        return data

    def chosen(self) -> dict[str, str]:
        """Return heading -> our column."""
        return {heading: self.cleaned_data.get(name, "") for name, heading in self.headings.items()}


def _title(name: str, about: Any) -> str:
    words = str(about)
    return f"{name}: {words if len(words) < 60 else words[:57] + '…'}"


class LoadForm(forms.Form):
    """The last yes: how many rows stay out."""

    leave_out_bad = forms.IntegerField(required=False, min_value=0)
