"""Trying the mail server: one letter, and in plain words what went wrong."""

from __future__ import annotations

import smtplib
import socket
import ssl

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

ADDRESSES = ("UPWELL_SMTP_HOST", "UPWELL_SMTP_PORT", "UPWELL_SMTP_USER", "UPWELL_SMTP_PASSWORD", "UPWELL_MAIL_FROM")


def try_mail(address: str) -> str:
    """Send a letter to try the mail server; return what went wrong, or nothing when it was taken."""
    if not settings.EMAIL_HOST:
        return _("No mail server is set: UPWELL_SMTP_HOST is empty. Set it and start the site again.")
    letter = EmailMessage(
        subject=_("A letter to try the mail server"),
        body=_("If you can read this, Upwell can send mail."),
        to=[address],
    )
    where = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT}
    try:
        letter.send()
    except smtplib.SMTPAuthenticationError:
        return _("The mail server at %(host)s did not accept the name or the password.") % where
    except smtplib.SMTPRecipientsRefused:
        return _("The mail server does not take letters for this address.")
    except smtplib.SMTPSenderRefused:
        return _("The mail server does not let us write from %(sender)s.") % {"sender": settings.DEFAULT_FROM_EMAIL}
    except smtplib.SMTPNotSupportedError:
        return _("The mail server does not speak STARTTLS. Set UPWELL_SMTP_TLS to no if that is right.")
    except (ConnectionRefusedError, socket.gaierror):
        return _("There is no mail server at %(host)s, port %(port)s. Check both.") % where
    except TimeoutError:
        return _("The mail server at %(host)s did not answer in time.") % where
    except ssl.SSLError:
        return _("The mail server's certificate could not be checked.")
    except (smtplib.SMTPException, OSError, ValueError):
        return _("The mail server at %(host)s did not take the letter.") % where
    return ""
