"""The spreadsheets to fill in: a heading, an example row and, on a second sheet, what each column is."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from upwell._kit.writing import table_text
from upwell_site.core.bringing.kinds import Column, Kind


def csv_of(kind: Kind) -> bytes:
    """Return the template as CSV: UTF-8 with a mark, so that spreadsheet programs read its letters."""
    columns = kind.columns()
    text = table_text([column.name for column in columns], [[column.example for column in columns]])
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def workbook_of(kind: Kind) -> bytes:
    """Return the template as a workbook of two sheets."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _list(book, kind)
        _guide(book, kind.columns())
    return out.getvalue()


def _list(book: xlsxwriter.Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet(str(kind.title)[:31])
    head, text = book.add_format({"bold": True, "bottom": 2}), book.add_format({"num_format": "@"})
    for at, column in enumerate(kind.columns()):
        sheet.set_column(at, at, max(14, min(36, len(column.example) + 4)), text if column.as_text else None)
        sheet.write_string(0, at, column.name, head)
        if column.example:
            sheet.write_string(1, at, column.example, text if column.as_text else None)
    sheet.freeze_panes(1, 0)


def _guide(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(str(_("Column guide"))[:31])
    head, wrap = book.add_format({"bold": True, "bottom": 2}), book.add_format({"text_wrap": True, "valign": "top"})
    for at, (title, width) in enumerate(
        ((_("Column"), 16), (_("What it is"), 70), (_("Example"), 30), (_("Must it be filled?"), 18))
    ):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(title), head)
    for row, column in enumerate(columns, start=1):
        must = _("Yes") if column.filled else _("The column must be there") if column.required else _("No")
        for at, cell in enumerate((column.name, str(column.about), column.example, must)):
            sheet.write_string(row, at, cell, wrap)
    sheet.freeze_panes(1, 0)
