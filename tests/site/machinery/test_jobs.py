"""Slow work: claimed once, stopped when asked, run again when its worker was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.machinery import make_person
from upwell import Cancelled, InputError
from upwell_site.core import jobs
from upwell_site.core.models import Job
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setattr(jobs, "_known", {"test.fine": lambda run: "Done."})
    monkeypatch.setattr(jobs, "TOLD_EVERY", 0)
    yield
    jobs.leaving.clear()


def let(kind, work):
    jobs._known[kind] = work


def test_a_job_runs_and_says_what_it_did(hub):
    job = jobs.start("test.fine", hub=hub)

    assert jobs.work_one() is True
    assert jobs.work_one() is False

    job.refresh_from_db()
    assert (job.state, job.said, job.done, job.tries) == ("done", "Done.", 1, 1)


def test_the_same_work_waits_once_and_new_work_during_a_run_is_kept(hub):
    first = jobs.start("test.fine", hub=hub)
    assert jobs.start("test.fine", hub=hub) == first

    running = jobs.claim()
    second = jobs.start("test.fine", hub=hub)

    assert second != first
    assert jobs.claim() is None, "one runs for one thing at a time"
    Job.objects.filter(pk=running.pk).update(state="done")
    assert jobs.claim() == second


def test_an_unknown_job_cannot_be_started(hub):
    with pytest.raises((KeyError, ModuleNotFoundError)):
        jobs.start("core.nothing_like_it", hub=hub)


def test_progress_is_written_and_stop_is_heard(hub):
    seen = []

    def work(run):
        run.progress("Reading, 3 of 10", 0.3)
        seen.append(Job.objects.get().phase)
        jobs.ask_to_stop(run.job)
        run.progress("Reading, 4 of 10", 0.4)
        return "never said"

    let("test.long", work)
    jobs.start("test.long", hub=hub)
    jobs.work_one()

    job = Job.objects.get()
    assert seen == ["Reading, 3 of 10"]
    assert (job.state, job.said, job.done) == ("stopped", "Stopped. Nothing was changed.", 0.3)


def test_a_job_that_waits_stops_at_once(hub):
    job = jobs.start("test.fine", hub=hub)
    jobs.ask_to_stop(job)

    assert jobs.work_one() is False
    job.refresh_from_db()
    assert job.state == "stopped"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Refused("Not today."), "Not today."),
        (InputError("Write a number.", column="age", value="x"), 'column age: Write a number. Found "x".'),
        (KeyError("ania@example.org"), "Something went wrong on our side. Nothing was changed. Please try again."),
    ],
)
def test_what_went_wrong_is_said_in_our_words(hub, problem, said, caplog):
    def work(run):
        raise problem

    let("test.breaks", work)
    jobs.start("test.breaks", hub=hub)
    jobs.work_one()

    assert (Job.objects.get().state, Job.objects.get().said) == ("failed", said)
    assert "ania" not in caplog.text


def test_a_job_leaves_one_line_in_the_log(hub, caplog):
    caplog.set_level("INFO", "upwell.jobs")
    job = jobs.start("test.fine", hub=hub, about=hub)
    jobs.work_one()

    assert [record.getMessage() for record in caplog.records] == [
        f"job {job.pk} test.fine about=core.hub:{hub.pk} done in 0.0 s"
    ]


def test_the_job_of_a_dead_worker_runs_again_three_times_at_most(hub):
    jobs.start("test.fine", hub=hub)
    for tries in (1, 2, 3):
        assert jobs.claim().tries == tries
        assert jobs.claim() is None, "its lease holds"
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert jobs.claim() is None
    assert Job.objects.get().state == "failed"


def test_a_dead_workers_job_that_was_stopped_does_not_run_again(hub):
    jobs.start("test.fine", hub=hub)
    jobs.ask_to_stop(jobs.claim())
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert jobs.claim() is None
    assert Job.objects.get().state == "stopped"


def test_a_worker_that_lost_its_job_cannot_write_over_the_other(hub):
    def slow(run):
        Job.objects.update(tries=2)  # another worker took it meanwhile
        with pytest.raises(Cancelled):
            run.progress("still here", 0.5)
        return "I was first."

    let("test.slow", slow)
    jobs.start("test.slow", hub=hub)
    jobs.work_one()

    job = Job.objects.get()
    assert (job.state, job.said, job.phase) == ("running", "", "")


def test_a_worker_told_to_end_gives_its_job_back(hub):
    def work(run):
        jobs.leaving.set()
        run.progress("half", 0.5)
        return "never said"

    let("test.long", work)
    jobs.start("test.long", hub=hub)
    jobs.work_one()
    jobs.leaving.clear()
    let("test.long", lambda run: "Done by the next one.")

    time.sleep(0.01)
    assert jobs.work_one() is True
    assert (Job.objects.get().said, Job.objects.get().tries) == ("Done by the next one.", 1)


WORKER = """
import os, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connections
from datetime import timedelta
connections["default"].settings_dict["NAME"] = sys.argv[1]
from upwell_site.core import jobs
jobs.LEASE = timedelta(seconds=float(sys.argv[2]))
@jobs.register("test.killed")
def work(run):
    run.progress("begun", 0.1)
    print("begun", flush=True)
    if sys.argv[3] == "hang":
        time.sleep(60)
    return "Done after all."
until = time.time() + 10
while not jobs.work_one() and time.time() < until:
    time.sleep(0.05)
"""


def worker(name: str, lease: float, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(name), str(lease), how], cwd=ROOT, env=os.environ, stdout=-1, text=True
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_with_9_loses_no_job(hub, tmp_path, settings):
    """On both databases: the row says running, its lease ends, another worker takes it."""
    let("test.killed", lambda run: "")
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        name = tmp_path / "copy.sqlite3"  # the tests' own database lives in memory
        job = jobs.start("test.killed", hub=hub, by=make_person(hub, user=False))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(name)])
    else:
        job = jobs.start("test.killed", hub=hub)

    first = worker(name, 0.5, "hang")
    assert first.stdout.readline() == "begun\n"
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = worker(name, 5, "work")
    said = second.communicate(timeout=30)[0]

    assert said == "begun\n"
    if connection.vendor == "sqlite":
        import sqlite3

        with sqlite3.connect(name) as db:
            row = db.execute("SELECT state, tries, said FROM core_job").fetchone()
        db.close()
        assert row == ("done", 2, "Done after all.")
    else:
        job.refresh_from_db()
        assert (job.state, job.tries, job.said) == ("done", 2, "Done after all.")
