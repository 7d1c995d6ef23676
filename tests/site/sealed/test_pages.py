"""The pages: anybody tells us, those who look after safety read it, and nobody else can tell that there is anything."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.site.sealed.conftest import WORDS
from upwell_site.core.models import Event, Letter, Once
from upwell_site.sealed import actions, ask
from upwell_site.sealed.models import Check, Concern, ConcernEntry, Look

pytestmark = pytest.mark.django_db
ONCE = "o" * 24
RECEIPT = re.compile(r"/h/here/safe/([0-9a-f]{64})/")


def words_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, **more):
    return client.post("/h/here/safe/tell/", {"words": WORDS, "once": ONCE} | more)


# ---- telling us ----


def test_the_page_for_worries_has_the_form_for_anybody(desk, as_):
    for who in (None, desk.room.child, desk.room.lead, desk.room.safe):
        text = words_of(as_(who).get("hub_safe"))
        assert "What did you see or hear?" in text and 'action="/h/here/safe/tell/"' in text


def test_a_hub_where_nobody_could_read_it_offers_no_form(desk, as_):
    """A box that nobody empties is worse than none."""
    text = words_of(Client().get("/h/there/safe/"))
    assert "What did you see or hear?" in text
    desk.safe_there.memberships.update(until=timezone.localdate())
    assert "What did you see or hear?" not in words_of(Client().get("/h/there/safe/"))
    assert "Nobody here could read it yet" in words_of(Client().get("/h/there/safe/tell/"))
    answer = Client().post("/h/there/safe/tell/", {"words": WORDS, "once": ONCE})
    assert WORDS.split(":")[0] in answer.content.decode() and not Concern.objects.exists()


def test_without_an_account_from_the_street(desk):
    client = Client()
    answer = send(client, about="Chidi", reach="0113 496 0002")
    receipt = answer.headers["Location"]
    assert RECEIPT.fullmatch(receipt)
    assert "We have your words" in words_of(client.get(receipt))
    concern = Concern.objects.get()
    assert concern.raised_by is None and not concern.about_lead
    assert ask.read(by=desk.room.safe, concern=concern).words == WORDS


def test_the_key_of_a_receipt_is_kept_nowhere(desk):
    """A copy of the database must not hold a way to the receipts."""
    key = RECEIPT.fullmatch(send(Client()).headers["Location"])[1]
    for model in (Concern, Once, Letter, Event):
        assert key not in str(list(model.objects.values()))
    assert Concern.objects.get().receipt != key


def test_sent_twice_it_is_one_concern_with_one_receipt(desk, as_):
    client = Client()
    first, again = send(client), send(client)
    assert first.headers["Location"] == again.headers["Location"]
    signed = as_(desk.room.mentor).client
    assert send(signed).headers["Location"] == first.headers["Location"]
    assert Concern.objects.count() == 1
    assert send(client, once="p" * 24).headers["Location"] != first.headers["Location"]


def test_who_signed_in_and_says_no_name_is_not_written_down(desk, as_):
    client = as_(desk.room.mentor).client
    send(client)
    assert Concern.objects.get().raised_by is None
    send(client, sender="Mo", once="q" * 24)
    assert Concern.objects.filter(raised_by=desk.room.mentor).count() == 1


def test_an_empty_form_says_what_is_missing_and_keeps_the_rest(desk):
    text = words_of(Client().post("/h/here/safe/tell/", {"words": "  ", "about": "Chidi", "once": ONCE}))
    assert "Error:" in text and "Chidi" in text and not Concern.objects.exists()


def test_people_of_the_hub_name_the_lead_and_visitors_her_role(desk, as_):
    person, visitor = words_of(as_(desk.room.child).get("hub_safe")), words_of(as_().get("hub_safe"))
    assert "Safiya Safe, Safeguarding lead" in person and "Dora Deputy" in person
    assert "Safiya" not in visitor and "The safeguarding lead" in visitor


@pytest.mark.parametrize("ticked", ["p{safe}", "safeguarding", "unsure"])
def test_about_the_lead_it_goes_to_the_deputy_and_she_cannot_tell(desk, as_, ticked):
    """B5, the hardest case: the subject is the one whose task it is to read."""
    safe = as_(desk.room.safe)
    pages = ("home", "concerns", "search", "notices", "checks", "people", "hub_safe")
    before = [plain(safe.get(page)) for page in pages]
    who = None if ticked == "safeguarding" else desk.room.child
    send(as_(who).client, safety=ticked.format(safe=desk.room.safe.pk))
    assert Concern.objects.get().to_deputy
    assert [plain(safe.get(page)) for page in pages] == before
    where = Concern.objects.get().pk
    assert plain(safe.get("concern", where)) == plain(safe.get("concern", uuid4()))
    assert safe.post("concern_write", where, kind="closed", words="x").status_code == 404
    assert "A concern waits for you" in words_of(as_(desk.deputy).get("home"))
    assert list(Letter.objects.values_list("to", flat=True)) == [desk.deputy.pk]


def test_everybody_who_could_read_it_is_named_then_it_says_whom_to_ring(desk):
    text = words_of(send(Client(), safety=["safeguarding", "deputy"]))
    assert "Nobody here could read it" in text and "uncle" in text


# ---- the receipt ----


def test_a_receipt_says_how_far_it_is_and_not_a_word_more(desk):
    client = Client()
    receipt = send(client, about="Chidi").headers["Location"]
    concern = Concern.objects.get()
    actions.acknowledge_concern(by=desk.room.safe, concern=concern)
    seen = words_of(client.get(receipt))
    assert "Somebody is looking at it" in seen
    actions.close_concern(by=desk.room.safe, concern=concern, words="canary")
    closed = words_of(client.get(receipt))
    assert "It is closed" in closed
    for text in (seen, closed):
        assert not any(word in text for word in ("uncle", "Chidi", "canary", "Safiya", str(concern.pk)))


def test_a_receipt_takes_more_words_once(desk):
    client = Client()
    receipt = send(client).headers["Location"]
    for _n in range(2):
        answer = client.post(receipt, {"words": "It happened again.", "once": ONCE}, follow=True)
        assert "Your words were added" in words_of(answer)
    assert [a.words for a in ask.read(by=desk.deputy, concern=Concern.objects.get()).added] == ["It happened again."]


def test_a_receipt_opens_in_its_own_hub_only(desk):
    client = Client()
    receipt = send(client).headers["Location"]
    assert client.get(receipt.replace("/here/", "/there/")).status_code == 404
    assert client.get(receipt.replace(receipt[-10:-1], "0" * 9)).status_code == 404


# ---- the desk ----


def test_from_home_to_closed(desk, as_):
    send(Client(), about="Chidi", sender="Mo")
    safe, concern = as_(desk.room.safe), Concern.objects.get()
    home = words_of(safe.get("home"))
    assert "A concern waits for you" in home and "uncle" not in home
    assert "Told on" in words_of(safe.get("concerns"))
    page = words_of(safe.get("concern", concern))
    assert "uncle" not in page and "Read it" in page and not Look.objects.exists()
    told = words_of(safe.post("concern", concern))
    assert "My uncle locks me in" in told and "Chidi" in told and "Mo" in told
    assert Look.objects.get().by == desk.room.safe
    assert "see that you saw it" in safe.post_and_read("concern_write", concern, kind="seen", once=ONCE)
    safe.post("concern_write", concern, kind="done", words="Rang the council.", once="a" * 24)
    page = safe.post_and_read("concern_write", concern, kind="closed", words="They took it on.", once="b" * 24)
    assert "Closed" in page and "Rang the council" not in page
    assert "A concern waits for you" not in words_of(safe.get("home"))
    assert [e.kind for e in ConcernEntry.objects.all()] == ["seen", "done", "closed"]


def test_home_says_it_at_once_though_home_is_kept(desk, as_):
    """ADR 8 keeps home for ten seconds; a worry about a child does not wait for them."""
    safe = as_(desk.room.safe)
    assert "A concern waits" not in words_of(safe.get("home"))
    desk.raised()
    assert "A concern waits" in words_of(safe.get("home"))
    assert not Event.objects.exists()


def test_a_refusal_keeps_what_was_typed(desk, as_):
    concern = desk.raised()
    text = words_of(as_(desk.room.safe).post("concern_write", concern, kind="closed", words="Long words", once=ONCE))
    assert "read it first" in text and "Long words" in text and "uncle" not in text


def test_something_changed_behind_our_back_is_said(desk, as_):
    concern = desk.raised()
    Concern.objects.filter(pk=concern.pk).update(raised_at=timezone.now() - timedelta(days=9))
    assert "was changed outside of these pages" in words_of(as_(desk.room.safe).get("concern", concern))


def test_a_lost_key_is_one_clear_sentence(desk, as_, key_file):
    concern = desk.raised()
    key_file.unlink()
    safe = as_(desk.room.safe)
    for answer in (safe.get("concern", concern), safe.post("concern", concern)):
        assert "The key for sealed rows cannot be read" in words_of(answer)
    assert not Look.objects.exists()


def test_a_second_step_is_asked_for(desk, as_):
    concern = desk.raised()
    half = as_(desk.room.safe, second_factor=False)
    assert half.get("concern", concern).status_code == 302
    assert half.get("concern", concern).status_code == half.get("concern", uuid4()).status_code
    assert "A concern waits" not in words_of(half.get("home"))


def test_the_lists_ask_the_same_however_long_they_are(desk, as_):
    safe, asked = as_(desk.room.safe), []
    for n in range(2):
        for k in range(1 + 5 * n):
            desk.raised(key=f"{n}{k}")
            desk.checked(issued_on=timezone.localdate() - timedelta(days=10 * n + k + 1))
        for ask_for in (lambda: safe.get("concerns"), lambda: safe.post("checks"), lambda: safe.get("home")):
            with CaptureQueriesContext(connection) as captured:
                words_of(ask_for())
            asked.append(len(captured))
    assert asked[:2] == asked[3:5]


# ---- the register ----


SEES = {  # who: (yes or no, dates, may ask for the number)
    "safe": (True, True, True),
    "admin": (True, False, False),
    "lead": (True, True, False),
    "organiser": (True, False, False),
    "mentor": (True, True, False),
    "other_lead": (False, False, False),
    "listed": (False, False, False),
    "child": (False, False, False),
}


@pytest.mark.parametrize("who", SEES)
def test_each_sees_what_the_matrix_says_and_leaves_a_trace(desk, as_, who):
    row = desk.checked()
    line, dates, number = SEES[who]
    them = as_(getattr(desk.room, who))
    assert "Mo Mentor" not in words_of(them.get("checks")).split("<main")[1]
    assert not Look.objects.exists()
    page = words_of(them.post("checks")).split("<main")[1]
    day = row.recheck_on.strftime("%Y")
    assert ("Mo Mentor" in page, day in page, "Show it" in page) == (line, dates, number)
    assert "001234567890" not in page
    assert Look.objects.filter(by=getattr(desk.room, who), row=row.pk, what="check").count() == line
    answer = them.post("check_number", row)
    assert answer.status_code == (200 if number else 403 if line else 404)
    assert ("001234567890" in answer.content.decode()) is number
    assert Look.objects.filter(what="number").count() == number


def test_a_check_is_written_down_by_form(desk, as_):
    safe = as_(desk.room.safe)
    assert "Write down a check" in words_of(safe.get("person", desk.room.mentor))
    assert "Write down a check" not in words_of(as_(desk.room.lead).get("person", desk.room.mentor))
    answer = safe.post("check_add", desk.room.mentor, **form())
    assert answer.status_code == 302
    assert Check.objects.get().verified_by == desk.room.safe


def form(**more):
    today = timezone.localdate()
    return {
        "level": "enhanced",
        "number": "001234567890",
        "issued_on": today.isoformat(),
        "status": "in_order",
        "recheck_on": (today + timedelta(days=365)).isoformat(),
        "once": ONCE,
    } | more


@pytest.mark.parametrize(
    "key", ["note", "content", "result", "text", "file", "conviction", "details", "person", "wrapped"]
)
def test_extra_answers_are_refused_with_everything(desk, as_, key):
    """B6: nothing that a certificate says gets in, whatever is sent."""
    text = words_of(as_(desk.room.safe).post("check_add", desk.room.mentor, **form(**{key: "caution 2009"})))
    assert "nothing but these five answers" in text and "caution 2009" not in text
    assert not Check.objects.exists()


def test_a_file_is_refused(desk, as_):
    scan = SimpleUploadedFile("certificate.pdf", b"%PDF caution")
    text = words_of(as_(desk.room.safe).post("check_add", desk.room.mentor, **form(scan=scan)))
    assert "nothing but these five answers" in text and not Check.objects.exists()


def plain(answer) -> tuple[int, str]:
    """Return an answer without the random parts of its forms."""
    return answer.status_code, re.sub(
        r'(name="(?:once|csrfmiddlewaretoken)" value=)"[^"]*"', r"\1", answer.content.decode()
    )
