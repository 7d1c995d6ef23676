"""Rules of the house that can be read off the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "src" / "upwell_site"
FILES = [p for p in SITE.rglob("*.py") if "migrations" not in p.parts]

# Where a rule does not hold, and why.
RAW_SQL_MAY = {
    "core/walls.py": "puts up triggers and composite keys, which Django has no words for",
    "core/bulk.py": "hands rows over without model objects: five times as fast",
    "core/backup.py": "copies the database file",
    "core/doctor.py": "asks the database how it is set and whether it is whole",
    "core/ledger.py": "a small file of its own, beside the database and in no backup",
    "core/scrub.py": "writes the database's file anew, so that what was deleted is not left in it",
}
MARK_SAFE_MAY = {
    "core/templatetags/upwell.py": "our own drawings, from files in the package",
    "core/charts/_svg.py": "our own drawings; every text in them is escaped",
    "core/markdown.py": "text that nh3 has cleaned",
}
CALLS_OUT_MAY = {
    "core/sender.py": "the mail server, the one machine this site ever calls",
    "core/demo.py": "asks the example on this very machine whether it is up",
}
MAIL_MAY = {"core/outbox.py", "core/letters.py", "core/sender.py"}


def name(path: Path) -> str:
    return str(path.relative_to(SITE))


def faults(rule: str) -> list[str]:
    """Return where a rule is broken: "file:line why"."""
    check = RULES[rule]
    return [f"{name(p)}:{line} {why}" for p in FILES for line, why in check(p, ast.parse(p.read_text()))]


def unscoped(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A look-up in a view that names no hub, no actor and no row it hangs on."""
    if not re.search(r"views|panels|forms|context|search", name(path)):
        return
    # names of instance tables: they belong to no hub
    free = {"Place", "Site", "Hub", "User"}
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            if isinstance(node.value, ast.Name) and node.value.id in free:
                continue
            top: ast.AST = node
            while (
                isinstance(parents.get(top), ast.Attribute | ast.Call) and getattr(parents[top], "func", top) is top
            ) or (isinstance(parents.get(top), ast.Attribute)):
                top = parents[top]
            text = ast.unparse(top)
            if not re.search(r"hub=|hub_id=|visible_to\(", text):
                yield node.lineno, f"a look-up without a hub: {text[:80]}"


def all_fields(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A form that takes whatever a model has."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == "__all__":
            yield node.lineno, '"__all__" lets a form write fields nobody thought of'


def raw_sql(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """SQL written by hand."""
    if name(path) in RAW_SQL_MAY:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"raw", "extra", "RawSQL", "cursor"}:
            yield node.lineno, f".{node.attr}: SQL by hand"
        if isinstance(node, ast.Name) and node.id == "RawSQL":
            yield node.lineno, "RawSQL"


def safe_marks(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Text that skips escaping."""
    if name(path) in MARK_SAFE_MAY:
        return
    for node in ast.walk(tree):
        called = getattr(node, "func", None)  # as an annotation, SafeString is harmless
        if getattr(called, "id", getattr(called, "attr", "")) in {"mark_safe", "SafeString", "SafeText"}:
            yield node.lineno, "mark_safe: use format_html"


def mail(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Mail that leaves beside the outbox."""
    if name(path) in MAIL_MAY:
        return
    for node in ast.walk(tree):
        module = getattr(node, "module", "") or ""
        names = [a.name for a in getattr(node, "names", []) if isinstance(a, ast.alias)]
        if module.startswith("django.core.mail") or any(n in {"smtplib", "django.core.mail"} for n in [module, *names]):
            yield node.lineno, "mail leaves only from the outbox"


def calls_out(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A way to reach another machine: whoever can write an address could make this site ask there (ASVS 1.3.6)."""
    if name(path) in CALLS_OUT_MAY:
        return
    ways = {"urllib.request", "http.client", "socket", "ssl", "requests", "httpx", "urllib3", "aiohttp", "ftplib"}
    for node in ast.walk(tree):
        found = {a.name for a in node.names} if isinstance(node, ast.Import) else set()
        if isinstance(node, ast.ImportFrom) and node.module:
            found = {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        if found & ways:
            yield node.lineno, "only the sender of letters calls another machine"


def random_secrets(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """`random` where only `secrets` will do; the example place is made with a seed."""
    if "example" in name(path) or name(path) == "core/gallery.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(a.name == "random" for a in node.names):
            yield node.lineno, "random is guessable: use secrets"


def swallowed(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """An error of any kind caught and carried on from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare except"


RULES = {
    "no look-up without a hub in views": unscoped,
    "no form takes all fields": all_fields,
    "no SQL by hand": raw_sql,
    "no mark_safe": safe_marks,
    "no mail outside the outbox": mail,
    "no calls to other machines": calls_out,
    "no guessable randomness": random_secrets,
    "no bare except": swallowed,
}


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: str):
    """Held by reading the source, so that a reviewer need not."""
    found = faults(rule)
    assert not found, "\n".join(found)


TEMPLATES = sorted(SITE.rglob("*.html"))


def test_templates_keep_the_house_rules():
    """No inline script or style (the browser would refuse them), no text that skips escaping."""
    wrong = []
    for path in TEMPLATES:
        text = path.read_text()
        for bad, why in (
            (r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", "a script in the page"),
            (r"<style", "a style in the page"),
            (r"\sstyle=", "a style attribute"),
            (r"\son(?!ce=)[a-z]+=\"", "a script in an attribute"),
            (r"\|safe\b", "|safe"),
            (r"javascript:", "a javascript: address"),
            (r"hx-on", "hx-on runs a script from the page"),
        ):
            if re.search(bad, text):
                wrong.append(f"{name(path)}: {why}")
    assert not wrong, "\n".join(wrong)


def test_every_form_that_posts_carries_a_token():
    """Without it another site could press the button."""
    wrong = []
    for path in TEMPLATES:
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.S):
            if re.search(r'method="post"', form, re.I) and "csrf_token" not in form:
                wrong.append(name(path))
    assert wrong == []
