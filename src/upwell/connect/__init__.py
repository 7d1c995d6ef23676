"""Match mentees and mentors: allowed pairs only, the best sum there is, a reason for each, and a proof."""

from typing import TYPE_CHECKING

from upwell._kit.lazy import attach

if TYPE_CHECKING:
    from upwell.connect._assign import Assignment, assign
    from upwell.connect._candidates import Edges, candidates
    from upwell.connect._match import Matching, match
    from upwell.connect._verify import Verdict, verify
    from upwell.connect.columns import COLUMNS, Column, columns_for, guess_columns
    from upwell.connect.parse import parse_mentees, parse_mentors
    from upwell.connect.people import Mentees, Mentors
    from upwell.connect.rules import Rules, load_rules

__all__ = [
    "COLUMNS",
    "Assignment",
    "Column",
    "Edges",
    "Matching",
    "Mentees",
    "Mentors",
    "Rules",
    "Verdict",
    "assign",
    "candidates",
    "columns_for",
    "guess_columns",
    "load_rules",
    "match",
    "parse_mentees",
    "parse_mentors",
    "verify",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "COLUMNS": "columns",
        "Assignment": "_assign",
        "Column": "columns",
        "Edges": "_candidates",
        "Matching": "_match",
        "Mentees": "people",
        "Mentors": "people",
        "Rules": "rules",
        "Verdict": "_verify",
        "assign": "_assign",
        "candidates": "_candidates",
        "columns_for": "columns",
        "guess_columns": "columns",
        "load_rules": "rules",
        "match": "_match",
        "parse_mentees": "parse",
        "parse_mentors": "parse",
        "verify": "_verify",
    },
)
