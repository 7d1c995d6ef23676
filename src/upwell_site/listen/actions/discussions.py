"""Writing discussions: begun, brought in, opened, closed, their statements looked at, their groups stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import bulk, jobs
from upwell_site.core.events import log
from upwell_site.core.models import Hub, Job, Person, Place, Programme
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean
from upwell_site.listen.models import Discussion, Grouping, Statement, Vote, Voter

if TYPE_CHECKING:
    from upwell.listen import Export
    from upwell_site.listen.bridge import Found

LONGEST = 1000  # letters of a statement
LARGEST = 2_147_483_647  # what a number column holds; SQLite would take more
BATCH = 5_000
MOST_GROUPS = 5  # more have no shape and no letter in the picture


@transaction.atomic
def begin(
    *,
    by: Person,
    hub: Hub,
    title: str,
    about: str = "",
    place: Place | None = None,
    programme: Programme | None = None,
    public: bool = False,
    sentences: Sequence[str] = (),
) -> Discussion:
    """Begin a discussion with its first sentences. Nobody votes until it is opened."""
    row = Discussion.objects.create(
        hub=hub,
        title=_line(title, 160),
        about=clean(about, 2000),
        place=place,
        programme=programme,
        public=public,
        by=by,
    )
    texts = [text for text in (clean(line, LONGEST) for line in sentences) if text]
    Statement.objects.bulk_create(
        Statement(hub=hub, discussion=row, number=n, text=text, seed=True, moderated=1, author=None)
        for n, text in enumerate(dict.fromkeys(texts))
    )
    log(by, "begin", row, statements=len(texts))
    return row


@transaction.atomic
def store_export(
    *,
    by: Person | None,
    hub: Hub,
    title: str,
    export: Export,
    about: str = "",
    place: Place | None = None,
    programme: Programme | None = None,
    public: bool = False,
    source: str = "",
) -> Discussion:
    """Store a vote export as a closed discussion: its statements, its voters by number, their votes; all or nothing.

    Statements that nobody had moderated come in as accepted: whoever brings an export in answers for it. Then the
    groups are worked out by a job.
    """
    row = Discussion.objects.create(
        hub=hub,
        title=_line(title, 160),
        about=clean(about, 2000),
        place=place,
        programme=programme,
        public=public,
        source=clean(source, 600),
        state=Discussion.State.CLOSED,
        by=by,
    )
    statement = _store_statements(row, export)
    voter = _store_voters(row, export)
    now, votes = timezone.now(), export.votes
    answers = zip(votes.people.tolist(), votes.statement.tolist(), votes.value.tolist(), strict=True)
    bulk.insert(
        Vote,
        ("hub", "discussion", "statement", "voter", "value", "at"),
        ((hub.pk, row.pk, statement[what], voter[who], value, now) for who, what, value in answers),
    )
    log(by, "bring_in", row, hub=hub, statements=len(statement), voters=len(voter), votes=len(votes.value))
    jobs.start("listen.regroup", hub=hub, about=row, by=by)
    return row


def _store_statements(row: Discussion, export: Export) -> list[int]:
    """Store the statements of an export; return their keys in its order."""
    of = export.statements
    _check_numbers(of.id.tolist())
    columns = (of.id.tolist(), of.text, of.moderated.tolist(), of.seed.tolist(), of.meta.tolist())
    rows = []
    for number, text, moderated, seed, meta in zip(*columns, strict=True):
        try:
            body = clean(text, LONGEST)
        except ValueError as problem:
            raise Refused(_("Statement %(number)s: %(problem)s") % {"number": number, "problem": problem}) from problem
        rows.append(
            Statement(
                hub_id=row.hub_id,
                discussion=row,
                number=number,
                text=body,
                seed=seed,
                meta=meta,
                moderated=-1 if moderated < 0 else 1,
            )
        )
    return [made.pk for made in Statement.objects.bulk_create(rows, batch_size=BATCH)]


def _store_voters(row: Discussion, export: Export) -> list[int]:
    """Store the people of an export by their numbers, in its order; return their keys."""
    numbers = export.participant.tolist()
    _check_numbers(numbers)
    rows = [Voter(hub_id=row.hub_id, discussion=row, number=number) for number in numbers]
    return [made.pk for made in Voter.objects.bulk_create(rows, batch_size=BATCH)]


def _check_numbers(numbers: list[int]) -> None:
    if wrong := [number for number in numbers if not 0 <= number <= LARGEST]:
        raise Refused(_("The number %(number)s is too large to keep, or below nothing.") % {"number": wrong[0]})


@transaction.atomic
def edit(*, by: Person, discussion: Discussion, **fields: Any) -> Discussion:
    """Change title, words, place, programme, source, or whether the public page shows it."""
    known = {"title", "about", "place", "programme", "public", "source"}
    if unknown := fields.keys() - known:
        raise TypeError(f"not a field of a discussion: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(discussion, name, clean(value, 2000) if isinstance(value, str) else value)
    discussion.title = _line(discussion.title, 160)
    discussion.save(update_fields=list(fields))
    log(by, "edit", discussion)
    return discussion


def open_votes(*, by: Person, discussion: Discussion) -> None:
    """Open a discussion for votes."""
    if not Statement.objects.filter(hub_id=discussion.hub_id, discussion=discussion, moderated=1).exists():
        raise Refused(_("There is nothing to vote on yet. Add a first sentence, then open it."))
    _move(by, discussion, Discussion.State.OPEN, "open")


def close_votes(*, by: Person, discussion: Discussion) -> None:
    """Close a discussion: its result stays, nobody votes any more. The groups are worked out a last time."""
    _move(by, discussion, Discussion.State.CLOSED, "close")
    if Vote.objects.filter(hub_id=discussion.hub_id, discussion=discussion).exists():
        jobs.start("listen.regroup", hub=discussion.hub, about=discussion, by=by)


@transaction.atomic
def _move(by: Person, discussion: Discussion, state: str, did: str) -> None:
    others = Discussion.objects.filter(hub_id=discussion.hub_id, pk=discussion.pk).exclude(state=state)
    if not others.update(state=state):
        raise Refused(_("This was done already. Look at the page again."))
    discussion.state = state
    log(by, did, discussion)


@transaction.atomic
def add_statement(
    *, discussion: Discussion, text: str, by: Person | None = None, accepted: bool = False, seed: bool = False
) -> Statement:
    """Add a sentence. Other people see it once somebody has looked at it, unless `accepted` says that is done."""
    text = _line(text, LONGEST)
    locked = Discussion.objects.select_for_update().get(hub_id=discussion.hub_id, pk=discussion.pk)
    own = Statement.objects.filter(hub_id=locked.hub_id, discussion=locked)
    if own.filter(text=text).exists():
        raise Refused(_("This sentence is there already. Vote on it instead."))
    last = own.aggregate(last=Max("number"))["last"]
    row = Statement.objects.create(
        hub_id=locked.hub_id,
        discussion=locked,
        number=0 if last is None else last + 1,
        text=text,
        author=None if seed else by,
        seed=seed,
        moderated=1 if accepted else 0,
    )
    log(by, "add_statement", row)
    return row


@transaction.atomic
def moderate(*, by: Person, statement: Statement, accept: bool) -> None:
    """Let a sentence in, or keep it out. Votes on it stay; kept out it counts in no group and no list."""
    value = 1 if accept else -1
    others = Statement.objects.filter(hub_id=statement.hub_id, pk=statement.pk).exclude(moderated=value)
    if not others.update(moderated=value):
        raise Refused(_("Somebody did this already. Look at the list again."))
    statement.moderated = value
    log(by, "moderate", statement, moderated=value)


@transaction.atomic
def ask_groups(*, by: Person, discussion: Discussion, k: int | None = None) -> Job:
    """Ask for the groups to be worked out again, into `k` groups or as many as the votes show."""
    if k is not None and not 2 <= k <= MOST_GROUPS:
        raise Refused(_("Choose from two to five groups."))
    if not Vote.objects.filter(hub_id=discussion.hub_id, discussion=discussion).exists():
        raise Refused(_("Nobody has voted yet."))
    discussion.k = k
    discussion.save(update_fields=["k"])
    log(by, "ask_groups", discussion, k=k or 0)
    return jobs.start("listen.regroup", hub=discussion.hub, about=discussion, by=by)


@transaction.atomic
def store_grouping(*, by: Person | None, discussion: Discussion, found: Found) -> Grouping:
    """Store a run of the engine, and where those stand who can come back to see it: nobody else's place is kept."""
    row = Grouping.objects.create(
        hub_id=discussion.hub_id,
        discussion=discussion,
        mode=found.mode,
        seed=found.seed,
        version=found.version,
        voters=found.people,
        votes=found.votes,
        k=found.k,
        result=found.result,
    )
    place = dict(zip(found.voter, zip(found.x, found.y, found.group, strict=True), strict=True))
    known = list(Voter.objects.filter(hub_id=discussion.hub_id, discussion=discussion).known())
    for voter in known:
        x, y, group = place.get(voter.pk, (None, None, -1))
        voter.x, voter.y, voter.group = x, y, (group if group >= 0 else None)
    Voter.objects.bulk_update(known, ["x", "y", "group"], batch_size=500)
    log(by, "store_groups", row, hub=discussion.hub, k=found.k)
    return row


@transaction.atomic
def remove(*, by: Person, discussion: Discussion) -> None:
    """Take a discussion out again, all of it: only while nobody of this place has voted in it."""
    hub_id = discussion.hub_id
    Discussion.objects.select_for_update().get(
        hub_id=hub_id, pk=discussion.pk
    )  # a first vote waits, then finds nothing
    if Voter.objects.filter(hub_id=hub_id, discussion=discussion).known().exists():
        raise Refused(_("People here have voted in it. Close it instead: their votes stay theirs."))
    if Job.objects.filter(hub_id=hub_id, about=f"listen.discussion:{discussion.pk}", state=Job.State.RUNNING).exists():
        raise Refused(_("Its groups are being worked out. Wait a minute, then try again."))
    log(by, "remove", discussion)
    for rows in (Vote, Grouping, Statement, Voter):
        mine = rows.objects.filter(hub_id=hub_id, discussion=discussion)
        mine._raw_delete(mine.db)
    Discussion.objects.filter(hub_id=hub_id, pk=discussion.pk).delete()


def _line(text: str, limit: int) -> str:
    """One line of text, which may not be empty."""
    text = " ".join(clean(text, limit).split())
    if not text:
        raise Refused(_("Please write something."))
    return text
