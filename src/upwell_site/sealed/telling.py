"""The form for a worry about somebody's safety: on a page of its own, and in a box beside the numbers to ring."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from upwell_site.core import policy
from upwell_site.core.forms.people_fields import Words
from upwell_site.core.models import Hub, Membership, Person
from upwell_site.core.policy import Actor
from upwell_site.sealed import actions, ask

UNSURE = "unsure"
BY_ROLE = {
    str(Membership.Role.SAFEGUARDING): _("The safeguarding lead"),
    str(Membership.Role.DEPUTY): _("A deputy of the safeguarding lead"),
}


class Tell(forms.Form):
    """A worry about somebody's safety. One answer is needed; whoever writes need not say who they are."""

    words = Words(
        limit=actions.WORDS,
        rows=8,
        label=_("What did you see or hear?"),
        help_text=_("In the words that were used. When and where was it?"),
    )
    about = Words(limit=actions.SHORT, label=_("Whom is it about?"), required=False)
    safety = forms.MultipleChoiceField(
        label=_("Is it about somebody who looks after safety here?"),
        help_text=_("Then tick them. They do not see it, and nobody tells them."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[],
    )
    sender = Words(
        limit=actions.SHORT,
        label=_("What is your name?"),
        help_text=_("You do not have to say it."),
        required=False,
    )
    reach = Words(
        limit=actions.SHORT,
        label=_("How can we reach you?"),
        help_text=_("A phone number, an address, or a time when you are here."),
        required=False,
    )

    def __init__(self, *args: Any, hub: Hub, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = list(ask.holders(hub.pk))
        named = policy.may(actor, "hub.name_safety")
        choices = [(self._value(row, named), self._label(row, named)) for row in self.held]
        field = self.fields["safety"]
        field.choices = [*dict(choices).items(), (UNSURE, _("Yes, but I do not know which of them"))]  # type: ignore[attr-defined]

    @staticmethod
    def _value(row: Membership, named: bool) -> str:
        return f"p{row.person_id}" if named else row.role

    @staticmethod
    def _label(row: Membership, named: bool) -> Any:
        return f"{row.person.name}, {row.get_role_display()}" if named else BY_ROLE[row.role]

    def left_out(self) -> list[Person]:
        """Return whom it is about among those who look after safety; every lead when it is not known which of them."""
        ticked = set(self.cleaned_data["safety"])
        if UNSURE in ticked:
            ticked.add(str(Membership.Role.SAFEGUARDING))
        return [row.person for row in self.held if ticked & {f"p{row.person_id}", row.role}]

    def concern(self) -> dict[str, Any]:
        """Return the answers as `actions.raise_concern` takes them."""
        texts = {name: self.cleaned_data[name] for name in ("words", "about", "sender", "reach")}
        return {**texts, "left_out": self.left_out(), "about_lead": bool(self.cleaned_data["safety"])}
