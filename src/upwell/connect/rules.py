"""What a programme demands of a pair, and what it weighs."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from upwell._kit.errors import InputError

GOALS = ("total", "most_people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one round of matching.

    A pair is *allowed* when the mentor is cleared (this cannot be switched off) and every rule that is
    on holds. An allowed pair has a *score* in [0, 1]: the weighted mean of four parts. A part nobody
    gave data for is left out and its weight shared among the others, in proportion.

    Parameters
    ----------
    name : str
        How the rules are called in summaries.
    goal : {"total", "most_people"}
        The largest sum of scores; or first as many people as possible, then the largest sum.
    interests, tags, near, time : float
        Weights: cosine of the interest vectors (0 if negative); share of the mentee's tags that the
        mentor has; ``exp(-distance / near_km)``; shared slots as a share of `slots_enough`.
    near_km : float
        Scale of nearness, km.
    slots_enough : int
        More shared slots than this add nothing.
    distance : bool
        In person: no further apart than either will travel. Pairs who both accept online are free of it.
    mode : bool
        Both accept at least one common way to meet.
    language, slot : bool
        At least one in common.
    organisation : bool
        Never the same organisation.
    usual_travel_km : float
        For people who did not say how far they travel.
    max_travel_km : float
        Nobody travels further than this, whatever they say; infinite for no such limit.
    """

    name: str = "default"
    goal: str = "total"
    interests: float = 0.40
    tags: float = 0.30
    near: float = 0.15
    time: float = 0.15
    near_km: float = 8.0
    slots_enough: int = 3
    distance: bool = True
    mode: bool = True
    language: bool = True
    slot: bool = True
    organisation: bool = True
    usual_travel_km: float = 10.0
    max_travel_km: float = math.inf


# "benchmark" never changes, so that figures can be compared; "default" is the same today and may improve.
NAMED = {"default": Rules(), "benchmark": Rules(name="benchmark")}

_SECTIONS: dict[str, tuple[str, ...]] = {
    "weights": ("interests", "tags", "near", "time"),
    "rules": ("distance", "mode", "language", "slot", "organisation"),
    "travel": ("near_km", "usual_travel_km", "max_travel_km"),
    "time": ("slots_enough",),
}


def load_rules(source: str | Path) -> Rules:
    """Return the rules called `source`, or those of a TOML file.

    Parameters
    ----------
    source : str or Path
        ``"default"``, ``"benchmark"`` or the path of a file such as::

            goal = "most_people"
            [weights]
            interests = 0.5
            [rules]
            organisation = false
            [travel]
            max_travel_km = 15

        What the file does not name stays as in the default.

    Raises
    ------
    InputError
        For an unknown name, key or value, with those that may stand there.

    Examples
    --------
    >>> load_rules("benchmark").interests
    0.4
    """
    if str(source) in NAMED:
        return NAMED[str(source)]
    path = Path(source)
    if not path.is_file():
        raise InputError("There are no rules of this name, and no such file.", value=source, allowed=tuple(NAMED))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError(f"The rules cannot be read as TOML: {problem}.", file=path.name) from None
    return _from_mapping(content, path)


def _from_mapping(content: Mapping[str, object], path: Path) -> Rules:
    settings: dict[str, object] = {}
    for key, value in content.items():
        if key == "goal":
            if value not in GOALS:
                raise InputError("Not a goal.", file=path.name, column=key, value=value, allowed=GOALS)
            settings[key] = value
        elif key in _SECTIONS and isinstance(value, dict):
            for inner, setting in value.items():
                if inner not in _SECTIONS[key]:
                    where = f"[{key}] {inner}"
                    raise InputError("Unknown setting.", file=path.name, column=where, allowed=_SECTIONS[key])
                settings[inner] = _checked(key, inner, setting, path.name)
        else:
            raise InputError("Unknown setting.", file=path.name, column=key, allowed=("goal", *_SECTIONS))
    rules = replace(NAMED["default"], name=path.stem, **settings)  # type: ignore[arg-type]
    if not any((rules.interests, rules.tags, rules.near, rules.time)):
        raise InputError("At least one weight must be more than 0.", file=path.name, column="[weights]")
    return rules


def _checked(section: str, key: str, value: object, file: str) -> object:
    where = f"[{section}] {key}"
    if section == "rules":
        if not isinstance(value, bool):
            raise InputError("Write true or false.", file=file, column=where, value=value, allowed=("true", "false"))
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise InputError("Write a number.", file=file, column=where, value=value)
    if value < 0 or (section != "weights" and value == 0) or (math.isinf(value) and key != "max_travel_km"):
        raise InputError("Write a number above 0.", file=file, column=where, value=value)
    if key == "slots_enough" and not isinstance(value, int):
        raise InputError("Write a whole number.", file=file, column=where, value=value)
    return value
