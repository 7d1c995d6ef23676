"""The stylesheet's promises: light to carry, readable on every ground, the same in both ways to the dark."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "src" / "upwell_site" / "core" / "static" / "core"
TEMPLATES = ROOT / "src" / "upwell_site" / "core" / "templates"
CSS = (STATIC / "upwell.css").read_text("utf-8")
GROUNDS = ["paper", "surface", "sand", "tint-water", "tint-sun", "tint-good", "tint-error", "tint-clay"]
GROUNDS += ["tint-plum", "tint-blue", "tint-rose"]
TEXTS = ["ink", "muted", "water", "visited", "error", "good"]
TEXTS += ["listen", "recognise", "connect", "act", "learn", "show", "share"]


def tokens(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", block))


LIGHT = tokens("  :root {")
DARK = {**LIGHT, **tokens('  :root[data-theme="dark"] {')}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_colour_reads_on_every_ground(mode: dict[str, str], text: str) -> None:
    """Any words may stand on any ground, so nobody who writes a page has to think about it."""
    assert min(contrast(mode[text], mode[ground]) for ground in GROUNDS) >= 4.5


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_buttons_can_be_seen(mode: dict[str, str]) -> None:
    assert min(contrast(mode["line"], mode[ground]) for ground in GROUNDS) >= 3
    for button in ("water", "water-2", "error", "error-2"):
        assert contrast(mode["on-water"], mode[button]) >= 4.5
    assert contrast(mode["ring-out"], mode["paper"]) >= 3


def test_both_ways_to_the_dark_are_the_same() -> None:
    """A phone set to dark and a person who chose dark see the same colours."""
    assert tokens('  :root[data-theme="dark"] {') == tokens('    :root:not([data-theme="light"]) {')


def test_known_colours_are_those_of_the_design() -> None:
    assert (LIGHT["paper"], LIGHT["water"], DARK["paper"], DARK["water"]) == (
        "#fffaf2",
        "#0b5c63",
        "#14201f",
        "#7fd6d6",
    )


def zipped(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_the_stylesheet_weighs_at_most_12_kb() -> None:
    assert zipped(STATIC / "upwell.css") <= 12_000


def test_all_scripts_together_weigh_at_most_20_kb() -> None:
    assert zipped(*STATIC.glob("js/*.js"), STATIC / "vendor" / "htmx.min.js") <= 20_000


def test_colours_stand_only_in_tokens() -> None:
    """Elsewhere a colour would not change in the dark. Print and chosen text on sun are the exceptions."""
    outside = CSS[CSS.index("@layer base {") : CSS.index("@media print")]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", outside.replace("color: #1d2622; }", "", 1)) == []


def test_layers_are_named_in_order_and_animation_can_be_off() -> None:
    assert "@layer tokens, base, layout, components, charts, utilities;" in CSS
    assert "prefers-reduced-motion: reduce" in CSS
    assert "forced-colors: active" in CSS


def test_every_address_in_the_stylesheet_exists() -> None:
    found = re.findall(r'url\("([^"]+)"\)', CSS)
    assert len(found) >= 6
    assert [name for name in found if not (STATIC / name).is_file()] == []


@pytest.mark.parametrize("folder", [STATIC / "vendor", ROOT / "tests" / "browser" / "vendor"])
def test_files_by_others_are_what_the_manifest_says(folder: Path) -> None:
    for entry in json.loads((folder / "manifest.json").read_text("utf-8"))["files"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).is_file()


def test_no_page_carries_a_style_or_a_script_of_its_own() -> None:
    """The content security policy refuses them: they would not work."""
    for page in TEMPLATES.rglob("*.html"):
        words = page.read_text("utf-8")
        assert not re.search(
            r"\sstyle=|<style|\son(click|load|submit|change|input|error|focus)=|<script(?![^>]*\ssrc=)", words
        ), page.name
