"""The facts of a result as `Say`: numbers and letters only, never the text of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upwell._kit.say import Say
from upwell.listen.shares import GroupShare, StatementShares, told_shares
from upwell.listen.stats import Side

if TYPE_CHECKING:
    from upwell.listen._groups import OpinionGroups


def headline(result: OpinionGroups) -> Say:
    """How many groups there are to see."""
    n = len(result.shown)
    return Say("listen.groups", {"n": n}) if n else Say("listen.no_groups")


def describe(result: OpinionGroups, group: int) -> list[Say]:
    """Size of a group and what marks it; nothing for a group that is not shown."""
    if group not in result.shown:
        return []
    name = result.names[group]
    said = [Say("listen.size", {"n": int(result.size[group]), "group": name})]
    marks = [
        say for entry in result.representative(group) if (say := _mark(result, group, entry.statement, entry.side))
    ]
    return said + (marks or [Say("listen.nothing_yet", {"group": name})])


def _mark(result: OpinionGroups, group: int, statement: int, side: Side) -> Say | None:
    told = told_shares(result.counts, result.size, side)
    share = told.tell(int((told.shown == group).nonzero()[0][0]), statement)
    if share is None:
        return None
    values = {"group": result.names[group], "statement": int(result.statement[statement]), "share": in_100(share)}
    return Say("listen.yes" if side == "agree" else "listen.no", values)


def in_100(share: GroupShare) -> Say:
    """A share in words."""
    if share.low == share.high:
        values = {"low": share.low, "likely_low": share.likely_low, "likely_high": share.likely_high}
        return Say("listen.exactly", values)
    if share.low == 0:
        return Say("listen.at_most", {"high": share.high})
    return Say("listen.at_least", {"low": share.low})


def between(result: OpinionGroups, entry: StatementShares, *, unites: bool) -> Say:
    """The sentence of one statement that unites, or divides."""
    low, high = entry.between
    values = {"low": low, "high": high, "statement": int(result.statement[entry.statement])}
    return Say("listen.unites" if unites else "listen.divides", values)
