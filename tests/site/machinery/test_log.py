"""No address, code, key or word of anybody enters the log."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest
from django.conf import settings

from upwell_site.core import redact

SITE = Path(redact.__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("to ania.k@example.org now", "to [address] now"),
        ("<Ania <ania@sub.example.org>>", "<Ania <[address]>>"),
        ("GET /l/?next=/h/x/&key=abc", "GET /l/?[hidden]&[hidden]"),
        ("your code: KLMN-7788", "your code: [hidden]"),
        ("the code KLMN-7788 is", "the code [hidden] is"),
        ("/i/pX4v0Q_rT9-zYw2LkM1aBc/", "/i/[key]/"),
        ("name='Ania Kowal' email: a@b.org", "name=[hidden] email: [hidden]"),
        (
            "job 7 listen.regroup about=listen.discussion:7 done in 0.3 s",
            "job 7 listen.regroup about=listen.discussion:7 done in 0.3 s",
        ),
        (
            "src/upwell_site/core/example_of_a_long_module_name.py:12 in run",
            "src/upwell_site/core/example_of_a_long_module_name.py:12 in run",
        ),
        ("no /h/x\r\n2026-11-25 INFO upwell all is well", "no /h/x 2026-11-25 INFO upwell all is well"),
        ("a\x1b[2Jb\u2028c", "a [2Jb c"),
        ("", ""),
    ],
)
def test_what_is_kept_of_a_line(said, kept):
    assert redact.clean(said) == kept


def test_an_error_is_named_without_its_words():
    record = None
    try:
        raise KeyError("ania@example.org lives at 4 Bell Street")
    except KeyError:
        import sys

        record = logging.LogRecord("x", 40, "f", 1, "broke for %s", ("ania@example.org",), sys.exc_info())
    assert redact.Redact().filter(record)
    line = logging.Formatter("%(message)s").format(record)

    assert "Bell Street" not in line
    assert "ania" not in line
    assert "builtins.KeyError" in line
    assert "test_log.py" in line


def test_a_record_that_cannot_be_formatted_is_no_second_error():
    record = logging.LogRecord("x", 40, "f", 1, "%d", ("no number",), None)

    assert redact.Redact().filter(record)
    assert record.getMessage() == "%d"


def test_every_handler_is_clean():
    assert all("redact" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def test_our_own_lines_carry_numbers_and_states_only():
    """Read off the source: no call of a logger names a field that holds somebody's words."""
    personal = {"name", "email", "address", "text", "phone", "values", "short_name", "user", "person", "said", "code"}
    wrong = []
    for path in SITE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_log = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"log", "logger", "logging"}
            )
            if is_log:
                used = {n.attr for arg in node.args for n in ast.walk(arg) if isinstance(n, ast.Attribute)}
                if used & personal:
                    wrong.append(f"{path.name}:{node.lineno} {used & personal}")
    assert wrong == []
