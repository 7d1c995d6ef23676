"""Keeps people out of the log: no address, code, key or what somebody wrote enters a line of it.

Our own lines carry numbers, kinds and states only (a test reads every call). What libraries log is cleaned here: an
error is named by its class and its place in the code, never by its words, because those repeat people's data.
"""

from __future__ import annotations

import logging
import re
import traceback

ADDRESS = re.compile(r"[^\s@<>\"'(,;:]+@[^\s@<>\"'),;]+")
CODE = re.compile(r"\b[A-Z0-9]{3,4}-[A-Z0-9]{3,4}\b|(?<=[?&])[\w.-]+=[^&\s\"']+")
KEY = re.compile(r"(?<![\w-])(?=[\w:-]*\d)(?=[\w:-]*[A-Z])[\w:-]{20,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # else somebody could write a line of the log themselves
NAMED = re.compile(
    r"(?i)\b(code|token|key|password|secret|name|email|phone)\b(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;]+)"
)


def clean(text: str) -> str:
    """Return `text` on one line, without addresses, codes, keys and query strings."""
    text = CONTROL.sub(" ", text)
    text = ADDRESS.sub("[address]", text)
    text = NAMED.sub(r"\1\2[hidden]", text)
    return KEY.sub("[key]", CODE.sub("[hidden]", text))


class Redact(logging.Filter):
    """Cleans each record before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = str(record.msg)
        record.msg, record.args = clean(said), None
        if record.exc_info:
            record.exc_text, record.exc_info = _where(record.exc_info[1]), None
        return True


def _where(problem: BaseException | None) -> str:
    """Return the way an error took through the code and its class, without its words."""
    if problem is None:
        return ""
    steps = traceback.extract_tb(problem.__traceback__)
    lines = [f"  {step.filename}:{step.lineno} in {step.name}" for step in steps]
    return "\n".join([*lines, f"  {type(problem).__module__}.{type(problem).__qualname__}"])
