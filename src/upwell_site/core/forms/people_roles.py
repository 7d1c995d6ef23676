"""Forms about roles and about what is in order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core.actions.people import LEAD_MAY_PROPOSE, SAFETY_ROLES, WHOLE_HUB_ROLES
from upwell_site.core.forms.people import has_whole_hub, programmes_of
from upwell_site.core.forms.people_fields import Day
from upwell_site.core.models import Membership, Programme, Standing
from upwell_site.core.policy import Actor


def roles_to_propose(actor: Actor) -> list[str]:
    """Return the roles somebody may propose: all for an admin or the safeguarding lead, a programme's for its lead."""
    every = [str(role) for role in Membership.Role.values]
    if actor.has("admin", *SAFETY_ROLES):
        return every
    return [role for role in every if role in LEAD_MAY_PROPOSE] if actor.has("lead") else []


class ProposeRole(forms.Form):
    """A role for somebody: which, where, until when."""

    role = forms.ChoiceField(label=_("Role"), choices=[])
    programme: forms.ModelChoiceField[Programme] = forms.ModelChoiceField(
        None, label=_("Programme"), required=False, empty_label=_("The whole hub")
    )
    until = Day(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty when there is none. On this day the role ends by itself."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Membership.Role.choices)
        self.fields["role"].choices = [(role, names[role]) for role in roles_to_propose(actor)]  # type: ignore[attr-defined]
        field = self.fields["programme"]
        field.queryset = programmes_of(actor, "lead")  # type: ignore[attr-defined]
        if not has_whole_hub(actor, "lead", "admin", *SAFETY_ROLES):
            field.required = True
            field.empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("role") in WHOLE_HUB_ROLES:
            found["programme"] = None
        return found


class Record(forms.Form):
    """One thing in order, from a day until a day."""

    what = forms.ChoiceField(label=_("What is in order?"), choices=[], widget=forms.RadioSelect)
    since = Day(label=_("From"), required=False, help_text=_("Leave it empty for today."))
    until = Day(label=_("Until"), required=False, help_text=_("When it must be looked at again."))

    def __init__(self, *args: Any, checks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (what, name) for what, name in Standing.What.choices if checks or what != Standing.What.CHECK
        ]


class TakeBack(forms.Form):
    """One thing that is not in order any more."""

    what = forms.ChoiceField(label=_("What is not in order any more?"), choices=Standing.What.choices)


class Ticked(forms.Form):
    """Rows that were ticked in a list, by their numbers."""

    row = forms.TypedMultipleChoiceField(coerce=int, choices=[], required=False)

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = [(row.pk, "") for row in rows]  # type: ignore[attr-defined]
