"""Writing of connect: rounds, their rules, the pairs proposed, and what people decide about them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.connect import pool, ready
from upwell_site.connect.models import Ask, Offer, Pair, Round, Unmatched
from upwell_site.connect.ready import Bars
from upwell_site.core import jobs, outbox, threads
from upwell_site.core.bringing.kinds import Loading, Plan
from upwell_site.core.bringing.people import give_role, update, write_people
from upwell_site.core.events import log, ref
from upwell_site.core.models import Hub, Job, Letter, Membership, Person, Programme
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import clean

if TYPE_CHECKING:
    from upwell_site.connect.bridge import Alone, Proposal, Result

AT_ONCE = 500  # rows in one statement
MATCH = "connect.match"
TOLD = "round_approved"  # the kind of letter; it says no more than "you have been matched"


# ---- rounds ----


@transaction.atomic
def create_round(*, by: Person, hub: Hub, programme: Programme, name: str) -> Round:
    """Begin a round. Its seed is drawn here, so that being first in a list gives no advantage, and kept."""
    name = clean(name, 120)
    if not name:
        raise Refused(_("Give the round a name, like “Autumn round”."))
    with taken(_("This programme has a round of that name already. Choose another name.")):
        row = Round.objects.create(hub=hub, programme=programme, name=name, seed=secrets.randbelow(2**31))
    log(by, "add_round", row)
    return row


@transaction.atomic
def save_rules(*, by: Person, round: Round, rules: dict[str, Any]) -> None:
    """Keep what the round demands and weighs. What was matched before stays until it is matched again."""
    Round.objects.filter(hub_id=round.hub_id, pk=round.pk).update(rules=rules)
    log(by, "edit_rules", round)


@transaction.atomic
def start_match(*, by: Person, round: Round) -> Job:
    """Ask for a match. One that already waits for this round is used."""
    job = jobs.start(MATCH, hub=round.hub, about=round, by=by)
    log(by, "start_match", round, job=job.pk)
    return job


@transaction.atomic
def stop_match(*, by: Person, round: Round) -> None:
    """Ask a running match to stop. Nothing is changed by it."""
    for job in Job.objects.filter(hub_id=round.hub_id, kind=MATCH, about=ref(round), ended_at__isnull=True):
        jobs.ask_to_stop(job)
        log(by, "stop_match", round, job=job.pk)


@transaction.atomic
def store_proposals(*, by: Person | None, round: Round, result: Result) -> None:
    """Keep what a run found: locked and approved pairs stay, notes stay with pairs that are proposed again.

    If somebody locked, dropped or approved a pair while it ran, nothing is kept: it would undo what they decided.
    If people were added or changed while it ran, the pairs are kept and the round stays open: it says to run again.
    """
    # As approving does, and each pair too: one approved or locked meanwhile is not deleted under anybody's hands.
    Programme.objects.select_for_update(no_key=True).get(pk=round.programme_id)
    round = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    rows = list(Pair.objects.select_for_update(of=("self",)).filter(hub_id=round.hub_id, round=round).order_by("pk"))
    kept = frozenset((p.mentee_id, p.mentor_id) for p in rows if p.locked and p.state == Pair.State.PROPOSED)
    out = frozenset((p.mentee_id, p.mentor_id) for p in rows if p.state == Pair.State.DROPPED)
    done = {p.mentee_id for p in rows if p.state == Pair.State.APPROVED}
    if kept != result.locked or out != result.forbidden or done & {p.mentee for p in result.pairs}:
        raise Refused(_("Somebody decided about a pair while this ran, so nothing was changed. Please run it again."))
    _replace(round, [p for p in rows if p.state == Pair.State.PROPOSED], result.pairs)
    _replace_unmatched(round, result.alone)
    round.state = Round.State.MATCHED if pool.mark(*pool.of(round)) == result.pool else Round.State.DRAFT
    round.run_at = timezone.now()
    round.summary, round.version = result.summary, str(result.summary["version"])[:20]
    round.save(update_fields=["state", "run_at", "summary", "version"])
    log(by, "match", round, pairs=len(result.pairs), alone=len(result.alone))


def _replace(round: Round, rows: list[Pair], found: Sequence[Proposal]) -> None:
    old = {(p.mentee_id, p.mentor_id): p for p in rows}
    same, new = [], []
    for proposal in found:
        row = old.pop((proposal.mentee, proposal.mentor), None)
        if row is None:
            row = Pair(hub_id=round.hub_id, round=round, programme_id=round.programme_id)
            row.mentee_id, row.mentor_id = proposal.mentee, proposal.mentor
            new.append(row)
        else:
            same.append(row)
        row.score, row.reasons = proposal.score, proposal.reasons
    for some in _chunks([p.pk for p in old.values()]):  # first: somebody has one mentor in a round
        Pair.objects.filter(hub_id=round.hub_id, pk__in=some).delete()
    Pair.objects.bulk_update(same, ["score", "reasons"], batch_size=AT_ONCE)
    Pair.objects.bulk_create(new, batch_size=AT_ONCE)


def _replace_unmatched(round: Round, alone: Sequence[Alone]) -> None:
    Unmatched.objects.filter(hub_id=round.hub_id, round=round).delete()
    rows = [
        Unmatched(
            hub_id=round.hub_id,
            round=round,
            programme_id=round.programme_id,
            mentee_id=one.mentee,
            binding=one.binding,
            change=one.change,
            change_code=one.change_code,
        )
        for one in alone
    ]
    Unmatched.objects.bulk_create(rows, batch_size=AT_ONCE)


def _chunks(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))


# ---- one pair ----


@transaction.atomic
def lock(*, by: Person, pair: Pair, locked: bool = True) -> None:
    """Keep a pair whatever later runs find, or let it go again."""
    rows = Pair.objects.filter(hub_id=pair.hub_id, pk=pair.pk, state=Pair.State.PROPOSED)
    if not rows.update(locked=locked):
        raise Refused(_("This pair was approved or ruled out meanwhile. Look at it again."))
    log(by, "lock_pair" if locked else "unlock_pair", pair)


@transaction.atomic
def drop(*, by: Person, pair: Pair) -> None:
    """Rule a pair out: these two are not proposed again in this round."""
    rows = Pair.objects.filter(hub_id=pair.hub_id, pk=pair.pk, state=Pair.State.PROPOSED)
    if not rows.update(state=Pair.State.DROPPED, locked=False):
        raise Refused(_("This pair was approved or ruled out meanwhile. Look at it again."))
    log(by, "drop_pair", pair)


@transaction.atomic
def allow_again(*, by: Person, pair: Pair) -> None:
    """Take back that a pair was ruled out; the next run may propose it."""
    if not Pair.objects.filter(hub_id=pair.hub_id, pk=pair.pk, state=Pair.State.DROPPED).delete()[0]:
        raise Refused(_("This pair is not ruled out any more. Look at it again."))
    log(by, "allow_pair", pair)


@transaction.atomic
def write_note(*, by: Person, pair: Pair, note: str) -> None:
    """Keep a note of staff on a pair. Neither of the two sees it."""
    try:
        note = clean(note, 500)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    Pair.objects.filter(hub_id=pair.hub_id, pk=pair.pk).update(note=note)
    log(by, "note_pair", pair)


# ---- approving ----


@dataclass(frozen=True, slots=True)
class Held:
    """A pair that stays proposed, and why."""

    pair: Pair
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did: how many pairs, which ones wait, and how many letters go (and when)."""

    pairs: int
    held: list[Held]
    letters: int
    after: datetime | None


@transaction.atomic
def approve_round(*, by: Person, round: Round) -> Approved:
    """Approve every pair of a round whose mentor is in order and has a place; the others stay proposed."""
    now_is = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    if now_is.state == Round.State.DRAFT and now_is.run_at is not None:
        raise Refused(_("People were added since the pairs were found. Run it again first, so that everybody counts."))
    done = _approve(by, round, Pair.objects.filter(hub_id=round.hub_id, round=round))
    if done.pairs:
        now = timezone.now()
        Round.objects.filter(pk=round.pk).update(state=Round.State.APPROVED, approved_at=now, approved_by=by)
    log(by, "approve_round", round, pairs=done.pairs, held=len(done.held))
    return done


@transaction.atomic
def approve_pair(*, by: Person, pair: Pair) -> Approved:
    """Approve one pair. Refused, with what is missing, when its mentor is not in order or has no place left."""
    done = _approve(by, pair.round, Pair.objects.filter(hub_id=pair.hub_id, pk=pair.pk))
    if done.held:
        raise Refused(" ".join(f"{why}." for why in done.held[0].why))
    if not done.pairs:
        raise Refused(_("This pair was approved or ruled out meanwhile. Look at it again."))
    log(by, "approve_pair", pair)
    return done


def _approve(by: Person, round: Round, rows: QuerySet[Pair]) -> Approved:
    # One approval at a time in a programme: two at once would each count the same free place.
    Programme.objects.select_for_update(no_key=True).get(pk=round.programme_id)
    waiting = rows.filter(state=Pair.State.PROPOSED).select_related("mentee", "mentor")
    bars = ready.bars(round)
    good, held = _sorted_out(round, bars, list(waiting.order_by("-locked", "-score", "id")))
    now, changed = timezone.now(), 0
    for some in _chunks([pair.pk for pair in good]):
        proposed = Pair.objects.filter(hub_id=round.hub_id, pk__in=some, state=Pair.State.PROPOSED)
        changed += proposed.update(state=Pair.State.APPROVED, approved_at=now, approved_by=by)
    if changed != len(good):
        raise Refused(_("Somebody else decided about a pair at the same moment. Please look at the round again."))
    write_already = ready.writing(round)
    for pair in good:
        pair.round = round
        if (pair.mentee_id, pair.mentor_id) not in write_already:
            open_pair_thread(by=by, pair=pair, bars=bars)
    letters, after = _tell(round, good)
    return Approved(len(good), held, letters, after)


def _sorted_out(round: Round, bars: Bars, pairs: list[Pair]) -> tuple[list[Pair], list[Held]]:
    """Part pairs into those that may be approved now and those that wait; locked and better ones come first."""
    mentors = {pair.mentor_id: pair.mentor for pair in pairs}.values()
    lacks = ready.lacking(round.hub_id, round.programme_id, mentors)
    filled, places = ready.places_filled(round), ready.places_offered(round)
    good, held = [], []
    for pair in pairs:
        why = lacks[pair.mentor_id] or _in_the_way(pair, bars)
        if not why and filled[pair.mentor_id] >= places.get(pair.mentor_id, 0):
            why = (ready.full_words(places.get(pair.mentor_id, 0)),)
        if why:
            held.append(Held(pair, why))
            continue
        filled[pair.mentor_id] += 1
        good.append(pair)
    return good, held


def _in_the_way(pair: Pair, bars: Bars) -> tuple[str, ...]:
    """Return what else keeps these two apart: somebody who left, or a young person nobody could watch over."""
    if pair.mentee.emptied_at is not None:
        return (_("One of the two is not here any more"),)
    unwatched = "" if pair.mentee.is_adult else bars.unwatched(pair.mentee_id, pair.mentor_id)
    return (unwatched,) if unwatched else ()


def open_pair_thread(*, by: Person, pair: Pair, bars: Bars) -> None:
    """Give an approved pair a place to write to each other; with a young person, in sight of two members of staff."""
    observers = [] if pair.mentee.is_adult else bars.observers(pair.mentee_id, pair.mentor_id, first=by.pk)
    threads.open_thread(
        by=by, parties=[pair.mentee, pair.mentor], observers=observers, about=pair, programme=pair.round.programme
    )


def _tell(round: Round, pairs: Sequence[Pair]) -> tuple[int, datetime | None]:
    """Put a letter to everybody in these pairs in the outbox; they wait ten minutes and stop together."""
    people = {person.pk: person for pair in pairs for person in (pair.mentee, pair.mentor)}
    batch = secrets.token_hex(8)
    values = {"path": f"/h/{round.hub.slug}/home/"}
    told = outbox.post_many(people.values(), TOLD, f"{ref(round)}:{batch}", about=round, values=values, batch=batch)
    return told, timezone.now() + outbox.DELAY if told else None


def letters_waiting(round: Round) -> QuerySet[Letter]:
    """Return the letters of this round that can still be stopped."""
    rows: QuerySet[Letter] = Letter.objects.filter(hub_id=round.hub_id, about=ref(round), kind=TOLD)
    return rows.filter(state=Letter.State.WAITING, after__gt=timezone.now())


@transaction.atomic
def stop_letters(*, by: Person, round: Round) -> int:
    """Stop the letters that still wait. The pairs stay approved; nobody is told."""
    stopped = outbox.stop(letters_waiting(round))
    if not stopped:
        raise Refused(_("The letters have gone, or were stopped already."))
    log(by, "stop_letters", round, letters=stopped)
    return stopped


@transaction.atomic
def export_pairs(*, by: Person, round: Round, pairs: int) -> None:
    """Write down that somebody took the pairs of a round away as a spreadsheet."""
    log(by, "export_pairs", round, pairs=pairs)


# ---- the two sides, as they were brought in ----


@transaction.atomic
def bring_in_asks(*, plans: Sequence[Plan], loading: Loading) -> None:
    """Write people who ask for a mentor, make them part of the programme, and put their asks into the round."""
    _bring_in(Ask, plans, loading)
    give_role(plans, loading, Membership.Role.MENTEE, granted=True)


@transaction.atomic
def bring_in_offers(*, plans: Sequence[Plan], loading: Loading) -> None:
    """Write people who offer to mentor. Their role is only proposed: somebody grants it once all is in order."""
    _bring_in(Offer, plans, loading)
    give_role(plans, loading, Membership.Role.MENTOR, granted=False)


def _bring_in(model: Any, plans: Sequence[Plan], loading: Loading) -> None:
    _open_again(loading, any(_differs(plan) for plan in plans))
    write_people(plans, loading)
    new = [plan for plan in plans if plan.more["side"][0] is None]
    rows = model.objects.bulk_create(
        [
            model(
                hub=loading.hub,
                round=loading.target.thing,
                programme=loading.programme,
                person_id=plan.who,
                interests=plan.more.get("vector"),
                **plan.more["side"][1],
            )
            for plan in new
        ],
        batch_size=500,
    )
    loading.keep((plan.row.number, row, None) for plan, row in zip(new, rows, strict=True))
    known = [plan for plan in plans if plan.more["side"][0] is not None and plan.more["side"][1]]
    update(model, known, loading, of="side")
    _write_vectors(model, [plan for plan in plans if "vector" in plan.more and plan.more["side"][0] is not None])


def _write_vectors(model: Any, plans: Sequence[Plan]) -> None:
    """Write the interests of people who were in the round before; taking the list back leaves them."""
    for plan in plans:
        plan.more["side"][0].interests = plan.more["vector"]
    model.objects.bulk_update([plan.more["side"][0] for plan in plans], ["interests"], batch_size=200)


def _differs(plan: Plan) -> bool:
    return plan.more["side"][0] is None or bool(plan.more["side"][1]) or "vector" in plan.more


def _open_again(loading: Loading, differs: bool) -> None:
    """Hold the round; once it was matched, other people in it mean that it has to be matched again."""
    assert loading.target.thing is not None  # such a list goes into a round
    row = Round.objects.select_for_update(no_key=True).get(hub_id=loading.hub.pk, pk=loading.target.thing.pk)
    if row.state == Round.State.APPROVED:
        raise Refused(_("This round is approved already. Begin a new round for these people."))
    if differs and row.state == Round.State.MATCHED:
        row.state = Round.State.DRAFT
        row.save(update_fields=["state"])
        log(loading.by, "open_round_again", row)
