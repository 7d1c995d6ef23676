"""Forms about people: who they are, how to reach them, when they were born."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from upwell_site.core.forms.people_fields import Day, OrganisationName, Sector, Words
from upwell_site.core.languages import LANGUAGES
from upwell_site.core.models import Membership, Organisation, Person, Programme
from upwell_site.core.policy import Actor

WHOLE_HUB = frozenset({"admin", "safeguarding", "deputy"})


def programmes_of(actor: Actor, *roles: str) -> Any:
    """Return the programmes in which the actor holds one of `roles`; all of them for who sees the whole hub."""
    rows = Programme.objects.filter(hub=actor.hub_id)
    mine: set[int] = set()
    for role in {*roles, *WHOLE_HUB} & actor.roles.keys():
        where = actor.roles[role]
        if where is None:
            return rows
        mine |= where
    return rows.filter(pk__in=mine)


def has_whole_hub(actor: Actor, *roles: str) -> bool:
    """Whether one of `roles` is held in the whole hub."""
    return any(role in actor.roles and actor.roles[role] is None for role in roles)


class Profile(forms.Form):
    """What is known about a person, as far as the actor may write it."""

    name = Words(limit=120, label=_("Name"), help_text=_("As they like to be called."))
    about = Words(limit=1000, rows=4, label=_("A few words"), required=False)
    organisation: forms.Field
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=list(LANGUAGES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(label=_("E-mail address"), required=False, max_length=254)
    phone = Words(limit=40, label=_("Phone"), required=False)
    sector = Sector()
    contact_ok = forms.BooleanField(label=_("Organisers may get in touch"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(hub=actor.hub_id).visible_to(actor)
        self.fields["organisation"] = OrganisationName(
            rows, label=_("Organisation"), help_text=_("Where they work, learn or help.")
        )
        self.order_fields(["name", "born", "programme", "about", "organisation", "languages"])


class AddPerson(Profile):
    """A new person: the same, with the date of birth and the programme they take part in."""

    born = Day(
        label=_("Date of birth"),
        required=False,
        help_text=_("A date that makes them 18 or over counts once a second person confirms it."),
    )
    programme: forms.ModelChoiceField[Programme] = forms.ModelChoiceField(
        None, label=_("Programme"), required=False, empty_label=_("No programme")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        field = self.fields["programme"]
        field.queryset = programmes_of(actor, "organiser", "lead")  # type: ignore[attr-defined]
        if not has_whole_hub(actor, "organiser", "lead", "admin"):
            field.required = True
            field.empty_label = None  # type: ignore[attr-defined]
            field.help_text = _("You see the people of your own programmes, so they need one.")


class EditPerson(Profile):
    """A person who is here: contact only for those who may write it, being found only for oneself."""

    listed = forms.BooleanField(
        label=_("Other people here may find me"),
        required=False,
        help_text=_("They see your name and your few words, never how to reach you."),
    )

    def __init__(self, *args: Any, person: Person, actor: Actor, contact: bool, **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in ("name", "about", "languages")}
        initial["organisation"] = person.organisation.name if person.organisation else ""
        if contact:
            initial |= {name: getattr(person, name) for name in ("email", "phone", "sector", "contact_ok")}
        super().__init__(*args, actor=actor, initial=initial | {"listed": person.listed}, **kwargs)
        if not contact:
            for name in ("email", "phone", "sector", "contact_ok"):
                del self.fields[name]
        if person.pk != actor.person_id or not person.is_adult:
            del self.fields["listed"]
        if person.pk == actor.person_id:
            self.fields["name"].help_text = _("As you like to be called.")
            self.fields["organisation"].help_text = _("Where you work, learn or help.")
            self.fields["email"].help_text = _("For letters from this hub. It does not change how you sign in.")


class Born(forms.Form):
    """A date of birth."""

    born = Day(label=_("Date of birth"))


class Search(forms.Form):
    """The search box and its two choices; it reads the address, so it never says that something is wrong."""

    q = forms.CharField(label=_("Name"), required=False, max_length=120)
    programme: forms.ModelChoiceField[Programme] = forms.ModelChoiceField(
        None, label=_("Programme"), required=False, empty_label=_("Every programme")
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Every role")), *Membership.Role.choices])

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes_of(actor, "organiser", "lead")  # type: ignore[attr-defined]
        if not actor.has("lead", *WHOLE_HUB):
            del self.fields["role"]

    def chosen(self) -> dict[str, Any]:
        """Return what was asked for, without what makes no sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def name_contains(folded: str) -> Q:
    """Return the condition that every word of a search is in the folded name."""
    whole = Q()
    for word in folded.split()[:6]:
        whole &= Q(folded__contains=word)
    return whole
