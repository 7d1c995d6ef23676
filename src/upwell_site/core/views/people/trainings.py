"""Trainings: the list, reading page after page, the short check, sessions and who came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import trainings as actions
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_places import SessionForm, TrainingForm
from upwell_site.core.guard import allow
from upwell_site.core.models import Attendance, Session, Training
from upwell_site.core.paging import SIZE, page_of
from upwell_site.core.training_text import page_html
from upwell_site.core.views.people.pages import (
    crumbs,
    decide,
    decide_or_say,
    seen_people,
    seen_programmes,
    tell,
    to,
)


@allow(GET="hub.list_trainings")
def trainings(request: Request) -> HttpResponse:
    """Trainings, and which of them one has done."""
    rows = Training.objects.filter(hub=request.hub).visible_to(request.actor).select_related("programme")
    done = Attendance.objects.filter(hub=request.hub, person=request.person, passed_at__isnull=False)
    page = page_of(rows, request, "name")
    context = {
        "page": page,
        "programmes": seen_programmes(request, page.rows),
        "done": set(done.values_list("training", flat=True)),
        "can_add": policy.may(request.actor, "hub.add_training"),
    }
    return render(request, "core/people/trainings.html", context)


@allow(GET="hub.add_training", POST="hub.add_training")
def training_add(request: Request) -> HttpResponse:
    """A new training."""
    form = TrainingForm(request.POST or None, actor=request.actor)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        return to(request, "training", actions.add(by=request.person, hub=request.hub, **_fields(form)))

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    context = {"form": form, "crumbs": crumbs(request, (_("Trainings"), "trainings"))}
    return render(request, "core/people/training_edit.html", context)


def _fields(form: TrainingForm) -> dict[str, Any]:
    found = dict(form.cleaned_data)
    found["check_questions"] = found.pop("questions")
    return found


@allow(GET="training.read")
def training(request: Request, training: Training) -> HttpResponse:
    """One training: where one is with it, its pages, its sessions."""
    sessions = Session.objects.filter(hub=request.hub, training=training, starts_at__gt=timezone.now())
    mine = Attendance.objects.filter(hub=request.hub, person=request.person, training=training)
    by_session = {row.session_id: row for row in mine}
    context = {
        "one": training,
        "read": by_session.get(None),
        "passed": any(row.passed_at for row in by_session.values()),
        "sessions": [
            {"row": row, "mine": by_session.get(row.pk), "free": max(row.seats - row.taken, 0)}
            for row in _with_taken(sessions.visible_to(request.actor)).order_by("starts_at")[:SIZE]
        ],
        "past": _past(request, training),
        "can_edit": policy.can(request.actor, "edit", training),
        "can_record": policy.can(request.actor, "record", training),
        "crumbs": crumbs(request, (_("Trainings"), "trainings")),
    }
    return render(request, "core/people/training.html", context)


def _with_taken(rows: Any) -> Any:
    """Add how many places are taken to each session, in the same query."""
    return rows.annotate(taken=Count("attendances", filter=Q(attendances__state__in=actions.TAKES_A_SEAT)))


def _past(request: Request, training: Training) -> Any:
    """The last sessions, for whoever writes down who came."""
    rows = Session.objects.filter(hub=request.hub, training=training, starts_at__lte=timezone.now())
    return rows.visible_to(request.actor, "record").order_by("-starts_at")[:10]


@allow(GET="training.read")
def training_page(request: Request, training: Training) -> HttpResponse:
    """One page of a training, by its number in the address."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    if not 1 <= number <= len(training.pages):
        raise Http404
    last, here = number == len(training.pages), to(request, "training_page", training)
    context = {
        "one": training,
        "number": number,
        "total": len(training.pages),
        "text": page_html(training.pages[number - 1]),
        "before": f"{here}?page={number - 1}" if number > 1 else "",
        "after": to(request, "training_check", training) if last else f"{here}?page={number + 1}",
        "last": last,
        "crumbs": crumbs(request, (_("Trainings"), "trainings"), (training.name, "training", training)),
    }
    return render(request, "core/people/training_page.html", context)


def _check_form(training: Training, data: Any) -> forms.Form:
    """A form with one question a field."""
    form = forms.Form(data)
    for number, question in enumerate(training.check_questions):
        form.fields[f"q{number}"] = forms.TypedChoiceField(
            label=question["question"],
            choices=list(enumerate(question["answers"])),
            coerce=int,
            widget=forms.RadioSelect,
            error_messages={"required": _("Please choose an answer.")},
        )
    return form


@allow(GET="training.take", POST="training.take")
def training_check(request: Request, training: Training) -> HttpResponse:
    """The short check at the end; who does not pass reads again and tries again."""
    if not training.pages and not training.check_questions:
        raise Http404
    form = _check_form(training, request.POST if request.method == "POST" else None)

    def act() -> str:
        assert request.person is not None  # as above
        answers = [form.cleaned_data[f"q{number}"] for number in range(len(training.check_questions))]
        row = actions.take_check(by=request.person, training=training, answers=answers)
        if row.right is not None and row.right < training.pass_mark:
            return to(request, "training_check", training)
        tell(request, _("You have done this training. It is written down."))
        return to(request, "training", training)

    if request.method == "POST" and (answer := decide(request, form, act)):
        return answer
    last = Attendance.objects.filter(
        hub=request.hub, person=request.person, training=training, session__isnull=True, right__isnull=False
    ).first()
    context = {
        "form": form,
        "one": training,
        "total": len(training.check_questions),
        "last": last,
        "again": last is not None and last.right < training.pass_mark,
        "crumbs": crumbs(request, (_("Trainings"), "trainings"), (training.name, "training", training)),
    }
    return render(request, "core/people/training_check.html", context)


@allow(GET="training.edit", POST="training.edit")
def training_edit(request: Request, training: Training) -> HttpResponse:
    """Change a training."""
    initial = TrainingForm.initial_of(training)
    form = TrainingForm(request.POST or None, actor=request.actor, initial=initial)

    def act() -> str:
        assert request.person is not None  # as above
        actions.edit(by=request.person, training=training, **_fields(form))
        return to(request, "training", training)

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    steps = crumbs(request, (_("Trainings"), "trainings"), (training.name, "training", training))
    return render(request, "core/people/training_edit.html", {"form": form, "one": training, "crumbs": steps})


@allow(GET="training.record", POST="training.record")
def session_add(request: Request, training: Training) -> HttpResponse:
    """A new session of a training."""
    form = SessionForm(request.POST or None)

    def act() -> str:
        assert request.person is not None  # as above
        row = actions.add_session(by=request.person, training=training, **form.cleaned_data)
        return to(request, "session", row)

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "starts_at")):
        return answer
    steps = crumbs(request, (_("Trainings"), "trainings"), (training.name, "training", training))
    return render(request, "core/people/session_add.html", {"form": form, "one": training, "crumbs": steps})


@allow(GET="session.read", POST="session.join")
def session(request: Request, session: Session) -> HttpResponse:
    """One session: when, where, how many places are free; take one or give it back."""
    if request.method == "POST":
        return _seat(request, session)
    mine = Attendance.objects.filter(hub=request.hub, session=session, person=request.person).first()
    training = Training.objects.get(hub=request.hub, pk=session.training_id)
    context = {
        "one": session,
        "training": training,
        "free": max(session.seats - actions.seats_taken(session), 0),
        "mine": mine if mine is not None and mine.state in actions.TAKES_A_SEAT else None,
        "over": session.starts_at <= timezone.now(),
        "can_record": policy.can(request.actor, "record", session),
        "crumbs": crumbs(request, (_("Trainings"), "trainings"), (training.name, "training", training)),
    }
    return render(request, "core/people/session.html", context)


def _seat(request: Request, session: Session) -> HttpResponse:
    here = to(request, "session", session)

    def act() -> str:
        assert request.person is not None  # as above
        if "give_up" in request.POST:
            actions.give_up_seat(by=request.person, session=session)
            tell(request, _("Your place is free again."))
        else:
            actions.join(by=request.person, session=session)
            tell(request, _("You have a place. See you there."))
        return here

    return decide_or_say(request, act, here)


@allow(GET="session.record", POST="session.record")
def session_attendance(request: Request, session: Session) -> HttpResponse:
    """Who came: everybody who had a place, ticked or not."""
    seated = Attendance.objects.filter(hub=request.hub, session=session).visible_to(request.actor)
    seated = seated.exclude(state=Attendance.State.DECLINED).select_related("person")
    rows = list(seated.order_by("person__folded", "pk")[:2000])
    if request.method == "POST":
        ticked = set(request.POST.getlist("came"))

        def act() -> str:
            assert request.person is not None  # as above
            came = {row.pk: str(row.pk) in ticked for row in rows if row.person_id != request.actor.person_id}
            actions.record_attendance(by=request.person, session=session, came=came)
            return to(request, "session", session)

        here = to(request, "session_attendance", session)
        return decide_or_say(request, act, here, _("Written down who came."))
    context = {
        "one": session,
        "rows": rows,
        "named": seen_people(request, [row.person_id for row in rows], "name"),
        "me": request.actor.person_id,
        "over": session.starts_at <= timezone.now(),
        "crumbs": crumbs(request, (_("Trainings"), "trainings"), (_("Session"), "session", session)),
    }
    return render(request, "core/people/session_attendance.html", context)
