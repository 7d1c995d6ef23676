"""Somebody at a browser: cookies, real forms with their real tokens, and a note of every form that was sent."""

from __future__ import annotations

import http.client
import mimetypes
import secrets
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0  # seconds


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    to: str


class Cut(Exception):
    """No answer came: the server was killed, or the connection ended in the middle; or it said that it failed."""

    def __init__(self, said: str, answer: Answer | None = None) -> None:
        super().__init__(said)
        self.answer = answer


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes and what it carries."""

    to: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self.at, self.area = page, [], None, ""
        self.found: list[Form]
        self.at: Form | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        name = at.get("name", "")
        if tag == "form":
            self.at = Form(urlsplit(at.get("action") or self.page).path)
            self.found.append(self.at)
        elif self.at is None or not name:
            return
        elif tag == "input":
            kind = at.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in at:
                self.at.fields[name] = at.get("value", "on" if kind in {"checkbox", "radio"} else "")
        elif tag in {"textarea", "select"}:
            self.at.fields.setdefault(name, "")
            self.area = name
        elif tag == "button":
            self.at.fields.setdefault(name, at.get("value", ""))
        if tag == "option" and self.at is not None and self.area and "selected" in at:
            self.at.fields[self.area] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.at = None


@dataclass(slots=True, eq=False)
class Sent:
    """One form that was sent: what it meant, and whether an answer came."""

    kind: str
    facts: dict[str, object]
    by: Browser
    to: str
    fields: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    answer: Answer | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether somebody was told that it is done: in this house, by being led on."""
        return self.answer is not None and self.answer.status == 302

    def again(self) -> Answer:
        """Send the very same form again, its key included."""
        self.answer = self.by.post(self.to, self.fields, self.files)
        return self.answer


class Browser:
    """One person's browser."""

    broken: ClassVar[Counter[str]] = Counter()  # answers that said that something went wrong, of all browsers

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port, self.cookies = port, dict(cookies or {})

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Host": f"localhost:{self.port}"}
        if kind:
            headers["Content-Type"] = kind
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            text = answer.read().decode("utf-8", "replace")
            for line in answer.headers.get_all("Set-Cookie") or []:
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            if answer.status >= 500:  # it was not done, and somebody was told so
                Browser.broken[f"{answer.status}"] += 1
                raise Cut(f"{method} {path}: {answer.status}", Answer(answer.status, text, ""))
            return Answer(answer.status, text, answer.headers.get("Location", ""))
        except (OSError, http.client.HTTPException) as problem:
            raise Cut(f"{method} {path}: {problem}") from None
        finally:
            link.close()

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path)

    def form(self, page: str, *holding: str, to: str = "", having: dict[str, str] | None = None) -> Form:
        """Open a page and return its form that holds these fields, or goes there."""
        answer = self.get(page)
        assert answer.status == 200, f"{page} answered {answer.status}"
        reader = _Forms(page)
        reader.feed(answer.text)
        for form in reader.found:
            same = (having or {}).items() <= form.fields.items()
            if all(name in form.fields for name in holding) and same and (not to or form.to == to):
                return form
        raise AssertionError(f"{page} has no form with {holding} {to}: {[(f.to, *f.fields) for f in reader.found]}")

    def post(self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None) -> Answer:
        """Send a form."""
        if not files:
            return self._ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")
        edge = secrets.token_hex(16)
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        body = "".join(parts).encode()
        for name, (file, data) in files.items():
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            body += f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
        return self._ask("POST", path, body + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}")


class Journal:
    """Everything that was sent, in order: what the site is compared with afterwards."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    def send(
        self, by: Browser, kind: str, form: Form, files: dict[str, tuple[str, bytes]] | None = None,
        fields: dict[str, str] | None = None, **facts: object,
    ) -> Answer:  # fmt: skip
        """Send a form and write down what it meant before, and what was answered after."""
        one = Sent(kind, facts, by, form.to, {**form.fields, **(fields or {})}, files or {})
        self.sent.append(one)
        return one.again()
