"""`upwell-site import` and `upwell-site template` do what the pages do."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from upwell_site.connect.models import Offer
from upwell_site.core.bringing import files
from upwell_site.core.models import Batch, Membership, Person


def run(*args, **options):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(*args, stdout=out, stderr=err, **options)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def mentors(tmp_path, here):
    path = tmp_path / "mentors.xlsx"
    assert run("template", "mentors", out=path)[0] == 0
    return path


def test_a_template_is_brought_in_by_command(mentors, here):
    code, out, _err = run(
        "import", "mentors", str(mentors), "--hub", "here", "--by", here.lead.email, "--round", "Spring"
    )
    assert (code, "Brought in: 1 new." in out) == (0, True)
    assert Offer.objects.get().person.name == "Amina Khan"
    assert Membership.objects.get(person__name="Amina Khan").proposed_by == here.lead


def test_problems_are_printed_one_a_line_and_nothing_is_written(tmp_path, here):
    path = tmp_path / "people.csv"
    path.write_text("name,email\nAmina Khan,amina@example.org\n,tom@example.org\nJo,no address\n")
    code, _out, err = run("import", "people", str(path), "--hub", "here")
    assert code == 1
    assert "people.csv, row 3, column name: Fill this in" in err
    assert "people.csv, row 4, column email: Write an e-mail address like name@example.org, or leave it empty." in err
    assert not Person.objects.filter(outside_id__gt="").exists()
    assert list(files.folder().iterdir()) == [] or Batch.objects.get().state == "failed"
    code, out, _err = run("import", "people", str(path), "--hub", "here", "--leave-out-bad")
    assert (code, "1 new" in out) == (0, True)


def test_check_only_writes_nothing(tmp_path, here):
    path = tmp_path / "people.csv"
    path.write_text("name\nAmina Khan\n")
    code, out, _err = run("import", "people", str(path), "--hub", "here", "--check-only")
    assert (code, "Would bring in: 1 new" in out) == (0, True)
    assert not Person.objects.filter(outside_id__gt="").exists()


def test_refused_columns_stop_it_until_they_are_left_out(tmp_path, here):
    path = tmp_path / "people.csv"
    path.write_text("name,is_admin\nAmina Khan,yes\n")
    code, _out, err = run("import", "people", str(path), "--hub", "here")
    assert (code, "Roles are not given by a spreadsheet" in err) == (1, True)
    code, out, _err = run("import", "people", str(path), "--hub", "here", "--leave-out-refused")
    assert (code, "1 new" in out) == (0, True)


def test_a_date_that_makes_an_adult_needs_somebody_to_vouch(tmp_path, here):
    path = tmp_path / "people.csv"
    path.write_text("name,born\nAmina Khan,1980-05-01\n")
    code, _out, err = run("import", "people", str(path), "--hub", "here")
    assert (code, "--by" in err) == (1, True)
    code, _out, _err = run("import", "people", str(path), "--hub", "here", "--by", here.admin.email)
    assert code == 0
    assert Person.objects.get(name="Amina Khan").born_claimed_by == here.admin


def test_an_unreadable_file_and_wrong_names_end_with_one_sentence(tmp_path, here):
    path = tmp_path / "people.csv"
    path.write_bytes(b"")
    code, _out, err = run("import", "people", str(path), "--hub", "here")
    assert (code, "The file is empty" in err) == (1, True)
    for wrong in (
        ("people", str(path), "--hub", "nowhere"),
        ("people", str(tmp_path / "none.csv"), "--hub", "here"),
        ("people", str(path), "--hub", "here", "--programme", "None such"),
        ("people", str(path), "--hub", "here", "--by", "nobody@example.org"),
        ("people", str(path), "--hub", "here", "--by", here.mentee.email),
    ):
        with pytest.raises(CommandError):
            call_command("import", *wrong)


def test_a_template_as_csv(tmp_path, here):
    path = tmp_path / "organisations.csv"
    assert run("template", "organisations", "--csv", "--out", str(path))[0] == 0
    assert path.read_text("utf-8-sig").splitlines()[0].startswith("id,name,sector,level,org_id")
