"""Forgetting somebody: what goes, what is emptied, what stays, whose it is."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import SET_NULL
from django.test import Client
from django.utils import timezone

from tests import world as w
from tests.factories.machinery import give_role, make_hub, make_person, make_programme, make_staff
from upwell_site.connect.models import Ask, Pair
from upwell_site.core import erase, forget, jobs, ledger, outbox, privacy, scrub, threads
from upwell_site.core.actions import networks
from upwell_site.core.models import (
    Batch,
    BatchRow,
    Consent,
    DataRequest,
    Entry,
    Event,
    Hub,
    Job,
    Letter,
    Link,
    Member,
    Membership,
    Message,
    Person,
    Tie,
    User,
)
from upwell_site.core.refused import Refused
from upwell_site.listen.models import Conversation, Discussion, Note, Statement, Vote, Voter

DECLARED = [m for m in apps.get_models() if privacy.declared(m).on_erase]


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path, settings, monkeypatch):
    """A ledger for each test; these run inside a transaction, where PostgreSQL writes no table anew."""
    settings.DIR = tmp_path
    monkeypatch.setattr(scrub, "at_once", lambda: True)
    monkeypatch.setattr(scrub, "scrub", lambda: True)


@pytest.fixture
def world(db: None) -> w.World:
    made = w.make()
    Job.objects.all().delete()  # W's own job would be worked first
    return made


# ---- the registry ----


@pytest.mark.parametrize("model", [m for m in DECLARED if privacy.declared(m).on_erase == "delete"])
def test_whatever_points_at_what_goes_goes_too_or_lets_go(model):
    """A row that stays and cannot let go would stop every erasure at night."""
    held = [f for f in forget.pointing_at(model) if not forget.goes_along(f) and not f.null]
    assert held == []


@pytest.mark.parametrize("model", [m for m in DECLARED if privacy.declared(m).on_erase in {"blank", "keep"}])
def test_whatever_is_blanked_can_be(model):
    """Every field has something to hold once it is empty; and what is kept has no words but those named."""
    values = forget.empties(model)
    if model.__dict__.get("append_only"):
        assert values == {}, "an append-only table cannot be blanked, so it may hold no words"


@pytest.mark.parametrize("model", DECLARED)
def test_what_a_model_names_is_there(model):
    """A typing mistake in `stays` or `goes_with` would be silent."""
    personal, fields = privacy.declared(model), {f.name for f in model._meta.concrete_fields}
    assert {*personal.stays, *personal.goes_with, *personal.blank} <= fields
    model._base_manager.filter(**personal.held).query  # noqa: B018 - raises when a look-up leads nowhere
    if personal.on_erase == "delete":
        links = [f for f in model._meta.concrete_fields if f.related_model is Person]
        about = {path.partition(".")[0] for path in (personal.subject, *personal.others, *personal.also)}
        assert {f.name for f in links if f.remote_field.on_delete is not SET_NULL} <= about


# ---- one person ----


def test_forgetting_empties_the_person_and_keeps_their_number(world):
    side = world.sides["here"]
    adult = side.people["adult"]
    told = erase.erase_person(by=side.people["admin"], person=adult)

    adult.refresh_from_db()
    assert (adult.name, adult.folded, adult.email, adult.phone, adult.about) == ("",) * 5
    assert (adult.born, adult.adult_on, adult.user, adult.listed) == (None, None, None, False)
    assert adult.emptied_at is not None
    assert told["gone"] > 5
    for model in (Note, Conversation, Voter, Vote, Letter, Entry):
        rows = [row for m, _p, row in erase.about(adult) if m is model]
        assert not rows[0].exists(), model
        assert model.objects.filter(hub=world.sides["there"].hub).exists(), "the other hub's rows stay"
    assert not Tie.objects.filter(hub=side.hub).exists(), "a tie goes when either end asks"
    assert Consent.objects.filter(person=adult).exists(), "who agreed to what stays, by number"
    assert not User.objects.filter(email="adult-here@example.org").exists()
    assert Event.objects.filter(did="erase", to=f"core.person:{adult.pk}").count() == 1


def test_what_two_people_share_loses_its_words_when_either_asks(world):
    side = world.sides["here"]
    mentor, pair = side.people["mentor"], side.rows["pair"]["proposed"]
    Pair.objects.filter(pk=pair.pk).update(reasons=[["goals", {}]])
    erase.erase_person(by=side.people["admin"], person=mentor)
    pair.refresh_from_db()
    assert (pair.note, pair.reasons) == ("", [])
    assert Ask.objects.filter(hub=side.hub).exists(), "what the young person asked for is theirs"


def test_a_message_among_adults_is_blanked_and_one_to_a_young_person_held(world):
    side = world.sides["here"]
    mentor, held = side.people["mentor"], side.rows["message"]["one"]
    staff = [side.people["lead"], side.people["organiser"]]
    thread = threads.open_thread(by=None, parties=[mentor, side.people["adult"]], observers=staff)
    loose = Message.objects.create(hub=side.hub, thread=thread, person=mentor, text="secret")
    erase.erase_person(by=side.people["admin"], person=mentor)
    held.refresh_from_db()
    loose.refresh_from_db()
    assert loose.text == ""
    assert held.text.startswith("zq"), "erasure is no way to destroy evidence"


def test_evidence_stays_after_the_young_person_has_left_the_conversation(world):
    """Leaving writes that nobody young sits there now; what was written to them is held all the same."""
    side = world.sides["here"]
    thread, message = side.rows["thread"]["young"], side.rows["message"]["one"]
    threads.leave(by=None, thread=thread, person=side.people["young"])
    thread.refresh_from_db()
    assert (thread.young, thread.ever_young) == (False, True)
    erase.erase_person(by=side.people["admin"], person=side.people["mentor"])
    message.refresh_from_db()
    assert message.text.startswith("zq")


def test_a_conversation_that_loses_its_watcher_pauses(world):
    side = world.sides["here"]
    thread = side.rows["thread"]["young"]
    erase.erase_person(by=side.people["admin"], person=side.people["lead"])
    thread.refresh_from_db()
    assert thread.paused_at is not None


def test_votes_through_a_personal_link_go_with_its_person(world):
    side = world.sides["here"]
    link = Link.objects.get(pk=world.links["here"])
    Link.objects.filter(pk=link.pk).update(person=side.people["listed"])
    voter = Voter.objects.create(hub=side.hub, discussion=side.rows["discussion"]["open"], number=7, link=link)
    erase.erase_person(by=side.people["admin"], person=side.people["listed"])
    assert not Voter.objects.filter(pk=voter.pk).exists()
    assert not Link.objects.filter(pk=link.pk).exists()


def test_a_sentence_somebody_wrote_is_taken_out_and_what_others_wrote_stays(world):
    side = world.sides["here"]
    mine = Statement.objects.create(
        hub=side.hub,
        discussion=side.rows["discussion"]["open"],
        number=9,
        text="as Semira I say",
        author=side.people["adult"],
        moderated=1,
    )
    erase.erase_person(by=side.people["admin"], person=side.people["adult"])
    mine.refresh_from_db()
    assert (mine.text, mine.moderated) == ("", -1)
    assert Discussion.objects.get(pk=side.rows["discussion"]["open"].pk).title


def test_what_names_a_row_in_text_goes_with_it(world):
    side = world.sides["here"]
    talk = side.rows["conversation"]["one"]
    name = f"listen.conversation:{talk.pk}"
    Tie.objects.create(hub=side.hub, a=side.people["lead"], b=side.people["organiser"], kind="met", source=name)
    Letter.objects.create(hub=side.hub, to=side.people["lead"], kind="x", event="y", about=name, message_id="<a@b>")
    batch = side.rows["batch"]["lead"]
    adult = side.people["adult"]
    for made in (name, f"core.person:{adult.pk}"):
        BatchRow.objects.create(hub=side.hub, batch=batch, number=1, made=made, new=False, before={"name": "Ann"})
    erase.erase_person(by=side.people["admin"], person=adult)
    assert not Tie.objects.filter(source=name).exists()
    assert not Letter.objects.filter(about=name).exists()
    assert not BatchRow.objects.exists()


def test_letters_and_invitations_to_their_address_go_and_those_of_others_stay(world):
    side = world.sides["here"]
    adult = side.people["adult"]
    outbox.post(adult.email, "invitation", "a", hub=side.hub, values={"name": adult.name})
    outbox.post("other@example.org", "invitation", "a", hub=side.hub)
    outbox.post("adult-here@example.org", "sign_in_code", "b", values={"code": "1"})
    erase.erase_person(by=side.people["admin"], person=adult)
    assert set(Letter.objects.filter(to=None).values_list("address", flat=True)) == {"other@example.org"}


def test_the_sign_in_stays_while_another_hub_knows_them_by_it(world):
    side = world.sides["here"]
    adult = side.people["adult"]
    user = adult.user
    there = Person.objects.create(hub=make_hub(), user=user, name="Known there")
    erase.erase_person(by=side.people["admin"], person=adult)
    there.refresh_from_db()
    assert there.user == user
    assert there.name == "Known there"


def test_their_open_session_ends(world):
    side = world.sides["here"]
    client = world.client("adult")
    other: Client = world.client("listed")
    erase.erase_person(by=side.people["admin"], person=side.people["adult"])
    assert client.get("/h/here/home/").status_code in {302, 404}
    assert other.get("/h/here/home/").status_code == 200


def test_what_came_along_into_a_network_is_taken_out_there(world):
    side = world.sides["here"]
    adult = side.people["adult"]
    net = Hub.objects.create(name="Net", slug="net", kind="network", controller="x")
    Member.objects.create(hub=net, member=side.hub, since=timezone.localdate())
    Entry.objects.all().delete()
    there = networks.enter(by=adult, network=net, follow=["name", "email"])
    erase.erase_person(by=side.people["admin"], person=adult)
    there.refresh_from_db()
    assert (there.name, there.email) == ("", "")
    assert not User.objects.filter(email="adult-here@example.org").exists()


def test_what_is_about_them_in_the_law_is_not_counted(world):
    """Any number would tell whoever asks that there is something."""
    side = world.sides["here"]
    lines = erase.preview(side.people["mentor"])
    assert {line.what for line in lines} == {"goes", "emptied", "stays"}
    assert "Messages" not in {line.name for line in lines}


# ---- lists ----


@pytest.fixture
def listing(world, settings, tmp_path):
    from upwell_site.core.bringing import files

    side = world.sides["here"]

    def put(text: str, **more):
        stored, digest, _size = files.store([text.encode()])
        return Batch.objects.create(
            hub=side.hub, kind="people", by=side.people["lead"], file_name="a.csv", file=stored, digest=digest, **more
        )

    return put


def test_a_list_that_waits_and_names_them_is_put_away_file_and_all(world, listing, django_capture_on_commit_callbacks):
    side = world.sides["here"]
    adult = side.people["adult"]
    Person.objects.filter(pk=adult.pk).update(name="Semira Tesfay", email="s@example.org")
    adult.refresh_from_db()
    split = listing("first,last\nSemira,Tesfay\nAnia,Kowal\n")
    mail = listing("name,email\nSomebody,S@example.org\n", state="checked", found={"sample": [["S@example.org"]]})
    other = listing("first,last\nAnia,Kowal\n")
    told = Batch.objects.create(
        hub=side.hub,
        kind="people",
        file_name="Semira Tesfay.csv",
        digest="1",
        state="failed",
        found={"said": "Row 3: Semira Tesfay"},
    )
    with django_capture_on_commit_callbacks(execute=True):
        erase.erase_person(by=side.people["admin"], person=adult)
    from upwell_site.core.bringing import files

    for batch in (split, mail):
        batch.refresh_from_db()
        assert batch.state == "failed"
        assert batch.found == {"put_away": True}
    assert len(list(files.folder().iterdir())) == 1
    other.refresh_from_db()
    assert other.state == "uploaded"
    told.refresh_from_db()
    assert (told.found, told.file_name) == ({"put_away": True}, "list")


def test_while_a_list_with_them_is_being_brought_in_nothing_is_forgotten(world, listing):
    side = world.sides["here"]
    adult = side.people["adult"]
    listing(f"name\n{adult.name}\n", state="loading")
    with pytest.raises(Refused, match="brought in right now"):
        erase.erase_person(by=side.people["admin"], person=adult)
    adult.refresh_from_db()
    assert adult.name


# ---- asked for, and the job ----


def test_the_job_forgets_writes_it_down_and_may_run_twice(world):
    side = world.sides["here"]
    adult = side.people["adult"]
    job = erase.start(by=side.people["admin"], person=adult)
    assert jobs.work_one()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 1)
    adult.refresh_from_db()
    assert ledger.holds(adult) and ledger.is_scrubbed(adult) and ledger.unscrubbed() == 0
    Job.objects.filter(pk=job.pk).update(state="waiting")
    assert jobs.work_one()
    job.refresh_from_db()
    assert job.state == "done"
    assert Event.objects.filter(did="erase").count() == 1


def test_the_job_is_not_done_while_copies_are_in_the_file_and_the_tick_goes_on(world, monkeypatch):
    side = world.sides["here"]
    adult = side.people["adult"]
    monkeypatch.setattr(erase.scrub, "scrub", lambda: False)
    monkeypatch.setattr(erase, "TRIES_FOR", 0.0)
    job = erase.start(by=side.people["admin"], person=adult)
    jobs.work_one()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "Every record is gone" in job.said
    assert erase.finish() == 0
    monkeypatch.setattr(erase.scrub, "scrub", lambda: True)
    assert erase.finish() == 1
    assert ledger.is_scrubbed(adult)


def test_a_failed_job_does_not_write_the_file_anew_with_every_tick(world, monkeypatch):
    side = world.sides["here"]
    monkeypatch.setattr(erase, "TRIES_FOR", 0.0)
    answers = iter([False, True])
    monkeypatch.setattr(erase.scrub, "scrub", lambda: next(answers))
    erase.start(by=side.people["admin"], person=side.people["adult"])
    jobs.work_one()
    assert [erase.finish() for _ in range(3)] == [1, 0, 0]


def test_who_runs_the_site_keeps_their_sign_in(world):
    side = world.sides["here"]
    User.objects.filter(email="adult-here@example.org").update(is_operator=True)
    erase.erase_person(by=side.people["admin"], person=side.people["adult"])
    assert User.objects.filter(email="adult-here@example.org", is_operator=True).exists()


def test_a_killed_job_leaves_no_gap_in_the_ledger(world, monkeypatch):
    """Killed between the transaction and the ledger, three times: the tick writes the line."""
    side = world.sides["here"]
    adult = side.people["adult"]
    job = erase.start(by=side.people["admin"], person=adult)
    erase.erase_person(by=side.people["admin"], person=adult)
    Job.objects.filter(pk=job.pk).update(state="failed", ended_at=timezone.now())
    assert not ledger.holds(adult)
    erase.finish()
    assert ledger.holds(adult)


def test_rights_are_asked_again_when_the_job_runs(world):
    side = world.sides["here"]
    job = erase.start(by=side.people["admin"], person=side.people["adult"])
    Membership.objects.filter(person=side.people["admin"]).update(until=timezone.localdate())
    jobs.work_one()
    job.refresh_from_db()
    assert job.state == "failed"
    side.people["adult"].refresh_from_db()
    assert side.people["adult"].name


def test_nobody_forgets_themselves_or_the_last_admin(db):
    hub = make_hub()
    admin, other = make_staff(hub, "admin"), make_person(hub)
    with pytest.raises(Refused, match="Somebody else"):
        erase.start(by=admin, person=admin)
    with pytest.raises(Refused, match="only hub admin"):
        erase.start(by=other, person=admin)
    give_role(other, "admin", None)
    erase.start(by=other, person=admin)
    with pytest.raises(Refused, match="already"):
        erase.erase_person(by=other, person=admin)
        erase.start(by=other, person=admin)


def test_a_lead_of_a_programme_may_go_and_their_role_ends(db):
    hub = make_hub()
    programme = make_programme(hub)
    lead, admin = make_staff(hub, "lead", programme), make_staff(hub, "admin")
    erase.erase_person(by=admin, person=lead)
    assert Membership.objects.get(person=lead).until == timezone.localdate()


def test_what_somebody_asked_about_their_data_ends_with_them(world):
    """A request that nobody can be answered any more does not stay overdue for ever."""
    here = world.sides["here"]
    person, admin = here.people["adult"], here.people["admin"]
    row = DataRequest.objects.create(
        hub=here.hub, person=person, kind="erase", words="Please", due=timezone.localdate(), state="carry"
    )
    erase.erase_person(by=admin, person=person)
    row.refresh_from_db()
    assert (row.state, row.words, row.answered_by) == ("done", "", admin)


def test_a_note_that_stands_for_many_stays_when_the_first_of_them_goes(world):
    """Undoing a list needs it for all the others, and it says nothing about any of them."""
    here = world.sides["here"]
    person = here.people["adult"]
    batch = Batch.objects.create(hub=here.hub, kind="people", file_name="a.csv", digest="0" * 64, state="done")
    made = f"core.person:{person.pk}"
    BatchRow.objects.create(hub=here.hub, batch=batch, number=2, made=made, many=7, new=True)
    erase.erase_person(by=here.people["admin"], person=person)
    assert BatchRow.objects.filter(made=made, many=7).exists()
