"""Opinion groups: who answers alike, what each group says, what unites them, and what may be shown of it."""

from typing import TYPE_CHECKING

from upwell._kit.lazy import attach

if TYPE_CHECKING:
    from upwell.listen._groups import OpinionGroups, groups
    from upwell.listen.export import Export, Statements, read_export
    from upwell.listen.files import open_zip
    from upwell.listen.public import PublicTable
    from upwell.listen.shares import GroupShare, StatementShares, wilson
    from upwell.listen.stats import Consensus, Counts, Representative, Stats, Success
    from upwell.listen.tables import read_labels, write_results
    from upwell.listen.votes import Votes

__all__ = [
    "Consensus",
    "Counts",
    "Export",
    "GroupShare",
    "OpinionGroups",
    "PublicTable",
    "Representative",
    "StatementShares",
    "Statements",
    "Stats",
    "Success",
    "Votes",
    "groups",
    "open_zip",
    "read_export",
    "read_labels",
    "wilson",
    "write_results",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Consensus": "stats",
        "Counts": "stats",
        "Export": "export",
        "GroupShare": "shares",
        "OpinionGroups": "_groups",
        "PublicTable": "public",
        "Representative": "stats",
        "StatementShares": "shares",
        "Statements": "export",
        "Stats": "stats",
        "Success": "stats",
        "Votes": "votes",
        "groups": "_groups",
        "open_zip": "files",
        "read_export": "export",
        "read_labels": "tables",
        "wilson": "shares",
        "write_results": "tables",
    },
)
