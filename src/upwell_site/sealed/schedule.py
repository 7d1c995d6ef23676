"""What sealed does by itself: it keeps room for the worst day, and has the key ready before it is needed."""

from __future__ import annotations

from contextlib import suppress

from upwell_site.core.clock import part
from upwell_site.sealed import keys, reserve


@part("reserve kept")
def reserve_kept() -> int:
    """Make the reserve, and first the key: on a full disk it could not be made any more."""
    with suppress(keys.Locked):  # a damaged key file is not written over; who reads or writes a concern is told
        keys.current()
    return reserve.keep()
