"""An export is read whole or refused with file, row, column and what to do; never half, never the wrong way round."""

import gzip
import io
import zipfile

import numpy as np
import pytest

import upwell
from upwell import listen
from upwell.listen import files as _files

COMMENTS = b"""\
timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
3,Mon,12,1,2,1,-1,"The ""shade"" of trees, free"
1,Mon,10,0,3,0,1,More buses
2,Mon,11,0,0,3,0,Fewer cars
"""
MATRIX = b"""\
participant,group-id,n-comments,n-votes,n-agree,n-disagree,10,11,12
0,0,1,3,2,1,1,-1,1
4,1,0,3,2,1,1,-1,1
2,,0,3,1,2,1,-1,-1
"""
VOTES = b"""\
timestamp,datetime,comment-id,voter-id,vote
9,Mon,10,0,1
1,Mon,10,0,-1
2,Mon,11,0,-1
3,Mon,12,0,1
4,Mon,10,2,1
5,Mon,11,2,-1
6,Mon,11,4,0
7,Mon,12,4,1
"""


def folder(**changed):
    """The small export; `matrix=None` leaves a file out."""
    parts = {"comments": COMMENTS, "matrix": MATRIX, "votes": None} | changed
    names = {"comments": "comments.csv", "matrix": "participants-votes.csv", "votes": "votes.csv"}
    return {names[key]: content for key, content in parts.items() if content is not None}


def dense(export):
    table = np.full((export.votes.n_people, export.votes.n_statements), np.nan)
    table[export.votes.people, export.votes.statement] = export.votes.value
    return table


def test_statements_people_and_votes():
    export = listen.read_export(folder())
    assert export.statements.id.tolist() == [10, 11, 12]
    assert export.statements.text == ("More buses", "Fewer cars", 'The "shade" of trees, free')
    assert export.statements.moderated.tolist() == [1, 0, -1]
    assert export.statements.left_out.tolist() == [False, False, True]
    assert export.statements.author.tolist() == [0, 0, 1]
    assert export.participant.tolist() == [0, 4, 2]
    assert export.published_group.tolist() == [0, 1, -1]
    assert dense(export).tolist() == [[1, -1, 1], [1, -1, 1], [1, -1, -1]]


def test_without_the_matrix_the_last_vote_counts():
    """The newest vote stands first in this file: time decides, not the order of rows."""
    export = listen.read_export(folder(matrix=None, votes=VOTES))
    assert export.participant.tolist() == [0, 2, 4]
    expected = np.array([[1, -1, 1], [1, -1, np.nan], [np.nan, 0, 1]])
    assert np.array_equal(dense(export), expected, equal_nan=True)


@pytest.mark.parametrize(
    "change",
    [
        gzip.compress,
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.replace(b"\n", b"\r"),
        lambda content: content.rstrip(b"\n"),
        lambda content: content + b"\n\n",
    ],
)
def test_gzip_marks_and_line_ends_make_no_difference(change):
    changed = {name: change(content) for name, content in folder().items()}
    one, two = listen.read_export(changed), listen.read_export(folder())
    assert dense(one).tolist() == dense(two).tolist()
    assert one.statements.text == two.statements.text


def test_padded_quoted_and_decimal_cells():
    odd = MATRIX.replace(b"0,0,1,3,2,1,1,-1,1", b'"0", 0,1,3,2,1,1.0," -1",+1').replace(b"4,1", b"4 ,1.0")
    export = listen.read_export(folder(matrix=odd))
    assert dense(export).tolist() == dense(listen.read_export(folder())).tolist()
    assert export.published_group.tolist() == [0, 1, -1]


def test_other_columns_are_passed_over():
    """Some exports name people a second time; the words in that column are not read."""
    more = (
        MATRIX.replace(b"participant,", b"participant,xid,").replace(b"\n0,", b'\n0,"a, b",').replace(b"\n4,", b"\n4,,")
    )
    export = listen.read_export(folder(matrix=more.replace(b"\n2,", b"\n2,x,")))
    assert dense(export).tolist() == dense(listen.read_export(folder())).tolist()


def test_texts_without_quotation_marks():
    """Newer servers write the text as it is: commas and marks in it belong to it."""
    bare = (
        b"comment-id,is-seed,is-meta,agrees,disagrees,moderated,comment-body\n"
        b"10,true,false,3,0,1,More buses, trams, and trains\n"
        b'11,false,true,0,3,1,"Park" and ride, please\n'
        b'12,false,false,2,1,1,"It is ""late"", he said\nand went"\n'
    )
    statements = listen.read_export(folder(comments=bare)).statements
    assert statements.text == (
        "More buses, trams, and trains",
        '"Park" and ride, please',
        'It is "late", he said\nand went',
    )
    assert statements.seed.tolist() == [True, False, False]
    assert statements.meta.tolist() == [False, True, False]
    assert statements.left_out.tolist() == [False, True, False]


def test_a_statement_nobody_saw_is_kept():
    export = listen.read_export(folder(comments=COMMENTS + b"4,Mon,13,0,0,0,1,New\n"))
    assert export.votes.n_statements == 4
    assert export.votes.per_statement().tolist() == [3, 3, 3, 0]


def test_names_with_a_prefix_and_old_spelling():
    names = {"r3x-comments.csv": COMMENTS, "r3x-participant-votes.csv": MATRIX, "readme.txt": b"x"}
    assert listen.read_export(names).participant.tolist() == [0, 4, 2]


def test_summary():
    export = listen.read_export(folder() | {"summary.csv": b'topic,"Buses, trams"\nvoters,3\n'})
    assert export.summary == {"topic": "Buses, trams", "voters": "3"}


MISTAKES = [
    # what is changed, file, row, column, part of the message
    ({"comments": None}, "", None, "", "comments.csv is missing"),
    ({"matrix": None}, "", None, "", "participants-votes.csv and votes.csv are missing"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n4", b"2,-1,1\n4")}, "participants-votes.csv", 2, "10", "1, 0 or -1"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n4", b"x,-1,1\n4")}, "participants-votes.csv", 2, "10", "whole number"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n4", b"0.5,-1,1\n4")}, "participants-votes.csv", 2, "10", "whole number"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n4", b"-0,nan,1\n4")}, "participants-votes.csv", 2, "11", "whole number"),
    ({"matrix": MATRIX.replace(b"\n2,", b"\n4,")}, "participants-votes.csv", 4, "participant", "earlier row"),
    ({"matrix": MATRIX.replace(b"\n2,", b"\nAnna,")}, "participants-votes.csv", 4, "participant", "whole number"),
    ({"matrix": MATRIX.replace(b"\n2,", b"\n,")}, "participants-votes.csv", 4, "participant", "whole number"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n2", b"1,-1\n2")}, "participants-votes.csv", 3, "", "8 cells"),
    ({"matrix": MATRIX.replace(b"1,-1,1\n2", b"1,-1,1,1\n2")}, "participants-votes.csv", 3, "", "10 cells"),
    ({"matrix": MATRIX.replace(b"\n4,", b"\n\n4,")}, "participants-votes.csv", 3, "", "1 cells"),
    ({"matrix": MATRIX.replace(b"10,11,12", b"10,11,99")}, "participants-votes.csv", 1, "99", "does not list"),
    ({"matrix": MATRIX.replace(b"10,11,12", b"10,11,11")}, "participants-votes.csv", 1, "11", "twice"),
    ({"matrix": MATRIX.partition(b"\n")[0]}, "participants-votes.csv", None, "", "no people"),
    ({"matrix": b"participant,name\n1,A\n"}, "participants-votes.csv", 1, "", "right file"),
    ({"matrix": COMMENTS}, "participants-votes.csv", 1, "", "no column participant"),
    ({"matrix": b""}, "participants-votes.csv", 1, "", "no column participant"),
    ({"matrix": b"PK\0\0"}, "participants-votes.csv", None, "", "not a CSV"),
    ({"matrix": "participant,10\n".encode("utf-16")}, "participants-votes.csv", None, "", "UTF-16"),
    ({"matrix": b"participant,10,11,12\n1,,,\n"}, "participants-votes.csv", None, "", "no votes"),
    ({"matrix": gzip.compress(MATRIX)[:-9]}, "participants-votes.csv", None, "", "ends too soon"),
    ({"matrix": b"\x1f\x8bxxxxxxxx"}, "participants-votes.csv", None, "", "broken"),
    ({"comments": MATRIX}, "comments.csv", 1, "", "right file"),
    ({"comments": COMMENTS.partition(b"\n")[0]}, "comments.csv", None, "", "no statements"),
    ({"comments": COMMENTS.replace(b"1,Mon,10,", b"1,Mon,ten,")}, "comments.csv", 3, "comment-id", "whole number"),
    ({"comments": COMMENTS.replace(b"1,Mon,10,", b"1,Mon,11,")}, "comments.csv", 4, "comment-id", "earlier row"),
    ({"comments": COMMENTS.replace(b"0,3,0,1,More", b"0,3,0,5,More")}, "comments.csv", 3, "moderated", "1, 0 or -1"),
    ({"comments": COMMENTS.replace(b"1,Mon,10,0,3,0,1,More buses", b"1,Mon,10")}, "comments.csv", 3, "", "3 cells"),
    ({"comments": COMMENTS.replace(b"More", b"M\xf6re")}, "comments.csv", None, "", "UTF-8"),
    ({"matrix": None, "votes": VOTES.replace(b"6,Mon,11,4,0", b"6,Mon,9,4,0")}, "votes.csv", 8, "comment-id", "list"),
    ({"matrix": None, "votes": VOTES.replace(b"6,Mon,11,4,0", b"6,Mon,11,4,3")}, "votes.csv", 8, "vote", "1, 0 or -1"),
    ({"matrix": None, "votes": VOTES.replace(b"6,Mon,11,4,0", b"6,Mon,11,4,")}, "votes.csv", 8, "vote", "whole number"),
    ({"matrix": None, "votes": VOTES.replace(b"6,Mon,11,4,0", b"6,11,4,0")}, "votes.csv", 8, "", "4 cells"),
    ({"matrix": None, "votes": VOTES.partition(b"\n")[0]}, "votes.csv", None, "", "no votes"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "file", "row", "column", "message"), MISTAKES)
def test_mistakes_are_named(change, file, row, column, message):
    with pytest.raises(upwell.InputError) as caught:
        listen.read_export(folder(**change))
    problem = caught.value
    assert (problem.file, problem.row, problem.column) == (file, row, column)
    assert message in str(problem)


def test_rows_are_counted_as_a_spreadsheet_counts_them_across_blocks(monkeypatch):
    """Large files are read in parts; a fault far down still has its own row."""
    monkeypatch.setattr("upwell.listen._grid.BLOCK", 64)
    rows = b"".join(b"%d,1,-1,0\n" % i for i in range(300))
    comments = b"comment-id,agrees,disagrees,comment-body\n10,300,0,a\n11,0,300,b\n12,0,0,c\n"
    files = {"comments.csv": comments, "participants-votes.csv": b"participant,10,11,12\n" + rows}
    assert listen.read_export(files).votes.per_statement().tolist() == [300, 300, 300]
    files["participants-votes.csv"] = files["participants-votes.csv"].replace(b"\n250,1,", b"\n250,7,")
    with pytest.raises(upwell.InputError, match="row 252, column 10"):
        listen.read_export(files)


def test_two_files_of_a_kind_are_refused():
    with pytest.raises(upwell.InputError, match="two files"):
        listen.read_export(folder() | {"old-comments.csv": COMMENTS})


def test_no_such_folder(tmp_path):
    with pytest.raises(upwell.InputError, match="no such folder"):
        listen.read_export(tmp_path / "nowhere")
    (tmp_path / "a.csv").write_bytes(MATRIX)
    with pytest.raises(upwell.InputError, match="folder of an export"):
        listen.read_export(tmp_path / "a.csv")


# Sign


def turned(content):
    """The small matrix with agree stored as -1; the totals beside it stay."""
    head, *rows = content.decode().splitlines()
    swap = {"1": "-1", "-1": "1", "0": "0", "": ""}
    cells = [row.split(",") for row in rows]
    return "\n".join([head, *(",".join(row[:6] + [swap[c] for c in row[6:]]) for row in cells)]).encode()


def test_an_inverted_export_is_turned():
    export = listen.read_export(folder(matrix=turned(MATRIX)))
    assert export.sign == "agree=-1"
    assert dense(export).tolist() == dense(listen.read_export(folder())).tolist()


def test_an_inverted_votes_csv_is_turned():
    votes = b"timestamp,comment-id,voter-id,vote\n1,10,0,-1\n2,11,0,1\n3,12,0,-1\n"
    export = listen.read_export(folder(matrix=None, votes=votes))
    assert (export.sign, dense(export).tolist()) == ("agree=-1", [[1, -1, 1]])


@pytest.mark.slow
def test_real_exports_stand_as_they_are_and_turned_ones_are_found(exports):
    """Stated totals are off for up to half of the statements, and yet tell the sign of all three."""
    for export in exports.values():
        assert export.sign == "agree=+1"
    export = exports["scoop-hivemind.biodiversity"]
    comments = ["comment-id,agrees,disagrees,comment-body"] + [
        f"{number},{agree + number % 3},{disagree},x"
        for number, agree, disagree in zip(
            export.statements.id, export.votes.per_statement(1), export.votes.per_statement(-1), strict=True
        )
    ]
    votes = ["comment-id,voter-id,vote"] + [
        f"{export.statements.id[j]},{i},{-v}"
        for i, j, v in zip(export.votes.people, export.votes.statement, export.votes.value, strict=True)
    ]
    files = {"comments.csv": "\n".join(comments).encode(), "votes.csv": "\n".join(votes).encode()}
    again = listen.read_export(files)
    assert again.sign == "agree=-1"
    assert np.array_equal(again.votes.value, export.votes.value)


AMBIGUOUS = [
    # one statement says one thing, one the other
    {"comments": COMMENTS.replace(b"0,0,3,0,Fewer", b"0,3,0,0,Fewer")},
    # comments.csv and the totals beside each person contradict each other
    {"comments": b"comment-id,agrees,disagrees,comment-body\n10,0,3,a\n11,3,0,b\n12,1,2,c\n"},
    # nothing is stated at all
    {"comments": b"comment-id,comment-body\n10,a\n11,b\n12,c\n", "matrix": b"participant,10,11,12\n1,1,-1,1\n"},
]


@pytest.mark.parametrize("change", AMBIGUOUS)
def test_an_unclear_sign_is_refused_and_may_be_stated(change):
    with pytest.raises(upwell.InputError, match=r"whether 1 means agree.*--sign.*Allowed: agree=\+1, agree=-1"):
        listen.read_export(folder(**change))
    straight = listen.read_export(folder(**change), sign="agree=+1")
    inverted = listen.read_export(folder(**change), sign="agree=-1")
    assert np.array_equal(straight.votes.value, -inverted.votes.value)


def test_an_unknown_sign_is_refused():
    with pytest.raises(upwell.InputError, match="Allowed"):
        listen.read_export(folder(), sign="agree=2")


# Zip


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_a_zip_is_read_like_its_folder(tmp_path):
    data = zipped({f"talk/{name}": content for name, content in folder().items()} | {"__MACOSX/._comments.csv": b"x"})
    assert listen.read_export(listen.open_zip(data)).participant.tolist() == [0, 4, 2]
    (tmp_path / "talk.zip").write_bytes(data)
    assert listen.read_export(tmp_path / "talk.zip").participant.tolist() == [0, 4, 2]


def test_a_name_that_climbs_out_reaches_nothing():
    data = zipped({"../../comments.csv": COMMENTS, "/etc/participants-votes.csv": MATRIX})
    assert listen.read_export(listen.open_zip(data)).participant.tolist() == [0, 4, 2]


BAD_ZIPS = [
    (b"nonsense", "not a zip"),
    (zipped(folder())[:-40], "not a zip"),
    (zipped({"a.txt": b"x"}), "no comments.csv"),
    (zipped({f"{i}.txt": b"" for i in range(201)}), "holds 201 files"),
    (zipped({"comments.csv": b"0" * 3_000_000}), "unpacks to far more"),
]


@pytest.mark.parametrize(("data", "message"), BAD_ZIPS)
def test_bad_zips_are_refused(data, message):
    with pytest.raises(upwell.InputError, match=message):
        listen.open_zip(data)


def test_the_limit_holds_for_all_files_together():
    data = zipped({"comments.csv": COMMENTS * 20, "votes.csv": VOTES * 20}, zipfile.ZIP_STORED)
    assert len(listen.open_zip(data, max_bytes=20 * len(COMMENTS + VOTES))) == 2
    with pytest.raises(upwell.InputError, match="more than"):
        listen.open_zip(data, max_bytes=20 * len(COMMENTS + VOTES) - 1)


def test_votes_csv_stays_packed_where_there_is_a_matrix():
    """In a national conversation it is the largest file by far, and says nothing more."""
    assert set(listen.open_zip(zipped(folder(votes=VOTES)))) == {"comments.csv", "participants-votes.csv"}


def test_a_locked_zip_is_refused():
    data = bytearray(zipped({"comments.csv": COMMENTS}))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag "encrypted" in the directory
    with pytest.raises(upwell.InputError, match="password"):
        listen.open_zip(bytes(data))


def test_a_gzip_bomb_is_refused():
    with pytest.raises(upwell.InputError, match="unpacks to far more"):
        listen.read_export(folder(comments=gzip.compress(b"0" * 3_000_000)))
    with pytest.raises(upwell.InputError, match="more than"):
        _files.plain(gzip.compress(COMMENTS * 9), "comments.csv", limit=100)
