"""Speaks to the mail server, with one deadline for the whole conversation.

A time limit on each read is not enough: a server that sends one letter a second keeps a plain `smtplib` busy for ever
(measured: 39 s with a limit of 5). So the conversation runs in a thread of its own; at the deadline its socket is shut.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

DEADLINE = 20.0  # seconds for one letter, from looking up the server's name to its last word


class NotSent(Exception):
    """A letter did not go. Its text is our sentence, never the server's: those repeat people's addresses.

    Attributes
    ----------
    for_good : bool
        The server will never take this letter; trying again is of no use.
    server : bool
        The server itself is out of reach: other letters would not go either.
    unsure : bool
        The server had the whole letter and gave no answer: it may have gone.
    """

    def __init__(self, said: str, *, for_good: bool = False, server: bool = False) -> None:
        super().__init__(said)
        self.for_good, self.server, self.unsure = for_good, server, False


class _Line(smtplib.SMTP):
    """A line to the mail server that knows whether a whole letter was handed over and waits for its answer."""

    waits = False

    def send(self, s: Any) -> None:
        super().send(s)
        # smtplib hands a letter over in one piece; no other command ends like this
        self.waits = bytes(s if isinstance(s, bytes) else s.encode()).endswith(b"\r\n.\r\n")

    def getreply(self) -> tuple[int, bytes]:
        answer = super().getreply()
        self.waits = False
        return answer


@dataclass(slots=True)
class _Talk:
    """One conversation with the mail server, and what came of it."""

    ends: float
    line: socket.socket | None = None  # a second handle on the connection: it stays ours when TLS takes the first
    problem: NotSent | None = None
    sent: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:  # a name that was looked up too late must not lead to a letter after all
            raise TimeoutError
        return left

    def hang_up(self) -> None:
        """Shut the connection under the conversation: whatever it waits for ends now."""
        if self.line is not None:
            with suppress(OSError):  # it ended in this moment
                self.line.shutdown(socket.SHUT_RDWR)


def is_open() -> bool:
    """Whether a mail server is set: without one, letters wait."""
    return bool(settings.EMAIL_HOST)


def reach(deadline: float = 5.0) -> str:
    """Say why the mail server does not answer; nothing when it greets us."""
    talk, smtp = _Talk(ends=time.monotonic() + deadline), smtplib.SMTP()
    try:
        _connect(talk, smtp)
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        return str(_in_words(problem, late=time.monotonic() >= talk.ends))
    finally:
        smtp.close()
        if talk.line is not None:
            talk.line.close()
    return ""


def send(mail: EmailMessage, *, deadline: float = DEADLINE) -> None:
    """Hand one letter to the mail server within `deadline` seconds. Raises NotSent."""
    talk = _Talk(ends=time.monotonic() + deadline)
    threading.Thread(target=_converse, args=(talk, mail), name="sender", daemon=True).start()
    if not talk.over.wait(deadline):
        talk.hang_up()
        talk.over.wait(1)
    if not talk.sent:
        raise talk.problem or NotSent("The mail server was too slow.", server=True)


def _converse(talk: _Talk, mail: EmailMessage) -> None:
    smtp = _Line()
    try:
        _connect(talk, smtp)
        _hand_over(talk, smtp, mail)
        talk.sent = True
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        talk.problem = _in_words(problem, late=time.monotonic() >= talk.ends)
        talk.problem.unsure = smtp.waits
    finally:
        talk.over.set()
    with suppress(smtplib.SMTPException, OSError):
        if talk.sent:
            smtp.quit()
    smtp.close()
    if talk.line is not None:
        talk.line.close()


def _connect(talk: _Talk, smtp: smtplib.SMTP) -> None:
    """Reach the server at the first of its addresses that answers, and hear its greeting."""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    smtp._host = host  # type: ignore[attr-defined]  # the name its certificate is checked against
    problem: OSError = ConnectionRefusedError()
    for family, kind, protocol, _canon, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(talk.left())
            line.connect(address)
        except OSError as no:
            line.close()
            problem = no
            continue
        talk.line = line.dup()
        smtp.sock = ssl.create_default_context().wrap_socket(line, server_hostname=host) if port == 465 else line
        code, words = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        return
    raise problem


def _hand_over(talk: _Talk, smtp: smtplib.SMTP, mail: EmailMessage) -> None:
    smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_USE_TLS and settings.EMAIL_PORT != 465:
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_HOST_USER:
        smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    talk.left()
    smtp.send_message(mail, parseaddr(str(mail["From"]))[1], [str(mail["To"])])


def _in_words(problem: Exception, *, late: bool) -> NotSent:
    """Say in our words what went wrong, and whether it is the letter's fault or the server's."""
    if late or isinstance(problem, TimeoutError):
        return NotSent(_("The mail server was too slow."), server=True)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code = next(iter(problem.recipients.values()))[0]
        if code >= 500:
            return NotSent(_("The mail server does not know this address."), for_good=True)
        return NotSent(_("The mail server asked us to come again later."))
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return NotSent(_("The mail server did not accept our name and password."), server=True)
    if isinstance(problem, smtplib.SMTPSenderRefused):
        return NotSent(_("The mail server does not take letters from our address."), server=True)
    if isinstance(problem, smtplib.SMTPDataError):
        for_good = problem.smtp_code >= 500
        no = _("The mail server did not take this letter.")
        return NotSent(no if for_good else _("The mail server asked us to come again later."), for_good=for_good)
    if isinstance(problem, smtplib.SMTPNotSupportedError | UnicodeError):
        return NotSent(_("The mail server cannot write to this address, or speaks no TLS."), for_good=True)
    if isinstance(problem, ssl.SSLError):
        return NotSent(_("The mail server's certificate could not be checked."), server=True)
    if isinstance(problem, ConnectionRefusedError | socket.gaierror):
        return NotSent(_("The mail server is not there."), server=True)
    return NotSent(_("The mail server hung up."), server=True)
