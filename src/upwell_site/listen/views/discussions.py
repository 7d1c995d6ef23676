"""Discussions as people read them: the list, the opinion page, the whole table."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.events import ref
from upwell_site.core.guard import allow
from upwell_site.core.models import Job
from upwell_site.core.paging import page_of, part_of
from upwell_site.listen import answers
from upwell_site.listen.models import Discussion, Grouping, Statement, Vote, Voter
from upwell_site.listen.views.common import link_of

LONG = 60  # letters; a table of longer sentences takes the whole width


@allow(GET="hub.list_discussions")
def discussions(request: Request) -> HttpResponse:
    """The list: what people here vote on, and what came of it."""
    newest = Grouping.objects.filter(hub=request.hub, discussion=OuterRef("pk")).visible_to(request.actor)
    rows = (
        Discussion.objects.filter(hub=request.hub)
        .visible_to(request.actor)
        .with_can(request.actor, "vote")
        .annotate(
            groups=Subquery(newest.order_by("-id").values("k")[:1]),
            people=Subquery(newest.order_by("-id").values("voters")[:1]),
            more=Subquery(newest.order_by("-id").values("result__more")[:1]),
        )
    )
    context = {
        "page": page_of(rows, request, "-pk"),
        "can_add": policy.may(request.actor, "hub.add_discussion"),
        "can_talk": policy.may(request.actor, "hub.list_talks"),
    }
    return render(request, "listen/discussions.html", context)


@allow(GET="discussion.read")
def discussion(request: Request, discussion: Discussion) -> HttpResponse:
    """The opinion page: groups, what each says, what unites, what divides."""
    job = _job(request, discussion)
    if request.htmx:
        if job and job.state in {Job.State.WAITING, Job.State.RUNNING}:
            return render(request, "listen/discussion.html#job", {"discussion": discussion, "job": job, **_waits(job)})
        return HttpResponse(headers={"HX-Refresh": "true"})
    row = Discussion.objects.filter(hub=request.hub, pk=discussion.pk).select_related("place")
    can = row.defer("place__outline").with_can(request.actor, "vote", "edit", "regroup", "moderate").get()
    grouping = _grouping(request, discussion)
    context: dict[str, Any] = {
        "discussion": can,
        "job": job,
        **(_waits(job) if job else {}),
        "grouping": grouping,
        "voter": _me(request, discussion),
        "has_statements": _statements(request, discussion).filter(moderated=1).exists(),
        "waiting": can.can_moderate and _statements(request, discussion).filter(moderated=0).exists(),
    }
    if grouping is None:
        context |= {"heading": discussion.title, "has_votes": _has_votes(discussion)}
    else:
        context |= _answer(request, discussion, grouping, context["voter"])
    return render(request, "listen/discussion.html", context)


def _answer(request: Request, row: Discussion, grouping: Grouping, voter: Voter | None) -> dict[str, Any]:
    """Everything that the result says, in words and rows."""
    result = grouping.result
    if not result.get("headline"):
        return {"heading": row.title, "has_votes": _has_votes(row)}
    texts = _texts(request, row, answers.numbers(result, "unites", "divides", "bridges"))
    table = answers.table(answers.rows_of(result, _told(result)), texts)
    biggest = max((group["people"] for group in result["groups"]), default=0)
    outside = result["people"] - sum(group["people"] for group in result["groups"])
    return {
        "heading": answers.heading(row.title, result),
        "lede": answers.lede(result, texts, len(result["table"])),
        "result": result,
        "groups": answers.drawing(result),
        "marks_are": answers.mark_range(result),
        "picture_name": answers.picture_name(result),
        "you": (voter.x, voter.y) if voter and voter.x is not None else None,
        "my_group": result["groups"][_place(result, voter)]["name"] if _place(result, voter) is not None else "",
        "camps": answers.camps(result, texts),
        "groups_are": answers.everybody(len(result["groups"])) if len(result["groups"]) > 1 else "",
        "unites": answers.unites(result, texts),
        "divides": answers.divides(result, texts),
        "bridges": answers.bridges(result, texts),
        **_of_table(table),
        "statements": len(result["table"]),
        "figures": _figures(result, grouping),
        "biggest": biggest,
        "outside": outside if outside >= 5 else 0,
        "choices": range(2, 6),
    }


def _told(result: dict[str, Any]) -> list[int]:
    return [entry["statement"] for name in ("unites", "divides") for entry in result[name]]


def _of_table(table: list[answers.TableRow]) -> dict[str, Any]:
    """The table, whether its sentences are long, and whether any number of all may be told."""
    wordy = max((len(row.text) for row in table), default=0) > LONG
    return {"table": table, "wordy": wordy, "has_all": any(row.all for row in table)}


def _figures(result: dict[str, Any], grouping: Grouping) -> list[tuple[str, str]]:
    people = f"{result['people']:,}"
    if result["more"]:
        people = _("over %(n)s") % {"n": people}
    counts = (people, f"{grouping.votes:,}", f"{len(result['table']):,}")
    return list(zip(counts, (_("people voted"), _("votes"), _("sentences")), strict=True))


def _place(result: dict[str, Any], voter: Voter | None) -> int | None:
    """Which of the shown groups this reader is in, by the order of the groups in the result."""
    if voter is None or voter.group is None or not 0 <= voter.group < len(result["groups"]):
        return None
    return int(voter.group)


@allow(GET="discussion.read")
def discussion_table(request: Request, discussion: Discussion) -> HttpResponse:
    """Every statement, fifty a page: how many in 100 of each group agree, and the counts that may be shown."""
    grouping = _grouping(request, discussion)
    rows: list[Any] = grouping.result.get("table", []) if grouping else []
    page = part_of(list(enumerate(rows, 1)), request)
    shown = [row for _place, row in page.rows]
    texts = _texts(request, discussion, {row["statement"] for row in shown})
    context = {
        "discussion": discussion,
        "result": grouping.result if grouping else None,
        **_of_table(answers.table(shown, texts)),
        "page": page,
        "places": [place for place, _row in page.rows],
    }
    return render(request, "listen/discussion_table.html", context)


def _grouping(request: Request, row: Discussion) -> Grouping | None:
    rows = Grouping.objects.filter(hub=request.hub, discussion=row).visible_to(request.actor)
    newest: Grouping | None = rows.order_by("-id").first()
    return newest


def _statements(request: Request, row: Discussion) -> Any:
    return Statement.objects.filter(hub=request.hub, discussion=row).visible_to(request.actor)


def _texts(request: Request, row: Discussion, numbers: set[int]) -> dict[int, str]:
    """The statements' texts that this reader may see."""
    rows = _statements(request, row).filter(number__in=numbers, moderated__gte=0)
    return dict(rows.values_list("number", "text"))


def _me(request: Request, row: Discussion) -> Voter | None:
    """This reader as a voter: only ever their own row."""
    mine = Voter.objects.filter(hub=request.hub, discussion=row)
    if request.person is not None:
        return mine.filter(person=request.person).first()
    link = link_of(request)
    return mine.filter(link=link).first() if link else None


def _has_votes(row: Discussion) -> bool:
    votes = Vote.objects.filter(hub=row.hub_id, discussion=row)
    return Discussion.objects.filter(hub=row.hub_id, pk=row.pk).filter(Exists(votes)).exists()


def _job(request: Request, row: Discussion) -> Job | None:
    return Job.objects.filter(hub=request.hub, kind="listen.regroup", about=ref(row)).order_by("-id").first()


def _waits(job: Job) -> dict[str, Any]:
    """What a job says while it waits or runs."""
    busy = job.state in {Job.State.WAITING, Job.State.RUNNING}
    late = job.state == Job.State.WAITING and (timezone.now() - job.created_at).total_seconds() > 60
    title = _("The groups are being worked out") if job.state == Job.State.RUNNING else _("The groups come soon")
    return {"job_busy": busy, "job_late": late, "job_title": title, "job_done": round(100 * job.done)}
