"""What the tables and fields of a pack are called, in words for the person it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
BY_STAFF, BY_YOU, BY_ITSELF = (
    _("Somebody who works here wrote it down."),
    _("You gave it."),
    _("It was written down by itself while you used this site."),
)
BOTH = _("You gave it, or somebody who works here wrote it down.")


@dataclass(frozen=True, slots=True)
class What:
    """What a kind of row is called, where it comes from, and in which order it is shown."""

    title: Text
    source: Text
    order: int = 50


WHAT: Mapping[str, What] = {
    "core.Person": What(_("You"), BOTH, 1),
    "core.User": What(_("Your sign-in"), BY_YOU, 2),
    "core.Membership": What(_("Your roles"), BY_STAFF, 5),
    "core.Standing": What(_("What you have in order"), BY_STAFF, 6),
    "core.Once": What(_("Forms that were sent"), BY_ITSELF, 60),
    "sessions.Session": What(_("Where somebody is signed in"), BY_ITSELF, 61),
    "sealed.Concern": What(_("Concerns about somebody’s safety"), BOTH, 70),
    "sealed.ConcernEntry": What(_("What was done about a concern"), BY_STAFF, 71),
    "sealed.LeftOut": What(_("Who may not read a concern"), BOTH, 72),
    "sealed.Look": What(_("Who read a concern or a check"), BY_ITSELF, 73),
    "sealed.Check": What(_("Checks that were looked at"), BY_STAFF, 6),
    "core.Consent": What(_("What you said yes or no to"), BOTH, 7),
    "core.Attendance": What(_("Trainings"), BOTH, 8),
    "listen.Conversation": What(_("Talks with you"), BY_STAFF, 10),
    "listen.Note": What(_("What was written down of your words"), BY_STAFF, 11),
    "listen.Voter": What(_("Discussions you voted in"), BY_ITSELF, 12),
    "listen.Vote": What(_("Your votes"), BY_YOU, 13),
    "listen.Statement": What(_("Statements you wrote"), BY_YOU, 14),
    "connect.Ask": What(_("Asking for a mentor"), BOTH, 20),
    "connect.Offer": What(_("Offering to be a mentor"), BOTH, 21),
    "connect.Pair": What(_("Matches"), BY_STAFF, 22),
    "connect.Unmatched": What(_("Rounds without a match for you"), BY_ITSELF, 23),
    "core.Seat": What(_("Conversations in writing you sit in"), BY_ITSELF, 30),
    "core.Message": What(_("Messages you wrote"), BY_YOU, 31),
    "core.Tie": What(_("Who you met or know"), BOTH, 32),
    "core.Duplicate": What(_("Whether you are here twice"), BY_ITSELF, 34),
    "core.Merge": What(_("Two records of you that were made one"), BY_STAFF, 35),
    "core.Entry": What(_("Networks you entered"), BY_YOU, 33),
    "core.Invitation": What(_("Invitations to you"), BY_STAFF, 40),
    "core.Link": What(_("Personal links"), BY_STAFF, 41),
    "core.Letter": What(_("Letters to you"), BY_ITSELF, 42),
    "core.NoticeChoice": What(_("Letters you want or do not want"), BY_YOU, 43),
    "core.Event": What(_("What you did here, and what was done about you"), BY_ITSELF, 60),
    "core.DataRequest": What(_("What you asked about your data"), BY_YOU, 9),
    "core.Look": What(_("Who has looked"), BY_ITSELF, 59),
    "core.Job": What(_("Slow work you started"), BY_ITSELF, 61),
    "core.Batch": What(_("Lists you brought in"), BY_YOU, 62),
    "core.BatchRow": What(_("Where a list that was brought in changed something about you"), BY_ITSELF, 63),
    "core.Thread": What(_("Conversations in writing about you"), BY_ITSELF, 64),
    "listen.Discussion": What(_("Discussions you prepared"), BY_YOU, 65),
    "connect.Round": What(_("Rounds you approved"), BY_ITSELF, 66),
    "account.EmailAddress": What(_("Addresses you sign in with"), BY_YOU, 3),
    "account.EmailConfirmation": What(_("Questions whether an address is yours"), BY_ITSELF, 4),
    "mfa.Authenticator": What(_("Passkeys and other second steps"), BY_YOU, 4),
}

FIELDS: Mapping[str, Text] = {
    "a": _("one side"),
    "b": _("the other side"),
    "address": _("e-mail address"),
    "adult_on": _("18 on"),
    "acknowledged_at": _("we said that it came"),
    "answered_at": _("answered on"),
    "answered_by": _("answered by"),
    "due": _("answer due"),
    "extended_why": _("why it takes longer"),
    "opened_at": _("asked on"),
    "stood": _("days the clock stood still"),
    "approved_at": _("approved on"),
    "approved_by": _("approved by"),
    "at": _("when"),
    "attended": _("came"),
    "born": _("date of birth"),
    "born_by": _("date of birth confirmed by"),
    "born_claimed": _("date of birth that waits for a second person"),
    "born_claimed_by": _("written down by"),
    "by": _("by"),
    "client_id": _("number made on a phone"),
    "contact_ok": _("organisers may get in touch"),
    "created_at": _("written down on"),
    "did": _("what was done"),
    "discussion": _("discussion"),
    "ended_at": _("ended"),
    "event": _("the change it tells of"),
    "expires_at": _("open until"),
    "folded": _("name, as search compares it"),
    "given": _("yes"),
    "granted_at": _("given on"),
    "granted_by": _("given by"),
    "group": _("group of opinion"),
    "hidden_at": _("hidden on"),
    "joined_at": _("here since"),
    "key": _("key"),
    "key_hash": _("key"),
    "last_login": _("last signed in"),
    "listed": _("may be found by other people here"),
    "mentee": _("who asks for a mentor"),
    "mentor": _("mentor"),
    "on": _("day"),
    "organisation": _("organisation"),
    "organiser": _("who listened"),
    "outside_id": _("number in a list that was brought in"),
    "password": _("password"),
    "person": _("about"),
    "programme": _("programme"),
    "proposed_by": _("proposed by"),
    "purpose": _("what for"),
    "sector": _("postcode"),
    "sent_at": _("sent on"),
    "since": _("from"),
    "state": _("state"),
    "text": _("words"),
    "to": _("to"),
    "until": _("until"),
    "used_at": _("used on"),
    "used_by": _("used by"),
    "user": _("sign-in"),
    "value": _("answer: 1 agree, -1 disagree, 0 pass"),
    "values": _("what the letter needs"),
    "what": _("what"),
    "withdrawn_at": _("withdrawn on"),
}

# Who somebody else is to the person, when a field alone says it.
TO_YOU: Mapping[str, Text] = {
    "mentor": _("the mentor"),
    "mentee": _("who asks for a mentor"),
    "organiser": _("the organiser who listened"),
}
# Otherwise: by the roles they were given here, the first that fits.
ROLE_WORDS: Mapping[str, Text] = {
    "safeguarding": _("the safeguarding lead"),
    "deputy": _("the deputy safeguarding lead"),
    "admin": _("a hub admin"),
    "lead": _("a programme lead"),
    "organiser": _("an organiser"),
    "moderator": _("a moderator"),
    "convenor": _("a convenor"),
    "evaluator": _("an evaluator"),
    "partner": _("a partner contact"),
    "mentor": _("a mentor"),
}
SOMEBODY = _("somebody here")

# Fields that open something, or would weaken a lock: that they are kept is said, what they hold is not.
NOT_SHOWN: Mapping[str, Text] = {
    "account.EmailConfirmation.key": _("A key. It is kept, and shown to nobody."),
    "core.Invitation.key_hash": _("A key. It is kept, and shown to nobody."),
    "core.Link.key_hash": _("A key. It is kept, and shown to nobody."),
    "core.User.password": _("There are no passwords here."),
    "mfa.Authenticator.data": _("A key. It is kept, and shown to nobody."),
}


def what(model: type[models.Model]) -> What:
    """Return what a kind of row is called; one that nobody gave words has the name of its table."""
    return WHAT.get(model._meta.label) or What(str(model._meta.verbose_name_plural).capitalize(), BOTH)


def field_name(field: models.Field[Any, Any]) -> Text:
    """Return what a field is called."""
    plain = field.name.replace("_", " ")
    verbose = field.verbose_name or plain
    return verbose if str(verbose) != plain else FIELDS.get(field.name, plain)
