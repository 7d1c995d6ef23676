"""Markdown that people or we wrote, as safe HTML."""

from __future__ import annotations

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "code", "pre", "blockquote", "br", "hr"} | {
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def to_html(text: str) -> SafeString:
    """Return Markdown as HTML with a short list of tags; no HTML of the text itself gets through."""
    html = nh3.clean(
        _reader().render(text), tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto", "tel"}
    )
    return mark_safe(html)  # noqa: S308  (cleaned by nh3 one line above)
