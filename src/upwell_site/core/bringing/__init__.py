"""Bringing in lists: read a spreadsheet, name every problem in it, load all of it or nothing, take it back whole.

`kinds` says what may be brought in, `guess` which heading means what, `check` looks, `actions.bringing` writes.
Another verb adds a kind by a module `bringing` of its own that calls `kinds.register`.
"""

from __future__ import annotations

from upwell_site.core.bringing import organisations, people

__all__ = ["organisations", "people"]
