"""Sealed: concerns and the register of checks, in tables of their own under a key of their own."""
