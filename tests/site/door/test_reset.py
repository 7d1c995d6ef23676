"""Whoever lost their phone and their codes begins again; nobody else notices, and they are told."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories import door
from tests.factories.signin import sign_in, user_of
from upwell_site.core.models import Event, Letter, Person

pytestmark = pytest.mark.django_db


def with_steps(person):
    user = user_of(person)
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={"secret": "x", "seed": "y", "used_mask": 0})
    return user


def test_it_takes_the_second_step_away_ends_sessions_and_tells(client, capsys):
    hub = door.hub()
    one, other = (with_steps(door.person(hub, name, role="admin")) for name in ("Ada Admin", "Olu Other"))
    sign_in(client, one.persons.get())
    page = reverse("invitations", args=[hub.slug])
    assert client.get(page).status_code == 200
    call_command("reset_second_step", one.email.upper())
    assert "no second step now" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=one).exists()
    assert Authenticator.objects.filter(user=other).count() == 2
    assert client.get(page).status_code == 404  # signed out: the page never was
    assert Event.objects.get(did="reset_second_step").numbers == {"ways": 2}
    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("sign_in_notice", one.email)
    sign_in(client, Person.objects.get(user=one), second_factor=False)
    assert client.get(page).url.startswith(reverse("second_step"))


@pytest.mark.parametrize("email", ["nobody@example.org", ""])
def test_an_address_nobody_has_is_refused(email):
    with pytest.raises(CommandError, match="Nobody here signs in"):
        call_command("reset_second_step", email)


def test_somebody_without_one_has_nothing_to_reset():
    user = user_of(door.person(door.hub(), "Ada Admin", role="admin"))
    with pytest.raises(CommandError, match="nothing to reset"):
        call_command("reset_second_step", user.email)
    assert not Letter.objects.exists()
