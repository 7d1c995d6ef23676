"""Questions that `listen` asks, and the checks on the answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.actor import Request
from upwell_site.core.forms.clean import Clean
from upwell_site.core.models import Hub, Person, Place, Programme
from upwell_site.listen.models import Conversation, Discussion, Note

HOSTS = ("organiser", "lead", "admin")
ZIP = b"PK\x03\x04"
NOBODY, NEW = "nobody", "new"


class ManyFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; its value is a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError(_("Choose the export: one zip, or its files together."))
        return [super(FilesField, self).clean(one, initial) for one in given]


def places_of(hub: Hub) -> Any:
    """Return the hub's own place and the places in it."""
    rows = Place.objects.defer("outline")
    return rows.filter(Q(pk=hub.place_id) | Q(within=hub.place_id)) if hub.place_id else rows.none()


def programmes_of(request: Request, *roles: str) -> Any:
    """Return the programmes in which somebody holds one of these roles."""
    mine: set[int] = set()
    for role in roles:
        where = request.actor.roles.get(role, frozenset())
        if where is None:
            return Programme.objects.filter(hub=request.hub).visible_to(request.actor)
        mine |= where
    return Programme.objects.filter(hub=request.hub, pk__in=mine).visible_to(request.actor)


class DiscussionForm(Clean):
    """What a discussion is called, what it is about, who may see its page."""

    title = forms.CharField(
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy("A few words that go on after “Three ways to see…”, such as: our yards"),
        max_length=160,
    )
    about = forms.CharField(
        label=gettext_lazy("What should people know first?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    programme: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Which programme does it belong to?"),
        help_text=gettext_lazy("Its leads and moderators look after it with you."),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("None"),
    )
    place: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Which place?"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("No place in particular"),
    )
    public = forms.BooleanField(
        label=gettext_lazy("Show it on the public page"),
        help_text=gettext_lazy("Everybody sees the sentences and the groups. Nobody sees a single vote."),
        required=False,
    )

    def __init__(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes_of(request, *HOSTS)  # type: ignore[attr-defined]
        self.fields["place"].queryset = places_of(request.hub)  # type: ignore[attr-defined]


class BeginForm(DiscussionForm):
    """A new discussion with its first sentences."""

    sentences = forms.CharField(
        label=gettext_lazy("The first sentences"),
        help_text=gettext_lazy("One a line, each something to agree or disagree with. Ten to twenty is a good start."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    field_order = ["title", "about", "sentences", "programme", "place", "public"]

    def clean_sentences(self) -> str:
        """Refuse a line that is too long, by its number."""
        text: str = self.cleaned_data["sentences"]
        for number, line in enumerate(text.splitlines(), 1):
            if len(line.strip()) > 1000:
                raise forms.ValidationError(_("Line %(n)s is longer than 1,000 letters.") % {"n": number})
        return text


class EditForm(DiscussionForm):
    """What may be changed later, the source among it."""

    source = forms.CharField(
        label=gettext_lazy("Where do the votes come from, and under which licence?"), max_length=600, required=False
    )

    def __init__(self, request: Request, discussion: Discussion, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if discussion.programme_id:  # one's own page keeps its programme, also where one holds no role in it
            kept = Programme.objects.filter(hub=request.hub, pk=discussion.programme_id)
            field = self.fields["programme"]
            field.queryset = (field.queryset | kept).distinct()  # type: ignore[attr-defined]


class ExportForm(DiscussionForm):
    """A vote export to bring in."""

    upload = FilesField(
        label=gettext_lazy("The export"),
        help_text=gettext_lazy(
            "A zip, or these files together: comments.csv and participants-votes.csv (or votes.csv), packed with gzip "
            "or not. We read it here and pass it on to nobody."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Where do the votes come from, and under which licence?"),
        help_text=gettext_lazy("Stands on the page. People who took part may want to know."),
        max_length=600,
        required=False,
    )
    sign = forms.ChoiceField(
        label=gettext_lazy("What does 1 mean in this export?"),
        choices=[
            ("", gettext_lazy("Find out from the export")),
            ("agree=+1", gettext_lazy("1 means yes")),
            ("agree=-1", gettext_lazy("1 means no")),
        ],
        required=False,
    )
    field_order = ["upload", "title", "about", "source", "sign", "programme", "place", "public"]

    def clean_upload(self) -> dict[str, bytes] | bytes:
        """Return the bytes, as the engine reads them; refuse more than fits."""
        given: list[UploadedFile[Any]] = self.cleaned_data["upload"]
        limit = settings.UPLOAD_LIMIT_MB
        if sum(one.size or 0 for one in given) > limit * 1024 * 1024:
            raise forms.ValidationError(_("Together these are more than %(n)s MB.") % {"n": limit})
        content: dict[str, bytes] = {str(one.name): one.read() for one in given}
        if len(content) == 1:
            only = next(iter(content.values()))
            if only[:4] == ZIP:
                return only
        return content


class TalkForm(Clean):
    """A talk, on one page: who, where, their words, what is next."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who did you talk to?"),
        help_text=gettext_lazy("Start as little as you like. You can add a name later, if they agree."),
        choices=[
            (NOBODY, gettext_lazy("Nobody in particular")),
            ("known", gettext_lazy("Somebody you know here")),
            (NEW, gettext_lazy("Somebody new who agreed to give a name")),
        ],
        widget=forms.RadioSelect,
        initial=NOBODY,
    )
    person: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Somebody you know here"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Choose"),
    )
    new_name = forms.CharField(label=gettext_lazy("The name of somebody new"), max_length=120, required=False)
    adult = forms.BooleanField(
        label=gettext_lazy("They are 18 or over"),
        help_text=gettext_lazy("If not, or you do not know: keep no name, only the neighbourhood."),
        required=False,
    )
    said_yes = forms.BooleanField(label=gettext_lazy("They said yes"), required=False)
    words = forms.CharField(
        label=gettext_lazy("What matters to them?"),
        help_text=gettext_lazy("In their words, as they say it."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    topic = forms.CharField(label=gettext_lazy("In one or two words, what is it about?"), max_length=80, required=False)
    share = forms.ChoiceField(
        label=gettext_lazy("May we share these words?"),
        choices=Note.Share.choices,
        widget=forms.RadioSelect,
        initial=Note.Share.NO,
    )
    place: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Which neighbourhood?"),
        help_text=gettext_lazy("We never keep a street or a house."),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Not said"),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("Where did you talk?"),
        choices=[(how.value, how.label) for how in Conversation.How if how != Conversation.How.WORDS],
    )
    on = forms.DateField(
        label=gettext_lazy("When?"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    programme: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("For which programme?"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("None"),
    )
    next_step = forms.CharField(
        label=gettext_lazy("What did you say you would do?"),
        help_text=gettext_lazy("Such as: ring back about the yard"),
        max_length=300,
        required=False,
    )
    next_on = forms.DateField(
        label=gettext_lazy("By when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(hub=request.hub, emptied_at__isnull=True).visible_to(request.actor, "name")
        if request.person:
            people = people.exclude(pk=request.person.pk)
        field: Any = self.fields["person"]
        field.queryset, field.label_from_instance = people, lambda person: person.name
        self.fields["place"].queryset = places_of(request.hub)  # type: ignore[attr-defined]
        self.fields["programme"].queryset = programmes_of(request, "organiser")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that who, age and name go together."""
        given = super().clean()
        who = given.get("who")
        if who == "known" and not given.get("person") and "person" not in self.errors:
            self.add_error("person", _("choose who it was"))
        if who == NEW and not given.get("new_name") and "new_name" not in self.errors:
            self.add_error("new_name", _("write the name they gave you"))
        if who in {NEW, "known"} and not given.get("adult"):
            self.add_error(
                "adult", _("a name is kept only of people who are 18 or over. Else choose “Nobody in particular”")
            )
        if given.get("next_on") and not given.get("next_step"):
            self.add_error("next_step", _("say what you will do by that day, or leave the day out"))
        return given


class NoteForm(Clean):
    """More words of a talk."""

    words = forms.CharField(
        label=gettext_lazy("What else did they say?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    topic = forms.CharField(label=gettext_lazy("In one or two words, what is it about?"), max_length=80, required=False)
    share = forms.ChoiceField(
        label=gettext_lazy("May we share these words?"),
        choices=Note.Share.choices,
        widget=forms.RadioSelect,
        initial=Note.Share.NO,
    )


class StatementForm(Clean):
    """A sentence to vote on."""

    text = forms.CharField(
        label=gettext_lazy("Your sentence"),
        help_text=gettext_lazy(
            "One thing in it, in your own words. Name nobody. Somebody looks at it before others see it."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
