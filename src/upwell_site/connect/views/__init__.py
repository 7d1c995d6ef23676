"""Pages of connect, by what they are about."""
