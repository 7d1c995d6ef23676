"""Read a list row by row: values, or problems that each name row, column and fix."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from upwell import InputError
from upwell._kit.progress import Progress, silent
from upwell._kit.tables import MAX_PROBLEMS, Scan
from upwell_site.core.bringing.cells import is_day_first, read_born, read_date
from upwell_site.core.bringing.guess import REFUSED, why_refused
from upwell_site.core.bringing.kinds import Column, Kind, Loading, Plan, Problem, Row, Values

CHUNK = 5_000  # rows looked up and written together
SHOWN = 200  # problems on the page; all are in the file to take away
SAMPLE = 5
EXAMPLES = 20  # changes shown
HEAD = 50  # first rows that are kept as they are
REMEMBERED = 30_000  # different cells of one column whose meaning is kept at hand


@dataclass(slots=True)
class Found:
    """What was found in a list, as the preview shows it.

    `blocked`: faults of the whole file, which leaving out rows does not mend.
    """

    rows: int = 0
    bad: set[int] = field(default_factory=set)
    blocked: bool = False
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    groups: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    sample: list[Row] = field(default_factory=list)
    changes: list[tuple[int, str, str, str]] = field(default_factory=list)
    head: list[list[str]] = field(default_factory=list)
    write: Callable[[Problem], None] | None = None

    def add(self, problem: Problem) -> None:
        """Take a problem in; the file to take away gets all, the page the first ones."""
        self.count += 1
        self.groups[problem.column, problem.message] += 1
        if problem.row is not None:
            self.bad.add(problem.row)
        if len(self.problems) < SHOWN:
            self.problems.append(problem)
        if self.write:
            self.write(problem)

    def block(self, problem: Problem) -> None:
        """Take in a problem of the file as a whole."""
        self.blocked = True
        self.add(problem)

    def note(self, sentence: str) -> None:
        """Say something that is worth knowing and stops nothing; once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def look_into(
    found: Found, scan: Scan, kind: Kind, columns: dict[str, str], loading: Loading, progress: Progress = silent
) -> Found:
    """Go through a list without writing: every problem, and how many rows are new, known or changed."""
    for chunk, plans in plans_of(found, scan, kind, columns, loading, progress):
        for plan in plans:
            _show_changes(found, plan)
        if len(found.sample) < SAMPLE:
            planned = {plan.row.number for plan in plans}
            fine = [row for row in chunk if row.number in planned]  # as read: a plan may keep a part of its row
            found.sample += fine[: SAMPLE - len(found.sample)]
    return found


def plans_of(
    found: Found, scan: Scan, kind: Kind, columns: dict[str, str], loading: Loading, progress: Progress = silent
) -> Iterator[tuple[list[Row], list[Plan]]]:
    """Yield rows that can be used and what each will do, in pieces, and count them."""
    for chunk in rows_of(found, scan, kind, columns, loading):
        plans = kind.plan(chunk, loading)
        loading.counts.update([plan.state for plan in plans])
        yield chunk, plans
        progress("checking", scan.share)


def rows_of(found: Found, scan: Scan, kind: Kind, columns: dict[str, str], loading: Loading) -> Iterator[list[Row]]:
    """Yield the rows that can be used, in pieces; what is wrong goes into `found`."""
    reader = _Reader(found, scan, kind, columns)
    loading.headings, loading.tell = reader.headings, found.add
    told = reader.tell_of(0)
    blocked = reader.faults_of_the_file()
    chunk: list[Row] = []
    for number, cells in scan:
        found.rows += 1
        if len(found.head) < HEAD:
            found.head.append(cells)
        if len(scan.problems) > told:
            told = reader.tell_of(told)
        if blocked:
            continue
        row = reader.read(number, cells)
        if row is not None:
            chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    reader.tell_of(told)
    found.rows += len({p.row for p in scan.problems if p.row and not _about_heading(p)})
    if len(scan.problems) >= MAX_PROBLEMS:
        found.block(Problem(None, "", _("There are more problems than we can name. Mend these first.")))
    if chunk:
        yield chunk


def _show_changes(found: Found, plan: Plan) -> None:
    for name, was, now in plan.more.get("said", ()):
        if len(found.changes) < EXAMPLES:
            found.changes.append((plan.row.number, name, in_words(was), in_words(now)))


def in_words(value: Any) -> str:
    """Return a value as the preview shows it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(sorted(str(part) for part in value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _about_heading(problem: InputError) -> bool:
    return "heading" in problem.message and not problem.message.startswith("This row")


class _Seen:
    """Which keys were seen, and in which row first. A million keys take a few bytes each: numbers, not words."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.keys, self.rows = array("q"), array("q")

    def first(self, name: str, key: str, number: int) -> int:
        """Return the row that had this key first: `number` itself when none had."""
        told, before = hash((name, key)), len(self.known)
        self.known.add(told)
        if len(self.known) == before:
            return self.rows[self.keys.index(told)]
        self.keys.append(told)
        self.rows.append(number)
        return number


class _Reader:
    """Reads the rows of one list by the columns that were chosen."""

    def __init__(self, found: Found, scan: Scan, kind: Kind, columns: dict[str, str]) -> None:
        self.found, self.scan, self.kind, self.chosen = found, scan, kind, columns
        ours = {column.name: column for column in kind.columns()}
        places = {heading: at for at, heading in enumerate(scan.columns)}
        self.used: list[tuple[int, Column]] = [
            (places[heading], ours[name]) for heading, name in columns.items() if name in ours and heading in places
        ]
        self.headings = {name: heading for heading, name in columns.items()}
        self.seen = _Seen()
        self.read_before: dict[str, dict[str, Any]] = {column.name: {} for _at, column in self.used}
        self.reads = [(at, column.name, self.read_before[column.name], column) for at, column in self.used]
        self.day_first_told = False
        self.other_days: set[str] = set()
        self.days = [(at, column) for at, column in self.used if column.read in (read_date, read_born)]
        self.example = {column.name: column.example for column in ours.values()}

    def tell_of(self, told: int) -> int:
        """Name what was found wrong with headings and cells since; return how much has been told of."""
        for problem in self.scan.problems[told:]:
            said = Problem(problem.row, problem.column, problem.message, _short(problem.value))
            if _about_heading(problem):
                self.found.block(said)
            else:
                self.found.add(said)
        return len(self.scan.problems)

    def faults_of_the_file(self) -> bool:
        """Name what is wrong with the columns that were chosen; return whether rows need not be read at all."""
        for heading, name in self.chosen.items():
            if name == REFUSED:
                self.found.block(Problem(None, heading, why_refused(heading)))
        there = {column.name for _at, column in self.used}
        for column in self.kind.columns():
            if column.required and column.name not in there:
                message = _("A column “%s” is needed. Choose it below, or add it to your spreadsheet.") % column.name
                self.found.block(Problem(None, column.name, message))
        return not self.used or not there.issuperset(c.name for c in self.kind.columns() if c.required)

    def read(self, number: int, cells: list[str]) -> Row | None:
        """Return one row, or None when something in it is wrong."""
        values: Values = {}
        before = self.found.count
        for at, name, known, column in self.reads:
            cell = cells[at]
            if cell in known:  # towns, languages, days: the same again and again
                values[name] = known[cell]
            elif cell or column.filled or column.reads_empty:
                self._cell(values, number, column, cell)
        if self.found.count == before:
            for name, message in self.kind.check_row(values):
                self._say(number, name, message, "")
        if self.found.count == before:
            self._twice(number, values)
        if self.found.count > before:
            return None
        if not self.day_first_told or self.found.rows <= HEAD:
            self._notes(number, cells)
        return Row(number, values)

    def _cell(self, values: Values, number: int, column: Column, cell: str) -> None:
        if not cell and not column.reads_empty:
            if column.filled:
                self._say(number, column.name, _("Fill this in: %s") % column.about, "")
            return
        before = self.read_before[column.name]
        try:
            value = values[column.name] = column.read(cell)
            if len(before) < REMEMBERED:
                before[cell] = value
        except InputError as problem:
            self._say(number, column.name, _sentence(problem), cell)
        except ValueError as problem:
            self._say(number, column.name, str(problem), cell)

    def _twice(self, number: int, values: Values) -> None:
        for name, key in self.kind.keys(values):
            first = self.seen.first(name, key, number)
            if first != number:
                message = _("Row %d says the same. Delete one of the two, or make them differ.") % first
                self._say(number, name, message, str(values.get(name, "")))

    def _notes(self, number: int, cells: list[str]) -> None:
        for at, column in self.days if not self.day_first_told else ():
            if cells[at] in self.other_days:
                continue
            if not is_day_first(cells[at]):
                if len(self.other_days) < REMEMBERED:
                    self.other_days.add(cells[at])
            else:
                self.day_first_told = True
                read = column.read(cells[at])
                said = f"{read.day} {read:%B %Y}"
                self.found.note(_("Dates are read day first: %(cell)s is %(day)s.") % {"cell": cells[at], "day": said})
                break
        if self.found.rows <= HEAD:
            same = [cells[at] == self.example[column.name] for at, column in self.used if cells[at]]
            if len(same) > 2 and all(same):
                said = _("Row %d is the example row of our template. Delete it if it is not a person.")
                self.found.note(said % number)

    def _say(self, number: int, name: str, message: str, value: str) -> None:
        self.found.add(Problem(number, self.headings.get(name, name), message, _short(value)))


def _sentence(problem: InputError) -> str:
    """Return an engine's sentence with the choices it names; the place is ours to say."""
    return f"{problem.message} {_('Allowed:')} {', '.join(problem.allowed)}." if problem.allowed else problem.message


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def storable(thing: Any) -> Any:
    """Return words, lists and mappings of words without what no database or file can hold: NUL, half characters."""
    if isinstance(thing, str):
        return thing.encode("utf-8", "replace").decode("utf-8").replace("\x00", "?")
    if isinstance(thing, list | tuple):
        return [storable(part) for part in thing]
    if isinstance(thing, dict):
        return {storable(key): storable(value) for key, value in thing.items()}
    return thing
