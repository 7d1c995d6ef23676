"""The key of sealed rows: made once, bound to one place, and clear words when it is not the right one."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upwell_site.sealed import ask, keys
from upwell_site.sealed.models import Concern

ROW = bytes(range(32))


@given(words=st.text(max_size=300), bound=st.text(max_size=40))
def test_what_is_sealed_opens_again_in_its_own_place_only(words: str, bound: str):
    box = keys.seal(ROW, words, bound)
    assert keys.unseal(ROW, box, bound) == words
    with pytest.raises(keys.Locked):
        keys.unseal(ROW, box, bound + "x")


@given(words=st.text(min_size=1, max_size=60), at=st.integers(min_value=1), bit=st.integers(0, 7))
def test_one_flipped_bit_is_seen(words: str, at: int, bit: int):
    box = bytearray(keys.seal(ROW, words, "here"))
    box[1 + at % (len(box) - 1)] ^= 1 << bit
    with pytest.raises(keys.Locked, match="changed after it was sealed"):
        keys.unseal(ROW, bytes(box), "here")


def test_the_same_words_never_look_the_same():
    """Else one could see that two people wrote the same."""
    assert keys.seal(ROW, "yes", "here") != keys.seal(ROW, "yes", "here")


def test_the_file_is_made_once_for_the_owners_eyes_only(key_file):
    """Processes that begin in the same moment end up with one key."""
    with ThreadPoolExecutor(8) as pool:
        names = {key.name for key in pool.map(lambda _: keys.current(), range(24))}
    assert len(names) == 1
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [file.name for file in key_file.parent.iterdir()] == ["sealed.key"]


def test_a_row_key_opens_in_its_hub_and_row_only(key_file):
    box = keys.wrap(ROW, "1|sealed_concern|a")
    assert keys.unwrap(box, "1|sealed_concern|a") == ROW
    for elsewhere in ("2|sealed_concern|a", "1|sealed_concern|b", "1|sealed_check|a"):
        with pytest.raises(keys.Locked):
            keys.unwrap(box, elsewhere)


def test_another_key_says_one_clear_sentence(key_file):
    box = keys.wrap(ROW, "x")
    name = keys.current().name
    key_file.unlink()
    keys.current()
    with pytest.raises(keys.Locked, match=f"sealed with the key {name}, which is not here"):
        keys.unwrap(box, "x")


@pytest.mark.parametrize("text", ["", "hello", "0000 AAAA", f"00000000 {base64.b64encode(ROW).decode()}", "ż ą"])
def test_a_damaged_file_says_one_clear_sentence_and_is_not_written_over(key_file, text):
    key_file.write_text(text)
    with pytest.raises(keys.Locked, match=r"sealed\.key"):
        keys.current()
    assert key_file.read_text() == text


def test_an_older_key_still_opens_what_it_sealed(key_file):
    """After a key was lost and found again, both stand in the file."""
    box, old = keys.wrap(ROW, "x"), key_file.read_text()
    key_file.unlink()
    keys.current()
    key_file.write_text(key_file.read_text() + old)
    assert keys.unwrap(box, "x") == ROW
    assert keys.current().name != old.split()[0]


@pytest.mark.django_db
def test_nothing_that_was_written_lies_in_the_database_to_be_read(desk):
    """The words are noise in every column, and two rows do not share a key."""
    one, two = desk.raised(sender="Mo"), desk.raised(key="j" * 43)
    for row in Concern.objects.values():
        assert not any(b"uncle" in bytes(v) for v in row.values() if isinstance(v, bytes | memoryview))
        assert "uncle" not in str(row)
    assert one.row_key() != two.row_key()


@pytest.mark.django_db
def test_words_cannot_be_swapped_between_columns_or_rows(desk):
    one, two = desk.raised(about="Chidi"), desk.raised(key="j" * 43)
    Concern.objects.filter(pk=one.pk).update(words=bytes(one.about))
    with pytest.raises(keys.Locked):
        ask.read(by=desk.room.safe, concern=Concern.objects.get(pk=one.pk))
    Concern.objects.filter(pk=two.pk).update(words=bytes(one.words), wrapped=bytes(one.wrapped))
    with pytest.raises(keys.Locked):
        ask.read(by=desk.room.safe, concern=Concern.objects.get(pk=two.pk))


@pytest.mark.django_db
def test_a_dropped_key_makes_the_words_unreadable_everywhere(desk):
    """Also those that were added, and in a copy of the table from before."""
    concern = desk.raised()
    copy = Concern.objects.get(pk=concern.pk)
    concern.drop_key()
    gone = Concern.objects.get(pk=concern.pk)
    with pytest.raises(keys.Locked, match="let go"):
        ask.read(by=desk.room.safe, concern=gone)
    copy.wrapped = None
    with pytest.raises(keys.Locked):
        copy.row_key()
