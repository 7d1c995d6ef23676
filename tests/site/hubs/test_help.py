"""The guides, the page about safety, the menu, and Welsh."""

from __future__ import annotations

import io

import pytest

from tests.factories.hubs import give_role, make_hub, make_person
from tests.factories.signin import sign_in
from upwell_site.core import help as guides
from upwell_site.core import translations as texts
from upwell_site.core.links import link
from upwell_site.core.markdown import to_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return make_hub(slug="here", name="Here Hub", contact="0113 496 0182")


def test_every_guide_opens_and_stands_in_the_list(client):
    listed = client.get("/help/").content.decode()
    assert len(guides.guides()) >= 7
    for slug, guide in guides.guides().items():
        assert f"/help/{slug}/" in listed
        text = client.get(f"/help/{slug}/").content.decode()
        assert text.count("<h1") == 1 and guide.title in text


def test_a_guide_that_is_not_there_is_not_found(client):
    assert client.get("/help/nothing-here/").status_code == 404
    assert client.get("/help/../settings/").status_code == 404


def test_each_screen_names_its_own_guide(client, hub):
    assert guides.guide_for("home") == "home"
    assert guides.guide_for("hub_edit") == "hub-settings"
    assert guides.guide_for("hub_edit_again") == "hub-settings"
    assert guides.guide_for("no_such_screen") == ""
    assert 'href="/help/taking-part/"' in client.get("/h/here/").content.decode()


@pytest.mark.parametrize(
    "text", ["<script>x</script>", '<p onclick="x">', "[a](javascript:x)", "![a](http://x/y.png)", "<style>*{}</style>"]
)
def test_markdown_carries_no_script(text):
    html = to_html(text).lower()
    for bad in ("<script", "<p onclick", 'href="javascript', "<img", "<style"):
        assert bad not in html


def test_the_page_about_safety_has_the_numbers_and_the_hubs_own(client, hub):
    text = client.get("/h/here/safe/").content.decode()
    for number in ("999", "0800 1111", "0808 800 5000", "0113 496 0182"):
        assert number in text
    assert "safeguarding lead" not in text  # nobody is appointed: the page does not pretend
    give_role(make_person(hub, "Maureen Lumb"), "safeguarding")
    text = client.get("/h/here/safe/").content.decode()
    assert "Ask for the safeguarding lead" in text and "Maureen" not in text
    assert client.get("/safe/").status_code == 200


def test_the_safety_link_stands_on_every_page(client, hub):
    person = make_person(hub, "Pat Part")
    assert "/safe/" in client.get("/help/").content.decode()
    sign_in(client, person)
    for address in ("", "home/", "search/", "safe/"):
        assert "/h/here/safe/" in client.get(f"/h/here/{address}").content.decode()


def test_the_menu_never_leads_to_a_page_that_is_not_there(client, hub):
    """A page that does not exist (yet) is no line of the menu."""
    assert link("a_page_of_next_year", "here") == ""
    admin = make_person(hub, "Tomasz Zielony")
    give_role(admin, "admin")
    for person in (None, admin):
        if person:
            sign_in(client, person)
        answer = client.get("/h/here/")
        for entry in answer.context["nav"]:
            assert client.get(entry.url).status_code == 200, entry.url


def test_the_menu_shows_what_this_person_may_open(client, hub):
    participant, lead = make_person(hub, "Pat Part"), make_person(hub, "Ruth Adeyemi")
    give_role(lead, "lead")
    urls = {}
    for person in (participant, lead):
        sign_in(client, person)
        urls[person.name] = {entry.url for entry in client.get("/h/here/home/").context["nav"]}
    assert "/h/here/rounds/" not in urls["Pat Part"]
    assert urls["Pat Part"] <= urls["Ruth Adeyemi"]


# ---- texts ----


def test_what_the_site_reads_is_what_was_translated():
    """The compiled file is not left behind by the one people edit. `upwell-site texts` makes both."""
    file = texts.po_file("cy").with_suffix(".mo")
    assert file.read_bytes() == texts.mo_bytes(texts.read("cy"))


def test_nothing_translated_is_a_text_that_no_longer_exists():
    known = {message.id for message in texts.collect()}
    stale = [m.id for m in texts.read("cy") if m.id and m.string and isinstance(m.id, str) and m.id not in known]
    assert stale == []


def test_the_frame_speaks_welsh(client, hub):
    client.post("/language/setlang/", {"language": "cy"})
    text = client.get("/h/here/").content.decode()
    assert 'lang="cy"' in text
    assert "Poeni am ddiogelwch rhywun? Dywedwch wrthym nawr" in text and "Mewngofnodi" in text


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('<p>{% translate "Hello" %} (a)</p>', [("gettext", "Hello")]),
        (
            "{% blocktranslate trimmed with a=b %}\n Hello\n {{ a }}\n{% endblocktranslate %}",
            [("gettext", "Hello %(a)s")],
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} talk{% plural %}{{ n }} talks{% endblocktranslate %}",
            [("ngettext", ("%(n)s talk", "%(n)s talks"))],
        ),
        ("""{% translate "It's (really) “so”" %} f(x) don't""", [("gettext", "It's (really) “so”")]),
        ("<p>say(this) gettext(not a call</p>", []),
    ],
)
def test_texts_of_templates_are_found(template, found):
    rows = list(texts.templates(io.BytesIO(template.encode()), texts.KEYWORDS, (), {}))
    assert [
        (function.replace("_", "gettext") if function == "_" else function, text) for _l, function, text, _c in rows
    ] == found
