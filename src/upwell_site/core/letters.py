"""What a letter says: a kind, and a text in `templates/mail/<kind>.txt` that is rendered when the letter is sent.

The first line of the text is the subject. Letters about messages, concerns and checks say only that there is something
to read after signing in. See docs/guides/outbox.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template import Context, Engine, TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.models import Letter, Membership, Person
from upwell_site.core.refused import Refused

UNSUBSCRIBE = "upwell.unsubscribe"
AT_HOME = "http://localhost:8000"  # where links lead while no public address is set


@dataclass(frozen=True, slots=True)
class Kind:
    """What is true of all letters of one kind.

    Attributes
    ----------
    label : str
        What it tells of, in words for the page of notice choices.
    notice : bool
        People may switch it off, and it carries one-click unsubscribe.
    harmless : bool
        A hub admin may read its text. Never for codes, invitations or what somebody wrote.
    secret : bool
        Nobody reads its text on a page, the operator included.
    lasts : timedelta, optional
        Later than this it is of no use and is not sent any more.
    covered : bool
        That there is such a letter is known to nobody but whom it goes to: it stands in no list and no count.
    """

    label: str | Promise
    notice: bool = True
    harmless: bool = False
    secret: bool = False
    lasts: timedelta | None = None
    covered: bool = False


KINDS: dict[str, Kind] = {
    "sign_in_code": Kind(
        gettext_lazy("A code to sign in with"), notice=False, secret=True, lasts=timedelta(minutes=15)
    ),
    "sign_in_unknown": Kind(
        gettext_lazy("Nobody signs in with this address"), notice=False, lasts=timedelta(minutes=15)
    ),
    "sign_in_notice": Kind(gettext_lazy("Something about your sign-in changed"), notice=False),
    "invitation": Kind(gettext_lazy("An invitation"), notice=False),
    "test": Kind(gettext_lazy("A letter to try the mail server"), notice=False, harmless=True),
    "role_proposed": Kind(gettext_lazy("Somebody proposed a role for you"), harmless=True),
    "role_granted": Kind(gettext_lazy("You were given a role"), harmless=True),
    "role_ended": Kind(gettext_lazy("A role of yours ended"), harmless=True),
    "round_approved": Kind(gettext_lazy("You have been matched"), harmless=True),
    "message": Kind(gettext_lazy("Somebody wrote to you"), harmless=True),
    "data_request": Kind(gettext_lazy("What you asked about your data moved on"), notice=False, harmless=True),
    "data_request_desk": Kind(gettext_lazy("Somebody asked about their data"), harmless=True),
    "job_done": Kind(gettext_lazy("Something you started is ready"), harmless=True),
    "waits": Kind(gettext_lazy("Something waits for you"), notice=False, secret=True, covered=True),
}


def register(name: str, kind: Kind) -> None:
    """Make a kind known; a verb does it when its app starts."""
    KINDS[name] = kind


def covered() -> list[str]:
    """Return the kinds of letters that nobody but their reader knows of."""
    return [name for name, kind in KINDS.items() if kind.covered]


def kind_of(name: str) -> Kind:
    """Return what is true of a kind; of one that nobody registered, the careful answer."""
    return KINDS.get(name) or Kind(name.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class Text:
    """A letter in words."""

    to: str
    subject: str
    body: str
    unsubscribe: str = ""


def address_of(letter: Letter) -> str:
    """Return where a letter goes. Raises Refused when there is nowhere to send it."""
    person = letter.to
    if person is None:
        address = letter.address
    elif person.emptied_at is not None:
        raise Refused(_("This person is not here any more."))
    else:
        user = person.user
        address = user.email if user is not None and user.is_active else person.email
    if not address:
        raise Refused(_("We have no e-mail address for them. You can copy or print the letter."))
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("This is not an address that a letter can go to.")) from None
    return address


def language_of(letter: Letter) -> str:
    """Return the language a letter is written in: the first of the person's that the site speaks."""
    ours = dict(settings.LANGUAGES)
    wanted = [str(letter.values.get("language", "")), *(letter.to.languages if letter.to else [])]
    for language in wanted:
        for code in ours:
            if language and (code == language or code.partition("-")[0] == str(language).lower()):
                return code
    return str(settings.LANGUAGE_CODE)


def absolute(path: str) -> str:
    """Return the whole address of a page of this site."""
    return f"{(settings.PUBLIC_URL or AT_HOME).rstrip('/')}{path}"


def write(letter: Letter) -> Text:
    """Render a letter in the person's language. Raises Refused when that cannot be done.

    The template sees the letter's values, `name` (the person's), `hub`, `site` (the site's address), `link` (the whole
    address of the value `path`) and `unsubscribe`.
    """
    kind = kind_of(letter.kind)
    with translation.override(language_of(letter)):
        leave = unsubscribe_url(letter.to, letter.kind) if kind.notice and letter.to else ""
        subject, body = _render(letter.kind, _values(letter, leave))
    return Text(to=address_of(letter), subject=subject, body=body, unsubscribe=leave)


def preview(letter: Letter) -> Text:
    """Return a letter as it would be sent, also to somebody without an address: to be copied or printed."""
    try:
        return write(letter)
    except Refused:
        with translation.override(language_of(letter)):
            subject, body = _render(letter.kind, _values(letter, ""))
        return Text(to="", subject=subject, body=body)


def has_text(kind: str) -> bool:
    """Whether there is a text for a kind of letter."""
    try:
        get_template(f"mail/{kind}.txt")
    except TemplateDoesNotExist:
        return False
    return True


def _values(letter: Letter, leave: str) -> dict[str, Any]:
    values = dict(letter.values)
    return {
        **values,
        "role": _role(str(values.get("role", ""))),
        "name": letter.to.name if letter.to else values.get("name", ""),
        "hub": letter.hub,
        "site": absolute("/"),
        "link": absolute(str(values["path"])) if values.get("path") else absolute("/"),
        "unsubscribe": leave,
    }


def _role(word: str) -> str:
    """Return a role in the language of the letter."""
    return str(Membership.Role(word).label) if word in Membership.Role.values else word


def _render(kind: str, values: Mapping[str, Any]) -> tuple[str, str]:
    try:
        template: Any = get_template(f"mail/{kind}.txt")
    except TemplateDoesNotExist:
        raise Refused(_("There is no text for this kind of letter.")) from None
    first, _sep, rest = template.template.source.partition("\n")
    django: Any = engines["django"]
    engine: Engine = django.engine
    context = dict(values)
    # One line each, so that nothing a person typed can become a second line of the head.
    subject = " ".join(engine.from_string(first).render(Context(context, autoescape=False)).split())
    body = engine.from_string(rest).render(Context(context, autoescape=False))
    return subject[:200], body.strip() + "\n"


def unsubscribe_url(person: Person, kind: str) -> str:
    """Return the address that switches one kind off for one person, without signing in."""
    token = signing.dumps([person.pk, kind], salt=UNSUBSCRIBE)
    try:
        return absolute(reverse("unsubscribe", args=[token]))
    except NoReverseMatch:  # pragma: no cover - a site without pages, as in a test of engines
        return ""


def read_token(token: str) -> tuple[int, str] | None:
    """Return (person, kind) of an unsubscribe address; None when it was not made here."""
    try:
        person, kind = signing.loads(token, salt=UNSUBSCRIBE)
        return int(person), str(kind)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def message(letter: Letter, text: Text) -> EmailMessage:
    """Return the letter as the mail server takes it. Its Message-ID is the same at every try."""
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail["From"] = formataddr((name, address))
    mail["To"] = text.to
    mail["Subject"] = text.subject
    mail["Date"] = letter.created_at
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    if text.unsubscribe:
        mail["List-Unsubscribe"] = f"<{text.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text.body)
    return mail
