"""One hub leaves in a file and arrives elsewhere: the same rows under other numbers, or nothing at all."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models as db

from tests import world
from upwell_site.core import archive, ledger, moving, walls
from upwell_site.core.models import (
    Batch,
    BatchRow,
    Event,
    Hub,
    Letter,
    Membership,
    Person,
    Programme,
    Thread,
    Tie,
    User,
)
from upwell_site.core.refused import Refused
from upwell_site.sealed import chain
from upwell_site.sealed.models import Check, Concern

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(tmp_path, settings):
    settings.DIR = tmp_path
    settings.SEALED_KEY = tmp_path / "sealed.key"
    made = world.make()
    here = made.sides["here"]
    Person.objects.filter(pk=here.people["lead"].pk).update(born_by=here.people["admin"], outside_id="~")
    Person.objects.filter(pk=here.people["admin"].pk).update(
        born_by=here.people["lead"], born_claimed="1970-01-02", born_claimed_by=here.people["lead"]
    )
    programme = here.rows["programme"]["A"]
    Person.objects.filter(pk=here.people["mentor"].pk).update(outside_id=f"{programme.pk}:mentors:M-017")
    Letter.objects.filter(hub=here.hub).update(state="sent")
    return made


def leave(w, tmp_path, name="here"):
    """Write the archive of a hub and take its address away, as if it lay on another site."""
    hub, file = w.sides[name].hub, tmp_path / f"{name}.zip"
    manifest = archive.write(hub, file)
    Hub.objects.filter(pk=hub.pk).update(slug=f"{name}-old")
    return file, manifest


def free_random_numbers(hub):
    """Take the sealed rows of a hub away: their random numbers cannot lie in one database twice."""
    from upwell_site.sealed.models import ConcernEntry, LeftOut

    Hub.objects.filter(pk=hub.pk).update(example=True)  # of an example, append-only rows may go
    for model in (ConcernEntry, LeftOut, Concern, Check):
        model.objects.filter(hub=hub).delete()
    Hub.objects.filter(pk=hub.pk).update(example=False)


def test_every_model_of_a_hub_travels_or_says_why_it_stays():
    going = {model._meta.label for model in archive.models()}
    assert going | set(archive.STAY) == {model._meta.label for model in walls.hub_models()}
    assert not going & set(archive.STAY)
    for model in archive.models():
        for one in archive.fields(model):
            assert not isinstance(one, db.FileField), f"{one}: say in archive.py how its file travels"


def test_each_model_comes_after_those_it_points_at():
    order = archive.models()
    for at, model in enumerate(order):
        for one in archive.fields(model):
            if one.related_model in order and one.related_model is not model:
                assert order.index(one.related_model) < at, f"{one} points at what comes later"


def test_the_whole_world_arrives_as_it_left(w, tmp_path):
    hub = w.sides["here"].hub
    file, manifest = leave(w, tmp_path)
    assert all(manifest.rows[m._meta.label] for m in archive.models() if m._meta.label in FULL), manifest.rows
    free_random_numbers(hub)
    users = User.objects.count()
    call_command("move_hub", str(file))
    new = Hub.objects.get(slug="here")
    assert archive.digest_of(archive.digests(new)) == manifest.digest
    assert User.objects.count() == users  # nobody got a second sign-in
    assert not walls.missing()
    lead, admin = (Person.objects.get(hub=new, user=w.users[f"{who}@here"]) for who in ("lead", "admin"))
    assert (lead.born_by_id, admin.born_claimed_by_id) == (admin.pk, lead.pk)
    programme = Programme.objects.get(hub=new, name=w.sides["here"].rows["programme"]["A"].name)
    mentor = Person.objects.get(hub=new, user=w.users["mentor@here"])
    assert mentor.outside_id == f"{programme.pk}:mentors:M-017"
    for concern in Concern.objects.filter(hub=new):
        assert chain.holds(concern, concern.row_key())
    assert Concern.objects.filter(hub=new).count() == 2
    assert Event.objects.filter(hub=None, did="move_in_hub", to=f"core.hub:{new.pk}").exists()


FULL = {  # what W has a row of in each hub
    "core.Attendance", "core.Batch", "core.Consent", "core.ConsentText", "core.DataRequest", "core.HubText",
    "core.Invitation", "core.Letter", "core.Link", "core.Look", "core.Membership", "core.Message", "core.Organisation",
    "core.Person", "core.Programme", "core.Seat", "core.Session", "core.Standing", "core.Thread", "core.Tie",
    "core.Training", "core.Entry", "sealed.Check", "sealed.Concern", "sealed.ConcernEntry", "sealed.LeftOut",
    "listen.Conversation", "listen.Note", "listen.Discussion", "listen.Statement", "listen.Voter", "listen.Vote",
    "listen.Grouping", "connect.Round", "connect.Ask", "connect.Offer", "connect.Pair", "connect.Unmatched",
}  # fmt: skip


def test_texts_that_name_a_row_name_the_same_row_afterwards(w, tmp_path):
    side = w.sides["here"]
    gone, adult = 10**6, side.people["adult"]
    Tie.objects.filter(hub=side.hub).update(source=f"listen.conversation:{side.rows['conversation']['one'].pk}")
    Thread.objects.filter(hub=side.hub).update(about=f"connect.pair:{side.rows['pair']['proposed'].pk}")
    Event.objects.create(hub=side.hub, did="x", to=f"core.person:{gone}")
    batch = side.rows["batch"]["lead"]
    BatchRow.objects.create(hub=side.hub, batch=batch, number=2, made=f"core.person:{adult.pk}", many=3, new=True)
    file, _manifest = leave(w, tmp_path)
    free_random_numbers(side.hub)
    moving.move(file)
    new = Hub.objects.get(slug="here")
    person = Person.objects.get(hub=new, name=adult.name)
    assert BatchRow.objects.get(hub=new).made == f"core.person:{person.pk}"
    assert Tie.objects.get(hub=new).source == f"listen.conversation:{person.talks.get().pk}"
    pair = Thread.objects.get(hub=new).about.partition(":")[2]
    assert Person.objects.get(hub=new, pairs_as_mentee=int(pair)).name == side.people["young"].name
    named = int(Event.objects.get(hub=new, did="x").to.partition(":")[2])
    assert named > Person.objects.order_by("-pk")[0].pk  # whoever is gone lends their number to nobody
    assert Person.objects.create(hub=new, name="New").pk > named


def test_no_number_of_the_database_is_left_in_the_lines(w, tmp_path):
    """A text that names a row and is not in REFS would point at a stranger's row after a move."""
    file, _manifest = leave(w, tmp_path)
    labels = {model._meta.label_lower for model in archive.models()}
    with zipfile.ZipFile(file) as zipped:
        for model in archive.models():
            for line in zipped.read(archive.part_of(model)).decode().splitlines():
                for name, value in json.loads(line).items():
                    found = re.findall(r"\b([a-z]+\.[a-z]+):\d+", json.dumps(value))
                    if labels.intersection(found):
                        assert name in archive.REFS.get(model._meta.label, ()), (model, name)


def test_no_secret_and_no_canary_of_the_other_hub_leaves(w, tmp_path):
    file, manifest = leave(w, tmp_path)
    with zipfile.ZipFile(file) as zipped:
        whole = "".join(zipped.read(name).decode() for name in zipped.namelist())
    for canary in w.canaries:
        sealed = canary.resource == "concern" or (canary.resource, canary.action) == ("check", "number")
        assert (canary.word in whole) == (canary.hub == "here" and not sealed), canary
    assert archive.key_file(file).read_text().strip() not in whole
    assert manifest.key and "there-" not in whole and "password" not in whole
    assert (file.stat().st_mode & 0o777, archive.key_file(file).stat().st_mode & 0o777) == (0o600, 0o600)


def refused(file, **how):
    """Try to bring an archive in; return why not, having looked that nothing was changed."""
    before = {model: model._base_manager.count() for model in (Hub, Person, Event, User, Concern)}
    with pytest.raises(Refused) as why:
        moving.move(file, **how)
    assert before == {model: model._base_manager.count() for model in before}
    return str(why.value)


def test_it_refuses_and_changes_nothing(w, tmp_path):
    file = tmp_path / "here.zip"
    archive.write(w.sides["here"].hub, file)
    assert "address" in refused(file)
    Hub.objects.filter(slug="here").update(slug="here-old")
    assert "already" in refused(file)  # the sealed rows are here still
    assert "not their key" in refused(file, key=tmp_path / "nothing.key")
    (tmp_path / "other.key").write_text("A" * 43 + "=")
    assert "not their key" in refused(file, key=tmp_path / "other.key")
    (tmp_path / "other.key").write_text("rubbish")
    assert "damaged" in refused(file, key=tmp_path / "other.key")
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    assert "broken" in refused(tmp_path / "no.zip")
    with pytest.raises(Refused):
        archive.write(w.sides["here"].hub, file)  # it is there already
    with pytest.raises(CommandError):
        call_command("move_hub", str(tmp_path / "none.zip"))


def changed(file, target, change):
    """Copy an archive part by part; `change` gets name and bytes and returns bytes, or None to leave the part out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    return target


def test_a_changed_archive_is_refused(w, tmp_path):
    file, _manifest = leave(w, tmp_path)
    key = archive.key_file(file)

    def one(name, old, new):
        return lambda part, body: body.replace(old, new) if part == name else body

    assert "not as it was written" in refused(
        changed(file, tmp_path / "a.zip", one("rows/core.Tie.jsonl", b'"met"', b'"old"')), key=key
    )
    less = changed(file, tmp_path / "b.zip", lambda part, body: None if part == "places.jsonl" else body)
    assert "missing" in refused(less, key=key)
    newer = changed(file, tmp_path / "c.zip", one("manifest.json", b"0001_initial", b"0999_later"))
    assert "another shape" in refused(newer, key=key)
    other = changed(file, tmp_path / "d.zip", one("manifest.json", b'"format": 1', b'"format": 2'))
    assert "made by version" in refused(other, key=key)


def test_whoever_was_forgotten_meanwhile_is_forgotten_on_the_way_in(w, tmp_path):
    side = w.sides["here"]
    adult = side.people["adult"]
    file, _manifest = leave(w, tmp_path)
    ledger.write(adult)  # the old site forgets them after the archive was made
    theirs = tmp_path / "theirs.sqlite3"
    ledger.path().rename(theirs)
    free_random_numbers(side.hub)
    _manifest, forgotten = moving.move(file, erasures=theirs)
    new = Hub.objects.get(slug="here")
    assert forgotten == 1
    assert not Person.objects.filter(hub=new, name=adult.name).exists()
    assert ledger.holds(Person.objects.get(hub=new, emptied_at__isnull=False, merged_into=None))


def test_a_list_that_waits_travels_with_its_file(w, tmp_path):
    from upwell_site.core.bringing import files

    side = w.sides["here"]
    name, digest, _size = files.store([b"name\nAnia\n"])
    Batch.objects.filter(hub=side.hub).update(file=name, digest=digest)
    file, _manifest = leave(w, tmp_path)
    free_random_numbers(side.hub)
    files.remove(name)
    moving.move(file)
    assert files.path_of(Batch.objects.get(hub__slug="here").file).read_bytes() == b"name\nAnia\n"


def test_what_stays_behind_changes_no_number(w, tmp_path):
    """The first letter is still to go: the others are counted from the first that travels."""
    hub = w.sides["here"].hub
    first = Letter.objects.filter(hub=hub).order_by("pk")[0]
    Letter.objects.filter(pk=first.pk).update(state="waiting")
    file, manifest = leave(w, tmp_path)
    free_random_numbers(hub)
    moving.move(file)
    assert manifest.rows["core.Letter"] == Letter.objects.filter(hub__slug="here").count() == 1


def test_rights_are_what_they_were_and_the_neighbour_is_untouched(w, tmp_path):
    before = archive.digests(w.sides["there"].hub)
    file, _manifest = leave(w, tmp_path)
    free_random_numbers(w.sides["here"].hub)
    moving.move(file)
    new = Hub.objects.get(slug="here")
    roles = set(Membership.objects.filter(hub=new).values_list("person__user__email", "role", "until"))
    assert roles == set(
        Membership.objects.filter(hub=w.sides["here"].hub).values_list("person__user__email", "role", "until")
    )
    assert archive.digests(w.sides["there"].hub) == before
    assert not User.objects.filter(is_operator=True).exclude(email="operator@example.org").exists()
