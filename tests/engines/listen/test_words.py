"""Every fact has its sentence, and no sentence holds what a person wrote."""

import doctest
import importlib
import json
import pkgutil
import string

import pytest

from upwell import listen
from upwell._kit.say import Say
from upwell.listen.words import WORDS


@pytest.fixture(scope="module")
def result(exports):
    return listen.groups(exports["brexit-consensus"])


def facts(result):
    said = [result.headline(), *result.describe_unites(), *result.describe_divides()]
    return said + [say for g in result.shown for say in result.describe(g)]


def test_facts_are_numbers_and_names_of_groups(result):
    def values(say):
        for value in say.values.values():
            yield from values(value) if isinstance(value, Say) else [value]

    for say in facts(result):
        assert say.code in WORDS
        assert all(isinstance(value, int) or value in result.names for value in values(say))


def test_facts_survive_storing(result):
    for say in facts(result):
        again = Say.from_row(json.loads(json.dumps(say.as_row())))
        assert str(again) == str(say)


def test_sentences_end_and_have_no_marks_left(result):
    for say in facts(result):
        assert str(say).endswith(".")
        assert "{" not in str(say)


def test_a_group_is_described_by_size_and_marks(result):
    said = [str(say) for say in result.describe(0)]
    assert said[0] == f"Group A: {result.size[0]} people."
    assert len(said) == 1 + len(result.representative(0))
    share = next(s for s in result.shares(result.representative(0)[0].statement) if s.group == 0)
    assert said[1].startswith(f"{share.low} in 100 ({share.likely_low} to {share.likely_high}) in group A say yes")


def test_a_translation_is_used_for_every_part(result):
    say = result.describe(0)[1]
    assert say.text(lambda text: text.replace("in 100", "y cant")).count("y cant") == 1


def test_every_template_can_be_filled():
    for template in WORDS.values():
        for text in template if isinstance(template, tuple) else (template,):
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert text.format_map(dict.fromkeys(names, 1))


def test_public_names_and_examples():
    """All public names can be reached, and the examples in the docstrings are true."""
    for name in listen.__all__:
        assert getattr(listen, name).__doc__
    assert sorted(listen.__all__) == dir(listen)
    ran = 0
    for module in pkgutil.iter_modules(listen.__path__):
        done = doctest.testmod(importlib.import_module(f"upwell.listen.{module.name}"))
        assert done.failed == 0
        ran += done.attempted
    assert ran > 5
