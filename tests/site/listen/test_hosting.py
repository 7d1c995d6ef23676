"""Hosting: begin, bring in, open, close, ask for the groups, take out. Wrong role, wrong hub, twice in a row."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import listen as made
from tests.factories.signin import sign_in
from upwell_site.core import jobs
from upwell_site.core.models import Event, Job
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import discussions as actions
from upwell_site.listen.models import Discussion, Grouping, Statement, Vote, Voter


def base(town):
    return f"/h/{town.hub.slug}/discussions/"


def uploads(files):
    return [SimpleUploadedFile(name, content) for name, content in files.items()]


def test_an_organiser_begins_and_opens_a_discussion(client, town):
    """From nothing to open for votes, in two steps."""
    sign_in(client, town.organiser)
    given = {
        "title": "the park",
        "sentences": "More trees.\n\nMore light.\nMore trees.\n",
        "programme": town.programme.pk,
    }
    answer = client.post(f"{base(town)}new/", given)
    row = Discussion.objects.get()
    assert answer.url == f"{base(town)}{row.pk}/"
    assert list(row.statements.values_list("number", "text")) == [(0, "More trees."), (1, "More light.")]
    assert row.state == "draft"
    client.post(f"{base(town)}{row.pk}/state/", {"do": "open"})
    row.refresh_from_db()
    assert row.state == "open"
    assert set(Event.objects.values_list("did", flat=True)) >= {"begin", "open"}
    again = client.post(f"{base(town)}{row.pk}/state/", {"do": "open"}, follow=True)
    assert "This was done already" in again.content.decode()
    client.post(f"{base(town)}{row.pk}/state/", {"do": "close"})
    row.refresh_from_db()
    assert row.state == "closed"


@pytest.mark.parametrize("name", ["new/", "add/"])
@pytest.mark.parametrize("who", ["neighbour", "young", None])
def test_others_do_not_begin_or_bring_in(client, town, name, who):
    """A participant, somebody young and a visitor find no such page."""
    if who:
        sign_in(client, getattr(town, who))
    assert client.get(base(town) + name).status_code == 404
    assert client.post(base(town) + name, {"title": "x"}).status_code == 404


def test_a_staff_role_sleeps_without_a_second_factor(client, town, yards):
    """An organiser who gave none in this session does not edit."""
    sign_in(client, town.neighbour, second_factor=False)
    assert client.post(f"{base(town)}{yards.pk}/edit/", {"title": "x"}).status_code == 403


def test_an_empty_form_says_what_is_missing(client, town):
    """Never an error page."""
    sign_in(client, town.organiser)
    for name in ("new/", "add/"):
        answer = client.post(base(town) + name)
        assert answer.status_code == 400
        assert "to put right" in answer.content.decode()


def test_a_programme_of_others_cannot_be_chosen(client, town):
    """Choosing it would hand a discussion to people one does not work with."""
    from upwell_site.core.models import Programme

    foreign = Programme.objects.create(hub=town.hub, name="Other", public=True)
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}new/", {"title": "x", "sentences": "y", "programme": foreign.pk})
    assert answer.status_code == 400
    assert not Discussion.objects.exists()


def test_an_export_is_looked_at_before_it_is_brought_in(client, town):
    """Looking keeps nothing and says what is in it and which number means yes."""
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", {"title": "Trees", "do": "look", "upload": uploads(made.small_export())})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "20 people, 6 sentences, 120 votes." in text
    assert "In it 1 means yes." in text
    assert "Trees, and number 1" in text
    assert not Discussion.objects.exists()


@pytest.mark.parametrize("packed", [False, True])
def test_an_export_is_brought_in_and_its_groups_follow(client, town, packed):
    """Several files, or one zip: the page waits for the groups, then shows them."""
    files = made.small_export()
    if packed:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as folder:
            for name, content in files.items():
                folder.writestr(f"export/{name}", content)
        files = {"export.zip": whole.getvalue()}
    sign_in(client, town.organiser)
    given = {"title": "Trees", "do": "bring", "upload": uploads(files), "public": "on", "source": "CC BY 4.0"}
    answer = client.post(f"{base(town)}add/", given, follow=True)
    assert "The groups come soon" in answer.content.decode()
    made.work()
    assert Job.objects.get().said == "Done. We see 2 groups."
    client.logout()
    row = Discussion.objects.get()
    text = client.get(f"{base(town)}{row.pk}/").content.decode()
    assert "Two ways to see Trees" in text
    assert "CC BY 4.0" in text


def test_faults_of_an_export_are_told_by_file_and_row(client, town):
    """Nothing is brought in; the page says where to look."""
    files = made.small_export()
    files["comments.csv"] = files["comments.csv"].replace(b"\n3,", b"\nthree,")
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", {"title": "x", "upload": uploads(files)})
    assert answer.status_code == 400
    assert "comments.csv, row 5, column comment-id" in answer.content.decode()
    assert not Discussion.objects.exists()


def test_an_export_whose_sign_is_not_clear_asks(client, town):
    """Agree and disagree must never be guessed."""
    files = {
        "comments.csv": b"comment-id,comment-body\n0,Trees\n1,Light\n",
        "votes.csv": b"timestamp,comment-id,voter-id,vote\n"
        + b"".join(b"1,%d,%d,1\n" % (j, i) for i in range(9) for j in (0, 1)),
    }
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", {"title": "x", "upload": uploads(files)})
    assert "1 means agree or disagree" in answer.content.decode()
    assert not Discussion.objects.exists()
    client.post(f"{base(town)}add/", {"title": "x", "sign": "agree=-1", "upload": uploads(files)})
    assert set(Vote.objects.values_list("value", flat=True)) == {-1}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x00\x01\x02", "ÄÖ".encode("utf-16")])
def test_odd_files_are_refused_in_words(client, town, content):
    """Whatever somebody uploads gives a page that says what is wrong."""
    sign_in(client, town.organiser)
    answer = client.post(
        f"{base(town)}add/", {"title": "x", "upload": [SimpleUploadedFile("comments.csv", content or b"x")]}
    )
    assert answer.status_code == 400
    assert not Discussion.objects.exists()


def test_too_much_is_refused(client, town, settings):
    """The limit is the operator's."""
    settings.UPLOAD_LIMIT_MB = 0
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", {"title": "x", "upload": uploads(made.small_export())})
    assert "more than 0 MB" in answer.content.decode()


def test_a_host_changes_title_and_who_sees_it(client, town, yards):
    """Another organiser, without a role in the programme, does not."""
    stranger = made.person(town.hub, "other")
    made.role(stranger, "organiser", made.Programme.objects.create(hub=town.hub, name="B"), by=town.lead)
    sign_in(client, stranger)
    assert client.post(f"{base(town)}{yards.pk}/edit/", {"title": "taken"}).status_code == 403
    sign_in(client, town.organiser)
    assert "our yards" in client.get(f"{base(town)}{yards.pk}/edit/").content.decode()
    client.post(f"{base(town)}{yards.pk}/edit/", {"title": "all our yards", "programme": town.programme.pk})
    yards.refresh_from_db()
    assert (yards.title, yards.public) == ("all our yards", False)
    assert client.post(f"{base(town)}{yards.pk}/edit/", {"title": " "}).status_code == 400


def test_the_number_of_groups_can_be_chosen_and_stays(client, town, yards):
    """The chooser starts a job; the choice stays, also where people stand in too few places."""
    sign_in(client, town.organiser)
    path = f"{base(town)}{yards.pk}/groups/"
    client.post(path, {"k": "3"})
    made.work()
    yards.refresh_from_db()
    assert yards.k == 3
    assert [row.k for row in Grouping.objects.filter(discussion=yards)] == [2, 2]
    assert "Choose from two to five groups." in client.post(path, {"k": "9"}, follow=True).content.decode()
    client.post(path, {"k": ""})
    client.post(path, {"do": "stop"})
    assert Job.objects.first().state == "stopped"
    sign_in(client, town.neighbour)
    assert client.post(path, {"k": "2"}).status_code == 403


def test_the_job_asks_again_whether_it_may(town, yards):
    """Somebody whose role ended between asking and running starts nothing."""
    job = actions.ask_groups(by=town.lead, discussion=yards, k=2)
    made.Membership.objects.filter(person=town.lead).update(until=made.timezone.localdate())
    made.work()
    job.refresh_from_db()
    assert (job.state, job.said) == ("failed", "Whoever asked for this may no longer do it.")


def test_the_job_may_run_twice(town, yards):
    """A killed worker's job runs again: the newest result is shown, and both say the same."""
    jobs.start("listen.regroup", hub=town.hub, about=yards)
    made.work()
    one, two = Grouping.objects.filter(discussion=yards)
    assert one.result == two.result


def test_an_import_can_be_taken_out_whole(client, town):
    """Until somebody of this place has voted in it."""
    from upwell_site.listen.bringing import bring_in_export

    row = bring_in_export(by=town.organiser, hub=town.hub, title="x", files=made.small_export())
    made.work()
    known = Voter.objects.create(hub=town.hub, discussion=row, number=99, person=town.neighbour)
    with pytest.raises(Refused, match="have voted in it"):
        actions.remove(by=town.organiser, discussion=row)
    known.delete()
    sign_in(client, town.organiser)
    assert client.post(f"{base(town)}{row.pk}/state/", {"do": "remove"}).url == base(town)
    for model in (Discussion, Statement, Voter, Vote, Grouping):
        assert not model.objects.exists()


def test_it_cannot_be_opened_without_a_sentence(client, town):
    """There would be nothing to vote on."""
    row = made.discussion(town, state="draft")
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}{row.pk}/state/", {"do": "open"}, follow=True)
    assert "nothing to vote on yet" in answer.content.decode()
