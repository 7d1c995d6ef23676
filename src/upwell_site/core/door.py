"""Signing in: how allauth speaks to the rest of the house."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    """Letters of signing in go through the outbox like all others."""
