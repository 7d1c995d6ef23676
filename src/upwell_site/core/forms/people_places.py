"""Forms about organisations, programmes, trainings and networks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from upwell_site.core.actions.networks import MAY_FOLLOW
from upwell_site.core.forms.people import has_whole_hub, programmes_of
from upwell_site.core.forms.people_fields import Day, OrganisationName, Words
from upwell_site.core.models import Organisation, Programme
from upwell_site.core.models.hub import ORG_ID
from upwell_site.core.policy import Actor
from upwell_site.core.training_text import BadText, read_pages, read_questions, write_pages, write_questions

ORG_ID_HELP = _(
    "A register, then the number there: GB-CHC-1234567 for a charity in England or Wales, GB-SC-SC012345 in Scotland, "
    "GB-COH-01234567 for a company. Leave it empty when there is none."
)


class OrganisationForm(forms.Form):
    """An organisation."""

    name = Words(limit=160, label=_("Name"))
    sector = forms.ChoiceField(label=_("What kind is it?"), choices=Organisation.Sector.choices)
    level = forms.ChoiceField(
        label=_("Where does it act?"),
        choices=Organisation.Level.choices,
        initial=Organisation.Level.COMMUNITY,
        help_text=_("From one person up to decisions for the whole country."),
    )
    org_id = Words(limit=60, label=_("Number in a register"), required=False, help_text=ORG_ID_HELP)
    within: forms.Field
    web = forms.URLField(label=_("Web page"), required=False, max_length=200, assume_scheme="https")
    about = Words(limit=2000, rows=4, label=_("What they do"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(hub=actor.hub_id).visible_to(actor)
        self.fields["within"] = OrganisationName(
            rows, label=_("Part of"), help_text=_("For a department, the organisation it belongs to.")
        )

    def clean_org_id(self) -> str:
        number = str(self.cleaned_data["org_id"]).replace(" ", "")
        if not number:
            return ""
        number = number if number.startswith("360G-") else number.upper()
        if number.isdecimal():
            raise ValidationError(_now("Which register is it from? A charity writes GB-CHC- before it."))
        ORG_ID(number)
        return number


class ProgrammeForm(forms.Form):
    """A programme."""

    name = Words(limit=120, label=_("Name"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Programme.Kind.choices, initial=Programme.Kind.OTHER)
    about = Words(limit=2000, rows=4, label=_("What it is"), required=False)
    starts = Day(label=_("First day"), required=False)
    ends = Day(
        label=_("Last day"), required=False, help_text=_("After this day every role in the programme ends by itself.")
    )
    public = forms.BooleanField(label=_("Show it on the public page"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("starts") and found.get("ends") and found["ends"] < found["starts"]:
            self.add_error("ends", _now("The last day comes before the first."))
        return found


class TrainingForm(forms.Form):
    """A training: its pages and its short check, written as plain text."""

    name = Words(limit=120, label=_("Name"))
    programme: forms.ModelChoiceField[Programme] = forms.ModelChoiceField(
        None, label=_("Programme"), required=False, empty_label=_("The whole hub")
    )
    pages = Words(
        limit=60_000,
        rows=14,
        label=_("Pages to read"),
        required=False,
        help_text=_("Markdown. A line with only --- begins the next page. Leave it empty for a session in a room."),
    )
    questions = Words(
        limit=20_000,
        rows=10,
        label=_("A short check at the end"),
        required=False,
        help_text=_("A question on a line, then its answers: * before the right one, - before the others."),
    )
    pass_mark = forms.IntegerField(
        label=_("Right answers needed"), required=False, min_value=0, max_value=200, help_text=_("Empty means all.")
    )
    valid_days = forms.IntegerField(
        label=_("Good for how many days?"),
        required=False,
        min_value=1,
        max_value=3660,
        help_text=_("After that it must be done again. Empty means for ever."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        field.queryset = programmes_of(actor, "lead")  # type: ignore[attr-defined]
        if not has_whole_hub(actor, "lead", "admin"):
            field.required = True
            field.empty_label = None  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(training: Any) -> dict[str, Any]:
        """Return what the form shows of a training."""
        return {
            "name": training.name,
            "programme": training.programme_id,
            "pages": write_pages(training.pages),
            "questions": write_questions(training.check_questions),
            "pass_mark": training.pass_mark,
            "valid_days": training.valid_days,
        }

    def clean_pages(self) -> list[str]:
        return read_pages(self.cleaned_data["pages"])

    def clean_questions(self) -> list[dict[str, Any]]:
        try:
            return read_questions(self.cleaned_data["questions"])
        except BadText as wrong:
            raise ValidationError(str(wrong)) from None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        many = len(found.get("questions") or [])
        if found.get("pass_mark") is None:
            found["pass_mark"] = many
        elif found["pass_mark"] > many and "questions" in found:
            self.add_error("pass_mark", _now("There are not so many questions."))
        return found


class SessionForm(forms.Form):
    """A dated session."""

    starts_at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"],
        error_messages={"invalid": _("Write it like 4/12/2026 18:30.")},
    )
    where = Words(limit=160, label=_("Where"))
    seats = forms.IntegerField(label=_("Places"), min_value=1, max_value=2000, initial=20)


class EnterNetwork(forms.Form):
    """What follows somebody into a network."""

    follow = forms.MultipleChoiceField(
        label=_("What comes along?"),
        required=False,
        initial=["name"],
        widget=forms.CheckboxSelectMultiple,
        choices=list(
            zip(
                MAY_FOLLOW,
                (_("My name"), _("My e-mail address"), _("My organisation"), _("My few words about me")),
                strict=True,
            )
        ),
    )
