"""The questions connect asks: a new round, its rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from upwell_site.core.forms.clean import Clean
from upwell_site.core.models import Programme


class RoundForm(Clean):
    """A new round: in which programme, and what it is called."""

    programme = forms.ModelChoiceField(
        label=_("In which programme?"),
        queryset=Programme.objects.filter(hub=None),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("What do you call it?"), help_text=_("Like “Autumn round”"), max_length=120)

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        first = list(programmes[:2])
        if len(first) == 1:
            self.fields["programme"].initial = first[0].pk


class RulesForm(forms.Form):
    """What a pair must keep, and what makes it a good one. Weights are written as people say them: out of 100."""

    name = forms.ChoiceField(
        label=_("Which rules?"),
        choices=[("default", _("Ours, as set below")), ("benchmark", _("The rules of the public test, exactly"))],
        widget=forms.RadioSelect,
    )
    goal = forms.ChoiceField(
        label=_("What matters more?"),
        choices=[("total", _("That the pairs fit well")), ("most_people", _("That most people have a mentor"))],
        widget=forms.RadioSelect,
    )
    on = forms.MultipleChoiceField(
        label=_("What every pair has to keep"),
        required=False,
        choices=[
            ("slot", _("Free at the same time at least once a week")),
            ("language", _("A language that both speak")),
            ("distance", _("No further apart than both will travel")),
            ("mode", _("A way to meet that both want")),
            ("organisation", _("Not from the same organisation or school")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    tags = forms.IntegerField(label=_("What they want to learn and can help with"), min_value=0, max_value=100)
    interests = forms.IntegerField(label=_("What they care about"), min_value=0, max_value=100)
    near = forms.IntegerField(label=_("Living near each other"), min_value=0, max_value=100)
    time = forms.IntegerField(label=_("Several times when both are free"), min_value=0, max_value=100)
    max_travel_km = forms.FloatField(
        label=_("Nobody travels further than (km)"),
        help_text=_("Leave it empty for no limit but their own"),
        min_value=0.5,
        max_value=500,
        required=False,
    )
    usual_travel_km = forms.FloatField(
        label=_("Who did not say travels up to (km)"), min_value=0.5, max_value=500, help_text=_("Usually 10")
    )
    WEIGHTS: ClassVar[tuple[str, ...]] = ("tags", "interests", "near", "time")

    @classmethod
    def from_rules(cls, rules: dict[str, Any]) -> dict[str, Any]:
        """Return what the form shows first for these rules."""
        flags = [key for key, _label in cls.base_fields["on"].choices if rules[key]]  # type: ignore[attr-defined]
        weights = {key: round(rules[key] * 100) for key in cls.WEIGHTS}
        km = {key: rules[key] and f"{rules[key]:g}" for key in ("max_travel_km", "usual_travel_km")}
        return {"name": rules["name"], "goal": rules["goal"], **km, **weights, "on": flags}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.weighs_nothing(data):
            self.add_error("tags", _("Give at least one of the four more than 0."))
        return data

    def weighs_nothing(self, data: dict[str, Any]) -> bool:
        """Whether all four weights were given, and all are 0."""
        return all(data.get(key) == 0 for key in self.WEIGHTS)

    def rules(self) -> dict[str, Any]:
        """Return the rules as a round keeps them."""
        data = self.cleaned_data
        if data["name"] == "benchmark":
            return {"name": "benchmark"}
        flags = {key: key in data["on"] for key, _label in self.fields["on"].choices}  # type: ignore[attr-defined]
        weights = {key: data[key] / 100 for key in self.WEIGHTS}
        plain = {key: data[key] for key in ("name", "goal", "max_travel_km", "usual_travel_km")}
        return {**plain, **weights, **flags}
