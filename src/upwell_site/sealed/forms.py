"""The questions of the sealed pages: more words, what was done, a check. The worry itself is asked in `telling`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core.forms.people_fields import Day, Words
from upwell_site.sealed import actions
from upwell_site.sealed.models import Check, ConcernEntry


class More(forms.Form):
    """Words added by whoever told us."""

    words = Words(limit=actions.WORDS, rows=5, label=_("What do you want to add?"))


class Done(forms.Form):
    """What somebody at the desk does with a concern."""

    kind = forms.ChoiceField(choices=ConcernEntry.Kind.choices)
    words = Words(
        limit=actions.WORDS,
        rows=5,
        label=_("What was done, or why is it closed?"),
        help_text=_("It cannot be changed afterwards. Write who did what, and when."),
        required=False,
    )


class AddCheck(forms.Form):
    """One line of the register: no word of what the certificate says, and no copy of it."""

    level = forms.ChoiceField(label=_("Which check?"), choices=Check.Level.choices, widget=forms.RadioSelect)
    number = Words(limit=40, label=_("Number on the certificate"), help_text=_("Only you and your deputies see it."))
    issued_on = Day(label=_("Date on the certificate"))
    status = forms.ChoiceField(label=_("Is it in order?"), choices=Check.Status.choices, widget=forms.RadioSelect)
    recheck_on = Day(label=_("When do we look at it again?"), help_text=_("Within three years of its date."))
    SENT_WITH = frozenset({"once", "csrfmiddlewaretoken"})

    def clean(self) -> dict[str, Any]:
        if self.files or set(self.data) - set(self.fields) - self.SENT_WITH:
            raise forms.ValidationError(_("The register takes nothing but these five answers. Nothing was kept."))
        return super().clean() or {}
