"""The slow work of the core itself, registered by name: see `jobs.find`."""

from __future__ import annotations

from upwell_site.core import duplicates, erase
from upwell_site.core.bringing import work

__all__ = ["duplicates", "erase", "work"]
