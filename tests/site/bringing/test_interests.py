"""Interests beside a list: one vector a person, stored as a direction; whatever is wrong is said in a sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from tests.site.bringing.conftest import words_of
from upwell_site.connect.models import Ask, Round
from upwell_site.core.bringing import files

MENTEES = "id,name,goals\nM-1,Jo Bright,maths\n\nM-2,Kai Osei,music\n"


def npy(array, **more):
    out = io.BytesIO()
    np.save(out, array, **more)
    return out.getvalue()


def upload(driver, beside, kind="mentees", rows=MENTEES):
    data = {
        "where": str(driver.world.round.pk),
        "file": SimpleUploadedFile("list.csv", rows.encode()),
        "interests": SimpleUploadedFile("list_interests.npy", beside),
    }
    return driver.client.post(f"{driver.root}list/{kind}/", data, follow=True)


def stored():
    return {ask.person.name: np.frombuffer(bytes(ask.interests), np.float32).tolist() for ask in Ask.objects.all()}


def test_each_person_gets_the_vector_of_their_row_made_one_long(lead):
    upload(lead, npy(np.array([[3.0, 4.0], [0.0, 2.0]])))
    lead.post("load")
    assert stored() == {"Jo Bright": pytest.approx([0.6, 0.8]), "Kai Osei": [0.0, 1.0]}
    assert list(files.folder().iterdir()) == []


def test_another_vector_changes_somebody_known_and_opens_the_round_again(lead, here):
    upload(lead, npy(np.eye(2)))
    lead.post("load")
    Round.objects.filter(pk=here.round.pk).update(state="matched")
    upload(lead, npy(np.array([[1.0, 0.0], [1.0, 0.0]])))
    assert lead.batch.found["counts"]["changed"] == 1
    assert lead.batch.found["counts"]["known"] == 1
    lead.post("load")
    assert stored() == {"Jo Bright": [1.0, 0.0], "Kai Osei": [1.0, 0.0]}
    here.round.refresh_from_db()
    assert here.round.state == "draft"
    lead.bring_in("mentees", MENTEES)  # a list without the file leaves them
    assert stored() == {"Jo Bright": [1.0, 0.0], "Kai Osei": [1.0, 0.0]}


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (npy(np.eye(3)), "but the list has 2 people"),
        (npy(np.ones(2)), "but the list has 2 people"),
        (npy(np.ones((2, 0))), "but the list has 2 people"),
        (npy(np.array([["a"], ["b"]])), "are not numbers"),
        (npy(np.array([[{}], [{}]], dtype=object), allow_pickle=True), "cannot be read"),
        (npy(np.array([[1.0, 0.0], [0.0, 0.0]])), "The interests of row 4 are empty"),
        (npy(np.array([[np.nan, 0.0], [0.0, 1.0]])), "The interests of row 2 are empty"),
        (npy(np.eye(2))[:-8], "cannot be read"),
        (npy(np.eye(2)).replace(b"(2, 2)", b"(2, 9)"), "cannot be read"),
        (b"\x93NUMPY\x01\x00", "cannot be read"),
        (b"\x80\x04K\x01.", "cannot be read"),
        (b"PK\x03\x04", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_comes_in(lead, beside, said):
    assert said in words_of(upload(lead, beside))
    lead.post("load")
    assert not Ask.objects.exists()


def test_an_empty_file_beside_it(lead):
    assert "cannot be read" in words_of(upload(lead, b""))


def test_one_that_is_too_large_is_refused_at_once(lead, settings):
    settings.UPLOAD_LIMIT_MB = 0.0001
    assert "This file is larger than" in words_of(upload(lead, npy(np.ones((2, 100)))))


def test_other_lists_take_none(admin):
    page = admin.client.get(f"{admin.root}list/people/").content.decode()
    assert 'name="interests"' not in page
    upload(admin, npy(np.eye(2)), kind="people", rows="name\nJo\n")
    assert not any(path.name.endswith(".interests") for path in files.folder().iterdir())


def test_the_command_takes_them_too(here, tmp_path, capsys):
    (tmp_path / "m.csv").write_text(MENTEES)
    (tmp_path / "m_interests.npy").write_bytes(npy(np.eye(2)))
    where = {"hub": "here", "round": "Spring", "programme": "Mentoring"}
    call_command("import", "mentees", str(tmp_path / "m.csv"), interests=tmp_path / "m_interests.npy", **where)
    assert stored() == {"Jo Bright": [1.0, 0.0], "Kai Osei": [0.0, 1.0]}
    (tmp_path / "m_interests.npy").write_bytes(npy(np.eye(3)))
    with pytest.raises(SystemExit):
        call_command("import", "mentees", str(tmp_path / "m.csv"), interests=tmp_path / "m_interests.npy", **where)
    assert "but the list has 2 people" in capsys.readouterr().err
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import", "mentees", str(tmp_path / "m.csv"), interests=tmp_path / "none.npy", **where)
    with pytest.raises(CommandError, match="mentees and mentors only"):
        call_command("import", "people", str(tmp_path / "m.csv"), interests=tmp_path / "m_interests.npy", hub="here")
