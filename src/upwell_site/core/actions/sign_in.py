"""Writing about sign-ins: beginning again after a lost phone."""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from upwell_site.core import outbox
from upwell_site.core.events import log
from upwell_site.core.models import User
from upwell_site.core.refused import Refused


@transaction.atomic
def reset_second_step(*, by: User | None, email: str) -> User:
    """Take away somebody's passkeys, app and printed codes, and end their sessions; they are told by letter.

    They sign in with a code by e-mail next time, and choose a second step anew before their roles wake up. `by` is None
    when it comes from the command line: whoever runs the site makes sure first that it is really them.
    """
    user = User.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise Refused(_("Nobody here signs in with this address."))
    gone = Authenticator.objects.filter(user=user).delete()[0]
    if not gone:
        raise Refused(_("They have no second step. There is nothing to reset."))
    user.set_unusable_password()  # every session is tied to this secret
    user.save(update_fields=["password"])
    log(None, "reset_second_step", user, ways=gone)
    event = f"sign-in:{secrets.token_hex(16)}"
    outbox.post(user.email, "sign_in_notice", event, values={"what": "second_step_reset"})
    return user
