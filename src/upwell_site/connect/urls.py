"""Addresses of connect."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.connect.views import pairs, rounds, sides

ROOM = "h/<slug:hub>/rounds/"
ONE = f"{ROOM}<int:round>/"
PAIR = f"{ROOM}pair/<int:pair>/"

urlpatterns: list[URLPattern] = [
    path(ROOM, rounds.rounds, name="rounds"),
    path(f"{ROOM}add/", rounds.round_add, name="round_add"),
    path(ONE, rounds.round_, name="round"),
    path(f"{ONE}rules/", rounds.round_rules, name="round_rules"),
    path(f"{ONE}run/", rounds.round_run, name="round_run"),
    path(f"{ONE}stop/", rounds.round_stop, name="round_stop"),
    path(f"{ONE}approve/", rounds.round_approve, name="round_approve"),
    path(f"{ONE}letters/stop/", rounds.round_letters_stop, name="round_letters_stop"),
    path(f"{ONE}export/", rounds.round_export, name="round_export"),
    path(f"{ONE}pairs/", pairs.round_pairs, name="round_pairs"),
    path(f"{ONE}unmatched/", sides.round_unmatched, name="round_unmatched"),
    path(f"{ONE}asks/", sides.round_asks, name="round_asks"),
    path(f"{ONE}offers/", sides.round_offers, name="round_offers"),
    path(PAIR, pairs.pair, name="pair"),
    path(f"{PAIR}lock/", pairs.pair_lock, name="pair_lock"),
    path(f"{PAIR}drop/", pairs.pair_drop, name="pair_drop"),
    path(f"{PAIR}note/", pairs.pair_note, name="pair_note"),
    path(f"{PAIR}approve/", pairs.pair_approve, name="pair_approve"),
]
