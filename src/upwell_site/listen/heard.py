"""What talks show on other pages: what we heard, who was heard, what was promised. Registers itself with `panels`.

Counts by area and topic only from five people on; a place on a map is an area, never a home.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import kept, panels, policy
from upwell_site.core.charts import Area
from upwell_site.core.links import link
from upwell_site.core.models import Hub, Person, Place
from upwell_site.core.panels import Find, Finds, Need
from upwell_site.core.policy import Actor
from upwell_site.core.searches import some
from upwell_site.listen.models import Conversation, Note, Statement

FEWEST = 5
TOPICS = 9
QUOTE = 180  # letters: a longer note is not shown as a voice
STEPS = ((20, 4), (10, 3), (FEWEST, 2))  # at least so many talks -> shade of the map
AROUND = 0.045  # degrees north and south of a hub that its map shows: about 5 km
WEEK = timedelta(days=7)


@panels.register("listen.heard", slot="hub.heard", template="listen/panels/heard.html")
def heard(hub: Hub, actor: Actor) -> dict[str, Any] | None:
    """What several people said, by topic, with one voice each: only words somebody agreed to share."""
    notes = Note.objects.filter(hub=hub).exclude(topic="").visible_to(actor, "quote")
    rows = (
        notes.annotate(letters=Length("text"))
        .values("topic")
        .annotate(
            known=Count("person", distinct=True),
            unknown=Count("conversation", filter=Q(person__isnull=True), distinct=True),
            places=Count("conversation__place", distinct=True),
            voice=Max("pk", filter=Q(letters__lte=QUOTE)),
        )
        .order_by(-(F("known") + F("unknown")), "topic")
    )
    topics = [row for row in rows[: TOPICS * 2] if row["voice"]][:TOPICS]
    if not topics:
        return None
    voices = {note.pk: note for note in _voices([row["voice"] for row in topics])}
    told = [_topic(row, voices[row["voice"]]) for row in topics]
    return {"first": told[:3], "more": told[3:], "lede": _spoken(hub)}


def _voices(keys: list[int]) -> Iterator[Note]:
    rows = Note.objects.filter(pk__in=keys).select_related("person", "conversation__place")
    yield from rows.defer("conversation__place__outline")


def _topic(row: dict[str, Any], note: Note) -> dict[str, Any]:
    people = row["known"] + row["unknown"]
    counted = people >= FEWEST  # under five there is one voice, which its speaker agreed to share, and no number at all
    return {
        "title": row["topic"],
        "voice": note.text,
        "by": _speaker(note),
        "people": people if counted else None,
        "places": row["places"] if counted else None,
    }


def _speaker(note: Note) -> str:
    """Say who spoke: by name only with a yes and as a confirmed adult; else a neighbour and the area."""
    place = note.conversation.place
    who = _("A neighbour")
    if note.share == Note.Share.NAMED and note.person is not None and note.person.is_adult and note.person.name:
        who = note.person.short_name
    return f"{who}, {place.name}" if place else who


def _spoken(hub: Hub) -> str:
    """Say how many have spoken since January, from five on."""
    # what people write by themselves is not counted: one person may write ten times
    talks = Conversation.objects.filter(hub=hub, on__gte=_new_year()).exclude(how=Conversation.How.WORDS)
    found = talks.aggregate(known=Count("person", distinct=True), unknown=Count("pk", filter=Q(person__isnull=True)))
    people = found["known"] + found["unknown"]
    if people < FEWEST:
        return ""
    words = _("%(people)s neighbours have spoken since January. Everyone who raises something hears what happened.")
    return words % {"people": f"{people:,}"}


def _new_year() -> date:
    return timezone.localdate().replace(month=1, day=1)


def talks_by_place(hub: Hub) -> dict[int, int]:
    """Return how many talks there were this year in each place, also the few: for shades, never for a page."""
    rows = Conversation.objects.filter(hub=hub, on__gte=_new_year(), place__isnull=False)
    return dict(rows.values("place").annotate(n=Count("pk")).values_list("place", "n").order_by())


def _around(hub: Hub) -> list[Place]:
    """Return the neighbourhoods around a hub, or within it."""
    return kept.keep(("around", hub.place_id), lambda: _neighbourhoods(hub))


def _neighbourhoods(hub: Hub) -> list[Place]:
    rows = Place.objects.filter(level=Place.Level.NEIGHBOURHOOD)
    here = hub.place
    if here is None or here.lat is None or here.lon is None:
        return []
    if here.level == Place.Level.NEIGHBOURHOOD:
        rows = rows.filter(within_id=here.within_id, lat__range=(here.lat - AROUND, here.lat + AROUND))
        rows = rows.filter(lon__range=(here.lon - 1.7 * AROUND, here.lon + 1.7 * AROUND))
    else:
        rows = rows.filter(within=here)
    return list(rows.order_by("name"))


@panels.register("listen.silent", slot="hub.offer", template="listen/panels/silent.html")
def silent(hub: Hub, actor: Actor) -> dict[str, Any] | None:
    """Where the hub has heard least, of the neighbourhoods nearest to it."""
    here, counts = hub.place, talks_by_place(hub)
    if here is None or here.level != Place.Level.NEIGHBOURHOOD or sum(counts.values()) < 4 * FEWEST:
        return None
    near = sorted(_around(hub), key=lambda place: _far(here, place))[:8]
    least = [place for place in near if counts.get(place.pk, 0) < FEWEST][:2]
    if not least:
        return None
    names = _("%(a)s and %(b)s") % {"a": least[0].name, "b": least[1].name} if len(least) > 1 else least[0].name
    return {"names": names}


def _far(a: Place, b: Place) -> float:
    return ((a.lat or 0) - (b.lat or 0)) ** 2 + (((a.lon or 0) - (b.lon or 0)) * 0.6) ** 2


@panels.register("listen.place", slot="place", template="listen/panels/place.html")
def at_place(place: Place, actor: Actor) -> dict[str, Any] | None:
    """What people of one place said, with a yes to share it; the number of talks from five on."""
    if actor.hub_id is None:
        return None
    notes = Note.objects.filter(hub_id=actor.hub_id, conversation__place=place).visible_to(actor, "quote")
    voices = notes.annotate(letters=Length("text")).filter(letters__lte=QUOTE).order_by("-shared_at", "-pk")
    found = list(voices.select_related("person", "conversation__place").defer("conversation__place__outline")[:3])
    talks = Conversation.objects.filter(hub_id=actor.hub_id, place=place, on__gte=_new_year()).count()
    if not found and talks < FEWEST:
        return None
    return {
        "voices": [{"text": note.text, "by": _speaker(note), "topic": note.topic} for note in found],
        "talks": talks if talks >= FEWEST else None,
    }


# ---- home ----


@panels.register("listen.out_and_about", slot="home.side", template="listen/panels/out.html", order=10)
def out_and_about(person: Person, actor: Actor) -> dict[str, Any] | None:
    """An organiser's own week, and a button to record the next talk."""
    if not policy.may(actor, "hub.add_talk"):
        return None
    today = timezone.localdate()
    mine = Conversation.objects.filter(hub_id=person.hub_id, organiser=person)
    monday = today - timedelta(days=today.weekday())
    return {
        "week": mine.filter(on__gte=monday, on__lte=today).count(),
        "add_url": link("talk_add", person.hub.slug),
        "all_url": link("talks", person.hub.slug),
    }


@panels.register("listen.map", slot="home.side", template="listen/panels/map.html", order=20)
def heard_map(person: Person, actor: Actor) -> dict[str, Any] | None:
    """Who has been heard this year: a map by neighbourhood, its sentence and its table."""
    if not policy.may(actor, "hub.list_talks"):
        return None
    hub = person.hub
    counts, places = talks_by_place(hub), _around(hub)
    if not places or sum(counts.values()) < FEWEST:
        return None
    areas = [_shaded(place, counts.get(place.pk, 0)) for place in places]
    told = [(place.name, counts.get(place.pk, 0)) for place in places]
    known = sorted((pair for pair in told if pair[1] >= FEWEST), key=lambda pair: (-pair[1], pair[0]))
    here = hub.place
    few = [place for place in places if counts.get(place.pk, 0) < FEWEST]
    if here is not None:
        few.sort(key=lambda place: _far(here, place))
    return {
        "areas": areas,
        "known": known,
        "few": [place.name for place in few],
        "sentence": _most([name for name, _n in known], [place.name for place in few]),
        "source": places[0].source,
    }


def _shaded(place: Place, talks: int) -> Area:
    level = next((shade for least, shade in STEPS if talks >= least), 0)
    return Area(place.name, place.outline or (), level=level, label=level >= 3)


def _most(known: list[str], few: list[str]) -> str:
    """Say where most was heard, and where least of what is near, in one line."""
    parts = []
    if known:
        most = _("%(a)s and %(b)s") % {"a": known[0], "b": known[1]} if len(known) > 1 else known[0]
        parts.append(_("%(places)s most") % {"places": most})
    if few:
        parts.append(_("%(place)s least") % {"place": few[0]})
    return ", ".join(parts)


@panels.register("listen.came", slot="home.side", template="listen/panels/came.html", order=30)
def came_to_something(person: Person, actor: Actor) -> dict[str, Any] | None:
    """The last thing an organiser said they would do, and did, within a month."""
    done = Conversation.objects.filter(
        hub_id=person.hub_id, organiser=person, done_at__gte=timezone.now() - timedelta(days=31)
    ).exclude(next_step="")
    last = done.visible_to(actor).order_by("-done_at").first()
    return {"step": last.next_step, "on": last.on} if last else None


@panels.needs("listen.next_steps")
def promises(person: Person, actor: Actor) -> Iterator[Need]:
    """Next steps this person promised, that are due or nearly so."""
    until = timezone.localdate() + timedelta(days=2)
    rows = Conversation.objects.filter(hub_id=person.hub_id, organiser=person, done_at__isnull=True, next_on__lte=until)
    rows = rows.exclude(next_step="").visible_to(actor, "edit").select_related("person").order_by("next_on", "pk")
    for talk in rows[:6]:
        page = link("talk", person.hub.slug, talk.pk)
        yield Need(
            _named(talk),
            _due(talk.next_on or until),
            page,
            _("Open the talk"),
            verb="listen",
            order=20,
        )


def _named(talk: Conversation) -> str:
    """Return the promise with the name of whom it was made to, as only its organiser reads it."""
    first = talk.person.name.partition(" ")[0] if talk.person else ""
    return _("%(name)s: %(step)s") % {"name": first, "step": talk.next_step} if first else talk.next_step


def _due(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("You said you would by today.")
    if day < today:
        late = (today - day).days
        return ngettext("You said you would by yesterday.", "You said you would %(n)s days ago.", late) % {"n": late}
    return _("You said you would by %(day)s.") % {"day": date_format(day, "l j F")}


@panels.needs("listen.ask_first")
def ask_to_share(person: Person, actor: Actor) -> Iterator[Need]:
    """Words whose speaker said "ask me first": this organiser has not asked yet."""
    rows = Note.objects.filter(
        hub_id=person.hub_id, organiser=person, share=Note.Share.ASK, shared_at__isnull=True
    ).visible_to(actor, "edit")
    found = list(rows.order_by("-pk")[:99])
    if not found:
        return
    short = next((note for note in found if len(note.text) <= QUOTE), None)
    yield Need(
        ngettext("Ask if we may share %(n)s sentence", "Ask if we may share %(n)s sentences", len(found))
        % {"n": len(found)},
        _("Whoever said it told you “ask me first”."),
        link("talk", person.hub.slug, (short or found[0]).conversation_id),
        _("Read and ask"),
        verb="listen",
        voice=short.text if short else "",
        voice_by=_("Only you can see this for now") if short else "",
        order=25,
    )


# ---- search ----


@panels.search("listen.4_words")
def words(asked: str, hub: Hub, actor: Actor) -> Finds:
    """Words people said: notes one may read, and those that may be quoted to everybody."""
    notes = Note.objects.filter(_holds(asked), hub=hub).with_can(actor, "read", "quote")
    notes = notes.filter(Q(can_read=True) | Q(can_quote=True)).order_by("-pk")
    found, more = some(notes.values_list("text", "topic", "conversation_id", "can_read"))
    rows: dict[str, Find] = {}  # the same words twice say nothing new
    for text, topic, talk, mine in found:
        page = link("talk", hub.slug, talk) if mine else ""
        if text not in rows or page:
            rows[text] = Find(_cut(text), page, topic)
    return Finds(_("What people said"), list(rows.values()), more)


@panels.search("listen.5_statements")
def statements(asked: str, hub: Hub, actor: Actor) -> Finds:
    """Statements of discussions one may see."""
    rows = Statement.objects.filter(_holds(asked), hub=hub).visible_to(actor)
    rows = rows.order_by("-discussion_id", "number")
    found, more = some(rows.values_list("text", "discussion_id", "discussion__title"))
    return Finds(
        _("Statements"),
        [Find(_cut(text), link("discussion", hub.slug, key), title) for text, key, title in found],
        more,
    )


def _holds(asked: str) -> Q:
    whole = Q()
    for word in asked.split()[:6]:
        whole &= Q(text__icontains=word)
    return whole


def _cut(text: str, limit: int = 140) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"
