"""The page of docs/reference that lists every column, made from the code so that it cannot fall behind."""

from __future__ import annotations

from collections.abc import Sequence

from upwell_site.core.bringing import kinds
from upwell_site.core.bringing.kinds import Column

RULE = "|---|---|---|---|---|\n"
HEAD = """# Spreadsheets

What each list may hold. `upwell-site template KIND` writes a spreadsheet with these headings, and the page
**Bring a list in** offers the same. Other headings are left out; you can say on the page what each one means.

- **Files**: `.xlsx`, or CSV with commas, semicolons, tabs or bars, in UTF-8, UTF-16 or Windows letters, packed with
  gzip or not.
- **Lists in a cell** (languages, goals, times): with `;` between.
- **Dates**: 2009-04-03, 03/04/2009 (the day first) or 3 April 2009. Two-digit years are refused.
- **Formulas**: text that a program could run is written with one `'` before it. Names, other words and phone numbers
  lose that one mark again when they are read. Any other `'` stays.
- **Empty cells** leave things as they are.
- **Refused**: columns that would give roles, sign-ins, checks, consent or passwords, or would make somebody an adult.
"""


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "".join(_part(str(kind.title), kind.columns()) for _name, kind in sorted(kinds.known().items()))


def _part(title: str, columns: Sequence[Column]) -> str:
    rows = "".join(_row(column) for column in columns)
    return f"\n## {title}\n\n| column | what it is | example | must it be filled | also called |\n{RULE}{rows}"


def _row(column: Column) -> str:
    must = "yes" if column.filled else "the column must be there" if column.required else "no"
    return f"| `{column.name}` | {column.about} | {column.example} | {must} | {', '.join(column.synonyms)} |\n"
