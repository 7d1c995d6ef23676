"""An organiser listens, keeps their word, and what was said reaches the public page once enough people said it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.place import Open
from tests.journeys.steps import follow, heading, press

WORDS = "The library lift has been broken since Easter."
TOPIC = "The library lift"
TALKS = 9  # more than the topics that stand there already


def test_a_talk_is_recorded_the_step_comes_home_and_is_done(open_as: Open):
    page = open_as("Organiser")
    follow(page, "Record a talk")
    page.get_by_label("What matters to them?").fill("A bench by the stop, for my mother.")
    page.get_by_label("What did you say you would do?").fill("Ask the council about a bench")
    page.get_by_label("By when?").fill(page.get_by_label("When?", exact=True).input_value())
    press(page, "Keep this talk")
    heading(page, "You listened to somebody")
    expect(page.get_by_text("Only the two of you can see this.")).to_be_visible()

    page.goto("/h/spring-lane/home/")
    row = page.locator("li", has_text="Ask the council about a bench")
    expect(row).to_be_visible()
    row.get_by_role("link", name="Open the talk").click()
    press(page, "I have done it")
    page.goto("/h/spring-lane/home/")
    expect(page.locator("ol li", has_text="Ask the council about a bench")).to_have_count(0)


def test_words_are_public_once_they_may_be_shared_and_counted_from_five_on(open_as: Open):
    page, outside = open_as("Organiser"), open_as("")
    for said in range(TALKS):
        page.goto("/h/spring-lane/talks/add/")
        page.get_by_label("What matters to them?").fill(WORDS)
        page.get_by_label("In one or two words, what is it about?").fill(TOPIC)
        page.get_by_label("No, this stays between us" if said == 0 else "Yes, without my name").check()
        press(page, "Keep this talk")
        heading(page, "You listened to somebody")
        if said == 0:
            outside.goto("/h/spring-lane/")
            expect(outside.get_by_text(TOPIC)).to_have_count(0)
    page.get_by_text("Change whether it may be shared").click()
    press(page, "No, keep it")
    outside.goto("/h/spring-lane/")
    about = outside.locator("div").filter(has=outside.locator("h3", has_text=TOPIC)).last
    expect(about).to_contain_text(WORDS)
    expect(about).to_contain_text(f"{TALKS - 2} people spoke of this")
