"""One hub in one file: every row of it, in a form that says nothing of the database it lay in.

A zip: `manifest.json`, one JSON line a row under `rows/`, uploads that wait under `files/`. The same hub gives the same
lines on any database, wherever it moved: numbers count from the hub's own first row, links between hubs stay behind.
So the digest of the lines is the digest of the hub. The page docs/reference/hub-archive.md is made from this module.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Min, Model, QuerySet
from django.utils import timezone

import upwell
from upwell_site.core import backup, ledger
from upwell_site.core.bringing import files
from upwell_site.core.events import log
from upwell_site.core.forget import dependents_first
from upwell_site.core.models import Batch, Hub, Letter, Person, Place, User
from upwell_site.core.refused import Refused
from upwell_site.core.walls import hub_models

FORMAT = 1
AT_ONCE = 2_000

# Rows that stay behind whole, and why.
STAY: Mapping[str, str] = {
    "core.Job": "Slow work that waits or ran: the old site ends what it began.",
    "core.Merge": "What it takes to undo that two records were made one: it names rows by their old numbers.",
    "core.Once": "Keys of forms that were sent lately: they are good on the site that gave them.",
}
# Texts that name another row by its number ("listen.note:7").
REFS: Mapping[str, tuple[str, ...]] = {
    "core.Batch": ("about",),
    "core.BatchRow": ("made",),
    "core.Event": ("to",),
    "core.Letter": ("about", "event"),
    "core.Link": ("scope",),
    "core.Thread": ("about",),
    "core.Tie": ("source",),
}
# A number of a programme stands in front of somebody's number in its list ("7:mentors:M-017").
NUMBERED: Mapping[str, tuple[str, str]] = {"core.Person": ("outside_id", "core.Programme")}
REF = re.compile(r"\b([a-z]+\.[a-z]+):(-?\d+)")
HEAD = re.compile(r"^(-?\d+)(?=:)")
TOLD = "moved:"  # in front of a letter's event that names a row in a way of its own


@dataclass(frozen=True, slots=True)
class Sealer:
    """How sealed rows travel; whoever keeps such rows appends one to `sealers`.

    Attributes
    ----------
    renewed : mapping
        Model -> the fields that are made anew where a row arrives. All rows of these models are handed to `arrive`.
    new_key, name_of : function
        A key for one journey as text, and the name of one.
    leave : function
        (hub, key) -> what has to travel beside the rows, sealed with that key.
    arrive : function
        (rows by model, what travelled beside them, key): writes the rows.
    """

    renewed: Mapping[str, tuple[str, ...]]
    new_key: Callable[[], str]
    name_of: Callable[[str], str]
    leave: Callable[[Hub, str], Iterator[dict[str, Any]]]
    arrive: Callable[[Mapping[str, list[Any]], Iterable[Mapping[str, Any]], str], None]


sealers: list[Sealer] = []


def renewed(model: type[Model]) -> tuple[str, ...]:
    """Return the fields of a model that are made anew where a row arrives."""
    return next((s.renewed[model._meta.label] for s in sealers if model._meta.label in s.renewed), ())


def models() -> list[type[Model]]:
    """Return every model whose rows travel, each after those it points at."""
    going = sorted((m for m in hub_models() if m._meta.label not in STAY), key=lambda m: m._meta.label, reverse=True)
    return list(dependents_first(going))[::-1]


def fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the fields of a model that travel."""
    return [f for f in model._meta.concrete_fields if f.name != "hub" and f.name not in renewed(model)]


def rows(model: type[Model], hub: Hub) -> QuerySet[Any]:
    """Return the rows of a hub that travel: without links to other hubs, and without letters that are still to go."""
    found = model._base_manager.filter(hub=hub)
    for link in fields(model):
        if link.related_model is Hub:
            found = found.filter(**{link.name: hub})
    if model is Letter:
        found = found.exclude(state__in=(Letter.State.WAITING, Letter.State.SENDING))
    return found.order_by("pk")


def is_numbered(model: Any) -> bool:
    """Whether rows of a model have numbers that change with the database; others have random ones and keep them."""
    return bool(model._meta.pk.get_internal_type() == "BigAutoField")


@dataclass(slots=True)
class Numbers:
    """Numbers of one hub: of each model the one before its first row, and which were named at all."""

    before: dict[str, int]
    lowest: dict[str, int] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, hub: Hub) -> Numbers:
        """Ask the database, once a model."""
        before = {Hub._meta.label_lower: hub.pk - 1}
        for model in models():
            if is_numbered(model):
                first = rows(model, hub).aggregate(first=Min("pk"))["first"]
                before[model._meta.label_lower] = (first or 1) - 1
        return cls(before)

    def plain(self, label: str, number: int) -> int:
        """Return a number as the archive says it. A row of another hub, or of the site, is nobody: 0."""
        if label not in self.before:
            return 0
        told = number - self.before[label]
        if label == Hub._meta.label_lower:
            return 1 if told == 1 else 0
        self.lowest[label] = min(told, self.lowest.get(label, told))
        self.highest[label] = max(told, self.highest.get(label, told))
        return told


class Writer:
    """Turns the rows of one hub into lines."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.numbers, self.places = hub, Numbers.of(hub), set[str]()

    def lines(self, model: type[Model]) -> Iterator[bytes]:
        """Yield the rows of a model as lines, in the order they were made, and hold a piece of them at a time."""
        found, theirs = rows(model, self.hub), fields(model)
        known = self._sign_ins(model, theirs)
        names = [_ask_for(one) for one in theirs]
        ways = [self._way(model, one, known) for one in theirs]
        for values in found.values_list(*names).iterator(chunk_size=AT_ONCE):
            line = {one.name: way(value) for one, way, value in zip(theirs, ways, values, strict=True)}
            yield line_of(line)

    def _sign_ins(self, model: type[Model], theirs: list[Field[Any, Any]]) -> set[str]:
        """Return the addresses of sign-ins that people of this hub have, where another model names them."""
        links = [one.name for one in theirs if one.related_model is User] if model is not Person else []
        here = Person.objects.filter(hub=self.hub)
        asked = [here.filter(user__in=rows(model, self.hub).values(name)) for name in links]
        return {address for some in asked for address in some.values_list("user__email", flat=True)}

    def _way(self, model: type[Model], one: Field[Any, Any], known: set[str]) -> Callable[[Any], Any]:
        label, target = model._meta.label, one.related_model
        if one.primary_key and is_numbered(model):
            return lambda value: self.numbers.plain(model._meta.label_lower, value)
        if target is User:
            return (lambda value: value) if model is Person else (lambda value: value if value in known else None)
        if target is Place:
            return self._place
        if isinstance(target, type) and is_numbered(target):
            name = target._meta.label_lower
            return lambda value: None if value is None else self.numbers.plain(name, value)
        if one.name in REFS.get(label, ()):
            return self._event if (label, one.name) == ("core.Letter", "event") else self._refs
        if NUMBERED.get(label, ("", ""))[0] == one.name:
            within = NUMBERED[label][1].lower()
            return lambda value: HEAD.sub(lambda m: str(self.numbers.plain(within, int(m[1]))), value)
        if (label, one.name) == ("core.Letter", "values"):
            return lambda value: {}
        return plain

    def _place(self, code: str | None) -> str | None:
        if code is not None:
            self.places.add(code)
        return code

    def _refs(self, text: str) -> str:
        return REF.sub(lambda m: f"{m[1]}:{self.numbers.plain(m[1], int(m[2]))}", text)

    def _event(self, text: str) -> str:
        told = self._refs(text)
        return told if REF.search(told) or told.startswith(TOLD) else f"{TOLD}{told}"[:80]

    def hub_line(self) -> bytes:
        """Return the hub itself."""
        line = {one.name: plain(getattr(self.hub, one.name)) for one in hub_fields()}
        line["place"] = self._place(self.hub.place.code if self.hub.place else None)
        return line_of(line)

    def place_lines(self) -> Iterator[bytes]:
        """Yield the places that were named, and those they lie in, the outermost first."""
        found: dict[str, Place] = {}
        asked = self.places
        while asked:
            some = Place.objects.filter(code__in=asked).select_related("within")
            found = {place.code: place for place in some} | {c: p for c, p in found.items() if c not in asked}
            asked = {p.within.code for p in found.values() if p.within} - found.keys()
        done: set[str] = set()
        while len(done) < len(found):
            for code in sorted(found.keys() - done):
                place = found[code]
                if place.within is None or place.within.code in done:
                    done.add(code)
                    names = ("code", "name", "level", "lat", "lon", "outline", "population", "source")
                    within = {"within": place.within.code if place.within else None}
                    yield line_of({name: plain(getattr(place, name)) for name in names} | within)


def hub_fields() -> list[Field[Any, Any]]:
    """Return the fields of a hub that travel."""
    return [one for one in Hub._meta.concrete_fields if not one.primary_key]


def _ask_for(one: Field[Any, Any]) -> str:
    if one.related_model is Place:
        return f"{one.name}__code"
    return f"{one.name}__email" if one.related_model is User else one.attname


def line_of(line: Mapping[str, Any]) -> bytes:
    """Return one row as a line: keys in order, so that the same row is the same bytes."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def plain(value: Any) -> Any:
    """Return a value as the archive says it, the same on every database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value) if abs(value) >= 1e15 else value + 0.0  # PostgreSQL keeps 1e20 as a whole number, -0 as 0
    return value


# ---- the file ----


@dataclass(slots=True)
class Manifest:
    """What an archive holds."""

    format: int = FORMAT
    version: str = upwell.__version__
    made_at: str = ""
    hub: str = ""
    address: str = ""
    migrations: list[list[str]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    key: str = ""
    digest: str = ""

    def text(self) -> bytes:
        """Return it as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, indent=1).encode()


ABOUT: Mapping[str, str] = {
    "format": "1. A change of meaning raises it.",
    "version": "the version of Upwell that made it",
    "made_at": "when, ISO 8601",
    "hub": "the hub's name",
    "address": "its short name in the address",
    "migrations": "the shape of the tables: it goes into a site of the same shape only",
    "rows": "how many rows of each model",
    "sha256": "the digest of each part, unpacked",
    "numbers": "of each model the lowest and the highest number that is named anywhere",
    "key": "the name of the key for the journey, when there are sealed rows; the key is in no archive",
    "digest": "the digest of the hub: the same before and after a move, on SQLite and on PostgreSQL",
}


def part_of(model: type[Model]) -> str:
    """Return the name of the part that holds the rows of a model."""
    return f"rows/{model._meta.label}.jsonl"


def shape() -> list[list[str]]:
    """Return the migrations of our own tables that this site has."""
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("upwell_site.")}
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations() if app in own)


def digest_of(parts: Mapping[str, str]) -> str:
    """Return the digest of a hub from those of its rows."""
    told = "".join(f"{name} {digest}\n" for name, digest in sorted(parts.items()) if name.startswith("rows/"))
    return hashlib.sha256(told.encode()).hexdigest()


def digests(hub: Hub) -> dict[str, str]:
    """Return the digest of each kind of rows of a hub, as it is now."""
    writer = Writer(hub)
    parts = {"rows/core.Hub.jsonl": hashlib.sha256(writer.hub_line()).hexdigest()}
    for model in models():
        told = hashlib.sha256()
        for line in writer.lines(model):
            told.update(line)
        parts[part_of(model)] = told.hexdigest()
    return parts


def key_file(target: Path) -> Path:
    """Return where the key for the journey of an archive lies."""
    return target.with_name(f"{target.name}.key")


def write(hub: Hub, target: Path) -> Manifest:
    """Write one hub into a new file, as it is in one moment; with sealed rows, the key for the journey beside it."""
    if target.exists() or key_file(target).exists():
        raise Refused(f"{target} or {key_file(target)} is there already. Nothing was written.")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    with suppress(FileNotFoundError):
        half.unlink()
    try:
        with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped, transaction.atomic():
                manifest, key = _write(hub, zipped)
                log(None, "archive_hub", hub, rows=sum(manifest.rows.values()))
            out.flush()
            os.fsync(out.fileno())
        if key:
            with os.fdopen(os.open(key_file(target), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as beside:
                beside.write(f"{key}\n")
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return manifest


def _write(hub: Hub, zipped: zipfile.ZipFile) -> tuple[Manifest, str]:
    backup.one_moment()
    hub = Hub.objects.select_related("place").get(pk=hub.pk)
    manifest = Manifest(made_at=timezone.now().isoformat(), hub=hub.name, address=hub.slug, migrations=shape())
    writer = Writer(hub)

    def part(name: str, lines: Iterable[bytes]) -> int:
        told, count = hashlib.sha256(), 0
        with zipped.open(name, "w", force_zip64=True) as out:
            for line in lines:
                out.write(line)
                told.update(line)
                count += 1
        manifest.sha256[name] = told.hexdigest()
        return count

    part("rows/core.Hub.jsonl", [writer.hub_line()])
    for model in models():
        manifest.rows[model._meta.label] = part(part_of(model), writer.lines(model))
    part("places.jsonl", writer.place_lines())
    part("forgotten.jsonl", _marks(hub, writer.numbers))
    key = _sealed(hub, manifest, part)
    for path in waiting_files(hub):
        part(f"files/{path.name}", _blocks(path))
    numbers = writer.numbers
    manifest.numbers = {label: [numbers.lowest[label], numbers.highest[label]] for label in sorted(numbers.lowest)}
    manifest.digest = digest_of(manifest.sha256)
    zipped.writestr("manifest.json", manifest.text())
    return manifest, key


def _marks(hub: Hub, numbers: Numbers) -> Iterator[bytes]:
    """Yield the mark by which each person would stand in the ledger, were they forgotten after this was made."""
    people = Person.objects.filter(hub=hub, emptied_at__isnull=True).order_by("pk").values_list("pk", "joined_at")
    for number, joined in people.iterator(chunk_size=AT_ONCE):
        yield line_of({"id": numbers.plain("core.person", number), "mark": ledger.of(number, joined)})


def _sealed(hub: Hub, manifest: Manifest, part: Callable[[str, Iterable[bytes]], int]) -> str:
    for sealer in sealers:
        key = sealer.new_key()
        if part("sealed.jsonl", (line_of(box) for box in sealer.leave(hub, key))):
            manifest.key = sealer.name_of(key)
            return key
    return ""


def waiting_files(hub: Hub) -> Iterator[Path]:
    """Yield the uploads of a hub that wait to be brought in, and what lies beside them."""
    for name in Batch.objects.filter(hub=hub).exclude(file="").order_by("pk").values_list("file", flat=True):
        path = files.path_of(name)
        if path is not None:
            beside = (path, path.with_name(f"{name}.interests"), path.with_name(f"{name}.problems"))
            yield from (one for one in beside if one.is_file())


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            yield block


# ---- the page about it ----


def page() -> str:
    """Return the page of docs/reference about the file."""
    parts = [
        "# The archive of a hub\n\nWritten by `upwell-site archive HUB --to FILE`, taken in by "
        "`upwell-site move-hub FILE`.\n"
        "A zip; everything in it is UTF-8. This page is made from `core/archive.py` and the models.\n\n"
        "## Parts\n\n| part | what it holds |\n|---|---|\n"
        "| `manifest.json` | what is in it, see below |\n"
        "| `rows/MODEL.jsonl` | one JSON object a line, one line a row, in the order of their numbers |\n"
        "| `places.jsonl` | the places that rows name, and those they lie in |\n"
        "| `forgotten.jsonl` | for each person the mark by which the ledger of the forgotten would know them |\n"
        "| `sealed.jsonl` | for each sealed row its key, under the key for the journey |\n"
        "| `files/NAME` | uploads that wait to be brought in |\n\n## manifest.json\n\n| key | what it is |\n|---|---|\n"
        + "".join(f"| `{name}` | {about} |\n" for name, about in ABOUT.items())
        + "\n## Values\n\nKeys stand in order. A moment is ISO 8601 in UTC with six digits, a day ISO 8601, bytes are "
        "base64. Numbers count from the hub's own first row of that model, which is 1. A place is its code, "
        "a sign-in its e-mail address; nothing else of a sign-in travels. Texts that name a row (`listen.note:7`) name "
        "it by the same numbers; 0 is a row of another hub or of the site.\n\n## What stays behind\n\n"
        + "".join(f"- `{label}`: {why}\n" for label, why in STAY.items())
        + "- Rows that link to another hub: which networks a hub is in, and who went along.\n"
        "- Letters that are still to go: the old site sends them. Of the others what their text needed is left out.\n"
        "- Sign-ins but for their address: passkeys, second steps, sessions.\n- The keys of the site.\n\n"
        "## Rows, in their order\n"
    ]
    for model in models():
        own = ", ".join(f"`{one.name}`" for one in fields(model))
        parts.append(f"**{model._meta.label}**: {own}.\n")
    return "\n".join(parts)
