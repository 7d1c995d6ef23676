"""Every write that somebody may later ask about: atomic, with an event in the same transaction."""
