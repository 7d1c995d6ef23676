"""Whether any file somebody uploads gets an answer: errors, lists brought in by half, time, memory, and what others feel.

Each file goes through the page of a real server of two workers, with the worker beside it, and is then asked to be
brought in. *Time* is from the click until the page says what was found. *Others* ask for the people page 20 times a
second meanwhile, and the same before with nobody uploading. Memory is each process's peak over what it held before.

    python3 dev.py bench malformed [--files 1000] [--seed 1] [--databases sqlite]
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from benchmarks.instances.malformed import files
from benchmarks.site_pages import BIN, cookies, fetch, place, serve

ROOT = "/h/spring-lane/bring-in/"
PEOPLE = "/h/spring-lane/people/"
COUNT = """
import json
from upwell_site.core.models import Batch, Person
print(json.dumps([Person.objects.count(), {b.pk: b.found["counts"] for b in Batch.objects.filter(state="done")}]))
"""
INPUT = re.compile(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
ROWS = re.compile(r"([\d,]+) rows?, and nothing is wrong")
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


class Uploader:
    """Somebody who uploads files, one after another."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port, self.cookie, self.codes = port, headers["Cookie"], Counter[int]()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Return status, where to go next, and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        connection.request(method, path, body=body or None, headers=headers | ({"Content-Type": kind} if kind else {}))
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith(("csrftoken=", "csrf=", "__Host-csrf")):
                kept = [part for part in self.cookie.split("; ") if part.partition("=")[0] != value.partition("=")[0]]
                self.cookie = "; ".join([*kept, value.partition(";")[0]])
        connection.close()
        self.codes[answer.status] += 1
        return answer.status, answer.getheader("Location") or "", page

    def send(self, page: str, action: str, file: tuple[str, bytes] | None = None) -> tuple[int, str, str]:
        """Send the form of a page that goes to `action`, with a file."""
        form = next(
            form
            for form in FORM.findall(page)
            if f'action="{action}"' in form or (file is not None and 'type="file"' in form)
        )
        told, mark = dict(INPUT.findall(form)), uuid4().hex
        if select := re.search(r'<select[^>]*name="where".*?<option value="([^"]*)"', form, re.DOTALL):
            told["where"] = select[1]
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in told.items()
        ]
        if file:
            name = file[0].replace('"', "%22")
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            parts += [head.encode(), file[1], b"\r\n"]
        body = b"".join([*parts, f"--{mark}--\r\n".encode()])
        return self.ask("POST", action, body, f"multipart/form-data; boundary={mark}")

    def settled(self, path: str) -> str:
        """Return the page of a list once nobody works on it any more."""
        for _ in range(600):
            _status, _next, page = self.ask("GET", path)
            if "We are working on your list" not in page:
                return page
            time.sleep(0.1)
        return page

    def upload(self, file: tuple[str, bytes]) -> tuple[str, str, float]:
        """Return the list's address (none when the form refused it), its page, and the seconds that took."""
        _status, _next, form = self.ask("GET", f"{ROOT}list/people/")
        began = time.perf_counter()
        _status, where, page = self.send(form, f"{ROOT}list/people/", file)
        page = self.settled(where) if where else page
        return where, page, time.perf_counter() - began


@contextmanager
def others(port: int, readers: list[dict[str, str]], rate: int = 20) -> Iterator[list[float]]:
    """Let others look at a page all the while; yields the milliseconds each look took."""
    took: list[float] = []
    over = threading.Event()

    def look() -> None:
        connection, number = http.client.HTTPConnection("127.0.0.1", port), 0
        while not over.is_set():
            began = time.perf_counter()
            assert fetch(connection, PEOPLE, readers[number % len(readers)]) == 200
            took.append((time.perf_counter() - began) * 1000)
            number += 1
            time.sleep(max(0.0, 1 / rate - (time.perf_counter() - began)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def p95(took: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(took, n=20)[-1]


def memory(root: str, field: str) -> dict[int, int]:
    """Return the MB of each process whose environment names the folder of this run."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"UPWELL_DIR={root}\0".encode() in (folder / "environ").read_bytes():
                told = re.search(rf"{field}:\s+(\d+)", (folder / "status").read_text())
                found[int(folder.name)] = int(told[1]) // 1000 if told else 0
        except OSError:
            continue
    return found


def go(uploader: Uploader, count: int, seed: int) -> tuple[list[float], Counter[str], list[str], dict[str, int]]:
    """Upload every file and have it brought in: seconds, what came of them, what went wrong, rows of each whole list."""
    took, came, wrong, rows = [], Counter[str](), [], {}
    for kind, name, body in files(count, seed):
        where, page, seconds = uploader.upload((name, body))
        took.append(seconds)
        if "nothing is wrong" in page:
            came["read, and brought in whole"] += 1
            rows[where.split("/")[-2]] = int(ROWS.findall(page)[0].replace(",", ""))
            uploader.send(page, f"{where}load/")
            if "Brought in" not in uploader.settled(where):
                wrong.append(f"{kind}: {where} was not brought in")
        elif "to put right" in page or "We cannot read this file" in page:
            came["said what to put right" if "to put right" in page else "said why it cannot be read"] += 1
        elif not where and 'type="file"' in page:
            came["refused by the form"] += 1
        else:
            wrong.append(f"{kind}: no answer that says what to do ({where})")
    return took, came, wrong, rows


def main() -> None:
    """Print what came of the files, and the figures beside their bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--databases", nargs="+", default=["sqlite"])
    args = parser.parse_args()
    for database in args.databases:
        with place(120, database) as env, serve("upwell_site.project.wsgi:application", env) as port:
            worker = subprocess.Popen([str(BIN / "upwell-site"), "work"], env=env, stderr=subprocess.DEVNULL)
            try:
                report(database, env, port, args.files, args.seed)
            finally:
                worker.terminate()
                worker.wait()


def report(database: str, env: dict[str, str], port: int, count: int, seed: int) -> None:
    """Measure one database and print its table."""
    uploader, readers = Uploader(port, cookies(env, "admin")[0]), cookies(env, "organiser")
    go(uploader, 1, seed + 1)  # loads modules, compiles templates
    with others(port, readers) as alone:
        time.sleep(10)
    before, idle = people(env)[0], memory(env["UPWELL_DIR"], "VmRSS")
    uploader.codes.clear()
    with others(port, readers) as meanwhile:
        took, came, wrong, rows = go(uploader, count, seed)
    peak = memory(env["UPWELL_DIR"], "VmHWM")
    grown = max(peak[process] - idle[process] for process in idle if process in peak)
    errors = sum(n for status, n in uploader.codes.items() if status >= 500)
    print(f"{database}: {count} files, seed {seed}")
    for what, number in came.most_common():
        print(f"  {what:32}{number:>6}")
    print(f"  {'server errors':32}{errors:>6}   bar 0")
    print(f"  {'no answer that says what to do':32}{len(wrong):>6}   bar 0", *wrong[:20], sep="\n    " if wrong else "")
    print(f"  {'seconds, 95th percentile':32}{p95(took):>6.1f}   bar 5    slowest {max(took):.1f}")
    print(f"  {'memory over idle, MB':32}{grown:>6}   bar 300")
    print(
        f"  {'others: 95th percentile, ms':32}{p95(meanwhile):>6.0f}   alone {p95(alone):.0f}: {p95(meanwhile) / p95(alone):.1f} times, bar 2"
    )
    after, counts = people(env)
    told = {number: counts.get(number, {}) for number in rows}
    half = [
        n for n, lines in rows.items() if sum(told[n].get(s, 0) for s in ("new", "joins", "changed", "known")) != lines
    ]
    print(f"  {'lists brought in by half':32}{len(half):>6}   bar 0", *half[:20])
    new = sum(count.get("new", 0) for count in told.values())
    print(
        f"  {'people nobody brought in':32}{after - before - new:>6}   bar 0, of {sum(rows.values()):,} rows",
        flush=True,
    )


def people(env: dict[str, str]) -> tuple[int, dict[str, dict[str, int]]]:
    """Return how many people there are, and what each list that was brought in says it did."""
    command = [str(BIN / "upwell-site"), "shell", "-v0", "-c", COUNT]
    done = subprocess.run(command, env=env, check=True, capture_output=True)
    there, counts = json.loads(done.stdout)
    return there, counts


if __name__ == "__main__":
    main()
