"""Large lists are worked on beside the page: shown, stopped, all or nothing; and no list costs a query a row."""

from __future__ import annotations

import os
import time

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.site.bringing.conftest import words_of
from upwell_site.core import clock, jobs
from upwell_site.core.actions import bringing as actions
from upwell_site.core.bringing import files
from upwell_site.core.models import Batch, Job, Membership, Person
from upwell_site.core.views import bringing as views


def people(n: int, more: str = "") -> str:
    rows = (f"{i},Person Number {i},person{i}@example.org,LS6 1AB,en; pl,{more}" for i in range(n))
    return "id,name,email,postcode,languages,about\n" + "\n".join(rows) + "\n"


def work() -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert jobs.work_one()


@pytest.mark.slow
def test_a_large_list_is_read_and_brought_in_beside_the_page(admin, here):
    answer = admin.upload("people", people(5_000), where=str(here.mentoring.pk))
    assert "We are working on your list" in words_of(answer)
    assert admin.batch.state == "reading"
    htmx = admin.client.get(f"{admin.root}{admin.batch.pk}/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in htmx
    assert "Stop" in htmx
    work()
    assert "5000 rows, and nothing is wrong" in words_of(admin.client.get(f"{admin.root}{admin.batch.pk}/"))
    admin.post("load")
    began = time.monotonic()
    work()
    took = time.monotonic() - began
    assert admin.batch.state == "done", Job.objects.order_by("-id")[0].said
    assert Person.objects.filter(outside_id__gt="").count() == 5_000
    assert took < 20, "aimed at a few seconds; a slow machine may take three times as long"
    admin.post("undo")
    work()
    assert admin.batch.state == "undone"
    assert not Person.objects.filter(outside_id__gt="").exists()


@pytest.mark.slow
def test_a_job_that_runs_twice_brings_in_once(admin):
    admin.upload("people", people(5_000))
    work()
    admin.post("load")
    job = Job.objects.get(kind="core.bring_in")
    work()
    Job.objects.filter(pk=job.pk).update(state="waiting")
    work()
    assert Person.objects.filter(outside_id__gt="").count() == 5_000
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.slow
def test_stop_leaves_nothing_behind_and_the_list_can_be_read_again(admin):
    admin.upload("people", people(5_000))
    work()
    admin.post("load")
    Job.objects.filter(kind="core.bring_in").update(stop=True)
    admin.post("stop")
    jobs.work_one()
    assert not Person.objects.filter(outside_id__gt="").exists()
    answer = admin.client.get(f"{admin.root}{admin.batch.pk}/")
    assert "Read this one again" in words_of(answer)
    admin.post("again")
    work()
    assert admin.batch.state == "checked"


@pytest.mark.slow
def test_rights_are_asked_again_when_a_large_list_is_brought_in(lead, here):
    lead.upload("people", people(5_000), where=str(here.mentoring.pk))
    work()
    lead.post("load")
    Membership.objects.filter(person=here.lead).update(until=timezone.localdate())
    jobs.work_one()
    job = Job.objects.get(kind="core.bring_in")
    assert (job.state, "may not" in job.said) == ("failed", True)
    assert not Person.objects.filter(outside_id__gt="").exists()


def test_the_queries_do_not_grow_with_the_rows(admin, here):
    """One piece of a list costs the same queries with 10 rows as with 400."""
    taken = []
    for n in (10, 400):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            admin.upload("people", people(n, "again"), where=str(here.mentoring.pk))
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_a_list_left_lying_is_let_go_after_two_days(admin):
    admin.upload("people", people(3))
    assert actions.sweep() == 0
    later = time.time() + files.KEEP + 60
    files.sweep(later)
    actions.sweep()
    assert admin.batch.state == "failed"
    assert "two days" in words_of(admin.client.get(f"{admin.root}{admin.batch.pk}/"))
    assert admin.post("load").status_code == 200
    assert not Person.objects.filter(outside_id__gt="").exists()


def test_the_tick_lets_old_uploads_go_and_leaves_new_ones(admin):
    admin.upload("people", people(3))
    old = files.path_of(admin.batch.file)
    admin.upload("people", people(4))
    new = files.path_of(admin.batch.file)
    past = time.time() - files.KEEP - 60
    os.utime(old, (past, past))
    assert clock.tick()["uploads let go"] == 1
    assert not old.exists()
    assert new.exists()
    assert list(Batch.objects.order_by("id").values_list("state", flat=True)) == ["failed", "checked"]


def test_a_folder_of_uploads_that_cannot_be_read_does_not_hold_up_the_tick(db, monkeypatch):
    def broken(now=None):
        raise PermissionError

    monkeypatch.setattr(files, "sweep", broken)
    done = clock.tick()
    assert "uploads let go" not in done
    assert "old rows deleted" in done


def test_somebody_who_appears_meanwhile_is_not_doubled(admin, here):
    admin.upload("people", "id,name\n1,Amina Khan\n")
    Person.objects.create(hub=here.hub, name="Amina Khan", folded="amina khan", outside_id=":people:1")
    admin.post("load")
    assert Person.objects.filter(name="Amina Khan").count() == 1
    assert Batch.objects.get().found["counts"]["known"] == 1


@pytest.mark.slow
def test_a_page_asked_for_while_the_work_ends_shows_what_was_found(admin, monkeypatch):
    """The list is asked for first, its job next: in between the worker may have read the list."""
    admin.upload("people", people(5_000))
    kept = views.ref

    def meanwhile(batch):
        monkeypatch.setattr(views, "ref", kept)
        work()
        return kept(batch)

    monkeypatch.setattr(views, "ref", meanwhile)
    assert "nothing is wrong" in words_of(admin.client.get(f"{admin.root}{admin.batch.pk}/"))
