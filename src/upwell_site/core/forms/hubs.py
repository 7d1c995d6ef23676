"""Forms about a hub itself: settings, texts, members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from upwell_site.core.models import Hub, HubText, Member, Place
from upwell_site.core.text import clean

TEXT_LIMIT = 20_000


def cleaned(form: forms.BaseForm, name: str, limit: int) -> str:
    """Return a text field through the one door for text; a fault becomes the field's error."""
    try:
        return clean(form.cleaned_data.get(name) or "", limit)
    except ValueError as problem:
        raise forms.ValidationError(str(problem)) from None


class HubForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a hub says about itself, and its three texts."""

    class Meta:
        model = Hub
        fields = ["name", "about", "contact", "drop_in", "place", "controller", "org_id", "takes_under_18s"]
        labels = {"place": _("Where it is"), "takes_under_18s": _("Young people under 18 take part here")}
        help_texts = {
            "about": _("Two or three sentences, as you would tell a neighbour."),
            "contact": _("A phone number or address that somebody answers. Everybody can see it."),
            "drop_in": _("For example: Thursdays 10 to 12, Beckside Library"),
            "controller": _("The charity, council or company that answers for people’s data."),
            "org_id": _("If it has one, like GB-CHC-1234567"),
            "takes_under_18s": _("Only when a safeguarding lead is appointed."),
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    privacy = forms.CharField(
        label=_("What we do with what you tell us"), required=False, max_length=TEXT_LIMIT, widget=forms.Textarea
    )
    conduct = forms.CharField(
        label=_("How we treat each other"), required=False, max_length=TEXT_LIMIT, widget=forms.Textarea
    )
    safeguarding = forms.CharField(
        label=_("Keeping people safe"), required=False, max_length=TEXT_LIMIT, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"] = PlaceField(label=_("Where it is"), required=False)

    def clean(self) -> dict[str, Any]:
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField) and name in self.cleaned_data:
                try:
                    self.cleaned_data[name] = cleaned(self, name, field.max_length or TEXT_LIMIT)
                except forms.ValidationError as problem:
                    self.add_error(name, problem)
        return self.cleaned_data

    @property
    def texts(self) -> dict[str, str]:
        """The three texts by kind."""
        return {kind: self.cleaned_data[kind] for kind in HubText.Kind.values}

    @property
    def settings(self) -> dict[str, Any]:
        """The hub's own fields."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A place from the tree, with what it is part of."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Place.objects.defer("outline").annotate(above=F("within__name")).order_by("name", "id")
        super().__init__(rows, empty_label=_("No place"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.above}" if obj.above else str(obj.name)


class MemberForm(forms.Form):
    """A hub that shall belong to this network."""

    member = forms.ModelChoiceField(
        Hub.objects.none(),
        label=_("Which hub?"),
        help_text=_("It must be on this site. Its people then may enter by themselves, one by one."),
        empty_label=_("Choose"),
    )

    def __init__(self, *args: Any, network: Hub, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Member.objects.filter(hub=network, until__isnull=True).values("member")
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Hub.objects.exclude(pk__in=now).exclude(pk=network.pk).exclude(kind__in=["umbrella"])
