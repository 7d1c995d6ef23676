"""Whoever stops a list at any moment finds nothing of it in the hub; until then the page shows how far it is."""

from __future__ import annotations

import random
from importlib import import_module

import pytest
from django.core.management import call_command
from django.test import TestCase

from tests.site.bringing.conftest import words_of
from tests.site.bringing.test_large import people, work
from upwell_site.core import jobs
from upwell_site.core.bringing import check, files
from upwell_site.core.bringing import work as bringing_work
from upwell_site.core.models import Batch, BatchRow, Job, Membership, Person

ROWS = 6_000  # enough to be worked on beside the page


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(check, "CHUNK", 500)
    monkeypatch.setattr(jobs, "TOLD_EVERY", 0.0)


def left(here) -> tuple[int, ...]:
    brought = Person.objects.filter(outside_id__gt="")
    return brought.count(), BatchRow.objects.count(), Membership.objects.filter(person__in=brought).count()


def at_step(step, then):
    """Return a maker of progress that does something when it is told of for the `step`th time."""
    kept = bringing_work._beside

    def beside(batch):
        real, told = kept(batch), [0]

        def progress(phase, done):
            told[0] += 1
            if told[0] == step:
                then(batch)
            real(phase, done)

        return progress

    return beside


@pytest.mark.slow
@pytest.mark.parametrize("step", sorted(random.Random(7).sample(range(1, 12), 4)))
def test_stop_at_any_moment_of_bringing_in_leaves_nothing(admin, here, monkeypatch, step):
    admin.upload("people", people(ROWS), where=str(here.mentoring.pk))
    work()
    admin.post("load")
    shown = []

    def press_stop(batch):
        shown.append(Person.objects.filter(outside_id__gt="").count())
        files.ask_to_stop(batch.file)

    monkeypatch.setattr(bringing_work, "_beside", at_step(step, press_stop))
    work()
    job = Job.objects.get(kind="core.bring_in")
    assert (job.state, left(here)) == ("stopped", (0, 0, 0))
    assert shown == [step * 500], "some of it was written when stop was pressed"
    monkeypatch.undo()
    admin.post("again")
    work()
    admin.post("load")
    work()
    assert left(here)[0] == ROWS, "an old wish to stop does not stop the next try"


@pytest.mark.slow
def test_the_page_shows_how_far_bringing_in_is(admin, here, monkeypatch):
    admin.upload("people", people(ROWS))
    work()
    admin.post("load")
    pages = []

    def look(batch):
        pages.append(files.share_of(batch.file))

    monkeypatch.setattr(bringing_work, "_beside", at_step(9, look))
    work()
    assert pages[0] is not None and 0 < pages[0] < 1
    batch = admin.batch
    assert files.share_of(batch.file) is None


@pytest.mark.slow
def test_the_page_believes_the_file_while_a_list_is_brought_in(admin, here):
    admin.upload("people", people(ROWS))
    work()
    admin.post("load")
    files.tell_share(admin.batch.file, 0.42)
    page = admin.client.get(f"{admin.root}{admin.batch.pk}/")
    assert 'value="42"' in page.content.decode() or "42" in words_of(page)
    admin.post("stop")
    assert files.is_stopped(admin.batch.file)


@pytest.mark.slow
def test_a_worker_that_leaves_brings_nothing_in_and_the_next_one_all(admin, here, monkeypatch):
    admin.upload("people", people(ROWS))
    work()
    admin.post("load")
    monkeypatch.setattr(bringing_work, "_beside", at_step(5, lambda batch: jobs.leaving.set()))
    try:
        work()
    finally:
        jobs.leaving.clear()
    assert (left(here), admin.batch.state) == ((0, 0, 0), "loading")
    monkeypatch.undo()
    work()
    assert (left(here)[0], admin.batch.state) == (ROWS, "done")


@pytest.mark.slow
def test_stop_while_a_list_is_read_keeps_nothing_of_what_was_found(admin, here, monkeypatch):
    admin.upload("people", people(ROWS))
    kept, told = jobs.Run.progress, [0]

    def progress(run, phase, done):
        told[0] += 1
        if told[0] == 4:
            admin.post("stop")
        kept(run, phase, done)

    monkeypatch.setattr(jobs.Run, "progress", progress)
    work()
    assert Job.objects.get().state == "stopped"
    assert (left(here), admin.batch.found) == ((0, 0, 0), {})


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 6, 12])
@pytest.mark.parametrize("look_only", [True, False])
def test_ctrl_c_on_the_command_line_leaves_nothing(here, tmp_path, monkeypatch, capsys, step, look_only):
    path, told = tmp_path / "people.csv", [0]
    path.write_text(people(ROWS))

    def say(command, phase, done):
        told[0] += 1
        if told[0] == step:
            raise KeyboardInterrupt

    monkeypatch.setattr(import_module("upwell_site.core.management.commands.import").Command, "_say", say)
    more = ["--check-only"] if look_only else []
    with pytest.raises(SystemExit) as end, TestCase.captureOnCommitCallbacks(execute=True):
        call_command("import", "people", str(path), "--hub", "here", *more)
    assert (end.value.code, left(here)) == (130, (0, 0, 0))
    assert "Nothing was brought in" in capsys.readouterr().err
    assert Batch.objects.get().state == "failed"
    assert list(files.folder().iterdir()) == []
