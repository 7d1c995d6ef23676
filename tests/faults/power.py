"""Power cuts replayed: what the site told the disk is recorded, and the files are rebuilt as a cut could leave them.

A writer process does real deeds (votes, yeses taken back, concerns) through the site's own actions and its shipped
settings, under strace. At a random cut each write that no fsync had covered is kept, torn at 512 bytes, or dropped.
A new, removed or renamed name is kept or dropped until its folder was synced.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.place import ROOT, Site, made

DEEDS = 120
CALLS = "openat,close,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,link,linkat,lseek,dup,mmap"
NOT_RUN = "not run: strace is not installed"
KEPT, TORN = 0.4, 0.6  # of the writes that were not synced: 40 % whole, 20 % torn, 40 % dropped
SECTOR = 512
PLANTED = ("OFF", "folders", "ledger")  # holes that must show: no fsync, folders not synced, the ledger with FULL


@dataclass
class Figures:
    """What the cuts left."""

    mode: str = "as shipped"
    cuts: int = 0
    lost: int = 0  # cuts after which something acknowledged was missing
    most: int = 0  # the most that was missing after one cut
    corrupt: int = 0
    half: int = 0  # concerns whose chain or key is broken
    acknowledged: int = 0
    writes: int = 0
    syncs: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many cuts lost or broke something."""
        return self.lost + self.corrupt + self.half + len(self.said)

    def line(self) -> str:
        """Return the report of one mode."""
        return (
            f"{self.mode}: cuts {self.cuts}, lost something acknowledged {self.lost} (at most {self.most} deeds), "
            f"corrupt {self.corrupt}, half {self.half}; {self.acknowledged} deeds, {self.writes} writes, "
            f"{self.syncs} syncs recorded"
        )

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield self.line()
        yield from self.said


# ---- recording ----


@dataclass(slots=True)
class Call:
    """One thing the process asked of the disk."""

    what: str  # write, cut, sync, name, gone, moved, folder, ack
    path: str = ""
    at: int = 0
    data: bytes = b""
    to: str = ""


LINE = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def read(log: Path, folder: Path, acks: int) -> list[Call]:
    """Read what strace wrote into a list of calls about files below `folder`, in order."""
    open_files: dict[int, str] = {}
    places: dict[int, int] = {}
    calls: list[Call] = []
    base = f"{folder}/"
    for raw in log.read_text(errors="replace").splitlines():
        found = LINE.match(raw)
        if not found or int(found[3]) < 0:
            continue
        name, args, back = found[1], found[2], int(found[3])
        texts = [_bytes(t) for t in TEXT.findall(args)]
        if name == "openat":
            path = texts[0].decode()
            open_files[back], places[back] = path, 0
            if path.startswith(base) and "O_CREAT" in args:
                calls.append(Call("name", path))
            if path.startswith(base) and "O_TRUNC" in args:
                calls.append(Call("cut", path))
            continue
        if name in {"unlink", "unlinkat", "rename", "link", "linkat"}:
            if texts and texts[0].decode().startswith(base):
                what = "gone" if name.startswith("unlink") else "moved" if name == "rename" else "linked"
                calls.append(Call(what, texts[0].decode(), to=texts[-1].decode()))
            continue
        number = int(args.split(",", 1)[0]) if args.split(",", 1)[0].isdigit() else -1
        path = open_files.get(number, "")
        if name == "close":
            open_files.pop(number, None)
        elif name == "write" and number == acks:
            calls.append(Call("ack", data=texts[0]))
        elif not path.startswith(base) and path != str(folder):
            continue
        elif name == "lseek":
            places[number] = back
        elif name == "pwrite64":
            calls.append(Call("write", path, int(args.rsplit(",", 1)[1]), texts[0][:back]))
        elif name == "write":
            calls.append(Call("write", path, places[number], texts[0][:back]))
            places[number] += back
        elif name == "ftruncate":
            calls.append(Call("cut", path, int(args.rsplit(",", 1)[1])))
        elif name in {"fsync", "fdatasync"}:
            calls.append(Call("folder" if Path(path).is_dir() else "sync", path))
    return calls


# ---- rebuilding ----


@dataclass(slots=True, eq=False)
class File:
    """What of a file surely lies on the disk, and what may."""

    sure: bytearray = field(default_factory=bytearray)
    maybe: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        """What may becomes what surely does."""
        for call in self.maybe:
            _apply(self.sure, call, call.data)
        self.maybe.clear()

    def cut(self, dice: Random) -> bytes:
        """Return what could be found: of the writes since the last sync each is kept, torn or dropped by itself."""
        found = bytearray(self.sure)
        for call in self.maybe:
            luck = dice.random()
            if luck < TORN:
                torn = luck > KEPT and call.data
                data = call.data[: dice.randrange(0, len(call.data) + 1, SECTOR)] if torn else call.data
                _apply(found, call, data)
        return bytes(found)


class Disk:
    """Files and their names. A name that was made, taken away or given is for sure once its folder was synced."""

    def __init__(self, start: Path, folder: Path, dice: Random) -> None:
        self.dice, self.folder = dice, folder
        self.live = {str(folder / p.relative_to(start)): File(bytearray(p.read_bytes())) for p in files(start)}
        self.sure = dict(self.live)
        self.names: list[tuple[str, File | None]] = []  # since their folder was synced; None: taken away

    def do(self, call: Call) -> None:
        """Take one call in."""
        if call.what == "folder":
            for path, file in self.names:
                if str(Path(path).parent) == call.path:
                    _name(self.sure, path, file)
            self.names = [one for one in self.names if str(Path(one[0]).parent) != call.path]
        elif call.what == "name":
            if call.path not in self.live:
                self._named(call.path, File())
        elif call.what == "gone":
            self._named(call.path, None)
        elif call.what in {"moved", "linked"}:
            self._named(call.to, self.live[call.path])
            if call.what == "moved":
                self._named(call.path, None)
        elif call.what == "sync":
            self.live[call.path].sync()
        else:
            self.live[call.path].maybe.append(call)

    def _named(self, path: str, file: File | None) -> None:
        _name(self.live, path, file)
        self.names.append((path, file))

    def cut(self, to: Path) -> None:
        """The power goes: write the files as they could be found afterwards."""
        found = dict(self.sure)
        for path, file in self.names:
            if self.dice.random() < KEPT:
                _name(found, path, file)
        for path, file in found.items():
            target = to / Path(path).relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.cut(self.dice))


def _name(names: dict[str, File], path: str, file: File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _apply(data: bytearray, call: Call, bits: bytes) -> None:
    if call.what == "cut":
        if len(data) > call.at:
            del data[call.at :]
        else:
            data.extend(bytes(call.at - len(data)))
        return
    if len(data) < call.at:
        data.extend(bytes(call.at - len(data)))
    data[call.at : call.at + len(bits)] = bits


def files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())


# ---- a campaign ----


def record(site: Site, mode: str, deeds: int, seed: int) -> tuple[Path, list[Call]]:
    """Let the writer work under strace; return the files as they lay before, and what it asked of the disk."""
    before, log = site.base / "before", site.base / "calls.txt"
    shutil.copytree(site.folder, before, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    reads, writes = os.pipe()
    writer = [sys.executable, "-m", "tests.faults.writer", str(writes), mode, str(deeds), str(seed)]
    trace = ["strace", "-f", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)]
    done = subprocess.run(
        [*trace, *writer], env=site.env, cwd=ROOT, pass_fds=[writes], check=False, capture_output=True
    )
    os.close(writes)
    os.close(reads)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    calls = read(log, site.folder, writes)
    log.unlink()
    return before, calls


def replay(site: Site, before: Path, calls: list[Call], figures: Figures, cuts: int, dice: Random) -> None:
    """Cut at `cuts` random moments in order, and look at what is left each time."""
    figures.acknowledged = sum(call.what == "ack" for call in calls)
    figures.writes = sum(call.what == "write" for call in calls)
    figures.syncs = sum(call.what == "sync" for call in calls)
    first = next(n for n, call in enumerate(calls) if call.what == "ack")
    moments = sorted(dice.randrange(first, len(calls)) for _ in range(cuts))
    disk, done, acked = Disk(before, site.folder, dice), 0, []
    for moment in moments:
        for call in calls[done:moment]:
            if call.what == "ack":
                acked.append(json.loads(call.data))
            else:
                disk.do(call)
        done = moment
        with tempfile.TemporaryDirectory(dir=site.base) as place:
            disk.cut(Path(place))
            look(Path(place), acked, figures)


def look(place: Path, acked: list[Any], figures: Figures) -> None:
    """Open what is left as the site would, and compare it with what was acknowledged."""
    figures.cuts += 1
    try:
        with closing(sqlite3.connect(place / "upwell.sqlite3")) as db:
            if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                figures.corrupt += 1
                return
            missing = [one for one in acked if not _there(db, place, one)]
            half = db.execute("SELECT count(*) FROM sealed_concern WHERE length(head) <> 64").fetchone()[0]
    except sqlite3.DatabaseError:
        figures.corrupt += 1
        return
    figures.half += bool(half)
    figures.lost += bool(missing)
    figures.most = max(figures.most, len(missing))


TABLES = {"vote": "listen_vote", "consent": "core_consent", "concern": "sealed_concern"}


def _there(db: sqlite3.Connection, place: Path, one: dict[str, Any]) -> bool:
    if one["kind"] == "forgotten":
        file = place / "erasures.sqlite3"
        if not file.exists():
            return False
        with closing(sqlite3.connect(file)) as ledger:
            return bool(ledger.execute("SELECT count(*) FROM erasure WHERE person = ?", (one["row"],)).fetchone()[0])
    if one["kind"] == "upload":
        file = place / "uploads" / one["row"]
        return file.is_file() and file.stat().st_size == one["size"]
    if one["kind"] == "concern" and not (place / "sealed.key").is_file():
        return False  # nobody could ever read it
    row = db.execute(f"SELECT count(*) FROM {TABLES[one['kind']]} WHERE id = ?", (one["row"],)).fetchone()
    return bool(row[0])


def one(mode: str, cuts: int, seed: int, deeds: int = DEEDS) -> Figures:
    """Record and replay: "" is as shipped, else another `synchronous`, or a hole planted on purpose."""
    figures = Figures(mode=mode or "as shipped")
    with Site() as site:
        made(site, neighbours=3, sentences=60)
        for path in files(site.folder):  # the key of sealed rows is made by the writer, as on the first day
            if path.name == "sealed.key":
                path.unlink()
        with closing(sqlite3.connect(site.folder / "upwell.sqlite3")) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before, calls = record(site, mode, deeds, seed)
        replay(site, before, calls, figures, cuts, Random(f"power {mode} {seed}"))
    return figures


def run(times: int = 500, seed: int = 1, on: str = "sqlite", say: Any = None) -> Figures:
    """Cut the power of the shipped site; show that the harness sees damage where there is some."""
    if shutil.which("strace") is None:
        return Figures(said=[NOT_RUN])
    found = one("", times, seed)
    for mode in ("NORMAL", *PLANTED):
        other = one(mode, times, seed)
        if say:
            say(other.line())
        if mode in PLANTED and not other.bad:
            found.said.append(f"the harness is blind: {mode} lost nothing")
    return found
