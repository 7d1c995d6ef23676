"""Bring one hub's archive into this site: all of it or nothing, and the same hub as it was, checked by its digest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Field, Model

from upwell_site.core import archive, bulk, erase, ledger, scrub
from upwell_site.core.archive import HEAD, NUMBERED, REF, REFS, Manifest
from upwell_site.core.bringing import files
from upwell_site.core.events import log
from upwell_site.core.models import Hub, Person, Place, User
from upwell_site.core.refused import Refused

# Fields that are empty while a row waits for the one it points at, with that link: the database wants both or none.
TOGETHER = {"core.Person": ("born_claimed",)}


def move(
    file: Path, *, key: Path | None = None, erasures: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> tuple[Manifest, int]:
    """Bring a hub in; return what the archive held and how many people were forgotten again.

    Everything is checked before anything is written. It ends with the digest of the hub as it now lies in the
    database: were it not that of the archive, nothing would be left of it.
    """
    try:
        with zipfile.ZipFile(file) as zipped:
            manifest = _manifest(zipped)
            said = _check(zipped, manifest, key or archive.key_file(file))
            say(f"The archive of {manifest.hub} is whole: {sum(manifest.rows.values())} rows.")
            marks = ledger.marks() | (ledger.marks(erasures) if erasures else set())
            forgotten = _Arrival(zipped, manifest, said).run(marks)
    except (OSError, zipfile.BadZipFile) as problem:
        raise Refused(f"{file} is not the archive of a hub, or it is broken. Nothing was changed.") from problem
    except IntegrityError as problem:
        said = "Rows of this hub are in this site already, or do not fit together. Nothing was changed."
        raise Refused(said) from problem
    if forgotten and scrub.at_once():  # elsewhere at night, by the tick
        erase.settle()
    return manifest, forgotten


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    try:
        said = json.loads(zipped.read("manifest.json"))
        manifest = Manifest(**said) if said["format"] == archive.FORMAT else None
    except (KeyError, TypeError, ValueError) as problem:
        raise Refused("This is not the archive of a hub. Nothing was changed.") from problem
    if manifest is None:
        raise Refused(f"This archive was made by version {said.get('version')}. Nothing was changed.")
    return manifest


def _check(zipped: zipfile.ZipFile, manifest: Manifest, key: Path) -> str:
    """Refuse what does not fit; return the key for the journey, when there are sealed rows."""
    names = zipped.namelist()
    if len(names) != len(set(names)) or set(names) - {"manifest.json"} != manifest.sha256.keys():
        raise Refused("Parts of this archive are missing, or there is more in it than was put there.")
    if manifest.migrations != archive.shape():
        raise Refused(
            f"This archive was made by version {manifest.version}, and this site's tables have another shape. Bring "
            "both sites to the same version, then make the archive again. Nothing was changed."
        )
    if set(manifest.rows) != {model._meta.label for model in archive.models()}:
        raise Refused("This archive holds other kinds of rows than this site. Nothing was changed.")
    for name, digest in manifest.sha256.items():
        with zipped.open(name) as part:
            if hashlib.file_digest(part, "sha256").hexdigest() != digest:  # type: ignore[arg-type]
                raise Refused(f"{name} in this archive is not as it was written. Nothing was changed.")
    if manifest.digest != archive.digest_of(manifest.sha256):
        raise Refused("The digest of this archive does not fit its parts. Nothing was changed.")
    if Hub.objects.filter(slug=manifest.address).exists():
        raise Refused(f"There is a hub with the address {manifest.address} here already. Nothing was changed.")
    if not manifest.key:
        return ""
    said = key.read_text(encoding="ascii", errors="replace") if key.is_file() else ""
    if not said or archive.sealers[0].name_of(said) != manifest.key:
        raise Refused(f"This archive holds sealed rows, and {key} is not their key. Nothing was changed.")
    return said


class _Arrival:
    """One hub on its way in."""

    def __init__(self, zipped: zipfile.ZipFile, manifest: Manifest, key: str) -> None:
        self.zipped, self.manifest, self.key = zipped, manifest, key
        self.base: dict[str, int] = {}
        self.places: dict[str, int] = {}
        self.held: dict[str, list[Any]] = {}

    def run(self, marks: set[str]) -> int:
        written: list[Path] = []
        try:
            with transaction.atomic():
                self._hub()
                self._numbers()
                for model in archive.models():
                    self._model(model)
                for sealer in archive.sealers:
                    sealer.arrive(self.held, self._lines("sealed.jsonl") if self.key else (), self.key)
                self._files(written)
                self._compare()
                log(None, "move_in_hub", self.hub, rows=sum(self.manifest.rows.values()))
                gone = self._forget_again(marks)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        for person in gone:
            ledger.write(person)
        return len(gone)

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        with self.zipped.open(name) as part:
            for line in part:
                yield json.loads(line)

    def _hub(self) -> None:
        for line in self._lines("places.jsonl"):
            within = line.pop("within")
            found = Place.objects.filter(code=line["code"]).first()
            if found is None:
                found = Place.objects.create(**line, within_id=self.places[within] if within else None)
            self.places[found.code] = found.pk
        (line,) = self._lines("rows/core.Hub.jsonl")
        theirs = {one.attname: self._value(one, line[one.name]) for one in archive.hub_fields()}
        self.hub = Hub.objects.create(**theirs)
        Hub.objects.filter(pk=self.hub.pk).update(created_at=theirs["created_at"])
        self.hub.refresh_from_db()
        self.base["core.hub"] = self.hub.pk - 1

    def _numbers(self) -> None:
        """Set numbers aside for all rows that are named, also for those that are gone: nobody else gets one of them."""
        for model in archive.models():
            label = model._meta.label_lower
            if label in self.manifest.numbers:
                lowest, highest = self.manifest.numbers[label]
                self.base[label] = bulk.leap(model, highest - lowest + 1) - lowest + 1

    def _number(self, label: str, number: int) -> int:
        if label == "core.hub" and number != 1:
            return 0
        return number + self.base[label] if label in self.base else 0

    def _value(self, one: Field[Any, Any], value: Any) -> Any:
        """Return a value as a model's field holds it."""
        target, kind = one.related_model, one.get_internal_type()
        if value is None:
            return None
        if target is Place:
            return self.places[value]
        if isinstance(target, type) and target is not User and archive.is_numbered(target):
            return self._number(target._meta.label_lower, value)
        if isinstance(target, type) and target is not User:
            return uuid.UUID(value)
        if kind == "DateTimeField":
            return datetime.fromisoformat(value)
        if kind == "DateField":
            return date.fromisoformat(value)
        if kind == "UUIDField":
            return uuid.UUID(value)
        if kind == "BinaryField":
            return base64.b64decode(value)
        return value

    def _row(self, model: type[Model], line: dict[str, Any], users: dict[str, int]) -> dict[str, Any]:
        """Return a row's values by the names of its columns."""
        label = model._meta.label
        told: dict[str, Any] = {"hub_id": self.hub.pk}
        for one in archive.fields(model):
            value = line[one.name]
            if one.primary_key and archive.is_numbered(model):
                value = self._number(model._meta.label_lower, value)
            elif one.related_model is User:
                value = users.get(value)
            elif one.name in REFS.get(label, ()):
                value = REF.sub(lambda m: f"{m[1]}:{self._number(m[1], int(m[2]))}", value)
            elif NUMBERED.get(label, ("", ""))[0] == one.name:
                within = NUMBERED[label][1].lower()
                value = HEAD.sub(partial(self._head, within), value)
            else:
                value = self._value(one, value)
            told[one.attname] = value
        return told

    def _head(self, label: str, found: re.Match[str]) -> str:
        return str(self._number(label, int(found[1])))

    def _rows(self, model: type[Model], lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        links = [one.name for one in archive.fields(model) if one.related_model is User]
        coming = iter(lines)
        while some := list(islice(coming, archive.AT_ONCE)):
            users = self._users({line[name] for line in some for name in links} - {None})
            for line in some:
                yield self._row(model, line, users)

    def _users(self, addresses: set[str]) -> dict[str, int]:
        """Return the sign-in of each address; who has none here gets one, without a second step."""
        found: dict[str, int] = {}
        todo = sorted(addresses)
        for start in range(0, len(todo), 500):
            some = todo[start : start + 500]
            found |= dict(User.objects.filter(email__in=some).values_list("email", "pk"))
        new = [User(email=address) for address in todo if address not in found]
        for user in new:
            user.set_unusable_password()
        found |= {user.email: user.pk for user in User.objects.bulk_create(new, batch_size=500)}
        return found

    def _model(self, model: type[Model]) -> None:
        name = archive.part_of(model)
        if any(model._meta.label in sealer.renewed for sealer in archive.sealers):
            self.held[model._meta.label] = [model(**told) for told in self._rows(model, self._lines(name))]
            return
        back = [one.name for one in archive.fields(model) if one.related_model is model]
        if not back:
            self._insert(model, self._rows(model, self._lines(name)))
            return
        # First those others point at, without what they point at themselves; then the others; then what was left out.
        aimed = {line[link] for line in self._lines(name) for link in back} - {None}
        aside = (*back, *TOGETHER.get(model._meta.label, ()))
        first = (line for line in self._lines(name) if line["id"] in aimed)
        self._insert(model, self._rows(model, ({**line, **dict.fromkeys(aside)} for line in first)))
        self._insert(model, self._rows(model, (line for line in self._lines(name) if line["id"] not in aimed)))
        theirs = {one.name: one for one in archive.fields(model)}
        for line in self._lines(name):
            if line["id"] in aimed and any(line[link] is not None for link in aside):
                values = {theirs[link].attname: self._value(theirs[link], line[link]) for link in aside}
                number = self._number(model._meta.label_lower, line["id"])
                model._base_manager.filter(pk=number).update(**values)

    def _insert(self, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
        """Write rows as they lie, dates that the database would set by itself included."""
        theirs = [*archive.fields(model), model._meta.get_field("hub")]
        ways = [(one.attname, partial(one.get_db_prep_save, connection=connection)) for one in theirs]  # type: ignore[union-attr]
        bulk.insert(model, [one.name for one in theirs], ([way(row[name]) for name, way in ways] for row in rows))

    def _compare(self) -> None:
        """Refuse when the hub, as it now lies in the database, is not what the archive says."""
        here = archive.digests(self.hub)
        if wrong := [name for name in sorted(here) if here[name] != self.manifest.sha256[name]]:
            raise Refused(f"{wrong[0]} did not arrive as it left. Nothing was changed.")

    def _files(self, written: list[Path]) -> None:
        for name in sorted(self.manifest.sha256):
            if name.startswith("files/"):
                told = name.removeprefix("files/")
                if files.path_of(told) is not None or not files.is_ours(told):
                    raise Refused(f"{name} in this archive cannot be put into its place. Nothing was changed.")
                path = files.folder() / told
                with self.zipped.open(name) as part, path.open("xb") as out:
                    written.append(path)
                    path.chmod(0o600)
                    while block := part.read(1 << 20):
                        out.write(block)

    def _forget_again(self, marks: set[str]) -> list[Person]:
        """Forget whoever was forgotten, where they came from or here, after the archive was made."""
        lines = self._lines("forgotten.jsonl") if marks else iter(())
        gone = [self._number("core.person", line["id"]) for line in lines if line["mark"] in marks]
        people = list(Person.objects.filter(pk__in=gone))
        for person in people:
            erase.erase_person(by=None, person=person, again=True)
        return people
