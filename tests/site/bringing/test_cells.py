"""Each cell is read as people write it, or refused with a sentence that says how to mend it."""

from __future__ import annotations

from datetime import date

import pytest

from upwell._kit.writing import neutralise
from upwell_site.core.bringing import cells
from upwell_site.core.bringing.guess import guess, why_refused
from upwell_site.core.bringing.people import COLUMNS


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2009-04-03", date(2009, 4, 3)),
        ("03/04/2009", date(2009, 4, 3)),
        ("3.4.2009", date(2009, 4, 3)),
        ("3 April 2009", date(2009, 4, 3)),
        ("3rd apr 2009", date(2009, 4, 3)),
        ("29/02/2008", date(2008, 2, 29)),
    ],
)
def test_dates_in_british_and_iso_forms_are_read(cell, day):
    assert cells.read_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "fix"),
    [
        ("04/13/2009", "write 13/04/2009"),
        ("03/04/09", "four digits"),
        ("29/02/2009", "no such day"),
        ("39906", "not a date"),
        ("soon", "Write a date like"),
    ],
)
def test_a_date_that_could_mean_another_day_is_refused(cell, fix):
    with pytest.raises(ValueError, match=fix):
        cells.read_date(cell)


def test_a_date_of_birth_lies_within_a_lifetime():
    for wrong in ("2999-01-01", "1780-01-01"):
        with pytest.raises(ValueError, match="Check the year"):
            cells.read_born(wrong)


def test_a_phone_number_without_its_first_0_is_noticed():
    assert cells.read_phone("0113 496 0000") == "0113 496 0000"
    with pytest.raises(ValueError, match="first 0"):
        cells.read_phone("7700900123")
    with pytest.raises(ValueError, match="digits"):
        cells.read_phone("ask Sam")


def test_a_formula_or_a_broken_cell_is_no_name():
    for wrong in ("=1+1", "@SUM(A1)", "#REF!", "a\x00b"):
        with pytest.raises(ValueError, match=r"\w"):
            cells.words(120)(wrong)


@pytest.mark.parametrize(
    "heading",
    ["Role", "roles", "isAdmin", "is_admin", "is_staff", "Password", "user", "user_id", "User ID", "hub", "Hub id",
     "DBS", "dbs_number", "DBS check date", "Check status", "checks done", "standing", "permissions", "Safeguarding",
     "safeguarding lead", "adult_on", "born_claimed", "membership", "granted_by", "PIN", "over 18", "superuser"],
)  # fmt: skip
def test_a_column_that_would_give_power_is_refused_with_a_sentence(heading):
    assert len(why_refused(heading)) > 20


@pytest.mark.parametrize("heading", ["name", "cleared", "email", "Ref", "born", "about", "Postcode", "organisation"])
def test_plain_columns_are_not_refused(heading):
    assert why_refused(heading) == ""


def test_our_own_heading_goes_before_a_synonym_and_each_meaning_is_used_once():
    found = guess(["Mail", "E-MAIL", "e_mail", "Full Name", "Hat size"], COLUMNS)
    assert list(found.values()).count("email") == 1
    assert found["Full Name"] == "name"
    assert found["Hat size"] == ""


@pytest.mark.parametrize(
    "text", ["=1+1", "@home", "- books", "+44 113 496 0123 is the school", "'=1", "O'Neill", "'tis"]
)
def test_words_that_we_wrote_out_read_back_as_they_were(text: str) -> None:
    """Our own mark says that these are words; without it a formula is still refused."""
    assert cells.words(50)(neutralise(text)) == text
    assert cells.long_words(50)(neutralise(text)) == text


@pytest.mark.parametrize("number", ["+44 113 496 0123", "+441134960123", "0113 496 0123"])
def test_phone_numbers_that_we_wrote_out_read_back_as_they_were(number: str) -> None:
    assert cells.read_phone(neutralise(number)) == number


def test_the_mark_does_not_count_against_the_longest_text() -> None:
    text = "=" + "a" * 49
    assert cells.words(50)(neutralise(text)) == text
    assert cells.long_words(50)(neutralise(text)) == text
