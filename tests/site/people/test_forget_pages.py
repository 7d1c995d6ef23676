"""The page where somebody is forgotten, and the one that says what it means for oneself."""

from __future__ import annotations

import pytest

from tests import world as w
from upwell_site.core import jobs, scrub
from upwell_site.core.models import Job, Person


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path, settings, monkeypatch):
    settings.DIR = tmp_path
    monkeypatch.setattr(scrub, "at_once", lambda: True)
    monkeypatch.setattr(scrub, "scrub", lambda: True)


@pytest.fixture
def world(db: None) -> w.World:
    made = w.make()
    Job.objects.all().delete()
    return made


def test_an_admin_forgets_somebody_after_writing_their_name(world):
    person, admin = world.sides["here"].people["adult"], world.client("admin")
    page = f"/h/here/people/{person.pk}/forget/"
    assert page in admin.get(f"/h/here/people/{person.pk}/").content.decode()
    text = admin.get(page).content.decode()
    assert "What goes" in text and "What stays" in text and "Talks" in text

    wrong = admin.post(page, {"name": "Somebody Else"})
    assert "This is not the name" in wrong.content.decode()
    assert not Job.objects.exists()

    sent = {"name": person.name.upper(), "once": "k" * 20}
    first, again = admin.post(page, sent), admin.post(page, sent)
    assert first.headers["Location"] == again.headers["Location"] == f"/h/here/jobs/{Job.objects.get().pk}/"
    assert jobs.work_one()
    assert "Nothing is left of them but numbers" in admin.get(first.headers["Location"]).content.decode()
    person.refresh_from_db()
    assert person.name == ""
    for page in ("", "forget/", "edit/", "born/", "roles/add/"):
        assert admin.get(f"/h/here/people/{person.pk}/{page}").status_code == 404, (
            "there is nobody to show or to change"
        )
    assert admin.get("/h/here/people/").status_code == 200


def test_the_last_admin_is_not_forgotten(world):
    side = world.sides["here"]
    from upwell_site.core.models import Membership

    Membership.objects.filter(person=side.people["asleep"]).update(until="2020-01-01")
    answer = world.client("admin").post(
        f"/h/here/people/{side.people['admin'].pk}/forget/", {"name": side.people["admin"].name}
    )
    assert "Somebody else has to do this" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "whom", "answer"),
    [("safe", "young", 200), ("safe", "unknown", 200), ("safe", "adult", 403), ("lead", "young", 403)],
)
def test_who_may(world, who, whom, answer):
    person = world.sides["here"].people[whom]
    assert world.client(who).get(f"/h/here/people/{person.pk}/forget/").status_code == answer


@pytest.mark.parametrize("who", ["adult", "young"])
def test_everybody_reads_what_it_would_mean_for_them(world, who):
    client = world.client(who)
    assert "/h/here/you/forget/" in client.get("/h/here/you/").content.decode()
    text = client.get("/h/here/you/forget/").content.decode()
    assert "What goes" in text and "within one month" in text


def test_the_page_says_the_same_about_what_the_law_holds_whether_there_is_something_or_not(world):
    """Held or not: the same sentence, and no number that differs."""
    side, admin = world.sides["here"], world.client("admin")
    for who in ("mentor", "listed"):  # one has written where somebody under 18 sits
        text = admin.get(f"/h/here/people/{side.people[who].pk}/forget/").content.decode()
        assert "We cannot say here whether there is one" in text
        assert "<h3>Messages</h3>" not in text


def test_the_page_asks_no_more_with_more_rows(world, django_assert_max_num_queries):
    from upwell_site.core.models import Letter

    person = world.sides["here"].people["adult"]
    Letter.objects.bulk_create(
        Letter(hub=person.hub, to=person, kind="x", event=str(n), message_id=f"<{n}@x>") for n in range(50)
    )
    admin = world.client("admin")
    with django_assert_max_num_queries(60):
        admin.get(f"/h/here/people/{person.pk}/forget/")
    assert Person.objects.filter(pk=person.pk, emptied_at=None).exists()
