"""Forms of requests about data: what is asked, what is answered, what went wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core.actions.data_requests import STEPS
from upwell_site.core.forms.people_fields import Words
from upwell_site.core.models import DataRequest

KINDS = [(kind, name) for kind, name in DataRequest.Kind.choices if kind != DataRequest.Kind.BREACH]
NEEDS_WORDS = {"correct", "object", "complain"}


class Ask(forms.Form):
    """What somebody asks, and their words."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=KINDS, widget=forms.RadioSelect)
    words = Words(
        limit=4000,
        rows=5,
        label=_("In your own words"),
        required=False,
        help_text=_("For example: what is wrong, and how it should be. Only who answers reads it."),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") in NEEDS_WORDS and not found.get("words"):
            self.add_error("words", _("Please write a few words, so that somebody can act on it."))
        return found


class Reply(forms.Form):
    """A few words: an answer, a question, a reason."""

    words = Words(limit=2000, rows=4, label=_("Your answer"))


class Answer(forms.Form):
    """What the hub does with a request, and the words for it."""

    do = forms.ChoiceField(label=_("What do you want to do?"), choices=[], widget=forms.RadioSelect)
    words = Words(
        limit=4000,
        rows=6,
        label=_("Words for the person"),
        required=False,
        help_text=_("Your answer, your question or your reason. The person reads it on their page."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["do"].choices = choices  # type: ignore[attr-defined]


class Breach(forms.Form):
    """What went wrong, and when it was noticed."""

    words = Words(
        limit=4000,
        rows=6,
        label=_("What happened?"),
        help_text=_("When, what, whose data, how many people. Names only where they are needed."),
    )
    hours = forms.IntegerField(
        label=_("How many hours ago was it noticed?"),
        min_value=0,
        max_value=720,
        initial=0,
        help_text=_("The 72 hours count from then."),
    )


class Steps(forms.Form):
    """The list of what to do after a breach."""

    steps = forms.MultipleChoiceField(
        label=_("What is done?"), choices=list(STEPS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
