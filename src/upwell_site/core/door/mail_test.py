"""Trying the mail server before there is anything else: one letter at once, and in plain words what went wrong."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import letters, sender
from upwell_site.core.models import Letter
from upwell_site.core.refused import Refused

ADDRESSES = ("UPWELL_SMTP_HOST", "UPWELL_SMTP_PORT", "UPWELL_SMTP_USER", "UPWELL_SMTP_PASSWORD", "UPWELL_MAIL_FROM")


def try_mail(address: str) -> str:
    """Send a letter to try the mail server; return what went wrong, or nothing when it was taken."""
    if not sender.is_open():
        return _("No mail server is set: UPWELL_SMTP_HOST is empty. Set it and start the site again.")
    letter = Letter(  # never saved: the person waits for the answer in front of the page
        address=address, kind="test", created_at=timezone.now(), message_id=f"<{secrets.token_hex(16)}@upwell>"
    )
    try:
        sender.send(letters.message(letter, letters.write(letter)))
    except (sender.NotSent, Refused) as no:
        where = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, "no": no}
        return _("%(no)s We tried %(host)s, port %(port)s. Check both.") % where
    return ""
