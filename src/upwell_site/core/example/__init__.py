"""The example place: Leeds's real geography, invented people, by seed.

Nobody in it is real. Names are drawn from lists of first and family names of communities that live in Leeds; what
people say was written for this example. `load` builds it, `remove` empties the database again.
"""

from __future__ import annotations

from upwell_site.core.example.load import load, remove

__all__ = ["load", "remove"]
