"""Spreadsheets as people really save them: read right, or refused with the place and the fix."""

from __future__ import annotations

import codecs
import gzip
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upwell import InputError
from upwell._kit import tables
from upwell._kit.tables import Table, read_table
from upwell._kit.writing import neutralise, restore, table_text, write_table

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets: str, extra: dict[str, bytes] | None = None) -> bytes:
    """Return an .xlsx whose sheets hold the given rows of XML; style 1 is a date."""
    names = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="r{i}"/>' for i in range(1, len(sheets) + 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="w" Type="{RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        z.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>'
        )
        z.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
        z.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        for i, rows in enumerate(sheets, start=1):
            z.writestr(f"xl/worksheets/sheet{i}.xml", SHEET.format(rows))
        for path, content in (extra or {}).items():
            z.writestr(path, content)
    return out.getvalue()


def text_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def read(text: str | bytes, **options: object) -> Table:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_table(raw, "people.csv", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end(separator: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (["id", "name"], ["1", "Ann"], ["2", "Bo"])) + end
    table = read(text)
    assert table.columns == ("id", "name")
    assert table.rows == [["1", "Ann"], ["2", "Bo"]]


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode(),
        lambda t: codecs.BOM_UTF8 + t.encode(),
        lambda t: codecs.BOM_UTF16_LE + t.encode("utf-16-le"),
        lambda t: codecs.BOM_UTF16_BE + t.encode("utf-16-be"),
        lambda t: t.encode("utf-16-le"),
        lambda t: t.encode("utf-16-be"),
        lambda t: t.encode("cp1252"),
        lambda t: gzip.compress(t.encode()),
    ],
    ids=["utf8", "utf8-bom", "utf16le-bom", "utf16be-bom", "utf16le", "utf16be", "cp1252", "gzip"],
)
def test_any_usual_encoding(encode: object) -> None:
    """A spreadsheet program chooses the encoding; the person who saved it cannot know."""
    assert read(encode("id,name\n1,Zoë €\n")).rows == [["1", "Zoë €"]]  # type: ignore[operator]


def test_lists_inside_cells_do_not_look_like_columns() -> None:
    assert read("id,goals\n1,maths;art;music\n2,art;cv\n").columns == ("id", "goals")
    assert read("id;lat\n1;53,8\n2;51,5\n").rows == [["1", "53,8"], ["2", "51,5"]]


def test_row_numbers_are_the_spreadsheets() -> None:
    """Empty rows and line ends inside quotes must not shift the numbers a person is told."""
    table = read('\nid,note\n1,"two\r\nlines"\n,\n\n2,x\n')
    assert table.rows == [["1", "two\nlines"], ["2", "x"]]
    assert table.numbers == [3, 6]


def test_excels_own_first_line_is_obeyed() -> None:
    assert read("sep=;\nid;a,b\n1;2\n").columns == ("id", "a,b")


def test_short_rows_are_filled_and_empty_cells_on_the_right_ignored() -> None:
    assert read("id,name,town,,\n1\n2,Bo,York,,\n").rows == [["1", "", ""], ["2", "Bo", "York"]]


@pytest.mark.parametrize(
    ("content", "says", "row", "column"),
    [
        ("id,name\n1,Ann\n2,Bo,York\n", "3 cells and the heading has 2", 3, ""),
        ("id,ID\n1,2\n", "same heading", 1, ""),
        ("id,,name\n1,2,3\n", "heading of column 2 is empty", 1, ""),
        ("id,name\n1,A\0nn\n", "not text", 2, "name"),
        ("id,name\n1," + "x" * 40_000 + "\n", "longer than 32,767", 2, "name"),
        ("id,name\n1," + "x" * 140_000 + "\n", "far too long", 2, ""),
        ('id,name\n1,"Ann\n2,Bo\n', "quote marks do not pair", 2, ""),
        ("id,name\n", "nothing under it", None, ""),
        ("", "empty", None, ""),
        ("\n\n , \n", "empty", None, ""),
    ],
)
def test_what_is_wrong_is_named_with_its_place(content: str, says: str, row: int | None, column: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(content)
    assert (caught.value.file, caught.value.row, caught.value.column) == ("people.csv", row, column)


def test_all_problems_are_collected_for_a_preview() -> None:
    table = read("id,name,name\n1,Ann,x\n2,Bo,y,z\n3,C\0,\n4,Di,\n", collect=True)
    assert [problem.row for problem in table.problems] == [1, 3, 4]
    assert table.column("id") == ["1", "4"]
    with pytest.raises(KeyError):
        table.column("town")


def test_a_broken_utf16_file_is_refused_with_its_row() -> None:
    raw = codecs.BOM_UTF16_LE + "id\n1\n".encode("utf-16-le") + b"\x00\xd8\n\x00"  # half a surrogate pair
    with pytest.raises(InputError, match="UTF-16") as caught:
        read(raw)
    assert caught.value.row == 3


def test_limits_hold() -> None:
    with pytest.raises(InputError, match="more than 2 rows"):
        read("id\n1\n2\n3\n", max_rows=2)
    with pytest.raises(InputError, match="larger than"):
        read("id\n" + "1\n" * 1000, max_bytes=100)
    with pytest.raises(InputError, match="larger than"):
        read(gzip.compress(b"id\n" + b"1\n" * 10_000_000), max_bytes=1_000_000)
    with pytest.raises(InputError, match="cut short"):
        read(gzip.compress(b"id\n1\n2\n")[:-9])


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, ["id", "says"], [[1, "=1+1"], [2, None]])
    assert path.read_bytes() == b"id,says\n1,'=1+1\n2,\n"
    assert read_table(path, "a.csv").rows == [["1", "'=1+1"], ["2", ""]]
    with pytest.raises(InputError, match="no file"):
        read_table(tmp_path / "b.csv", "b.csv")


def test_a_workbook_reads_as_a_person_sees_it() -> None:
    rows = (
        f'<row r="1">{text_cell("A1", "id")}{text_cell("B1", "km")}{text_cell("C1", "born")}'
        f"{text_cell('D1', 'ok')}</row>"
        '<row r="3"><c r="A3"><v>3.0</v></c><c r="B3"><v>0.30000000000000004</v></c>'
        '<c r="C3" s="1"><v>39000</v></c><c r="D3" t="b"><v>1</v></c></row>'
    )
    table = read_table(workbook("", rows), "people.xlsx")
    assert table.columns == ("id", "km", "born", "ok")
    assert table.rows == [["3", "0.3", "2006-10-10", "true"]]
    assert table.numbers == [3]


@pytest.mark.slow
def test_workbooks_that_would_fill_the_memory_are_refused() -> None:
    """The sizes are checked before the reader is even loaded."""
    far = f'<row r="1">{text_cell("A1", "id")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    with pytest.raises(InputError, match="far out"):
        read_table(workbook(far), "p.xlsx")
    packed = workbook("", extra={"xl/media/a.bin": bytes(40_000_000)})
    with pytest.raises(InputError, match="far more than a spreadsheet"):
        read_table(packed, "p.xlsx")
    with pytest.raises(InputError, match="too large"):
        read_table(packed, "p.xlsx", max_bytes=1_000_000)
    with pytest.raises(InputError, match="too many parts"):
        read_table(workbook("", extra={f"x{i}": b"" for i in range(2_001)}), "p.xlsx")


@pytest.mark.slow
def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    honest = workbook("", extra={"xl/media/a.bin": bytes(40_000_000)})
    liar = honest.replace((40_000_000).to_bytes(4, "little"), (40).to_bytes(4, "little"))
    assert liar != honest
    with pytest.raises(InputError, match="too large"):
        read_table(liar, "p.xlsx", max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (workbook(), "No sheet"),
        (workbook("")[:-30], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old or password-protected"),
    ],
)
def test_files_that_are_no_workbook_say_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_table(raw, "p.xlsx")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\r=1", "+44 7700 900123"])
def test_formulas_are_neutralised(cell: str) -> None:
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-3", "+4.5", "-1e-7", "Leeds", "", "a=b", "-.5"])
def test_plain_cells_are_left_alone(cell: str) -> None:
    assert neutralise(cell) == cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("''@a", "'''@a"),
        ("'-3", "'-3"),
        ("'Leeds", "'Leeds"),
        ("'", "'"),
        ("007", "007"),
        ("+441134960123", "+441134960123"),
        ("+44 113", "'+44 113"),
        ("12345678901234567890", "12345678901234567890"),
        ('=a\n"b"', '\'=a\n"b"'),
    ],
)
def test_the_mark_before_a_formula_can_be_taken_off_again(cell: str, written: str) -> None:
    assert neutralise(cell) == written
    assert restore(written) == cell


@given(st.text(st.one_of(st.sampled_from("'=+-@\t\r0.e\n"), st.characters()), max_size=12))
def test_restoring_gives_back_whatever_was_neutralised(cell: str) -> None:
    assert restore(neutralise(cell)) == cell
    assert not neutralise(cell).startswith(("=", "@", "\t", "\r"))


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@pytest.mark.slow
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_reads_back(rows: list[list[str]]) -> None:
    """Whatever people wrote survives, but for the spaces at its ends and the mark before a formula."""
    table = read(table_text(["id", "b", "c"], [["x", *row] for row in [r[:2] for r in rows]]))
    trimmed = [["x", *(read_back(cell) for cell in row[:2])] for row in rows]
    assert table.rows == trimmed


def read_back(cell: str) -> str:
    return neutralise(cell).strip().strip("\ufeff\u200b\u2060").strip()


def test_reading_a_csv_loads_no_workbook_reader() -> None:
    """The web site imports this module at start; that must stay quick."""
    code = (
        "import sys; from upwell._kit.tables import read_table; read_table(b'id\\n1\\n', 'a');"
        "print([m for m in ('python_calamine', 'charset_normalizer', 'numpy', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_guess_of_last_resort_still_reads_something() -> None:
    raw = "id,name\n1,Łódź\n2,Ťažký kôň, žltý\n".replace(", ž", " ž").encode("cp1250") + b"3,\x81\x8d\n"
    assert read(raw).column("id") == ["1", "2", "3"]


@pytest.mark.slow
def test_progress_is_told() -> None:
    told: list[float] = []
    read("id\n" + "1\n" * 120_000, progress=lambda phase, done: told.append(done))
    assert told == sorted(told) and told[-1] == 1.0 and len(told) >= 3
    assert tables.MAX_ROWS >= 1_000_000


@pytest.mark.parametrize("text", ["a,a\n1,2\n", "a,b\n1,2,3\n", 'a,b\n"1,2\n', "a,b\n", "a,b\n1,2\n"])
def test_a_file_is_let_go_of_whatever_is_wrong_with_it(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it stays open until somebody tidies up: a folder that cannot be deleted, on some machines."""
    opened_files = []
    real = tables.opened
    monkeypatch.setattr(tables, "opened", lambda *a: opened_files.append(real(*a)) or opened_files[-1])
    file = tmp_path / "list.csv"
    file.write_text(text)
    held = None
    try:
        read_table(file, "list.csv")
    except InputError as problem:
        held = problem  # and with it every frame on the way, as when an error is shown later
    assert [one.closed for one in opened_files] == [True], held
