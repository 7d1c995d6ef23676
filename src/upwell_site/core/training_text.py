"""A training as plain text: pages with --- between them, questions with * before the right answer."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from upwell_site.core.markdown import to_html


class BadText(ValueError):
    """Questions that cannot be read; says which and why."""


def read_pages(text: str) -> list[str]:
    """Return the pages of a text; a line with only --- begins the next."""
    pages: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == "---":
            pages.append([])
        else:
            pages[-1].append(line)
    whole = ("\n".join(lines).strip() for lines in pages)
    return [page for page in whole if page]


def write_pages(pages: list[str]) -> str:
    """Return pages as one text, as `read_pages` reads it."""
    return "\n\n---\n\n".join(pages)


def read_questions(text: str) -> list[dict[str, Any]]:
    """Return the questions of a text. Each needs two answers or more, and exactly one right one."""
    found: list[dict[str, Any]] = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        if line[0] not in "*-":
            found.append({"question": line, "answers": [], "right": None})
            continue
        if not found:
            raise BadText(_("An answer stands before the first question."))
        if line[0] == "*":
            if found[-1]["right"] is not None:
                raise BadText(_("“%(question)s” has two right answers.") % found[-1])
            found[-1]["right"] = len(found[-1]["answers"])
        found[-1]["answers"].append(line[1:].strip())
    for question in found:
        if len(question["answers"]) < 2:
            raise BadText(_("“%(question)s” needs two answers or more.") % question)
        if question["right"] is None:
            raise BadText(_("“%(question)s” has no right answer: write * before it.") % question)
    return found


def write_questions(questions: list[dict[str, Any]]) -> str:
    """Return questions as text, as `read_questions` reads it."""
    blocks = []
    for question in questions:
        lines = [question["question"]]
        for number, answer in enumerate(question["answers"]):
            lines.append(f"{'*' if number == question['right'] else '-'} {answer}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def page_html(text: str) -> str:
    """Return a text as HTML for a page that has its own heading: its first-level headings become second-level."""
    return to_html(re.sub(r"^# ", "## ", text, flags=re.MULTILINE))
