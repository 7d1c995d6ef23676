"""The gallery page: every part we build with, in every state, with invented words and the open outlines of Leeds."""

from __future__ import annotations

import json
import math
import random
from functools import cache
from pathlib import Path
from typing import Any

from django import forms

from upwell_site.core.charts import Area, Group

COLOURS = [
    *("paper", "surface", "sand", "swell", "ink", "muted", "line", "water", "error", "good", "sun"),
    *("tint-water", "tint-sun", "tint-clay", "tint-good", "tint-error", "tint-plum", "tint-blue", "tint-rose"),
    *("listen", "recognise", "connect", "act", "learn", "show", "share"),
]
PICTURE = ["water", "clay", "sun", "plum", "rose", "blue", "good"]
VERBS = [
    ("listen", "Listen", "hear it first"),
    ("recognise", "Recognise", "see it in others"),
    ("connect", "Connect", "bring together"),
    ("act", "Act", "do the work"),
    ("learn", "Learn", "try small things"),
    ("show", "Show", "show what changed"),
    ("share", "Share", "as equals"),
]
SIGNS = [
    ("kept", "kept"), ("run", "running"), ("late", "late"), ("lock", "private"), ("nosig", "no signal"),
    ("clock", "clock"), ("pin", "place"), ("person", "person"), ("mic", "speak"), ("print", "print"),
    ("down", "take away"), ("care", "care"), ("check", "done"), ("info", "know"), ("cal", "day"), ("phone", "phone"),
    ("paper", "paper"), ("eyeoff", "hidden"), ("plus", "add"), ("arrow", "next"),
]  # fmt: skip


class Due(forms.Form):
    due = forms.CharField(label="When is it due?", help_text="Like 4 December 2026")
    place = forms.ChoiceField(
        label="Which neighbourhood?",
        choices=[("gipton", "Gipton"), ("harehills", "Harehills")],
        widget=forms.RadioSelect,
    )

    def clean_due(self) -> str:
        raise forms.ValidationError("write a date in the future")


class Parts(forms.Form):
    postcode = forms.CharField(label="Postcode", help_text="Only the first half is kept", required=False)
    words = forms.CharField(label="What matters to you?", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    where = forms.ChoiceField(label="Where do you live?", choices=[("", "Choose"), ("g", "Gipton")], required=False)
    sheet = forms.FileField(label="Bring in a spreadsheet", help_text="CSV or XLSX", required=False)
    share = forms.ChoiceField(
        label="May we share your words?",
        choices=[("yes", "Yes, without my name"), ("no", "No, keep them here")],
        widget=forms.RadioSelect,
        initial="yes",
    )
    help = forms.MultipleChoiceField(
        label="What would help you to come?",
        choices=[("child", "Somebody to mind my child"), ("steps", "No steps")],
        widget=forms.CheckboxSelectMultiple,
        initial=["child"],
    )
    easy = forms.ChoiceField(
        label="How easy was it?", choices=[(str(n), str(n)) for n in range(1, 6)], widget=forms.RadioSelect, initial="4"
    )


def _groups() -> list[Group]:
    """Three invented groups of people, always the same."""
    rng = random.Random(4)  # noqa: S311  (a picture, not a secret)
    groups = []
    for letter, people, cx, cy, spread, marks in (
        ("A", 187, -1.0, 0.5, 0.42, 52),
        ("B", 142, 1.0, 0.45, 0.45, 42),
        ("C", 83, 0.1, -0.75, 0.36, 30),
    ):
        points = []
        for _ in range(marks):
            turn, far = rng.random() * 2 * math.pi, spread * min(2.2, abs(rng.gauss(0.5, 0.8)))
            points.append((cx + far * math.cos(turn) * 1.3, cy + far * math.sin(turn), rng.randint(1, 6)))
        groups.append(Group(letter, people, points))
    return groups


@cache
def _outlines() -> list[tuple[str, list[list[tuple[float, float]]]]]:
    """Part of Leeds, with the everyday names of nine neighbourhoods near where they lie."""
    read = json.loads(Path(__file__).with_name("gallery_map.json").read_text("utf-8"))
    return [(name, [[(x, y) for x, y in ring] for ring in rings]) for name, rings in read["areas"]]


def _areas() -> list[Area]:
    steps = {"Gipton": 4, "Harehills": 4, "Osmondthorpe": 3, "Burmantofts": 3, "Chapeltown": 2, "Oakwood": 2}
    steps |= {"Seacroft": 2, "Richmond Hill": 2, "Lincoln Green": 1}
    return [Area(name, rings, level=steps.get(name, 0), label=name in steps) for name, rings in _outlines()]


def _counted() -> list[Area]:
    counts = {"Gipton": (171, 9), "Harehills": (164, 18), "Seacroft": (121, 14), "Richmond Hill": (97, 3)}
    return [
        Area(
            name,
            rings,
            label=name in counts,
            count=counts.get(name, (None, None))[0],
            second=counts.get(name, (0, None))[1],
        )
        for name, rings in _outlines()
    ]


def _steps(now: int) -> list[dict[str, str]]:
    names = ["Heard", "Taken on", "Promised", "Done"]
    return [{"name": n, "state": "done" if i < now else "now" if i == now else "next"} for i, n in enumerate(names)]


def context() -> dict[str, Any]:
    """Everything that the gallery shows."""
    due = Due({"due": "4 December 2025"})
    due.is_valid()
    curves = {
        "Gipton": [5, 8, 8, 8, 7, 6, 8, 7, 11, 11, 10],
        "Harehills": [6, 9, 11, 10, 10, 7, 5, 10, 12, 14, 15],
        "Seacroft": [3, 3, 5, 4, 3, 2, 3, 5, 6, 7, 8],
        "Chapeltown": [2, 3, 4, 4, 3, 3, 3, 4, 5, 5, 5],
        "Oakwood": [5, 8, 9, 8, 8, 6, 7, 10, 10, 12, 12],
        "Lincoln Green": [1, 1, 2, 1, 1, 1, 1, 2, 2, 3, 2],
    }
    return {
        "verbs": VERBS,
        "signs": SIGNS,
        "colours": [{"css": f"sw-{c}", "name": c.replace("-", " ")} for c in COLOURS]
        + [{"css": f"p-{c}", "name": f"picture {c}"} for c in PICTURE],
        "due": due,
        "parts": Parts(initial={"postcode": "LS9"}),
        "share_hints": {"yes": "Border, fill and dot change, not colour alone"},
        "stream": _steps(2),
        "history": [
            {"when": "15 September", "text": "Promise made", "state": "done"},
            {"when": "18 November", "text": "Answer came", "state": "now"},
            {"when": "24 November", "text": "If we hear nothing, a letter goes", "state": "next"},
        ],
        "chips": [
            {"name": "All 18", "url": "#chips", "current": True},
            {"name": "Overdue 2", "url": "#chips", "current": False},
            {"name": "Kept 7", "url": "#chips", "current": False},
        ],
        "crumbs_shown": [{"name": "What we heard", "url": "#top"}, {"name": "Streets and yards", "url": "#top"}],
        "groups": _groups(),
        "you": (0.05, 0.05),
        "unites": [("A", 96.0), ("B", 91.0), ("C", 88.0)],
        "divides": [("A", 88.0), ("B", 14.0), ("C", 52.0)],
        "bars": [
            ("Holidays", 41, 33, 49),
            ("Yards and streets", 33, 26, 40),
            ("Damp homes", 31, 24, 38),
            ("Buses", 18, 13, 23),
        ],
        "forest": [
            ("Spring Lane Hub", "212", 0.19, -0.05, 0.43, 0.1),
            ("Aire Mentors", "604", 0.31, 0.16, 0.46, 0.8),
            ("Northern Steps", "398", 0.20, 0.02, 0.38, 0.5),
        ],
        "took": [
            ("16 to 24", 7, 19, "few heard: 12 fewer"),
            ("25 to 44", 34, 31, "about right"),
            ("65 and over", 26, 23, "about right"),
        ],
        "fit": [2, 3, 4, 9, 17, 30, 50, 76, 112, 160, 186, 176, 130, 76, 43, 18],
        "seen_by_chance": (38, 62),
        "hundred": [(41, "a"), (11, "b"), (48, "off")],
        "heard": [(n * 3 + 8, n * 3 - 1, n * 3 + 18) for n in (0, 1, 1.6, 3.2, 4.4, 5, 6.6, 7.8, 8.4, 10, 10.8, 11.3)],
        "curves": list(curves.items()),
        "areas": _areas(),
        "counted": _counted(),
        "map_key": [
            {"css": "m-1", "name": "none yet"},
            {"css": "m-2", "name": "1 in 200 people"},
            {"css": "m-3", "name": "1 in 100"},
            {"css": "m-4", "name": "1 in 50"},
        ],
    }
