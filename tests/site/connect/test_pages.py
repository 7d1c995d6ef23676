"""The pages of a round, through a browser: what stands on them, who may open them, how often they ask the database."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import connect as f
from tests.site.connect.conftest import key
from upwell_site.connect import actions
from upwell_site.connect.models import Pair, Round
from upwell_site.core.models import Event

PEOPLE_PAGES = ("pairs/", "unmatched/", "asks/", "offers/")


def url(round: Round, page: str = "") -> str:
    return f"/h/{round.hub.slug}/rounds/{round.pk}/{page}"


def test_an_empty_list_of_rounds_says_what_to_do(room, lead):
    page = lead.get("/h/here/rounds/")
    assert "No round of matching yet" in page.content.decode()
    assert "/h/here/rounds/add/" in page.content.decode()


def test_a_lead_begins_a_round_once_however_often_the_form_is_sent(room, lead):
    form = {"programme": room.programme.pk, "name": " Autumn round ", "once": key()}
    first, again = lead.post("/h/here/rounds/add/", form), lead.post("/h/here/rounds/add/", form)
    row = Round.objects.get(hub=room.hub)
    assert first.url == again.url == url(row)
    assert row.name == "Autumn round"
    assert "Bring in who asks and who offers" in lead.get(url(row)).content.decode()


def test_a_round_is_begun_only_in_a_programme_one_leads(room, client_of):
    other = client_of(room.people["lead of another"])
    page = other.post("/h/here/rounds/add/", {"programme": room.programme.pk, "name": "Autumn", "once": key()})
    assert page.status_code == 200
    assert not Round.objects.exists()


def test_a_second_round_of_the_same_name_is_refused_in_words(room, lead):
    f.round_of(room, 0, 0)
    form = {"programme": room.programme.pk, "name": "Autumn round", "once": key()}
    page = lead.post("/h/here/rounds/add/", form).content.decode()
    assert "has a round of that name already" in page
    assert Round.objects.count() == 1


def test_every_page_of_a_matched_round_opens_and_names_its_people(room, lead):
    round = f.round_of(room, asks=9, offers=6)
    f.run(round, room.lead)
    page = lead.get(url(round)).content.decode()
    assert "Read it through before anybody hears" in page
    assert "6 of 9 people have a mentor in this round." in page
    assert "Within 0.00 % of the best possible" in page
    assert "The 3 without a mentor" in page
    assert "Half of the pairs fit" in page
    assert "Approve and send the letters" in page
    for more in (*PEOPLE_PAGES, "rules/"):
        assert lead.get(url(round, more)).status_code == 200
    pairs = lead.get(url(round, "pairs/")).content.decode()
    assert pairs.count('id="pair-') == 6
    assert "Both free on" in pairs
    assert "is under 18: two approved adults see every message." in pairs
    assert lead.get(url(round, "unmatched/")).content.decode().count("Smallest change") == 3


def test_those_who_may_not_see_people_see_counts_and_no_name(room, client_of):
    """An organiser and a hub admin read a round's figures; a group of fewer than five is not counted out to them."""
    round = f.round_of(room, asks=9, offers=6)
    f.run(round, room.lead)
    for who in ("organiser", "admin"):
        client = client_of(room.people[who])
        page = client.get(url(round)).content.decode()
        assert "6 of 9 people have a mentor" in page
        assert "Mentee Autumn" not in page
        assert "Fewer than 5" in page
        assert "Approve and send" not in page
        for more in PEOPLE_PAGES:
            assert client.get(url(round, more)).status_code == 403
        for deed in ("run/", "approve/", "export/", "stop/", "letters/stop/"):
            assert client.post(url(round, deed)).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "lead of another"])
def test_others_cannot_tell_that_a_round_exists(room, client_of, who):
    round = f.round_of(room, 3, 3)
    pair = f.run(round, room.lead)[0]
    client = client_of(room.people[who])
    for page in ("", *PEOPLE_PAGES, "rules/"):
        assert client.get(url(round, page)).status_code == 404
        assert client.get(url(round, page)).content == client.get(f"/h/here/rounds/987654/{page}").content
    for deed in ("lock", "drop", "note", "approve"):
        assert client.post(f"/h/here/rounds/pair/{pair.pk}/{deed}/").status_code == 404
    pair.refresh_from_db()
    assert (pair.state, pair.locked) == ("proposed", False)


def test_a_lead_of_another_hub_finds_nothing(room, client_of):
    round = f.round_of(room, 3, 3)
    there = f.room("there")
    client = client_of(there.lead)
    assert client.get(url(round)).status_code == 404
    assert client.get(f"/h/there/rounds/{round.pk}/").status_code == 404


def test_the_safeguarding_lead_reads_pairs_but_not_the_note_and_decides_nothing(room, client_of):
    pair = f.run(f.round_of(room, 3, 3), room.lead)[0]
    actions.write_note(by=room.lead, pair=pair, note="Only for staff of the programme")
    client = client_of(room.people["safe"])
    page = client.get(f"/h/here/rounds/pair/{pair.pk}/").content.decode()
    assert "Why these two" in page
    assert "Only for staff" not in page
    assert client.post(f"/h/here/rounds/pair/{pair.pk}/lock/").status_code == 403


def test_the_two_see_each_other_only_once_approved_without_fit_note_or_distance(room, client_of):
    """What one is told about the other must not say how far away they live, or how well they score."""
    pair = f.run(f.round_of(room, 3, 3), room.lead)[0]
    actions.write_note(by=room.lead, pair=pair, note="Only for staff")
    client = client_of(pair.mentor)
    address = f"/h/here/rounds/pair/{pair.pk}/"
    assert client.get(address).status_code == 404
    actions.approve_pair(by=room.lead, pair=pair)
    page = client.get(address).content.decode()
    assert "There is somebody for you to meet" in page
    assert "Both free on" in page
    for hidden in ("km apart", "Fit ", "Only for staff", pair.mentee.name):
        assert hidden not in page


def test_names_that_may_not_be_read_are_numbers(room, lead):
    """A mentee whose place in the programme ended is not the lead's to name any more."""
    round = f.round_of(room, 3, 3)
    pair = f.run(round, room.lead)[0]
    pair.mentee.memberships.all().delete()
    page = lead.get(url(round, "pairs/")).content.decode()
    assert pair.mentee.name not in page
    assert pair.mentee.short_name not in page
    assert f"Somebody (number {pair.mentee_id})" in page


def test_what_is_read_first_is_filtered_and_ordered(room, lead):
    round = f.round_of(room, asks=8, offers=8)
    pairs = f.run(round, room.lead)
    Pair.objects.filter(pk=pairs[0].pk).update(score=10_000)
    page = lead.get(url(round, "pairs/?show=low")).content.decode()
    assert page.count('id="pair-') == 1
    assert f'id="pair-{pairs[0].pk}"' in page
    by_name = lead.get(url(round, "pairs/?order=name")).content.decode()
    named = [by_name.index(f"Mentee Autumn round {n}"[:6] + f" {n}.") for n in (1, 5)]
    assert named == sorted(named)
    assert lead.get(url(round, "pairs/?show=nonsense&order=nonsense&after=-4")).status_code == 200


def test_pages_ask_the_database_as_often_for_sixty_pairs_as_for_three(room, lead):
    small, large = f.round_of(room, 5, 3, name="Small"), f.round_of(room, 66, 60, name="Large")
    for round in (small, large):
        f.run(round, room.lead)
    for page in ("", "pairs/", "unmatched/", "asks/", "offers/"):
        counts = []
        for round in (small, large):
            lead.get(url(round, page))
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert lead.get(url(round, page)).status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1], page
        assert counts[1] <= 40, page


def test_long_lists_come_in_pages_of_fifty(room, lead):
    round = f.round_of(room, 60, 60)
    f.run(round, room.lead)
    first = lead.get(url(round, "pairs/")).content.decode()
    assert first.count('id="pair-') == 50
    more = re.search(r'href="([^"]+after=\d+)" rel="next"', first)[1]
    assert lead.get(more).content.decode().count('id="pair-') == 10


def test_the_spreadsheet_of_pairs_runs_no_formula_and_is_written_down(room, lead):
    round = f.round_of(room, 3, 3)
    pair = f.run(round, room.lead)[0]
    actions.write_note(by=room.lead, pair=pair, note="=HYPERLINK(1)")
    answer = lead.post(url(round, "export/"))
    assert answer["Content-Disposition"] == 'attachment; filename="autumn-round-pairs.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[0]["note"] == "'=HYPERLINK(1)"
    assert rows[0]["mentor_name"] == pair.mentor.name
    assert "Both free on" in rows[0]["reasons"]
    assert Event.objects.get(did="export_pairs").numbers == {"pairs": 3}
    assert lead.get(url(round, "export/")).status_code == 405


def test_rules_are_kept_and_shown_again_and_ask_for_another_run(room, lead):
    round = f.round_of(room, 4, 4)
    f.run(round, room.lead)
    form = {
        "name": "default", "goal": "most_people", "on": ["slot", "language"], "tags": "50", "interests": "0",
        "near": "30", "time": "20", "max_travel_km": "8", "usual_travel_km": "5", "once": key(),
    }  # fmt: skip
    assert lead.post(url(round, "rules/"), form).url == url(round)
    round.refresh_from_db()
    assert round.rules["goal"] == "most_people"
    assert round.rules["distance"] is False
    assert round.rules["tags"] == 0.5
    assert "The rules changed since these pairs were found" in lead.get(url(round)).content.decode()
    shown = lead.get(url(round, "rules/")).content.decode()
    assert 'value="8"' in shown
    f.run(round, room.lead)
    assert "gives more people a mentor" in lead.get(url(round)).content.decode()


def test_rules_that_weigh_nothing_are_refused(room, lead):
    round = f.round_of(room, 0, 0)
    form = {
        "name": "default", "goal": "total", "tags": "0", "interests": "0", "near": "0", "time": "0",
        "usual_travel_km": "5", "once": key(),
    }  # fmt: skip
    assert "Give at least one of the four more than 0." in lead.post(url(round, "rules/"), form).content.decode()
    round.refresh_from_db()
    assert round.rules == {}


def test_home_and_search_know_of_a_round_that_waits(room, lead, client_of):
    round = f.round_of(room, 3, 3)
    f.run(round, room.lead)
    assert "Autumn round is ready to read" in lead.get("/h/here/home/").content.decode()
    assert url(round) in lead.get("/h/here/search/?q=autumn").content.decode()
    other = client_of(room.people["lead of another"])
    assert "Autumn round" not in other.get("/h/here/home/").content.decode()
    assert url(round) not in other.get("/h/here/search/?q=autumn").content.decode()
    actions.approve_round(by=room.lead, round=round)
    assert "is ready to read" not in lead.get("/h/here/home/").content.decode()
    mine = client_of(Pair.objects.filter(hub=room.hub).first().mentor).get("/h/here/home/").content.decode()
    assert "There is somebody for you to meet" in mine
