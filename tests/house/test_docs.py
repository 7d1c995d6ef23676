"""What is undocumented fails: functions, commands, settings, jobs; and the docs' own links and examples."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from django.utils import translation

from upwell_site.core import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
VERBS = ["listen", "recognise", "connect", "act", "learn", "show", "share"]
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str):
    """`upwell-site reference` writes them."""
    file = DOCS / "reference" / name
    assert file.exists(), f"run `upwell-site reference`: {name} is missing"
    with translation.override("en-gb"):  # whatever language a page was asked in before
        made = reference.PAGES[name]()
    assert file.read_text() == made, f"run `upwell-site reference`: {name} has fallen behind"


@pytest.mark.parametrize("verb", VERBS)
def test_every_public_function_of_an_engine_is_in_the_reference(verb: str):
    """A function nobody can find is a function nobody uses."""
    package = importlib.import_module(f"upwell.{verb}")
    public = getattr(package, "__all__", [])
    page = DOCS / "reference" / f"engines-{verb}.md"
    text = page.read_text() if page.exists() else ""
    missing = [name for name in public if not re.search(rf"\b{name}\b", text)]
    assert missing == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_public_name_of_an_engine_says_what_it_answers(verb: str):
    """Parameters with shape and unit, what comes back; where it is a function."""
    package = importlib.import_module(f"upwell.{verb}")
    for name in getattr(package, "__all__", []):
        thing = getattr(package, name)
        assert (thing.__doc__ or "").strip(), f"upwell.{verb}.{name} has no docstring"


def test_every_command_says_what_it_does():
    """The list of commands is the first thing an operator reads."""
    for name in reference.own_commands():
        from django.core.management import get_commands, load_command_class

        command = load_command_class(get_commands()[name], name)
        assert command.help.strip(), f"{name} has no help"


def test_every_link_in_the_docs_leads_somewhere():
    """A link to a page that is not there."""
    dead = []
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert dead == []


def test_the_readme_names_the_two_commands():
    """The promise of the first page."""
    text = (ROOT / "README.md").read_text()
    assert "python3 dev.py demo" in text
    assert "python3 dev.py test" in text


def test_every_decision_record_has_its_four_parts():
    """Context, decision, consequences, what was not chosen."""
    records = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert len(records) >= 6
    for record in records:
        text = record.read_text()
        for part in ("## Context", "## Decision", "## Consequences", "## Not chosen"):
            assert part in text, f"{record.name} lacks {part}"


def test_no_file_names_a_package_registrys_host():
    """The lock files carry hashes and no addresses; so does everything else."""
    hosts = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "deb" + r"\.debian"]))
    skip = {".git", ".venv", ".venv-engines", ".tools", "var", "__pycache__", ".mypy_cache", ".ruff_cache"}
    texts = {".py", ".md", ".toml", ".txt", ".json", ".html"}
    files = [p for p in ROOT.rglob("*") if p.is_file() and p.suffix in texts and not skip & set(p.parts)]
    assert [str(p.relative_to(ROOT)) for p in files if hosts.search(p.read_text(errors="ignore"))] == []
