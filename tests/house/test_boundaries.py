"""Links between models, and in templates, keep the order of the verbs: import contracts cannot see them."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, get_resolver

SITE = Path(__file__).resolve().parents[2] / "src" / "upwell_site"
ORDER = ["core", "sealed", "listen", "recognise", "connect", "act", "learn", "show", "share", "project"]


def test_no_model_points_at_a_later_verb():
    """A verb may use the verbs before it, never after."""
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in ORDER:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or target._meta.app_label not in ORDER:
                continue
            if ORDER.index(target._meta.app_label) > ORDER.index(model._meta.app_label):
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert wrong == []


def _owners() -> dict[str, str]:
    """Return the verb that each named address belongs to."""
    owners: dict[str, str] = {}

    def walk(resolver):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                module = entry.callback.__module__
                if entry.name and module.startswith("upwell_site."):
                    owners[entry.name] = module.split(".")[1]
            else:
                walk(entry)

    walk(get_resolver())
    return owners


def test_no_template_links_to_a_later_verb():
    """A later verb shows itself through a panel."""
    owners, wrong = _owners(), []
    for path in SITE.rglob("*.html"):
        verb = path.relative_to(SITE).parts[0]
        for used in re.findall(r"{%\s*url\s+['\"]([\w:-]+)['\"]", path.read_text()):
            owner = owners.get(used, "core")
            if verb in ORDER and owner in ORDER and ORDER.index(owner) > ORDER.index(verb):
                wrong.append(f"{path.relative_to(SITE)} links to {owner}'s {used}")
    assert wrong == []


def test_every_verb_has_its_readme():
    """Ten lines: what it is for, its nouns, where to start."""
    for verb in ORDER[2:-1]:
        assert (SITE / verb / "README.md").exists(), verb
        assert (SITE.parent / "upwell" / verb / "README.md").exists(), verb


def test_every_job_that_is_started_by_name_exists():
    """Work in a later layer is started by its name; a typing mistake must not wait until night."""
    from upwell_site.core import jobs

    for path in SITE.rglob("*.py"):
        for kind in re.findall(r"jobs\.start\(\s*[\"']([\w.]+)[\"']", path.read_text()):
            assert jobs.find(kind), kind
