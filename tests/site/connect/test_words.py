"""Facts become sentences in the reader's language; small groups are not counted out; small numbers make no picture."""

from __future__ import annotations

import pytest

from upwell_site.connect.views import figures, words


def test_reasons_are_sentences_with_signs():
    found = words.reasons([["connect.near", {"km": 2.1, "limit": 4}], ["connect.online", {}]])
    assert [(r.text, r.sign) for r in found] == [
        ("2.1 km apart, both happy to travel 4 km", "pin"),
        ("Both happy to meet online", "phone"),
    ]


def test_reasons_are_said_in_the_readers_language(monkeypatch):
    """The template and the words inside it go through the site's own translation, whatever the engine wrote."""
    welsh = {
        "Both free on {slot}": "Y ddau yn rhydd {slot}",
        "{day} {part}": "{part} {day}",
        "Tuesday": "Mawrth",
        "evening": "nos",
    }
    monkeypatch.setattr(words, "gettext", lambda text: welsh.get(text, text))
    slot = ["connect.slot", {"day": ["connect.day_tue", {}], "part": ["connect.part_eve", {}]}]
    assert words.sentence(["connect.free_together", {"n": 1, "slot": slot}]) == "Y ddau yn rhydd nos Mawrth"


def test_the_two_themselves_are_not_told_how_far_apart_they_live():
    rows = [["connect.very_near", {}], ["connect.apart", {"km": 9.1}], ["connect.interests", {}]]
    assert [r.text for r in words.reasons(rows, without_place=True)] == ["They care about much the same things"]


def test_people_are_grouped_by_what_would_help_those_nothing_helps_last():
    found = words.groups(
        [
            ("connect.change_talk", 9),
            ("connect.change_language:ku", 8),
            ("connect.change_language:ti", 6),
            ("connect.change_travel:3", 20),
            ("connect.change_travel:1", 9),
            ("connect.change_slot:tue-eve", 22),
        ]
    )
    assert [(g.people, g.words, g.details) for g in found] == [
        (29, "if they could travel up to 3 km further", ""),
        (22, "if they were free once more", "Tuesday evening"),
        (14, "if they also speak another language", "Kurdish 8, Tigrinya 6"),
        (9, "no single thing. Please talk to them", ""),
    ]


def test_every_change_the_engine_can_propose_has_words_for_its_group():
    from upwell.connect.words import WORDS

    assert {code for code in WORDS if code.startswith("connect.change_")} == set(words.CHANGES)


def test_counts_under_five_are_hidden_and_do_not_follow_by_taking_away():
    assert figures.shown([(1, 9, 0), (2, 3, 7), (3, 20, 6)]) == {1: (None, None), 2: (None, 7), 3: (20, 6)}
    assert figures.shown([(1, 3, 0)]) == {1: (None, None)}
    assert figures.shown([(1, 2, 0), (2, 4, 0), (3, 8, 0)]) == {1: (None, None), 2: (None, None), 3: (8, None)}


def test_the_picture_of_fits_counts_every_pair_once():
    scores = [310_000, 455_000, 600_000, 700_000, 720_000, 720_000, 800_000, 949_000]
    fit = figures.fit(scores)
    assert fit is not None
    assert sum(fit.counts) == len(scores) == fit.pairs
    assert (fit.middle, fit.worst, fit.low) == (71, 31, 47)
    assert fit.below == 2
    assert fit.rows[0][0] == fit.start <= 31
    assert fit.rows[-1][1] == fit.end >= 95


@pytest.mark.parametrize("scores", [[], [500_000] * 4])
def test_fewer_than_five_pairs_make_no_picture(scores):
    assert figures.fit(scores) is None


def test_pairs_that_all_fit_alike_still_make_a_picture():
    fit = figures.fit([1_000_000] * 5)
    assert fit is not None
    assert fit.counts == [5]
    assert fit.below == 0
