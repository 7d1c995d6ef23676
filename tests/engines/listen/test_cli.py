"""`upwell listen groups`: three files or none, readable by anybody, with nothing small in them."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

import upwell
from upwell import listen
from upwell.cli import main

FILES = {"people.csv", "statements.csv", "summary.json"}


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command as a person does; returns exit code, what it said, and its error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["upwell", "listen", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_real_export(run, polis_folder, exports, tmp_path):
    code, said, _ = run("groups", polis_folder["brexit-consensus"], "--out", tmp_path / "new" / "out", "--k", 2)
    result = listen.groups(exports["brexit-consensus"], k=2)
    assert code == 0
    assert "We see 2 groups." in said
    assert {p.name for p in (tmp_path / "new" / "out").iterdir()} == FILES
    people = rows(tmp_path / "new" / "out" / "people.csv")
    assert [int(p["participant"]) for p in people] == result.participant.tolist()
    assert [[float(p["x"]), float(p["y"])] for p in people] == result.position.tolist()
    names = np.array([*result.names, ""])
    assert [p["group"] for p in people] == names[result.group].tolist()
    summary = json.loads((tmp_path / "new" / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["topic"] == "Can there be consensus on Brexit?"
    assert [g["people"] for g in summary["groups"]] == result.size.tolist()
    assert (summary["seed"], summary["mode"], summary["sign"]) == (0, "polis", "agree=+1")


def test_statements_file(run, polis_folder, exports, tmp_path):
    run("groups", polis_folder["scoop-hivemind.biodiversity"], "--out", tmp_path)
    result = listen.groups(exports["scoop-hivemind.biodiversity"])
    statements = rows(tmp_path / "statements.csv")
    assert [float(s["group-aware-consensus"]) for s in statements] == result.group_aware_consensus.tolist()
    assert [s["comment-body"] for s in statements] == list(exports["scoop-hivemind.biodiversity"].statements.text)
    counts = {"agree": result.counts.agree, "disagree": result.counts.disagree, "pass": result.counts.pass_}
    shown = 0
    for j, statement in enumerate(statements):
        for (g, name), answer in ((pair, a) for pair in enumerate(result.names) for a in counts):
            cell = statement[f"{name}_{answer}"]
            assert cell == "" or (int(cell) == counts[answer][g, j] and int(cell) >= 5)
            shown += cell != ""
    assert shown > 200
    consensus = {result.statement[e.statement]: "agree" for e in result.consensus.agree}
    consensus |= {result.statement[e.statement]: "disagree" for e in result.consensus.disagree}
    assert {int(s["comment-id"]): s["consensus"] for s in statements if s["consensus"]} == consensus
    marks = {(int(s["comment-id"]), mark) for s in statements for mark in s["represents"].split()}
    assert marks == {
        (result.statement[e.statement], f"{result.names[g]}:{e.side}")
        for g in range(2)
        for e in result.representative(g)
    }


def test_given_groups_and_a_group_too_small(run, polis_folder, tmp_path):
    """Four people of a group of their own stand in people.csv without a group, and nowhere else."""
    people = listen.read_export(polis_folder["brexit-consensus"]).participant.tolist()
    lines = [
        "participant,group",
        *(f"{p},{'tiny' if i < 4 else 'left' if i % 2 else 'right'}" for i, p in enumerate(people)),
    ]
    (tmp_path / "groups.csv").write_text("\n".join(lines[:-10]))
    code, said, _ = run(
        "groups", polis_folder["brexit-consensus"], "--out", tmp_path / "out", "--groups", tmp_path / "groups.csv"
    )
    assert code == 0
    written = rows(tmp_path / "out" / "people.csv")
    assert {p["group"] for p in written[:4] + written[-10:]} == {""}
    assert {p["group"] for p in written[4:-10]} == {"left", "right"}
    statements, summary = (
        (tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("statements.csv", "summary.json")
    )
    assert "left_agree" in statements
    assert "tiny" not in said + statements.partition("\n")[0] + summary


def test_the_server_groups_give_its_consensus_in_the_file(server, tmp_path):
    """What other programs read: group-aware-consensus of every statement, to the last digit."""
    result = listen.groups(server.export, labels=server.labels)
    listen.write_results(result, server.export, tmp_path)
    for row in rows(tmp_path / "statements.csv"):
        theirs = server.math["group-aware-consensus"][row["comment-id"]]
        assert float(row["group-aware-consensus"]) == pytest.approx(theirs, abs=1e-12)


def test_a_mistake_writes_nothing(run, polis_folder, tmp_path):
    for name in ("comments.csv.gz", "participants-votes.csv.gz"):
        (tmp_path / name).write_bytes((polis_folder["brexit-consensus"] / name).read_bytes())
    (tmp_path / "comments.csv.gz").write_bytes(b"not,a,conversation\n")
    code, said, error = run("groups", tmp_path, "--out", tmp_path / "out")
    assert (code, said) == (1, "")
    assert error.startswith("Error: comments.csv.gz, row 1: The heading has no column comment-id")
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_old_files(exports, tmp_path, monkeypatch):
    export = exports["brexit-consensus"]
    listen.write_results(listen.groups(export, k=2), export, tmp_path / "out")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(upwell.InputError, match="No space left"):
        listen.write_results(listen.groups(export, k=3), export, tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_out_must_be_a_folder(run, polis_folder, tmp_path):
    (tmp_path / "out").write_text("mine")
    code, _, error = run("groups", polis_folder["brexit-consensus"], "--out", tmp_path / "out")
    assert code == 1
    assert "Name a folder" in error
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("participant,group\n0,A\n0,B\n", "row 3, column participant: This person stands here twice"),
        ("participant,group\n99999,A\n", "row 2, column participant: Nobody with this number"),
        ("person,group\n0,A\n", "no column participant"),
        ("participant,group\n0,=SUM(A1)\n", "letter or number"),
        ("participant,group\n", "Nobody is in a group"),
    ],
)
def test_mistakes_in_given_groups(run, polis_folder, tmp_path, text, message):
    (tmp_path / "groups.csv").write_text(text)
    code, _, error = run(
        "groups", polis_folder["brexit-consensus"], "--out", tmp_path / "out", "--groups", tmp_path / "groups.csv"
    )
    assert code == 1
    assert message in error
    assert not (tmp_path / "out").exists()


def test_an_inverted_export_says_so(run, tmp_path):
    comments = "comment-id,agrees,disagrees,comment-body\n1,30,0,=1+1\n2,0,30,b\n"
    (tmp_path / "comments.csv").write_text(comments)
    (tmp_path / "participants-votes.csv").write_text("participant,1,2\n" + "".join(f"{i},-1,1\n" for i in range(30)))
    code, said, _ = run("groups", tmp_path, "--out", tmp_path / "out")
    assert code == 0
    assert "turned round" in said
    statements = rows(tmp_path / "out" / "statements.csv")
    assert [s["consensus"] for s in statements] == ["agree", "disagree"]
    assert statements[0]["comment-body"] == "'=1+1", "a spreadsheet must not run a statement"


def test_help_loads_no_numbers():
    """`--help` answers at once: neither NumPy nor SciPy is loaded for it."""
    code = (
        "import sys\n"
        "from upwell.cli import cli\n"
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    cli.main(['listen', 'groups', '--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_same_files_again(exports, tmp_path):
    export = exports["brexit-consensus"]
    for name in ("one", "two"):
        listen.write_results(listen.groups(export, seed=4), export, tmp_path / name)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
