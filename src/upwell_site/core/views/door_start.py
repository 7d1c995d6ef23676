"""The first page of an empty database: a place comes into being."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.actions import begin
from upwell_site.core.actor import Request, has_second_factor
from upwell_site.core.door import first
from upwell_site.core.door.enter import let_in
from upwell_site.core.door.mail_test import ADDRESSES, try_mail
from upwell_site.core.door.mine import hub_of
from upwell_site.core.door.qr import qr
from upwell_site.core.door.where import home_url
from upwell_site.core.forms.clean import Clean
from upwell_site.core.guard import allow
from upwell_site.core.models import Hub, HubText
from upwell_site.core.models.hub import ORG_ID
from upwell_site.core.once import once
from upwell_site.core.refused import Refused

EMAIL = {"invalid": gettext_lazy("Write an e-mail address like name@example.org.")}


class StartForm(Clean):
    """What a place needs to begin."""

    name = forms.CharField(
        label=gettext_lazy("Name of your hub"),
        max_length=120,
        error_messages={"required": gettext_lazy("Write the name of your hub.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=Hub.Kind.choices, initial=Hub.Kind.HUB, widget=forms.RadioSelect
    )
    controller = forms.CharField(
        label=gettext_lazy("The organisation responsible for people’s data"),
        max_length=160,
        error_messages={"required": gettext_lazy("Write the name of the organisation.")},
    )
    org_id = forms.CharField(
        label=gettext_lazy("Its number in a register"),
        max_length=60,
        required=False,
        validators=[ORG_ID],
        help_text=gettext_lazy("A charity’s number looks like GB-CHC-1234567, a company’s like GB-COH-01234567."),
    )
    place = forms.CharField(
        label=gettext_lazy("Where it is"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A council area, or the first half of a postcode, like LS8."),
    )
    my_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={**EMAIL, "required": gettext_lazy("Write your e-mail address.")},
    )
    adult = forms.BooleanField(
        label=gettext_lazy("I am 18 or over"),
        error_messages={"required": gettext_lazy("Somebody who is 18 or over has to start a hub.")},
    )
    safeguarding = forms.ChoiceField(
        label=gettext_lazy("Who looks after safeguarding?"),
        choices=[
            ("later", gettext_lazy("Nobody yet. No under-18s until somebody does")),
            ("now", gettext_lazy("This person; we will invite them")),
        ],
        initial="later",
        widget=forms.RadioSelect,
    )
    safeguarding_name = forms.CharField(label=gettext_lazy("Their name"), max_length=120, required=False)
    safeguarding_email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"), max_length=254, required=False, error_messages=EMAIL
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the safeguarding lead's name and address when there is one; two people are needed."""
        given = super().clean()
        if given.get("safeguarding") == "now":
            for name in ("safeguarding_name", "safeguarding_email"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("Write it, so that we can invite them."))
        else:
            given["safeguarding_name"] = given["safeguarding_email"] = ""
        lead, own = given.get("safeguarding_email") or "", given.get("email") or ""
        if lead and lead.lower() == own.lower():
            self.add_error("safeguarding_email", _("Two different people are needed here."))
        return given


@allow(GET="site.look", POST="site.look")
def start(request: Request) -> HttpResponse:
    """Start a place, from this machine or with the key from the console."""
    posted = request.method == "POST"
    if posted and request.POST.get("do") == "begin" and first.may_start(request):
        return _begin(request)
    if not begin.is_empty():
        raise Http404
    if not first.may_start(request):
        return _ask_key(request)
    if posted and request.POST.get("do") == "test":
        return _test(request)
    return _shown(request, StartForm())


def _ask_key(request: Request) -> HttpResponse:
    wrong = False
    if request.method == "POST":
        if not ratelimit.consume(request, action="login"):
            answer: HttpResponse = ratelimit.respond_429(request)
            return answer
        if first.take_key(request, request.POST.get("key", "")):
            return HttpResponseRedirect(reverse("start"))
        wrong = True
    return render(request, "core/door/start_key.html", {"wrong": wrong})


def _shown(request: Request, form: StartForm, **more: Any) -> HttpResponse:
    context = {"form": form, "mail": first.mail_is_set(), "settings_of_mail": ADDRESSES, **more}
    return render(request, "core/door/start.html", context)


def _test(request: Request) -> HttpResponse:
    """Try the mail server with a letter to the address in the form, and show the form as it was."""
    form = StartForm(initial={name: request.POST.get(name, "") for name in StartForm.base_fields})
    try:
        address = forms.EmailField(max_length=254).clean(request.POST.get("email", ""))
    except forms.ValidationError:
        return _shown(request, form, mail_problem=_("Write your e-mail address first: the letter goes there."))
    problem = try_mail(address)
    return _shown(request, form, mail_problem=problem, mail_sent="" if problem else address)


def _begin(request: Request) -> HttpResponse:
    form = StartForm(request.POST)
    if not form.is_valid():
        if not begin.is_empty():
            raise Http404
        return _shown(request, form)
    given = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in {"adult", "safeguarding"}}

    def decide() -> str:
        begun = begin.start(by=begin.Beginning(**given, mail=first.mail_is_set()))
        let_in(request, begun.user, "start")
        request.session["started"] = {"hub": begun.hub.pk, "key": begun.safeguarding_key}
        return reverse("started")

    try:
        return once(request, decide, anybody=True)  # whoever starts is signed in by it
    except Refused as no:
        if not begin.is_empty():
            raise Http404 from None
        form.add_error(None, str(no))
        return _shown(request, form)


@allow(GET="site.own")
def started(request: Request) -> HttpResponse:
    """Say that the place is open, and what comes next."""
    begun = request.session.get("started") or {}
    hub = hub_of(request.user, begun.get("hub"))
    if hub is None:
        raise Http404
    key = begun.get("key", "")
    url = request.build_absolute_uri(reverse("invitation", args=[key])) if key else ""
    context = {
        "begun": hub,
        "home": home_url(hub),
        "url": url,
        "qr": qr(url) if url else None,
        "awake": has_second_factor(request),
        "texts": HubText.objects.filter(hub=hub).order_by("kind"),
    }
    return render(request, "core/door/started.html", context)
